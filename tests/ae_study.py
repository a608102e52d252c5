"""Small studies written out by hand for the tests of adverse-event tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dsmb_app import ard
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from tests.locked import locked_once
from tests.oracle import made_up
from tests.oracle.reading import Data, Record

FIRST_DOSE, END = "2020-03-01", "2020-04-09"
"""Every subject is watched for 40 days, unless told otherwise."""


def person(name: str, arm: str, **told: str) -> Record:
    """Return the DM record of a subject who finishes the study on day 40."""
    return {"USUBJID": name, "ARM": arm, "ACTARM": arm, "RFSTDTC": FIRST_DOSE, "RFPENDTC": END, **told}


def event(name: str, term: str = "Headache", start: str = "2020-03-05", **told: str) -> Record:
    """Return the AE record of an event of the nervous system."""
    return {"USUBJID": name, "AETERM": term, "AEDECOD": term, "AESOC": "Nervous system disorders",
            "AESTDTC": start, **told}  # fmt: skip


def study(people: Sequence[Record], events: Sequence[Record], order: Sequence[str], **said: Any) -> dict[str, Any]:
    """Return a study in which everybody is dosed once on day 1; ``said``: other settings, ``ds``: records of DS."""
    dose = {"EXTRT": "Qdrug", "EXDOSE": "1", "EXSTDTC": FIRST_DOSE, "EXENDTC": FIRST_DOSE}
    data: Data = {
        "DM": list(people),
        "EX": [{"USUBJID": one["USUBJID"], "EXSEQ": "1", **dose} for one in people],
        "AE": [{"AESEQ": str(number), **one} for number, one in enumerate(events, start=1)],
        "DS": [{"DSCAT": "DISPOSITION EVENT", **one} for one in said.pop("ds", ())],
        "SV": [],
        "DD": said.pop("dd", []),
    }
    settings = {"reference": "", "days": 30, "grading": "AETOXGR", "scope": "narrow", "hold_back": "[]"}
    return {"data": data, "order": list(order), **settings, **said}


def opened(made: Mapping[str, Any], folder: Path, level: Level = Level.NAMED) -> Session:
    """Lock a study and open it at a level."""
    locked = locked_once(made, lambda: made_up.write(folder, dict(made)), folder)
    return locked.session(level, folder / "state")


def cells(session: Session, exhibit: str) -> dict[tuple[str, str, str], str]:
    """Return the printed texts of an exhibit by (row, arm, statistic); a contrast's arm is "arm - reference"."""
    found = {}
    for line in csv.DictReader(io.StringIO(ard.results_csv(session, [exhibit]))):
        arm = f"{line['arm']} - {line['arm_ref']}" if line["arm_ref"] else line["arm"]
        found[line["row"], arm, line["stat_name"]] = line["stat_fmt"]
    return found


def column(session: Session, exhibit: str, stat: str = "n", arm: str = "Total") -> dict[str, str]:
    """Return the printed texts of one statistic and arm by row, in printed order."""
    return {row: text for (row, of, name), text in cells(session, exhibit).items() if (of, name) == (arm, stat)}
