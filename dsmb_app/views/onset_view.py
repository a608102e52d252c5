"""When the events of a row first began: the rows of an exhibit to choose from, and the curve of the one chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import RowKey
from dsmb_app.model.words import ANY
from dsmb_app.views.controls import named
from dsmb_app.views.copying import copies_list
from dsmb_app.views.curve_view import ONSET, CurveView
from dsmb_app.views.desk import Desk

_KEY = Qt.ItemDataRole.UserRole
_LIST = 250


class OnsetView(QWidget):
    """The rows of an exhibit at the left, the curve at the right."""

    def __init__(self, desk: Desk, of: str) -> None:
        super().__init__()
        self._desk = desk
        self._stale = True
        self.curve = CurveView(desk, ONSET, of)
        self.rows: QListWidget = named(QListWidget(), "Rows", hint="Whose first onset is drawn")
        self.rows.setObjectName("rows")
        copies_list(self.rows, desk)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setUniformItemSizes(True)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setChildrenCollapsible(False)
        for part in (self.rows, self.curve):
            self.body.addWidget(part)
        self.body.setStretchFactor(1, 1)
        self.body.setSizes([_LIST, 3 * _LIST])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.body)
        self._words = ""
        self.rows.currentItemChanged.connect(self._choose)
        desk.results_changed.connect(self.refresh)

    def show_row(self, of: str, row: RowKey) -> None:
        """Show the curve of a row of an exhibit."""
        self.curve.of, self.curve.row = of, row
        self.refresh()

    def refresh(self) -> None:
        """List the rows anew, the chosen one still chosen where it is there; "any" where it is not."""
        self._stale = not self.isVisible()
        self.rows.blockSignals(True)
        self.rows.clear()
        if not self._stale:
            self._list()
        self.rows.blockSignals(False)
        if not self._stale:
            self.curve.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _list(self) -> None:
        try:
            table = self._desk.table(self.curve.of)
        except Refusal:
            # The curve's own view says why it is not shown.
            self.rows.hide()
            return
        self.rows.show()
        if self.curve.row not in {row.key for row in table.rows}:
            self.curve.row = (ANY,)
        for row in table.rows:
            item = QListWidgetItem("    " * row.depth + row.label)
            item.setData(_KEY, row.key)
            item.setToolTip(row.path)
            self.rows.addItem(item)
            if row.key == self.curve.row:
                self.rows.setCurrentItem(item)
        self._filter()

    def search(self, words: str) -> None:
        """List only the rows whose name holds the words."""
        self._words = words.casefold().strip()
        self._filter()

    def _filter(self) -> None:
        for place in range(self.rows.count()):
            item = self.rows.item(place)
            item.setHidden(not any(self._words in level.casefold() for level in (*item.data(_KEY), item.text())))

    def _choose(self, item: QListWidgetItem | None, _before: object) -> None:
        if item is not None:
            self.curve.show_row(self.curve.of, tuple(item.data(_KEY)))
