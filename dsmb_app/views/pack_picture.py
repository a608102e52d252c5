"""The pictures of a pack's sheets: figures of the session, volcanoes, and the plots of the sheets' own tables."""

from __future__ import annotations

from collections.abc import Iterable

from dsmb_app.model.figures import HIGH, LOW, NADIR, PointFigure
from dsmb_app.model.flow import FlowFigure
from dsmb_app.model.lab_tables import panels
from dsmb_app.model.result import CurveFigure, Figure, Histogram, PeriodFigure, Scatter
from dsmb_app.model.words import VOLCANO
from dsmb_app.session import Session
from dsmb_app.views import wording
from dsmb_app.views.plots import histogram, row_picture
from dsmb_app.views.plots.dot_plot import contrasts_of
from dsmb_app.views.plots.figure_picture import curve_picture, plot_picture, scatter_picture, volcano_picture
from dsmb_app.views.plots.flow import FlowPlot, least_height
from dsmb_app.views.plots.histogram import HistogramPlot
from dsmb_app.views.plots.lab_pictures import nadir_picture
from dsmb_app.views.plots.period_picture import period_picture
from dsmb_app.views.plots.volcano import points_of
from dsmb_app.views.theme import LIGHT

BLOOD = (*((test, LOW) for test in panels()["Blood count"]), *((test, HIGH) for test in panels()["Eosinophils"]))
"""Blood counts with the direction that matters, as K19 has them."""


def pack_picture(session: Session, number: str, figures: Iterable[str]) -> dict[str, bytes]:
    """Return the pictures to exhibit ``number`` as PNG (200%) by the figure's number, level, cut-off and id below each.

    ``figures``: the numbers that they have in the pack; one with nothing to draw is left out. A long table is drawn by
    its outermost rows. Needs a running application.
    """
    drawn = {figure: _drawn(session, number, figure) for figure in figures}
    return {figure: png for figure, png in drawn.items() if png is not None}


def _drawn(session: Session, number: str, figure: str) -> bytes | None:
    source = wording.source_line(session)
    if figure == NADIR:
        drawn = _nadirs(session)
        absent = [test for test, _ in BLOOD if test not in {found.test.code for found in drawn}]
        return nadir_picture(drawn, absent=absent, source=source).png() if drawn else None
    if figure in session.figures():
        return _of_session(session.figure(figure), source)
    table = session.table(number)
    if figure == VOLCANO:
        pairs = [pair for pair in contrasts_of(table) if points_of(table, pair)]
        return volcano_picture(table, pairs, source=source).png() if pairs else None
    if row_picture.plot_for(table) is None:
        return None
    return row_picture.as_png(table, keys=row_picture.keys_that_fit(table), source=source)


def _of_session(found: Figure, source: str) -> bytes | None:
    if isinstance(found, CurveFigure):
        return curve_picture(found, source=source).png() if found.curves else None
    if isinstance(found, FlowFigure):
        return plot_picture(found, lambda: FlowPlot(LIGHT), (), source=source, height=least_height(found)).png()
    if isinstance(found, Histogram):
        legend = histogram.legend_of(found, LIGHT)
        drawable = any(map(any, found.counts.values()))
        return plot_picture(found, lambda: HistogramPlot(LIGHT), legend, source=source).png() if drawable else None
    if isinstance(found, PeriodFigure):
        return period_picture(found, source=source).png() if any(map(any, found.with_events.values())) else None
    assert isinstance(found, Scatter)
    return scatter_picture(found, source=source).png() if found.points else None


def _nadirs(session: Session) -> list[PointFigure]:
    """Return the nadirs of every blood count that was delivered and has any to draw."""
    if NADIR not in session.figures():
        return []
    there = {test.code for test in _points(session.figure(NADIR)).tests if not test.held}
    found = [_points(session.figure(NADIR, row)) for row in BLOOD if row[0] in there]
    return [figure for figure in found if figure.points]


def _points(figure: Figure) -> PointFigure:
    assert isinstance(figure, PointFigure)
    return figure
