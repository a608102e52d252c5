"""The records behind the row that a reader asks about, with what their subjects took beside the study drug."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column, Listing, RowKey
from dsmb_app.model.words import ANY, TOTAL, Stat
from dsmb_app.views.controls import label
from dsmb_app.views.desk import Desk
from dsmb_app.views.drill import ListingPanel

_BESIDE = "Onset day"


class RowListing(QWidget):
    """Lists the records of a row's events, all arms together; ``patient_wanted`` carries the subject of a record."""

    patient_wanted = Signal(str)

    def __init__(self, desk: Desk, of: str) -> None:
        super().__init__()
        self._desk, self.of, self.row, self._stale = desk, of, (ANY,), True
        self.panel: ListingPanel | None = None
        self.refusal = label(kind="muted", wraps=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.refusal)
        self._column.addStretch(0)
        desk.results_changed.connect(self.refresh)

    def show_row(self, of: str, row: RowKey) -> None:
        """List the records of another row."""
        self.of, self.row = of, row
        self.refresh()

    def refresh(self) -> None:
        """Ask the desk again; what is out of sight is forgotten, and asked for when it comes into sight."""
        self._stale = not self.isVisible()
        if self.panel is not None:
            # Off the window at once: a deletion waits for the event loop.
            self.panel.setParent(None)
            self.panel.deleteLater()
            self.panel = None
        if not self._stale:
            self._list()

    def _list(self) -> None:
        try:
            drill = self._desk.session.drill(self.of, self.row, Column(TOTAL, Stat.EVENTS))
        except Refusal as refusal:
            self.refusal.setText(refusal.sentence())
            self.refusal.show()
            return
        self.refusal.hide()
        self.panel = ListingPanel(self._desk, with_background(drill.records, drill.subjects))
        self.panel.asked.connect(self.patient_wanted)
        self._column.insertWidget(0, self.panel, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()


def with_background(records: Listing, subjects: Listing) -> Listing:
    """Return the records with their subjects' background medication beside the onset; unchanged where there is none."""
    taken = [place for place, header in enumerate(subjects.headers) if header.startswith("Background")]
    by_subject = dict(zip(subjects.subjects, subjects.rows, strict=True))
    after = records.headers.index(_BESIDE) + 1 if _BESIDE in records.headers else len(records.headers)

    def joined(row: tuple[str, ...], beside: tuple[str, ...]) -> tuple[str, ...]:
        return (*row[:after], *(beside[place] if beside else "" for place in taken), *row[after:])

    rows = [joined(row, by_subject.get(who, ())) for row, who in zip(records.rows, records.subjects, strict=True)]
    headers = joined(records.headers, subjects.headers)
    return Listing(records.title, headers, tuple(rows), records.subjects, records.footnotes)
