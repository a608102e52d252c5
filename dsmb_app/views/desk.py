"""The desk: one session behind every page. Wishes go down, one signal says that results are new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCursor, QGuiApplication

from dsmb_app.model.choices import Choices
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column, Drill, Listing, ResultTable, RowKey, Scatter
from dsmb_app.model.words import Level
from dsmb_app.session import ExhibitInfo, Session
from dsmb_app.views import wording


class Desk(QObject):
    """Wraps a session for the pages. ``refused`` carries the sentence of a wish that was not granted."""

    results_changed = Signal()
    refused = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session

    @property
    def level(self) -> Level:
        """Return the level of everything shown."""
        return self.session.level

    @property
    def is_closed(self) -> bool:
        """Tell whether this is a closed session."""
        return wording.is_closed(self.level)

    @property
    def choices(self) -> Choices:
        """Return the choices in force."""
        return self.session.choices

    @property
    def source_line(self) -> str:
        """Return what every copy and picture says of its source."""
        return wording.source_line(self.session)

    def exhibits(self) -> tuple[ExhibitInfo, ...]:
        """List the exhibits of the level."""
        return self.session.exhibits()

    def table(self, number: str) -> ResultTable:
        """Return an exhibit. Raises Refusal for one that the level may not show."""
        return self.session.table(number)

    def figure(self, number: str) -> Scatter:
        """Return a figure. Raises Refusal for one that the level may not show."""
        return self.session.figure(number)

    def choose(self, **changes: Any) -> None:
        """Change choices, unless they are in force already."""
        if self.choices.changed(**changes) != self.choices:
            self._wish(lambda: self.session.choose(**changes))

    def show_level(self, level: Level) -> None:
        """Show another level that has been unlocked."""
        self._wish(lambda: self.session.set_level(level))

    def unlocked(self) -> None:
        """Show what a phrase has just unlocked in the session."""
        self.results_changed.emit()

    def drill(self, number: str, row: RowKey, column: Column) -> Drill | None:
        """Return who stands behind a cell; None, having said why, where nobody may be shown."""
        return self._asked(lambda: self.session.drill(number, row, column))

    def subject_records(self, usubjid: str) -> Listing | None:
        """Return the records of one subject; None, having said why, where nobody may be shown."""
        return self._asked(lambda: self.session.subject_records(usubjid))

    def subject_labs(self, usubjid: str, tests: tuple[str, ...]) -> Listing | None:
        """Return laboratory records of one subject; None, having said why, where nobody may be shown."""
        return self._asked(lambda: self.session.subject_labs(usubjid, tests))

    def record_copy(self, what: str) -> bool:
        """Log a copy before it is made; False, having said why, when it could not be logged and must not be made."""
        return self._asked(lambda: self.session.record_copy(what) or True) is True

    def make_copy(self, what: str, make: Callable[[], None]) -> None:
        """Log a copy, then make it; say why where either cannot be done."""
        if self.record_copy(what):
            self._asked(make)

    def _wish(self, change: Callable[[], None]) -> None:
        try:
            with _busy():
                change()
        except Refusal as refusal:
            self.refused.emit(refusal.sentence())
        self.results_changed.emit()

    def _asked(self, question: Callable[[], Any]) -> Any:
        try:
            with _busy():
                return question()
        except Refusal as refusal:
            self.refused.emit(refusal.sentence())
            return None


@contextmanager
def _busy() -> Iterator[None]:
    """Show the waiting pointer meanwhile."""
    QGuiApplication.setOverrideCursor(QCursor(Qt.CursorShape.WaitCursor))
    try:
        yield
    finally:
        QGuiApplication.restoreOverrideCursor()
