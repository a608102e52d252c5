"""All exhibits: every table that the level may show, one at a time, by its number."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QVBoxLayout

from dsmb_app.views.controls import focused, label, named, search_box
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.flow import flow_of
from dsmb_app.views.pages.page import Page
from dsmb_app.views.theme import SPACE


class AllExhibits(Page):
    """A list of the session's exhibits and the table chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.which: QComboBox = named(QComboBox(), "Exhibit")
        self.words = search_box("Search rows")
        self._offer()
        self.exhibit = ExhibitView(desk, str(self.which.currentData()), plotted=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(flow_of(label("Exhibit"), self.which, self.words))
        column.addWidget(self.exhibit, 1)
        self.exhibit.drilled.connect(self.drilled)
        self.which.currentIndexChanged.connect(self._choose)
        self.words.textChanged.connect(self.exhibit.search)
        desk.results_changed.connect(self._offer)

    def _offer(self) -> None:
        """List what the level may show, the chosen one still chosen."""
        chosen = self.which.currentData()
        self.which.blockSignals(True)
        self.which.clear()
        for info in self._desk.exhibits():
            self.which.addItem(f"{info.id}  {info.title}", info.id)
        self.which.setCurrentIndex(max(self.which.findData(chosen), 0))
        self.which.blockSignals(False)

    def _choose(self) -> None:
        self.words.clear()
        self.exhibit.show_exhibit(str(self.which.currentData()))

    def focus_search(self) -> bool:
        """Put the cursor into the search."""
        return focused(self.words)
