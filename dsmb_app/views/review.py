"""A session in the window: band on top, pages at the left, the page or what was asked about it, and messages."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.model.result import Column, RowKey
from dsmb_app.views import drill, keys, printing
from dsmb_app.views.band import SessionBand
from dsmb_app.views.banner import Banner
from dsmb_app.views.controls import tool
from dsmb_app.views.copying import copies_list
from dsmb_app.views.curve_view import FIRST
from dsmb_app.views.desk import Desk
from dsmb_app.views.dialogs.files import ask_where_to_save
from dsmb_app.views.filter_strip import FilterStrip
from dsmb_app.views.held import Held
from dsmb_app.views.history import STEPS, History, Place, StepButtons
from dsmb_app.views.kept_pages import Pages
from dsmb_app.views.maturity_strip import MaturityStrip
from dsmb_app.views.navigation import Navigation
from dsmb_app.views.pages import PAGES
from dsmb_app.views.pages.page import Page
from dsmb_app.views.pages.patients import Patients
from dsmb_app.views.seeking import Seeking
from dsmb_app.views.theme import SPACE
from dsmb_app.views.when_view import WhenView

_ROOMY = 600
"""Pixels of height from which the page has room around it."""
PATIENTS = next(place for place, page in enumerate(PAGES) if page.make is Patients)


class Review(QWidget):
    """Pages are made when first shown and kept; lists of patients as long as a step of the trail leads there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("review")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # The desk, and with it the session, goes when its review goes.
        desk.setParent(self)
        self.desk = desk
        self.band, self.banner, self.navigation = SessionBand(desk), Banner(), Navigation(PAGES)
        self.strip, self.filtered = MaturityStrip(desk), FilterStrip(desk)
        # All at once they would keep the reader waiting for what is out of sight.
        self.pages = Pages(len(PAGES), self._make)
        self.stack = QStackedWidget()
        self.held = Held(self.stack)
        self.history, self._level = History(), desk.level
        self.seeking = Seeking(self, self._page_called)
        self.steps = StepButtons(self.history, self.back, lambda: self.go(1))
        self._lay_out()
        self._add_tools()
        self._bind_keys()
        self._mark_level()
        self.navigation.chosen.connect(self.show_page)
        copies_list(self.navigation.list, desk)
        desk.refused.connect(self.banner.refuse)
        desk.when_wanted.connect(self.show_when)
        desk.results_changed.connect(self._results_changed)
        self.navigation.choose(0)

    def _make(self, place: int) -> Page:
        page = PAGES[place].make(self.desk)
        self.stack.insertWidget(0, page)  # views of patients stay last, in the order in which they were asked for
        page.drilled.connect(self.drill)
        page.labs_wanted.connect(self.show_labs)
        if isinstance(page, Patients):
            page.opened.connect(self._open_listed)
            page.stepped.connect(self._step_to)
        page.subjects_wanted.connect(self.show_subjects)
        page.patient_wanted.connect(self.open_patient)
        page.linked.connect(self.seeking.seek)
        return page

    def _lay_out(self) -> None:
        content = self._content = QVBoxLayout()
        content.addWidget(self.banner)
        content.addWidget(self.stack, 1)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self.navigation)
        below.addLayout(content, 1)
        body = QWidget()
        body.setObjectName("body")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(body)
        inner.setSpacing(0)
        inner.setContentsMargins(0, 0, 0, 0)
        self.band.layout().insertWidget(0, self.steps)
        inner.addWidget(self.band)
        inner.addWidget(self.strip)
        inner.addWidget(self.filtered)
        inner.addLayout(below, 1)
        frame = QVBoxLayout(self)
        frame.setContentsMargins(0, 0, 0, 0)
        frame.addWidget(body)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give a small window's height to what is read in it."""
        super().resizeEvent(event)
        gap = SPACE if self.height() >= _ROOMY else 1
        self._content.setSpacing(gap)
        self._content.setContentsMargins(2 * SPACE, gap * 3 // 2, 2 * SPACE, gap * 3 // 2)

    @property
    def page(self) -> Page:
        """Return the page chosen, also while patients are shown before it."""
        return self.pages[max(self.navigation.list.currentRow(), 0)]

    @property
    def is_drilled(self) -> bool:
        """Tell whether something stands before the page: a list of patients, a course over time."""
        return self.stack.currentWidget() not in self.pages

    def choose(self, place: int) -> None:
        """Choose a page by its number, also the one whose list or patient is shown."""
        if place < len(self.pages):
            self.navigation.choose(place)
            self.show_page(place)

    def _bind_keys(self) -> None:
        choose, step = self.choose, self.navigation.step
        keys.bind(self, {key: partial(choose, place) for place, key in enumerate(keys.PAGE_KEYS)})
        keys.bind(self, {"Ctrl+PgUp": partial(step, -1), "Ctrl+PgDown": partial(step, 1)})
        keys.bind(self, {"Ctrl+F": self.focus_search, "Ctrl+P": self.save_page})
        keys.bind(self, {"Esc": self.leave, "Alt+Left": self.back, "Alt+Right": partial(self.go, 1)})

    def _add_tools(self) -> None:
        add = self.navigation.add_tool
        add(tool("Save this page as PDF", "picture", self.save_page, hint="Save this page as PDF (Ctrl+P)"))
        add(tool("Keys", "info", lambda: keys.show(self.window()), hint="Which keys there are (F1)"))

    def focus_search(self) -> None:
        """Put the cursor into the page's search; say where one is on a page without."""
        if self.is_drilled or not self.page.focus_search():
            self.banner.tell("There is no search here. All exhibits and Listings can be searched.")

    def save_page(self) -> None:
        """Ask for a file and save what is shown there as PDF, with its source, once the log has it."""
        title = PAGES[max(self.navigation.list.currentRow(), 0)].title
        path = ask_where_to_save(self, "Save this page as PDF", f"{title}.pdf", "PDF (*.pdf)")
        if path:
            self.write_page(path)

    def write_page(self, path: Path) -> None:
        """Save what is shown as PDF."""
        title = PAGES[max(self.navigation.list.currentRow(), 0)].title
        save = partial(printing.write_page, self.stack.currentWidget(), path, title=title)
        self.desk.make_copy(f"page {title}", lambda source: save(source=source))

    def show_page(self, place: int) -> None:
        """Show a page; the page of patients with the patient it showed last."""
        subject = self.patients.subject if place == PATIENTS else ""
        self._visit(Place(place, subject=subject))

    @property
    def patients(self) -> Patients:
        """Return the page of patients."""
        page = self.pages[PATIENTS]
        assert isinstance(page, Patients)
        return page

    def _page_called(self, title: str) -> Page:
        self.navigation.choose([page.title for page in PAGES].index(title))
        return self.page

    def drill(self, number: str, row: RowKey, column: Column) -> None:
        """Show who stands behind a cell."""
        found = self.desk.drill(number, row, column)
        if found is not None:
            self._push(drill.of_cell(self.desk, found))

    def show_when(self, number: str, row: RowKey, words: str) -> None:
        """Show the course over time of a row of an exhibit, or say why it has none."""
        if self.desk.figure_or_refuse(FIRST, row, number) is not None:
            view = WhenView(self.desk, number, row, words)
            view.drilled.connect(self.drill)
            view.subjects_wanted.connect(self.show_subjects)
            self._push(view)

    def show_labs(self, usubjid: str, tests: tuple[str, ...]) -> None:
        """Show one patient, with the laboratory records of some tests."""
        self.open_patient(usubjid, tests=tests)

    def show_subjects(self, question: str, usubjids: Collection[str]) -> None:
        """Show the list of some subjects."""
        found = self.desk.chosen_subjects(usubjids)
        if found is not None:
            self._push(drill.of_subjects(self.desk, question, found))

    def open_patient(
        self, usubjid: str, *, question: str = "", among: tuple[str, ...] = (), tests: tuple[str, ...] = ()
    ) -> None:
        """Show a patient; previous and next go through ``among``, the list that answers a question, else all."""
        if self.desk.profile(usubjid) is not None:
            self._visit(Place(PATIENTS, None, usubjid, question, among, tests))

    def _push(self, view: drill.RecordsView | WhenView) -> None:
        self.banner.hide()
        view.back_wanted.connect(self.back)
        if isinstance(view, drill.RecordsView):
            among = tuple(dict.fromkeys(view.panels[0].model.listing.subjects))
            view.subject_wanted.connect(lambda who: self.open_patient(who, question=view.question.text(), among=among))
        self.stack.addWidget(view)
        self._visit(Place(max(self.navigation.list.currentRow(), 0), view))

    def _open_listed(self, usubjid: str) -> None:
        self.open_patient(usubjid, question=self.patients.question, among=self.patients.among)

    def _step_to(self, usubjid: str) -> None:
        """Show the previous or next patient: in the trail it takes the place of the one before."""
        page = self.patients
        self.history.replace(Place(PATIENTS, None, usubjid, page.question, page.among))
        self._show(self.history.now)

    def _visit(self, place: Place) -> None:
        self.history.visit(place)
        self._sweep()
        self._show(place)

    def _show(self, place: Place | None) -> None:
        if place is None:
            return
        with QSignalBlocker(self.navigation):
            self.navigation.choose(place.page)
        page = self.pages[place.page]
        self.strip.show_for(page.about)
        self.filtered.show_for(PAGES[place.page].filtered_by)
        self.stack.setCurrentWidget(place.view or page)
        if isinstance(page, Patients) and place.view is None:
            page.show_patient(place)
        if place.view is not None:
            place.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def go(self, by: int) -> None:
        """Go back or forward in the trail."""
        self._show(self.history.step(by))

    def back(self) -> None:
        """Go back one step: first within the page, then in the trail."""
        if self.is_drilled or not self.page.back():
            self.go(-1)

    def leave(self) -> None:
        """Leave what stands before a page: a list, a patient that was opened from one, a part of the page."""
        place = self.history.now
        if self.is_drilled or (place is not None and place.subject and place.page == PATIENTS):
            self.go(-1)
        else:
            self.page.back()

    def _sweep(self) -> None:
        """Drop the lists that no step leads to any more."""
        kept = {id(place.view) for place in self.history.places}
        for view in [self.stack.widget(i) for i in range(self.stack.count())]:
            if view not in self.pages and id(view) not in kept:
                self.stack.removeWidget(view)
                view.deleteLater()

    def _results_changed(self) -> None:
        # What was asked at another level or under other choices must not stay on the screen, nor in the trail.
        if self.desk.level is not self._level:
            self.held.release()
            self._level = self.desk.level
            here = self.page
            self.history.forget(Place(max(self.navigation.list.currentRow(), 0)))
            if isinstance(here, Patients) or self.pages.is_made(PATIENTS):
                self.patients.forget_patient()
        else:
            self.held.hold()
            self.history.keep(lambda place: place.view is None, else_at=Place(self.navigation.list.currentRow()))
        self._sweep()
        self.stack.setCurrentWidget(self.page)
        self._mark_level()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go back and forward by the mouse's own buttons."""
        if event.button() in STEPS:
            self.go(STEPS[event.button()])
        else:
            super().mousePressEvent(event)

    def _mark_level(self) -> None:
        """Frame a closed session in red."""
        self.setProperty("closed", self.desk.is_closed)
        self.style().unpolish(self)
        self.style().polish(self)
        width = 4 if self.desk.is_closed else 0
        self.layout().setContentsMargins(width, width, width, width)
