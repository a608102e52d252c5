"""A plot with scales of its own as a file or as bytes, with its title, legend, notes and source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication

from dsmb_app.model.result import CurveFigure, ResultTable, Scatter
from dsmb_app.views.ending import dispose
from dsmb_app.views.plots import curves, edish, volcano
from dsmb_app.views.plots.base import Canvas
from dsmb_app.views.plots.curves import CurvePlot
from dsmb_app.views.plots.dot_plot import Contrast
from dsmb_app.views.plots.drawing import MARGIN, Drawing
from dsmb_app.views.plots.edish import EDish
from dsmb_app.views.plots.volcano import Volcano
from dsmb_app.views.theme import LIGHT, SPACE, Entry

PLOT_HEIGHT = 430
_LEAST_PANEL, _LEAST_HEIGHT, _GAP = 300, 240, 2 * SPACE
_MOST_PANELS, _MOST_ACROSS = 6, 3
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True)
class Panel:
    """One plot of a picture: how it is made, drawn already, its legend, and what stands above it."""

    make: Callable[[], Canvas]
    legend: Sequence[Entry]
    title: str = ""


class FigurePicture(Drawing):
    """One figure at a width: its panels side by side, as many as there is room for (``across`` at most), then below.

    ``height``: of a plot, 0 for what suits the number of rows; the lower a picture is, the less a page makes it
    smaller. The notes stand where a last panel would, if they fit.
    """

    def __init__(
        self,
        panels: Sequence[Panel],
        *,
        title: str,
        subtitle: str,
        notes: Sequence[str],
        source: str,
        width: int = 1000,
        height: int = 0,
        across: int = _MOST_ACROSS,
    ) -> None:
        super().__init__(title=title, source=source, width=width)
        self._panels, self._subtitle, self._notes = panels, subtitle, "\n".join(notes)
        self._across = min(len(panels), across, max((width - 2 * MARGIN) // _LEAST_PANEL, 1))
        self._rows = -(-len(panels) // self._across)
        # One page holds them all.
        self._high = height or max(_LEAST_HEIGHT, 2 * PLOT_HEIGHT // (self._rows + 1))
        self._wide = (width - 2 * MARGIN - (self._across - 1) * _GAP) // self._across
        self._legend = tuple(dict.fromkeys(entry for panel in panels for entry in panel.legend))

    @property
    def size(self) -> QSize:
        """Return the size in pixels at 100%."""
        text = self.line_height * (3 + len(self.legend_lines(self._legend)))
        plots = self._rows * (self._title_height + self._high + SPACE)
        return QSize(self.width, 2 * MARGIN + text + SPACE + plots + self._height_below)

    @property
    def _title_height(self) -> int:
        return self.line_height if any(panel.title for panel in self._panels) else 0

    def _notes_height(self, width: int) -> int:
        room = QRect(0, 0, width, 10_000)
        return QFontMetrics(self.small).boundingRect(room, int(_WRAPPED), self._notes).height()

    @property
    def _free_width(self) -> int:
        """Return how wide the place is that the last row of panels leaves free, 0 for too little for the notes."""
        free = self._rows * self._across - len(self._panels)
        wide = free * (self._wide + _GAP) - _GAP
        return wide if free and self._notes_height(wide) <= self._title_height + self._high else 0

    @property
    def _height_below(self) -> int:
        return 0 if self._free_width else self._notes_height(self.width - 2 * MARGIN)

    def paint(self, painter: QPainter) -> None:
        """Draw everything."""
        self.ground(painter)
        y = self.write(painter, MARGIN, self.title, self.bold, LIGHT.text)
        y = self.write(painter, y, self._subtitle, self.small, LIGHT.muted)
        y = self.paint_legend(painter, y, self._legend) + SPACE
        for place, panel in enumerate(self._panels):
            down, across = divmod(place, self._across)
            left, top = MARGIN + across * (self._wide + _GAP), y + down * (self._title_height + self._high + SPACE)
            if panel.title:
                painter.setFont(self.bold)
                painter.setPen(QColor(LIGHT.text))
                painter.drawText(QRect(left, top, self._wide, self.line_height), int(_WRAPPED), panel.title)
            self._paint_plot(painter, panel, left, top + self._title_height)
        row, free = self._title_height + self._high + SPACE, self._free_width
        y += self._rows * row
        painter.setFont(self.small)
        painter.setPen(QColor(LIGHT.muted))
        beside = QRect(self.width - MARGIN - free, y - row, free, row)
        below = QRect(MARGIN, y, self.width - 2 * MARGIN, self._height_below)
        painter.drawText(beside if free else below, int(_WRAPPED), self._notes)
        self.write(painter, y + self._height_below, self.source, self.small, LIGHT.muted)

    def _paint_plot(self, painter: QPainter, panel: Panel, left: int, top: int) -> None:
        plot = panel.make()
        plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        plot.resize(self._wide, self._high)
        plot.show()
        QApplication.processEvents()
        plot.render(painter, QRectF(left, top, plot.width(), plot.height()), plot.rect())
        dispose(plot)


def scatter_picture(figure: Scatter, *, source: str) -> FigurePicture:
    """Return the picture of a scatter plot."""

    def make() -> EDish:
        plot = EDish(LIGHT)
        plot.show_figure(figure)
        return plot

    legend = [(words, mark, False) for words, mark in edish.legend_of(figure, LIGHT)]
    return _of_figure(figure, Panel(make, legend), source)


def curve_picture(figure: CurveFigure, *, source: str) -> FigurePicture:
    """Return the picture of step curves."""

    def make() -> CurvePlot:
        plot = CurvePlot(LIGHT)
        plot.show_figure(figure)
        return plot

    return _of_figure(figure, Panel(make, curves.legend_of(figure, LIGHT)), source)


def plot_picture(
    figure: Any, make: Callable[[], Any], legend: Sequence[Entry], *, source: str, height: int = PLOT_HEIGHT
) -> FigurePicture:
    """Return the picture of a figure that the plot ``make`` returns shows."""

    def drawn() -> Canvas:
        plot = make()
        plot.show_figure(figure)
        return plot

    return _of_figure(figure, Panel(drawn, legend), source, max(height, PLOT_HEIGHT))


def _of_figure(figure: Any, panel: Panel, source: str, height: int = PLOT_HEIGHT) -> FigurePicture:
    return FigurePicture(
        [panel],
        title=f"{figure.exhibit}  {figure.title}",
        subtitle=f"{figure.subtitle} · {figure.population}",
        notes=figure.footnotes,
        source=source,
        height=height,
    )


def volcano_picture(table: ResultTable, contrasts: Sequence[Contrast], *, source: str) -> FigurePicture:
    """Return the picture of volcanoes, one a contrast."""

    def make(contrast: Contrast) -> Volcano:
        plot = Volcano(LIGHT)
        plot.show_contrast(table, contrast)
        return plot

    panels = [
        Panel(lambda contrast=contrast: make(contrast), volcano.legend_of(table, contrast, LIGHT))
        for contrast in contrasts[:_MOST_PANELS]
    ]
    left_out = [f"{len(panels)} of {len(contrasts)} contrasts shown."] if len(panels) < len(contrasts) else []
    return FigurePicture(
        panels,
        title=f"{table.exhibit}  {table.title}: difference and p-value",
        subtitle=f"{table.subtitle} · {table.population}",
        notes=[*left_out, *volcano.NOTES],
        source=source,
    )
