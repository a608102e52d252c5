"""Snapshots for tests: locked once per run, opened as often as a test likes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock

from dsmb_app import locking
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.snapshot import boxes
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.store.audit import AuditLog
from tests.remembered_stretch import quickly


@dataclass(frozen=True)
class Locked:
    """A locked snapshot with everything that opens it, in a folder of its own."""

    file: Path
    secrets: Path
    study: Path
    source: Path
    report: locking.LockReport = field(compare=False)

    @property
    def keys(self) -> SecretsFile:
        """Return signer and phrases."""
        return SecretsFile.load(self.secrets)

    def opened(self, level: Level) -> Session:
        """Return a session at a level that tests of this process share, for those that only read it."""
        return _shared(self, level)

    def session(self, level: Level, state: Path, kind: type[Session] = Session) -> Session:
        """Open a fresh session at a level; its audit log lies in ``state``."""
        keys = self.keys
        session = kind.open(self.file, keys.phrases["main"], signers=[keys.signer], audit=AuditLog(state))
        if level is not Level.POOLED:
            session.unlock_codes(keys.phrases["codes"], why="test")
        if level is Level.NAMED:
            session.unlock_names(keys.phrases["names"], why="test")
        return session


class _ForReaders(Session):
    """A session that many tests read: what would change it for the next one is a fault of the test."""

    def choose(self, **changes: Any) -> None:
        raise AssertionError(_SHARED)

    def choose_by_text(self, settings: Collection[str]) -> None:
        raise AssertionError(_SHARED)

    def set_level(self, level: Level) -> None:
        raise AssertionError(_SHARED)

    def forget(self) -> None:
        raise AssertionError(_SHARED)


_SHARED = "Other tests read this session too; ask for one of your own: session() instead of opened()."


@cache
def _shared(locked: Locked, level: Level) -> Session:
    return locked.session(level, locked.file.parent / f"audit-{os.getpid()}-{level}", _ForReaders)


def lock_for_test(source: Path, study: Path, folder: Path, *, seed: int = 1, shared: bool = False) -> Locked:
    """Lock ``source`` as a TEST snapshot into ``folder``; unless ``shared``, it opens in this process alone."""
    file, secrets = folder / "test.dsmb", folder / "secrets.json"
    with nullcontext() if shared else quickly():
        report = locking.lock(source, study=study, trial=None, out=file, secrets_path=secrets, test_seed=seed)
    return Locked(file, secrets, study, source, report)


def locked_once(study: object, write: Callable[[], tuple[Path, Path]], folder: Path) -> Locked:
    """Lock a made-up study into ``folder``, or find what a test of this process has locked of the very same one.

    ``write`` writes its source and its study file and returns both; ``study`` tells by ``repr`` what it is.
    """
    # By how phrases are stretched too: what was locked without it opens without it alone.
    key = boxes.Argon2id, repr(study)
    if key not in _of_studies:
        _of_studies[key] = lock_for_test(*write(), folder)
    return _of_studies[key]


_of_studies: dict[tuple[type, str], Locked] = {}


def shared_between_workers(folder: Path, lock: Callable[[Path], Locked]) -> Locked:
    """Lock into ``folder``, which several test processes share: whoever comes first does it, the others wait for it."""
    kept = folder / "locked.pickle"
    with FileLock(folder.with_suffix(".lock")):
        if not kept.is_file():
            folder.mkdir()
            kept.write_bytes(pickle.dumps(lock(folder)))
    return pickle.loads(kept.read_bytes())
