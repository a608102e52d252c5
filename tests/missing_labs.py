"""The demo trial after every fifth laboratory draw of one arm was taken away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyreadstat

from tests.demo_trial import IL2, treated


def without_a_fifth(source: Path, folder: Path) -> Path:
    """Write a copy of the demo's source into ``folder``; of hrIL-2, each fifth draw (subject and day) has no record."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("manifest.json"))
    frame, _ = pyreadstat.read_xport(folder / "lb.xpt")
    mine = {name for name, person in treated().items() if person["ACTARM"] == IL2}
    draws = sorted({(r.USUBJID, r.LBDTC[:10]) for r in frame.itertuples() if r.USUBJID in mine})
    gone = set(draws[::5])
    kept = [(r.USUBJID, r.LBDTC[:10]) not in gone for r in frame.itertuples()]
    pyreadstat.write_xport(frame[kept], folder / "lb.xpt", file_format_version=5, table_name="LB")
    return folder
