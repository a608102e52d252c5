"""Hands on the keyboard: they press keys on whatever has the focus, and otherwise only look."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QModelIndex, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QTableView, QWidget

from dsmb_app import app
from dsmb_app.views.pages import PAGES
from dsmb_app.views.window import Window

CTRL = Qt.KeyboardModifier.ControlModifier
MOST_TABS = 90
PATIENCE = 240
"""Seconds; far more than anything takes on a busy machine."""


def named(widget: QWidget | None) -> str:
    """Return what a screen reader says of a control: its name, else its text."""
    if widget is None:
        return ""
    return widget.accessibleName() or (widget.text().replace("&", "") if isinstance(widget, QAbstractButton) else "")


def the_window() -> Window:
    """Return the program's window."""
    return next(found for found in QApplication.topLevelWidgets() if isinstance(found, Window))


def wait_until(true: Callable[[], object], what: str) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        # A loop of its own, not QTest.qWait, which keeps Python's other threads from working meanwhile.
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()


class Hands:
    """One reader's. ``passed``: the names of all controls that Tab led to."""

    def __init__(self) -> None:
        self.passed: list[str] = []

    @property
    def at(self) -> QWidget:
        """Return what has the focus."""
        return QApplication.focusWidget() or the_window()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key."""
        QTest.keyClick(self.at, key, modifier)
        app.settle()

    def type(self, text: str) -> None:
        """Type a text."""
        QTest.keyClicks(self.at, text)

    def wait_for_window(self) -> None:
        """Wait until a session is shown and no dialog is open, and do what a desktop does then."""
        wait_until(lambda: the_window().review is not None, "the session")
        wait_until(lambda: QApplication.activeModalWidget() is None, "the last dialog's end")
        the_window().activateWindow()
        wait_until(lambda: the_window().isActiveWindow() and QApplication.focusWidget(), "the focus")

    def choose_page(self, title: str) -> None:
        """Go to one of the first nine pages."""
        self.press(Qt.Key(Qt.Key.Key_1 + [page.title for page in PAGES].index(title)), CTRL)

    def go_to(self, name: str) -> QWidget:
        """Press Tab until a control of that name has the focus; every one on the way has a name."""
        for _ in range(MOST_TABS):
            self.press(Qt.Key.Key_Tab)
            at = QApplication.focusWidget()
            assert at is not None, f"after {self.passed[-1:]} nothing has the focus"
            self.passed.append(named(at))
            assert named(at) or isinstance(at, QComboBox), f"{at!r} has no name"
            if named(at) == name:
                assert at.hasFocus()
                assert at.isVisible()
                return at
        raise AssertionError(f"no Tab leads to {name!r}, but to {self.passed[-MOST_TABS:]}")

    def fill(self, name: str, text: str) -> None:
        """Type a text into the field of that name, in place of what stands there."""
        if named(QApplication.focusWidget()) != name:
            self.go_to(name)
        self.press(Qt.Key.Key_A, CTRL)
        self.type(text)

    def walk_to(self, wanted: Callable[[QModelIndex], bool]) -> QModelIndex:
        """Go by the arrow keys through the table at hand, row by row, to the first cell that is wanted."""
        table = self.at
        assert isinstance(table, QTableView)
        self.press(Qt.Key.Key_Home, CTRL)
        for _ in range(table.model().rowCount()):
            for _ in range(table.model().columnCount()):
                if table.currentIndex().isValid() and wanted(table.currentIndex()):
                    return table.currentIndex()
                self.press(Qt.Key.Key_Right)
            self.press(Qt.Key.Key_Home)
            self.press(Qt.Key.Key_Down)
        raise AssertionError("no key leads there")
