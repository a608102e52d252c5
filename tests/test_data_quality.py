"""Findings of data quality against plain readings of the raw files: counts, records, and footnotes that say them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache

import pyreadstat
import pytest

from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.session import Session
from tests.demo_trial import CUTOFF, VISITS, known, read, treated
from tests.locked import Locked
from tests.shared_data import CDISC_PILOT

WINDOWS = {"Screening": 13, "Day 1": 0, "Week 16": 5, "Week 20": 5, "Week 24": 5}
PANELS = {
    "Liver tests": ("ALT", "AST", "ALP", "BILI"),
    "Blood count": ("WBC", "NEUT", "LYM", "HGB", "PLAT"),
    "Creatinine": ("CREAT",),
}
N, EVENTS = Column("Total", Stat.N), Column("Total", Stat.EVENTS)


def counted(session: Session, *key: str, column: Column = N) -> float:
    cell = session.table("T07").cell(key, column)
    assert cell is not None, key
    return cell.value or 0.0


def raw(name: str) -> list[dict[str, object]]:
    frame, _ = pyreadstat.read_xport(CDISC_PILOT / f"{name}.xpt")
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def due_at(visit: str) -> dict[str, tuple[date, date]]:
    """Return who of the demo is expected at a visit, with the first and last date of its window."""
    found = {}
    for name, person in treated().items():
        first = date.fromisoformat(str(person["RFXSTDTC"])[:10])
        end = min(str(person["RFPENDTC"])[:10], CUTOFF["current"])
        day = VISITS[visit]
        middle = first + timedelta(days=day - 1 if day > 0 else day)
        room = timedelta(days=WINDOWS.get(visit, 3))
        if date.fromisoformat(end) >= middle + room:
            found[name] = (middle - room, middle + room)
    return found


@cache
def values() -> dict[str, list[tuple[str, str]]]:
    """Return, by subject of the demo, the date and test of each laboratory value."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for r in read("lb"):
        if known(r["LBSTRESN"]):
            found[r["USUBJID"]].append((r["LBDTC"][:10], r["LBTESTCD"]))
    return found


def present_at(name: str, opens: date, closes: date) -> set[str]:
    return {test for day, test in values()[name] if opens.isoformat() <= day <= closes.isoformat()}


