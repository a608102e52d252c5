"""The table on screen: keys, clicks and copying, the same for results and listings; and that of a result."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QMenu, QTableView, QWidget

from dsmb_app.views.cells import CellDelegate, Gaps
from dsmb_app.views.edge import Edge
from dsmb_app.views.header import ArmHeader, TermHeader
from dsmb_app.views.layout import Head, Layout
from dsmb_app.views.tables import ResultModel, Role, ShownRows
from dsmb_app.views.widths import Widths

ROW_SPACE = 9
_NO_NAMES = 160
LEAST_NAME_WIDTH, MOST_NAME_WIDTH = 180, 264
_NARROW = 136
"""Enough for names in several lines, where all columns have room only so."""


class TableView(QTableView):
    """A read-only table: Enter or a click asks about a cell, Ctrl+C copies."""

    asked = Signal(QModelIndex)
    copy_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.clicked.connect(self._clicked)
        self.edge = Edge(self)

    @property
    def row_height(self) -> int:
        """Return the height of every row, in pixels."""
        return QFontMetrics(self.font()).height() + ROW_SPACE

    def fix_rows(self) -> None:
        """Give every row the same height."""
        header = self.verticalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(self.row_height)
        header.setDefaultSectionSize(self.row_height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter asks about the cell at hand, Ctrl+C copies; the rest is Qt's."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.asked.emit(self.meant(self.currentIndex()))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Leave the buttons at the side of the mouse, back and forward, to the window."""
        if event.button() in (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton):
            event.ignore()
        else:
            super().mousePressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        # With a modifier a click is part of choosing cells to copy; so is one that ends a drag.
        if QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier and self._chosen() <= 1:
            self.asked.emit(self.meant(index))

    def meant(self, index: QModelIndex) -> QModelIndex:
        """Return the cell whose text is drawn at a place."""
        return index

    def _chosen(self) -> int:
        return len(self.selectionModel().selectedIndexes())


