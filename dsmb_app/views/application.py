"""The Qt application of the process: started once, dressed, or refused where no window can be shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication, QMessageBox

from dsmb_app import __version__
from dsmb_app.model.errors import Refusal
from dsmb_app.views import theme, wording

SWITCH_SECONDS = 0.0005
_UNSEEN = frozenset({"offscreen", "minimal"})
"""Platforms on which nobody would ever close a box."""


def refuse_without_display(system: str, environment: Mapping[str, str]) -> None:
    """Raise Refusal where no window can be shown; Qt itself would end the process with a misleading text."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if system.startswith("linux") and not any(environment.get(name) for name in names):
        raise Refusal(
            "NO-DISPLAY",
            "There is no display to show a window on.",
            "Start it in a desktop session; dsmb pack and dsmb ard work without a display.",
        )


def start_application() -> QApplication:
    """Return the running application, or start one, dressed. Raises Refusal without a display."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    refuse_without_display(sys.platform, os.environ)
    # The window gives up its turn at every call of Qt; while something is counted it must have it back at once.
    sys.setswitchinterval(SWITCH_SECONDS)
    application = QApplication(sys.argv[:1])
    application.setApplicationName(wording.PROGRAM)
    application.setApplicationVersion(__version__)
    theme.dress(application)
    return application


@contextmanager
def refusals_in_a_box() -> Iterator[None]:
    """Show a Refusal in a box before it goes on: before and after its window a program has no other place for it."""
    try:
        yield
    except Refusal as refusal:
        if QApplication.instance() is not None and QApplication.platformName() not in _UNSEEN:
            QMessageBox.warning(None, wording.PROGRAM, refusal.sentence())
        raise


def drawing_application() -> QApplication:
    """Return an application to draw pictures with, which needs no display."""
    try:
        return start_application()
    except Refusal:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        return start_application()
