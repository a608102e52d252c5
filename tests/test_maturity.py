"""What the numbers rest on: shares of expected labs by arm, thresholds, last contact; the same words in packs."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dsmb_app.model.maturity import Maturity, Share
from dsmb_app.model.result import Column, Stamp
from dsmb_app.model.words import Level, Stat
from dsmb_app.packs.meeting_pack import meeting_pack
from tests.demo_trial import IL2, treated
from tests.lab_study import Lab, LabStudy, opened
from tests.locked import Locked, lock_for_test
from tests.missing_labs import without_a_fifth
from tests.test_data_quality import PANELS, due_at, present_at


@pytest.fixture(scope="module")
def thinned(demo: Locked, tmp_path_factory: pytest.TempPathFactory) -> Locked:
    """Return the demo after every fifth draw of one arm was taken away."""
    folder = tmp_path_factory.mktemp("thinned")
    return lock_for_test(without_a_fifth(demo.source, folder / "source"), demo.study, folder)


def made(shares: dict[str, tuple[int, int]]) -> Maturity:
    some, none = {name: Share(*pair) for name, pair in shares.items()}, dict.fromkeys(shares, 0)
    return Maturity(tuple(shares), none, dict.fromkeys(shares, 0.0), {"Liver tests": some}, none, none, none)


def test_that_the_thresholds_are_below_ninety_percent_and_more_than_ten_points() -> None:
    fine = {"A": (90, 100), "B": (100, 100), "Total": (190, 200)}
    assert made(fine).warning("Liver tests") == ""
    assert made({**fine, "A": (899, 1000)}).warning("Liver tests") == "below 90%, arms over 10 points apart"
    assert made({"Total": (89, 100)}).warning("Liver tests") == "below 90%"
    assert made({"A": (0, 0), "B": (95, 100), "Total": (95, 100)}).warning("Liver tests") == ""


def test_that_in_brief_the_arms_are_named_once_and_shares_with_one_warning_stand_together() -> None:
    labs = {"A": Share(9, 10), "B": Share(7, 10), "Total": Share(16, 20)}
    visits = {"A": Share(10, 10), "B": Share(19, 20), "Total": Share(29, 30)}
    none = {"A": 0, "B": 0, "Total": 0}
    years = {"A": 1.0, "B": 2.0, "Total": 3.0}
    found = Maturity(tuple(none), none, years, {"Liver tests": labs, "Visits": visits, "Urine": labs}, none, none, none)
    assert [words for words, _ in found.brief()] == [
        "Liver tests 80.0% (A 90.0%, B 70.0%), Urine 80.0% (90.0, 70.0) - CHECK: below 90%, arms over 10 points apart",
        "3.0 patient-years (1.0, 2.0)",
        "Visits 96.7% (100.0, 95.0)",
        "0 record(s) set aside after the cut-off",
        "last contact overdue in 0 of 0 on study",
    ]
    assert found.brief(("Visits",))[0] == ("3.0 patient-years (A 1.0, B 2.0)", "")


def test_that_the_demos_shares_are_those_of_the_raw_files_by_arm(demo: Locked) -> None:
    found = demo.opened(Level.NAMED).maturity()
    arm = {name: "hrIL-2" if person["ACTARM"] == IL2 else "Placebo" for name, person in treated().items()}
    counts = {column: [0, 0] for column in found.columns}
    for visit in ("Screening", "Day 1", *(f"Week {w}" for w in (2, 4, 6, 8, 10, 12, 16, 20, 24))):
        for name, (opens, closes) in due_at(visit).items():
            have = present_at(name, opens, closes)
            for column in (arm[name], "Total"):
                counts[column][0] += have.issuperset(PANELS["Liver tests"])
                counts[column][1] += 1
    assert {c: [s.n, s.of] for c, s in found.present["Liver tests"].items()} == counts
    assert found.set_aside["Total"] == 1
    assert not any(found.warning(name) for name in found.present)


def test_that_a_fifth_of_one_arms_labs_taken_away_is_a_warning(thinned: Locked, state: Path) -> None:
    named = thinned.session(Level.NAMED, state).maturity()
    for panel in ("Liver tests", "Blood count"):
        assert named.warning(panel) == "below 90%, arms over 10 points apart"
        lost = named.present[panel]["hrIL-2"].percent or 0
        assert lost < 80
        assert (named.present[panel]["Placebo"].percent or 0) > 90
        assert f"hrIL-2 {lost:.1f}%" in named.words_of(panel)
        assert "CHECK" in named.line()
    assert named.warning("Visits") == ""
    pooled = thinned.session(Level.POOLED, state).maturity()
    assert pooled.columns == ("Total",)
    assert pooled.warning("Liver tests") == "below 90%"
    assert "hrIL-2" not in pooled.line()
    assert "Placebo" not in pooled.line()


@pytest.mark.parametrize("level", list(Level))
def test_that_every_sheet_of_a_pack_has_the_words_of_its_level(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    pack = meeting_pack(session, Stamp("id", "0" * 64, "2020-01-01", "head"))
    line = session.maturity().line()
    book = load_workbook(io.BytesIO(pack), read_only=True)
    for sheet in book:
        head = [str(row[0]) for row in sheet.iter_rows(max_row=7, max_col=1, values_only=True)]
        assert line in head, sheet.title
    assert ("Placebo" in line) == (level is Level.NAMED)


@pytest.mark.parametrize(("day", "late"), [(280, {"S1"}), (281, set()), (285, set())])
def test_that_contact_is_overdue_over_14_days_after_a_missed_window_as_far_as_whole_weeks_tell(
    tmp_path: Path, day: int, late: set[str]
) -> None:
    # The cut-off is 305 days after the first dose, and 273, in whole weeks, after S1's last record: 301. The window of
    # day 280 closes 15 days before that, the one of day 281 14 days.
    opens = day - 1 - 7
    last = {"S1": 28, "S2": opens, "S3": 28, "S4": 28}
    study = LabStudy(
        arms={"S1": "X", "S2": "Y", "S3": "X", "S4": "Y"},
        labs=[Lab(who, "ALT", "20", offset, "5", "40") for who, offset in last.items()],
        visits=[("Week 4", 29, 3), ("Late", day, 7)],
        ends={"S1": 400, "S2": 400, "S3": 200, "S4": 305},
    )
    session = opened(study, tmp_path)
    found = session.maturity()
    assert found.on_study["Total"] == 2
    assert found.overdue is not None
    assert found.overdue["Total"] == len(late)
    row = next(row for row in session.table("T07").rows if row.key[0] == "Last contact")
    assert set(session.drill("T07", row.key, Column("Total", Stat.N)).subjects.subjects) == late