def test_that_missing_labs_and_visits_of_the_demo_are_those_of_the_raw_files(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    table = session.table("T07")
    for visit in VISITS:
        due = due_at(visit)
        for panel, tests in PANELS.items():
            at = ("Labs missing", panel, visit)
            missing = {name for name, window in due.items() if not present_at(name, *window).issuperset(tests)}
            assert counted(session, *at) == len(missing)
            assert table.cell(at, Column("Total", Stat.DENOMINATOR)).value == len(due)
        present = {
            r["USUBJID"]
            for r in read("sv")
            if r["USUBJID"] in due
            and due[r["USUBJID"]][0] <= date.fromisoformat(r["SVSTDTC"][:10]) <= due[r["USUBJID"]][1]
        }
        assert counted(session, "Visit missing", visit) == len(due.keys() - present)
    missing = {name for name, window in due_at("Week 8").items() if "CREAT" not in present_at(name, *window)}
    assert set(session.drill("T07", ("Labs missing", "Creatinine", "Week 8"), N).subjects.subjects) == missing != set()


def test_that_the_pilots_conflicts_of_seriousness_are_listed_record_by_record(pilot: Locked) -> None:
    session = pilot.opened(Level.NAMED)
    people = {r["USUBJID"] for r in raw("ex")}
    criteria = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE")
    expected: dict[str, set[tuple[str, str]]] = {"without": set(), "although": set()}
    for r in raw("ae"):
        grounds = any(r.get(name) == "Y" for name in criteria) or r.get("AEOUT") == "FATAL"
        if r["USUBJID"] in people and grounds != (r["AESER"] == "Y"):
            expected["although" if grounds else "without"].add((str(r["USUBJID"]), f"{r['AESEQ']:g}"))
    assert len(expected["although"]) + len(expected["without"]) >= 33
    for word, records in expected.items():
        row = next(row for row in session.table("T07").rows if row.key[0] == "Seriousness" and word in row.key[1])
        listed = session.drill("T07", row.key, EVENTS).records
        sequence = listed.headers.index("Sequence") if records else 0
        assert {(subject, r[sequence]) for subject, r in zip(listed.subjects, listed.rows, strict=True)} == records
        assert counted(session, *row.key, column=EVENTS) == len(records)


def test_that_repeated_vital_signs_and_events_of_the_pilot_are_those_of_the_raw_files(pilot: Locked) -> None:
    session = pilot.opened(Level.POOLED)
    people = {r["USUBJID"] for r in raw("ex")}
    keys = Counter(
        tuple(r[name] for name in ("USUBJID", "VSTESTCD", "VSDTC", "VISITNUM", "VSPOS", "VSTPT", "VSTPTNUM"))
        if known(r["VSTPTNUM"]) else tuple(r[n] for n in ("USUBJID", "VSTESTCD", "VSDTC", "VISITNUM", "VSPOS", "VSTPT"))
        for r in raw("vs") if r["USUBJID"] in people and known(r["VSSTRESN"])
    )  # fmt: skip
    at = ("Vital signs", "duplicate: same subject, test and time")
    assert counted(session, *at, column=EVENTS) == sum(n - 1 for n in keys.values())
    events = Counter(
        (r["USUBJID"], str(r["AETERM"]).strip().lower(), r["AESTDTC"])
        for r in raw("ae") if r["USUBJID"] in people and r["AESTDTC"]
    )  # fmt: skip
    at = ("Duplicate", "same subject, term and start")
    assert counted(session, *at, column=EVENTS) == sum(n - 1 for n in events.values()) > 0


FOOTNOTES = {
    r"In (\d+) emergent record\(s\) a criterion": ("Treatment-emergent", "AESER and criteria disagree"),
    r"AEREL is blank in (\d+) emergent": ("Treatment-emergent", "AEREL blank"),
    r"to the first dose where that lies within \((\d+) record": ("Treatment-emergent", "start known to month or year"),
    r"from its first day \((\d+) record": ("Treatment-emergent", "start known to month or year"),
    r"a missing start counts as emergent \((\d+) record": ("Treatment-emergent", "no start date"),
    r"^(\d+) record\(s\) that begin after the data cut-off": ("Start after the data cut-off",),
    r"^(\d+) record\(s\) that began before the first dose": (
        "Treatment-emergent", "began before the first dose and worsened",
    ),
    r"query: (\d+) record\(s\) of grade 5": ("Grade 5 and outcome not fatal",),
    r"not FATAL, (\d+) record\(s\) with outcome": ("Outcome fatal and grade not 5",),
}  # fmt: skip
OF_T16 = {
    r"^(\d+) post-baseline record\(s\) have no upper limit": "no upper limit",
    r"^(\d+) post-baseline record\(s\) are in a unit": "unit not known",
    r"^(\d+) post-baseline record\(s\) are bounds": "bound",
    r"^(\d+) post-baseline record\(s\) of these may lie": "bound, on either side of a criterion",
    r"^(\d+) post-baseline record\(s\) are of unscheduled": "unscheduled visit",
    r"^(\d+) post-baseline record\(s\) repeat": "repeated at a visit",
}


@pytest.mark.parametrize("level", [Level.POOLED, Level.NAMED])
@pytest.mark.parametrize("trial", ["demo", "pilot"])
def test_that_every_count_of_a_footnote_opens_as_many_records(
    request: pytest.FixtureRequest, trial: str, level: Level
) -> None:
    session = request.getfixturevalue(trial).opened(level)
    met = set()
    for number in ("T08", "T09", "T10", "T11", "T16"):
        rules = {**FOOTNOTES, **({k: ("Laboratory", v) for k, v in OF_T16.items()} if number == "T16" else {})}
        for note in session.table(number).footnotes:
            for pattern, key in rules.items():
                found = re.search(pattern, note)
                if found:
                    met.add(key)
                    assert counted(session, *key, column=EVENTS) == int(found[1]), (number, note)
                    assert len(session.drill("T07", key, EVENTS).records.rows) == int(found[1])
    assert len(met) >= 6


def test_that_each_finding_opens_its_own_subjects_and_records(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    table = session.table("T07")
    for row in table.rows:
        for arm in (*session.arms, "Total"):
            drill = session.drill("T07", row.key, Column(arm, Stat.N))
            assert len(drill.subjects.rows) == table.cell(row.key, Column(arm, Stat.N)).value
            events = table.cell(row.key, Column(arm, Stat.EVENTS))
            if events is not None:
                assert len(drill.records.rows) == events.value, row
