"""One laboratory figure on screen, about the test that the page has chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from dsmb_app.model.figures import BOXES, COURSES, NADIR, SHIFTS, WATERFALL, Box, LabFigure
from dsmb_app.model.result import Figure, RowKey
from dsmb_app.model.words import TOTAL
from dsmb_app.views.desk import Desk
from dsmb_app.views.plot_view import PlotView
from dsmb_app.views.plots.box_over_visit import BoxPlot
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.figure_picture import FigurePicture, Panel
from dsmb_app.views.plots.lab_plot import LabPlot, legend_of
from dsmb_app.views.plots.nadir import NadirPlot
from dsmb_app.views.plots.shift_scatter import ShiftScatter
from dsmb_app.views.plots.spaghetti import SpaghettiPlot
from dsmb_app.views.plots.waterfall import WaterfallPlot
from dsmb_app.views.theme import LIGHT, Entry, Theme, current_theme

PLOTS: dict[str, Callable[[Theme | None], LabPlot]] = {
    BOXES: BoxPlot,
    SHIFTS: ShiftScatter,
    WATERFALL: WaterfallPlot,
    NADIR: NadirPlot,
    COURSES: SpaghettiPlot,
}
"""The plot of each figure."""
_HEIGHT = 350


class LabView(PlotView):
    """Shows a figure; ``labs_wanted`` carries a subject that was asked about and the test.

    ``subjects_wanted`` carries a question in words and the subjects that answer it.
    """

    labs_wanted, subjects_wanted = Signal(str, object), Signal(str, object)
    plot: LabPlot

    def __init__(self, desk: Desk, number: str) -> None:
        super().__init__(desk, number, PLOTS[number](None))
        # On a page that scrolls a plot has a height of its own.
        self._frame.setFixedHeight(_HEIGHT)
        self.row: RowKey = ()
        self.plot.picked.connect(self._ask)
        if isinstance(self.plot, BoxPlot):
            self.plot.box_picked.connect(self._ask_about)

    @property
    def figure(self) -> LabFigure | None:
        """Return what is shown."""
        return self.result

    def show_row(self, row: RowKey) -> None:
        """Show the figure about another test or direction."""
        self.row = row
        self.refresh()

    def _maker(self) -> Callable[[], Figure]:
        return self._desk.figure_maker(self.number, self.row)

    def _legend(self, result: LabFigure) -> list[Entry]:
        return legend_of(result, current_theme())

    def _draw(self, result: LabFigure) -> str:
        self._tell(f"{result.exhibit}  {result.title}", f"{result.subtitle} · {result.population}", result.footnotes)
        self.plot.show_figure(result)
        return result.missing

    def _picture(self, source: str) -> Drawing:
        return lab_picture(self.result, source=source)

    def _ask(self, usubjid: str) -> None:
        if self.result is not None:
            self.labs_wanted.emit(usubjid, (self.result.test.code,))

    def _ask_about(self, box: Box) -> None:
        if self.result is not None:
            arm = "all arms together" if box.arm == TOTAL else box.arm
            visit = self.result.visits[box.visit]
            self.subjects_wanted.emit(f"{self.result.title}: {visit}, {arm}", box.subjects)


def lab_picture(figure: LabFigure, *, source: str) -> FigurePicture:
    """Return the picture of a laboratory figure."""

    def make() -> LabPlot:
        plot = PLOTS[figure.exhibit](LIGHT)
        plot.show_figure(figure)
        return plot

    return FigurePicture(
        [Panel(make, legend_of(figure, LIGHT))],
        title=f"{figure.exhibit}  {figure.title}",
        subtitle=f"{figure.subtitle} · {figure.population}",
        notes=figure.footnotes,
        source=source,
    )
