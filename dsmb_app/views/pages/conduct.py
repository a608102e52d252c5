"""Conduct: who came into the trial and what became of them, who they are, how they were treated; one at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.flow_view import FlowView
from dsmb_app.views.pages.page import Page
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons

FLOW = "Flow"
"""The button of the drawing."""
EXHIBITS = {
    "Flow table": "F1",
    "Enrolment": "T01",
    "Disposition": "T02",
    "Screen failures": "T03",
    "Demographics": "T05",
    "Exposure": "T06",
    "Vital signs": "T14",
}
"""The table behind each of the other buttons."""
_HINTS = {
    FLOW: "How many were screened, randomised, treated, and how it ended",
    "Flow table": "The same with percentages",
    "Enrolment": "Subjects by country, site and month",
    "Disposition": "Who completed, who stopped and why, who is ongoing",
    "Screen failures": "Why subjects were not randomised",
    "Demographics": "Age, sex, race and body measures at baseline",
    "Exposure": "How long, how much, and how long watched",
    "Vital signs": "Values by visit, and who crossed a threshold",
}


class Conduct(Page):
    """Buttons above, the drawing or table chosen below; its header stays in sight while its rows scroll."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.views = ViewButtons(_HINTS, wraps=True)
        self.flow, self.exhibit = FlowView(desk), ExhibitView(desk, next(iter(EXHIBITS.values())))
        self.exhibit.hugs = True
        self.stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.views)
        column.addWidget(self.stack, 1)
        for part in (self.flow, self.exhibit):
            self.stack.addWidget(part)
            part.drilled.connect(self.drilled)
        self.views.chosen.connect(self._show)
        desk.results_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Offer what the level may show, the table chosen still chosen where it is among them."""
        allowed = {info.id for info in self._desk.exhibits()}
        for name, number in EXHIBITS.items():
            self.views.buttons[name].setVisible(number in allowed)
        if EXHIBITS.get(self.views.shown, self.flow.number) not in allowed:
            self.views.choose(FLOW)

    def _show(self, name: str) -> None:
        if name in EXHIBITS:
            self.exhibit.show_exhibit(EXHIBITS[name])
        self.stack.setCurrentWidget(self.exhibit if name in EXHIBITS else self.flow)
