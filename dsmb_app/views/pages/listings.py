"""Listings: serious events, deaths, stops, special interest, cases, and every record of every dataset."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout

from dsmb_app.model import formats
from dsmb_app.model.sheet import Sheet
from dsmb_app.views import copying
from dsmb_app.views.asking import Asking, GivesUpUnseen
from dsmb_app.views.controls import focused, label, named, search_box, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import flow_of
from dsmb_app.views.notes import Notes
from dsmb_app.views.nothing import Nothing, no_row
from dsmb_app.views.pages.page import Page
from dsmb_app.views.record_order import arranged_sheet
from dsmb_app.views.sheet_model import SheetModel
from dsmb_app.views.sheet_view import SheetView
from dsmb_app.views.tables import Role
from dsmb_app.views.theme import SPACE

MOST_COPIED = 50_000
"""Rows that are copied at once; more would not fit what they are pasted into."""


class Listings(GivesUpUnseen, Page):
    """A list of the session's listings, a search, and the listing chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._asking, self._stale = desk, Asking(desk), True
        self.which: QComboBox = named(QComboBox(), "Listing")
        self.words = search_box("Search the listing", "; every word in some column", width=240)
        self.title, self.count = label(kind="title", wraps=True), label(kind="muted")
        self.hint = label("A double click or Enter on a row shows every record of its subject.", "muted", wraps=True)
        self.model, self.view, self.notes = SheetModel(self), SheetView("Listing"), Notes(unfolded=True)
        self.notes.copies_to(desk, lambda: f"listing {self.which.currentData()}")
        self.nothing = Nothing(self.view)
        self.view.setModel(self.model)
        copy = tool("Copy listing", "copy", self.copy, hint="Copy the listing or the selected rows (Ctrl+C)")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(flow_of(label("Listing"), self.which, self.words, self.count, copy))
        for part in (self.title, self.hint, self.view, self.notes):
            column.addWidget(part, 1 if part is self.view else 0)
        column.addStretch(0)
        self.which.currentIndexChanged.connect(lambda _place: self._ask())
        self.words.textChanged.connect(self._search)
        self.view.asked.connect(lambda index: self.patient_wanted.emit(str(index.data(Role.SUBJECT))))
        self.view.copy_wanted.connect(self.copy)
        desk.results_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Ask the desk again; what is out of sight is forgotten, and asked for when it comes into sight."""
        self._stale = not self.isVisible()
        if self._stale:
            self._asking.forget()
            self.model.show_sheet(None)
            return
        chosen = self.which.currentData()
        with QSignalBlocker(self.which):
            self.which.clear()
            for number, title in self._desk.session.listings().items():
                self.which.addItem(f"{number}  {title}", number)
            self.which.setCurrentIndex(max(self.which.findData(chosen), 0))
        self._ask()

    def _ask(self) -> None:
        make = partial(self._desk.session.sheet_maker, str(self.which.currentData() or "L1"))
        self._asking.ask(make, show=self._show, say=partial(self._show, None))

    def _show(self, sheet: Sheet | None, why: str = "") -> None:
        self.title.setText(f"{sheet.number}  {sheet.title}" if sheet is not None else why)
        self.model.show_sheet(arranged_sheet(sheet) if sheet is not None else None)
        self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        if sheet is not None:
            self.notes.show_notes(sheet.footnotes)
            self.view.fit_columns()
        self.which.setVisible(self.which.count() > 0)
        for part in (self.words, self.count, self.hint, self.view, self.notes):
            part.setVisible(sheet is not None)
        self._search()

    def _search(self) -> None:
        self.model.search(self.words.text())
        whole = len(self.model.sheet) if self.model.sheet is not None else 0
        # A blank table would leave open whether anything was looked for.
        why = f"Nothing to list: no record of this kind{' under these filters' if self._desk.session.only() else ''}."
        self.nothing.say("" if self.model.rowCount() else no_row(self.words.text().strip() if whole else "", why))
        self.count.setText(f"{formats.count(self.model.rowCount())} of {formats.count(whole)} record(s)")

    def copy(self) -> None:
        """Copy the selected rows, or all of them, as text with headers and source, once the log has it."""
        count = copying.count_chosen(self.view) or self.model.rowCount()
        if self.model.sheet is None or count > MOST_COPIED:
            self._desk.refused.emit(f"Over {MOST_COPIED} rows: search, or select the rows to copy.")
            return
        sheet, rows, title = self.model.sheet, self.model.shown, self.title.text()
        rows = rows[copying.chosen_rows(self.view)] if copying.count_chosen(self.view) else rows
        self._desk.copy_text("listing", lambda source: copying.sheet_text(sheet, rows, title=title, source=source))

    def focus_search(self) -> bool:
        """Put the cursor into the search."""
        return focused(self.words)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()
