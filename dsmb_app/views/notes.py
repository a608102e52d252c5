"""The footnotes of an exhibit, folded up until a reader asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from dsmb_app.views.controls import label, tool
from dsmb_app.views.theme import SPACE

_MOST_HEIGHT = 150


class Notes(QWidget):
    """A line that unfolds into the notes; ``unfolded`` notes stand there in full and at any height."""

    def __init__(self, *, unfolded: bool = False) -> None:
        super().__init__()
        self._line = tool("Notes", "chevron_right", self.toggle, text=True)
        self._text = label(kind="small", wraps=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text.setAccessibleName("Notes")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self._line)
        self._line.setVisible(not unfolded)  # once it has a place: shown without one it would be a window of its own
        self._body = self._text if unfolded else _scrolling(self._text)
        column.addWidget(self._body)
        self._body.setVisible(unfolded)
        self._unfolded = unfolded

    def show_notes(self, notes: Sequence[str]) -> None:
        """Show these notes."""
        self._text.setText("\n".join(notes))
        self._line.setText(f"Definitions and notes ({len(notes)})")

    @property
    def text(self) -> str:
        """Return the notes as shown."""
        return self._text.text()

    def toggle(self) -> None:
        """Unfold the notes, or fold them up."""
        self._unfolded = not self._unfolded
        self._body.setVisible(self._unfolded)
        self._line.icon_name = "chevron_down" if self._unfolded else "chevron_right"
        self._line.tint()


def _scrolling(text: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(text)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setMaximumHeight(_MOST_HEIGHT)
    area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return area
