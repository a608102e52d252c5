"""The flow of participants on screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea

from dsmb_app.model.flow import FLOW, FlowFigure
from dsmb_app.model.result import Figure
from dsmb_app.views.desk import Desk
from dsmb_app.views.plot_view import PlotView
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.figure_picture import plot_picture
from dsmb_app.views.plots.flow import FlowPlot, least_height
from dsmb_app.views.theme import LIGHT, Entry

_AROUND = 40
"""So many pixels around a count that a key went to are brought into sight with it."""


class FlowView(PlotView):
    """Shows the flow of the level; ``drilled`` carries exhibit, row and column of a count that was asked about."""

    drilled = Signal(str, object, object)
    plot: FlowPlot

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, FLOW, FlowPlot())
        # The reasons why subjects left may be more than the page is high.
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidget(self.plot)
        self._frame.layout().addWidget(self.scroll)
        self.plot.reached.connect(lambda at: self.scroll.ensureVisible(int(at.x()), int(at.y()), 0, _AROUND))
        self.plot.picked.connect(lambda row, column: self.drilled.emit(self.number, row, column))

    def _maker(self) -> Callable[[], Figure]:
        return self._desk.figure_maker(self.number)

    def _legend(self, result: FlowFigure) -> list[Entry]:
        # The arms stand with their marks above their columns.
        return []

    def _draw(self, result: FlowFigure) -> str:
        self._tell(f"{result.exhibit}  {result.title}", f"{result.subtitle} · {result.population}", result.footnotes)
        self.plot.show_figure(result)
        return ""

    def _picture(self, source: str) -> Drawing:
        found = self.result
        return plot_picture(found, lambda: FlowPlot(LIGHT), (), source=source, height=least_height(found))
