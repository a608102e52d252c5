"""What the wizard's pages share: title, explanation, fields with a name above them, the sentence of a refusal."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dsmb_app.model.errors import Refusal
from dsmb_app.views import wording
from dsmb_app.views.controls import label, tool
from dsmb_app.views.copying import CopyKey, as_text, list_text
from dsmb_app.views.theme import SPACE


class Step(QWidget):
    """A page of the wizard. ``changed``: whether the reader may go on is to be asked anew; ``refused`` carries why."""

    changed = Signal()
    refused = Signal(str)

    title = ""
    explanation = ""
    go, go_icon = "&Next", "forward"

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, SPACE, 0)
        self.column.setSpacing(SPACE)

    def enter(self) -> None:
        """Show what the pages before have learnt."""

    def may_go(self) -> bool:
        """Tell whether what is needed is there."""
        return True

    def leave(self, go_on: Callable[[], None]) -> None:
        """Check and keep what the reader gave, then ``go_on``; or say what is wrong."""
        go_on()

    def holds(self) -> bool:
        """Tell whether something that the reader gave would be lost with the page."""
        return False

    def give_up(self) -> bool:
        """Stop what is at work; return whether something was."""
        return False

    def first(self) -> QWidget:
        """Return what gets the focus when the page is shown."""
        raise NotImplementedError

    def say(self, sentence: str) -> None:
        """Say what is wrong, '' for nothing."""
        self.refused.emit(sentence)

    def fail(self, error: Exception) -> None:
        """Say why something was refused; a mistake of the program goes its own way."""
        if not isinstance(error, Refusal):
            raise error
        self.say(error.sentence())

    def add_field(self, name: str, choose: Callable[[], object], *, what: str) -> QLineEdit:
        """Add a line to fill in; an ampersand in ``name`` marks its key. ``what``: what the button beside it does."""
        field = QLineEdit()
        field.setAccessibleName(name.replace("&", ""))
        words = label(name, "small")
        words.setBuddy(field)
        row = QHBoxLayout()
        row.addWidget(field, 1)
        row.addWidget(tool(what, "open", choose))
        self.column.addSpacing(SPACE // 2)
        self.column.addWidget(words)
        self.column.addLayout(row)
        return field


def table_of(name: str, heads: tuple[str, ...], *, wide: int) -> QTableWidget:
    """Return a table to read, by keyboard too; column ``wide`` takes what room there is."""
    table = QTableWidget(0, len(heads))
    table.setAccessibleName(name)
    table.setHorizontalHeaderLabels(heads)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().setHighlightSections(False)
    copies_here(table)
    return table


def copies_here(view: QTableView | QListWidget) -> None:
    """Let Ctrl+C copy a table or list with headers; before there is a snapshot it has no other source than this."""
    given = {"title": view.accessibleName(), "source": wording.PROGRAM}
    text = as_text if isinstance(view, QTableView) else list_text
    CopyKey(view, lambda: QApplication.clipboard().setText(text(view, **given)))


def fill(table: QTableWidget, rows: list[tuple[str | int | None, ...]]) -> None:
    """Show rows; numbers stand to the right, None is blank. The table is as high as its rows, to some limit."""
    table.setRowCount(len(rows))
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            item = QTableWidgetItem(f"{value:,}" if isinstance(value, int) else value or "")
            item.setToolTip(item.text())
            if isinstance(value, int):
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(place, column, item)
    for column in range(table.columnCount()):
        first = rows[0][column] if rows else None
        right = Qt.AlignmentFlag.AlignRight if isinstance(first, int) else Qt.AlignmentFlag.AlignLeft
        table.horizontalHeaderItem(column).setTextAlignment(right | Qt.AlignmentFlag.AlignVCenter)
    high = (
        table.horizontalHeader().sizeHint().height() + min(len(rows), 12) * table.verticalHeader().defaultSectionSize()
    )
    table.setFixedHeight(high + 4)
