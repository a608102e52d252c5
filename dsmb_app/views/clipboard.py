"""The clipboard: what was copied from a closed session does not outlive it."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtWidgets import QApplication

from dsmb_app.model.errors import Refusal

MINUTES = 5

_LEFT_OUT = {
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"1",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': b"\0\0\0\0",
    "x-kde-passwordManagerHint": b"secret",
}
"""How Windows and desktops with a clipboard history are asked to keep a text out of it."""


class Clipboard(QObject):
    """Takes copies, and takes those of closed sessions back: on ``clear``, or after some time by itself.

    Only what it put there itself is cleared; what the reader copied since, anywhere, is left alone. ``closed``: also
    what the window's own fields and notes put there, by whatever way, is taken back.
    """

    def __init__(self, parent: QObject | None = None, *, seconds: float = 60 * MINUTES, closed: bool = False) -> None:
        super().__init__(parent)
        self._put = ""
        if closed:
            QApplication.clipboard().dataChanged.connect(self._notice)
        self._timer = QTimer(self, singleShot=True, interval=round(1000 * seconds))
        self._timer.timeout.connect(self.clear)

    def put(self, text: str, *, closed: bool) -> None:
        """Put a text there; ``closed``: it comes from a closed session. Raises Refusal when it is not taken."""
        QApplication.clipboard().setText(text)
        self._put = _digest(text) if closed else ""
        if closed:
            self._timer.start()
        else:
            self._timer.stop()
        _check_taken(text)

    def put_secret(self, text: str) -> None:
        """Put a phrase there, marked so that histories and managers of clipboards leave it out, and take it back.

        Raises Refusal when it is not taken.
        """
        data = QMimeData()
        data.setText(text)
        for kind, value in _LEFT_OUT.items():
            data.setData(kind, value)
        QApplication.clipboard().setMimeData(data)
        self._put = _digest(text)
        self._timer.start()
        _check_taken(text)

    def _notice(self) -> None:
        board = QApplication.clipboard()
        if board.ownsClipboard() and board.text():
            self._put = _digest(board.text())
            self._timer.start()

    def clear(self) -> None:
        """Clear the clipboard if it still holds what was copied from a closed session."""
        self._timer.stop()
        if self._put and _digest(QApplication.clipboard().text()) == self._put:
            QApplication.clipboard().clear()
        self._put = ""


def _check_taken(text: str) -> None:
    # A clipboard that another program keeps busy says nothing; what stands there then is what was copied before.
    if _digest(QApplication.clipboard().text()) != _digest(text):
        raise Refusal(
            "COPY-NOT-TAKEN",
            "The clipboard did not take the copy.",
            "Another program keeps it busy: wait a moment or close that program, then copy again.",
        )


def _digest(text: str) -> str:
    # Some systems change the ends of lines, or drop the last one.
    return hashlib.sha256(text.replace("\r", "").rstrip().encode()).hexdigest()
