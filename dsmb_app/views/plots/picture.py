"""A dot plot as a file or as bytes: it stands alone, so it carries its own title, row names, legend and source."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication

from dsmb_app.model.result import ResultTable, RowKey
from dsmb_app.views.ending import dispose
from dsmb_app.views.layout import Line, lay_out
from dsmb_app.views.plots.dot_plot import DotPlot, scale_height, series_of
from dsmb_app.views.plots.drawing import LEFT, MARGIN, Drawing, Entry
from dsmb_app.views.theme import LIGHT, SPACE

ROW_HEIGHT = 19
MOST_ROWS = 40


class Picture(Drawing):
    """One result's dot plot at a width, with as many of its rows as are asked for."""

    def __init__(self, table: ResultTable, *, keys: Collection[RowKey], source: str, width: int) -> None:
        super().__init__(title=f"{table.exhibit}  {table.title}", source=source, width=width)
        lines = [line for line in lay_out(table).lines if line.row.key in set(keys)]
        self._table, self._lines = table, lines
        self._names = min(max(map(self._name_width, lines), default=0) + MARGIN, width * 2 // 5)
        self._scale = scale_height(self.small)

    @property
    def size(self) -> QSize:
        """Return the size in pixels at 100%."""
        text = self.line_height * (3 + len(self.legend_lines(self._entries())) + (1 if self.left_out else 0))
        return QSize(self.width, 2 * MARGIN + text + SPACE + self._scale + ROW_HEIGHT * len(self._lines))

    @property
    def left_out(self) -> str:
        """Say how many rows are shown where not all are."""
        every = len(lay_out(self._table).lines)
        return f"{len(self._lines)} of {every} rows shown." if len(self._lines) < every else ""

    def _entries(self) -> list[Entry]:
        return [
            (f"{one.label}, 95% CI" if one.limits else one.label, one.mark, bool(one.limits))
            for one in series_of(self._table, LIGHT)
        ]

    def paint(self, painter: QPainter) -> None:
        """Draw everything."""
        self.ground(painter)
        y = self.write(painter, MARGIN, self.title, self.bold, LIGHT.text)
        y = self.write(painter, y, f"{self._table.subtitle} · {self._table.population}", self.small, LIGHT.muted)
        y = self.paint_legend(painter, y, self._entries()) + SPACE
        self._paint_names(painter, y + self._scale)
        self._paint_plot(painter, y)
        y += self._scale + ROW_HEIGHT * len(self._lines) + SPACE // 2
        if self.left_out:
            y = self.write(painter, y, self.left_out, self.small, LIGHT.muted)
        self.write(painter, y, self.source, self.small, LIGHT.muted)

    def _name_width(self, line: Line) -> int:
        return line.depth * 14 + QFontMetrics(self.bold if line.heading else self.font).horizontalAdvance(line.label)

    def _paint_names(self, painter: QPainter, top: int) -> None:
        for place, line in enumerate(self._lines):
            font = self.bold if line.heading else self.font
            room = QRect(
                MARGIN + line.depth * 14, top + place * ROW_HEIGHT, self._names - MARGIN - line.depth * 14, ROW_HEIGHT
            )
            painter.setFont(font)
            painter.setPen(QColor(LIGHT.text))
            painter.drawText(
                room, LEFT, QFontMetrics(font).elidedText(line.label, Qt.TextElideMode.ElideRight, room.width())
            )

    def _paint_plot(self, painter: QPainter, top: int) -> None:
        plot = DotPlot(LIGHT)
        plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        plot.resize(self.width - self._names - MARGIN, self._scale + ROW_HEIGHT * len(self._lines))
        plot.show()
        plot.show_result(self._table)
        plot.show_lines(self._lines)
        plot.align(row_height=ROW_HEIGHT, scale_height=self._scale)
        QApplication.processEvents()
        plot.align(row_height=ROW_HEIGHT, scale_height=self._scale)
        plot.render(painter, QRectF(self._names, top, plot.width(), plot.height()), plot.rect())
        dispose(plot)


def keys_that_fit(table: ResultTable) -> list[RowKey]:
    """Return the rows to draw on a page: all of a short table, the outermost of a long one."""
    lines = lay_out(table).lines
    shown = lines if len(lines) <= MOST_ROWS else [line for line in lines if line.depth == 0]
    return [line.row.key for line in shown]


def as_png(table: ResultTable, *, keys: Collection[RowKey], source: str, width: int = 1000) -> bytes:
    """Return a PNG of a result's plot, light, at 200%, ``width`` pixels wide at 100%."""
    return Picture(table, keys=keys, source=source, width=width).png()


def as_svg(table: ResultTable, *, keys: Collection[RowKey], source: str, width: int = 1000) -> bytes:
    """Return an SVG of a result's plot."""
    return Picture(table, keys=keys, source=source, width=width).svg()


def save(table: ResultTable, path: Path, *, keys: Collection[RowKey], source: str, width: int = 1000) -> None:
    """Write a PNG, or an SVG where the name ends so. Raises Refusal when the file cannot be written."""
    Picture(table, keys=keys, source=source, width=width).save(path)
