"""When the events of one row of any exhibit came: the way back, and its curves, one at a time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import RowKey
from dsmb_app.views.controls import label, tool
from dsmb_app.views.curve_view import AGAIN, COMPETING, FIRST, CurveView
from dsmb_app.views.desk import Desk
from dsmb_app.views.histogram_view import ONSET_DAY, HistogramView
from dsmb_app.views.row_view import RowView
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons

FIRST_TIME, OTHERS_FIRST, MEAN_COUNT, BY_DAY = "Time to first", "Competing events", "Mean count", "Onset day"
_FIGURES = {FIRST_TIME: FIRST, OTHERS_FIRST: COMPETING, MEAN_COUNT: AGAIN, BY_DAY: ONSET_DAY}
_HINTS = {
    FIRST_TIME: "Who had it by which day",
    OTHERS_FIRST: "The same where death, or stopping, may come before",
    MEAN_COUNT: "How often it came, again included",
    BY_DAY: "On which day of the cycle, or in which week, it began",
}


class WhenView(QWidget):
    """Shows a row over time; ``drilled`` carries exhibit, row and column of a curve that was asked about.

    ``subjects_wanted`` carries a question in words and the subjects that answer it.
    """

    back_wanted = Signal()
    drilled, subjects_wanted = Signal(str, object, object), Signal(str, object)

    def __init__(self, desk: Desk, of: str, row: RowKey, words: str) -> None:
        super().__init__()
        self.of, self.row = of, row
        self.back = tool("Back", "back", self.back_wanted.emit, hint="Back (Esc)", text=True)
        self.question = label(f"When? {words}", "title", wraps=True)
        self.question.setAccessibleName("Question")
        # A laboratory value passes its threshold once, and has neither a count nor a day of onset.
        self.bar = ViewButtons({name: hint for name, hint in _HINTS.items() if self._there(desk, _FIGURES[name])})
        self.views: dict[str, RowView] = {name: self._view(desk, name) for name in self.bar.buttons}
        self.stack = QStackedWidget()
        for view in self.views.values():
            self.stack.addWidget(view)
            view.show_row(of, row)
            view.drilled.connect(self.drilled)
            view.subjects_wanted.connect(self.subjects_wanted)
        self.bar.chosen.connect(lambda name: self.stack.setCurrentWidget(self.views[name]))
        self._lay_out()
        self.setFocusProxy(self.bar.buttons[self.bar.shown])

    def _there(self, desk: Desk, number: str) -> bool:
        try:
            desk.figure(number, self.row, self.of)
        except Refusal:
            return False
        return True

    def _view(self, desk: Desk, name: str) -> RowView:
        if name == BY_DAY:
            return HistogramView(desk, self.of)
        return CurveView(desk, _FIGURES[name], self.of)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.back)
        top.addWidget(self.question, 1)
        top.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(top)
        column.addWidget(self.stack, 1)
