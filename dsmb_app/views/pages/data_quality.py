"""Data quality: the findings with their records below, how often each rule had to decide, and the study settings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.model.result import Column, Listing, RowKey
from dsmb_app.model.settings_words import Pairs, rule_counts, settings
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views.controls import focused, label, search_box
from dsmb_app.views.desk import Desk
from dsmb_app.views.drill import ListingPanel
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.flow import flow_of
from dsmb_app.views.pages.page import Page
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons

TABLE = "T07"
RECORDS, RULES, SETTINGS = "Records", "How often a rule had to decide", "Study settings"
_HINTS = {
    RECORDS: "The records, or else the subjects, of the finding that is selected",
    RULES: "The counts of the snapshot, as on sheet 99 of the packs",
    SETTINGS: "What the study file says, as far as this level may see it",
}
_ASK = (
    "A click or Enter on a count shows its records here; of a finding about subjects, these and what is known of them."
)


class DataQuality(Page):
    """The table above; below it what belongs to the row selected, or the settings."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.words, self.exhibit = search_box("Search findings"), ExhibitView(desk, TABLE)
        self.exhibit.hugs = True
        self.choice, self.stack = ViewButtons(_HINTS), QStackedWidget()
        self.below: QWidget = label(_ASK, "muted", wraps=True)
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, SPACE, 0, 0)
        lower.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        lower.addWidget(self.stack, 1)
        body = QSplitter(Qt.Orientation.Vertical)
        body.setChildrenCollapsible(False)
        body.addWidget(self.exhibit)
        body.addWidget(below)
        body.setSizes([420, 260])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(flow_of(self.words))
        column.addWidget(body, 1)
        self.exhibit.drilled.connect(lambda _number, row, column: self._follow(row, column))
        self.words.textChanged.connect(self.exhibit.search)
        self.choice.chosen.connect(self._choose)
        desk.results_changed.connect(lambda: self._choose(self.choice.shown))
        self._put(self.below)

    def _choose(self, name: str) -> None:
        """Show a view; of the records nothing stays that was asked at another level or under other choices."""
        session = self._desk.session
        if name == RECORDS:
            self._put(label(_ASK, "muted", wraps=True))
        elif name == RULES:
            self._put(self._panel("Rule", "Records or subjects", rule_counts(session.counts)))
        else:
            self._put(self._panel("Setting", "Value", settings(session.study, session.level)))

    def _panel(self, name: str, value: str, pairs: Pairs) -> ListingPanel:
        panel = ListingPanel(self._desk, Listing(self.choice.shown, (name, value), pairs, ("",) * len(pairs)))
        panel.view.show_whole()
        return panel

    def _follow(self, row: RowKey, column: Column) -> None:
        self.choice.choose(RECORDS)
        self.show_records(row, column.arm)

    def show_records(self, row: RowKey, arm: str = TOTAL) -> None:
        """Show the records of a finding in a column; its subjects where it has none."""
        found = self._desk.drill(TABLE, row, Column(arm, Stat.N))
        if found is None:
            self._put(label(_ASK, "muted", wraps=True))
            return
        of_subjects = self._desk.table(TABLE).cell(row, Column(arm, Stat.EVENTS)) is None
        view = QSplitter(Qt.Orientation.Horizontal)
        view.setChildrenCollapsible(False)
        for listing in (found.subjects, found.records) if of_subjects or not found.records.rows else (found.records,):
            panel = ListingPanel(self._desk, listing)
            panel.asked.connect(self.patient_wanted)
            view.addWidget(panel)
        self._put(view)

    def _put(self, widget: QWidget) -> None:
        self.below = widget
        while self.stack.count():
            old = self.stack.widget(0)
            self.stack.removeWidget(old)
            old.deleteLater()
        self.stack.addWidget(widget)

    def focus_search(self) -> bool:
        """Put the cursor into the search."""
        return focused(self.words)
