"""The views of the liver page: eDISH by ULN, by baseline, the composite plot, and migration; one at a time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from dsmb_app.views.desk import Desk
from dsmb_app.views.figure_view import FigureView
from dsmb_app.views.migration_view import MigrationView
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons

EDISH, BASELINE, COMPOSITE, MIGRATION = "eDISH", "x baseline", "Composite", "Migration"
FIGURES = {EDISH: "F18", BASELINE: "F18B", COMPOSITE: "F18C"}
_HINTS = {
    EDISH: "Highest ALT or AST against highest bilirubin, in multiples of the upper limit",
    BASELINE: "The same in multiples of each subject's own baseline",
    COMPOSITE: "Rise over baseline within each quadrant, for abnormal baselines",
    MIGRATION: "From which quadrant at baseline to which at worst",
}


class LiverViews(QWidget):
    """Shows the chosen view; ``picked`` and ``chosen`` carry subjects, ``drilled`` exhibit, row and column."""

    picked = Signal(str)
    chosen = Signal(object)
    drilled = Signal(str, object, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._bar = ViewButtons(_HINTS, wraps=True)
        self.buttons = self._bar.buttons
        self.figure, self.migration = FigureView(desk, FIGURES[EDISH]), MigrationView(desk)
        self.stack = QStackedWidget()
        for view in (self.figure, self.migration):
            self.stack.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._bar)
        column.addWidget(self.stack, 1)
        self._bar.chosen.connect(self._show)
        self.figure.picked.connect(self.picked)
        self.figure.chosen.connect(self.chosen)
        self.migration.drilled.connect(self.drilled)

    @property
    def shown(self) -> str:
        """Return the name of the view that is shown."""
        return self._bar.shown

    def show_view(self, name: str) -> None:
        """Show one of the views."""
        self._bar.choose(name)

    def _show(self, name: str) -> None:
        self.stack.setCurrentWidget(self.figure if name in FIGURES else self.migration)
        if name in FIGURES:
            self.figure.show_number(FIGURES[name])
