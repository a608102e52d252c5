"""A page of one exhibit above and, below it, figures that follow the row at hand."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout

from dsmb_app.model.result import RowKey
from dsmb_app.model.small_numbers import missed_words
from dsmb_app.model.words import ANY, TOTAL
from dsmb_app.views.controls import focused, label, search_box
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.pages.page import Page
from dsmb_app.views.row_figures import Choice, RowFigures
from dsmb_app.views.tables import Role
from dsmb_app.views.theme import SPACE

_TABLE, _SHARE = 290, 47
"""Of the table: the least height in pixels, and its share of the page's height in percent."""


class RowPage(Page):
    """The exhibit with its dot plot, the figures of the row at hand, and what so few subjects can miss."""

    def __init__(self, desk: Desk, number: str, choices: Mapping[str, Choice], anything: str) -> None:
        """Make the page; ``anything``: what stands for the row of any event in words."""
        super().__init__()
        self._desk, self.number, self._anything, self._divided = desk, number, anything, False
        self.exhibit = ExhibitView(desk, number, plotted=True)
        self.figures = RowFigures(desk, number, choices)
        self.words, self.missed = search_box("Search rows"), label(kind="muted", wraps=True)
        self._lay_out()
        self._connect()
        self.follow((ANY,), anything)
        self._tell()

    def _lay_out(self) -> None:
        self.body = QSplitter(Qt.Orientation.Vertical)
        self.body.setChildrenCollapsible(False)
        self.exhibit.setMinimumHeight(_TABLE)
        for part in (self.exhibit, self.figures):
            self.body.addWidget(part)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        top = QHBoxLayout()
        top.setSpacing(2 * SPACE)
        top.addWidget(self.words)
        top.addWidget(self.missed, 1)
        column.addLayout(top)
        column.addWidget(self.area, 1)

    def _connect(self) -> None:
        self.words.textChanged.connect(self.exhibit.search)
        self.exhibit.drilled.connect(self.drilled)
        self.exhibit.view.selectionModel().currentRowChanged.connect(self._row_at_hand)
        for signal in ("drilled", "subjects_wanted", "patient_wanted"):
            getattr(self.figures, signal).connect(getattr(self, signal))
        self.body.splitterMoved.connect(self._divide)
        self._desk.results_changed.connect(self._results_changed)

    def _row_at_hand(self, index: QModelIndex, _before: QModelIndex) -> None:
        line = index.data(Role.LINE)
        if line is not None:
            self.follow(line.row.key, line.label)

    def follow(self, row: RowKey, words: str) -> None:
        """Let the figures show a row."""
        self.figures.show_row(self.number, row, words)

    def _results_changed(self) -> None:
        # A row that was chosen at another level or under other choices may not be there any more.
        self.follow((ANY,), self._anything)
        self._tell()

    def _tell(self) -> None:
        sizes = self._desk.session.arm_sizes
        arms = {name: n for name, n in sizes.items() if name != TOTAL}
        self.missed.setText(missed_words(arms or sizes))
        self._fit()

    def _divide(self) -> None:
        """Leave the border where the reader has put it."""
        self._divided = True

    def _fit(self) -> None:
        if not self._divided:
            height = max(self.area.viewport().height(), self.body.minimumSizeHint().height())
            table = max(height * _SHARE // 100, _TABLE)
            self.body.setSizes([table, height - table])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give table and figures their shares."""
        super().resizeEvent(event)
        self._fit()

    def focus_search(self) -> bool:
        """Put the cursor into the search."""
        return focused(self.words)
