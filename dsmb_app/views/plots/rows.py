"""The rows of a table continued through a plot: the same lines and tints, and the row at hand."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from dsmb_app.views.layout import Line
from dsmb_app.views.plots.base import told_not_thrown
from dsmb_app.views.theme import Theme


class RowBands(pg.GraphicsObject):
    """Ground of a plot whose unit of height is a table row."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._lines: tuple[Line, ...] = ()
        self._at_hand = -1
        self.setZValue(-100)

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Set the rows, from the top."""
        self.prepareGeometryChange()
        self._lines = lines
        self.update()

    def point_at(self, row: int) -> None:
        """Mark a row; -1 for none."""
        if row != self._at_hand:
            self._at_hand = row
            self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole of the panel's width and all rows."""
        view = self.getViewBox()
        x = view.viewRect() if view else QRectF(0, 0, 1, 1)
        return QRectF(x.left(), 0, x.width(), max(len(self._lines), 1))

    def viewRangeChanged(self, *_: object) -> None:
        """Follow the panel's width."""
        self.prepareGeometryChange()
        self.update()

    @told_not_thrown
    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the rows that are in sight."""
        view = self.getViewBox()
        if view is None:
            return
        seen = view.viewRect()
        line_pen = QPen(QColor(self.theme.soft), 0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        rows = range(max(0, math.floor(seen.top())), min(len(self._lines), math.ceil(seen.bottom())))
        for row in rows:
            band = QRectF(seen.left(), row, seen.width(), 1)
            if row == self._at_hand:
                painter.fillRect(band, QColor(self.theme.hover))
            elif self._lines[row].heading:
                painter.fillRect(band, QColor(self.theme.tint))
        painter.setPen(line_pen)
        for row in rows:
            painter.drawLine(QPointF(seen.left(), row + 1), QPointF(seen.right(), row + 1))
