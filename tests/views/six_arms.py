"""A made-up study of six arms, one of them without an event, for plots that must draw any number of arms."""

from __future__ import annotations

import csv
import itertools
import random
from datetime import date, timedelta
from pathlib import Path

from tests.locked import Locked, lock_for_test

ARMS = ("Qarm 1", "Qarm 2", "Qarm 3", "Placebo", "Qarm 5", "Qarm 6")
CODES = (
    ("Cardiac disorders", "Palpitations"),
    ("Cardiac disorders", "Bradycardia"),
    ("Nervous system disorders", "Headache"),
    ("Nervous system disorders", "Dizziness"),
    ("Eye disorders", "Dry eye"),
)
STUDY = """
[study]
id = "SIX-ARMS"
title = "A made-up study of six arms"
cutoff = 2020-06-30
synthetic = true
[arms]
source = "actual"
reference = "Placebo"
order = ["Qarm 1", "Qarm 2", "Qarm 3", "Placebo", "Qarm 5", "Qarm 6"]
[ae]
grading = "AETOXGR"
[open]
safety = true
patients = true
"""
QUIET = ARMS[4]
"""The arm in which nothing ever happens."""
_START = date(2020, 3, 1)


def _events(name: str, chance: random.Random, often: float) -> list[dict[str, str]]:
    found = []
    for number in range(chance.choices((0, 1, 2, 4), weights=(1 - often, often, often, often / 2))[0]):
        soc, pt = chance.choice(CODES)
        begun = _START + timedelta(days=chance.randrange(0, 90))
        record = {"USUBJID": name, "AESEQ": str(number + 1), "AETERM": pt, "AEDECOD": pt, "AEBODSYS": soc, "AESOC": soc}
        record |= {"AESTDTC": begun.isoformat(), "AEENDTC": "", "AESER": "N", "AESEV": "MILD"}
        record |= {"AETOXGR": chance.choice(["1", "1", "2", "2", "3", "4", ""]), "AEREL": "", "AEACN": "", "AEOUT": ""}
        found.append(record | dict.fromkeys(("AESDTH", "AESLIFE", "AESHOSP", "AESMIE"), "N"))
    return found


LABS = {"ALT": (40, "U/L"), "AST": (40, "U/L"), "BILI": (20, "umol/L"), "ALP": (120, "U/L"), "PLAT": (400, "10^9/L")}
"""Tests with their upper limits of normal and units."""
VISITS = (-1, 15, 29, 57, 85)


def _labs(name: str, chance: random.Random) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for (test, (high, unit)), day in itertools.product(LABS.items(), VISITS):
        if chance.random() < 0.1:
            continue
        value = f"{high * chance.lognormvariate(-0.7, 0.7):.1f}"
        taken = _START + timedelta(days=day - 1 if day > 0 else day)
        record = {"USUBJID": name, "LBSEQ": str(len(found) + 1), "LBTESTCD": test, "LBTEST": test, "LBSPEC": "BLOOD"}
        record |= {"LBORRES": value, "LBORRESU": unit, "LBSTRESC": value, "LBSTRESN": value, "LBSTRESU": unit}
        record |= dict.fromkeys(("LBORNRLO", "LBSTNRLO"), str(high / 8)) | dict.fromkeys(
            ("LBORNRHI", "LBSTNRHI"), str(high)
        )
        record |= {"LBDTC": taken.isoformat(), "VISIT": f"Day {day}" if day > 0 else "Screening"}
        found.append(record | {"LBBLFL": "Y" if day < 0 else ""})
    return found


def locked(folder: Path, *, each: int = 12, labs: bool = False) -> Locked:
    """Lock the study, with so many subjects an arm and later arms with more events, into a folder.

    ``labs``: with laboratory data too, of which a tenth is missing.
    """
    chance = random.Random(6)
    data: dict[str, list[dict[str, str]]] = {name: [] for name in ("dm", "ex", "ae", "ds")}
    for place, arm in enumerate(ARMS):
        for number in range(each):
            name = f"SIX-{place * each + number:03d}"
            start, end = _START.isoformat(), (_START + timedelta(days=100)).isoformat()
            dm = {"USUBJID": name, "ARM": arm, "ACTARM": arm, "RFSTDTC": start, "RFENDTC": end, "RFPENDTC": end}
            data["dm"].append(dm)
            data["ex"].append({"USUBJID": name, "EXTRT": "Qdrug", "EXDOSE": "1", "EXSTDTC": start, "EXENDTC": end})
            data["ds"].append({"USUBJID": name, "DSCAT": "DISPOSITION EVENT", "DSDECOD": "COMPLETED", "DSSTDTC": end})
            data["ae"] += _events(name, chance, 0.0 if arm == QUIET else 0.25 + 0.1 * place)
    if labs:
        data["lb"] = [record for dm in data["dm"] for record in _labs(dm["USUBJID"], chance)]
    source, file = folder / "source", folder / "study.toml"
    source.mkdir(parents=True)
    file.write_text(STUDY, encoding="utf-8")
    for name, rows in data.items():
        with (source / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return lock_for_test(source, file, folder)
