"""Laboratory figures: worked values, a recount of the pilot in plain Python, and what open sessions may see."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pyreadstat
import pytest

from dsmb_app.analyses import lab_over_time
from dsmb_app.model.errors import Refusal
from dsmb_app.model.figures import (
    BOXES,
    CHANGE,
    COURSES,
    HIGH,
    LOW,
    NADIR,
    ONE_A_SUBJECT,
    SHIFTS,
    WATERFALL,
    Box,
    BoxFigure,
    CourseFigure,
    PointFigure,
    Waterfall,
)  # fmt: skip
from dsmb_app.model.words import TOTAL, Level
from dsmb_app.selftests import noninterference, permuted
from dsmb_app.session import Session
from tests.lab_study import Lab, LabStudy, opened
from tests.locked import Locked, lock_for_test

ARMS = {"S1": "Active", "S2": "Placebo", "S3": "Active", "S4": "Placebo", "S5": "Active"}
VISITS = (("Week 1", 9, 2), ("Week 2", 16, 2))
LABS = (
    Lab("S1", "PLAT", "200", -3, "125", "350", visit="Screening"),
    Lab("S1", "PLAT", "150", 8, "125", "350", visit="Week 1"),
    Lab("S1", "PLAT", "160", 9, "125", "350", visit="Week 1"),
    Lab("S1", "PLAT", "100", 15, "125", "350", visit="Week 2"),
    Lab("S1", "PLAT", "100", 22, "125", "350", visit="Unscheduled"),
    Lab("S2", "PLAT", "100", -3, "140", "400", visit="Screening"),
    Lab("S2", "PLAT", "110", 8, "140", "400", visit="Week 1"),
    Lab("S2", "PLAT", "300", 10, "140", "400", visit="Unscheduled 1.1"),
    Lab("S2", "PLAT", "120", 15, "140", "400", visit="Week 2"),
    Lab("S3", "PLAT", "80", -3, "125", "350", visit="Screening"),
    Lab("S4", "PLAT", "90", 8, "125", "350", visit="Week 1"),
    Lab("S4", "PLAT", "<50", 15, "125", "350", visit="Week 2"),
    Lab("S5", "PLAT", "0", -3, "125", "350", visit="Screening"),
    Lab("S5", "PLAT", "5", 8, "125", "350", visit="week 1"),
    Lab("S1", "CHOL", "5", -3, "3", "6"),
    Lab("S1", "CHOL", "6", 8, "3", "6", unit="mg/dL", visit="Week 1"),
    Lab("S1", "COLOR", "YELLOW", 8, unit="", visit="Week 1"),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return opened(LabStudy(ARMS, LABS, visits=VISITS), tmp_path_factory.mktemp("small"))


def waterfall(session: Session, *row: str) -> Waterfall:
    found = session.figure(WATERFALL, row)
    assert isinstance(found, Waterfall)
    return found


def points(session: Session, number: str, *row: str) -> PointFigure:
    found = session.figure(number, row)
    assert isinstance(found, PointFigure)
    return found


def boxes(session: Session, *row: str) -> BoxFigure:
    found = session.figure(BOXES, row)
    assert isinstance(found, BoxFigure)
    return found


def courses(session: Session, *row: str) -> CourseFigure:
    found = session.figure(COURSES, row)
    assert isinstance(found, CourseFigure)
    return found


def box_of(figure: BoxFigure, visit: str, arm: str) -> Box:
    return next(box for box in figure.boxes if (figure.visits[box.visit], box.arm) == (visit, arm))


# ----------------------------------------------------------------------------------------------------------------------
# Worked by hand


def test_that_a_waterfall_goes_from_the_largest_rise_to_the_largest_fall(small: Session) -> None:
    low, high = waterfall(small, "PLAT", LOW), waterfall(small, "PLAT", HIGH)
    assert [(bar.subject, bar.arm, bar.x, bar.y) for bar in low.bars] == [
        ("S2", "Placebo", 0, 10.0), ("S1", "Active", 1, -50.0),
    ]  # fmt: skip
    assert [(bar.subject, bar.y, bar.worst, bar.day) for bar in high.bars] == [
        ("S2", 200.0, 300.0, 11.0), ("S1", -20.0, 160.0, 10.0),
    ]  # fmt: skip


def test_that_a_waterfall_says_who_is_not_in_it(small: Session) -> None:
    figure = waterfall(small, "PLAT", LOW)
    assert figure.measured == {"Active": (1, 3), "Placebo": (1, 2)}
    assert "measured at baseline and after it: Active 1 of 3 · Placebo 1 of 2" in figure.subtitle
    assert "1 subject(s) with a baseline of zero or less have no percentage." in figure.footnotes


def test_that_a_nadir_stands_on_the_first_day_of_it_and_a_bound_at_its_bound(small: Session) -> None:
    figure = points(small, NADIR, "PLAT", LOW)
    assert {(p.subject, p.x, p.y) for p in figure.points} == {
        ("S1", 16.0, 100.0), ("S2", 9.0, 110.0), ("S4", 16.0, 50.0), ("S5", 9.0, 5.0),
    }  # fmt: skip
    assert figure.measured == {"Active": (2, 3), "Placebo": (2, 2)}
    assert "1 result(s) are bounds (<x, >x) and stand at the bound." in figure.footnotes
    assert [(line.value, line.words) for line in figure.lines] == [
        (125.0, "lower limit of normal"), (75.0, "grade 2: below"), (50.0, "grade 3: below"), (25.0, "grade 4: below"),
    ]  # fmt: skip


def test_that_a_shift_is_the_worst_value_against_the_baseline(small: Session) -> None:
    figure = points(small, SHIFTS, "PLAT", HIGH)
    assert {(p.subject, p.x, p.y) for p in figure.points} == {
        ("S1", 200.0, 160.0), ("S2", 100.0, 300.0), ("S5", 0.0, 5.0),
    }  # fmt: skip
    assert figure.identity
    assert not figure.log, "a value of zero has no place on a logarithmic scale"


def test_that_boxes_hold_the_last_value_of_a_scheduled_visit_and_no_other(small: Session) -> None:
    figure = boxes(small, "PLAT")
    assert figure.visits == ("Baseline", "Week 1", "Week 2")
    first, second = box_of(figure, "Week 1", "Active"), box_of(figure, "Week 1", "Placebo")
    assert (first.n, first.q1, first.median, first.q3) == (2, 5.0, 82.5, 160.0)
    assert (second.n, second.p10, second.median, second.p90) == (2, 90.0, 100.0, 110.0)
    assert box_of(figure, "Week 2", "Active").subjects == ("S1",)
    assert any("the last counts" in note and "(1 earlier one(s) left out)" in note for note in figure.footnotes)
    assert "2 result(s) of unscheduled or rare visits are in no box and no median." in figure.footnotes


def test_that_changes_are_from_the_subjects_own_baseline(small: Session) -> None:
    figure = boxes(small, "PLAT", CHANGE)
    assert figure.visits == ("Week 1", "Week 2")
    assert box_of(figure, "Week 1", "Placebo").median == 10.0, "S4 has no baseline"
    assert box_of(figure, "Week 2", "Active").median == -100.0
    assert "measured at baseline and at a visit: Active 2 of 3 · Placebo 1 of 2" in figure.subtitle


def test_that_courses_hold_every_value_with_a_day(small: Session) -> None:
    found = {course.subject: (course.days, course.values) for course in courses(small, "PLAT").courses}
    assert found["S2"] == ((-3.0, 9.0, 11.0, 16.0), (100.0, 110.0, 300.0, 120.0))
    assert set(found) == {"S1", "S2", "S4", "S5"}, "S3 has no value after baseline"
    assert courses(small, "PLAT").bands == (), "fewer than five values make no band"


def test_that_another_unit_and_a_word_are_counted_and_not_drawn(small: Session) -> None:
    assert "1 result(s) in another unit, or one that is not known, are left out." in boxes(small, "CHOL").footnotes
    assert boxes(small, "COLOR").missing == "No result of COLOR is a number."
    with pytest.raises(Refusal, match="no laboratory test 'XYZ'"):
        small.figure(BOXES, ("XYZ",))


def test_that_above_the_most_lines_only_bands_are_drawn(
    demo: Locked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_over_time, "MOST_LINES", 58)
    figure = courses(demo.session(Level.MASKED, tmp_path), "PLAT")
    assert figure.courses == ()
    assert [band.arm for band in figure.bands] == ["A", "B"]
    assert "Single subjects are not drawn (more than 58)." in figure.footnotes
    for band in figure.bands:
        assert all(low <= middle <= high for low, middle, high in zip(band.low, band.median, band.high, strict=True))


# ----------------------------------------------------------------------------------------------------------------------
# The pilot, recounted

Values = dict[str, list[tuple[str, float, str, float]]]


def _recount(shared: Path, test: str) -> tuple[dict[str, str], Values, dict[str, float]]:
    """Return first dose by subject, values after baseline (day, value, visit, sequence), baseline by subject."""
    first: dict[str, str] = {}
    for row in _rows(shared, "ex"):
        who, day = str(row["USUBJID"]), str(row["EXSTDTC"])[:10]
        first[who] = min(day, first.get(who, day))
    post: Values = defaultdict(list)
    before: dict[str, list[tuple[bool, str, float]]] = defaultdict(list)
    for row in _rows(shared, "lb"):
        who, day, value = str(row["USUBJID"]), str(row["LBDTC"])[:10], float(str(row["LBSTRESN"]))
        if row["LBTESTCD"] != test or who not in first or math.isnan(value):
            continue
        if day > first[who]:
            post[who].append((day, float(f"{value:.15g}"), str(row["VISIT"]), float(str(row["LBSEQ"]))))
        if day <= first[who] or row["LBBLFL"] == "Y":
            before[who].append((row["LBBLFL"] == "Y", str(row["LBDTC"]), value))
    return first, post, {who: max(values)[2] for who, values in before.items()}


def _rows(shared: Path, name: str) -> list[dict[str, object]]:
    frame, _ = pyreadstat.read_xport(shared / "cdiscpilot01" / f"{name}.xpt")
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


def _day(of: str, first: str) -> int:
    return (date.fromisoformat(of) - date.fromisoformat(first)).days + 1


def _percentile(values: list[float], share: int) -> float:
    """SAS's default: at a step the mean of the two neighbours."""
    ordered, whole = sorted(values), len(values) * share
    if whole % 100 == 0:
        return (ordered[whole // 100 - 1] + ordered[whole // 100]) / 2
    return ordered[whole // 100]


@pytest.mark.parametrize("test", ["PLAT", "WBC"])
def test_that_the_pilots_waterfall_and_nadirs_are_recounted(shared_data: Path, pilot: Locked, test: str) -> None:
    first, post, base = _recount(shared_data, test)
    session = pilot.opened(Level.NAMED)
    lowest = {who: min((value, day) for day, value, *_ in values) for who, values in post.items()}
    change = {who: 100 * (value - base[who]) / base[who] for who, (value, _) in lowest.items() if who in base}
    bars = waterfall(session, test, LOW).bars
    assert {bar.subject: bar.y for bar in bars} == pytest.approx(change, rel=1e-9, abs=1e-9)
    assert [bar.y for bar in bars] == sorted((bar.y for bar in bars), reverse=True)
    assert len(bars) > 230
    # The file's dust (6.4399999999999995) is rounded away at 15 digits.
    found = {p.subject: (p.x, p.y) for p in points(session, NADIR, test, LOW).points}
    assert found == {who: (_day(day, first[who]), float(f"{value:.15g}")) for who, (value, day) in lowest.items()}


@pytest.mark.parametrize("change", [False, True])
def test_that_the_pilots_boxes_are_recounted(shared_data: Path, pilot: Locked, change: bool) -> None:
    _, post, base = _recount(shared_data, "ALT")
    arm_of = {str(row["USUBJID"]): str(row["ARM"]) for row in _rows(shared_data, "dm")}
    figure = boxes(pilot.opened(Level.NAMED), *(("ALT", CHANGE) if change else ("ALT",)))
    assert figure.visits[0 if change else 1 :] == tuple(f"WEEK {week}" for week in (2, 4, 6, 8, 12, 16, 20, 24, 26))
    for visit in ("WEEK 4", "WEEK 26"):
        for arm in figure.arms:
            values = []
            for who, records in post.items():
                here = [(day, number, value) for day, value, name, number in records if name == visit]
                if here and arm_of[who] == arm and (who in base or not change):
                    values.append(max(here)[2] - (base[who] if change else 0.0))
            box = box_of(figure, visit, arm)
            assert box.n == len(values) > 20
            shares = {10: box.p10, 25: box.q1, 50: box.median, 75: box.q3, 90: box.p90}
            assert shares == pytest.approx({share: _percentile(values, share) for share in shares}, abs=1e-9)
            assert len(box.outside) == sum(not box.p10 <= value <= box.p90 for value in values)


# ----------------------------------------------------------------------------------------------------------------------
# Open sessions

ROWS = {
    BOXES: [("PLAT",), ("WBC", CHANGE)], COURSES: [("PLAT",)], SHIFTS: [("ALT", HIGH)], NADIR: [("WBC", LOW)],
    WATERFALL: [("PLAT", LOW), ("LYM", HIGH)],
}  # fmt: skip


def _whole(session: Session) -> list[object]:
    return [noninterference._whole(session.figure(number, row)) for number, rows in ROWS.items() for row in rows]


def test_that_pooled_figures_do_not_depend_on_who_got_what(project: Path, tmp_path: Path) -> None:
    study = project / "resources" / "demo" / "current" / "study.toml"
    found = []
    for place, deal in enumerate((None, 7)):
        folder = tmp_path / str(place)
        folder.mkdir()
        locked = lock_for_test(permuted.write_source(folder / "source", deal), study, folder)
        found.append((_whole(locked.session(Level.POOLED, folder)), _whole(locked.session(Level.MASKED, folder))))
    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1], "the arms were dealt anew"


def _demo_with(project: Path, folder: Path, change: tuple[str, str]) -> Session:
    source = project / "resources" / "demo" / "current"
    text, done = re.subn(*change, (source / "study.toml").read_text(encoding="utf-8"), count=1)
    assert done == 1
    study = folder / "study.toml"
    study.write_text(text, encoding="utf-8")
    return lock_for_test(source, study, folder).session(Level.POOLED, folder / "state")


def test_that_without_patients_an_open_session_shows_no_single_subject(project: Path, tmp_path: Path) -> None:
    session = _demo_with(project, tmp_path, ("patients = true", "patients = false"))
    assert not set(session.figures()) & ONE_A_SUBJECT
    for number in ONE_A_SUBJECT:
        with pytest.raises(Refusal, match=r"open\.patients is false"):
            session.figure(number, ("PLAT", LOW))
    assert courses(session, "PLAT").courses == ()
    assert [band.arm for band in courses(session, "PLAT").bands] == [TOTAL]
    drawn = boxes(session, "PLAT").boxes
    assert all(math.isfinite(box.median) for box in drawn)
    assert not [box for box in drawn if box.outside or box.subjects]


def test_that_small_counts_give_no_box_and_no_number(project: Path, tmp_path: Path) -> None:
    session = _demo_with(project, tmp_path, ("small_cells = 0", "small_cells = 53"))
    figure = boxes(session, "PLAT")
    told = {figure.visits[box.visit]: (box.n_text, math.isfinite(box.median)) for box in figure.boxes}
    assert told["Week 8"] == ("<53", False)
    assert told["Baseline"] == ("59", True)


def test_that_a_test_held_back_says_so_and_is_there_in_the_closed_session(demo: Locked) -> None:
    figure = boxes(demo.opened(Level.POOLED), "EOS")
    assert figure.missing.startswith("Eosinophils: held back from open sessions of this trial.")
    assert figure.boxes == ()
    assert " of 59" not in figure.subtitle, "nobody was counted: it is not known here who was measured"
    closed = demo.opened(Level.MASKED)
    assert waterfall(closed, "EOS").side == HIGH
    assert len(waterfall(closed, "EOS").bars) == 59


def test_that_every_test_of_the_data_may_be_asked_about(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    tests = boxes(session).tests
    assert len(tests) == 12
    for test in tests:
        for number in ROWS:
            assert session.figure(number, (test.code,)).missing == ""


def test_that_a_trial_without_labs_says_so(tmp_path: Path) -> None:
    session = opened(LabStudy(ARMS, ()), tmp_path)
    for number in ROWS:
        assert session.figure(number).missing == "No laboratory data were delivered."
