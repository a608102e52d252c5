"""A text in a plot: as large as its font at any scale, held to its place by an anchor."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QTransform
from PySide6.QtWidgets import QGraphicsSimpleTextItem

MARGIN = 4.0
"""Pixels kept free around a text."""


class Words(QGraphicsSimpleTextItem):
    """One text; ``anchor``: which point of its room stands at its place, from (0, 0), top left, to (1, 1).

    Simple text, where the plotting library's own lays out a document for each: a plot of a hundred takes a tenth of a
    second less to draw.
    """

    def __init__(
        self, text: str, anchor: tuple[float, float], *, font: QFont, colour: str, margin: float = MARGIN
    ) -> None:
        super().__init__(text)
        self.setFlag(self.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setFont(font)
        self.setBrush(QColor(colour))
        size = self.boundingRect().adjusted(-margin, -margin, margin, margin)
        self._room = size.translated(-anchor[0] * size.width() - size.left(), -anchor[1] * size.height() - size.top())
        move = self._room.topLeft() - size.topLeft()
        self.setTransform(QTransform.fromTranslate(move.x(), move.y()))

    def room_at(self, place: QPointF) -> QRectF:
        """Return what it takes up, in pixels, where its place is this one."""
        return self._room.translated(place)


def write(
    panel: pg.PlotItem,
    text: str,
    at: tuple[float, float],
    anchor: tuple[float, float],
    *,
    font: QFont,
    colour: str,
    margin: float = MARGIN,
) -> Words:
    """Write a text at a place of a panel, in its own units."""
    words = Words(text, anchor, font=font, colour=colour, margin=margin)
    words.setPos(*at)
    panel.addItem(words, ignoreBounds=True)
    return words


def written_in(panel: pg.PlotItem) -> list[Words]:
    """Return the texts of a panel, in the order in which they were written."""
    return [item for item in panel.items if isinstance(item, Words)]
