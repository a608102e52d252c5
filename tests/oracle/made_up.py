"""Small made-up studies with every untidiness that real dates, doses and codes have, as strategies and as files."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.oracle.reading import Data, Record

CUTOFF = date(2020, 6, 30)
ARM_TEXTS = ("Qarm 1", "Qarm 2", "Qarm 3", "Placebo", "Qarm 5", "Qarm 6")
CODES = (
    ("Cardiac disorders", "Palpitations"),
    ("Cardiac disorders", "Bradycardia"),
    ("Nervous system disorders", "Headache"),
    ("Nervous system disorders", ""),
    ("", "Headache"),
    ("", ""),
)
TERM_CODES = {"Palpitations": "10000001", "Bradycardia": "10000002", "Headache": "10000003", "": ""}
BASKET = """
title = "Odd list"
meddra = "1.0"
terms = ["PALPITATIONS", 10000002, "Never seen"]
broad = ["Headache"]
scope = "{scope}"
"""
HOLD_BACK = ("[]", "[]", '["headache"]', '["basket:odd-list"]')
INITIAL = ("", "", "AEITOXGR", "AESEVINI", "AEISEV")
"""The column of initial intensity that a study has, if it has one."""

ACTIONS = ("DRUG WITHDRAWN", "DRUG INTERRUPTED", "DOSE REDUCED", "DOSE INCREASED", "Not applicable", "SEEN TO")
AMOUNTS = (("PLACEBO", "0"), ("Qdrug", "2.5"), ("Qdrug", "1"), ("Qdrug", "0"), ("Qdrug", ""))

STUDY = """
[study]
id = "MADE-UP"
title = "A made-up study"
cutoff = {cutoff}
synthetic = true
[arms]
source = "actual"
reference = "{reference}"
order = [{order}]
{labels}
[emergent]
days = {days}
[ae]
grading = "{grading}"
baskets = ["odd-list", "herpes-zoster"]
hold_back = {hold_back}
[open]
safety = true
patients = true
"""

some_days = st.dates(date(2020, 2, 25), date(2020, 7, 4)).map(date.isoformat)
# Few days and close together, so that equal days, and the days next to an edge, come often.
close_days = st.integers(-3, 6).map(lambda gap: (date(2020, 3, 1) + timedelta(days=gap)).isoformat())
days = st.one_of(close_days, some_days)
times = st.sampled_from(["", "", "T08:30", "T08", "T07:59:30", "T08:31", "T23:00:00"])
moments = st.builds(str.__add__, days, times)
odd_days = ["2020---03", "2020-UNK-03", "2020-03--"]
partial_days = st.sampled_from(
    ["2020-02", "2020-03", "2020-03", "2020-06", "2020-07", "2019", "2020", "2021", *odd_days]
)
unknown_days = st.sampled_from(["", "", "", "UNK", "--03-05", "-----"])


def mixed(*weighted: tuple[int, st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """Draw from strategies by weight."""
    return st.sampled_from([s for weight, s in weighted for _ in range(weight)]).flatmap(lambda s: s)


flags = st.sampled_from(["Y", "N", ""])


def edges(doses: Sequence[Record], days_after: int) -> st.SearchStrategy[str]:
    """Draw days on and beside every edge that can decide: first and last doses, the window's end, the cut-off."""
    found = {CUTOFF + timedelta(days=gap) for gap in (0, 1)}
    for record in doses:
        start, end = (
            date.fromisoformat(text[:10]) if len(text) >= 10 else None
            for text in (record["EXSTDTC"], record["EXENDTC"])
        )
        found |= {start + timedelta(days=gap) for gap in (-1, 0, days_after, days_after + 1) if start}
        found |= {end + timedelta(days=gap) for gap in (days_after, days_after + 1) if end}
    return st.builds(str.__add__, st.sampled_from(sorted(found)).map(date.isoformat), times)


