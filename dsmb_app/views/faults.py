"""Our own mistakes: told in a plain sentence and noted without patient data; the window lives on."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QMessageBox
from shiboken6 import isValid

from dsmb_app.model.errors import Refusal

_SENTENCE = (
    "Something in the program went wrong. The snapshot and the audit log are untouched, and you can go on. "
    "If it happens again, please send the note to whoever maintains the program."
)


_NOTED, _SECONDS = 20, 60
"""How often the same fault is noted, and how long it is not told again: one in drawing comes with every repaint."""
_SWALLOWED = "Ignored exception"
"""So begins pyqtgraph's warning of what went wrong in drawing a plot; it would print all of it."""
_KEPT = ("last_type", "last_value", "last_traceback", "last_exc")


class Faults(QObject):
    """Takes every exception that nobody expected. One dialog at a time; the rest is noted.

    A Refusal that nobody took is told by its own sentence.
    """

    happened = Signal(str, str, str)

    def __init__(
        self, log: Path, parent: QObject | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._log, self._clock = log, clock
        self._times: Counter[str] = Counter()
        self._told: dict[str, float] = {}
        self.dialog: QMessageBox | None = None
        # Later, not within what went wrong: an exception of another thread must not make a dialog there, nor one of
        # drawing or of a filter of events while that is still under way, which would end the process.
        self.happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> Callable[[], None]:
        """Take every unexpected exception of the process from now on; return how to undo that."""
        before, thread_before, warnings_before = sys.excepthook, threading.excepthook, warnings.showwarning
        sys.excepthook, warnings.showwarning = self.take, self.warned
        threading.excepthook = lambda found: self.take(found.exc_type, found.exc_value, found.exc_traceback)

        def undo() -> None:
            sys.excepthook, threading.excepthook, warnings.showwarning = before, thread_before, warnings_before

        return undo

    def warned(
        self, message: Warning | str, category: type[Warning], name: str, line: int, *_: object, **__: object
    ) -> None:
        """Note a warning without its words; take the exception that it warns of, as the library that draws does."""
        kind, error, trace = sys.exc_info()
        if kind is not None and str(message).startswith(_SWALLOWED):
            self.take(kind, error, trace)
        else:
            self._note(f"{category.__name__}\n  {Path(name).name}:{line}\n")

    def take(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Note an exception and tell the reader; an interrupt by the user ends the program as ever."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.exit(130)
            return
        for name in _KEPT:
            # Python keeps what was thrown, with all that its frames hold: patients' rows, a picture half drawn.
            vars(sys).pop(name, None)
        what = describe(kind, error, trace)
        note = self._note(what)
        self.happened.emit(what, note, error.sentence() if isinstance(error, Refusal) else _SENTENCE)

    def _note(self, what: str) -> str:
        """Keep a note of what happened, now, and return it."""
        note = f"{datetime.now(UTC).isoformat(timespec='seconds')} {what}"
        self._times[what] += 1
        if self._times[what] <= _NOTED:
            try:
                with open(self._log, "a", encoding="utf-8", opener=_own) as log:
                    log.write(note)
            except OSError as unwritable:
                note += f"(The note could not be kept: {unwritable.strerror}.)\n"
        return note

    def _tell(self, what: str, note: str, sentence: str) -> None:
        if self.dialog is not None and isValid(self.dialog) and self.dialog.isVisible():
            return
        now = self._clock()
        if now - self._told.get(what, -_SECONDS) < _SECONDS:
            return
        # First, because the dialog may bring the same fault about.
        self._told[what] = now
        self.dialog = QMessageBox(
            QMessageBox.Icon.Warning, "An error in the program", sentence, QMessageBox.StandardButton.Ok,
            QApplication.activeWindow(),
        )  # fmt: skip
        self.dialog.setInformativeText(f"Noted in {self._log}")
        self.dialog.setDetailedText(note)
        self.dialog.open()


def _own(path: str, flags: int) -> int:
    # For its owner alone, as everything in the folder.
    return os.open(path, flags, 0o600)


def describe(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> str:
    """Return a note: kind of exception, where in the program. Its message is left out: it may quote data."""
    named = f"{kind.__name__} {error.code}" if isinstance(error, Refusal) else kind.__name__
    frames = traceback.extract_tb(trace)
    where = [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}\n" for frame in frames]
    return f"{named}\n{''.join(where)}"
