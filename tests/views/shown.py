"""A session on the screen, for the tests of pages: the review of a window, at a page, drawn offscreen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from dsmb_app import app
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.views.desk import Desk
from dsmb_app.views.ending import dispose
from dsmb_app.views.pages import PAGES
from dsmb_app.views.review import Review
from dsmb_app.views.window import Services, Window
from tests.locked import Locked, lock_for_test, shared_between_workers

Show = Callable[[Session, str], Review]


@pytest.fixture
def show(qtbot) -> Show:
    """Return what shows a session at the page of a title."""
    kept = []

    def at_page(session: Session, title: str) -> Review:
        review = Review(Desk(session))
        qtbot.addWidget(review)
        # The tests' library does not keep what it closes; a review that nobody holds takes its pages with it.
        kept.append(review)
        review.resize(1280, 800)
        # The page is chosen first: the one that a review begins with is not counted for nothing.
        review.navigation.choose([page.title for page in PAGES].index(title))
        review.show()
        qtbot.waitExposed(review)
        return review

    return at_page


@pytest.fixture(scope="module")
def without_labs(demo: Locked, of_all_workers: Path) -> Locked:
    """Return the demo as if no laboratory data had been delivered, locked once a run."""

    def lock(folder: Path) -> Locked:
        source = folder / "source"
        shutil.copytree(demo.source, source, ignore=shutil.ignore_patterns("lb.xpt", "manifest.json"))
        return lock_for_test(source, source / "study.toml", folder, shared=True)

    return shared_between_workers(of_all_workers / "nolabs", lock)


@pytest.fixture(scope="module")
def no_patients(demo: Locked, of_all_workers: Path) -> Locked:
    """Return the demo with open.patients false, locked once a run."""
    return shared_between_workers(of_all_workers / "nopatients", lambda to: _with_open(demo, to, "patients"))


@pytest.fixture(scope="module")
def no_safety(demo: Locked, of_all_workers: Path) -> Locked:
    """Return the demo with open.safety and open.patients false, locked once a run."""
    return shared_between_workers(of_all_workers / "nosafety", lambda to: _with_open(demo, to, "safety|patients"))


def _with_open(demo: Locked, folder: Path, closed: str) -> Locked:
    study = folder / "study.toml"
    text, done = re.subn(rf"^({closed}) = true$", r"\1 = false", demo.study.read_text("utf-8"), flags=re.MULTILINE)
    assert done == len(closed.split("|"))
    study.write_text(text, "utf-8")
    return lock_for_test(demo.source, study, folder, shared=True)


@pytest.fixture(scope="module")
def whole_window(demo: Locked, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """Yield a window with its arms masked, whose pages are made once for a whole module."""
    window = Window(Services(opener=app.no_opener(), write_pack=app.write_pack), closed=True)
    window.resize(1280, 800)
    window.show_session(demo.session(Level.MASKED, tmp_path_factory.mktemp("audit")))
    window.show()
    yield window
    dispose(window)


@pytest.fixture
def review(qtbot, whole_window: Window) -> Review:
    """Return the review of the module's window, which has the focus."""
    whole_window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is whole_window)
    return whole_window.review


LEVELS = pytest.mark.parametrize("level", list(Level))
