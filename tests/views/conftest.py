"""What the tests of the window ask for: sessions at each level, opened once, and windows that show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from dsmb_app import app
from dsmb_app.model.choices import Choices
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.views import asking, theme
from dsmb_app.views.dialogs.open_snapshot import Opening
from dsmb_app.views.ending import dispose
from dsmb_app.views.window import Services, Window
from tests.locked import Locked

AtLevel = Callable[[Level], Session]
ShowWindow = Callable[..., Window]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the file that takes longest: at the end one of two processes would stand idle beside it."""
    items.sort(key=lambda item: item.path.name != "test_window.py")


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["dsmb"]


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """Return the application, dressed as it is for a reader."""
    theme.dress(qapp, "light")
    return qapp


@pytest.fixture(scope="session", autouse=True)
def counted_at_once() -> Iterator[None]:
    """Count small trials in the thread of the tests, which then need not wait for each answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "AT_ONCE", 300)
        yield


@pytest.fixture(scope="session")
def _opened(demo: Locked, tmp_path_factory: pytest.TempPathFactory) -> dict[Level, Session]:
    return {level: demo.session(level, tmp_path_factory.mktemp("audit")) for level in Level}


@pytest.fixture
def at_level(_opened: dict[Level, Session]) -> Iterator[AtLevel]:
    """Return what gives the demo's session at a level; choices and levels are set back after the test."""
    yield _opened.__getitem__
    for level, session in _opened.items():
        # What a test has not changed keeps its results for the next one.
        first = Choices.of_study(session.study)
        if session.choices != first:
            session.choose(**vars(first))
        if session.level is not level:
            session.set_level(level)


@pytest.fixture
def show_window(qtbot) -> Iterator[ShowWindow]:
    """Return what shows a session in a window, at a page, and takes the window down after the test."""
    shown: list[Window] = []

    def show(session: Session, page: int = 1, size: tuple[int, int] = (1280, 800), **services: object) -> Window:
        # Every service that is not given is one that no test may reach by accident.
        given = {"opener": app.no_opener(), "write_pack": app.write_pack, **services}
        window = Window(Services(**given), closed=session.level is not Level.POOLED)
        shown.append(window)
        window.resize(*size)
        window.take_opening(Opening(Path("demo.dsmb"), "the opening phrase", "the signer"))
        window.show_session(session)
        window.show()
        qtbot.waitExposed(window)
        window.show_page(page)
        app.settle()
        return window

    yield show
    for window in shown:
        dispose(window)
