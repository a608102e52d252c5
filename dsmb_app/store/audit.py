"""The audit log: an append-only chain of signed lines, written before what it tells of is shown."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from dsmb_app import __version__
from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.atomic import sync_folder
from dsmb_app.store.audit_device import load_or_create_device
from dsmb_app.store.audit_entry import GENESIS, MAX_LINE, AuditEntry, check_text, parse_line
from dsmb_app.store.audit_verify import AuditReport, clock_went_back, verify

LOG_NAME, TORN_NAME, DEVICE_NAME, LOCK_NAME = "audit.jsonl", "audit.torn", "audit.device.json", "audit.lock"
LOCK_SECONDS = 20
# What is read back from the end: the last lines, and more than a write that was cut off can have left.
_WINDOW = 8 * MAX_LINE
_EVENT = re.compile(r"[a-z][a-z_]*\Z")
_SNAP = re.compile(r"(?:[0-9a-f]{64})?\Z")

__all__ = ["GENESIS", "AuditEntry", "AuditLog", "AuditReport", "verify"]


@dataclass(frozen=True)
class _Tail:
    """The last sound entry, where its line ends in the file, and the bytes of a torn write after it."""

    last: AuditEntry | None
    end: int
    torn: bytes


class AuditLog:
    """The log in one folder, shared by every process that uses the folder.

    ``who`` is the name that the reader gave; ``clock`` returns the UTC time. The folder is made (0700) and holds the
    log, the device's key (0600), a lock file, and ``audit.torn`` once a cut-off line had to be set aside.
    """

    def __init__(
        self,
        folder: Path,
        *,
        who: str = "reader",
        app: str = f"dsmb {__version__}",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = folder / LOG_NAME
        self._who, self._app, self._clock = check_text("who", who), check_text("app", app), clock
        with _told_as(self.path, "opened"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = FileLock(folder / LOCK_NAME, timeout=LOCK_SECONDS, mode=0o600)
        with self._locked():
            self._device = load_or_create_device(folder / DEVICE_NAME)

    def identify(self, who: str) -> None:
        """Write every line from now on in the name of ``who``. Raises Refusal AUDIT-TEXT."""
        self._who = check_text("who", who)

    def append(self, ev: str, *, snap: str = "", why: str = "", result: str = "", obj: str = "") -> AuditEntry:
        """Write an event and return it once it is on the disk. Show or do what it tells of only after that.

        ``ev``: lower-case words with underscores; ``snap``: SHA-256 of the snapshot file; ``why``: the reader's
        words; ``obj``: what was made (kind, hash, file name, never a path). Raises Refusal AUDIT-TEXT, AUDIT-BUSY,
        AUDIT-WRITE, AUDIT-DAMAGED, AUDIT-OTHER-DEVICE; then nothing may be shown.
        """
        if not _EVENT.match(ev) or not _SNAP.match(snap):
            raise ValueError("ev or snap is not of the form that a log line needs")
        given = {"ev": ev, "snap": snap, "why": why, "result": result, "obj": obj}
        checked = {name: check_text(name, text) for name, text in given.items()}
        with self._locked(), _told_as(self.path, "written"):
            tail = self._tail()
            if tail.torn:
                self._set_aside(tail.torn)
            entries = self._chained(tail, [*self._noticed(tail), checked])
            self._write(tail.end, b"".join(entry.to_line() for entry in entries))
        return entries[-1]

    def head(self) -> str:
        """Return the hash of the last line, which an export prints; 64 zeros for an empty log."""
        with self._locked(), _told_as(self.path, "read"):
            last = self._tail().last
        return last.h if last else GENESIS

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return all events, oldest first. Raises Refusal AUDIT-DAMAGED with the line that is none."""
        with self._locked(), _told_as(self.path, "read"):
            end = self._tail().end
            lines = self.path.read_bytes()[:end].splitlines() if end else []
        found = []
        for number, line in enumerate(lines, start=1):
            try:
                found.append(parse_line(line))
            except ValueError as error:
                raise _damaged(self.path, f"Line {number} is not a line of an audit log.") from error
        return tuple(found)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the disk, or a lock beside the log that another process keeps, says into a Refusal of the log."""
        try:
            with _told_as(self.path, "written"):
                yield
        except Timeout as error:
            raise Refusal(
                "AUDIT-BUSY",
                "Another window of this program keeps the audit log busy.",
                "Close the other window, then try again.",
                file=self.path.name,
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.told():
            self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

    def _tail(self) -> _Tail:
        """Read the end of the log. A last line that is cut off or is none (a power cut writes zeros) is torn."""
        if not self.path.exists():
            return _Tail(None, 0, b"")
        with self.path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            start = max(0, size - _WINDOW)
            log.seek(start)
            data = log.read()
        end = data.rfind(b"\n") + 1
        last = self._entry(data, end)
        if last is None and end:
            end = data.rfind(b"\n", 0, end - 1) + 1
            last = self._entry(data, end)
        if last is None and start + end > 0:
            raise _damaged(self.path, "Its last lines are not lines of an audit log.")
        if last and (last.h != last.digest() or not last.is_signed()):
            raise _damaged(self.path, "Its last line was changed after it was written.")
        if last and last.key != self._device.public:
            raise Refusal(
                "AUDIT-OTHER-DEVICE",
                "This audit log was written with another device key.",
                "Keep the file, move it out of the folder, and start the program again: it starts a new log.",
                file=self.path.name,
            )
        return _Tail(last, start + end, data[end:])

    @staticmethod
    def _entry(data: bytes, end: int) -> AuditEntry | None:
        """Return the entry of the line whose line end is just before ``end``, None when it is none."""
        if end == 0:
            return None
        try:
            return parse_line(data[data.rfind(b"\n", 0, end - 1) + 1 : end - 1])
        except ValueError:
            return None

    def _noticed(self, tail: _Tail) -> list[dict[str, str]]:
        """Return the events that the log has to tell of itself before the next one."""
        events = []
        back = clock_went_back(tail.last.ts, self._now()) if tail.last else None
        if back:
            events.append({"ev": "clock_back", "result": f"{round(back.total_seconds())} s"})
        if tail.torn:
            digest = hashlib.sha256(tail.torn).hexdigest()
            events.append({"ev": "torn_tail", "result": f"{len(tail.torn)} bytes set aside", "obj": digest})
        return events

    def _chained(self, tail: _Tail, events: list[dict[str, str]]) -> list[AuditEntry]:
        entries: list[AuditEntry] = []
        before = tail.last
        for event in events:
            before = AuditEntry(
                n=before.n + 1 if before else 1,
                ts=self._now(),
                mono=time.monotonic_ns() // 1_000_000,
                who=self._who,
                key=self._device.public,
                host=self._device.host,
                app=self._app,
                prev=before.h if before else GENESIS,
                **{"snap": "", "why": "", "result": "", "obj": "", **event},
            ).sealed(self._device.key)
            entries.append(before)
        return entries

    def _set_aside(self, torn: bytes) -> None:
        path = self.path.with_name(TORN_NAME)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as kept:
            kept.write(torn + b"\n")
            kept.flush()
            os.fsync(kept.fileno())

    def _write(self, end: int, lines: bytes) -> None:
        # Over a torn tail, not after cutting it off: a crash in between leaves a torn tail that is noted next time.
        new = not self.path.exists()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self.path, flags, 0o600), "r+b") as log:
            log.seek(end)
            log.write(lines)
            log.truncate()
            log.flush()
            os.fsync(log.fileno())
        if new:
            sync_folder(self.path.parent)

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@contextmanager
def _told_as(path: Path, done: str) -> Iterator[None]:
    """Turn what the disk says into a Refusal; ``done`` is what could not be done to the log."""
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        raise Refusal(
            "AUDIT-WRITE",
            f"The audit log cannot be {done} ({error.strerror or type(error).__name__}), so nothing is shown.",
            "Make space on the disk and check that you may write to the folder, then try again.",
            file=path.name,
        ) from error


def _damaged(path: Path, what: str) -> Refusal:
    return Refusal(
        "AUDIT-DAMAGED",
        what,
        "Keep the file and tell the statistician; move it out of the folder to start a new log.",
        file=path.name,
    )
