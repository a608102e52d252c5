"""The legend of a plot: every mark that is drawn, with its words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from dsmb_app.views import marks
from dsmb_app.views.controls import label
from dsmb_app.views.flow import FlowLayout, row_of
from dsmb_app.views.theme import Entry, Mark


class Sample(QWidget):
    """One mark as the plot draws it."""

    def __init__(self, mark: Mark, *, on_line: bool) -> None:
        super().__init__()
        self._mark, self._on_line = mark, on_line
        self.setFixedSize(QSize(26 if on_line else 14, 16))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the mark."""
        with QPainter(self) as painter:
            if self._on_line:
                marks.draw_interval(painter, self._mark, QRectF(self.rect()))
            else:
                marks.draw(painter, self._mark, QPointF(self.width() / 2, self.height() / 2))


class Legend(QWidget):
    """One entry for each series, in a flow."""

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout(self, gap=16)
        self.setAccessibleName("Legend")
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def texts(self) -> list[str]:
        """Return the words of the entries."""
        return [entry.text() for entry in self.findChildren(QLabel)]

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these in place of those before."""
        while (item := self._flow.takeAt(0)) is not None:
            # Off the window at once: a deletion waits for the event loop, and two legends would stand there.
            item.widget().setParent(None)
        for words, mark, on_line in entries:
            self._flow.addWidget(row_of(Sample(mark, on_line=on_line), label(words, "small"), gap=5))
        self.updateGeometry()

    def show_marks(self, named: Sequence[tuple[str, Mark]]) -> None:
        """Show marks by their words in place of those before."""
        self.show_entries([(words, mark, False) for words, mark in named])
