"""Start and stop of a window's process in the audit log; a process that died is told of by the next one."""

from __future__ import annotations

import secrets
from pathlib import Path

from filelock import FileLock, Timeout

from dsmb_app.store.audit import LOCK_SECONDS, AuditLog

_GATE, _MARK = "sessions.lock", "session-{}.lock"
READER, IDLE, CRASH = "closed", "idle", "crash"


class Sitting:
    """One process from its start to its stop. Its mark is a file that the system unlocks when the process dies."""

    def __init__(self, folder: Path, log: AuditLog, kind: str) -> None:
        """Tell of the processes that ended without a word, then of the start of this one. Raises the log's Refusals.

        ``kind``: "open session" or "closed session".
        """
        self._log, self._folder, self._running = log, folder, True
        self._gate = FileLock(folder / _GATE, timeout=LOCK_SECONDS, mode=0o600)
        token = secrets.token_hex(4)
        self._name = f"{kind} {token}"
        with log.told(), self._gate:
            self._tell_of_the_dead()
            self._mark = FileLock(folder / _MARK.format(token), timeout=0, mode=0o600)
            self._mark.acquire()
            log.append("start", result="ok", obj=self._name)

    def locked(self) -> None:
        """Tell that the process has forgotten what was unlocked because nobody was there; it goes on."""
        self._log.append("locked", result=IDLE, obj=self._name)

    def stop(self, reason: str) -> None:
        """Tell of the end, once; ``reason``: ``closed`` by the reader, or ``idle``. Raises the log's Refusals."""
        if not self._running:
            return
        self._running = False
        self._log.append("stop", result=reason, obj=self._name)
        with self._log.told(), self._gate:
            self._mark.release()
            Path(self._mark.lock_file).unlink(missing_ok=True)

    def _tell_of_the_dead(self) -> None:
        for path in sorted(self._folder.glob(_MARK.format("*"))):
            mark = FileLock(path, timeout=0, mode=0o600)
            try:
                mark.acquire()
            except Timeout:
                continue  # its process lives
            token = path.stem.partition("-")[2]
            self._log.append("stop", result=CRASH, why="found at the next start", obj=f"session {token}")
            mark.release()
            path.unlink(missing_ok=True)
