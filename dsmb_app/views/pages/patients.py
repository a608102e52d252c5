"""Patients: a searchable list of who was treated, and one patient's profile beside it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.model.result import Listing
from dsmb_app.views.asking import Asking, GivesUpUnseen
from dsmb_app.views.controls import focused, label, say, search_box, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import row_of
from dsmb_app.views.history import Place
from dsmb_app.views.pages.page import Page
from dsmb_app.views.patient_list import PatientList
from dsmb_app.views.profile_view import ProfileView
from dsmb_app.views.theme import SPACE


class Patients(GivesUpUnseen, Page):
    """``opened`` carries a patient that was chosen, ``stepped`` one that the previous or next button leads to."""

    opened, stepped = Signal(str), Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._asking, self._stale = desk, Asking(desk), True
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
            within = Qt.ShortcutContext.WidgetWithChildrenShortcut
            QShortcut(QKeySequence(keys), self, activated=partial(self._step, by), context=within)

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
        self.body.setSizes([300, 700])
        column = QVBoxLayout(self, contentsMargins=QMargins())
        column.addWidget(self.body)

    def refresh(self) -> None:
        """Ask for list and patient again; out of sight, forget both until the page is shown."""
        self._stale = not self.isVisible()
        self.profile.forget()
        self.right.setCurrentWidget(self.nobody)
        self._asking.forget()
        self._list(None)
        if not self._stale:
            self._asking.ask(self._desk.patients_maker, show=self._list, say=partial(self._list, None))

    def _list(self, listing: Listing | None, why: str = "") -> None:
        self.list.show_listing(listing, self.among)
        say(self.refusal, why)
        self._say_among()
        self.list.select(self.subject)
        # Somebody may have been opened while it was counted.
        if listing and self.subject in listing.subjects and self.right.currentWidget() is self.nobody:
            self.show_patient(Place(-1, subject=self.subject, question=self.question, among=self.among))

    def show_patient(self, place: Place) -> None:
        """Show a patient, or nobody, and the list that it was chosen from."""
        self.subject, self.question = place.subject, place.question
        if place.among != self.among:
            self.among = place.among
            self.list.narrow(self.among)
            self._say_among()
        profile = self._desk.profile(place.subject) if place.subject and not self._stale else None
        if profile is None:
            self.profile.forget()
        else:
            self.profile.show_profile(profile, place.tests)
            self.list.select(place.subject)
        self.right.setCurrentWidget(self.profile if profile else self.nobody)

    def _say_among(self) -> None:
        say(self.only, f"Only: {self.question}" if self.among else "")
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
