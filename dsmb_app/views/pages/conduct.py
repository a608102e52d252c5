"""Conduct: who came into the trial and what became of them, who they are, how they were treated; a table at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.pages.page import Page
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons

EXHIBITS = {
    "Flow": "F1",
    "Enrolment": "T01",
    "Disposition": "T02",
    "Screen failures": "T03",
    "Demographics": "T05",
    "Exposure": "T06",
    "Vital signs": "T14",
}
"""The exhibit behind each button."""
_HINTS = {
    "Flow": "How many were screened, randomised, treated, and how it ended",
    "Enrolment": "Subjects by country, site and month",
    "Disposition": "Who completed, who stopped and why, who is ongoing",
    "Screen failures": "Why subjects were not randomised",
    "Demographics": "Age, sex, race and body measures at baseline",
    "Exposure": "How long, how much, and how long watched",
    "Vital signs": "Values and changes by visit, and marked ones",
}


class Conduct(Page):
    """Buttons above, the exhibit chosen below; its header stays in sight while its rows scroll."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.views = ViewButtons(_HINTS, wraps=True)
        self.exhibit = ExhibitView(desk, EXHIBITS[self.views.shown])
        self.exhibit.hugs = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.views)
        column.addWidget(self.exhibit, 1)
        self.exhibit.drilled.connect(self.drilled)
        self.views.chosen.connect(self._show)
        desk.results_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Offer what the level may show, the exhibit chosen still chosen where it is among them."""
        allowed = {info.id for info in self._desk.exhibits()}
        for name, button in self.views.buttons.items():
            button.setVisible(EXHIBITS[name] in allowed)
        if EXHIBITS[self.views.shown] not in allowed:
            self.views.choose(next(name for name, number in EXHIBITS.items() if number in allowed))

    def _show(self, name: str) -> None:
        self.exhibit.show_exhibit(EXHIBITS[name])
