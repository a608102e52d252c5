"""truncated-source: no dataset file that was cut on its way is read when the sender's manifest lies beside it."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.selftests import sample
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import tally
from dsmb_app.snapshot.reading import read_folder
from dsmb_app.snapshot.source import read_source

NAME = "truncated-source"
_RECORD = 80
# In the program the reader has a process of its own, which takes far longer to start than a file to be read; so one
# in so many is read there, the rest by the same reader here.
_ALONE = 25
_FILES = ("dm.xpt", "ae.xpt", "ex.xpt")


@cache
def _delivered(file: str) -> tuple[bytes, bytes]:
    """Return a file of the demo, and the manifest that lists it alone."""
    entries = json.loads((sample.demo() / "manifest.json").read_text(encoding="utf-8"))["datasets"]
    own = [entry for entry in entries if entry["name"] == file]
    return (sample.demo() / file).read_bytes(), json.dumps({"datasets": own}).encode("ascii")


@dataclass(frozen=True)
class Shorten:
    """Cut a file at a random byte, or, in every second case, where a record of 80 bytes ends, and try to read it."""

    folder: Path
    seed: int

    def __call__(self, number: int) -> list[str]:
        """Return the failure of one cut, if the file was read."""
        rng = random.Random(f"{NAME} {self.seed} {number}")
        file = rng.choice(_FILES)
        data, manifest = _delivered(file)
        length = rng.randrange(len(data)) if number % 2 else _RECORD * rng.randrange(len(data) // _RECORD)
        folder = self.folder / f"{NAME}-{os.getpid()}-{file}"
        folder.mkdir(exist_ok=True)
        (folder / "manifest.json").write_bytes(manifest)
        (folder / file).write_bytes(data[:length])
        try:
            _read(folder, alone=number % _ALONE == 0)
        except Refusal:
            return []
        return [f"{file} cut off at {length} of {len(data)} bytes"]


def _read(folder: Path, *, alone: bool) -> None:
    if alone:
        read_source(folder)
    else:
        for _ in read_folder(folder):
            pass  # a cut is told when it is come to


def run(plan: Plan) -> Outcome:
    """Cut ``count`` files."""
    found = tally(Shorten(plan.folder, plan.seed), plan.count, plan.progress)
    counts = f"{found.tried:,} files cut, {found.failed:,} read"
    return Outcome(NAME, found.tried, found.failed, counts, found.first)
