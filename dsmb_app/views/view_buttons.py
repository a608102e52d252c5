"""A row of buttons that choose between views of the same thing."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from dsmb_app.views.controls import named
from dsmb_app.views.flow import FlowLayout
from dsmb_app.views.theme import SPACE


class ViewButtons(QWidget):
    """One button a view, the first one pressed; ``chosen`` carries the name of another that was pressed."""

    chosen = Signal(str)

    def __init__(self, hints: Mapping[str, str], *, wraps: bool = False) -> None:
        """Make the buttons; ``hints``: what each view shows, by its name; ``wraps``: on more lines where narrow."""
        super().__init__()
        self.shown = next(iter(hints))
        row = FlowLayout(self, gap=SPACE // 2) if wraps else QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        policy = self.sizePolicy()
        policy.setHeightForWidth(wraps)
        self.setSizePolicy(policy)
        self.buttons: dict[str, QToolButton] = {
            name: named(QToolButton(), name, hint=hint) for name, hint in hints.items()
        }
        group = QButtonGroup(self)
        for name, button in self.buttons.items():
            button.setText(name)
            button.setCheckable(True)
            button.setProperty("kind", "view")
            button.setProperty("tight", wraps)
            button.clicked.connect(lambda _checked=False, name=name: self.choose(name))
            group.addButton(button)
            row.addWidget(button)
        self.buttons[self.shown].setChecked(True)

    def choose(self, name: str) -> None:
        """Choose a view."""
        self.shown = name
        self.buttons[name].setChecked(True)
        self.chosen.emit(name)
