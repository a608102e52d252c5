"""A session in the window: band on top, pages at the left, the page or what was asked about it, and messages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.model.result import Column, RowKey
from dsmb_app.views import drill
from dsmb_app.views.band import SessionBand
from dsmb_app.views.banner import Banner
from dsmb_app.views.curve_view import FIRST
from dsmb_app.views.desk import Desk
from dsmb_app.views.maturity_strip import MaturityStrip
from dsmb_app.views.navigation import Navigation
from dsmb_app.views.pages import PAGES
from dsmb_app.views.pages.finding import places
from dsmb_app.views.pages.page import Page
from dsmb_app.views.theme import SPACE
from dsmb_app.views.when_view import WhenView


class Pages(Sequence[Page]):
    """The pages by their places, each made by ``make`` when it is first asked for, and kept."""

    def __init__(self, count: int, make: Callable[[int], Page]) -> None:
        self._made: list[Page | None] = [None] * count
        self._make = make

    def __len__(self) -> int:
        return len(self._made)

    def __getitem__(self, place: int) -> Page:
        found = self._made[place]
        if found is None:
            found = self._made[place] = self._make(place)
        return found

    def __contains__(self, widget: object) -> bool:
        # Of those made: to ask must not make the others.
        return any(page is widget for page in self._made if page is not None)


class Review(QWidget):
    """Pages are made when first shown and kept; views of patients are forgotten on the way back."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("review")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # The desk, and with it the session, goes when its review goes.
        desk.setParent(self)
        self.desk = desk
        self.band, self.banner, self.navigation = SessionBand(desk), Banner(), Navigation(PAGES)
        self.strip = MaturityStrip(desk)
        # All at once they would keep the reader waiting for what is out of sight.
        self.pages: Sequence[Page] = Pages(len(PAGES), self._make)
        self.stack = QStackedWidget()
        self._lay_out()
        self._mark_level()
        self.navigation.chosen.connect(self.show_page)
        desk.refused.connect(self.banner.refuse)
        desk.when_wanted.connect(self.show_when)
        desk.results_changed.connect(self._results_changed)
        self.navigation.choose(0)

    def _make(self, place: int) -> Page:
        page = PAGES[place].make(self.desk)
        self.stack.insertWidget(0, page)  # views of patients stay last, in the order in which they were asked for
        page.drilled.connect(self.drill)
        page.labs_wanted.connect(self.show_labs)
        page.subjects_wanted.connect(self.show_subjects)
        page.patient_wanted.connect(self.show_patient)
        page.linked.connect(self.show_exhibit)
        return page

    def _lay_out(self) -> None:
        content = QVBoxLayout()
        content.setContentsMargins(2 * SPACE, SPACE * 3 // 2, 2 * SPACE, SPACE * 3 // 2)
        content.setSpacing(SPACE)
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
        inner.addWidget(self.band)
        inner.addWidget(self.strip)
        inner.addLayout(below, 1)
        frame = QVBoxLayout(self)
        frame.setContentsMargins(0, 0, 0, 0)
        frame.addWidget(body)

    @property
    def page(self) -> Page:
        """Return the page chosen, also while patients are shown before it."""
        return self.pages[max(self.navigation.list.currentRow(), 0)]

    @property
    def is_drilled(self) -> bool:
        """Tell whether patients are shown."""
        return self.stack.currentWidget() not in self.pages

    def show_page(self, place: int) -> None:
        """Show a page; views of patients are forgotten."""
        self._forget_patients()
        self.strip.show_for(self.pages[place].about)
        self.stack.setCurrentWidget(self.pages[place])

    def show_exhibit(self, number: str, row: RowKey) -> None:
        """Show the page on which an exhibit stands, with a row of it at hand where one is given."""
        titles = [page.title for page in PAGES]
        for title, find in places(number):
            self.navigation.choose(titles.index(title))
            if find(self.page, number, row):
                return

    def drill(self, number: str, row: RowKey, column: Column) -> None:
        """Show who stands behind a cell."""
        found = self.desk.drill(number, row, column)
        if found is not None:
            view = drill.of_cell(self.desk, found)
            view.subject_wanted.connect(self._show_subject)
            self._push(view)

    def show_when(self, number: str, row: RowKey, words: str) -> None:
        """Show the course over time of a row of an exhibit, or say why it has none."""
        if self.desk.figure_or_refuse(FIRST, row, number) is not None:
            view = WhenView(self.desk, number, row, words)
            view.drilled.connect(self.drill)
            view.subjects_wanted.connect(self.show_subjects)
            self._push(view)

    def show_labs(self, usubjid: str, tests: tuple[str, ...]) -> None:
        """Show one subject's laboratory records of some tests, and its adverse events."""
        labs = self.desk.subject_labs(usubjid, tests)
        records = self.desk.subject_records(usubjid) if labs is not None else None
        if labs is not None and records is not None:
            self._push(drill.of_subject(self.desk, usubjid, labs, records))

    def show_subjects(self, question: str, usubjids: Collection[str]) -> None:
        """Show the list of some subjects."""
        found = self.desk.chosen_subjects(usubjids)
        if found is not None:
            view = drill.of_subjects(self.desk, question, found)
            view.subject_wanted.connect(self._show_subject)
            self._push(view)

    def _show_subject(self, usubjid: str) -> None:
        if self.page.show_subject(usubjid, self.stack.currentWidget().panels[0].model.listing.subjects):
            self._forget_patients()
            self.stack.setCurrentWidget(self.page)
            return
        self.show_patient(usubjid)

    def show_patient(self, usubjid: str) -> None:
        """Show every record of one subject."""
        records = self.desk.subject_records(usubjid) if usubjid else None
        if records is not None:
            self._push(drill.of_subject(self.desk, usubjid, records))

    def _push(self, view: drill.RecordsView | WhenView) -> None:
        self.banner.hide()
        view.back_wanted.connect(self.back)
        self.stack.addWidget(view)
        self.stack.setCurrentWidget(view)
        view.setFocus(Qt.FocusReason.OtherFocusReason)

    def back(self) -> None:
        """Go back one step: from a subject to the cell, from the cell to the page, then within the page."""
        if not self.is_drilled:
            self.page.back()
        else:
            self._drop(self.stack.currentWidget())
            last = self.stack.widget(self.stack.count() - 1)
            self.stack.setCurrentWidget(last if last not in self.pages else self.page)
            self.stack.currentWidget().setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop(self, view: QWidget) -> None:
        self.stack.removeWidget(view)
        view.deleteLater()

    def _forget_patients(self) -> None:
        for view in [self.stack.widget(i) for i in range(self.stack.count())]:
            if view not in self.pages:
                self._drop(view)

    def _results_changed(self) -> None:
        # What was asked at another level or under other choices must not stay on the screen.
        if self.is_drilled:
            self._forget_patients()
            self.stack.setCurrentWidget(self.page)
        self._mark_level()

    def _mark_level(self) -> None:
        """Frame a closed session in red."""
        self.setProperty("closed", self.desk.is_closed)
        self.style().unpolish(self)
        self.style().polish(self)
        width = 4 if self.desk.is_closed else 0
        self.layout().setContentsMargins(width, width, width, width)
