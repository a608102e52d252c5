"""The volcano of an exhibit on screen, with the choice of the contrast."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from dsmb_app.model.result import ResultTable
from dsmb_app.views.contrast_box import ContrastBox
from dsmb_app.views.desk import Desk
from dsmb_app.views.plot_view import PlotView
from dsmb_app.views.plots.dot_plot import Contrast, contrasts_of
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.figure_picture import volcano_picture
from dsmb_app.views.plots.volcano import NOTES, Volcano, legend_of
from dsmb_app.views.theme import Entry, current_theme


class VolcanoView(PlotView):
    """Shows an exhibit of the desk; ``drilled`` carries exhibit, row and column of a term that was asked about."""

    drilled = Signal(str, object, object)
    plot: Volcano

    def __init__(self, desk: Desk, number: str) -> None:
        super().__init__(desk, number, Volcano())
        self.contrast = ContrastBox()
        self._tools.insertWidget(1, self.contrast)
        self.contrast.currentIndexChanged.connect(lambda _place: self._draw_chosen())
        self.plot.picked.connect(lambda row, column: self.drilled.emit(self.number, row, column))

    def show_exhibit(self, number: str) -> None:
        """Show another exhibit in place of this one."""
        self.number = number
        self.refresh()

    @property
    def chosen(self) -> Contrast | None:
        """Return the contrast shown, None where no arms are compared."""
        return self.contrast.chosen

    def _maker(self) -> Callable[[], ResultTable]:
        return self._desk.maker(self.number)

    def _legend(self, result: ResultTable) -> list[Entry]:
        self.contrast.offer(contrasts_of(result), least=2)
        return legend_of(result, self.chosen, current_theme()) if self.chosen else []

    def _draw(self, result: ResultTable) -> str:
        self.contrast.offer(contrasts_of(result), least=2)
        subtitle = f"{result.subtitle} · {result.population}"
        self._tell(f"{result.exhibit}  {result.title}: difference and p-value", subtitle, (*NOTES, *result.footnotes))
        if not self.chosen:
            return "Arms are compared in closed sessions only."
        self.plot.show_contrast(result, self.chosen)
        return "" if self.plot.points else "There is nothing to draw: no term is listed."

    def _draw_chosen(self) -> None:
        if self.result is not None:
            for _ in self._show(self.result):
                pass

    def _picture(self, source: str) -> Drawing:
        return volcano_picture(self.result, [self.chosen], source=source)
