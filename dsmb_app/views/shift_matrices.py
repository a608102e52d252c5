"""The shift matrices of all arms side by side, each with its arm's mark and name."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QWidget

from dsmb_app.model.result import ResultTable, RowKey
from dsmb_app.model.words import TOTAL
from dsmb_app.views import copying
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import FlowLayout, column_of
from dsmb_app.views.layout import lay_out
from dsmb_app.views.legend import Legend
from dsmb_app.views.plots.shift_matrix import SLOT, ShiftMatrix, ShiftModel
from dsmb_app.views.theme import SPACE, current_theme, mark_of


class ShiftMatrices(QWidget):
    """The matrices of a block, one an arm; ``picked`` carries row and column of a cell that was asked about."""

    picked = Signal(object, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.matrices: list[ShiftMatrix] = []
        self._flow = FlowLayout(self, gap=2 * SPACE, line_gap=2 * SPACE)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def clear(self) -> None:
        """Show nothing."""
        self.matrices = []
        while (item := self._flow.takeAt(0)) is not None:
            # Off the window at once: a deletion waits for the event loop.
            item.widget().setParent(None)

    def show_block(self, table: ResultTable, block: RowKey) -> None:
        """Show one block of a result in place of what was shown before."""
        self.clear()
        layout = lay_out(table)
        for arm in table.arms or (TOTAL,):
            matrix = ShiftMatrix(ShiftModel(layout, block, arm), arm)
            matrix.asked.connect(self._ask)
            matrix.copy_wanted.connect(lambda matrix=matrix: self._copy(matrix))
            name = Legend()
            name.show_marks([(f"{arm} (N={table.arm_sizes[arm]})", mark_of(current_theme(), table, arm))])
            self.matrices.append(matrix)
            self._flow.addWidget(column_of(name, matrix))
        self.updateGeometry()

    def _ask(self, index: QModelIndex) -> None:
        slot = index.data(SLOT)
        if slot:
            self.picked.emit(slot.row, slot.columns[0])

    def _copy(self, matrix: ShiftMatrix) -> None:
        name = matrix.accessibleName()
        self._desk.copy_text(name, lambda source: copying.as_text(matrix, title=name, source=source))
