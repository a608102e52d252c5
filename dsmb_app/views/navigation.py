"""The list of pages at the left, numbered as the keys are, and below it what a session can do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from dsmb_app.views.icons import icon
from dsmb_app.views.keys import page_key
from dsmb_app.views.pages import PageInfo
from dsmb_app.views.theme import SPACE, current_theme

WIDTH = 188
"""At least, in pixels: what is read beside it wants the room."""


class Navigation(QWidget):
    """``chosen`` carries the place of a page."""

    chosen = Signal(int)

    def __init__(self, pages: Sequence[PageInfo]) -> None:
        super().__init__()
        self.setObjectName("navigation")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._pages = pages
        self.list = QListWidget()
        self.list.setAccessibleName("Pages")
        self.list.setIconSize(QSize(20, 20))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for place, page in enumerate(pages, start=1):
            item = QListWidgetItem(f"{place}  {page.title}")
            keys = page_key(place - 1)
            item.setToolTip(f"{page.title} ({keys})" if keys else page.title)
            self.list.addItem(item)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE, SPACE, SPACE, SPACE * 3 // 2)
        self._column.setSpacing(SPACE * 3 // 4)
        self._column.addWidget(self.list, 1)
        self._tools = QHBoxLayout()
        self._tools.addStretch(1)
        self._column.addLayout(self._tools)
        self.list.currentRowChanged.connect(self.chosen)
        self._tint()

    def add_action(self, control: QAbstractButton) -> None:
        """Add a button below the pages."""
        self._column.insertWidget(self._column.count() - 1, control)
        control.ensurePolished()
        self.setFixedWidth(max(self.maximumWidth(), control.sizeHint().width() + 2 * SPACE))

    def add_tool(self, control: QAbstractButton) -> None:
        """Add a small button to those that stand side by side below everything."""
        self._tools.insertWidget(self._tools.count() - 1, control)

    def step(self, by: int) -> None:
        """Choose the page that many places on; at the ends nothing happens."""
        self.choose(self.list.currentRow() + by)

    def choose(self, place: int) -> None:
        """Choose a page by its place."""
        if 0 <= place < self.list.count():
            self.list.setCurrentRow(place)

    def _tint(self) -> None:
        theme = current_theme()
        for place, page in enumerate(self._pages):
            self.list.item(place).setIcon(icon(page.icon, theme.text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "list"):
            self._tint()
