"""Blood counts: one test at a time, its shifts of grade as a matrix for each arm, and its rows of the table."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import ResultTable
from dsmb_app.model.words import TOTAL
from dsmb_app.views.controls import label, named
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import column_of, row_of
from dsmb_app.views.pages.exhibit_page import ExhibitPage
from dsmb_app.views.plots.shift_matrix import blocks
from dsmb_app.views.shift_matrices import ShiftMatrices
from dsmb_app.views.theme import SPACE

TABLE = "K17"
_HOW_TO_READ = (
    "Down: grade at baseline. Across: worst grade after it. Colour: share of the row. Framed: no change; to the right "
    "of the frame: worse."
)


class BloodCounts(ExhibitPage):
    """Matrices above, the table below."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, (TABLE,))
        # The matrices stand by arm; the total can be asked for.
        self.exhibits[0].columns.show_column(TOTAL, False)
        self._desk, self._table, self._stale = desk, None, True
        self.which: QComboBox = named(QComboBox(), "Blood count", hint="Which blood count")
        self.matrices = ShiftMatrices(desk)
        chooser = row_of(label("Blood count"), self.which)
        chooser.layout().addStretch(1)
        self.top = column_of(chooser, label(_HOW_TO_READ, "muted", wraps=True), self.matrices, gap=SPACE)
        self.column.insertWidget(0, self.top)
        self.which.currentIndexChanged.connect(self._show_block)
        self.matrices.picked.connect(lambda row, column: self.drilled.emit(TABLE, row, column))
        desk.results_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Ask the desk again; what is out of sight is forgotten, and asked for when it comes into sight."""
        self._stale = not self.isVisible()
        self._table = None if self._stale else self._asked()
        chosen = self.which.currentData()
        found = blocks(self._table) if self._table else {}
        self.which.blockSignals(True)
        self.which.clear()
        for block, name in reversed(found.items()):
            self.which.addItem(name, block)
        self.which.setCurrentIndex(max(list(reversed(found)).index(chosen) if chosen in found else 0, 0))
        self.which.blockSignals(False)
        self._show_block()

    def _asked(self) -> ResultTable | None:
        try:
            return self._desk.table(TABLE)
        except Refusal:
            # The exhibit below says why.
            return None

    def _show_block(self) -> None:
        block = self.which.currentData()
        self.top.setVisible(block is not None)
        self.matrices.clear()
        if self._table and block is not None:
            self.matrices.show_block(self._table, tuple(block))
        self.exhibits[0].narrow(tuple(block or ()))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()
