"""The closed session's process: how it is started, and what it is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from dsmb_app.model.errors import Refusal
from dsmb_app.model.resource_files import PACKAGE
from dsmb_app.views.dialogs.open_snapshot import Opening

_LOOK_MS = 500


def closed_command(file: Path) -> list[str]:
    """Return the command that starts a closed session on a snapshot; it holds no secret."""
    if getattr(sys, "frozen", False):
        program = [sys.executable]
    elif (PACKAGE.parent / "pyproject.toml").is_file():
        program = [sys.executable, str(PACKAGE.parent / "main.py")]
    else:
        program = [sys.executable, "-m", "dsmb_app"]
    return [*program, "open", str(file.resolve()), "--closed", "--stdin"]


def handover(opening: Opening) -> str:
    """Return the line that tells the closed process how to open main, and nothing that opens codes or names.

    A member's key may open these too, so only its file is named; the closed process asks for the passphrase.
    """
    means = {"key": str(opening.key.resolve())} if opening.key else {"phrase": opening.phrase}
    return json.dumps({**means, "signer": opening.signer}) + "\n"


class ClosedSession(QObject):
    """Starts the closed process, one at a time; it lives on when this one ends.

    ``died`` carries a sentence when the process ended otherwise than by its reader: perhaps nobody saw a window of it.
    """

    died = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.process: subprocess.Popen[str] | None = None
        self._look_again = QTimer(self, interval=_LOOK_MS)
        self._look_again.timeout.connect(self._look)

    def start(self, opening: Opening) -> None:
        """Start it and hand over, through its standard input, what opens main. Raises Refusal."""
        if self.process is not None and self.process.poll() is None:
            raise Refusal(
                "CLOSED-RUNNING",
                "A closed session is open already.",
                "Look for the window with the red frame. If there is none, it does not answer: end the process "
                f"{self.process.pid}, then try again.",
            )
        try:
            self.process = subprocess.Popen(closed_command(opening.file), stdin=subprocess.PIPE, text=True)
            assert self.process.stdin is not None
            # Not an argument and not the environment: other programs of the same user can read both.
            with self.process.stdin as line:
                line.write(handover(opening))
            self._look_again.start()
        except OSError as error:
            raise Refusal(
                "CLOSED-START",
                f"The closed session could not be started ({error.strerror or type(error).__name__}).",
                "Start it by hand: dsmb open FILE --closed.",
            ) from error

    def _look(self) -> None:
        code = self.process.poll() if self.process is not None else 0
        if code is None:
            return
        self._look_again.stop()
        if code:
            self.died.emit(
                Refusal(
                    "CLOSED-ENDED",
                    f"The closed session ended by an error ({code}).",
                    "Start it again. If it ends again, start it in a terminal, where it says why: "
                    "dsmb open FILE --closed.",
                ).sentence()
            )