@st.composite
def doses(draw: st.DrawFn, subject: str) -> list[Record]:
    """Draw the EX records of one subject: none, dosed, a placebo's zero, a missed dose, dates of every kind."""
    found = []
    for number in range(draw(st.sampled_from([0, 1, 1, 1, 2, 2, 3]))):
        start = draw(moments)
        end = draw(mixed((1, st.just("")), (4, moments)))
        if start[:10] > end[:10] and len(end) >= 10:
            end = start
        treatment, amount = draw(st.sampled_from(AMOUNTS))
        found.append({"USUBJID": subject, "EXSEQ": str(number + 1), "EXTRT": treatment, "EXDOSE": amount,
                      "EXSTDTC": start, "EXENDTC": end})  # fmt: skip
    return found


@st.composite
def events(draw: st.DrawFn, subject: str, near: st.SearchStrategy[str]) -> list[Record]:
    """Draw the AE records of one subject; many begin or end on the days of ``near``."""
    starts = mixed((5, near), (2, moments), (3, partial_days), (2, unknown_days))
    ends = mixed((2, near), (2, moments), (2, partial_days), (3, st.just("")))
    found = []
    for number in range(draw(st.sampled_from([0, 1, 3, 6]))):
        soc, pt = draw(st.sampled_from(CODES))
        record = {"USUBJID": subject, "AESEQ": str(number + 1), "AETERM": draw(st.sampled_from(["felt odd", "ache"]))}
        record |= {"AEDECOD": pt, "AEBODSYS": draw(st.sampled_from([soc, soc, "Eye disorders", ""])), "AESOC": soc}
        record |= {"AESTDTC": draw(starts), "AEENDTC": draw(ends)}
        record |= {name: draw(flags) for name in ("AESER", "AESDTH", "AESLIFE", "AESHOSP", "AESMIE")}
        record["AESEV"] = draw(st.sampled_from(["MILD", "MODERATE", "SEVERE", ""]))
        record["AETOXGR"] = draw(st.sampled_from(["1", "2", "3", "4", "5", "", "", "GRADE 3"]))
        record["AEPTCD"] = draw(st.sampled_from([TERM_CODES[pt], TERM_CODES[pt], ""]))
        record["AEITOXGR"] = draw(st.sampled_from(["1", "2", "3", "", "GRADE 1"]))
        record["AESEVINI"] = record["AEISEV"] = draw(st.sampled_from(["MILD", "MODERATE", "SEVERE", ""]))
        record["AEREL"] = draw(st.sampled_from(["RELATED", "NOT RELATED", "", "POSSIBLY RELATED"]))
        record["AEACN"] = draw(st.sampled_from([*ACTIONS, ""]))
        record["AEOUT"] = draw(st.sampled_from(["FATAL", "Recovered/Resolved", "UNKNOWN", "", ""]))
        found.append(record)
    return found


@st.composite
def subjects(draw: st.DrawFn, number: int, arms: Sequence[str], days_after: int) -> dict[str, list[Record]]:
    """Draw one subject with everything that belongs to it."""
    name = f"MU-{number:03d}"
    arm = draw(st.sampled_from([*arms, *arms, *arms, "Screen Failure"]))
    screened_only = arm == "Screen Failure"
    actual = arm if screened_only else draw(st.sampled_from([arm, arm, arm, "", *arms]))
    late = st.dates(date(2020, 2, 27), date(2020, 7, 20)).map(date.isoformat)
    dm = {"USUBJID": name, "ARM": arm, "ACTARM": actual, "RFSTDTC": draw(mixed((3, days), (1, st.just(""))))}
    dm["RFENDTC"] = draw(mixed((3, late), (1, st.just("")), (1, partial_days)))
    dm["RFPENDTC"] = draw(mixed((4, late), (3, st.just("")), (1, partial_days)))
    dm["DTHDTC"] = draw(mixed((1, late), (8, st.just(""))))
    dm["DTHFL"] = draw(mixed((1, st.just("Y")), (6, st.just(""))))
    dd = [{"USUBJID": name, "DDTESTCD": "PRCDTH", "DDDTC": draw(late)}] if draw(st.integers(0, 9)) == 0 else []
    ds = [{"USUBJID": name, "DSCAT": "PROTOCOL MILESTONE", "DSDECOD": "RANDOMIZED", "DSSTDTC": "2020-02-20"}]
    # Whether a disposition event after the cut-off hides an earlier one is not settled, so none of several lies there,
    # and none can: the last possible day of a partial date is in the past.
    known = st.dates(date(2020, 2, 27), CUTOFF).map(date.isoformat)
    alone = mixed((4, late), (1, st.sampled_from(["2020-02", "2020-03", "2020-06"])))
    dates = draw(st.one_of(st.just(()), st.tuples(alone), st.tuples(known, known)))
    for day in dates:
        reason = draw(st.sampled_from(["COMPLETED", "ADVERSE EVENT", "DEATH"]))
        ds.append({"USUBJID": name, "DSCAT": "DISPOSITION EVENT", "DSDECOD": reason, "DSSTDTC": day})
    sv = [{"USUBJID": name, "SVSTDTC": draw(moments)} for _ in range(draw(st.integers(0, 1)))]
    ex = [] if screened_only else draw(doses(name))
    return {"DM": [dm], "EX": ex, "AE": draw(events(name, edges(ex, days_after))), "DS": ds, "SV": sv, "DD": dd}


