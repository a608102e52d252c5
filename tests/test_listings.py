"""Listings against plain readings, at every level; sorting and searching of many rows."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.sheet import Sheet, column_of
from dsmb_app.model.words import Level
from tests.demo_trial import CUTOFF, read, treated
from tests.locked import Locked, lock_for_test
from tests.shared_data import CDISC_PILOT


def test_that_serious_events_of_the_demo_are_those_of_the_raw_file(demo: Locked) -> None:
    people = treated()
    expected = {
        (r["USUBJID"], r["AEDECOD"])
        for r in read("ae")
        if r["USUBJID"] in people and r["AESER"] == "Y" and r["AESTDTC"] <= CUTOFF["current"]
    }
    listed = demo.opened(Level.NAMED).sheet("L1").listing
    term = listed.headers.index("Preferred term")
    assert {(row[0], row[term]) for row in listed.rows} == expected


def test_that_deaths_of_the_pilot_name_their_sources(pilot: Locked) -> None:
    import pyreadstat

    dm, _ = pyreadstat.read_xport(CDISC_PILOT / "dm.xpt")
    ex, _ = pyreadstat.read_xport(CDISC_PILOT / "ex.xpt")
    dead = set(dm.loc[(dm["DTHFL"] == "Y") & dm["USUBJID"].isin(ex["USUBJID"]), "USUBJID"])
    listed = pilot.opened(Level.MASKED).sheet("L2").listing
    assert set(listed.subjects) == dead
    assert len(listed.rows) == len(dead)
    assert all(row[listed.headers.index("DM")] == "yes" for row in listed.rows)


def test_that_cytopenias_of_grade_3_or_4_are_the_subjects_of_the_tables_of_grades(demo: Locked) -> None:
    lowest: dict[str, float] = {}
    first = {name: str(person["RFXSTDTC"])[:10] for name, person in treated().items()}
    for r in read("lb"):
        who = r["USUBJID"]
        if who in first and r["LBTESTCD"] == "LYM" and r["LBDTC"][:10] > first[who] and r["LBSTRESN"] < 0.5:
            lowest[who] = min(lowest.get(who, 9), r["LBSTRESN"])
    listed = demo.opened(Level.NAMED).sheet("L5").listing
    value, test = (listed.headers.index(name) for name in ("Value", "Test"))
    found = {row[0]: float(row[value]) for row in listed.rows if row[test] == "LYM" and "low" in row[2]}
    assert found == {who: round(at, 2) for who, at in lowest.items()}


def test_that_open_listings_have_no_arm_and_no_original_id(demo: Locked) -> None:
    session = demo.opened(Level.POOLED)
    for number in session.listings():
        listed = session.sheet(number).listing
        assert "Arm" not in listed.headers
        assert all(subject.startswith("S-") for subject in listed.subjects), number
    closed = demo.opened(Level.MASKED)
    assert {row[1] for row in closed.sheet("AE").listing.rows} <= {"A", "B", "(no arm)"}


def test_that_listings_are_closed_where_open_sessions_show_no_patients(
    demo: Locked, tmp_path: Path, state: Path
) -> None:
    study = tmp_path / "study.toml"
    study.write_text(re.sub("^patients = true", "patients = false", demo.study.read_text("utf-8"), flags=re.M), "utf-8")
    session = lock_for_test(demo.source, study, tmp_path).session(Level.POOLED, state)
    assert session.listings() == {}
    with pytest.raises(Refusal, match="patients"):
        session.sheet("L1")


def test_that_filters_narrow_listings_and_a_change_of_level_forgets_them(demo: Locked, state: Path) -> None:
    session = demo.session(Level.NAMED, state)
    whole = session.sheet("L1")
    assert session.sheet("L1") is whole
    session.choose(text="pneumonia")
    assert len(session.sheet("L1")) == 1 < len(whole)
    assert "pneumonia" in session.sheet("L1").title
    session.set_level(Level.POOLED)
    assert "Arm" not in session.sheet("L1").headers


def test_that_half_a_million_rows_are_searched_and_sorted_as_a_plain_sort_does() -> None:
    rng = np.random.default_rng(1)
    days, words = rng.integers(-9, 100, 500_000), np.array(["Fever", "headache", "", "Ünrest"])
    terms = words[rng.integers(0, 4, 500_000)].tolist()
    texts = ["" if day == 50 else str(day) for day in days.tolist()]
    sheet = Sheet("X", "x", (column_of("Term", terms), column_of("Day", texts)))
    kept = [i for i, term in enumerate(terms) if "ünr" in term.casefold() and "1" in texts[i]]
    assert sheet.rows("ÜNR 1").tolist() == kept
    by_size = sorted(kept, key=lambda i: int(texts[i]))
    assert sheet.rows("ünr 1", 1).tolist() == by_size
    falling = sorted(kept, key=lambda i: -int(texts[i]))
    assert sheet.rows("ünr 1", 1, falling=True).tolist() == falling
    assert [sheet.text(row, 1) for row in sheet.rows("", 1)[-3:]] == ["", "", ""]
