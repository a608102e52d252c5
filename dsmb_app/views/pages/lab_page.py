"""What the pages of one laboratory test at a time share: nothing is filled before the desk has counted it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox

from dsmb_app.model.errors import Refusal
from dsmb_app.model.figures import LabFigure
from dsmb_app.model.result import Figure
from dsmb_app.model.words import TOTAL
from dsmb_app.views.asking import Asking, GivesUpUnseen
from dsmb_app.views.desk import Desk
from dsmb_app.views.lab_choosers import choose_side
from dsmb_app.views.pages.exhibit_page import ExhibitPage


class LabPage(GivesUpUnseen, ExhibitPage):
    """A subclass lists the tests, and fills itself with the one chosen; it connects ``refresh`` after its parts."""

    side: QComboBox

    def __init__(self, desk: Desk, tables: Sequence[str], figure: str) -> None:
        """Take the tables of these numbers, and the tests from a figure."""
        super().__init__(desk, tables)
        # Beside the arms the total can be asked for.
        self.exhibits[0].columns.show_column(TOTAL, False)
        self._desk, self._asking, self._stale = desk, Asking(desk), True
        self._tables, self._about = tuple(tables), figure

    def _list(self, found: LabFigure | None) -> bool:
        """List the tests of a figure, none without one; tell whether another test than before is chosen now."""
        raise NotImplementedError

    def _code(self) -> str:
        """Return the code of the test chosen, "" where none is listed."""
        raise NotImplementedError

    def _hide(self, *, tests: bool) -> None:
        """Show nothing of the test of before; where ``tests`` is true, no list of tests either."""
        raise NotImplementedError

    def _fill(self) -> Iterator[None]:
        """Show the test chosen, which has been counted, in steps between which the window answers."""
        raise NotImplementedError

    def _fill_now(self) -> None:
        for _ in self._fill():
            pass

    def refresh(self) -> None:
        """List the tests anew, the chosen one still chosen; out of sight, forget them until the page is shown."""
        self._stale = not self.isVisible()
        if self._stale:
            self._asking.forget()
            self._list(None)
            self._fill_now()
        else:
            wait = partial(self._hide, tests=True)
            self._asking.before([lambda: self._maker("")], then=lambda: self.ask(fresh=self._listed()), wait=wait)

    def _listed(self) -> bool:
        return self._list(self._asked(""))

    def ask(self, *, fresh: bool) -> None:
        """Show the test chosen when it has been counted; ``fresh``: another one than before, seen from its side."""
        code = self._code()
        tables = [partial(self._desk.maker, number) for number in self._tables]

        def show() -> Iterator[None]:
            if fresh:
                choose_side(self.side, self._asked(code))
            return self._fill()

        needed = [lambda: self._maker(code), *tables] if code else []
        self._asking.before(needed, then=show, wait=partial(self._hide, tests=False))

    def _maker(self, code: str) -> Callable[[], Figure]:
        return self._desk.figure_maker(self._about, (code,) if code else ())

    def _asked(self, code: str) -> LabFigure | None:
        try:
            return self._maker(code)()
        except Refusal:
            # The tables below say why.
            return None

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()