class ResultView(TableView):
    """A result's table: arms over their statistics, terms beside their rows; W asks when the row at hand came."""

    when_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.most_name_width = MOST_NAME_WIDTH
        self.wraps_names = False
        self.arm_header = ArmHeader(self)
        self.term_header = TermHeader(self)
        self.setHorizontalHeader(self.arm_header)
        self.setVerticalHeader(self.term_header)
        self.cells = CellDelegate(self)
        self.setItemDelegate(self.cells)
        self._arms: dict[int, tuple[int, int]] = {}
        self._widths: Widths | None = None
        # Arms stand in the middle of what is seen of their columns.
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self.arm_header.viewport().update())
        self.fix_rows()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """W asks when; the rest as in every table."""
        if event.key() == Qt.Key.Key_W and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.when_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be asked about the row under the pointer."""
        row = self.rowAt(event.pos().y())
        if row >= 0:
            self.setCurrentIndex(self.model().index(row, max(self.columnAt(event.pos().x()), 0)))
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction("When did this first come?", self.when_wanted.emit)
            menu.popup(event.globalPos())

    def fit(self) -> None:
        """Give every column the width that its texts and headers need whole, and the names theirs."""
        self.fix_rows()
        layout = self._layout
        if layout is None:
            return
        widths = self._measured(layout)
        self.term_header.set_width(min(widths.names or _NO_NAMES, self.most_name_width))
        shown = self._shown(layout)
        for column, width in widths.columns(shown, self.cells.gaps, self.arm_header.top_lines).items():
            self.cells.tails[column] = widths.tail_of(column)
            self.setColumnWidth(column, width)
        self._arms = layout.columns_of_arms(shown)
        self.fit_heights()
        self.updateGeometries()

    def fit_heights(self) -> None:
        """Let a name that is longer than its room go on in the next line, where rows need not have the same height."""
        if self.wraps_names and self._layout is not None:
            for row in range(self.model().rowCount()):
                height = self.term_header.height_for(row) + ROW_SPACE
                if height != self.rowHeight(row):
                    self.setRowHeight(row, height)

    def setModel(self, model: QAbstractItemModel) -> None:
        """Show a model; rows that a search or an unfolding brings back are measured anew."""
        super().setModel(model)
        model.rowsInserted.connect(lambda *_: self.fit_heights())

    @property
    def _layout(self) -> Layout | None:
        """Return what is laid out, of which the model at hand shows some rows."""
        model = self.model()
        source = model.sourceModel() if isinstance(model, ShownRows) else model
        return source.layout if isinstance(source, ResultModel) else None

    def _measured(self, layout: Layout) -> Widths:
        """Return the widths of a layout's texts, which stay as long as the layout and the fonts do."""
        fonts = self.arm_header.font(), self.arm_header.top_font()
        if self._widths is None or (self._widths.layout, self._widths.fonts) != (layout, fonts):
            self._widths = Widths(layout, fonts, self.arm_header, self.term_header)
        return self._widths

    def _shown(self, layout: Layout) -> list[int]:
        return [column for column in range(len(layout.heads)) if not self.isColumnHidden(column)]

    def meant(self, index: QModelIndex) -> QModelIndex:
        """Return the cell whose text is drawn at a place: one that stands alone in its row may reach over others."""
        line = index.data(Role.LINE)
        reaches = self.cells.gaps.reaches and line is not None and line.group is not None
        return index.siblingAtColumn(self.columns_of_arm(index.column())[0]) if reaches else index

    def columns_of_arm(self, column: int) -> tuple[int, int]:
        """Return the first and the last column shown of the arm that a column belongs to."""
        return self._arms.get(column, (column, column))

    def limit_names(self, width: int, *, most: int = MOST_NAME_WIDTH) -> None:
        """Let the names have no more room than this; a longer one wraps, or is cut and stands whole in its tooltip."""
        width = min(width if width >= _NARROW and self.wraps_names else max(width, LEAST_NAME_WIDTH), most)
        if width != self.most_name_width:
            self.most_name_width = width
            self.fit()

    def make_room(self, width: int, *, most_names: int) -> int:
        """Fit the columns into a width, as loosely as there is room for all of them, and let the names wrap for that.

        First the arms' names stand on one line, beside whole names of rows; then they go on in a second and a third
        line, and then the columns come closer together. Returns what is left of ``width`` for the names of the rows.
        """
        free = width - 2 * self.frameWidth()
        layout = self._layout
        if layout is not None:
            widths = self._measured(layout)
            names = max(min(widths.names, most_names), LEAST_NAME_WIDTH), LEAST_NAME_WIDTH
            self._take(*widths.fitting(self._shown(layout), free, names=names))
        left = free - self.arm_header.length()
        self.limit_names(left, most=most_names)
        return left

    def has_room(self, width: int, wanted: Callable[[Head], bool]) -> bool:
        """Tell whether a width has room for the columns whose header ``wanted`` agrees to, beside the rows' names."""
        layout = self._layout
        shown = [column for column, head in enumerate(layout.heads) if wanted(head)] if layout else []
        free = width - 2 * self.frameWidth() - (_NARROW if self.wraps_names else LEAST_NAME_WIDTH)
        return layout is None or self._measured(layout).closest(shown)[0] <= free

    def bring_closer(self, free: int) -> None:
        """Bring the columns closer together where they have less room than they would like."""
        layout = self._layout
        if layout is not None:
            self._take(*self._measured(layout).beside(self._shown(layout), free))

    def _take(self, gaps: Gaps, lines: int) -> None:
        if (gaps, lines) != (self.cells.gaps, self.arm_header.top_lines):
            self.cells.gaps = self.arm_header.gaps = gaps
            self.arm_header.top_lines = lines
            self.fit()

    def show_columns(self, wanted) -> None:
        """Show the columns whose header ``wanted`` agrees to."""
        for column in range(self.model().columnCount()):
            head = self.arm_header.head(column)
            self.setColumnHidden(column, bool(head) and not wanted(head))
        self.fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show by the pointer what can be asked about."""
        super().mouseMoveEvent(event)
        slot = self.meant(self.indexAt(event.position().toPoint())).data(Role.SLOT)
        hand = slot is not None and slot.value is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew when the font changes."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self.model():
            self.fit()

    @property
    def full_width(self) -> int:
        """Return the width in which every column is seen without scrolling."""
        return self.verticalHeader().sizeHint().width() + self.arm_header.length() + 2 * self.frameWidth()

    @property
    def full_height(self) -> int:
        """Return the height in which every row is seen without scrolling."""
        return self.verticalHeader().length() + self.arm_header.sizeHint().height() + 2 * self.frameWidth()

    def stand_whole(self, width: int, *, more: int = 0) -> None:
        """Take the height of all rows, of a bar where ``width`` cuts columns off, and ``more``."""
        bar = self.horizontalScrollBar().sizeHint().height() if self.full_width > width else 0
        self.setFixedHeight(self.full_height + more + bar)
        self.setMaximumWidth(self.full_width)

    def hug(self, width: int, *, most_names: int) -> None:
        """Wrap the names where the columns need the room, and take no more than rows, columns and bars need."""
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        self.make_room(width - down.sizeHint().width(), most_names=most_names)
        self.setMaximumWidth(self.full_width + (down.sizeHint().width() if down.maximum() else 0))
        self.setMaximumHeight(self.full_height + (across.sizeHint().height() if across.maximum() else 0))
