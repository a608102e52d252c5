"""Runs a command in this process, as ``python -m dsmb_app`` would in one of its own (test_pilot_table does that)."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from dsmb_app.cli import main


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def dsmb(*arguments: str | Path) -> Done:
    """Run ``dsmb ARGUMENTS`` without a terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    command = ["dsmb", *(str(argument) for argument in arguments)]
    streams = {"stdout": out, "stderr": err, "stdin": io.StringIO(), "argv": command}
    code = 0
    with mock.patch.multiple(sys, **streams):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out.flush()
        err.flush()
    texts = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]  # type: ignore[attr-defined]
    return Done(code, *texts)
