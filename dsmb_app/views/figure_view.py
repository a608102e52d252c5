"""A scatter plot of subjects on screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from dsmb_app.model.result import Figure, Scatter
from dsmb_app.views.desk import Desk
from dsmb_app.views.plot_view import PlotView
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.edish import EDish, legend_of
from dsmb_app.views.plots.figure_picture import scatter_picture
from dsmb_app.views.theme import Entry, current_theme


class FigureView(PlotView):
    """Shows one figure of the desk; ``picked`` carries the subject of a point, ``chosen`` those of several."""

    picked = Signal(str)
    chosen = Signal(object)
    plot: EDish

    def __init__(self, desk: Desk, number: str) -> None:
        super().__init__(desk, number, EDish())
        self.plot.picked.connect(self.picked)
        self.plot.chosen.connect(self.chosen)

    @property
    def figure(self) -> Scatter | None:
        """Return what is shown."""
        return self.result

    def show_number(self, number: str) -> None:
        """Show another figure in place of this one."""
        self.number = number
        self.refresh()

    def _maker(self) -> Callable[[], Figure]:
        return self._desk.figure_maker(self.number)

    def _legend(self, result: Scatter) -> list[Entry]:
        return [(words, mark, False) for words, mark in legend_of(result, current_theme())]

    def _draw(self, result: Scatter) -> str:
        title, subtitle = f"{result.exhibit}  {result.title}", f"{result.subtitle} · {result.population}"
        self._tell(title, subtitle, result.footnotes)
        self.plot.show_figure(result)
        return "" if result.points else "There is nothing to draw: nobody has a value on both axes."

    def _picture(self, source: str) -> Drawing:
        return scatter_picture(self.result, source=source)
