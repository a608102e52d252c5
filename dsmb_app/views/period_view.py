"""One measure of some events by cycle and phase on screen: first onset, presence or rate."""

from __future__ import annotations

from dsmb_app.model.result import PeriodFigure
from dsmb_app.model.words import TOTAL
from dsmb_app.views.desk import Desk
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.figure_picture import plot_picture
from dsmb_app.views.plots.periods import Measure, PeriodPlot, legend_of
from dsmb_app.views.row_view import RowView
from dsmb_app.views.theme import LIGHT, Entry, current_theme

BY_PERIOD = "F20P"


class PeriodView(RowView):
    """Shows a measure of the figure about a row; a click on a mark asks about its subjects."""

    plot: PeriodPlot

    def __init__(self, desk: Desk, measure: Measure, of: str, *, compact: bool = False) -> None:
        super().__init__(desk, BY_PERIOD, of, PeriodPlot(measure), compact=compact)
        self.measure = measure
        self.plot.picked.connect(self._ask)

    def _ask(self, row: tuple[str, ...], arm: str) -> None:
        figure: PeriodFigure = self.result
        whose = "all arms together" if arm == TOTAL else arm
        question = f"{figure.title}: {self.measure.words.lower()}, {' > '.join(row)}, {whose}"
        # A rate is of every event, the two others are of subjects.
        behind = figure.with_events if self.measure is Measure.RATE else figure.subjects
        self.subjects_wanted.emit(question, behind.get((row, arm), ()))

    def _legend(self, result: PeriodFigure) -> list[Entry]:
        return legend_of(result, current_theme())

    def _draw(self, result: PeriodFigure) -> str:
        self._say(result, self.measure.told)
        self.title.setText(f"{result.exhibit}  {self.measure.words}: {result.title.partition(': ')[2]}")
        self.plot.show_figure(result)
        return "" if self.plot.marks else "There is nothing to draw here that this session may show."

    def _picture(self, source: str) -> Drawing:
        legend = legend_of(self.result, LIGHT)
        return plot_picture(self.result, lambda: PeriodPlot(self.measure, LIGHT), legend, source=source)
