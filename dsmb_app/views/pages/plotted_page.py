"""A page of one exhibit with its dot plot and a search; enough for any exhibit of percentages."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from dsmb_app.views.controls import focused, search_box
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.flow import flow_of
from dsmb_app.views.pages.page import Page
from dsmb_app.views.theme import SPACE


class PlottedPage(Page):
    """Shows the exhibit of a number."""

    def __init__(self, desk: Desk, number: str) -> None:
        super().__init__()
        self.words = search_box("Search rows")
        self.exhibit = ExhibitView(desk, number, plotted=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(flow_of(self.words))
        column.addWidget(self.exhibit, 1)
        self.exhibit.drilled.connect(self.drilled)
        self.words.textChanged.connect(self.exhibit.search)

    def focus_search(self) -> bool:
        """Put the cursor into the search."""
        return focused(self.words)
