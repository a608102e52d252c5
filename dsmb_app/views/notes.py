"""The footnotes of an exhibit, folded up until a reader asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from dsmb_app.views.controls import label, tool
from dsmb_app.views.copying import lines_text
from dsmb_app.views.desk import Desk
from dsmb_app.views.theme import SPACE

_MOST_HEIGHT = 150


class Notes(QWidget):
    """A line that unfolds into the notes; ``unfolded`` notes stand there in full and at any height."""

    def __init__(self, *, unfolded: bool = False) -> None:
        super().__init__()
        self._line = tool("Notes", "chevron_right", self.toggle, text=True)
        self._text = label(kind="small", wraps=True)
        # Words chosen by mouse would be copied without source and past the log.
        self._text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
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

    def copies_to(self, desk: Desk, of: Callable[[], str]) -> None:
        """Let Ctrl+C and a menu copy the notes with source, once the desk's log has it; ``of``: what they are about."""

        def copy() -> None:
            title = f"notes {of()}"
            desk.copy_text(title, lambda source: lines_text(self.text.splitlines(), title=title, source=source))

        action = QAction("Copy notes", self)
        action.setShortcut(QKeySequence.StandardKey.Copy)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(copy)
        self.addAction(action)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

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
