"""Every page draws at every level, in both themes, without a word of complaint from Qt or Python."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from dsmb_app import app
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.views.pages import PAGES
from tests.locked import Locked
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.shown import LEVELS, no_safety, without_labs

__all__ = ["no_safety", "without_labs"]

Drawn = Callable[[Level], Session]


@pytest.fixture(scope="module")
def drawn_before(demo: Locked, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """Return what gives this file's session at a level: the first who asks draws it fresh, the next with its counts."""
    return cache(lambda level: demo.session(level, tmp_path_factory.mktemp("state")))


def draw(session, folder: Path, qtlog, *, size: tuple[int, int], theme: str) -> None:
    drawn = app.pictures(session, folder, sizes=[size], themes=[theme])
    assert [record.message for record in qtlog.records if not record.ignored] == []
    assert len(drawn) == len(PAGES)
    for path in drawn:
        assert QImage(str(path)).size().toTuple() == size


@LEVELS
def test_that_every_page_draws_light(drawn_before: Drawn, tmp_path: Path, qtlog, qapp, level: Level) -> None:
    draw(drawn_before(level), tmp_path / "p", qtlog, size=(1280, 800), theme="light")


@LEVELS
def test_that_every_page_draws_dark_in_the_least_room(
    drawn_before: Drawn, tmp_path: Path, qtlog, qapp, level: Level
) -> None:
    draw(drawn_before(level), tmp_path / "p", qtlog, size=(1024, 700), theme="dark")


def test_that_every_page_draws_without_labs(without_labs: Locked, tmp_path: Path, qtlog, qapp) -> None:
    session = without_labs.session(Level.NAMED, tmp_path / "state")
    draw(session, tmp_path / "p", qtlog, size=(1280, 800), theme="light")


def test_that_every_page_draws_where_the_open_session_shows_no_safety(
    no_safety: Locked, tmp_path: Path, qtlog, qapp
) -> None:
    session = no_safety.session(Level.POOLED, tmp_path / "state")
    draw(session, tmp_path / "p", qtlog, size=(1280, 800), theme="light")


@pytest.mark.parametrize("title", [page.title for page in PAGES])
def test_that_every_page_has_an_icon_of_its_own(title: str, project: Path) -> None:
    page = next(page for page in PAGES if page.title == title)
    assert (project / "resources" / "icons" / f"{page.icon}.svg").is_file()
    assert [other.icon for other in PAGES].count(page.icon) == 1


class _Flashes(QObject):
    """Notes what is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(watched)
        return False


def test_that_a_page_is_made_when_it_is_first_shown_and_nothing_of_it_flashes_up_beside_the_window(
    qapp, at_level: AtLevel, show_window: ShowWindow
) -> None:
    flashes = _Flashes()
    qapp.installEventFilter(flashes)
    window = show_window(at_level(Level.NAMED), page=0)
    assert window.review.stack.count() == 1
    for place in range(len(PAGES)):
        window.show_page(place)
        assert window.review.stack.currentWidget() is window.review.pages[place]
    app.settle()
    qapp.removeEventFilter(flashes)
    assert window.review.stack.count() == len(PAGES)
    assert {*flashes.seen} == {window}
