"""The mark of an arm - shape in its colour - drawn the same in headers, legends and plots."""

from __future__ import annotations

from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from dsmb_app.views.theme import Mark

SIZE = 9.0


def draw(painter: QPainter, mark: Mark, middle: QPointF, *, size: float = SIZE) -> None:
    """Draw a mark with its middle at a point."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(mark.colour), 1.2 if mark.symbol == "|" else 1.6 if mark.hollow else 0.8))
    painter.setBrush(Qt.BrushStyle.NoBrush if mark.hollow else QColor(mark.colour))
    shape = Symbols[mark.symbol]
    painter.drawPath(QTransform.fromTranslate(middle.x(), middle.y()).scale(size, size).map(shape))
    painter.restore()


def draw_interval(painter: QPainter, mark: Mark, where: QRectF) -> None:
    """Draw a mark on a line of its dash, as intervals are drawn in plots."""
    painter.save()
    painter.setPen(QPen(QColor(mark.colour), 1.6, mark.dash, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(where.left(), where.center().y()), QPointF(where.right(), where.center().y()))
    painter.restore()
    draw(painter, mark, where.center(), size=SIZE - 1)
