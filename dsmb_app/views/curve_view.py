"""Step curves on screen: time to first, cumulative incidence, mean count, of the row that a reader asks about."""

from __future__ import annotations

from dsmb_app.model.result import Column, CurveFigure
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views.desk import Desk
from dsmb_app.views.plots.curves import CurvePlot, legend_of
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.figure_picture import curve_picture
from dsmb_app.views.row_view import RowView
from dsmb_app.views.theme import Entry, current_theme

ONSET, FIRST, COMPETING, AGAIN = "F09", "F15", "F15A", "F15M"
_TEST, _EVENTS = "Log-rank test", "Events. "
_MOST_PAIRS = 3
"""The tests of more pairs of arms than this stand in the notes alone."""


class CurveView(RowView):
    """Shows a figure of curves about a row; a click on a curve asks about its arm's subjects, or about its events."""

    plot: CurvePlot

    def __init__(self, desk: Desk, number: str, of: str, *, compact: bool = False) -> None:
        super().__init__(desk, number, of, CurvePlot(), compact=compact)
        stat = Stat.EVENTS if number == AGAIN else Stat.N
        self.plot.picked.connect(lambda arm: self.drilled.emit(self.of, self.row, Column(arm, stat)))

    def _legend(self, result: CurveFigure) -> list[Entry]:
        return legend_of(result, current_theme())

    def _draw(self, result: CurveFigure) -> str:
        self._say(result, tests_of(result) or again_of(result))
        self.plot.show_figure(result)
        # The first note says why a figure has no curves.
        return "" if result.curves else result.footnotes[0]

    def _picture(self, source: str) -> Drawing:
        return curve_picture(self.result, source=source)


def tests_of(figure: CurveFigure) -> str:
    """Return the log-rank test of a figure in words, "" where it has none; of many arms where to find it."""
    note = next((note for note in figure.footnotes if note.startswith(_TEST)), "")
    tests = note.partition(". ")[2].rstrip(".")
    if tests.count(";") >= _MOST_PAIRS:
        return f"{_TEST} of every pair of arms: in the notes below"
    return f"{_TEST}, nominal: {tests}" if tests else ""


def again_of(figure: CurveFigure) -> str:
    """Return how many events and subjects with two or more there are by arm, "" where it is not said."""
    note = next((note for note in figure.footnotes if note.startswith(_EVENTS)), "").removeprefix(_EVENTS).rstrip(".")
    if note.count(";") > _MOST_PAIRS:
        return "Events, and who had two or more: in the notes below"
    # By arm is enough where there are arms.
    return "; ".join(part for part in note.split("; ") if part.partition(":")[0] != TOTAL or len(figure.arms) == 1)
