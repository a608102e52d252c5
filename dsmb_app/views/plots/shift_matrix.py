"""One arm's shifts as a matrix: baseline grade down, worst grade across, coloured by the share of the row."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QWheelEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dsmb_app.model.result import Column, ResultTable, RowKey
from dsmb_app.model.words import Stat
from dsmb_app.views.layout import Layout, Slot
from dsmb_app.views.table_view import TableView
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import SPACE, current_theme

Index = QModelIndex | QPersistentModelIndex
SLOT, SHARE, SAME = (Qt.ItemDataRole.UserRole + place for place in range(3))
_DEEPEST = 0.55
"""Share of the accent in the colour of 100%: text stays readable on it, light and dark."""
ROOM = SPACE // 2
"""Between a text and the frame of its cell, in pixels; two matrices still stand side by side in a window of 1280."""
_BEFORE, _AFTER, _GRADE = "baseline ", "worst ", "Grade "


def blocks(table: ResultTable) -> dict[RowKey, str]:
    """Return what a matrix can be drawn of, by the beginning of its rows' keys: "Leukocytes low"."""
    inner = {row.key[:-2] for row in table.rows if len(row.key) > 3}
    return {row.key[:-1]: row.label.partition(":")[0] for row in reversed(table.rows) if row.key[:-1] in inner}


class ShiftModel(QAbstractTableModel):
    """The cells of one arm and one block; every text is a printed text of the result."""

    def __init__(self, layout: Layout, block: RowKey, arm: str) -> None:
        super().__init__()
        table = layout.table
        keys = [row.key for row in table.rows if row.key[:-2] == block]
        self.before, self.after = (list(dict.fromkeys(key[place] for key in keys)) for place in (-2, -1))
        self._table, self._block, self._arm = table, block, arm
        self._layout = layout
        self._lines = {line.row.key: place for place, line in enumerate(self._layout.lines)}
        heads = [(head.arm, head.arm_ref, head.group.stats[0] if head.group else None) for head in self._layout.heads]
        self._head = heads.index((arm, "", Stat.N))

    def slot(self, row: int, column: int) -> Slot | None:
        """Return the cell of the table that stands here."""
        line = self._lines.get(self._key(row, column))
        return None if line is None else self._layout.slot(line, self._head)

    def _key(self, row: int, column: int) -> RowKey:
        return (*self._block, self.before[row], self.after[column])

    def _printed(self, row: int, column: int, stat: Stat) -> Any:
        return self._table.cell(self._key(row, column), Column(self._arm, stat))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Return the number of baseline grades."""
        return 0 if parent.isValid() else len(self.before)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Return the number of worst grades."""
        return 0 if parent.isValid() else len(self.after)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows or tells."""
        slot = self.slot(index.row(), index.column()) if index.isValid() else None
        if slot is None:
            return None
        before, after = self.before[index.row()], self.after[index.column()]
        share = self._printed(index.row(), index.column(), Stat.PCT)
        words = f"{self._arm}, {before} to {after}: {slot.text or slot.note}"
        told = {
            Qt.ItemDataRole.DisplayRole: slot.text,
            Qt.ItemDataRole.ToolTipRole: plain_tip(words),
            Qt.ItemDataRole.AccessibleTextRole: words,
            SLOT: slot,
            SHARE: share.value if share else None,
            SAME: before.removeprefix(_BEFORE) == after.removeprefix(_AFTER),
        }
        return told.get(role)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a grade; beside a row with the number of subjects that started there."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if side is Qt.Orientation.Horizontal:
            return self.after[section].removeprefix(_AFTER).removeprefix(_GRADE)
        size = self._printed(section, 0, Stat.DENOMINATOR)
        return f"{self.before[section].removeprefix(_BEFORE).removeprefix(_GRADE)} (N={size.text})"


class _Heat(QStyledItemDelegate):
    """Draws a share as a ground, a cell of no change with a frame."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw a cell."""
        theme, slot = current_theme(), index.data(SLOT)
        chosen = option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.fillRect(option.rect, _blend(theme.surface, theme.accent, (index.data(SHARE) or 0.0) / 100))
        painter.setPen(QColor(theme.soft))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        if index.data(SAME):
            painter.setPen(QColor(theme.muted))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -2))
        if chosen:
            painter.setPen(QColor(theme.text))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        painter.setPen(QColor(theme.text if slot and slot.value else theme.muted))
        painter.drawText(option.rect, Qt.AlignmentFlag.AlignCenter, slot.text if slot else "")
        painter.restore()


def _blend(ground: str, colour: str, share: float) -> QColor:
    one, two, part = QColor(ground), QColor(colour), share * _DEEPEST
    mixed = [a + (b - a) * part for a, b in zip(one.getRgbF()[:3], two.getRgbF()[:3], strict=True)]
    return QColor.fromRgbF(*mixed)


class ShiftMatrix(TableView):
    """One arm's matrix, as large as its cells."""

    def __init__(self, model: ShiftModel, arm: str) -> None:
        super().__init__(f"Shift from baseline to worst grade, {arm}")
        self.setModel(model)
        self.setItemDelegate(_Heat(self))
        self.fix_rows()
        for bar in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            bar(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        places = [(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())]
        texts = {"00 (100.0)", *(model.index(*place).data() or "" for place in places)}
        widest = max(map(QFontMetrics(self.font()).horizontalAdvance, texts)) + 2 * ROOM + 1
        for column in range(model.columnCount()):
            self.setColumnWidth(column, max(widest, self.horizontalHeader().sectionSizeHint(column)))
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return the size in which everything is seen."""
        across, down = self.horizontalHeader(), self.verticalHeader()
        frame = 2 * self.frameWidth()
        wide = down.sizeHint().width() + sum(map(self.columnWidth, range(self.model().columnCount()))) + frame
        return QSize(wide, across.sizeHint().height() + self.model().rowCount() * self.row_height + frame)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()
