"""Behind a number: its subjects and their records, each of which leads to its patient. The same for every exhibit."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from dsmb_app.model.result import Drill, Listing
from dsmb_app.views import copying
from dsmb_app.views.controls import label, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.listing_view import ListingView
from dsmb_app.views.record_order import arranged
from dsmb_app.views.tables import ListingModel, Role, SortedRecords
from dsmb_app.views.theme import SPACE


class ListingPanel(QWidget):
    """A listing with its title; ``asked`` carries the subject of a row that was asked about."""

    asked = Signal(str)

    def __init__(self, desk: Desk, listing: Listing) -> None:
        super().__init__()
        self._desk = desk
        self.model, self.sorted = ListingModel(arranged(listing), self), SortedRecords(self)
        self.sorted.setSourceModel(self.model)
        self.view = ListingView(listing.title)
        self.view.setModel(self.sorted)
        self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.view.fit_columns()
        self.view.asked.connect(self._ask)
        self.view.copy_wanted.connect(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        top = self.tools = QHBoxLayout()
        top.addWidget(label(listing.title, "large"), 1)
        top.addWidget(tool("Copy listing", "copy", self.copy, hint="Copy the listing or the selected rows (Ctrl+C)"))
        column.addLayout(top)
        column.addWidget(self.view, 1)
        for note in listing.footnotes:
            column.addWidget(label(note, "small", wraps=True))

    def _ask(self, index: QModelIndex) -> None:
        self.asked.emit(str(index.data(Role.SUBJECT)))

    def copy(self) -> None:
        """Copy the selected rows, or all, as text with headers and source, once the log has it."""
        title = self.model.listing.title
        self._desk.copy_text("listing", lambda source: copying.as_text(self.view, title=title, source=source))


class RecordsView(QWidget):
    """A question in words, the way back, and the listings that answer it, one below the other."""

    back_wanted = Signal()
    subject_wanted = Signal(str)

    def __init__(self, desk: Desk, question: str, listings: list[Listing], *, hint: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        top = QHBoxLayout()
        self.back = tool("Back", "back", self.back_wanted.emit, hint="Back (Esc)", text=True)
        self.question = label(question, "title", wraps=True)
        self.question.setAccessibleName("Question")
        top.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.question, 1)
        column.addLayout(top)
        if hint:
            column.addWidget(label(hint, "muted", wraps=True))
        self.panels = [ListingPanel(desk, listing) for listing in listings]
        body = QSplitter(Qt.Orientation.Vertical)
        body.setChildrenCollapsible(False)
        for panel in self.panels:
            body.addWidget(panel)
            panel.asked.connect(self.subject_wanted)
        # Each listing gets the room that its rows need before the others.
        body.setSizes([100 * min(max(len(listing.rows), 4), 16) for listing in listings])
        column.addWidget(body, 1)
        self.setFocusProxy(self.panels[0].view)


_HINT = "A click or Enter on a row opens its patient."


def of_cell(desk: Desk, drill: Drill) -> RecordsView:
    """Return the view of a cell's subjects and records."""
    shown = [drill.subjects, *([drill.records] if drill.records.rows else [])]
    return RecordsView(desk, drill.question, shown, hint=_HINT)


def of_subjects(desk: Desk, question: str, subjects: Listing) -> RecordsView:
    """Return the view of some subjects."""
    return RecordsView(desk, question, [subjects], hint=_HINT)
