"""Taking widgets down while Qt is still whole.

A plot that outlives the application is taken apart by the interpreter's end, where the drawing library's own handlers
can no longer run, and the process dies with a fault after its work is done.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget


def dispose(widget: QWidget) -> None:
    """Close a widget and delete it and all that it holds, at once."""
    widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete)
