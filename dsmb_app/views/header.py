"""Headers of a result: arms over their statistics, terms beside their rows with indent and folding."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from dsmb_app.model.result import ResultTable
from dsmb_app.views import marks
from dsmb_app.views.cells import LOOSE
from dsmb_app.views.icons import pixmap
from dsmb_app.views.layout import Head, Line
from dsmb_app.views.tables import Role
from dsmb_app.views.theme import SPACE, current_theme, mark_of

_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
_NAME = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MARK, _TO_MARK = 18, 10
"""Room for an arm's mark before its name, and from the middle of the mark to the name, in pixels."""
TOP_LINES, MOST_TOP_LINES = 2, 3
"""Of text in the upper row: as a rule, and where columns have to be narrow."""


class ArmHeader(QHeaderView):
    """Two rows: above, each arm or contrast once over all of its columns; below, what each column holds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.result: ResultTable | None = None
        self.top_lines, self.gaps = TOP_LINES, LOOSE
        self._spans: dict[tuple[str, str], QRect] = {}
        self._sub_height = 0
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(28)
        self.setAccessibleName("Columns")

    def head(self, section: int) -> Head | None:
        """Return what stands over a column."""
        return self.model().headerData(section, Qt.Orientation.Horizontal, Role.HEAD)

    def top_font(self) -> QFont:
        """Return the font of the arms."""
        font = QFont(self.font())
        font.setBold(True)
        return font

    def top_height(self) -> int:
        """Return the height of the upper row."""
        return self.top_lines * QFontMetrics(self.top_font()).lineSpacing() + SPACE

    def sub_height(self) -> int:
        """Return the height of the lower row; none where rows say what is printed."""
        has_sub = any((head := self.head(i)) and head.sub for i in range(self.count()))
        return QFontMetrics(self.font()).lineSpacing() + SPACE if has_sub else 0

    def sizeHint(self) -> QSize:
        """Return room for both rows."""
        return QSize(super().sizeHint().width(), self.top_height() + self.sub_height())

    def width_for_top(self, head: Head, lines: int = 0) -> int:
        """Return the least width in which an arm's name stands whole on so many lines; 0: on those that there are."""
        lines = lines or self.top_lines
        metrics = QFontMetrics(self.top_font())
        room = self._mark_room(head) + SPACE
        longest_word = max(metrics.horizontalAdvance(word) for word in head.title.split())
        width = longest_word
        while width < metrics.horizontalAdvance(head.title):
            box = metrics.boundingRect(QRect(0, 0, width, 1000), int(_WRAP), head.title)
            # Qt rounds every line by itself.
            if box.height() < (lines + 0.5) * metrics.lineSpacing() and box.width() <= width:
                break
            width += 4
        return width + room

    def _mark_room(self, head: Head) -> int:
        return _MARK if self.result and head.arm in self.result.arms and not head.arm_ref else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, once it is known where each arm stands: over all of its columns that are shown."""
        self._sub_height, self._spans = self.sub_height(), {}
        for section in range(self.count()):
            head = self.head(section)
            if head is None or self.isSectionHidden(section):
                continue
            own = QRect(self.sectionViewportPosition(section), 0, self.sectionSize(section), self.top_height())
            arm = head.arm, head.arm_ref
            self._spans[arm] = self._spans.get(arm, own).united(own)
        super().paintEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Draw a section's part of the arm above it, and its own name below."""
        head = self.head(section)
        if head is None:
            return
        theme = current_theme()
        painter.save()
        painter.setClipRect(rect)
        painter.fillRect(rect, QColor(theme.surface))
        span = self._spans[head.arm, head.arm_ref]
        self._paint_top(painter, span, head)
        painter.setPen(QColor(theme.muted))
        painter.setFont(self.font())
        below = QRect(rect.left(), self.top_height(), rect.width() - self.gaps.after, self._sub_height)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, head.sub)
        painter.setPen(QColor(theme.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if self._sub_height:
            painter.drawLine(
                span.left() + self.gaps.first // 2, span.bottom(), span.right() - SPACE // 2, span.bottom()
            )
        painter.restore()

    def _paint_top(self, painter: QPainter, span: QRect, head: Head) -> None:
        theme = current_theme()
        room = self._mark_room(head)
        metrics = QFontMetrics(self.top_font())
        sides = SPACE // 2 + room, SPACE // 2
        needed = metrics.boundingRect(span.adjusted(sides[0], 0, -sides[1], 0), int(_WRAP), head.title).width()
        box = self._in_sight(span, needed + sum(sides)).adjusted(sides[0], 0, -sides[1], 0)
        used = metrics.boundingRect(box, int(_WRAP), head.title)
        painter.setFont(self.top_font())
        painter.setPen(QColor(theme.text))
        painter.drawText(box, int(_WRAP), head.title)
        if room:
            middle = QPointF(used.left() - _TO_MARK, span.center().y() + 1)
            marks.draw(painter, mark_of(theme, self.result, head.arm), middle)

    def _in_sight(self, span: QRect, least: int) -> QRect:
        """Return the part of a span that is not scrolled out of sight, at least so wide."""
        left, right = max(span.left(), 0), min(span.right() + 1, self.viewport().width())
        if right - left < least:
            left, right = (max(span.left(), right - least), right) if span.left() < 0 else (left, left + least)
        return QRect(left, span.top(), right - left, span.height())


class TermHeader(QHeaderView):
    """The rows' names, which stay in sight while the columns scroll; a click on the arrow folds a row's terms up.

    ``links``: a name leads somewhere and looks it, and nothing is indented or folded.
    """

    folded = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._width, self.links = 220, False
        self._is_folded = lambda _line: False
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setAccessibleName("Rows")

    def set_width(self, width: int) -> None:
        """Set the room for the names; a longer one wraps, or is cut and stands whole in its tooltip."""
        self._width = width
        self.updateGeometry()

    def tell_folded(self, is_folded) -> None:
        """Set who tells whether a row is folded up."""
        self._is_folded = is_folded

    def sizeHint(self) -> QSize:
        """Return the room for the names."""
        # Qt's own height would measure two hundred names, at every change of the layout, and nobody asks for it.
        return QSize(self._width, self.length())

    def width_for(self, lines: Iterable[Line]) -> int:
        """Return the width in which every name stands whole; 0 for none."""
        metrics = {heading: QFontMetrics(self._font(heading=heading)) for heading in (False, True)}
        widths = (self._left(line) + metrics[line.heading].horizontalAdvance(line.label) for line in lines)
        return max((width + 2 * SPACE for width in widths), default=0)

    def height_for(self, section: int) -> int:
        """Return the height in which the name of a row shown stands whole, over as many lines as it needs."""
        line = self.line(section)
        metrics = QFontMetrics(self._font(heading=bool(line and line.heading)))
        room = self._width - (self._left(line) if line else 0) - SPACE
        words = line.label if line else ""
        return max(metrics.height(), metrics.boundingRect(QRect(0, 0, room, 1000), int(_NAME), words).height())

    def line(self, section: int) -> Line | None:
        """Return the row shown at a place."""
        return self.model().headerData(section, Qt.Orientation.Vertical, Role.LINE)

    def _font(self, *, heading: bool) -> QFont:
        font = QFont(self.font())
        font.setBold(heading)
        return font

    def _left(self, line: Line) -> int:
        if self.links:
            return SPACE
        return SPACE // 2 + 14 + line.depth * 14

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Draw a name, indented; an outer one bold and with its arrow."""
        line = self.line(section)
        if line is None:
            return
        theme = current_theme()
        painter.save()
        painter.fillRect(rect, QColor(theme.tint if line.heading else theme.surface))
        painter.setFont(self._font(heading=line.heading))
        painter.setPen(QColor(theme.accent if self.links else theme.text))
        room = rect.adjusted(self._left(line), 0, -SPACE, 0)
        metrics = QFontMetrics(painter.font())
        wraps = rect.height() >= 2 * metrics.height()
        text = line.label if wraps else metrics.elidedText(line.label, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(
            room, int(_NAME) if wraps else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text
        )
        if line.folds and not self.links:
            name = "chevron_right" if self._is_folded(line.row.key) else "chevron_down"
            arrow = pixmap(name, theme.muted, size=10, scale=self.devicePixelRatioF())
            painter.drawPixmap(QRectF(rect.left() + 4, rect.center().y() - 4.5, 10, 10).toRect(), arrow)
        painter.setPen(QColor(theme.soft))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(QColor(theme.line))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold on the arrow; elsewhere choose the row."""
        section = self.logicalIndexAt(event.position().toPoint())
        line = self.line(section) if section >= 0 else None
        if line and line.folds and not self.links and event.position().x() < self._left(line):
            self.folded.emit(section)
            event.accept()
            return
        super().mousePressEvent(event)
