"""Laboratory tables on studies written out by hand: each rule changes a printed count, and no grade by guessing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from dsmb_app.model.words import Level, Stat
from tests.lab_study import Lab, LabStudy, cells, notes, opened

ARMS = {"S1": "Active", "S2": "Placebo"}
VALUES = {"low": ("4", "10"), "high": ("7", "40")}


def session_of(folder: Path, *labs: Lab, level: Level = Level.NAMED, **said: object):
    return opened(LabStudy(ARMS, labs, **said), folder, level)


def series(subject: str, test: str, low: str, high: str, *results: tuple[int, str]) -> list[Lab]:
    return [Lab(subject, test, result, offset, low, high) for offset, result in results]


def test_that_an_unchanged_high_value_is_no_improvement_on_the_scale_of_the_limits(tmp_path: Path) -> None:
    """ALT at 4 x ULN before and after: grade 2 on both axes; grade 0 by baseline stands in a block of its own."""
    session = session_of(tmp_path, *series("S1", "ALT", "7", "40", (-3, "160"), (8, "160"), (15, "120")))
    shift = cells(session, "K17")
    assert shift["ALT > high > baseline Grade 2 > worst Grade 2", "n"] == 1
    assert shift["ALT > high > baseline Grade 2 > worst Grade 0", "n"] == 0
    assert shift["ALT > high > New or worsened", "n"] == 0
    apart = cells(session, "K18")
    assert apart["ALT > high > Abnormal baseline > Grade 0 (x baseline)", "n"] == 1
    assert apart["ALT > high > Abnormal baseline > Grade 2 (x baseline)", "n"] == 0
    assert not [row for row, _ in shift if "x baseline" in row]


def test_that_version_4_has_no_grades_by_baseline(tmp_path: Path) -> None:
    labs = series("S1", "ALT", "7", "40", (-3, "160"), (8, "160"))
    session = session_of(tmp_path, *labs, ctcae="4.03")
    assert not [row for row, _ in cells(session, "K18") if "x baseline" in row]
    assert "CTCAE v4.03" in notes(session, "K17")


@pytest.mark.parametrize(
    ("unit", "grade", "known"), [("10^9/L", 3, 1), ("10^3/uL", 3, 1), ("furlongs", None, 0), ("", None, 0)]
)
def test_that_an_unreadable_unit_changes_a_count_and_no_grade(
    tmp_path: Path, unit: str, grade: int | None, known: int
) -> None:
    """Neutrophils of 0.9 are grade 3; in a unit that nobody knows they are counted, and not graded."""
    labs = [Lab("S1", "NEUT", "3", -3, "2", "7"), Lab("S1", "NEUT", "0.9", 8, "2", "7", unit=unit)]
    session = session_of(tmp_path, *labs)
    found = cells(session, "T16")
    reached = [g for g in range(1, 5) if found[f"NEUT > low > Grade {g}", "n"] == 1]
    assert reached == ([grade] if grade else [])
    assert found["NEUT > low > <1 x 10^9/L", "N"] == found["NEUT > low > Grade 3", "N"] == known
    assert ("1 post-baseline record(s) are in a unit that is not known" in notes(session, "T16")) is not known
    for exhibit in ("K17", "K19"):
        assert ("1 post-baseline record(s) are in a unit" in notes(session, exhibit)) is not bool(known)


def test_that_a_missing_upper_limit_changes_a_count_and_no_grade(tmp_path: Path) -> None:
    labs = [Lab("S1", "ALT", "400", 8, "", ""), *series("S2", "ALT", "7", "40", (8, "130"))]
    session = session_of(tmp_path, *labs)
    found = cells(session, "T16")
    assert (found["ALT > high > >3 x ULN", "n"], found["ALT > high > >3 x ULN", "N"]) == (1, 1)
    assert [found[f"ALT > high > Grade {g}", "n"] for g in range(1, 5)] == [0, 1, 0, 0]
    for exhibit in ("T16", "K17", "K18"):
        assert "1 post-baseline record(s) have no upper limit (ULN)" in notes(session, exhibit)


def test_that_a_missing_upper_limit_is_taken_from_the_subjects_latest_record_and_counted(tmp_path: Path) -> None:
    labs = [Lab("S1", "ALT", "400", 8, "", ""), *series("S1", "ALT", "7", "40", (-3, "30"))]
    session = session_of(tmp_path, *labs)
    assert cells(session, "T16")["ALT > high > >5 x ULN", "n"] == 1
    assert "taken from: same subject, laboratory and test: 1" in notes(session, "T16")
    assert "have no upper limit" not in notes(session, "T16")


def test_that_a_bound_counts_where_it_is_certain_and_is_said_to_be_one(tmp_path: Path) -> None:
    """<0.2 lymphocytes are certainly below 0.5 and grade 4; <0.6 says nothing of 0.5, and is at least grade 2."""
    before = [*series("S1", "LYM", "1", "4", (-3, "2")), *series("S2", "LYM", "1", "4", (-3, "2"))]
    after = [Lab("S1", "LYM", "<0.2", 8, "1", "4"), Lab("S2", "LYM", "<0.6", 8, "1", "4")]
    session = session_of(tmp_path, *before, *after)
    found, table = cells(session, "T16"), session.table("T16")
    assert found["LYM > low > <0.5 x 10^9/L", "n"] == 1
    assert found["LYM > low > <0.5 x 10^9/L", "N"] == 2
    assert [found[f"LYM > low > Grade {g}", "n"] for g in range(1, 5)] == [0, 1, 0, 1]
    said = {row.key[-1]: cell.note for row, column, cell in table.walk()
            if row.key[:2] == ("LYM", "low") and column.stat is Stat.N and column.arm == "Total"}  # fmt: skip
    assert said["Grade 2"] == "at least: 1"
    assert said["Grade 4"] == ""  # there is no higher one
    assert "2 post-baseline record(s) are bounds" in notes(session, "T16")
    assert "1 post-baseline record(s) of these may lie on either side" in notes(session, "T16")


@pytest.mark.parametrize(("result", "n", "graded"), [(">120", 1, 1), (">=120", 0, 1), (">100", 0, 1),
                                                     ("<130", 0, 0),
                                                     ("<40", 0, 1), ("<=40", 0, 1), ("<41", 0, 0),
                                                     (">30", 0, 0)])  # fmt: skip
def test_that_a_bound_at_a_cut_point_counts_on_the_certain_side(
    tmp_path: Path, result: str, n: int, graded: int
) -> None:
    """Upper limit 40: >120 is above 3 x ULN, >=120 may be 120 itself, <130 may be anything below."""
    session = session_of(tmp_path, Lab("S1", "ALT", result, 8, "7", "40"))
    found = cells(session, "T16")
    assert (found["ALT > high > >3 x ULN", "n"], found["ALT > high > >3 x ULN", "N"]) == (n, 1)
    assert found["ALT > high > Grade 1", "N"] == graded


def test_that_limits_which_make_no_sense_are_not_used_and_counted(tmp_path: Path) -> None:
    labs = [Lab("S1", "ALT", "100", 8, "40", "7"), Lab("S2", "ALT", "100", 8, "7", "40")]
    session = session_of(tmp_path, *labs)
    assert cells(session, "T16")["ALT > high > Grade 1", "N"] == 1
    assert "whose limits make no sense (upper not above 0 or the lower), not used: 1" in notes(session, "T16")


def test_that_a_value_twenty_fold_off_is_a_finding_and_still_used(tmp_path: Path) -> None:
    usual = series("S2", "ALT", "7", "40", *((day, "20") for day in range(2, 12)))
    session = session_of(
        tmp_path, *usual, Lab("S1", "ALT", "401", 8, "7", "40"), Lab("S2", "ALT", "400", 20, "7", "40")
    )
    found = cells(session, "T16")
    assert (found["Finding > unit mismatch? > ALT", "n"], found["Finding > unit mismatch? > ALT", "N"]) == (1, 2)
    assert found["ALT > high > >5 x ULN", "n"] == 2


def test_that_urine_is_another_test(tmp_path: Path) -> None:
    labs = [Lab("S1", "WBC", "5", 8, "4", "10"), Lab("S1", "WBC", "0.5", 9, "0", "1", specimen="urine")]
    session = session_of(tmp_path, *labs)
    found = cells(session, "T16")
    assert found["WBC > low > Grade 4", "n"] == 0
    assert found["WBC (URINE) > low > below LLN", "N"] == 1
    shown = session.drill("T16", ("WBC", "low", "Grade 4"), next(iter(session.table("T16").columns)))
    assert shown.records.title.startswith("0 ")


def hys_law(folder: Path, alt: Sequence[tuple[int, str]], bili: Sequence[tuple[int, str]], alp: str = "100"):
    labs = [*series("S1", "ALT", "7", "40", *alt), *series("S1", "BILI", "3", "20", *bili)]
    if alp:
        labs += series("S1", "ALP", "40", "120", *((day, alp) for day, _ in bili))
    found = cells(session_of(folder, *labs), "K18")
    return {row.removeprefix("Potential Hy's law > ") for (row, stat), n in found.items()
            if row.startswith("Potential Hy's law") and stat == "n" and n == 1}  # fmt: skip


SCREEN, LATER, REVERSED = "Potential Hy's law", "later than 30 days", "reversed order, not counted"


@pytest.mark.parametrize(
    ("alt", "bili", "alp", "expected"),
    [
        ([(8, "120")], [(8, "40")], "100", {SCREEN, "ALP <2 x ULN: yes"}),
        ([(8, "119")], [(8, "40")], "100", set()),
        ([(8, "120")], [(8, "39")], "100", set()),
        ([(8, "120")], [(38, "40")], "100", {SCREEN, "ALP <2 x ULN: yes"}),
        ([(8, "120")], [(39, "40")], "100", {LATER}),
        ([(8, "120")], [(7, "40")], "100", {REVERSED}),
        ([(8, "120"), (3, "121")], [(7, "40")], "239", {SCREEN, "ALP <2 x ULN: yes"}),
        ([(8, "120")], [(9, "40")], "240", {SCREEN, "ALP <2 x ULN: no"}),
        ([(8, "120")], [(9, "40")], "", {SCREEN, "ALP <2 x ULN: unknown"}),
        ([(0, "120")], [(9, "40")], "100", set()),
    ],
)
def test_that_potential_hys_law_is_screened_by_order_gap_and_alp(
    tmp_path: Path, alt: list[tuple[int, str]], bili: list[tuple[int, str]], alp: str, expected: set[str]
) -> None:
    assert hys_law(tmp_path, alt, bili, alp) == expected


def test_that_r_is_that_of_the_day_of_the_highest_alt(tmp_path: Path) -> None:
    """S1: ALT 10, ALP 2 x ULN, R 5. S2: no ALP on the day of the highest ALT."""
    one = [*series("S1", "ALT", "7", "40", (8, "400"), (15, "200")), *series("S1", "ALP", "40", "120", (8, "240"))]
    other = [*series("S2", "ALT", "7", "40", (8, "160")), *series("S2", "ALP", "40", "120", (9, "100"))]
    found = cells(session_of(tmp_path, *one, *other), "K18")
    assert {row.split(" > ")[1]: n for (row, stat), n in found.items() if row.startswith("R at") and stat == "n"} == {
        "hepatocellular (R >=5)": 1, "mixed (R 2 to 5)": 0, "cholestatic (R <=2)": 0, "unknown (no ALP that day)": 1,
    }  # fmt: skip


def test_that_days_above_hold_until_the_next_value_and_are_closed(tmp_path: Path) -> None:
    """Above 3 x 40 from day 8 to the value of day 15, and on the last day 30: 7 + 1 days."""
    labs = series("S1", "ALT", "7", "40", (8, "130"), (15, "100"), (30, "121"))
    session = session_of(tmp_path, *labs)
    assert cells(session, "K18")["ALT or AST > days >3 x ULN", "median"] == 8
    session.set_level(Level.POOLED)
    assert not [row for row, _ in cells(session, "K18") if "days >" in row]


def test_that_a_nadir_has_its_first_day_and_recovery_is_back_at_the_grade_of_baseline(tmp_path: Path) -> None:
    one = series("S1", "PLAT", "150", "400", (-3, "200"), (8, "80"), (15, "70"), (22, "70"), (29, "150"))
    other = series("S2", "PLAT", "150", "400", (-3, "140"), (8, "99"), (15, "60"))
    session = session_of(tmp_path, *one, *other)
    found = {row: (found_n, size) for row, found_n, size in _shares(cells(session, "K19"), "PLAT > low > ")}
    assert found["<100 x 10^9/L"] == (2, 2)
    assert found["Grade 2"] == (2, 2)
    assert found["New or worsened"] == (2, 2)
    assert found["Recovered by last value"] == (1, 2)
    by_arm = {arm: cells(session, "K19", arm) for arm in ("Active", "Placebo")}
    nadir, day = "PLAT > low > Nadir (10^9/L)", "PLAT > low > Day of nadir"
    assert (by_arm["Active"][nadir, "median"], by_arm["Active"][day, "median"]) == (70, 16)
    assert by_arm["Placebo"][nadir, "min"] == 60
    session.set_level(Level.POOLED)
    assert not {stat for _, stat in cells(session, "K19")} & {"min", "max"}


def _shares(found: dict[tuple[str, str], float | None], start: str):
    for (row, stat), n in found.items():
        if row.startswith(start) and stat == "n" and (row, "N") in found:
            yield row.removeprefix(start), n, found[row, "N"]


def test_that_missing_labs_are_counted_among_those_still_on_study(tmp_path: Path) -> None:
    """Week 2 closes on day 18: S2 left on day 17 and is not expected; S1 has values from day 12 on."""
    visits = [("Week 2", 15, 3), ("Week 4", 29, 3)]
    labs = [Lab(who, test, "20", offset, "7", "40") for who, test, offset in (
        ("S1", "ALT", 11), ("S1", "BILI", 12), ("S1", "ALT", 28), ("S2", "ALT", 14), ("S2", "BILI", 14))]  # fmt: skip
    session = session_of(tmp_path, *labs, visits=visits, ends={"S1": 31, "S2": 16})
    for exhibit in ("T16", "K17", "K18"):
        found = {row: (n, size) for row, n, size in _shares(cells(session, exhibit), "Expected labs > Liver tests")}
        assert found == {" > Week 2": (1, 1), " > Week 4": (0, 1)}
        assert cells(session, exhibit)["Labs present > Liver tests", "n"] == 2
    assert cells(session, "K18", "Placebo")["Expected labs > Liver tests > Week 2", "N"] == 0
    assert "Not in LB at all, and not asked for: AST, ALP." in notes(session, "K18")


def test_that_a_fall_of_haemoglobin_counts_from_the_baseline(tmp_path: Path) -> None:
    one = series("S1", "HGB", "120", "160", (-9, "160"), (-3, "150"), (8, "130"))
    other = series("S2", "HGB", "120", "160", (-3, "150.1"), (8, "130"))
    found = cells(session_of(tmp_path, *one, *other), "T16")
    assert found["HGB > low > decrease >20 g/L", "n"] == 1
    assert found["HGB > low > decrease >15 g/L", "n"] == 2
