"""The filter strip below the maturity strip: what is left out of the numbers in sight, and how to count all again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dsmb_app.model.choices import FILTERS
from dsmb_app.views.controls import label, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.theme import SPACE


class FilterStrip(QWidget):
    """Over every page, whichever one the filters were set on; no room where none touches what the page shows."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("filtered")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk, self._touching = desk, FILTERS
        self.words = label(kind="strong", wraps=True)
        self.words.setAccessibleName("Filters in force")
        self.clear = tool("Clear filters", "close", self.clear_all, hint="Count everything and everybody", text=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 1, 2 * SPACE, 1)
        row.setSpacing(SPACE)
        row.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        desk.results_changed.connect(self.refresh)
        self.refresh()

    def show_for(self, touching: Sequence[str]) -> None:
        """Say only the filters that touch what a page shows."""
        if tuple(touching) != self._touching:
            self._touching = tuple(touching)
            self.refresh()

    def refresh(self) -> None:
        """Say what is in force now."""
        only = self._desk.session.only(self._touching)
        said = f"Filtered: {only}" if only else ""
        self.words.setText(said)
        self.setAccessibleName(said)
        self.setVisible(bool(said))

    def clear_all(self) -> None:
        """Take every filter off, also those that do not touch the page in sight."""
        self._desk.choose(**dict.fromkeys(FILTERS, ""))
