"""Letting go of what a window holds: its dialogs with what was typed, its session with all that was unlocked."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from dsmb_app.session import Session
from dsmb_app.views import jobs
from dsmb_app.views.ending import dispose


def file_dialog_of(window: QWidget) -> QFileDialog | None:
    """Return the system's file dialog, if one is open: it waits in a loop of its own and must be left first."""
    return next((found for found in window.findChildren(QFileDialog) if found.isVisible()), None)


def let_go_of_dialogs(window: QWidget) -> None:
    """Give up all work and delete every dialog of a window."""
    jobs.give_up_all()
    # Those of dialogs go with them, so each is looked for anew.
    while found := window.findChild(QDialog):
        dispose(found)


def let_go_of_session(review: QWidget | None, session: Session | None) -> None:
    """Delete a session's pages and let the session forget what was unlocked."""
    if review is not None:
        dispose(review)
    if session is not None:
        session.forget()
