"""Small studies with laboratory records, written out by hand or drawn, as CSV files and a study file."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from dsmb_app.model.words import Level
from dsmb_app.session import Session
from tests.locked import locked_once

FIRST = date(2020, 3, 1)
"""The day of everybody's first dose; offsets count from it, the day itself is 0."""

STUDY = """
[study]
id = "MADE-UP"
title = "A made-up study"
cutoff = 2020-12-31
synthetic = true
[arms]
source = "actual"
order = [{order}]
[lab]
ctcae = "{ctcae}"
{lab}
[schedule]
visits = [{visits}]
[open]
safety = true
patients = true
"""
UNITS = {"ALT": "U/L", "AST": "U/L", "ALP": "U/L", "GGT": "U/L", "CK": "U/L", "BILI": "umol/L", "CREAT": "umol/L",
         "HGB": "g/L", "CHOL": "mmol/L", "INR": ""}  # fmt: skip
COLUMNS = [
    "USUBJID", "LBSEQ", "LBTESTCD", "LBSPEC", "LBNAM", "LBORRES", "LBORRESU", "LBORNRLO", "LBORNRHI", "LBSTRESC",
    "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "VISITNUM", "VISIT", "LBDTC",
]  # fmt: skip


@dataclass(frozen=True)
class Lab:
    """A laboratory record: ``result`` as reported (``12.3``, ``<5``), ``offset`` days after the first dose."""

    subject: str
    test: str
    result: str
    offset: int
    low: str = ""
    high: str = ""
    unit: str | None = None
    visit: str = ""
    specimen: str = "BLOOD"
    laboratory: str = "Central"

    @property
    def unit_text(self) -> str:
        """Return the unit, the test's usual one where none is told."""
        return UNITS.get(self.test, "10^9/L") if self.unit is None else self.unit

    def row(self, number: int) -> dict[str, str]:
        """Return the record of LB."""
        value = self.result if self.result.replace(".", "", 1).isdigit() else ""
        original = {"LBORRES": self.result, "LBORRESU": self.unit_text, "LBORNRLO": self.low, "LBORNRHI": self.high}
        standard = {"LBSTRESC": self.result, "LBSTRESN": value, "LBSTRESU": self.unit_text, "LBSTNRLO": self.low,
                    "LBSTNRHI": self.high}  # fmt: skip
        day = (FIRST + timedelta(days=self.offset)).isoformat()
        return {"USUBJID": self.subject, "LBSEQ": str(number), "LBTESTCD": self.test, "LBSPEC": self.specimen,
                "LBNAM": self.laboratory, **original, **standard, "VISITNUM": "", "VISIT": self.visit,
                "LBDTC": day}  # fmt: skip


@dataclass(frozen=True)
class LabStudy:
    """A study: arm by subject, records, visits (name, study day, window), last day on study by subject (offset)."""

    arms: Mapping[str, str]
    labs: Sequence[Lab]
    visits: Sequence[tuple[str, int, int]] = ()
    ends: Mapping[str, int] = field(default_factory=dict)
    ctcae: str = "5.0"
    lab: str = ""
    order: Sequence[str] = ()

    def end(self, subject: str) -> int:
        """Return the last day on study."""
        return self.ends.get(subject, 200)


def opened(study: LabStudy, folder: Path, level: Level = Level.NAMED) -> Session:
    """Lock a study and open it at a level."""
    return locked_once(study, lambda: write(study, folder), folder).session(level, folder / "state")


def write(study: LabStudy, folder: Path) -> tuple[Path, Path]:
    """Write a study as CSV files and a study file into a folder; return source folder and study file."""
    source, file = folder / "source", folder / "study.toml"
    source.mkdir(parents=True)
    dm = [
        {"USUBJID": who, "ARM": arm, "ACTARM": arm, "RFSTDTC": FIRST.isoformat(),
         "RFPENDTC": (FIRST + timedelta(days=study.end(who))).isoformat()}
        for who, arm in study.arms.items()
    ]  # fmt: skip
    ex = [{"USUBJID": who, "EXTRT": "Qdrug", "EXDOSE": "1", "EXSTDTC": FIRST.isoformat(),
           "EXENDTC": FIRST.isoformat()} for who in study.arms]  # fmt: skip
    ae = [{"USUBJID": who, "AEDECOD": "Headache", "AESTDTC": "2020-03-05"} for who in list(study.arms)[:1]]
    lb = [lab.row(number) for number, lab in enumerate(study.labs, start=1)]
    for name, rows, columns in (("dm", dm, dm[0]), ("ex", ex, ex[0]), ("ae", ae, ae[0]), ("lb", lb, COLUMNS)):
        with (source / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(columns))
            writer.writeheader()
            writer.writerows(rows)
    visits = ", ".join(f'{{ name = "{name}", day = {day}, window = {window} }}' for name, day, window in study.visits)
    order = ", ".join(f'"{arm}"' for arm in (study.order or sorted(set(study.arms.values()))))
    text = STUDY.format(order=order, visits=visits, ctcae=study.ctcae, lab=study.lab)
    file.write_text(text, encoding="utf-8")
    return source, file


def cells(session: Session, exhibit: str, arm: str = "Total") -> dict[tuple[str, str], float | None]:
    """Return the values of an exhibit's column by (row, statistic)."""
    return {
        (row.path, column.stat.value): cell.value
        for row, column, cell in session.table(exhibit).walk()
        if column.arm == arm and not column.arm_ref
    }


def notes(session: Session, exhibit: str) -> str:
    """Return the footnotes of an exhibit as one text."""
    return "\n".join(session.table(exhibit).footnotes)
