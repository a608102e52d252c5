"""Step curves by arm with limits, censoring marks and the numbers at risk below the axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics

from dsmb_app.model.result import Curve, CurveFigure
from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.count_plot import BESIDE, LEAST_PLOT, mark_rows
from dsmb_app.views.plots.point_plot import NEAR, PointPlot
from dsmb_app.views.plots.words import Words, write, written_in
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import SPACE, Entry, Mark, Theme, mark_of

_MOST_BANDS = 3
"""Bands of more arms than this would hide each other; their limits stand in the tips."""
_SHADE, _MARGIN, _NAMES, _LEAST, _BEFORE = 36, 0.035, 180, 52, 20
_HEADING = "At risk"
_FLOOR = 0.03
"""Room below 0, in shares of the height, so that marks there stand whole."""


@dataclass(frozen=True)
class Step:
    """From ``x`` on a curve has the value ``y``."""

    curve: Curve
    x: float
    y: float
    low: float
    high: float


def end_of(figure: CurveFigure, curve: Curve) -> float:
    """Return the day on which a curve's drawing ends: its last, or the first with too few at risk."""
    return min(curve.x[-1], figure.hidden_from.get(curve.arm, math.inf))


def days_shown(figure: CurveFigure) -> tuple[float, ...]:
    """Return the days with numbers below the axis: up to the first on which no curve is drawn any more."""
    ends = [end_of(figure, curve) for curve in figure.curves]
    needed = sum(day < max(ends, default=0.0) for day in figure.at_risk_days)
    return figure.at_risk_days[: needed + 1]


def steps_of(figure: CurveFigure) -> list[Step]:
    """Return every step that is drawn, arm by arm; the last day of follow-up is none."""
    found = []
    for curve in figure.curves:
        end, last = end_of(figure, curve), None
        for x, y, low, high in zip(curve.x, curve.y, curve.low, curve.high, strict=True):
            if (x < end or x == 0) and y != last:
                found.append(Step(curve, x, y, low, high))
            last = y
    return found


