"""How a cell is drawn: the parts of a text each right-aligned, so that figures stand under each other."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dsmb_app.views.layout import Slot, stands_alone
from dsmb_app.views.tables import Role
from dsmb_app.views.theme import SPACE, colour_of, current_theme

GAP = 5
PADDING = SPACE


@dataclass(frozen=True)
class Gaps:
    """The room around a column's texts, in pixels: ``first``, before an arm's first column, is more than within it.

    ``reaches``: what stands alone in its row reaches over all columns of its arm rather than widen the first of them.
    """

    first: int
    before: int
    after: int
    reaches: bool = False


LOOSE, TIGHT = Gaps(2 * SPACE, SPACE, PADDING), Gaps(SPACE, SPACE // 2, SPACE // 2, reaches=True)
"""As a rule, and where all columns have no room otherwise."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
# As numbers: there are hundreds of cells in a view, and Python's flags are slow to put together.
_CHOSEN, _OVER, _AT_HAND = (
    flag.value
    for flag in (QStyle.StateFlag.State_Selected, QStyle.StateFlag.State_MouseOver, QStyle.StateFlag.State_HasFocus)
)


class CellDelegate(QStyledItemDelegate):
    """Draws a result's cells; ``tails`` holds the room for the bracket of each column, in pixels."""

    def __init__(self, parent) -> None:
        super().__init__(parent)
        self.tails: dict[int, int] = {}
        self.gaps = LOOSE
        self._font_of: tuple[QFont, dict[tuple[bool, bool], QFont]] = (QFont(), {})

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw ground, figures and, for the cell at hand, a frame."""
        theme, rect, state = current_theme(), option.rect, option.state.value
        line, head, slot = index.data(Role.CELL)
        alone = stands_alone(line, head)
        if alone and self.gaps.reaches:
            slot = self.parent().meant(index).data(Role.SLOT)
        over = bool(state & _OVER) and slot is not None and slot.value is not None
        ground = theme.selection if state & _CHOSEN else theme.hover if over else theme.tint if line.heading else None
        painter.save()
        painter.fillRect(rect, colour_of(ground or theme.surface))
        painter.setPen(colour_of(theme.soft))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if slot:
            room = rect
            if alone and self.gaps.reaches:
                room = self._reach(index.column(), rect)
                painter.setClipRect(rect)
            room = room.adjusted(0, 0, -self.gaps.after, 0)
            painter.setFont(self._font(bold=line.heading, link=over))
            painter.setPen(colour_of(theme.accent if over else theme.text))
            if alone:
                painter.drawText(room, _RIGHT, slot.text)
            else:
                self._parts(painter, room, slot, self.tails.get(index.column(), 0))
        if state & _AT_HAND:
            painter.setPen(colour_of(theme.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _reach(self, column: int, rect: QRect) -> QRect:
        """Return over what a text that stands alone is drawn, of which a cell draws its own part."""
        view = self.parent()
        first, last = view.columns_of_arm(column)
        left, right = view.columnViewportPosition(first), view.columnViewportPosition(last) + view.columnWidth(last)
        return QRect(left, rect.top(), right - left, rect.height())

    def _font(self, *, bold: bool, link: bool) -> QFont:
        base = self.parent().font()
        if base != self._font_of[0]:
            self._font_of = base, {}
        fonts = self._font_of[1]
        if (bold, link) not in fonts:
            font = fonts[bold, link] = QFont(base)
            font.setBold(bold)
            font.setUnderline(link)
        return fonts[bold, link]

    @staticmethod
    def _parts(painter: QPainter, room: QRect, slot: Slot, tail_room: int) -> None:
        before, tail = slot.parts
        if tail:
            painter.drawText(room, _RIGHT, tail)
        painter.drawText(room.adjusted(0, 0, -(tail_room + GAP if tail_room else 0), 0), _RIGHT, before)
