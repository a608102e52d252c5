"""Liver: how far liver tests rose, as a table and as plots; a point leads to its subject's tests over time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout

from dsmb_app.model.words import TOTAL
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.pages.liver_views import LiverViews
from dsmb_app.views.pages.page import Page
from dsmb_app.views.patient_view import PatientView

TABLE = "K18"
TESTS = ("ALT", "AST", "BILI", "ALP")
_PLOT, _PATIENT = 42, 62
"""Shares of the plot in the page's width, and of a patient in its height, in percent."""


class Liver(Page):
    """The table with the plot beside it; a patient who was chosen stands below the table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.exhibit, self.views, self.patient = ExhibitView(desk, TABLE), LiverViews(desk), PatientView(desk)
        # Beside a plot the table has room for the arms and their difference; the total can be asked for.
        self.exhibit.columns.show_column(TOTAL, False)
        self.body, self.left = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Vertical)
        for splitter, parts in ((self.left, (self.exhibit, self.patient)), (self.body, (self.left, self.views))):
            splitter.setChildrenCollapsible(False)
            for part in parts:
                splitter.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.body)
        self._divided = False
        self._connect()

    def _connect(self) -> None:
        self.body.splitterMoved.connect(self._divide)
        for part in (self.exhibit, self.views):
            part.drilled.connect(self.drilled)
        self.views.picked.connect(self._show_subject)
        self.views.chosen.connect(self._show_subjects)
        self.patient.closed.connect(self.views.figure.plot.let_go)
        self.patient.records_wanted.connect(lambda usubjid: self.labs_wanted.emit(usubjid, TESTS))

    def _show_subject(self, usubjid: str) -> None:
        self.patient.show_subjects((usubjid,))
        self._make_room()

    def _show_subjects(self, usubjids: tuple[str, ...]) -> None:
        self.patient.show_subjects(usubjids)
        self._make_room()

    def _make_room(self) -> None:
        patient = self.height() * _PATIENT // 100
        self.left.setSizes([self.height() - patient, patient])

    def back(self) -> bool:
        """Close the patient, or go back to those chosen with it."""
        if not self.patient.isVisible():
            return False
        self.patient.go_back()
        return True

    def _divide(self) -> None:
        """Leave the border where the reader has put it."""
        self._divided = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the plot what it needs to be read, the table the rest."""
        super().resizeEvent(event)
        if not self._divided:
            plot = self.width() * _PLOT // 100
            self.exhibit.view.limit_names((self.width() - plot) * 42 // 100)
            self.body.setSizes([self.width() - plot, plot])
