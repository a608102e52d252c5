"""A disk that is full from a chosen write on: creating, writing and syncing a file, and giving it its name, fail."""

from __future__ import annotations

import builtins
import errno
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

CREATE, WRITE, SYNC, NAME = "create", "write", "sync", "name"
R = TypeVar("R")


class FullDisk:
    """Counts what is done to files, and says "no space left" from number ``full_from`` on (None: never).

    ``steps`` holds what was done, in order; the first one is number 0.
    """

    def __init__(self, full_from: int | None = None) -> None:
        self.full_from = full_from
        self.steps: list[str] = []

    @property
    def is_full(self) -> bool:
        """Tell whether the last step found no space."""
        return self.full_from is not None and len(self.steps) > self.full_from

    def step(self, kind: str) -> None:
        """Note a step. Raises OSError ENOSPC where the disk is full."""
        self.steps.append(kind)
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def before(self, kind: str, real: Callable[..., R]) -> Callable[..., R]:
        """Return ``real`` as a step of this kind."""

        def counted(*arguments: Any, **named: Any) -> R:
            self.step(kind)
            return real(*arguments, **named)

        return counted


class _File(io.FileIO):
    """A file on the disk: a write that finds it full has written half."""

    disk: FullDisk

    def write(self, data: Any) -> int:
        try:
            self.disk.step(WRITE)
        except OSError:
            super().write(bytes(data)[: len(data) // 2])
            raise
        return super().write(data)

    def truncate(self, size: int | None = None) -> int:
        self.disk.step(WRITE)
        return super().truncate(size)


@contextmanager
def on(disk: FullDisk) -> Iterator[None]:
    """Let this process write to ``disk``: for a process of its own, since everything in it does."""
    kept = io.open, builtins.open, os.open, os.fsync, os.replace, os.rename
    try:
        io.open = builtins.open = _opener(disk, kept[0])
        os.open = _os_opener(disk, os.open)
        os.fsync = disk.before(SYNC, os.fsync)
        os.replace, os.rename = disk.before(NAME, os.replace), disk.before(NAME, os.rename)
        yield
    finally:
        io.open, builtins.open, os.open, os.fsync, os.replace, os.rename = kept


def _opener(disk: FullDisk, real: Callable[..., Any]) -> Callable[..., Any]:
    def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+") or _is_pipe(file):
            return real(file, mode, *arguments, **named)
        if not isinstance(file, int) and not Path(file).exists():
            disk.step(CREATE)
        raw = _File(file, mode.replace("b", "").replace("t", ""))
        raw.disk = disk
        whole = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return whole if "b" in mode else io.TextIOWrapper(whole, named.get("encoding"), newline=named.get("newline"))

    return opened


def _is_pipe(file: Any) -> bool:
    return isinstance(file, int) and not stat.S_ISREG(os.fstat(file).st_mode)


def _os_opener(disk: FullDisk, real: Callable[..., int]) -> Callable[..., int]:
    def opened(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        if flags & os.O_CREAT and not Path(path).exists():
            disk.step(CREATE)
        return real(path, flags, *arguments, **named)

    return opened
