"""What the plots of one laboratory test share: its figure, lines with their words, rows below the axis, the legend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFontMetrics

from dsmb_app.model.figures import LabFigure
from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.theme import SPACE, Entry, Mark, Theme, mark_of

_ROOM, _NEAR_LINE, _AXIS, _GROUND = 0.05, 0.045, 60, 215
_LOG_STEPS = (1, 2, 5)


class LabPlot(PointPlot):
    """A subclass draws its figure; ``picked`` carries the subject of a mark that was asked about.

    ``below``: rows under the horizontal axis, one an arm, for a subclass that has such.
    """

    picked = Signal(str)

    def __init__(self, name: str, *, goes: str, theme: Theme | None = None, rows: bool = False) -> None:
        super().__init__(name, goes=goes, theme=theme)
        self._figure: LabFigure | None = None
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
        self.panel.setRange(xRange=x, yRange=(low - room, high + room), padding=0)
        for side, text in zip(("bottom", "left"), words, strict=True):
            self._set_axis(side, text)
        # Both panels begin at the same place only where their scales are equally wide.
        self.panel.getAxis("left").setWidth(_AXIS)

    def _line_values(self) -> list[float]:
        return [self._scaled(line.value) for line in self._figure.lines] if self._figure else []

    def _scaled(self, value: float) -> float:
        """Return where a value stands on the scale."""
        return value

    def _draw_lines(self) -> None:
        """Draw the figure's lines, each with its words at the right end, above it or, over a near neighbour, below."""
        (_, right), (bottom, top) = self.panel.vb.viewRange()
        shown = sorted(
            (at, line) for line, at in zip(self._figure.lines, self._line_values(), strict=True) if bottom <= at <= top
        )
        for place, (at, line) in enumerate(shown):
            self._add_line(at, angle=0)
            if not line.words:
                continue
            crowded = place + 1 < len(shown) and shown[place + 1][0] - at < _NEAR_LINE * (top - bottom)
            words, anchor = f"{line.words} {line.value:g}", (1, 0 if crowded else 1)
            told = self._add_words(words, right, at, anchor, font=self._small_font())
            # Above the marks, on a ground of its own: words that a mark cuts through cannot be read.
            told.fill = pg.mkBrush(faint(self.theme.surface, _GROUND))
            told.textItem.document().setDocumentMargin(1)
            told.setZValue(60)

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
        axis.setWidth(_AXIS)
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
        words = pg.TextItem(text, color=self.theme.muted if muted else self.theme.text, anchor=(0.5, 0.5))
        words.setFont(self._small_font())
        words.setPos(x, row + 0.5)
        self.below.addItem(words, ignoreBounds=True)

    @property
    def printed(self) -> list[str]:
        """Return the texts printed below the axis, row by row."""
        return [item.toPlainText() for item in self.below.items if isinstance(item, pg.TextItem)] if self.below else []

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
