"""The dot plot beside a table: percent of subjects by arm and, by contrast, the risk difference with its interval."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from dsmb_app.model.result import Column, ResultTable
from dsmb_app.model.words import Stat
from dsmb_app.views.layout import is_summary
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.row_marks import Asked, RowMark
from dsmb_app.views.plots.row_plot import RowPlot
from dsmb_app.views.theme import DASHES, Entry, Mark, Theme, mark_of

Contrast = tuple[str, str]

_NEAR = 12
_SPREAD = {1: 0.0, 2: 0.3}
"""How much of a row's height marks beside each other take, by their number; more than two take most of it."""


@dataclass(frozen=True)
class Series:
    """What is drawn in one mark: an arm's percentages or a contrast's differences."""

    label: str
    mark: Mark
    estimate: Column
    limits: tuple[Column, Column] | None = None


class _Point(NamedTuple):
    line: int
    x: float
    y: float
    series: Series


class DotPlot(RowPlot):
    """Draws the rows that the table shows; zeros are drawn, suppressed cells are not."""

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        super().__init__("Dot plot", panels=2, theme=theme)
        self._points: list[_Point] = []
        self._only: Collection[Contrast] | None = None
        self.shares, self.differences = self.panels

    @staticmethod
    def suits(table: ResultTable) -> bool:
        """Tell whether a result holds percentages to draw."""
        return any(column.stat is Stat.PCT for column in table.columns) and not is_summary(table)

    @property
    def series(self) -> list[Series]:
        """Return what is drawn, arms before contrasts."""
        return series_of(self._table, self.theme, self._only) if self._table else []

    def show_contrasts(self, only: Collection[Contrast] | None) -> None:
        """Draw only these contrasts, of this result and of those to come; None for all."""
        changed, self._only = only != self._only, only
        if self._table and changed:
            self._prepare()
            self.show_lines(self._lines)

    @property
    def legend(self) -> list[Entry]:
        """Return the legend's entries."""
        return self.legend_for(self._table, self.theme, self._only) if self._table else []

    @staticmethod
    def legend_for(table: ResultTable, theme: Theme, only: Collection[Contrast] | None = None) -> list[Entry]:
        """Return the legend's entries: arms, and contrasts on their lines."""
        found = series_of(table, theme, only)
        return [(f"{s.label}, 95% CI" if s.limits else s.label, s.mark, s.limits is not None) for s in found]

    def drawn_values(self, series: Series) -> list[float]:
        """Return where a series has dots, from the top row to the last."""
        return [point.x for point in self._points if point.series == series]

    def _prepare(self) -> None:
        series = self.series
        self.differences.setVisible(any(s.limits for s in series))
        found = {False: [0.0, 1.0], True: [-1.0, 1.0]}
        for one in series:
            for column in (one.estimate, *(one.limits or ())):
                found[bool(one.limits)] += self._layout.values(column).values()
        for limits, panel in ((False, self.shares), (True, self.differences)):
            low, high = min(found[limits]), max(found[limits])
            margin = (high - low) * 0.05
            panel.setXRange(low - margin, high + margin, padding=0)

    def _draw(self) -> None:
        self._points = []
        series = self.series
        if any(one.limits for one in series):
            zero = pg.InfiniteLine(0, angle=90, pen=pen(self.theme.muted, 1.0))
            zero.setZValue(-50)
            self._add(self.differences, zero)
        for limits, panel in ((False, self.shares), (True, self.differences)):
            self._draw_panel(panel, [s for s in series if bool(s.limits) is limits])

    def _draw_panel(self, panel: pg.PlotItem, series: list[Series]) -> None:
        beside = [s for s in series if s.mark.symbol != "|"]
        for one in series:
            # Equal values would hide each other; the order of the arms decides who stands above.
            place = beside.index(one) if one in beside else (len(beside) - 1) / 2
            spread = _SPREAD.get(len(beside), 0.7)
            offset = (place - (len(beside) - 1) / 2) * spread / max(len(beside) - 1, 1)
            self._draw_series(panel, one, offset, many=len(beside) > 3)

    def _draw_series(self, panel: pg.PlotItem, series: Series, offset: float, *, many: bool) -> None:
        values, limits = self._layout.values(series.estimate), [self._layout.values(c) for c in series.limits or ()]
        points, ends_x, ends_y = [], [], []
        for place, line in enumerate(self._lines):
            key = line.row.key
            if line.group or key not in values:
                continue
            points.append(_Point(place, values[key], place + 0.5 + offset, series))
            if limits and all(key in values for values in limits):
                ends_x += [values[key] for values in limits]
                ends_y += [place + 0.5 + offset] * 2
        self._points += points
        self._add_marks(panel, series, points, (ends_x, ends_y), many=many)

    def _add_marks(
        self,
        panel: pg.PlotItem,
        series: Series,
        points: list[_Point],
        ends: tuple[list[float], list[float]],
        *,
        many: bool,
    ) -> None:
        if ends[0]:
            line_pen = pen(series.mark.colour, 1.2 if many else 1.6, series.mark.dash)
            self._add(panel, pg.PlotCurveItem(*map(np.array, ends), connect="pairs", pen=line_pen))
        tick = series.mark.symbol == "|"
        size = 12 if tick else 9 if not series.limits else 7
        edge = pen(series.mark.colour, 1.2) if tick else pen(self.theme.surface, 0.8)
        dots = pg.ScatterPlotItem(
            [point.x for point in points], [point.y for point in points], symbol=series.mark.symbol,
            size=size - 2 * many, pxMode=True, pen=edge, brush=QColor(series.mark.colour),
        )  # fmt: skip
        self._add(panel, dots)

    def _scale_words(self) -> list[str]:
        return ["Subjects (%)", "Risk difference (points)"]

    def _near(self, where: QPointF) -> Asked | None:
        """Return the dot nearest to a point of this widget, in the same row and near enough to be meant."""
        line = self._line_at(where.y())
        found: list[tuple[float, _Point]] = []
        for point in self._points:
            if point.line == line:
                panel = self.differences if point.series.limits else self.shares
                away = panel.vb.mapViewToScene(QPointF(point.x, point.y)) - where
                found.append((math.hypot(away.x(), away.y()), point))
        nearest = min(found, key=lambda pair: pair[0], default=None)
        if nearest is None or nearest[0] > _NEAR:
            return None
        return self._lines[nearest[1].line].row.key, nearest[1].series.estimate

    def _find_marks(self) -> list[RowMark]:
        order = {one: place for place, one in enumerate(self.series)}
        points = sorted(self._points, key=lambda point: (point.line, order[point.series]))
        return [self._mark(point) for point in points]

    def _mark(self, point: _Point) -> RowMark:
        column = point.series.estimate
        panel = self.differences if point.series.limits else self.shares
        return RowMark(point.line, panel, point.x, point.y, (self._lines[point.line].row.key, column), column)

    def position_of(self, line: int, series: Series) -> QPointF:
        """Return where a dot stands in this widget."""
        value = self._layout.values(series.estimate).get(self._lines[line].row.key)
        panel = self.differences if series.limits else self.shares
        return panel.vb.mapViewToScene(QPointF(value or 0.0, line + 0.5))


