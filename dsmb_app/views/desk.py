"""The desk: one session behind every page. Wishes go down, one signal says that results are new."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCursor, QGuiApplication

from dsmb_app.model.choices import Choices
from dsmb_app.model.errors import Refusal
from dsmb_app.model.maturity import Maturity
from dsmb_app.model.profile import PatientProfile
from dsmb_app.model.result import Column, Drill, Figure, Listing, ResultTable, RowKey
from dsmb_app.model.words import Level
from dsmb_app.session import ExhibitInfo, Session
from dsmb_app.views import wording
from dsmb_app.views.clipboard import Clipboard

_HEAD = 16  # digits of the head, as many as dsmb audit verify --anchor needs


class Desk(QObject):
    """Wraps a session for the pages. ``refused`` carries the sentence of a wish that was not granted."""

    results_changed = Signal()
    refused = Signal(str)
    when_wanted = Signal(str, object, str)
    """Carries exhibit and row whose course over time a reader asks for, and the row in words."""

    def __init__(self, session: Session, clipboard: Clipboard | None = None) -> None:
        super().__init__()
        self.session = session
        self.clipboard = clipboard or Clipboard(self)

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
        """Return what every copy and picture says of its source, with the head of the audit log. Raises Refusal."""
        return f"{wording.source_line(self.session)} · audit log {self.session.audit_head[:_HEAD]}"

    def exhibits(self) -> tuple[ExhibitInfo, ...]:
        """List the exhibits of the level."""
        return self.session.exhibits()

    def table(self, number: str) -> ResultTable:
        """Return an exhibit. Raises Refusal for one that the level may not show."""
        return self.session.table(number)

    def maker(self, number: str) -> Callable[[], ResultTable]:
        """Return what makes an exhibit of the level and choices of now in another thread. Raises Refusal as above."""
        return self.session.maker(number)

    def figure(self, number: str, row: RowKey = (), of: str = "") -> Figure:
        """Return a figure, about a row of an exhibit where it can be. Raises Refusal for one that may not be shown."""
        return self.session.figure(number, row, of)

    def figure_maker(self, number: str, row: RowKey = (), of: str = "") -> Callable[[], Figure]:
        """Return what makes a figure of the level and choices of now in another thread. Raises Refusal as above."""
        return self.session.figure_maker(number, row, of)

    def figure_or_refuse(self, number: str, row: RowKey, of: str) -> Figure | None:
        """Return a figure about a row; None, having said why, where it has none."""
        return self._asked(lambda: self.figure(number, row, of))

    def maturity(self) -> Maturity:
        """Return what the numbers rest on."""
        return self.session.maturity()

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

    def patients_maker(self) -> Callable[[], Listing]:
        """Return what makes the list of patients in another thread; it raises Refusal where nobody may be shown."""
        return self.session.patients_maker()

    def profile(self, usubjid: str) -> PatientProfile | None:
        """Return what is known of one subject; None, having said why, where nobody may be shown."""
        return self._asked(lambda: self.session.profile(usubjid))

    def chosen_subjects(self, usubjids: Collection[str]) -> Listing | None:
        """Return the list of some subjects; None, having said why, where nobody may be shown."""
        return self._asked(lambda: self.session.chosen_subjects(usubjids))

    def make_copy(self, what: str, make: Callable[[str], None]) -> None:
        """Log a copy, then make it with the line that tells its source; say why where either cannot be done."""

        def copy() -> None:
            self.session.record_copy(what)
            make(self.source_line)

        self._asked(copy)

    def copy_text(self, what: str, text: Callable[[str], str]) -> None:
        """Log a copy, then put the text there is with its source on the clipboard."""
        self.make_copy(what, lambda source: self.clipboard.put(text(source), closed=self.is_closed))

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
