"""Onsets by day of the cycle on screen, of the row that a reader asks about."""

from __future__ import annotations

from dsmb_app.model.result import Histogram
from dsmb_app.model.words import TOTAL
from dsmb_app.views.desk import Desk
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.figure_picture import plot_picture
from dsmb_app.views.plots.histogram import HistogramPlot, legend_of
from dsmb_app.views.row_view import RowView
from dsmb_app.views.theme import LIGHT, Entry, current_theme

ONSET_DAY = "F20"


class HistogramView(RowView):
    """Shows the figure about a row; a click on a bar asks about its subjects."""

    plot: HistogramPlot

    def __init__(self, desk: Desk, of: str, *, compact: bool = False) -> None:
        super().__init__(desk, ONSET_DAY, of, HistogramPlot(), compact=compact)
        self.plot.picked.connect(self._ask)

    def _ask(self, arm: str, place: int) -> None:
        figure: Histogram = self.result
        behind = figure.subjects.get(arm, ())
        whose = "all arms together" if arm == TOTAL else arm
        question = f"{figure.title}: {figure.x_label.lower()} {figure.bins[place]}, {whose}"
        self.subjects_wanted.emit(question, behind[place] if behind else ())

    def _legend(self, result: Histogram) -> list[Entry]:
        return legend_of(result, current_theme())

    def _draw(self, result: Histogram) -> str:
        self._say(result)
        self.plot.show_figure(result)
        if not result.bins:
            return result.footnotes[0]
        return "" if any(map(any, result.counts.values())) else "There is nothing to draw: no event began."

    def _picture(self, source: str) -> Drawing:
        return plot_picture(self.result, lambda: HistogramPlot(LIGHT), legend_of(self.result, LIGHT), source=source)
