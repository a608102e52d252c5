"""What the window asks of a page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """A page tells the desk what the reader wants and shows what comes back."""

    about: tuple[str, ...] = ()
    """The shares that the maturity strip names over the page; all of them where it is about none."""

    drilled = Signal(str, object, object)
    """Carries exhibit, row and column of a cell that the reader asks about."""

    labs_wanted = Signal(str, object)
    """Carries a subject ("" where the level names none) and the laboratory tests that the reader asks about."""

    subjects_wanted = Signal(str, object)
    """Carries a question in words and the ids of the subjects that answer it (none where the level shows none)."""

    patient_wanted = Signal(str)
    """Carries a subject whose records the reader asks for."""

    linked = Signal(str, object)
    """Carries an exhibit, and a row of it or (), that the reader wants to see on its own page."""

    def focus_search(self) -> bool:
        """Put the cursor where the reader searches; False where a page has no search."""
        return False

    def back(self) -> bool:
        """Go back one step within the page; False where there is none."""
        return False
