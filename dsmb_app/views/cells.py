"""How a cell is drawn: the parts of a text each right-aligned, so that figures stand under each other."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dsmb_app.views.layout import Head, Line
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
        line, slot = index.data(Role.LINE), index.data(Role.SLOT)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver) and slot is not None and slot.value is not None
        painter.save()
        ground = theme.selection if selected else theme.hover if over else theme.tint if line.heading else theme.surface
        painter.fillRect(option.rect, QColor(ground))
        painter.setPen(QColor(theme.soft))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        if slot:
            self._figures(painter, option.rect, index, bold=line.heading, link=over)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(theme.accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _figures(self, painter: QPainter, rect: QRect, index: QModelIndex, *, bold: bool, link: bool) -> None:
        theme = current_theme()
        head, tail = index.data(Role.PARTS)
        font = QFont(self.parent().font())
        font.setBold(bold)
        font.setUnderline(link)
        painter.setFont(font)
        painter.setPen(QColor(theme.accent if link else theme.text))
        room = rect.adjusted(0, 0, -PADDING, 0)
        if stands_alone(index.data(Role.LINE), index.data(Role.HEAD)):
            painter.drawText(room, _RIGHT, str(index.data()))
            return
        tail_room = self.tails.get(index.column(), 0)
        painter.drawText(room, _RIGHT, tail)
        painter.drawText(room.adjusted(0, 0, -(tail_room + GAP if tail_room else 0), 0), _RIGHT, head)


def stands_alone(line: Line, head: Head) -> bool:
    """Tell whether a line prints something else than the column it stands in, so that its figures align with none."""
    return line.group is not None and head.group is not None


def part_widths(metrics: QFontMetrics, parts: set[tuple[str, str]]) -> tuple[int, int]:
    """Return the widths of the widest head and the widest bracket."""
    heads = {head for head, _ in parts}
    tails = {tail for _, tail in parts if tail}
    return (
        max((metrics.horizontalAdvance(text) for text in heads), default=0),
        max((metrics.horizontalAdvance(text) for text in tails), default=0),
    )
