"""A page of exhibits one below the other, each in full; enough for any exhibit that needs no page of its own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.pages.page import Page
from dsmb_app.views.theme import SPACE


class ExhibitPage(Page):
    """Shows the exhibits of these numbers; the page scrolls, the tables stand whole."""

    def __init__(self, desk: Desk, numbers: Sequence[str]) -> None:
        super().__init__()
        self.exhibits = [ExhibitView(desk, number, whole=True) for number in numbers]
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(0, 0, 2 * SPACE, SPACE)
        self.column.setSpacing(3 * SPACE)
        for exhibit in self.exhibits:
            self.column.addWidget(exhibit)
            exhibit.drilled.connect(self.drilled)
            exhibit.view.selectionModel().currentChanged.connect(
                lambda index, _before, exhibit=exhibit: self._follow(exhibit, index)
            )
        self.column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    def _follow(self, exhibit: ExhibitView, index: QModelIndex) -> None:
        """Keep the cell at hand in sight when the reader moves by keys."""
        place = exhibit.view.visualRect(index)
        where = exhibit.view.viewport().mapTo(self.area.widget(), place.center())
        self.area.ensureVisible(where.x(), where.y(), 0, 3 * place.height())

    def follow(self, exhibit: ExhibitView) -> None:
        """Bring the cell at hand of an exhibit into sight."""
        self._follow(exhibit, exhibit.view.currentIndex())
