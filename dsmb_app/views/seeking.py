"""Bringing a row of an exhibit into sight, on whichever page it stands, also where the page is still being counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

from dsmb_app.model.result import RowKey
from dsmb_app.views import jobs
from dsmb_app.views.pages.finding import Find, places
from dsmb_app.views.pages.page import Page
from dsmb_app.views.turns import turns

LOOK_MS = 40
# A key that is a shortcut comes as no press of a key.
_READER = (QEvent.Type.MouseButtonPress, QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.Wheel)


class Seeking(QObject):
    """Looks at one page after the other, at each until it is whole; lets it be as soon as the reader does anything."""

    def __init__(self, parent: QObject, show: Callable[[str], Page]) -> None:
        """Take what shows a page by its title and returns it."""
        super().__init__(parent)
        self._show = show
        self._timer = QTimer(self, interval=LOOK_MS, singleShot=True)
        self._timer.timeout.connect(self._look)
        self._left: Iterator[tuple[str, Find]] = iter(())
        self._wanted: tuple[str, RowKey] = "", ()

    def seek(self, number: str, row: RowKey) -> None:
        """Show the page on which an exhibit stands, with a row of it at hand where one is given."""
        self.stop()
        self._left, self._wanted = places(number), (number, row)
        self._next()

    def stop(self) -> None:
        """Let it be."""
        self._timer.stop()
        QCoreApplication.instance().removeEventFilter(self)

    def _next(self) -> None:
        for title, find in self._left:
            self._page, self._find = self._show(title), find
            self._look()
            return

    def _look(self) -> None:
        found = self._find(self._page, *self._wanted)
        self.stop()
        if jobs.at_work() or turns().busy:
            # Found or not: what is shown above the row later moves it out of sight again.
            QCoreApplication.instance().installEventFilter(self)
            self._timer.start()
        elif not found:
            self._next()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the reader alone who goes on by himself."""
        if event.type() in _READER:
            self.stop()
        return False
