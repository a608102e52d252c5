"""The patients that a plot was asked about: a list of those chosen, and one patient's tests over time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.model.result import Figure
from dsmb_app.model.time_course import TimeCourse
from dsmb_app.views.controls import tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.drill import ListingPanel
from dsmb_app.views.plot_view import PlotView
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.liver_pictures import time_course_picture
from dsmb_app.views.plots.time_course import TimeCoursePlot, legend_of
from dsmb_app.views.theme import Entry, current_theme

FIGURE = "F18T"


class TimeCourseView(PlotView):
    """Shows one subject; ``back_wanted`` and ``records_wanted`` are its buttons."""

    back_wanted = Signal()
    records_wanted = Signal(str)
    plot: TimeCoursePlot

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, FIGURE, TimeCoursePlot())
        self.subject = ""
        self.records = tool(
            "Open patient", "patients", self._ask, hint="Everything known of the patient (Enter)", text=True
        )
        self.back = tool("Close", "close", self.back_wanted.emit, hint="Close (Esc)")
        self._tools.insertWidget(1, self.records)
        self._tools.addWidget(self.back)
        self.plot.picked.connect(self._ask)
        self.title.setWordWrap(True)

    def show_subject(self, usubjid: str) -> None:
        """Show a subject in place of the one before."""
        self.subject = usubjid
        self.refresh()

    def refresh(self) -> None:
        """Show the subject; nobody where none has been chosen."""
        if self.subject:
            super().refresh()
        else:
            self.result = None
            self.plot.forget()

    def _maker(self) -> Callable[[], Figure]:
        return self._desk.figure_maker(FIGURE, (self.subject,))

    def _legend(self, result: TimeCourse) -> list[Entry]:
        return legend_of(result, current_theme())

    def _draw(self, result: TimeCourse) -> str:
        arm = f" · {result.arm}" if result.arm else ""
        self._tell(f"{result.subject}{arm}", "ALT, AST, ALP and bilirubin, x ULN", result.footnotes)
        self.plot.show_figure(result)
        return "" if result.courses else "There is nothing to draw: none of the four tests has a result."

    def _picture(self, source: str) -> Drawing:
        return time_course_picture(self.result, source=source)

    def _ask(self) -> None:
        self.records_wanted.emit(self.subject)


class PatientView(QStackedWidget):
    """Hidden until somebody is chosen; ``records_wanted`` carries the subject whose records are asked for."""

    records_wanted = Signal(str)
    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.course = TimeCourseView(desk)
        self.list: ListingPanel | None = None
        self._holder = QWidget()
        QVBoxLayout(self._holder).setContentsMargins(0, 0, 0, 0)
        self.addWidget(self.course)
        self.addWidget(self._holder)
        self.course.records_wanted.connect(self.records_wanted)
        self.course.back_wanted.connect(self.go_back)
        desk.results_changed.connect(self.forget)
        self.hide()

    def show_subject(self, usubjid: str) -> None:
        """Show one subject over time, unless the level shows none."""
        if self._desk.chosen_subjects((usubjid,)) is None:
            return
        self.setCurrentWidget(self.course)
        self.show()
        self.course.show_subject(usubjid)

    def show_subjects(self, usubjids: tuple[str, ...]) -> None:
        """List some subjects, each of which leads to its course; a single one is shown at once."""
        self._drop_list()
        if len(usubjids) < 2:
            self.show_subject(usubjids[0]) if usubjids else self.forget()
            return
        listing = self._desk.chosen_subjects(usubjids)
        if listing is None:
            return
        self.list = ListingPanel(self._desk, listing)
        self.list.asked.connect(self.show_subject)
        self.list.tools.addWidget(tool("Close", "close", self.forget, hint="Close"))
        self._holder.layout().addWidget(self.list)
        self.setCurrentWidget(self._holder)
        self.show()

    def forget(self) -> None:
        """Show nobody and keep nothing."""
        self._drop_list()
        self.course.subject = ""
        self.course.refresh()
        self.hide()
        self.closed.emit()

    def go_back(self) -> None:
        """Go back from a subject to those chosen with it, from there to nobody."""
        if self.list is not None and self.currentWidget() is self.course:
            self.setCurrentWidget(self._holder)
        else:
            self.forget()

    def _drop_list(self) -> None:
        if self.list is not None:
            self.list.setParent(None)
            self.list.deleteLater()
            self.list = None
