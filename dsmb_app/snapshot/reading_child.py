"""The reading process: parses the files of one folder under limits, and hands the datasets to the one that started it.

A file that crashes its parser, eats the memory or never ends takes this process with it, and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import BinaryIO

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.handover import send, send_event, send_refusal
from dsmb_app.snapshot.hardening import no_core_dumps
from dsmb_app.snapshot.reading import Step, read_folder


def main() -> None:
    """Read the request, a line of JSON on standard input, and answer on standard output until all is read."""
    out = _own_output()
    request = json.loads(sys.stdin.buffer.readline())
    send(out, "ready", {})
    _hush()
    file: str | None = None
    try:
        no_core_dumps()
        _limit(request["memory"], request["seconds"])
        for event in read_folder(Path(request["folder"])):
            if isinstance(event, Step):
                file = event.file
                memory = request["memory"] + request["memory_per_byte"] * event.size
                _limit(memory, request["seconds"] + request["seconds_per_byte"] * event.size)
            send_event(out, event)
    except Refusal as refusal:
        send_refusal(out, refusal)
    except MemoryError:
        what = "Reading it takes more memory than a file of its size may need."
        todo = "The file is damaged, or not what it seems: ask for it again, or as CSV."
        send_refusal(out, Refusal("SRC-READER-MEMORY", what, todo, file=file))
    except Exception:  # noqa: BLE001 - a fault of the program: it is raised again in the process that shows it
        send(out, "fault", {"file": file, "traceback": traceback.format_exc()})


def _own_output() -> BinaryIO:
    """Keep standard output for the answer alone: a library that prints would break it."""
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    _to_nowhere(1)
    return out


def _hush() -> None:
    # From here on errors travel in the answer. What a library writes to a terminal might be data of a patient.
    _to_nowhere(2)


def _to_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _limit(memory: int, seconds: float) -> None:
    """Limit address space (bytes) and processor time from now on (seconds), and forbid to write files or core dumps."""
    if sys.platform == "win32":  # it has no such limits; the time limit of the other process holds there too
        return
    import resource  # noqa: PLC0415 - not there on Windows

    for which, amount in (
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_CPU, int(time.process_time() + seconds) + 1),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        most = resource.getrlimit(which)[1]
        wanted = amount if most == resource.RLIM_INFINITY else min(amount, most)
        try:
            resource.setrlimit(which, (wanted, most))
        except (ValueError, OSError):  # macOS knows the limit of address space by name but takes no value for it
            if which != resource.RLIMIT_AS:
                raise
