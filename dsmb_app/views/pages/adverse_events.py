"""Adverse events: which, how counted, from what share on; the table with its dot plot; search."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QVBoxLayout

from dsmb_app.model.words import Order, Window
from dsmb_app.views.controls import captioned, choice_box, named, search_box
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.flow import flow_of
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
_ORDERS = {Order.FREQUENCY: "By frequency, pooled", Order.MEDDRA: "MedDRA order", Order.ALPHABETICAL: "Alphabetical"}


class AdverseEvents(Page):
    """Filters above, table and plot below; every number comes from the desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._make_filters()
        self.exhibit = ExhibitView(desk, str(self.which.currentData()), plotted=True)
        self._lay_out()
        self._connect()
        self.refresh()

    def _make_filters(self) -> None:
        self.which: QComboBox = named(QComboBox(), "Events", hint="Which adverse events")
        self.window_choice = choice_box("Emergent window", _WINDOWS, "Which events count as treatment-emergent")
        self.order = choice_box("Order of rows", _ORDERS, "No order looks at an arm")
        self.at_least: QDoubleSpinBox = named(
            QDoubleSpinBox(), "Least pooled share", hint="Lists terms that at least this share of all subjects had"
        )
        self.at_least.setRange(0, 100)
        self.at_least.setDecimals(1)
        self.at_least.setSuffix(" %")
        self.at_least.setAlignment(Qt.AlignmentFlag.AlignRight)
        # Ten per cent is one wish, not a wish for one and then for ten.
        self.at_least.setKeyboardTracking(False)
        self.words = search_box("Search terms")
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
            self.words,
            line_gap=SPACE,
        )
        column.addWidget(self.filters)
        column.addWidget(self.exhibit, 1)

    def _connect(self) -> None:
        self.exhibit.drilled.connect(self.drilled)
        self.which.currentIndexChanged.connect(lambda: self.exhibit.show_exhibit(str(self.which.currentData())))
        self.window_choice.currentIndexChanged.connect(self._wish)
        self.order.currentIndexChanged.connect(self._wish)
        self.at_least.valueChanged.connect(self._wish)
        self.words.textChanged.connect(self.exhibit.search)
        self._desk.results_changed.connect(self.refresh)

    def _wish(self) -> None:
        self._desk.choose(
            window=Window(self.window_choice.currentData()),
            order=Order(self.order.currentData()),
            at_least=self.at_least.value(),
        )

    def refresh(self) -> None:
        """Show the choices in force, which another page may have changed."""
        choices = self._desk.choices
        shown = ((self.window_choice, choices.window), (self.order, choices.order))
        for control in (self.window_choice, self.order, self.at_least, self.which):
            control.blockSignals(True)
        for combo, value in shown:
            combo.setCurrentIndex(combo.findData(value))
        self.at_least.setValue(choices.at_least)
        self._offer()
        for control in (self.window_choice, self.order, self.at_least, self.which):
            control.blockSignals(False)

    def _offer(self) -> None:
        """List the exhibits of this page that the level may show, the chosen one still chosen."""
        chosen = self.which.currentData() or FIRST
        self.which.clear()
        for info in self._desk.exhibits():
            if info.id in EXHIBITS:
                self.which.addItem(EXHIBITS[info.id], info.id)
        if self.which.count() == 0:
            self.which.addItem(EXHIBITS[FIRST], FIRST)
        self.which.setCurrentIndex(max(self.which.findData(chosen), 0))
        self.which.setVisible(self.which.count() > 1)

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.words.setFocus()
        self.words.selectAll()
