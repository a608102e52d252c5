"""Starts the reading process for a folder, watches it, and turns its end into a refusal that names the file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from dsmb_app.model.errors import Refusal
from dsmb_app.model.resource_files import PACKAGE
from dsmb_app.snapshot.handover import BrokenPipeFromReaderError, receive, receive_event
from dsmb_app.snapshot.reading import End, Event, Step

FLAG = "--read-source"

# What a file may need at most. A table takes some five times its file; a small file may not take a laptop.
MEMORY, MEMORY_PER_BYTE = 2 * 1024**3, 8
# A large laboratory file (35 MB) takes about a second; a slow machine under load may take a hundred times as long.
SECONDS, SECONDS_PER_BYTE = 120.0, 3e-6

_LAST_WORDS = 10.0  # seconds from the end of its output to its own
_SIGXCPU = -24  # the system's answer to the limit of processor time

# Not the folder that the reader was started in: a file numpy.py beside the data must never be run.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from dsmb_app.snapshot.reading_child import main; main()"


def read_isolated(folder: Path) -> Iterator[Event]:
    """Do what ``reading.read_folder`` does, in a process of its own, one for all files.

    Raises Refusal also where that process dies (``SRC-READER-DIED``), takes too long (``SRC-READER-SLOW``), needs too
    much memory (``SRC-READER-MEMORY``) or cannot start (``SRC-READER-START``); RuntimeError for a fault of a reader.
    """
    with _Reader(folder) as reader:
        yield from reader.events()


def command() -> list[str]:
    """Return the command that starts the reading process; the folder comes through its standard input."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG]
    return [sys.executable, "-P", "-c", _START, str(PACKAGE.parent)]


class _Reader:
    """The reading process, as a context: it never outlives it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder.name or str(folder)
        self._ready = self._late = False
        self._watch: threading.Timer | None = None

    def __enter__(self) -> _Reader:
        try:
            self._process = subprocess.Popen(
                command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # One thread: the readers do no algebra, and each thread of its library takes address space.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise self._not_started(error.strerror or type(error).__name__) from error
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stop_watching()
        self._process.kill()
        # communicate() closes the pipes and waits; what the process still had to say is not wanted any more.
        self._process.communicate()

    def events(self) -> Iterator[Event]:
        """Ask, and yield what is answered, to the end."""
        self._allow(SECONDS)
        try:
            self._ask()
            answer = self._process.stdout
            assert answer is not None
            while True:
                event = self._next(answer)
                if event is not None:
                    yield event
                if isinstance(event, End):
                    return
        except (BrokenPipeFromReaderError, BrokenPipeError, ConnectionError) as error:
            raise self._death() from error

    def _ask(self) -> None:
        request = {
            "folder": str(self._folder),
            "memory": MEMORY,
            "memory_per_byte": MEMORY_PER_BYTE,
            "seconds": SECONDS,
            "seconds_per_byte": SECONDS_PER_BYTE,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
        self._process.stdin.flush()

    def _next(self, answer: IO[bytes]) -> Event | None:
        kind, head = receive(answer)
        if kind == "ready":
            self._ready = True
            return None
        if kind == "fault":
            raise RuntimeError(f"Reading {head['file'] or self._file} failed:\n{head['traceback']}")
        event = receive_event(answer, kind, head)
        if isinstance(event, Step):
            self._file = event.file
            self._allow(SECONDS + SECONDS_PER_BYTE * event.size)
        else:
            self._stop_watching()
        return event

    def _allow(self, seconds: float) -> None:
        """Kill the process when so much time has passed before its next answer."""
        self._stop_watching()
        self._watch = threading.Timer(seconds, self._kill_late)
        self._watch.daemon = True
        self._watch.start()

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()

    def _death(self) -> Refusal:
        todo = "The file is damaged, or not what it seems: ask for it again, or as CSV."
        if self._ready:
            code = self._exit_code()
        if self._late or (self._ready and code == _SIGXCPU):
            what = "Reading it takes longer than a file of its size may need."
            return Refusal("SRC-READER-SLOW", what, todo, file=self._file)
        if not self._ready:
            said = self._process.communicate()[1].decode("utf-8", "replace").strip().splitlines()
            return self._not_started(said[-1] if said else "it ended at once")
        what = f"The file ended the process that reads it ({_how(code)})."
        return Refusal("SRC-READER-DIED", what, todo, file=self._file)

    def _exit_code(self) -> int | None:
        """Return how the process ended, None where it goes on but said what cannot be understood."""
        try:
            return self._process.wait(timeout=_LAST_WORDS)
        except subprocess.TimeoutExpired:
            return None

    def _not_started(self, why: str) -> Refusal:
        what = f"The process that reads the files could not be started ({why})."
        return Refusal("SRC-READER-START", what, "Close other programs, or install the program again.", file=self._file)


def _how(code: int | None) -> str:
    if code is None:
        return "its answer has no form"
    if code >= 0:
        return f"exit code {code}"
    return next((known.name for known in signal.Signals if known == -code), f"signal {-code}")
