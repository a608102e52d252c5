"""The keys that work everywhere in the window, and the list of them that a reader may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from dsmb_app.views.controls import label
from dsmb_app.views.theme import SPACE

PAGE_KEYS = (*(f"Ctrl+{digit}" for digit in "1234567890"), *(f"Alt+{digit}" for digit in "123456789"))
"""Of the pages in their order: ten with Ctrl, and those after them with Alt."""

CLOSING = "Ctrl+W, Ctrl+Q"
"""Each closes the window, which is all that its process has."""

KEYS = (
    ("Ctrl+1 … Ctrl+9, Ctrl+0", "Pages 1 to 10"),
    ("Alt+1, Alt+2 …", "Pages 11, 12 …"),
    ("Ctrl+Page Up, Ctrl+Page Down", "The page before, the page after"),
    ("Ctrl+F", "Search on this page"),
    ("Esc", "Leave what stands before the page"),
    ("Alt+Left, Alt+Right", "One step back, one step forward"),
    ("Tab, Shift+Tab", "The next, the previous control"),
    ("Arrow keys, then Enter", "A cell of a table or a mark of a plot, then the patients behind it"),
    ("Ctrl+C", "Copy the selected cells, or the whole table or list, with headers"),
    ("Ctrl+P", "Save this page as PDF"),
    ("Ctrl+E", "Export the meeting pack"),
    ("Ctrl+O", "Open another snapshot"),
    (CLOSING, "Close this window, and with it its session"),
    ("F1, ?", "This list"),
)


def page_key(place: int) -> str:
    """Return the key of the page at a place, counted from 0; '' for one that has none."""
    return PAGE_KEYS[place] if place < len(PAGE_KEYS) else ""


def bind(target: QWidget, acts: Mapping[str, Callable[[], object]]) -> None:
    """Let each key do its work wherever in ``target``'s window the focus is."""
    for key, act in acts.items():
        QShortcut(QKeySequence(key), target, activated=act)


def show(parent: QWidget) -> None:
    """Show the list of the keys over a window."""
    dialog = KeysDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


class KeysDialog(QDialog):
    """The list of the keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * SPACE] * 4)
        column.setSpacing(2 * SPACE)
        column.addWidget(label("Keys", "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * SPACE)
        for row, (keys, what) in enumerate(KEYS):
            grid.addWidget(label(keys), row, 0)
            grid.addWidget(label(what, "muted"), row, 1)
        column.addLayout(grid)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, Qt.Orientation.Horizontal)
        box.rejected.connect(self.reject)
        column.addWidget(box)
