"""Liver: how far liver tests rose, as a table and as plots; a point leads to its subject's tests over time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout

from dsmb_app.model.errors import Refusal
from dsmb_app.model.figures import BOXES
from dsmb_app.model.words import TOTAL
from dsmb_app.views.asking import Asking
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.labs_strip import LabsStrip
from dsmb_app.views.pages.liver_views import LiverViews
from dsmb_app.views.pages.page import Page
from dsmb_app.views.patient_view import PatientView
from dsmb_app.views.theme import SPACE

TABLE = "K18"
TESTS = ("ALT", "AST", "BILI", "ALP")
PANEL = "Liver tests"
_PLOT, _MOST_PLOT, _NAMES, _PATIENT = 36, 58, 19, 62
"""Percent of the page: the plot's width at least and at most, that of the rows' names at least; a patient's height."""
_LEAST_PLOT, _MOST_NAMES, _LEAST_PART = 344, 380, 310


class Liver(Page):
    """The table with the plot beside it; a patient who was chosen stands below the table."""

    about = ("Liver tests", "Visits")

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        # Before the table, whose new result it then counts.
        self._desk, self._asking, self.labs = desk, Asking(desk), LabsStrip(desk, TABLE)
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
        column.setSpacing(SPACE)
        column.addWidget(self.labs)
        column.addWidget(self.body, 1)
        self._divided, self._patient = False, 0
        self._connect()

    def _connect(self) -> None:
        self.body.splitterMoved.connect(self._divide)
        self.left.splitterMoved.connect(self._keep_patient)
        self.exhibit.laid_out.connect(self._follow_table)
        self._desk.results_changed.connect(self._asking.forget)
        for part in (self.exhibit, self.views, self.labs):
            part.drilled.connect(self.drilled)
        self.views.picked.connect(lambda usubjid: self._show_subjects((usubjid,)))
        self.views.chosen.connect(self._show_subjects)
        self.patient.closed.connect(self.views.figure.plot.let_go)
        self.patient.records_wanted.connect(lambda usubjid: self.labs_wanted.emit(usubjid, TESTS))

    def _show_subjects(self, usubjids: tuple[str, ...]) -> None:
        self.patient.show_subjects(usubjids)
        self._make_room()

    def _make_room(self) -> None:
        whole = self.left.height()
        patient = whole * self._patient // 100 or min(whole * _PATIENT // 100, max(whole - _LEAST_PART, _LEAST_PART))
        self.left.setSizes([whole - patient, patient])

    def _keep_patient(self) -> None:
        """Leave the border below the table where the reader has put it, also for the next patient."""
        self._patient = 100 * self.left.sizes()[1] // max(sum(self.left.sizes()), 1)

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
        """Divide the new room."""
        super().resizeEvent(event)
        self._share_room()

    def _follow_table(self) -> None:
        # The strip is empty already where the table is a new one.
        needed = [lambda: self._desk.figure_maker(BOXES), lambda: self._desk.maker(TABLE)]
        self._asking.before(needed, then=self._tell_labs, wait=lambda: None)
        self._share_room()

    def _tell_labs(self) -> None:
        try:
            known = {test.code for test in self._desk.figure(BOXES).tests}
            self.labs.show_panel(PANEL, known)
        except Refusal:
            # The table says why it is not shown.
            self.labs.clear()

    def _share_room(self) -> None:
        """Give the table the room for its columns while the plot can still be read, and the plot the rest."""
        if self._divided:
            return
        view = self.exhibit.view
        beside = view.verticalScrollBar().sizeHint().width() + self.body.handleWidth() + 2 * view.frameWidth()
        least, most = max(self.width() * _PLOT // 100, _LEAST_PLOT), self.width() * _MOST_PLOT // 100
        free = self.width() - beside - view.arm_header.length()
        # The names take what the columns leave beside a plot of its full width, and wrap where that is little.
        view.limit_names(max(free - most, self.width() * _NAMES // 100), most=_MOST_NAMES)
        plot = min(max(free - view.verticalHeader().sizeHint().width(), least), most)
        self.body.setSizes([self.width() - plot, plot])
