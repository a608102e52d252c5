"""The three things that write what must not be lost, and what may be found in their folder whatever happened."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from dsmb_app import locking
from dsmb_app.exporting import export_pack
from dsmb_app.model.errors import Refusal
from dsmb_app.model.pack_numbers import NUMBERS
from dsmb_app.model.result import Stamp
from dsmb_app.packs.meeting_pack import meeting_pack
from dsmb_app.selftests import sample
from dsmb_app.session import Session
from dsmb_app.snapshot import container
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.trial import TrialFile
from dsmb_app.store.audit import AuditEntry, AuditLog, verify

STAMP = Stamp("self-test", "0" * 64, "2020-01-01 00:00", "0" * 64)
SNAPSHOT, TRIAL, SECRETS = "meeting.dsmb", "trial.json", "secrets.json"
SOURCE, STUDY, PACK, STATE = "source", "study.toml", "pack.xlsx", "state"
_IN_PACK = {"T01", "T06", "T09"}
LOST = "lost: "
"""How a failure begins when a line that was acknowledged is not in the log."""

Tell = Callable[[int], None]


class Operation(Protocol):
    """Something that writes. ``folder`` is its own; ``base`` holds a locked demo and is only read."""

    @property
    def name(self) -> str:
        """Return what it is called."""

    def reset(self, folder: Path, base: Path, /, *, old: bool) -> None:
        """Put the folder in order; ``old``: there is a file already where one will be written."""

    def perform(self, folder: Path, base: Path, tell: Tell, /) -> None:
        """Write; tell the number of each line that the audit log acknowledged."""

    def faults(self, folder: Path, base: Path, told: Sequence[int], /) -> list[str]:
        """Return what is wrong with the files in the folder, in words."""

    def old_files(self, base: Path, /) -> dict[str, bytes]:
        """Return the files that a write which was refused leaves as they were, with ``old``."""


def make_base(folder: Path) -> Path:
    """Lock a few subjects of the demo into a new folder, with a trial file of their own, and return the folder."""
    base = folder / "base"
    base.mkdir()
    sample.write_few(base / SOURCE)
    (base / STUDY).write_text(_study(), encoding="utf-8")
    _lock(base, base)
    return base


def _study() -> str:
    """Return the demo's study file, with a pack of a few sheets: what is on trial is how it is written."""
    text = (sample.demo() / STUDY).read_text(encoding="utf-8")
    left_out = ", ".join(f'"{number}"' for number in NUMBERS if number not in _IN_PACK)
    return f"{text}\n[pack]\nleave_out = [{left_out}]\n"


def _lock(folder: Path, base: Path) -> None:
    out, trial, secrets = folder / SNAPSHOT, folder / TRIAL, folder / SECRETS
    locking.lock(base / SOURCE, study=base / STUDY, trial=trial, out=out, secrets_path=secrets)


@cache
def session(base: Path, state: Path) -> Session:
    """Return an open session on the locked demo, one for each process and log; a forked process inherits it."""
    keys = SecretsFile.load(base / SECRETS)
    return Session.open(base / SNAPSHOT, keys.phrases["main"], signers=[keys.signer], audit=_LogOpenedAnew(state))


