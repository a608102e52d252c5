"""A listing of any size as a Qt model: it holds the order of the rows shown, never a copy of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dsmb_app.model.sheet import Ints, Sheet
from dsmb_app.views.tables import Role, plain_tip

Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

_SHOWN = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
_TOLD = frozenset(
    map(int, (*_SHOWN, Role.SUBJECT, Qt.ItemDataRole.TextAlignmentRole, Qt.ItemDataRole.AccessibleTextRole))
)


class SheetModel(QAbstractTableModel):
    """Shows the rows of a sheet that hold some words, in the order of a column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet: Sheet | None = None
        self._rows = np.zeros(0, dtype=np.int64)
        self._words, self._by, self._falling = "", -1, False

    @property
    def shown(self) -> Ints:
        """Return the rows of the sheet that are shown, from the top."""
        return self._rows

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show a sheet in place of the one before, as it is listed; None shows nothing."""
        self.sheet, self._words, self._by, self._falling = sheet, "", -1, False
        self._arrange()

    def search(self, words: str) -> None:
        """Show only rows that hold the words."""
        wanted = " ".join(words.split())
        if wanted != self._words:
            self._words = wanted
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the rows in the order of a column, -1 as they are listed."""
        wanted = column, column >= 0 and order is Qt.SortOrder.DescendingOrder
        if wanted != (self._by, self._falling):
            self._by, self._falling = wanted
            self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        nothing = np.zeros(0, dtype=np.int64)
        self._rows = self.sheet.rows(self._words, self._by, falling=self._falling) if self.sheet else nothing
        self.endResetModel()

    def first_texts(self, column: int, most: int) -> list[str]:
        """Return the texts of a column in the first rows shown."""
        return [self.sheet.text(int(row), column) for row in self._rows[:most]] if self.sheet else []

    def every_text(self, column: int) -> set[str]:
        """Return the distinct texts of a column in all rows, shown or not."""
        return set(self.sheet.columns[column].texts) if self.sheet else set()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Return the number of rows shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() or self.sheet is None else len(self.sheet.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows or tells."""
        # Most of what Qt asks for, a hundred times a row of the screen, is not told.
        if role not in _TOLD or self.sheet is None or not index.isValid():
            return None
        row, column = int(self._rows[index.row()]), index.column()
        if role in _SHOWN:
            text = self.sheet.text(row, column)
            return text if role == Qt.ItemDataRole.DisplayRole else plain_tip(text)
        if role == Role.SUBJECT:
            return self.sheet.text(row, 0)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.sheet.columns[column].is_number else _LEFT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.sheet.columns[column].header}: {self.sheet.text(row, column) or 'blank'}"
        return None

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name."""
        if self.sheet is None or side is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.sheet.columns[section].is_number else _LEFT
        return self.sheet.columns[section].header if role in _SHOWN else None
