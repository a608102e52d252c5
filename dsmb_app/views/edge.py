"""A shade at the right edge of a table: there is more to the right than is seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QTableView, QWidget

from dsmb_app.views.theme import SPACE, current_theme

_WIDTH, _DEEPEST = 2 * SPACE, 110
"""Of the shade in pixels, and how much of its colour it has at the edge, of 255."""


class Edge(QWidget):
    """Lies over headers and cells where columns are cut off, until the last one has come into sight."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view, self._bar = view, view.horizontalScrollBar()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._bar.rangeChanged.connect(lambda *_: self._place())
        self._bar.valueChanged.connect(lambda *_: self._place())
        view.viewport().installEventFilter(self)
        self.hide()

    def _place(self) -> None:
        """Stand where the cells end, or nowhere."""
        cells, header = self._view.viewport().geometry(), self._view.horizontalHeader().geometry()
        self.setGeometry(cells.right() + 1 - _WIDTH, header.top(), _WIDTH, cells.bottom() + 1 - header.top())
        self.setVisible(self._bar.value() < self._bar.maximum())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of what is seen."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shade, from nothing to the edge."""
        colour = QColor(current_theme().muted)
        shade = QLinearGradient(0, 0, self.width(), 0)
        for place, depth in ((0, 0), (1, _DEEPEST)):
            colour.setAlpha(depth)
            shade.setColorAt(place, colour)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), shade)
