"""A result or a listing as a read-only Qt model, and the rows of it that a reader wants to see."""

from __future__ import annotations

import html
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import Qt as RichText

from dsmb_app.model.result import Listing, ResultTable, RowKey
from dsmb_app.views.layout import Head, Layout, Line, Slot, lay_out

Index = QModelIndex | QPersistentModelIndex
SUBJECT = "Subject"
"""The header of the column of subjects, which tells rows apart and is never cut."""
_SAMPLE = 500
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Role(IntEnum):
    """What the models tell beyond Qt's own roles."""

    SLOT = Qt.ItemDataRole.UserRole
    LINE = Qt.ItemDataRole.UserRole + 1
    HEAD = Qt.ItemDataRole.UserRole + 2
    CELL = Qt.ItemDataRole.UserRole + 3
    SUBJECT = Qt.ItemDataRole.UserRole + 4


class ResultModel(QAbstractTableModel):
    """One laid-out result; every text is a printed text of the result."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layout: Layout | None = None

    @property
    def layout(self) -> Layout | None:
        """Return what is shown, None before the first result."""
        return self._layout

    def show_result(self, table: ResultTable | None, layout: Layout | None = None) -> None:
        """Show a result, laid out already or not, in place of the one before; None shows nothing."""
        self.beginResetModel()
        self._layout = (layout or lay_out(table)) if table else None
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Return the number of printed rows."""
        return 0 if parent.isValid() or self._layout is None else len(self._layout.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Return the number of printed columns."""
        return 0 if parent.isValid() or self._layout is None else len(self._layout.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows or tells."""
        if self._layout is None or not index.isValid():
            return None
        line, head = self._layout.lines[index.row()], self._layout.heads[index.column()]
        slot = self._layout.slot(index.row(), index.column())
        tell = _TOLD.get(role)
        return tell(line, head, slot) if tell else None

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return arm and statistic over a column, the term beside a row."""
        if self._layout is None:
            return None
        if side is Qt.Orientation.Horizontal:
            head = self._layout.heads[section]
            if role == Role.HEAD:
                return head
            tip = plain_tip(f"{head.title}: {head.group.hint}" if head.group else head.title)
            texts = {Qt.ItemDataRole.DisplayRole: head.words, Qt.ItemDataRole.ToolTipRole: tip}
            return texts.get(role)
        line = self._layout.lines[section]
        if role == Role.LINE:
            return line
        texts = {Qt.ItemDataRole.DisplayRole: line.label, Qt.ItemDataRole.ToolTipRole: plain_tip(line.label)}
        return texts.get(role)


def _tip(line: Line, head: Head, slot: Slot | None) -> str:
    if slot is None:
        return ""
    group = line.group or head.group
    words = (line.row.label, f"{head.top}: {group.hint if group else ''}", slot.note)
    return plain_tip("\n".join(part for part in words if part))


_TOLD: dict[int, Callable[[Line, Head, Slot | None], Any]] = {
    Qt.ItemDataRole.DisplayRole: lambda _line, _head, slot: slot.text if slot else "",
    Qt.ItemDataRole.TextAlignmentRole: lambda *_: _RIGHT,
    Qt.ItemDataRole.ToolTipRole: _tip,
    Qt.ItemDataRole.AccessibleTextRole: lambda line, head, slot: (
        f"{line.label}, {head.words}: {slot.text or 'blank' if slot else 'none'}"
    ),
    Role.SLOT: lambda _line, _head, slot: slot,
    Role.LINE: lambda line, *_: line,
    Role.HEAD: lambda _line, head, _slot: head,
    # At once, for a delegate, which would ask Qt for each by itself.
    Role.CELL: lambda line, head, slot: (line, head, slot),
}
"""What a cell tells for each role."""


def plain_tip(text: str) -> str:
    """Return a text that a tooltip shows as it is: Qt takes what looks like HTML for HTML."""
    return html.escape(text) if RichText.mightBeRichText(text) else text


class ShownRows(QSortFilterProxyModel):
    """The rows of a result that match a search, without the terms of a class that was folded up."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._folded: set[RowKey] = set()
        self._below: RowKey = ()

    def narrow(self, below: RowKey) -> None:
        """Show only rows whose key begins so."""
        self.beginFilterChange()
        self._below = below
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def search(self, words: str) -> None:
        """Show rows whose own or outer name holds the words, and the outer rows of those."""
        self._change(words.casefold().strip(), self._folded)

    def fold(self, key: RowKey) -> None:
        """Fold up the terms below an outer row, or unfold them."""
        self._change(self._words, self._folded ^ {key})

    def lines(self) -> list[Line]:
        """Return the rows shown."""
        # Asked of Qt row by row, two thousand of them take a tenth of a second.
        return [line for row, line in enumerate(self._lines()) if self._accepts(row)]

    def place_of(self, key: RowKey) -> int | None:
        """Return where a row is shown, unfolded for that; None where it is not."""
        if key[:1] != key and key[:1] in self._folded:
            self.fold(key[:1])
        return next((place for place, line in enumerate(self.lines()) if line.row.key == key), None)

    def keys(self) -> list[RowKey]:
        """Return the keys of the rows shown."""
        return [line.row.key for line in self.lines()]

    def is_folded(self, key: RowKey) -> bool:
        """Tell whether an outer row is folded up."""
        return key in self._folded

    def _change(self, words: str, folded: set[RowKey]) -> None:
        self.beginFilterChange()
        self._words, self._folded = words, folded
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def _lines(self) -> tuple[Line, ...]:
        model = self.sourceModel()
        return model.layout.lines if isinstance(model, ResultModel) and model.layout else ()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Tell whether a row of the result is shown."""
        return self._accepts(row)

    def _accepts(self, row: int) -> bool:
        line = self._lines()[row]
        if line.row.key[: len(self._below)] != self._below:
            return False
        # A reader who searches wants to see what was found, folded up or not.
        if self._words:
            return self._matches(row)
        return len(line.row.key) == 1 or line.row.key[:1] not in self._folded

    def _matches(self, row: int) -> bool:
        lines = self._lines()
        line = lines[row]
        if any(self._words in level.casefold() for level in (*line.row.key, line.label)):
            return True
        return line.folds and any(
            self._words in level.casefold()
            for other in lines
            if other.row.key[: len(line.row.key)] == line.row.key
            for level in other.row.key
        )

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the header of the row shown at a place (Qt's own would number the rows anew)."""
        if side is Qt.Orientation.Vertical and section < self.rowCount():
            place = self.mapToSource(self.index(section, 0)).row()
            return self.sourceModel().headerData(place, side, role)
        return super().headerData(section, side, role)


class ListingModel(QAbstractTableModel):
    """Records as they are printed, one row each."""

    def __init__(self, listing: Listing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listing = listing
        # The first rows tell which columns hold figures; half a million need not be read for that.
        sample = list(zip(*listing.rows[:_SAMPLE], strict=True)) or [()] * len(listing.headers)
        self._sides = [_RIGHT if all(map(is_number, filter(None, texts))) and any(texts) else _LEFT for texts in sample]

    def first_texts(self, column: int, most: int) -> list[str]:
        """Return the texts of a column in the first records."""
        return [row[column] for row in self.listing.rows[:most]]

    def every_text(self, column: int) -> set[str]:
        """Return the distinct texts of a column in all records."""
        return {row[column] for row in self.listing.rows}

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Return the number of records."""
        return 0 if parent.isValid() else len(self.listing.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.listing.headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows or tells."""
        if not index.isValid():
            return None
        text = self.listing.rows[index.row()][index.column()]
        if role == Role.SUBJECT:
            return self.listing.subjects[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._sides[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.listing.headers[index.column()]}: {text or 'blank'}"
        return {Qt.ItemDataRole.DisplayRole: text, Qt.ItemDataRole.ToolTipRole: plain_tip(text)}.get(role)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name."""
        if side is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._sides[section]
        return (
            self.listing.headers[section]
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            else None
        )


class SortedRecords(QSortFilterProxyModel):
    """Records in the order of one column: numbers by size and before texts."""

    def lessThan(self, left: Index, right: Index) -> bool:
        """Compare two cells."""
        return _order(str(left.data())) < _order(str(right.data()))


def is_number(text: str) -> bool:
    """Tell whether a printed text is a plain number."""
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def _order(text: str) -> tuple[int, float, str]:
    return (0, float(text), "") if is_number(text) else (1, 0.0, text.casefold())
