"""Which files a process and its children create, change and write, as strace saw them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.shared_data import ROOT

STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(STRACE is None, reason="strace is not installed (only Linux has it)")

MAKERS = (
    "open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,mknod,mknodat,"
    "truncate,memfd_create"
)
WRITERS = "write,pwrite64,writev,pwritev,pwritev2,mmap,sendfile,copy_file_range,splice"

_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)(?:<([^>]*)>)?")
_NAME = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_FD = re.compile(r"^(\d+)<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')

# Devices without a memory; a terminal is where the reader looks.
NO_FILES = ("/dev/null", "/dev/tty", "/dev/pts/", "pipe:", "socket:", "anon_inode:")


@dataclass
class Traced:
    """``made``: paths created, renamed to, or opened to be changed; ``written``: what was written, by path."""

    code: int
    output: str
    errors: str
    made: set[str] = field(default_factory=set)
    written: dict[str, bytearray] = field(default_factory=dict)
    calls: int = 0

    def outside(self, *folders: Path) -> list[str]:
        """Return what was made elsewhere than in these folders."""
        inside = tuple(f"{folder.resolve()}{os.sep}" for folder in folders) + tuple(str(f.resolve()) for f in folders)
        return sorted(path for path in self.made if not f"{path}".startswith((*inside, *NO_FILES)))


def traced(
    command: Sequence[str | Path],
    folder: Path,
    *,
    given: str = "",
    environment: Mapping[str, str] | None = None,
    contents: bool = True,
) -> Traced:
    """Run a command under strace; ``folder`` takes the traces. Python's own caches of compiled code are off.

    ``contents``: also what is written into the files, every byte.
    """
    folder.mkdir()
    # Hexadecimal and without a limit in length, so that every byte written can be looked at.
    strace = [
        str(STRACE),
        "-ff",
        "--seccomp-bpf",  # calls that are not looked at run at their own pace
        "-y",
        "-xx",
        "-s",
        "100000000",
        "-e",
        f"trace={MAKERS},{WRITERS if contents else 'mmap'}",
    ]
    ended = subprocess.run(
        [*strace, "-o", str(folder / "trace"), *map(str, command)],
        input=given, capture_output=True, text=True, check=False, timeout=600, cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
    )  # fmt: skip
    found = Traced(ended.returncode, ended.stdout, ended.stderr)
    for path in folder.iterdir():
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            _take(line, found)
    return found


def python(code: str) -> list[str]:
    """Return the command that runs a driver. Memory that may not be dumped cannot be traced without privileges, so

    that one call is left out of the traced process; tests/test_hardening.py sees that it is made.
    """
    spared = "from dsmb_app.snapshot import hardening\nhardening._not_dumpable = lambda: None\n"
    return [sys.executable, "-W", "error", "-c", spared + code]


def _take(line: str, found: Traced) -> None:
    call = _CALL.match(line)
    if call is None or int(call[3]) < 0:
        return
    found.calls += 1
    name, arguments = call[1], call[2]
    if name in WRITERS.split(","):
        _take_written(name, arguments, found)
    elif name == "memfd_create" or (name.startswith("open") and not _changes(arguments)):
        return  # a piece of memory, or a file that is only read
    else:
        paths = [_path(folder, text) for folder, text in _NAME.findall(arguments)]
        assert paths, f"a call whose file cannot be read: {line[:200]}"
        # Of two names the second is the new one.
        found.made.add(paths[-1])


def _changes(arguments: str) -> bool:
    return bool(re.search(r"O_(?:WRONLY|RDWR|CREAT|TRUNC|TMPFILE)", arguments))


def _path(folder: str, text: str) -> str:
    name = _bytes(text).decode()
    base = _bytes(folder).decode() if folder.startswith("\\x") else folder
    return os.path.normpath(Path(base or ROOT) / name)


def _take_written(name: str, arguments: str, found: Traced) -> None:
    if name == "mmap":
        # Only memory that is shared with a file, and may be changed, writes to it.
        if "MAP_SHARED" in arguments and "PROT_WRITE" in arguments and "MAP_ANONYMOUS" not in arguments:
            mapped = re.search(r"\d+<([^>]*)>", arguments)
            assert mapped, arguments
            found.made.add(_bytes(mapped[1]).decode() if mapped[1].startswith("\\x") else mapped[1])
        return
    target = _FD.match(arguments)
    assert target, f"a write whose file cannot be read: {arguments[:200]}"
    path = _bytes(target[2]).decode() if target[2].startswith("\\x") else target[2]
    if path.startswith(NO_FILES):
        return
    assert name in ("write", "pwrite64", "writev", "pwritev"), f"written by {name}, which is not looked into: {path}"
    for text, cut in _TEXT.findall(arguments):
        assert not cut, "strace has cut what was written"
        found.written.setdefault(path, bytearray()).extend(_bytes(text))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
