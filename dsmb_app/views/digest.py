"""A few rows and columns of an exhibit as a small table whose row names lead to the whole one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dsmb_app.model.choices import UNTOUCHED
from dsmb_app.model.result import Column, ResultTable, Row, RowKey
from dsmb_app.views import copying
from dsmb_app.views.controls import label, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.layout import Head
from dsmb_app.views.table_view import LEAST_NAME_WIDTH, ResultView
from dsmb_app.views.tables import ResultModel, Role
from dsmb_app.views.theme import SPACE

_MOST_NAMES = 330


class Digest(QWidget):
    """Stands whole, for a page that scrolls; every number is a printed cell of the exhibit.

    ``drilled`` carries exhibit, row and column of a cell that was asked about; ``opened`` the key of a row whose name
    was clicked, () for the whole exhibit.
    """

    drilled, opened = Signal(str, object, object), Signal(object)

    def __init__(self, name: str, whole: str, *spare: Callable[[Head], bool]) -> None:
        """Make it empty; ``whole``: what the button says that leads to the whole exhibit.

        ``spare``: which columns give way where there is no room for all, the first ones first.
        """
        super().__init__()
        self.table: ResultTable | None = None
        self._spare = spare
        self.title, self.subtitle = label(kind="title"), label(kind="muted", wraps=True)
        self.whole = tool(whole, "chevron_right", lambda: self.opened.emit(()), text=True)
        self.model, self.view = ResultModel(self), ResultView(name)
        self.view.setModel(self.model)
        self.view.wraps_names, self.view.most_name_width, self.view.term_header.links = True, _MOST_NAMES, True
        self.view.term_header.setCursor(Qt.CursorShape.PointingHandCursor)
        self.view.term_header.setToolTip("Show this row in its own table")
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        top = QHBoxLayout()
        top.setSpacing(2 * SPACE)
        top.addWidget(self.title)
        top.addWidget(self.whole)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(top)
        column.addWidget(self.subtitle)
        column.addWidget(self.view)
        self.view.asked.connect(self._ask)
        self.view.term_header.sectionClicked.connect(self._open)
        for watched in (self.view, self.view.viewport(), self.view.term_header.viewport()):
            watched.installEventFilter(self)

    def show_table(
        self, table: ResultTable | None, rows: Callable[[ResultTable], list[Row]], columns: Callable[[Column], bool]
    ) -> None:
        """Show some rows and columns of a table in place of those before; None shows nothing."""
        self.table = table
        self.view.setVisible(table is not None)
        self.title.setText(f"{table.exhibit}  {table.title}" if table else "")
        # Which lines a filter leaves as they are must be read beside them.
        kept = [note for note in table.footnotes if note.startswith(UNTOUCHED)] if table else []
        self.subtitle.setText("\n".join([f"{table.subtitle} · {table.population}", *kept]) if table else "")
        shown = table and replace(
            table,
            # Out of their table the rows stand beside each other.
            rows=tuple(replace(row, depth=0) for row in rows(table)),
            columns=tuple(column for column in table.columns if columns(column)),
        )
        self.view.arm_header.result = shown
        self.model.show_result(shown)
        self._fit()

    def copies_to(self, desk: Desk) -> None:
        """Let Ctrl+C copy what is shown of the table, with headers and source, once the desk's log has it."""
        self.view.copy_wanted.connect(lambda: self._copy(desk))

    def _copy(self, desk: Desk) -> None:
        if self.table is not None:
            title = f"{self.title.text()} · {self.subtitle.text()}"
            copying.copy_table(desk, self.table.exhibit, self.view, title)

    def row_key(self, place: int) -> RowKey:
        """Return the key of the row at a place."""
        return self.model.layout.lines[place].row.key

    def _open(self, place: int) -> None:
        self.opened.emit(self.row_key(place))

    def _ask(self, index: QModelIndex) -> None:
        slot = index.data(Role.SLOT)
        if slot and self.table:
            self.drilled.emit(self.table.exhibit, slot.row, slot.columns[0])

    def _fit(self) -> None:
        for many in range(len(self._spare) + 1):
            gone = self._spare[:many]
            self.view.show_columns(lambda head, gone=gone: not any(goes(head) for goes in gone))
            if self.view.make_room(self.width(), most_names=_MOST_NAMES) >= LEAST_NAME_WIDTH:
                break
        self.view.stand_whole(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the new room."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the page; Ctrl and Enter lead where a click on the row's name does."""
        if event.type() is QEvent.Type.Wheel and watched is not self.view:
            event.ignore()
            return True
        if event.type() is QEvent.Type.KeyPress and watched is self.view and self.view.currentIndex().isValid():
            held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if held and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open(self.view.currentIndex().row())
                return True
        return super().eventFilter(watched, event)
