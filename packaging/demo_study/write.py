"""Writes a data cut as a source folder: XPT v5 with labels, manifest.json and study.toml."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pyreadstat

from .columns import DATASETS, columns
from .plan import STUDYID, VISITS, Cut, Row

# Where XPT v5 keeps "created" and "modified", of the library and of its one member, 16 characters each.
STAMPS_AT = (0x90, 0xA0, 0x1D0, 0x1E0)

STUDY = """\
# Synthetic demonstration data: no record here is of a real person.

[study]
id = "{study}"
title = "Synthetic demonstration: low-dose hrIL-2 in systemic lupus erythematosus"
cutoff = {cutoff}
meeting = {meeting}
synthetic = true

[arms]
source = "actual"
reference = "Placebo"
order = ["hrIL-2", "Placebo"]
labels = {{ "hrIL-2 1 MIU" = "hrIL-2", "Placebo" = "Placebo" }}
drug_words = ["IL-2", "interleukin", "aldesleukin"]

[emergent]
window = "on-study"
days = 30
partial_start = "conservative"
flag = ""

[ae]
grading = "AETOXGR"
baskets = ["injection-site", "opportunistic-infection"]
hold_back = ["basket:injection-site"]

[lab]
ctcae = "5.0"
hold_back = ["EOS"]
uln_defaults = {{ ALT = [7, 40, "U/L"] }}

[schedule]
same_in_all_arms = true
visits = [
{visits}
]
cycles = {{ length = 28, dosing = 14, doses = 7, count = 3 }}

[open]
safety = true
patients = true
small_cells = 0

[blind]
keep_dates = false
allow = []

[dictionary]
meddra = "22.0"
"""


def write_cut(folder: Path, rows: dict[str, list[Row]], cut: Cut) -> None:
    """Write the datasets of one cut, their manifest and the study file into ``folder``, made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for domain in DATASETS:
        path = folder / f"{domain.lower()}.xpt"
        shape = _write_xpt(path, domain, rows[domain], cut)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        listed.append({"name": path.name, "sha256": digest, "rows": shape[0], "columns": shape[1]})
    _write_text(folder / "manifest.json", json.dumps({"datasets": listed}, indent=2) + "\n")
    visits = "\n".join(f'  {{ name = "{v.name}", day = {v.day}, window = {v.window} }},' for v in VISITS)
    _write_text(
        folder / "study.toml",
        STUDY.format(study=STUDYID, cutoff=cut.date.isoformat(), meeting=cut.meeting, visits=visits),
    )


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("ascii"))  # bytes: the same line ends on every system


def _write_xpt(path: Path, domain: str, rows: list[Row], cut: Cut) -> tuple[int, int]:
    """Write one dataset and return its rows and columns."""
    spec = columns(domain)
    unknown = {name for row in rows for name in row} - {name for name, _, _ in spec}
    if domain in ("DM", "SV"):
        unknown -= {f"{domain}SEQ"}  # these two have no sequence number
    if unknown:
        raise KeyError(f"{domain}: no label for {sorted(unknown)}")
    frame = pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows], dtype="float64")
            if numeric
            else pd.Series([row.get(name) or "" for row in rows], dtype="str")
            for name, _, numeric in spec
        }
    )
    pyreadstat.write_xport(
        frame,
        path,
        file_label=f"{DATASETS[domain]} (synthetic)",
        column_labels=[label for _, label, _ in spec],
        table_name=domain,
        file_format_version=5,
    )
    _date_without_clock(path, cut)
    return frame.shape


def _date_without_clock(path: Path, cut: Cut) -> None:
    """Replace the times of writing by the data cut-off: the same seed gives the same bytes on any day."""
    content = bytearray(path.read_bytes())
    month = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"[3 * cut.date.month - 3 : 3 * cut.date.month]  # in no locale
    stamp = f"{cut.date:%d}{month}{cut.date:%y}:00:00:00".encode("ascii")
    for at in STAMPS_AT:
        content[at : at + 16] = stamp
    path.write_bytes(content)
