"""The views of the liver page: eDISH by ULN, by baseline, the composite plot, and migration; one at a time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from dsmb_app.views.controls import named
from dsmb_app.views.desk import Desk
from dsmb_app.views.figure_view import FigureView
from dsmb_app.views.migration_view import MigrationView
from dsmb_app.views.theme import SPACE

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
        self.shown = EDISH
        self.figure, self.migration = FigureView(desk, FIGURES[EDISH]), MigrationView(desk)
        self.stack = QStackedWidget()
        for view in (self.figure, self.migration):
            self.stack.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._make_buttons())
        column.addWidget(self.stack, 1)
        self.figure.picked.connect(self.picked)
        self.figure.chosen.connect(self.chosen)
        self.migration.drilled.connect(self.drilled)

    def _make_buttons(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        self.buttons = {name: named(QToolButton(), name, hint=hint) for name, hint in _HINTS.items()}
        group = QButtonGroup(self)
        for name, button in self.buttons.items():
            button.setText(name)
            button.setCheckable(True)
            button.setProperty("kind", "view")
            button.clicked.connect(lambda _checked=False, name=name: self.show_view(name))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self.buttons[self.shown].setChecked(True)
        return bar

    def show_view(self, name: str) -> None:
        """Show one of the views."""
        self.shown = name
        self.buttons[name].setChecked(True)
        self.stack.setCurrentWidget(self.figure if name in FIGURES else self.migration)
        if name in FIGURES:
            self.figure.show_number(FIGURES[name])
