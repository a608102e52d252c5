"""settings.json in the state folder: what this machine remembers of trials. No patient data, no secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.atomic import write_atomically

_FILE, _LOCK = "settings.json", "settings.lock"
_SECONDS = 10

Table = dict[str, Any]


class Settings:
    """Named tables in one small JSON file, read at each question, because another process may write it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def table(self, name: str) -> Table:
        """Return a table, empty where there is none. Raises Refusal SETTINGS-BAD for a file that cannot be read."""
        return _table(self._read(), name, self._path)

    def number(self, name: str, default: int, *, most: int) -> int:
        """Return a whole number from 0 to ``most``. Raises Refusal SETTINGS-NUMBER for anything else."""
        value = self._read().get(name, default)
        if type(value) is not int or not 0 <= value <= most:
            raise Refusal(
                "SETTINGS-NUMBER",
                f'"{name}" is not a whole number from 0 to {most}.',
                "Put it right, or take the line out.",
                file=self._path.name,
            )
        return value

    @contextmanager
    def changed(self, name: str) -> Iterator[Table]:
        """Give a table to change and write it when the block ends without an error; no other process comes between.

        Raises Refusal, SETTINGS-BUSY when another process does not let go of it, SETTINGS-WRITE where none is let in.
        """
        lock = self._acquired()
        try:
            settings = self._read()
            before = json.dumps(settings, sort_keys=True)
            table = settings[name] = _table(settings, name, self._path)
            yield table
            if json.dumps(settings, sort_keys=True) != before:
                write_atomically(self._path, json.dumps(settings, indent=1, sort_keys=True).encode("utf-8"))
        finally:
            lock.release()

    def _acquired(self) -> BaseFileLock:
        lock = FileLock(self._path.with_name(_LOCK), timeout=_SECONDS, mode=0o600)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise Refusal(
                "SETTINGS-BUSY", "Another session is using the settings.", "Try again.", file=self._path.name
            ) from None
        except OSError as error:
            raise Refusal(
                "SETTINGS-WRITE",
                f"The settings cannot be written ({error.strerror or type(error).__name__}).",
                "Check that you may write to their folder and that the disk has space, then try again.",
                file=self._path.name,
            ) from error
        return lock

    def _read(self) -> Table:
        try:
            if not self._path.exists():
                return {}
            settings = json.loads(self._path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError, OSError) as error:
            raise _unreadable(str(error), self._path) from error
        if not isinstance(settings, dict):
            raise _unreadable("it is not a JSON object", self._path)
        return settings


def _table(settings: Table, name: str, path: Path) -> Table:
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise _unreadable(f'its entry "{name}" is not an object', path)
    return table


def _unreadable(why: str, path: Path) -> Refusal:
    return Refusal("SETTINGS-BAD", f"The settings cannot be read: {why}.", "Move the file away.", file=path.name)
