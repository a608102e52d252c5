"""A scatter plot as a file or as bytes, with its title, legend, notes and source."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication

from dsmb_app.model.result import Scatter
from dsmb_app.views.plots.drawing import MARGIN, Drawing, Entry
from dsmb_app.views.plots.edish import EDish, legend_of
from dsmb_app.views.theme import LIGHT, SPACE

PLOT_HEIGHT = 430
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class ScatterPicture(Drawing):
    """One figure at a width."""

    def __init__(self, figure: Scatter, *, source: str, width: int = 1000) -> None:
        super().__init__(title=f"{figure.exhibit}  {figure.title}", source=source, width=width)
        self._figure = figure
        self._notes = "\n".join(figure.footnotes)

    @property
    def size(self) -> QSize:
        """Return the size in pixels at 100%."""
        text = self.line_height * (3 + len(self.legend_lines(self._entries())))
        return QSize(self.width, 2 * MARGIN + text + 2 * SPACE + PLOT_HEIGHT + self._notes_height())

    def _entries(self) -> list[Entry]:
        return [(words, mark, False) for words, mark in legend_of(self._figure, LIGHT)]

    def _notes_height(self) -> int:
        room = QRect(0, 0, self.width - 2 * MARGIN, 10_000)
        return QFontMetrics(self.small).boundingRect(room, int(_WRAPPED), self._notes).height()

    def paint(self, painter: QPainter) -> None:
        """Draw everything."""
        self.ground(painter)
        y = self.write(painter, MARGIN, self.title, self.bold, LIGHT.text)
        y = self.write(painter, y, f"{self._figure.subtitle} · {self._figure.population}", self.small, LIGHT.muted)
        y = self.paint_legend(painter, y, self._entries()) + SPACE
        self._paint_plot(painter, y)
        y += PLOT_HEIGHT + SPACE
        painter.setFont(self.small)
        painter.setPen(QColor(LIGHT.muted))
        height = self._notes_height()
        painter.drawText(QRect(MARGIN, y, self.width - 2 * MARGIN, height), int(_WRAPPED), self._notes)
        self.write(painter, y + height, self.source, self.small, LIGHT.muted)

    def _paint_plot(self, painter: QPainter, top: int) -> None:
        plot = EDish(LIGHT)
        plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        plot.resize(self.width - 2 * MARGIN, PLOT_HEIGHT)
        plot.show()
        plot.show_figure(self._figure)
        QApplication.processEvents()
        plot.render(painter, QRectF(MARGIN, top, plot.width(), plot.height()), plot.rect())
        plot.close()