class CurvePlot(PointPlot):
    """Draws a figure of step curves; ``picked`` carries the arm of one that was asked about."""

    picked = Signal(str)

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Left and right go from step to step, up and down from arm to arm, Enter asks about the subjects."
        super().__init__("Step curves", goes=goes, theme=theme)
        self._figure: CurveFigure | None = None
        self._axis_name: Words | None = None
        self.steps: list[Step] = []
        self.risk: pg.PlotItem = self.addPlot(row=1, col=0, enableMenu=False)
        self.risk.hideButtons()
        self.risk.setMouseEnabled(x=False, y=False)
        self.risk.vb.setDefaultPadding(0)
        self.risk.hideAxis("bottom")
        self.risk.invertY(True)
        self.risk.setXLink(self.panel)
        # Half of the topmost number of the scale stands above the panel.
        self.panel.layout.setContentsMargins(0, 6, 0, 0)

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._figure, self.steps = None, []
        self.risk.clear()
        super().forget()

    def show_figure(self, figure: CurveFigure) -> None:
        """Draw a figure in place of the one before."""
        self._figure, self.steps = figure, steps_of(figure)
        self._xy = np.array([(step.x, step.y) for step in self.steps]).reshape(-1, 2)
        self.panel.clear()
        self._set_scales(figure)
        for curve in figure.curves:
            self._draw_curve(figure, curve)
        self._draw_risk(figure)
        self._add_ring()

    def _redraw(self) -> None:
        if self._figure:
            self.show_figure(self._figure)

    def _set_scales(self, figure: CurveFigure) -> None:
        self.setBackground(self.theme.surface)
        last = max([1.0, *days_shown(figure), *(end_of(figure, curve) for curve in figure.curves)])
        highs = [value for s in self.steps for value in (s.y, s.high if self._banded(figure) else s.y)]
        high = max([1.0, *(value for value in highs if math.isfinite(value))])
        # The marks of the rows below stand before the numbers of day 0.
        before = max(_MARGIN, _BEFORE / max(self.width() - _NAMES, 100))
        x, y = (-before * last, last * (1 + _MARGIN)), (-_FLOOR * high, high * 1.06)
        self.panel.setRange(xRange=x, yRange=y, padding=0)
        self._set_axis("bottom", "", [(day, f"{day:g}") for day in days_shown(figure)])
        self._set_axis("left", figure.y_label)

    @staticmethod
    def _banded(figure: CurveFigure) -> bool:
        return len(figure.curves) <= _MOST_BANDS

    def _draw_curve(self, figure: CurveFigure, curve: Curve) -> None:
        mark, mine = mark_of(self.theme, figure, curve.arm), [s for s in self.steps if s.curve is curve]
        end = end_of(figure, curve)
        x = _staircase([s.x for s in mine], end)
        if self._banded(figure):
            self._draw_band(mine, x, mark)
        y = np.repeat([s.y for s in mine], 2)
        self.panel.addItem(pg.PlotCurveItem(x, y, pen=pen(mark.colour, 2.0, mark.dash), name=curve.arm))
        self._draw_marks([d for d in curve.censored if d < end], mine, "|", mark, 7)
        # Shapes tell arms apart without colour.
        if figure.arms != (TOTAL,):
            self._draw_marks([d for d in figure.at_risk_days if 0 < d < end], mine, mark.symbol, mark, 9)

    def _draw_band(self, mine: list[Step], x: np.ndarray, mark: Mark) -> None:
        low, high = (np.repeat([getattr(s, name) for s in mine], 2) for name in ("low", "high"))
        known = np.isfinite(low) & np.isfinite(high)
        if known.any():
            edges = [pg.PlotCurveItem(x[known], values[known], pen=None) for values in (low, high)]
            shade = QColor(mark.colour)
            shade.setAlpha(_SHADE)
            band = pg.FillBetweenItem(*edges, brush=shade)
            band.setZValue(-60)
            for item in (*edges, band):
                self.panel.addItem(item, ignoreBounds=True)

    def _draw_marks(self, days: list[float], mine: list[Step], symbol: str, mark: Mark, size: int) -> None:
        heights = [max((s for s in mine if s.x <= day), key=lambda s: s.x).y for day in days]
        outline = pen(mark.colour, 1.2) if symbol == "|" else pen(self.theme.surface, 0.8)
        self.panel.addItem(pg.ScatterPlotItem(
            days, heights, symbol=symbol, size=size, pxMode=True, pen=outline, brush=QColor(mark.colour)
        ), ignoreBounds=True)  # fmt: skip

    def _draw_risk(self, figure: CurveFigure) -> None:
        self.risk.clear()
        metrics = QFontMetrics(self._small_font())
        names = [_HEADING, *("All subjects" if arm == TOTAL else arm for arm in figure.arms)]
        # A pixel more than the longest needs, which stands between two.
        room = min(max(map(metrics.horizontalAdvance, names)) + 1, _NAMES, max(self.width() // 3, _LEAST))
        shown = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in names]
        axis = self.risk.getAxis("left")
        axis.setTicks([[(place + 0.5, name) for place, name in enumerate(shown)]])
        axis.setPen(pg.mkPen(None))
        axis.setTickPen(pg.mkPen(self.theme.surface))
        axis.setTextPen(pg.mkPen(self.theme.muted))
        axis.setStyle(
            tickLength=0, tickTextOffset=BESIDE, tickFont=self._small_font(), hideOverlappingLabels=False
        )  # fmt: skip
        # Both panels begin at the same place only where their scales are equally wide.
        for side in (axis, self.panel.getAxis("left")):
            side.setWidth(max(room + BESIDE + 2, _LEAST))
        self.risk.setFixedHeight(len(names) * (metrics.height() + 2) + SPACE // 2)
        self.risk.setYRange(0, len(names), padding=0)
        self.setMinimumHeight(LEAST_PLOT + len(names) * metrics.height())
        mark_rows(self.risk, self.theme, figure)
        for place, arm in enumerate(figure.arms, start=1):
            for day, count in zip(days_shown(figure), figure.at_risk[arm], strict=False):
                self._write(str(count), day, place + 0.5, self.theme.text)
        self._name_axis(figure.x_label)

    def _name_axis(self, words: str) -> None:
        """Write what the days are beside the heading of the numbers, which saves a line."""
        self._axis_name = self._write(words, sum(self.risk.vb.viewRange()[0]) / 2, 0.5, self.theme.muted)

    def _write(self, text: str, x: float, y: float, colour: str) -> Words:
        return write(self.risk, text, (x, y), (0.5, 0.5), font=self._small_font(), colour=colour)

    @property
    def _outgrown(self) -> bool:
        """Tell whether the names must be cut elsewhere: the height of the rows below follows from what is drawn."""
        return self._drawn_size is not None and self._drawn_size.width() != self.width()

    @property
    def drawn(self) -> dict[str, list[tuple[float, float]]]:
        """Return the corners of every curve drawn, by arm."""
        items = [item for item in self.panel.items if isinstance(item, pg.PlotCurveItem) and item.name()]
        return {i.name(): list(zip(*(values.tolist() for values in i.getData()), strict=True)) for i in items}

    @property
    def printed(self) -> list[str]:
        """Return the numbers printed below the axis, row by row."""
        return [words.text() for words in written_in(self.risk) if words is not self._axis_name]

    def _near(self, where: QPointF) -> int:
        """Return the step whose stretch lies nearest above or below a place in this widget, else -1."""
        if self._figure is None or not self.panel.vb.sceneBoundingRect().contains(where):
            return -1
        day = self.panel.vb.mapSceneToView(where).x()
        found: list[tuple[float, int]] = []
        for curve in self._figure.curves:
            mine = [i for i, s in enumerate(self.steps) if s.curve is curve and s.x <= max(day, 0.0)]
            if mine and day <= end_of(self._figure, curve):
                stretch = self._places(np.array([[day, self.steps[mine[-1]].y]]))[0]
                found.append((abs(stretch[1] - where.y()), mine[-1]))
        away, place = min(found, default=(math.inf, -1))
        return place if away <= NEAR else super()._near(where)

    def _stepped(self, key: int) -> int:
        if self.at_hand < 0 or key in (Qt.Key.Key_Left, Qt.Key.Key_Right) or self._figure is None:
            return super()._stepped(key)
        at, curves = self.steps[self.at_hand], self._figure.curves
        other = curves[(curves.index(at.curve) + (1 if key == Qt.Key.Key_Down else -1)) % len(curves)]
        mine = [i for i, step in enumerate(self.steps) if step.curve is other]
        return min(mine, key=lambda i: abs(self.steps[i].x - at.x), default=self.at_hand)

    def tip_of(self, place: int) -> str:
        """Return arm, day, value and limits of a step."""
        step = self.steps[place]
        arm = "All subjects" if step.curve.arm == TOTAL else step.curve.arm
        limits = f" (95% CI {step.low:.1f}, {step.high:.1f})" if math.isfinite(step.low + step.high) else ""
        return plain_tip(f"{arm}\nfrom day {step.x:g}: {step.y:.1f}{limits}")

    def _ask(self, place: int) -> None:
        self.picked.emit(self.steps[place].curve.arm)


def legend_of(figure: CurveFigure, theme: Theme) -> list[Entry]:
    """Return the legend's entries: each arm on its line."""
    shown = [("All subjects" if arm == TOTAL else arm, arm) for arm in figure.arms]
    return [(words, mark_of(theme, figure, arm), True) for words, arm in shown]


def _staircase(x: list[float], end: float) -> np.ndarray:
    """Return the corners' days: each step runs level to the next one, the last to the end."""
    return np.repeat([*x, max(end, x[-1])], 2)[1:-1]