@st.composite
def studies(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a study: its data, and the words of its study file."""
    arms = draw(st.lists(st.sampled_from(ARM_TEXTS), min_size=2, max_size=6, unique=True))
    # The last arm may be planned and have nobody.
    inhabited = arms if draw(st.booleans()) else arms[:-1]
    days_after = draw(st.sampled_from([0, 5, 30]))
    everybody = [draw(subjects(number, inhabited, days_after)) for number in range(draw(st.integers(1, 7)))]
    data = {name: [row for one in everybody for row in one[name]] for name in HEADERS}
    blank = [name for name in ("AETOXGR", "AEACN") if draw(st.integers(0, 3)) == 0]
    initial = draw(st.sampled_from(INITIAL))
    for record in data["AE"]:
        record.update(dict.fromkeys([*blank, *(name for name in INITIAL if name and name != initial)], ""))
    order = ["Control" if arm == "Placebo" else arm for arm in arms]
    reference, grading = draw(st.sampled_from(["", *order])), draw(st.sampled_from(["AETOXGR", "AESEV"]))
    scope, hold_back = draw(st.sampled_from(["narrow", "broad"])), draw(st.sampled_from(HOLD_BACK))
    said = {"reference": reference, "days": days_after, "grading": grading, "scope": scope, "hold_back": hold_back}
    return {"data": data, "order": order, **said}


HEADERS = {
    "DM": "USUBJID ARM ACTARM RFSTDTC RFENDTC RFPENDTC DTHDTC DTHFL SEX AGE AGEU SITEID",
    "EX": "USUBJID EXSEQ EXTRT EXDOSE EXSTDTC EXENDTC",
    "AE": "USUBJID AESEQ AETERM AEDECOD AEBODSYS AESOC AESTDTC AEENDTC AESER AESDTH AESLIFE AESHOSP AESMIE AESEV "
    "AETOXGR AEREL AEACN AEOUT AEPTCD AEITOXGR AESEVINI AEISEV",
    "DS": "USUBJID DSCAT DSDECOD DSSTDTC",
    "SV": "USUBJID SVSTDTC",
    "DD": "USUBJID DDTESTCD DDDTC",
}


def write(folder: Path, study: dict[str, Any]) -> tuple[Path, Path]:
    """Write a drawn study as CSV files and a study file into a folder; return source folder and study file."""
    source, file = folder / "source", folder / "study.toml"
    source.mkdir(parents=True)
    data: Data = study["data"]
    for name, header in HEADERS.items():
        with (source / f"{name.lower()}.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, header.split())
            writer.writeheader()
            writer.writerows(data[name])
    labels = 'labels = { "Placebo" = "Control" }' if "Control" in study["order"] else ""
    words = {**study, "labels": labels, "cutoff": CUTOFF, "order": ", ".join(f'"{arm}"' for arm in study["order"])}
    (folder / "odd-list.toml").write_text(BASKET.format(scope=study["scope"]), encoding="utf-8")
    file.write_text(STUDY.format(**words), encoding="utf-8")
    return source, file
