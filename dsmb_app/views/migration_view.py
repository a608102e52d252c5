"""Migration between quadrants on screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea

from dsmb_app.model.result import ResultTable
from dsmb_app.views.desk import Desk
from dsmb_app.views.plot_view import PlotView
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.liver_pictures import migration_picture
from dsmb_app.views.plots.migration import MigrationPlot
from dsmb_app.views.theme import Entry

TABLE = "K18M"
_AROUND = 40
_HOW = "Down: quadrant at baseline; across: worst after it (signs: which). Framed: no move. Colour: share of the row."


class MigrationView(PlotView):
    """Shows the moves of the level; ``drilled`` carries exhibit, row and column of a cell that was asked about."""

    drilled = Signal(str, object, object)
    plot: MigrationPlot

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, TABLE, MigrationPlot())
        # The matrices of many arms are higher than the page.
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.plot)
        self._frame.layout().addWidget(scroll)
        self.plot.reached.connect(lambda at: scroll.ensureVisible(int(at.x()), int(at.y()), 0, _AROUND))
        self.plot.picked.connect(lambda row, column: self.drilled.emit(self.number, row, column))

    def _maker(self) -> Callable[[], ResultTable]:
        return self._desk.maker(self.number)

    def _legend(self, result: ResultTable) -> list[Entry]:
        return []

    def _draw(self, result: ResultTable) -> str:
        self._tell(f"{result.exhibit}  {result.title}", f"{result.population}. {_HOW}", result.footnotes)
        self.plot.show_table(result)
        return "" if self.plot.moves else "There is nothing to draw: the study has no ALT, AST or bilirubin."

    def _picture(self, source: str) -> Drawing:
        return migration_picture(self.result, note=_HOW, source=source)
