"""A plot of rows as a file or as bytes: it stands alone, so it carries its own title, row names, legend and source."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication

from dsmb_app.model.result import ResultTable, RowKey
from dsmb_app.views.ending import dispose
from dsmb_app.views.layout import Line, lay_out
from dsmb_app.views.plots.dot_plot import Contrast, DotPlot, contrasts_of
from dsmb_app.views.plots.drawing import LEFT, MARGIN, Drawing
from dsmb_app.views.plots.grade_bars import GradeBars, is_grade
from dsmb_app.views.plots.row_plot import RowPlot, scale_height
from dsmb_app.views.theme import LIGHT, SPACE, Entry

ROW_HEIGHT = 19
_BAR_HEIGHT, _LINE_HEIGHT = 8, 6
_MOST_CONTRASTS = 5
MOST_ROWS = 40


def plot_for(table: ResultTable) -> type[RowPlot] | None:
    """Return the plot that suits a result beside its table, None where its rows cannot be drawn."""
    return next((kind for kind in (GradeBars, DotPlot) if kind.suits(table)), None)


class Picture(Drawing):
    """One result's plot at a width, with as many of its rows as are asked for. ValueError where no plot suits it."""

    def __init__(
        self,
        table: ResultTable,
        *,
        keys: Collection[RowKey],
        source: str,
        width: int,
        only: Collection[Contrast] | None = None,
    ) -> None:
        super().__init__(title=f"{table.exhibit}  {table.title}", source=source, width=width)
        wanted = set(keys)
        lines = [line for line in _lines_to_draw(table) if line.row.key in wanted]
        kind = plot_for(table)
        if kind is None:
            raise ValueError(f"no plot suits {table.exhibit}")
        self._table, self._lines, self._kind = table, lines, kind
        self._only = only if only is not None else _contrasts_that_fit(table)
        # Bars and intervals stand below each other in a row, dots side by side.
        below = len(table.arms) if kind is GradeBars else len(self._only)
        self._row_height = max(ROW_HEIGHT, (_BAR_HEIGHT if kind is GradeBars else _LINE_HEIGHT) * below + 4)
        self._legend = self._legend_entries()
        self._names = min(max(map(self._name_width, lines), default=0) + MARGIN + SPACE, width * 2 // 5)
        self._scale = scale_height(self.small)

    def _legend_entries(self) -> list[Entry]:
        if self._kind is DotPlot:
            return DotPlot.legend_for(self._table, LIGHT, self._only)
        return self._kind.legend_for(self._table, LIGHT)

    @property
    def size(self) -> QSize:
        """Return the size in pixels at 100%."""
        text = self.line_height * (3 + len(self.legend_lines(self._legend)) + (1 if self.left_out else 0))
        return QSize(self.width, 2 * MARGIN + text + SPACE + self._scale + self._row_height * len(self._lines))

    @property
    def left_out(self) -> str:
        """Say how many rows are shown where not all are."""
        every = len(_lines_to_draw(self._table))
        pairs = len(contrasts_of(self._table))
        said = [(len(self._lines), every, "rows"), (len(self._only), pairs, "contrasts")]
        return " ".join(f"{shown} of {there} {what} shown." for shown, there, what in said if shown < there)

    def paint(self, painter: QPainter) -> None:
        """Draw everything."""
        self.ground(painter)
        y = self.write(painter, MARGIN, self.title, self.bold, LIGHT.text)
        y = self.write(painter, y, f"{self._table.subtitle} · {self._table.population}", self.small, LIGHT.muted)
        y = self.paint_legend(painter, y, self._legend) + SPACE
        self._paint_names(painter, y + self._scale)
        self._paint_plot(painter, y)
        y += self._scale + self._row_height * len(self._lines) + SPACE // 2
        if self.left_out:
            y = self.write(painter, y, self.left_out, self.small, LIGHT.muted)
        self.write(painter, y, self.source, self.small, LIGHT.muted)

    def _name_width(self, line: Line) -> int:
        return line.depth * 14 + QFontMetrics(self.bold if line.heading else self.font).horizontalAdvance(line.label)

    def _paint_names(self, painter: QPainter, top: int) -> None:
        for place, line in enumerate(self._lines):
            font = self.bold if line.heading else self.font
            left = MARGIN + line.depth * 14
            room = QRect(left, top + place * self._row_height, self._names - left, self._row_height)
            painter.setFont(font)
            painter.setPen(QColor(LIGHT.text))
            painter.drawText(
                room, LEFT, QFontMetrics(font).elidedText(line.label, Qt.TextElideMode.ElideRight, room.width())
            )

    def _paint_plot(self, painter: QPainter, top: int) -> None:
        plot = self._kind(LIGHT)
        plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        plot.resize(self.width - self._names - MARGIN, self._scale + self._row_height * len(self._lines))
        plot.show()
        plot.align(row_height=self._row_height, scale_height=self._scale)
        if isinstance(plot, DotPlot):
            plot.show_contrasts(self._only)
        plot.show_result(self._table)
        plot.show_lines(self._lines)
        QApplication.processEvents()
        plot.align(row_height=self._row_height, scale_height=self._scale)
        plot.render(painter, QRectF(self._names, top, plot.width(), plot.height()), plot.rect())
        dispose(plot)


def _contrasts_that_fit(table: ResultTable) -> list[Contrast]:
    """Return all of a few contrasts, of many those of the first arm."""
    found = contrasts_of(table)
    return found if len(found) <= _MOST_CONTRASTS else [pair for pair in found if pair[0] == found[0][0]]


def keys_that_fit(table: ResultTable) -> list[RowKey]:
    """Return the rows to draw on a page: all of a short table, the outermost of a long one."""
    lines = _lines_to_draw(table)
    shown = lines if len(lines) <= MOST_ROWS else [line for line in lines if line.depth == 0]
    return [line.row.key for line in shown]


def _lines_to_draw(table: ResultTable) -> list[Line]:
    """Return the rows that a picture can show: a row of one grade is a part of the bar above it."""
    return [line for line in lay_out(table).lines if not line.group and not is_grade(line.row.key)]


def as_png(table: ResultTable, *, keys: Collection[RowKey], source: str, width: int = 1000) -> bytes:
    """Return a PNG of a result's plot, light, at 200%, ``width`` pixels wide at 100%."""
    return Picture(table, keys=keys, source=source, width=width).png()


def save(
    table: ResultTable,
    path: Path,
    *,
    keys: Collection[RowKey],
    source: str,
    width: int = 1000,
    only: Collection[Contrast] | None = None,
) -> None:
    """Write a PNG, or an SVG where the name ends so; ``only``: the contrasts to draw.

    Raises Refusal when the file cannot be written.
    """
    Picture(table, keys=keys, source=source, width=width, only=only).save(path)
