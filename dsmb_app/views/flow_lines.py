"""The trial in a few figures, an arm a line: screened, randomised, treated, how it ended, and how long watched."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QToolButton, QWidget

from dsmb_app.model.result import Cell, Column, ResultTable, RowKey
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views.asking import Asking, GivesUpUnseen
from dsmb_app.views.controls import label, named
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import row_of
from dsmb_app.views.legend import Sample
from dsmb_app.views.theme import SPACE, current_theme, mark_of

STEPS = ("Screened", "Randomised", "Treated", "Completed", "Stopped", "Ongoing or not stated")
"""Rows of F1, each a column here."""
_SHORT = {"Ongoing or not stated": "Ongoing"}
_LEADS_ON = 3
"""So many steps each lead to the next; those after them are how it ended."""
_SAMPLE = 18
"""Room for an arm's mark, in pixels."""
_YEARS = ("Patient-years",)
_RIGHT, _LEFT = (
    side | Qt.AlignmentFlag.AlignVCenter for side in (Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft)
)


class FlowLines(GivesUpUnseen, QFrame):
    """Every number is a printed cell of F1 or T06; ``drilled`` carries exhibit, row and column of one."""

    drilled = Signal(str, object, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setObjectName("card")
        self.setAccessibleName("Participants and exposure")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        self._grid.setHorizontalSpacing(SPACE)
        self._grid.setVerticalSpacing(SPACE // 4)
        self.numbers: list[QToolButton] = []
        self._stale, self._asking = True, Asking(desk)
        desk.results_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the figures of now; out of sight, forget those of before."""
        self._stale = not self.isVisible()
        if self._stale:
            self._asking.forget()
            self._clear()
        else:
            self._asking.ask(self._maker, show=self._show, say=self._say)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _maker(self) -> Callable[[], tuple[ResultTable, ResultTable]]:
        flow, exposure = self._desk.maker("F1"), self._desk.maker("T06")
        return lambda: (flow(), exposure())

    def _say(self, why: str) -> None:
        """Say why there are no figures: an empty frame would look like a fault."""
        self._clear()
        self._grid.addWidget(label(why, "muted", wraps=True), 0, 0)

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if item.widget():
                # Out of sight now, gone in the next turn: taking each out of the window at once lays it out anew.
                item.widget().hide()
                item.widget().deleteLater()
        self.numbers = []

    def _show(self, found: tuple[ResultTable, ResultTable]) -> None:
        self._clear()
        flow, exposure = found
        steps = [key for key in STEPS if any(row.key == (key,) for row in flow.rows)]
        for place, step in enumerate([*steps, *_YEARS]):
            leads = 0 < place < _LEADS_ON
            words = _SHORT.get(step, step)
            self._grid.addWidget(_told(f"→  {words}" if leads else words, "small"), 0, 2 * place + 2, _RIGHT)
            self._grid.setColumnStretch(2 * place + 1, 1)
        for line, arm in enumerate([*flow.arms, TOTAL], start=1):
            self._grid.addWidget(_name(flow, arm), line, 0, _LEFT)
            for place, step in enumerate(steps):
                self._number(flow, (step,), Column(arm, Stat.N), line, 2 * place + 2)
            self._number(exposure, _YEARS, Column(arm, Stat.PY), line, 2 * len(steps) + 2)

    def _number(self, table: ResultTable, row: RowKey, column: Column, line: int, place: int) -> None:
        cell = table.cell(row, column)
        if cell is not None:
            self._grid.addWidget(self._shown(cell, (table.exhibit, row, column)), line, place, _RIGHT)

    def _shown(self, cell: Cell, asked: tuple[str, RowKey, Column]) -> QWidget:
        if cell.value is None:
            return _told(cell.text)
        _exhibit, row, column = asked
        button: QToolButton = named(QToolButton(), f"{row[0]}, {column.arm}: {cell.text}", hint="Show these subjects")
        button.setText(cell.text)
        button.setProperty("kind", "number")
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda _checked=False: self.drilled.emit(*asked))
        self.numbers.append(button)
        return button


def _told(words: str, kind: str = "") -> QWidget:
    """Return words that end where the numbers below them do, inside their buttons."""
    made = label(words, kind)
    made.setContentsMargins(0, 0, made.fontMetrics().horizontalAdvance(" ") + 3, 0)
    return made


def _name(table: ResultTable, arm: str) -> QWidget:
    if arm == TOTAL:
        made = label("All arms" if table.arms else "All subjects", "strong")
        made.setContentsMargins(_SAMPLE if table.arms else 0, 0, 0, 0)
        return made
    return row_of(Sample(mark_of(current_theme(), table, arm), on_line=False), label(arm, "strong"), gap=4)
