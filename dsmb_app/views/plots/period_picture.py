"""All measures of some events by cycle and phase on one picture, below each other."""

from __future__ import annotations

from dsmb_app.model.result import PeriodFigure
from dsmb_app.views.plots.figure_picture import FigurePicture, Panel
from dsmb_app.views.plots.periods import Measure, PeriodPlot, legend_of
from dsmb_app.views.theme import LIGHT

_WIDTH, _LOW = 1200, 268
"""Two panels side by side, one below with the notes beside it, as wide to high as a printed page."""


def period_picture(figure: PeriodFigure, *, source: str) -> FigurePicture:
    """Return the picture of a figure: a panel a measure, with what each means above it."""

    def panel(measure: Measure) -> Panel:
        def drawn() -> PeriodPlot:
            plot = PeriodPlot(measure, LIGHT)
            plot.show_figure(figure)
            return plot

        return Panel(drawn, legend_of(figure, LIGHT), measure.words)

    return FigurePicture(
        [panel(measure) for measure in Measure],
        title=f"{figure.exhibit}  {figure.title}",
        subtitle=f"{figure.subtitle} \u00b7 {figure.population}",
        notes=figure.footnotes,
        source=source,
        width=_WIDTH,
        height=_LOW,
        across=2,
    )
