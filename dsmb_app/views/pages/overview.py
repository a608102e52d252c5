"""Overview: what the data are, adverse events in some lines, and how much it all rests on."""

from __future__ import annotations

from dsmb_app.model.choices import SUBJECT_FILTERS
from dsmb_app.views import wording
from dsmb_app.views.controls import label
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import column_of
from dsmb_app.views.pages.exhibit_page import ExhibitPage

EXHIBITS = ("T08", "T06")


class Overview(ExhibitPage):
    """The trial in a line, then the overview of adverse events and exposure."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, EXHIBITS)
        self._desk = desk
        self.facts = label(kind="muted", wraps=True)
        self.title = label(kind="display", wraps=True)
        self.column.insertWidget(0, column_of(self.title, self.facts))
        desk.results_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say what the data are."""
        session = self._desk.session
        study = session.study.study
        self.title.setText(study.title)
        only = session.only(SUBJECT_FILTERS)
        sizes = ", ".join(f"{arm} {n}" for arm, n in session.arm_sizes.items())
        self.facts.setText(
            f"Meeting {study.meeting}  ·  data cut-off {wording.day(study.cutoff)}"
            f"  ·  locked {wording.moment(session.receipt['locked'])}  ·  safety population: {sizes}"
            f"{f'  ·  Only: {only}' if only else ''}"
        )
