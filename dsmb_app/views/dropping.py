"""A snapshot dropped onto the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtWidgets import QWidget


def dropped_snapshot(data: QMimeData) -> str:
    """Return the name of the first snapshot among dragged files, '' for none."""
    names = [url.toLocalFile() for url in data.urls()]
    return next((name for name in names if name.lower().endswith(".dsmb")), "")


class SnapshotDrop(QObject):
    """Lets ``target`` take snapshots that are dropped on it; ``take`` is told which."""

    def __init__(self, target: QWidget, take: Callable[[Path], object]) -> None:
        super().__init__(target)
        self._take = take
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Welcome a snapshot, and ask to open what was dropped; another file is left alone."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            name = dropped_snapshot(event.mimeData())
            if name:
                event.acceptProposedAction()
            if name and event.type() is QEvent.Type.Drop:
                self._take(Path(name))
            return True
        return super().eventFilter(watched, event)
