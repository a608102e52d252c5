"""How a cell is drawn: the parts of a text each right-aligned, so that figures stand under each other."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dsmb_app.views.layout import Slot, stands_alone
from dsmb_app.views.tables import Role
from dsmb_app.views.theme import SPACE, current_theme

GAP = 5
PADDING = SPACE
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CellDelegate(QStyledItemDelegate):
    """Draws a result's cells; ``tails`` holds the room for the bracket of each column, in pixels."""

    def __init__(self, parent) -> None:
        super().__init__(parent)
        self.tails: dict[int, int] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw ground, figures and, for the cell at hand, a frame."""
        theme = current_theme()
        line, head, slot = index.data(Role.CELL)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver) and slot is not None and slot.value is not None
        painter.save()
        ground = theme.selection if selected else theme.hover if over else theme.tint if line.heading else theme.surface
        painter.fillRect(option.rect, QColor(ground))
        painter.setPen(QColor(theme.soft))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        if slot:
            room = option.rect.adjusted(0, 0, -PADDING, 0)
            painter.setFont(self._font(bold=line.heading, link=over))
            painter.setPen(QColor(theme.accent if over else theme.text))
            if stands_alone(line, head):
                painter.drawText(room, _RIGHT, slot.text)
            else:
                self._parts(painter, room, slot, self.tails.get(index.column(), 0))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(theme.accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _font(self, *, bold: bool, link: bool) -> QFont:
        font = QFont(self.parent().font())
        font.setBold(bold)
        font.setUnderline(link)
        return font

    @staticmethod
    def _parts(painter: QPainter, room: QRect, slot: Slot, tail_room: int) -> None:
        before, tail = slot.parts
        painter.drawText(room, _RIGHT, tail)
        painter.drawText(room.adjusted(0, 0, -(tail_room + GAP if tail_room else 0), 0), _RIGHT, before)
