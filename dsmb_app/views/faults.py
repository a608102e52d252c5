"""Our own mistakes: told in a plain sentence and noted without patient data; the window lives on."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QMessageBox

_SENTENCE = (
    "Something in the program went wrong. The snapshot and the audit log are untouched, and you can go on. "
    "If it happens again, please send the note to whoever maintains the program."
)


class Faults(QObject):
    """Takes every exception that nobody expected. One dialog at a time; the rest is noted."""

    happened = Signal(str)

    def __init__(self, log: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self.dialog: QMessageBox | None = None
        # A signal, because an exception of another thread must not make a dialog there.
        self.happened.connect(self._tell)

    def install(self) -> Callable[[], None]:
        """Take every unexpected exception of the process from now on; return how to undo that."""
        before, thread_before = sys.excepthook, threading.excepthook
        sys.excepthook = self.take
        threading.excepthook = lambda found: self.take(found.exc_type, found.exc_value, found.exc_traceback)

        def undo() -> None:
            sys.excepthook, threading.excepthook = before, thread_before

        return undo

    def take(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Note an exception and tell the reader; an interrupt by the user ends the program as ever."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.exit(130)
            return
        note = describe(kind, trace)
        try:
            with self._log.open("a", encoding="utf-8") as log:
                log.write(note)
        except OSError as unwritable:
            note += f"(The note could not be kept: {unwritable.strerror}.)\n"
        self.happened.emit(note)

    def _tell(self, note: str) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            return
        self.dialog = QMessageBox(
            QMessageBox.Icon.Warning, "An error in the program", _SENTENCE, QMessageBox.StandardButton.Ok,
            QApplication.activeWindow(),
        )  # fmt: skip
        self.dialog.setInformativeText(f"Noted in {self._log}")
        self.dialog.setDetailedText(note)
        self.dialog.open()


def describe(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Return a note: time, kind of exception, where in the program. Its message is left out: it may quote data."""
    frames = traceback.extract_tb(trace)
    where = [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}\n" for frame in frames]
    return f"{datetime.now(UTC).isoformat(timespec='seconds')} {kind.__name__}\n{''.join(where)}"
