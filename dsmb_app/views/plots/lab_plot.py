"""What the plots of one laboratory test share: its figure, lines with their words, rows below the axis, the legend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFontMetrics

from dsmb_app.model.figures import LabFigure, Line
from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.plots.words import write, written_in
from dsmb_app.views.theme import SPACE, Entry, Mark, Theme, mark_of

_ROOM, AXIS = 0.05, 60
_SHORT = (("upper limit of normal", "ULN"), ("lower limit of normal", "LLN"), ("grade ", "G"), (": below", " <"),
          (": above", " >"))  # fmt: skip
"""So the words fit beside the marks; the notes say them in full."""
_LOG_STEPS = (1, 2, 5)


class LabPlot(PointPlot):
    """A subclass draws its figure; ``picked`` carries the subject of a mark that was asked about.

    ``below``: rows under the horizontal axis, one an arm, for a subclass that has such.
    """

    picked = Signal(str)

    def __init__(self, name: str, *, goes: str, theme: Theme | None = None, rows: bool = False) -> None:
        super().__init__(name, goes=goes, theme=theme)
        self._figure: LabFigure | None = None
        self._end = 0.0
        self.below: pg.PlotItem | None = self._add_rows() if rows else None

    def _add_rows(self) -> pg.PlotItem:
        below = self.addPlot(row=1, col=0, enableMenu=False)
        below.hideButtons()
        below.setMouseEnabled(x=False, y=False)
        below.vb.setDefaultPadding(0)
        below.hideAxis("bottom")
        below.invertY(True)
        below.setXLink(self.panel)
        return below

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._figure = None
        if self.below is not None:
            self.below.clear()
        super().forget()

    def show_figure(self, figure: LabFigure) -> None:
        """Draw a figure in place of the one before."""
        self._figure = figure
        self.panel.clear()
        self.setBackground(self.theme.surface)
        self._draw(figure)
        self._add_ring()

    def _draw(self, figure: LabFigure) -> None:
        """Set ``_xy`` and draw."""
        raise NotImplementedError

    def _redraw(self) -> None:
        if self._figure is not None:
            self.show_figure(self._figure)

    @property
    def _outgrown(self) -> bool:
        """Tell whether the words of lines need other room; marks alone follow their scales."""
        return super()._outgrown and bool(self._figure and self._figure.lines)

    def _mark(self, arm: str) -> Mark:
        return mark_of(self.theme, self._figure, arm)

    def _arm_words(self, arm: str) -> str:
        return "" if arm == TOTAL else arm

    def _set_scales(self, x: tuple[float, float], values: Iterable[float], *, words: tuple[str, str]) -> None:
        """Show the range of the values, and of the lines that lie near it."""
        known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
        low, high = min(known), max(known)
        span = (high - low) or abs(high) or 1.0
        near = [v for v in self._line_values() if low - 0.6 * span <= v <= high + 0.6 * span]
        low, high = min(low, *near, low), max(high, *near, high)
        room = _ROOM * ((high - low) or span)
        self._end = x[1]
        x = x[0], x[1] + self._beside(x[1] - x[0], near)
        self.panel.setRange(xRange=x, yRange=(low - room, high + room), padding=0)
        for side, text in zip(("bottom", "left"), words, strict=True):
            self._set_axis(side, text)
        # Both panels begin at the same place only where their scales are equally wide.
        self.panel.getAxis("left").setWidth(AXIS)

    def _line_values(self) -> list[float]:
        return [self._scaled(line.value) for line in self._figure.lines] if self._figure else []

    def _beside(self, span: float, shown: Sequence[float]) -> float:
        """Return the room to the right of the marks for the words of lines, in units of the horizontal scale."""
        if not self._figure or not shown:
            return 0.0
        words = [_words(line) for line in self._figure.lines if line.words]
        wide = max(map(QFontMetrics(self._small_font()).horizontalAdvance, words), default=0) + (SPACE if words else 0)
        return span * wide / max(self.width() - AXIS - wide - 2 * SPACE, wide, 1)

    def _scaled(self, value: float) -> float:
        """Return where a value stands on the scale."""
        return value

    def _draw_lines(self) -> None:
        """Draw the figure's lines, each with its words beside the marks: above it, or higher where others stand."""
        _, (bottom, top) = self.panel.vb.viewRange()
        every = zip(self._line_values(), self._figure.lines, strict=True)
        shown = sorted((one for one in every if bottom <= one[0] <= top), key=lambda one: one[0])
        for at in dict.fromkeys(at for at, _ in shown):
            self._add_line(at, angle=0)
        worded = [(at, _words(line)) for at, line in shown if line.words]
        # With a little air, or the line would cut through the feet of its own words.
        high = (QFontMetrics(self._small_font()).height() + 3) / max(self.panel.vb.height(), 100.0) * (top - bottom)
        for y, (_, words) in zip(_spread([at for at, _ in worded], high, top), worded, strict=True):
            self._add_words(words, self._end, y, (0, 0.5), font=self._small_font(), margin=1)

    def _dots(
        self,
        x: Sequence[float],
        y: Sequence[float],
        mark: Mark,
        *,
        size: float,
        name: object = None,
        alpha: int = 255,
        outlined: bool = False,
    ) -> None:
        outline = pen(mark.colour, 1.2) if outlined else pen(self.theme.surface, 0.8)
        fill = faint(mark.colour, alpha)
        self.panel.addItem(
            pg.ScatterPlotItem(x, y, symbol=mark.symbol, size=size, pxMode=True, pen=outline, brush=fill, name=name),
            ignoreBounds=True,
        )

    def _log_ticks(self, low: float, high: float) -> list[tuple[float, str]]:
        powers = range(math.floor(low) - 1, math.ceil(high) + 1)
        values = [step * 10.0**power for power in powers for step in _LOG_STEPS]
        return [(math.log10(value), f"{value:g}") for value in values if low <= math.log10(value) <= high]

    def _prepare_rows(self, count: int) -> None:
        """Give the rows below the axis their height."""
        axis = self.below.getAxis("left")
        axis.setTicks([[]])
        axis.setPen(pg.mkPen(None))
        axis.setWidth(AXIS)
        self.below.clear()
        self.below.setFixedHeight(count * (QFontMetrics(self._small_font()).height() + 3) + SPACE // 2)
        self.below.setYRange(0, count, padding=0)

    def _draw_row_marks(self, x: float) -> None:
        """Draw each arm's mark before its row, which the legend names."""
        for place, arm in enumerate(self._figure.arms):
            if arm != TOTAL:
                mark = self._mark(arm)
                self.below.addItem(
                    pg.ScatterPlotItem(
                        [x], [place + 0.5], symbol=mark.symbol, size=9, pxMode=True, pen=None, brush=QColor(mark.colour)
                    ),
                    ignoreBounds=True,
                )

    def _write_below(self, text: str, x: float, row: float, *, muted: bool = False) -> None:
        colour = self.theme.muted if muted else self.theme.text
        write(self.below, text, (x, row + 0.5), (0.5, 0.5), font=self._small_font(), colour=colour)

    @property
    def printed(self) -> list[str]:
        """Return the texts printed below the axis, row by row."""
        return [words.text() for words in written_in(self.below)] if self.below else []

    @property
    def drawn(self) -> dict[object, list[tuple[float, float]]]:
        """Return where named symbols stand, in the panel's own units."""
        found: dict[object, list[tuple[float, float]]] = {}
        for item in self.panel.items:
            if isinstance(item, pg.ScatterPlotItem) and item.opts["name"] is not None:
                x, y = item.getData()
                found.setdefault(item.opts["name"], []).extend(zip(x.tolist(), y.tolist(), strict=True))
        return found


def legend_of(figure: LabFigure, theme: Theme) -> list[Entry]:
    """Return the legend's entries: each arm by its mark."""
    shown = [("All subjects" if arm == TOTAL else arm, arm) for arm in figure.arms]
    return [(words, mark_of(theme, figure, arm), False) for words, arm in shown]


def _spread(places: Sequence[float], high: float, top: float) -> list[float]:
    """Return the middles of labels of a height that stand above rising places, none upon another and none above top."""
    found: list[float] = []
    for place in places:
        found.append(max(place + high / 2, found[-1] + high if found else place))
    highest = top - high / 2
    for i in reversed(range(len(found))):
        found[i] = min(found[i], highest)
        highest = found[i] - high
    return found


def _words(line: Line) -> str:
    words = line.words
    for whole, short in _SHORT:
        words = words.replace(whole, short)
    return f"{words}{'' if words.endswith(('<', '>')) else ' '}{line.value:.4g}"


def faint(colour: str, alpha: int) -> QColor:
    """Return a colour that lets others through."""
    made = QColor(colour)
    made.setAlpha(alpha)
    return made


def number(value: float) -> str:
    """Print a value as it was measured, without the dust of its conversion."""
    return f"{value:.6g}"


def pairs(values: Iterable[tuple[float, float]]) -> np.ndarray:
    """Return points as an array of two columns."""
    return np.array(list(values), dtype=float).reshape(-1, 2)
