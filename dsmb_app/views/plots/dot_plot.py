"""The dot plot beside a table: percent of subjects by arm and, by contrast, the risk difference with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent
from PySide6.QtWidgets import QToolTip

from dsmb_app.model.result import Column, ResultTable, RowKey
from dsmb_app.model.words import Stat
from dsmb_app.views.layout import Layout, Line, is_summary, lay_out
from dsmb_app.views.plots.base import Canvas, colour_axis, pen
from dsmb_app.views.plots.rows import RowBands
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import DASHES, Mark, Theme, current_theme, mark_of

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


@dataclass(frozen=True)
class _Point:
    line: int
    x: float
    series: Series


class DotPlot(Canvas):
    """Draws the rows that the table shows, each at the table's height; zeros are drawn, suppressed cells are not."""

    picked = Signal(object, object)
    pointed = Signal(int)
    # Here, because Qt calls changeEvent while the widget is still being made.
    _table: ResultTable | None = None

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        super().__init__()
        self._own_theme = theme
        self.setAccessibleName("Dot plot")
        self.setMouseTracking(True)
        self._lines: tuple[Line, ...] = ()
        self._points: list[_Point] = []
        self._places: dict[RowKey, int] = {}
        self._row_height, self._scrolled = 24, 0
        self.shares, self.differences = self.add_panel(0), self.add_panel(1)
        self.differences.setYLink(self.shares)
        self._bands = {panel: RowBands(self.theme) for panel in (self.shares, self.differences)}
        for panel, bands in self._bands.items():
            panel.addItem(bands, ignoreBounds=True)
        self._drawn: list[tuple[pg.PlotItem, pg.GraphicsObject]] = []
        self.shares.vb.sigResized.connect(self._place)

    @property
    def theme(self) -> Theme:
        """Return the theme drawn in."""
        return self._own_theme or current_theme()

    @staticmethod
    def suits(table: ResultTable) -> bool:
        """Tell whether a result holds percentages to draw."""
        return any(column.stat is Stat.PCT for column in table.columns) and not is_summary(table)

    @property
    def series(self) -> list[Series]:
        """Return what is drawn, arms before contrasts."""
        return series_of(self._table, self.theme) if self._table else []

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return the rows drawn, from the top."""
        return self._lines

    def drawn_values(self, series: Series) -> list[float]:
        """Return where a series has dots, from the top row to the last."""
        return [point.x for point in self._points if point.series == series]

    def show_result(self, table: ResultTable, layout: Layout | None = None) -> None:
        """Draw a result, all of its rows; ``layout`` where it is laid out already."""
        self._table = table
        self._layout = layout or lay_out(table)
        self._places = {line.row.key: place for place, line in enumerate(self._layout.lines)}
        self.differences.setVisible(any(s.limits for s in self.series))
        self._set_scales()
        self.show_lines(self._layout.lines)

    def _tip(self, key: RowKey) -> str:
        """Return a row's name and its printed cells."""
        place = self._places[key]
        cells = [(head, self._layout.slot(place, j)) for j, head in enumerate(self._layout.heads)]
        told = [f"{head.top}, {head.sub}: {slot.text or slot.note}" for head, slot in cells if slot]
        return plain_tip("\n".join([self._layout.lines[place].label, *told]))

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Draw these rows of the result, from the top."""
        self._lines = tuple(lines)
        for panel, item in self._drawn:
            panel.removeItem(item)
        self._drawn, self._points = [], []
        for limits, panel in ((False, self.shares), (True, self.differences)):
            self._bands[panel].show_lines(self._lines)
            self._draw(panel, [s for s in self.series if bool(s.limits) is limits])
        self.dress()
        self._place()

    def _draw(self, panel: pg.PlotItem, series: list[Series]) -> None:
        theme = self.theme
        if panel is self.differences and series:
            zero = pg.InfiniteLine(0, angle=90, pen=pen(theme.muted, 1.0))
            zero.setZValue(-50)
            self._add(panel, zero)
        beside = [s for s in series if s.mark.symbol != "|"]
        for one in series:
            # Equal values would hide each other; the order of the arms decides who stands above.
            place = beside.index(one) if one in beside else (len(beside) - 1) / 2
            spread = _SPREAD.get(len(beside), 0.56)
            offset = (place - (len(beside) - 1) / 2) * spread / max(len(beside) - 1, 1)
            self._draw_series(panel, one, offset)

    def _draw_series(self, panel: pg.PlotItem, series: Series, offset: float) -> None:
        x, y, ends_x, ends_y = [], [], [], []
        for place, line in enumerate(self._lines):
            value = self._value(line.row.key, series.estimate)
            if value is None:
                continue
            x.append(value)
            y.append(place + 0.5 + offset)
            self._points.append(_Point(place, value, series))
            ends = [self._value(line.row.key, column) for column in series.limits or ()]
            if ends and None not in ends:
                ends_x += ends
                ends_y += [place + 0.5 + offset] * 2
        colour = QColor(series.mark.colour)
        if ends_x:
            line_pen = pen(series.mark.colour, 1.6, series.mark.dash)
            self._add(panel, pg.PlotCurveItem(np.array(ends_x), np.array(ends_y), connect="pairs", pen=line_pen))
        tick = series.mark.symbol == "|"
        dots = pg.ScatterPlotItem(
            x, y, symbol=series.mark.symbol, size=12 if tick else 9 if not series.limits else 7, pxMode=True,
            pen=pen(series.mark.colour, 1.2) if tick else pen(self.theme.surface, 0.8), brush=colour,
        )  # fmt: skip
        self._add(panel, dots)

    def _add(self, panel: pg.PlotItem, item: pg.GraphicsObject) -> None:
        panel.addItem(item, ignoreBounds=True)
        self._drawn.append((panel, item))

    def _value(self, key: RowKey, column: Column) -> float | None:
        cell = self._table.cell(key, column) if self._table else None
        return cell.value if cell else None

    def _set_scales(self) -> None:
        """Fit the scales to every row of the result, so that a search does not move them."""
        table = self._table
        if table is None:
            return
        found = {False: [0.0, 1.0], True: [-1.0, 1.0]}
        for one in self.series:
            for row in table.rows:
                values = [self._value(row.key, column) for column in (one.estimate, *(one.limits or ()))]
                found[bool(one.limits)] += [value for value in values if value is not None]
        for limits, panel in ((False, self.shares), (True, self.differences)):
            low, high = min(found[limits]), max(found[limits])
            margin = (high - low) * 0.05
            panel.setXRange(low - margin, high + margin, padding=0)

    def dress(self) -> None:
        """Take the theme's colours."""
        theme, font = self.theme, QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setBackground(theme.surface)
        colour_axis(self.shares, theme, font, "Subjects (%)")
        colour_axis(self.differences, theme, font, "Risk difference (points)")
        for bands in self._bands.values():
            bands.theme = theme
            bands.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._table:
            self.show_lines(self._lines)

    def align(self, *, row_height: int, scale_height: int) -> None:
        """Take a table's row height, and the height of its header for the scales."""
        self._row_height = row_height
        for panel in (self.shares, self.differences):
            panel.getAxis("top").setHeight(scale_height)
        self._place()

    def scroll_to(self, pixels: int) -> None:
        """Show what lies so many pixels below the top of the first row."""
        self._scrolled = pixels
        self._place()

    def _place(self, *_: object) -> None:
        height = self.shares.vb.height()
        if height > 0:
            top = self._scrolled / self._row_height
            self.shares.vb.setYRange(top, top + height / self._row_height, padding=0)

    def point_at(self, line: int) -> None:
        """Mark the row at hand."""
        for bands in self._bands.values():
            bands.point_at(line)

    def _line_at(self, y: float) -> int:
        line = int(
            (y - self.shares.vb.mapRectToScene(self.shares.vb.boundingRect()).top() + self._scrolled)
            // self._row_height
        )
        return line if 0 <= line < len(self._lines) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what stands in the row under the pointer."""
        line = self._line_at(event.position().y())
        self.point_at(line)
        self.pointed.emit(line)
        tip = self._tip(self._lines[line].row.key) if line >= 0 else ""
        QToolTip.showText(event.globalPosition().toPoint(), tip, self)
        near = self._near(event.position())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """Let the row go."""
        super().leaveEvent(event)
        self.point_at(-1)
        self.pointed.emit(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the dot under the pointer."""
        point = self._near(event.position())
        if point and event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(self._lines[point.line].row.key, point.series.estimate)

    def _near(self, where: QPointF) -> _Point | None:
        """Return the dot nearest to a point of this widget, in the same row and near enough to be meant."""
        line = self._line_at(where.y())
        found: list[tuple[float, _Point]] = []
        for point in self._points:
            if point.line == line:
                panel = self.differences if point.series.limits else self.shares
                x = panel.vb.mapViewToScene(QPointF(point.x, line + 0.5)).x()
                found.append((abs(x - where.x()), point))
        nearest = min(found, key=lambda pair: pair[0], default=None)
        return nearest[1] if nearest and nearest[0] <= _NEAR else None

    def position_of(self, line: int, series: Series) -> QPointF:
        """Return where a dot stands in this widget."""
        value = self._value(self._lines[line].row.key, series.estimate)
        panel = self.differences if series.limits else self.shares
        return panel.vb.mapViewToScene(QPointF(value or 0.0, line + 0.5))


def series_of(table: ResultTable, theme: Theme) -> list[Series]:
    """Return what a dot plot of a result draws: its percentages by arm, then its risk differences by contrast."""
    found = [
        Series(column.arm, mark_of(theme, table.arms, column.arm), column)
        for column in table.columns
        if column.stat is Stat.PCT
    ]
    for place, column in enumerate(column for column in table.columns if column.stat is Stat.RD):
        low, high = (Column(column.arm, stat, column.arm_ref) for stat in (Stat.RD_LOW, Stat.RD_HIGH))
        # The colour and shape of the first arm, a dash of its own: one arm may stand first in several contrasts.
        first = mark_of(theme, table.arms, column.arm)
        mark = Mark(first.colour, first.symbol, DASHES[place % len(DASHES)])
        found.append(Series(f"{column.arm} − {column.arm_ref}", mark, column, (low, high)))
    return found


def scale_height(font: QFont) -> int:
    """Return the least height of the scales: ticks and words."""
    return 2 * QFontMetrics(font).height() + 12
