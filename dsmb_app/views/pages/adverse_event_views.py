"""The views of the adverse-events page: by term, by grade, volcano and onset, one at a time."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.onset_view import OnsetView
from dsmb_app.views.tables import Role
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons
from dsmb_app.views.volcano_view import VolcanoView

BY_TERM, BY_GRADE, VOLCANO, ONSET = "By term", "By grade", "Volcano", "Onset"
GRADES = "T10"
_HINTS = {
    BY_TERM: "Subjects by system organ class and term",
    BY_GRADE: "Subjects by worst grade",
    VOLCANO: "Difference and p-value of every term",
    ONSET: "When events first began",
}


class AdverseEventViews(QWidget):
    """Shows one exhibit of terms in several ways; ``drilled`` carries exhibit, row and column that were asked about.

    ``changed`` carries the view that is shown now.
    """

    drilled = Signal(str, object, object)
    changed = Signal(str)

    def __init__(self, desk: Desk, number: str) -> None:
        super().__init__()
        self._desk, self.number = desk, number
        self.exhibit = ExhibitView(desk, number, plotted=True)
        self.volcano, self.onset = VolcanoView(desk, number), OnsetView(desk, number)
        self._bar = ViewButtons(_HINTS)
        self.buttons = self._bar.buttons
        self.stack = QStackedWidget()
        for view in (self.exhibit, self.volcano, self.onset):
            self.stack.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.stack, 1)
        for source in (self.exhibit, self.volcano, self.onset.curve):
            source.drilled.connect(self.drilled)
        self._bar.chosen.connect(self._show)
        desk.results_changed.connect(self._follow_level)
        self._follow_level()

    @property
    def shown(self) -> str:
        """Return the name of the view that is shown."""
        return self._bar.shown

    def show_view(self, name: str) -> None:
        """Show one of the views."""
        self._bar.choose(name)

    def _show(self, name: str) -> None:
        if name == ONSET:
            self.onset.show_row(self.number, self._row_at_hand())
        elif name == VOLCANO:
            self.volcano.show_exhibit(self.number)
        else:
            self.exhibit.show_exhibit(GRADES if name == BY_GRADE else self.number)
        self.stack.setCurrentWidget({VOLCANO: self.volcano, ONSET: self.onset}.get(name, self.exhibit))
        self.changed.emit(name)

    def show_exhibit(self, number: str) -> None:
        """Show another exhibit of terms in place of this one."""
        self.number = number
        self.show_view(self.shown)

    def search(self, words: str) -> None:
        """Show only the rows whose name holds the words."""
        self.exhibit.search(words)
        self.onset.search(words)

    def _row_at_hand(self) -> tuple[str, ...]:
        """Return the row that the table has at hand, else the one whose curve was drawn last."""
        line = self.exhibit.view.currentIndex().data(Role.LINE)
        return line.row.key if line and self.exhibit.number == self.number else self.onset.curve.row

    def _follow_level(self) -> None:
        """Offer the comparison of arms in closed sessions only."""
        self.buttons[VOLCANO].setVisible(self._desk.is_closed)
        if self.shown == VOLCANO and not self._desk.is_closed:
            self.show_view(BY_TERM)
