"""Liver: how far liver tests rose, as a table and as the eDISH plot; a point leads to its subject's values."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout

from dsmb_app.model.words import TOTAL
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.figure_view import FigureView
from dsmb_app.views.pages.page import Page

TABLE, FIGURE = "K18", "F18"


class Liver(Page):
    """The table with the plot beside it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.exhibit, self.figure = ExhibitView(desk, TABLE), FigureView(desk, FIGURE)
        # Beside a plot the table has room for the arms and their difference; the total can be asked for.
        self.exhibit.columns.show_column(TOTAL, False)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setChildrenCollapsible(False)
        for part in (self.exhibit, self.figure):
            self.body.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.body)
        self._divided = False
        self.body.splitterMoved.connect(self._divide)
        self.exhibit.drilled.connect(self.drilled)
        self.figure.labs_wanted.connect(self.labs_wanted)

    def _divide(self) -> None:
        """Leave the border where the reader has put it."""
        self._divided = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the plot what it needs to be read, the table the rest."""
        super().resizeEvent(event)
        if not self._divided:
            plot = self.width() * 40 // 100
            self.exhibit.view.limit_names((self.width() - plot) * 42 // 100)
            self.body.setSizes([self.width() - plot, plot])