def contrasts_of(table: ResultTable) -> list[Contrast]:
    """Return the contrasts of a result, in its order; none in an open session."""
    return [(column.arm, column.arm_ref) for column in table.columns if column.stat is Stat.RD]


def series_of(table: ResultTable, theme: Theme, only: Collection[Contrast] | None = None) -> list[Series]:
    """Return what a dot plot of a result draws: its percentages by arm, then its risk differences by contrast.

    ``only``: the contrasts to draw, None for all.
    """
    found = [
        Series(column.arm, mark_of(theme, table, column.arm), column)
        for column in table.columns
        if column.stat is Stat.PCT
    ]
    contrasts = [column for column in table.columns if column.stat is Stat.RD]
    drawn = [column for column in contrasts if only is None or (column.arm, column.arm_ref) in only]
    for place, column in enumerate(drawn):
        low, high = (Column(column.arm, stat, column.arm_ref) for stat in (Stat.RD_LOW, Stat.RD_HIGH))
        # The colour and shape of the first arm, a dash of its own: one arm may stand first in several contrasts.
        first = mark_of(theme, table, column.arm)
        mark = Mark(first.colour, first.symbol, DASHES[place % len(DASHES)])
        found.append(Series(f"{column.arm} − {column.arm_ref}", mark, column, (low, high)))
    return found
