"""Figures that follow one row of an exhibit: some at a time, side by side, with the row in words above them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.model.result import RowKey
from dsmb_app.model.words import ANY
from dsmb_app.views.controls import label
from dsmb_app.views.curve_view import AGAIN, COMPETING, FIRST, CurveView
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import flow_of
from dsmb_app.views.histogram_view import HistogramView
from dsmb_app.views.period_view import PeriodView
from dsmb_app.views.plots.periods import Measure
from dsmb_app.views.row_listing import RowListing
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons

Make = Callable[[Desk, str], QWidget]


@dataclass(frozen=True)
class Choice:
    """A view to choose: what it shows in words, and how its parts are made for a desk and an exhibit."""

    hint: str
    parts: tuple[Make, ...]


def _curve(number: str) -> Make:
    return lambda desk, of: CurveView(desk, number, of, compact=True)


def _measure(measure: Measure) -> Make:
    return lambda desk, of: PeriodView(desk, measure, of, compact=True)


def _onset_day(desk: Desk, of: str) -> QWidget:
    return HistogramView(desk, of, compact=True)


WHEN = Choice("When it first came, and how often it came again", (_curve(FIRST), _curve(AGAIN)))
OTHERS_FIRST = Choice("The same where death, or stopping, may come before", (_curve(COMPETING),))
RHYTHM = Choice("On which day of the cycle it began, and who had it over time", (_onset_day, _measure(Measure.PRESENT)))
RATES = Choice(
    "Who had it first in which cycle, and how often it began by phase",
    (_measure(Measure.FIRST), _measure(Measure.RATE)),
)
LISTING = Choice("The records, with background steroid and immunosuppressant", (RowListing,))


class RowFigures(QWidget):
    """Shows the chosen figures about a row; ``drilled``, ``subjects_wanted`` and ``patient_wanted`` as a page's."""

    drilled, subjects_wanted, patient_wanted = Signal(str, object, object), Signal(str, object), Signal(str)

    def __init__(self, desk: Desk, of: str, choices: Mapping[str, Choice]) -> None:
        super().__init__()
        self.of, self.row = of, (ANY,)
        self.bar = ViewButtons({name: choice.hint for name, choice in choices.items()})
        self.about = label(kind="strong")
        self.about.setToolTip("Click the name of another row above, or go there with the arrow keys")
        self.about.setAccessibleName("Row shown")
        self.stack = QStackedWidget()
        self.parts: dict[str, list[QWidget]] = {}
        for name, choice in choices.items():
            self.parts[name] = [make(desk, of) for make in choice.parts]
            self.stack.addWidget(_beside(self.parts[name]))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(flow_of(self.bar, self.about, gap=2 * SPACE, line_gap=SPACE // 2))
        column.addWidget(self.stack, 1)
        self._connect()

    def _connect(self) -> None:
        self.bar.chosen.connect(lambda _name: self._show())
        for part in (part for parts in self.parts.values() for part in parts):
            for signal in ("drilled", "subjects_wanted", "patient_wanted"):
                if hasattr(part, signal):
                    getattr(part, signal).connect(getattr(self, signal))

    @property
    def shown(self) -> list[QWidget]:
        """Return the views that are shown."""
        return self.parts[self.bar.shown]

    def show_view(self, name: str) -> None:
        """Show one of the choices."""
        self.bar.choose(name)

    def show_row(self, of: str, row: RowKey, words: str) -> None:
        """Show the figures of another row, which is so called."""
        self.of, self.row = of, row
        self.about.setText(f"Row shown: {words}")
        self._show()

    def _show(self) -> None:
        self.stack.setCurrentIndex(list(self.parts).index(self.bar.shown))
        # What is out of sight takes the row too, and draws it when it comes into sight.
        for part in (part for parts in self.parts.values() for part in parts):
            if (part.of, part.row) != (self.of, self.row):
                part.show_row(self.of, self.row)


def _beside(parts: list[QWidget]) -> QWidget:
    """Return the parts side by side, each with the same room."""
    holder = QSplitter(Qt.Orientation.Horizontal)
    holder.setChildrenCollapsible(False)
    for part in parts:
        holder.addWidget(part)
        holder.setStretchFactor(holder.count() - 1, 1)
    holder.setSizes([1000] * len(parts))
    return holder
