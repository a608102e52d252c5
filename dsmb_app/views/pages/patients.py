"""Patients: a searchable list of who was treated, and one patient's profile beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.views.controls import focused, label, search_box, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import row_of
from dsmb_app.views.history import Place
from dsmb_app.views.pages.page import Page
from dsmb_app.views.patient_list import PatientList
from dsmb_app.views.profile_view import ProfileView
from dsmb_app.views.theme import SPACE

_LIST = 30
"""The list's share of the width, in percent."""


class Patients(Page):
    """``opened`` carries a patient that was chosen, ``stepped`` one that the previous or next button leads to."""

    opened, stepped = Signal(str), Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._stale = desk, True
        self.subject, self.question, self.among = "", "", ()
        self.list, self.profile, self.search = PatientList(desk), ProfileView(desk), search_box("Search patients")
        self.everybody = tool("Show all", "close", self._show_everybody, hint="List all patients again", text=True)
        self.only, self.refusal = label(kind="muted", wraps=True), label(kind="muted", wraps=True)
        self.nobody = label("Choose a patient of the list (Enter or a click).", "muted")
        self._lay_out()
        self.search.textChanged.connect(self.list.search)
        self.list.wanted.connect(self.opened)
        self.profile.stepped.connect(self._step)
        desk.results_changed.connect(self.refresh)
        for keys, by in (("PgUp", -1), ("PgDown", 1)):
            bound = QShortcut(QKeySequence(keys), self, activated=lambda by=by: self._step(by))
            bound.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _lay_out(self) -> None:
        left = QWidget()
        narrow = QVBoxLayout(left)
        narrow.setContentsMargins(0, 0, SPACE // 2, 0)
        for part in (row_of(self.search, self.everybody, label()), self.only, self.refusal, self.list):
            narrow.addWidget(part, int(part is self.list))
        narrow.addStretch(0)
        self.right, self.body = QStackedWidget(), QSplitter(Qt.Orientation.Horizontal)
        self.body.setChildrenCollapsible(False)
        for holder, parts in ((self.right, (self.nobody, self.profile)), (self.body, (left, self.right))):
            for part in parts:
                holder.addWidget(part)
        self.body.setSizes([10 * _LIST, 1000 - 10 * _LIST])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.body)

    def refresh(self) -> None:
        """Ask for the list again, and for the patient shown; out of sight, forget both until the page is shown."""
        self._stale = not self.isVisible()
        self.profile.forget()
        self.right.setCurrentWidget(self.nobody)
        try:
            listing = None if self._stale else self._desk.patients()
        except Refusal as refusal:
            self.refusal.setText(refusal.sentence())
            listing, self._stale = None, False
        self.list.show_listing(listing, self.among)
        self.refusal.setVisible(listing is None and not self._stale)
        self.list.setVisible(listing is not None)
        self._say_among()
        if listing is not None and self.subject in listing.subjects:
            self.show_patient(Place(-1, subject=self.subject, question=self.question, among=self.among))

    def show_patient(self, place: Place) -> None:
        """Show a patient, or nobody, and the list that it was chosen from."""
        self.subject, self.question = place.subject, place.question
        if place.among != self.among:
            self.among = place.among
            self.list.narrow(self.among)
            self._say_among()
        profile = self._desk.profile(place.subject) if place.subject and not self._stale else None
        if profile is not None:
            self.profile.show_profile(profile, place.tests)
            self.list.select(place.subject)
        else:
            self.profile.forget()
        self.right.setCurrentWidget(self.profile if profile else self.nobody)

    def _say_among(self) -> None:
        self.only.setText(f"Only: {self.question}" if self.among else "")
        self.only.setVisible(bool(self.among))
        self.everybody.setVisible(bool(self.among))

    def _show_everybody(self) -> None:
        self.question, self.among = "", ()
        self.list.narrow(())
        self._say_among()

    def _step(self, by: int) -> None:
        if there := self.list.beside(self.subject, by):
            self.stepped.emit(there)

    def focus_search(self) -> bool:
        """Put the cursor into the search."""
        return focused(self.search)

    def forget_patient(self) -> None:
        """Show nobody and everybody's list, as after a change of level."""
        self.subject, self.question, self.among = "", "", ()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()
