"""The table on screen: keys, clicks and copying, the same for results and listings."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QMenu, QTableView, QWidget

from dsmb_app.views.cells import PADDING, CellDelegate
from dsmb_app.views.header import MOST_TOP_LINES, TOP_LINES, ArmHeader, TermHeader
from dsmb_app.views.layout import Head, Layout
from dsmb_app.views.tables import SUBJECT, ResultModel, Role, ShownRows
from dsmb_app.views.theme import SPACE
from dsmb_app.views.widths import Widths

ROW_SPACE = 9
_LOOKED_AT = 200
"""So many rows tell how wide a listing's columns are."""
_NO_NAMES = 160
LEAST_NAME_WIDTH, MOST_NAME_WIDTH = 180, 264
_WHOLE = 1200


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
                self.asked.emit(self.currentIndex())
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
            self.asked.emit(index)

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
        self._lengths: dict[int, int] = {}
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
        for column, head in enumerate(layout.heads):
            if not self.isColumnHidden(column):
                first = column == 0 or head.top != layout.heads[column - 1].top
                widest, self.cells.tails[column] = widths.of_column(column)
                # A little more room before an arm's first column than within the arm.
                self.setColumnWidth(column, widest + PADDING + (2 if first else 1) * SPACE)
        self._widen_for_arms()
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
            self._widths = Widths(layout, fonts, self.term_header)
        return self._widths

    def limit_names(self, width: int, *, most: int = MOST_NAME_WIDTH) -> None:
        """Let the names have no more room than this; a longer one wraps, or is cut and stands whole in its tooltip."""
        width = min(max(width, LEAST_NAME_WIDTH), most)
        if width != self.most_name_width:
            self.most_name_width = width
            self.fit()

    def _widen_for_arms(self) -> None:
        """Widen the columns of an arm, each by the same, until its name stands whole above them."""
        spans: dict[tuple[str, str], list[int]] = {}
        heads: dict[tuple[str, str], Head] = {}
        for column in range(self.model().columnCount()):
            head = self.arm_header.head(column)
            if head and not self.isColumnHidden(column):
                spans.setdefault((head.arm, head.arm_ref), []).append(column)
                heads[head.arm, head.arm_ref] = head
        widths = {place: sum(map(self.columnWidth, columns)) for place, columns in spans.items()}
        needed = {
            lines: {
                place: max(width, self.arm_header.width_for_top(heads[place], lines)) for place, width in widths.items()
            }
            for lines in (TOP_LINES, MOST_TOP_LINES)
        }
        self._lengths = {lines: sum(found.values()) for lines, found in needed.items()}
        for place, columns in spans.items():
            missing = needed[self.arm_header.top_lines][place] - widths[place]
            for column in columns if missing > 0 else ():
                self.setColumnWidth(column, self.columnWidth(column) + -(-missing // len(columns)))

    def make_room(self, width: int, *, most_names: int) -> int:
        """Let the arms' names go on in a third line, and those of the rows in a second, where all columns fit so.

        Returns what is left of ``width`` for the names of the rows.
        """
        free = width - 2 * self.frameWidth()
        fitting = (lines for lines, length in self._lengths.items() if free - length >= LEAST_NAME_WIDTH)
        lines = next(fitting, TOP_LINES)
        if lines != self.arm_header.top_lines:
            self.arm_header.top_lines = lines
            self.fit()
        left = free - self.arm_header.length()
        self.limit_names(left, most=most_names)
        return left

    def show_columns(self, wanted) -> None:
        """Show the columns whose header ``wanted`` agrees to."""
        for column in range(self.model().columnCount()):
            head = self.arm_header.head(column)
            self.setColumnHidden(column, bool(head) and not wanted(head))
        self.fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show by the pointer what can be asked about."""
        super().mouseMoveEvent(event)
        slot = self.indexAt(event.position().toPoint()).data(Role.SLOT)
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


class ListingView(TableView):
    """A listing's table; a click on a header sorts."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.verticalHeader().hide()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMaximumSectionSize(340)
        # For a double click beside a header, which asks for every role of every cell.
        header.setResizeContentsPrecision(_LOOKED_AT)
        header.setSortIndicatorClearable(True)
        self.fix_rows()

    def fit_columns(self) -> None:
        """Give every column the width of its header and of the texts of its first rows; subjects stand whole in all.

        As ``resizeColumnsToContents``, which asks for every role of every cell and keeps the window from answering for
        a fifth of a second.
        """
        model, header = self.model(), self.horizontalHeader()
        for part in (self, header):
            # Before its first show Qt would leave out the room that the style sheet puts around a text.
            part.ensurePolished()
        metrics = QFontMetrics(self.font())
        listed = model.sourceModel() if isinstance(model, QSortFilterProxyModel) else model
        for column in range(model.columnCount()):
            wide = header.sectionSizeHint(column)
            if model.rowCount():
                first = model.index(0, column)
                around = self.sizeHintForIndex(first).width() - metrics.horizontalAdvance(str(first.data()))
                whole = listed.headerData(column, Qt.Orientation.Horizontal) == SUBJECT
                texts = listed.every_text(column) if whole else set(listed.first_texts(column, _LOOKED_AT))
                wide = max(wide, max(map(metrics.horizontalAdvance, texts)) + around)
            self.setColumnWidth(column, wide)

    def show_whole(self) -> None:
        """Give every column the width that its longest text needs, in a listing of few columns."""
        header = self.horizontalHeader()
        header.setMaximumSectionSize(_WHOLE)
        header.setStretchLastSection(False)
        self.fit_columns()

    def _chosen(self) -> int:
        return len(self.selectionModel().selectedRows())