class _LogOpenedAnew(AuditLog):
    """A log whose lock is made at each use: one that was inherited from another process cannot be taken."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def append(self, ev: str, *, snap: str = "", why: str = "", result: str = "", obj: str = "") -> AuditEntry:
        return AuditLog(self._folder).append(ev, snap=snap, why=why, result=result, obj=obj)

    def head(self) -> str:
        return AuditLog(self._folder).head()


@cache
def _expected_pack(base: Path, state: Path) -> bytes:
    return meeting_pack(session(base, state), STAMP)


@dataclass(frozen=True)
class Lock:
    """``dsmb lock``: a snapshot, its trial file and its secrets file."""

    name: str = "lock"

    def reset(self, folder: Path, base: Path, *, old: bool) -> None:
        """See ``Operation``."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in (SNAPSHOT, TRIAL, SECRETS) if old else ():
            shutil.copy(base / name, folder / name)

    def perform(self, folder: Path, base: Path, _tell: Tell) -> None:
        """See ``Operation``."""
        _lock(folder, base)

    def faults(self, folder: Path, base: Path, _told: Sequence[int]) -> list[str]:
        """See ``Operation``."""
        found = []
        trial, secrets, out = folder / TRIAL, folder / SECRETS, folder / SNAPSHOT
        try:
            book = TrialFile.load(trial) if trial.exists() else None
            keys = SecretsFile.load(secrets) if secrets.exists() else None
            if out.exists():
                locked = container.load(out, signers=[book.fingerprint if book else ""])
                if locked.sha256 not in (book.prev_sha256 if book else None, _sha256_of(base)):
                    found.append("the snapshot is neither the old one nor the one that the trial file knows")
                if keys is None:
                    found.append("there is a snapshot and no secrets file")
        except Refusal as refusal:
            found.append(refusal.sentence())
        return found + _litter(folder, {SNAPSHOT, TRIAL, SECRETS, f"{TRIAL}.lock"})

    def old_files(self, base: Path) -> dict[str, bytes]:
        """See ``Operation``; the trial file may have gone on, because it is written before the snapshot."""
        return {SNAPSHOT: (base / SNAPSHOT).read_bytes()}


@cache
def _sha256_of(base: Path) -> str:
    return container.load(base / SNAPSHOT, signers=None).sha256


@dataclass(frozen=True)
class Export:
    """An open pack: logged, then written."""

    name: str = "export"
    before: bytes = b"the pack of the last meeting"

    def reset(self, folder: Path, base: Path, *, old: bool) -> None:
        """See ``Operation``."""
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            if path.is_file():
                path.unlink()
        _expected_pack(base, folder / STATE)
        if old:
            (folder / PACK).write_bytes(self.before)

    def perform(self, folder: Path, base: Path, _tell: Tell) -> None:
        """See ``Operation``."""
        export_pack(session(base, folder / STATE), folder / PACK, None, stamp=STAMP)

    def faults(self, folder: Path, base: Path, _told: Sequence[int]) -> list[str]:
        """See ``Operation``."""
        found = log_faults(folder / STATE, ())
        there = (folder / PACK).read_bytes() if (folder / PACK).exists() else self.before
        if there not in (self.before, _expected_pack(base, folder / STATE)):
            found.append(f"the pack is neither the old one nor the new one ({len(there)} bytes)")
        return found + _litter(folder, {PACK})

    def old_files(self, _base: Path) -> dict[str, bytes]:
        """See ``Operation``."""
        return {PACK: self.before}


@dataclass(frozen=True)
class Append:
    """Lines of the audit log, one after the other; ``lines`` of them."""

    lines: int
    name: str = "audit append"

    def reset(self, folder: Path, _base: Path, *, old: bool) -> None:
        """See ``Operation``."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        log = AuditLog(folder / STATE)
        for _ in range(3 if old else 0):
            log.append("load")

    def perform(self, folder: Path, _base: Path, tell: Tell) -> None:
        """See ``Operation``."""
        log = AuditLog(folder / STATE)
        for _ in range(self.lines):
            tell(log.append("copy", why="self test").n)

    def faults(self, folder: Path, _base: Path, told: Sequence[int]) -> list[str]:
        """See ``Operation``."""
        return log_faults(folder / STATE, told)

    def old_files(self, _base: Path) -> dict[str, bytes]:
        """See ``Operation``; a log has no old file, its lines are checked."""
        return {}


def log_faults(state: Path, told: Sequence[int]) -> list[str]:
    """Return what is wrong with a log once it has gone on: an unsound line, or one that was told and is not there."""
    log = AuditLog(state)
    try:
        log.append("start")
        report = verify(log.path)
        entries = {entry.n for entry in log.entries() if entry.ev == "copy"}
    except Refusal as refusal:
        return [refusal.sentence()]
    found = [] if report.ok else [f"line {report.fault_line} of the audit log {report.fault}"]
    return found + [f"{LOST}line {number} of the audit log" for number in told if number not in entries]


def _litter(folder: Path, expected: set[str]) -> list[str]:
    """Return what lies there beside the expected files and could be taken for one of them."""
    names = (path.name for path in folder.iterdir() if path.is_file() and path.name not in expected)
    return [f"left behind: {name}" for name in names if not name.endswith((".part", ".lock"))]
