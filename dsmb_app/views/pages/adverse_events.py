"""Adverse events: which, how counted, from what share on; the table with its dot plot; search."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QVBoxLayout

from dsmb_app.model.words import Order, Window
from dsmb_app.views.controls import ORDERS, captioned, choice_box, focused, named, offer_orders, search_box, share_box
from dsmb_app.views.desk import Desk
from dsmb_app.views.filters import FilterBar
from dsmb_app.views.flow import flow_of
from dsmb_app.views.pages.adverse_event_views import BY_GRADE, AdverseEventViews
from dsmb_app.views.pages.page import Page
from dsmb_app.views.theme import SPACE

EXHIBITS = {
    "T09": "All adverse events",
    "T11": "Serious",
    "T12": "Leading to discontinuation",
    "T13": "Grade 3 or higher",
}
"""By system organ class and term, each by the name that a reader chooses it by."""

FIRST = "T09"
_WINDOWS = {Window.ON_STUDY: "On study", Window.ON_TREATMENT: "On treatment"}


class AdverseEvents(Page):
    """Filters above, table and plot below; every number comes from the desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._make_filters()
        self.views = AdverseEventViews(desk, str(self.which.currentData()))
        self.exhibit = self.views.exhibit
        self._lay_out()
        self._connect()
        self.refresh()

    def _make_filters(self) -> None:
        self.which: QComboBox = named(QComboBox(), "Events", hint="Which adverse events")
        self.window_choice = choice_box("Emergent window", _WINDOWS, "Which events count as treatment-emergent")
        self.order = choice_box("Order of rows", ORDERS, "In an open session no order looks at an arm")
        self.at_least = share_box("Least pooled share", "Lists terms that at least this share of all subjects had")
        self.bar = FilterBar(self._desk)
        self.words = search_box("Search terms", "; Enter counts only events so called", width=170)
        self._offer()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.filters = flow_of(
            self.which,
            captioned("Window", self.window_choice),
            captioned("At least", self.at_least),
            captioned("Order", self.order),
            self.bar.button,
            self.words,
            gap=SPACE,
            line_gap=SPACE // 2,
        )
        column.addWidget(self.filters)
        column.addWidget(self.bar)
        column.addWidget(self.views, 1)

    def _connect(self) -> None:
        self.views.drilled.connect(self.drilled)
        self.views.changed.connect(self._view_changed)
        self.which.currentIndexChanged.connect(lambda: self.views.show_exhibit(str(self.which.currentData())))
        self.window_choice.currentIndexChanged.connect(self._wish)
        self.order.currentIndexChanged.connect(self._wish)
        self.at_least.valueChanged.connect(self._wish)
        self.words.textChanged.connect(self.views.search)
        self.words.returnPressed.connect(self._count_only)
        self._desk.results_changed.connect(self.refresh)

    def _wish(self) -> None:
        self._desk.choose(
            window=Window(self.window_choice.currentData()),
            order=Order(self.order.currentData()),
            at_least=self.at_least.value(),
        )

    def _count_only(self) -> None:
        """Make a filter of the words searched for."""
        self.bar.search_for(self.words.text())
        self.words.clear()

    def refresh(self) -> None:
        """Show the choices in force, which another page may have changed."""
        choices = self._desk.choices
        for control in (self.window_choice, self.order, self.at_least, self.which):
            control.blockSignals(True)
        self.window_choice.setCurrentIndex(self.window_choice.findData(choices.window))
        offer_orders(self.order, choices.order, closed=self._desk.is_closed)
        self.at_least.setValue(choices.at_least)
        self._offer()
        for control in (self.window_choice, self.order, self.at_least, self.which):
            control.blockSignals(False)

    def _offer(self) -> None:
        """List the exhibits of this page that the level may show, the chosen one still chosen."""
        chosen = self.which.currentData() or FIRST
        self.which.clear()
        for number in [info.id for info in self._desk.exhibits() if info.id in EXHIBITS] or [FIRST]:
            self.which.addItem(EXHIBITS[number], number)
        self.which.setCurrentIndex(max(self.which.findData(chosen), 0))
        if self.which.parentWidget() is not None:  # shown without a place it would be a window of its own
            self._view_changed(self.views.shown)

    def _view_changed(self, shown: str) -> None:
        # Grades are counted over all adverse events.
        self.which.setVisible(self.which.count() > 1 and shown != BY_GRADE)

    def focus_search(self) -> bool:
        """Put the cursor into the search."""
        return focused(self.words)
