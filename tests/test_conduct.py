"""The conduct tables on small made-up deliveries, where each number is known by hand, and what no level may tell."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dsmb_app import ard
from dsmb_app.model.errors import Refusal
from dsmb_app.model.flow import FlowFigure
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.session import Session
from tests.locked import Locked, lock_for_test
from tests.test_refusals import AE, DM, EX, STUDY, changed, write

CONDUCT = ("F1", "T01", "T02", "T03", "T05", "T06", "T14")
N = Column("Total", Stat.N)
VS = [
    ["STUDYID", "USUBJID", "VSSEQ", "VSTESTCD", "VSSTRESN", "VSSTRESU",
     "VISIT", "VISITNUM", "VSDTC", "VSBLFL", "VSLOBXFL"],
    ["X-1", "S1", "1", "TEMP", "100.4", "F", "Week 1", "2", "2020-01-08", "", ""],
    ["X-1", "S1", "2", "HR", "120", "beats/min", "Week 1", "2", "2020-01-08", "", ""],
    ["X-1", "S1", "3", "SYSBP", "89.9", "mmHg", "Unscheduled", "9", "2020-01-09", "", ""],
    ["X-1", "S2", "1", "TEMP", "37.9", "C", "Week 1", "2", "2020-01-08", "", ""],
    ["X-1", "S2", "2", "TEMP", "39.5", "C", "Day 1", "1", "2020-01-02", "", ""],
    ["X-1", "S2", "3", "TEMP", "312", "K", "Week 1", "2", "2020-01-08", "", ""],
    ["X-1", "S1", "4", "WEIGHT", "154.3", "LB", "Day 1", "1", "2019-12-20", "", "Y"],
    ["X-1", "S1", "5", "WEIGHT", "80", "kg", "Day 1", "1", "2020-01-01", "Y", ""],
    ["X-1", "S2", "4", "WEIGHT", "60", "kg", "Day 1", "1", "2019-12-30", "", ""],
    ["X-1", "S2", "5", "WEIGHT", "61", "kg", "Week 1", "2", "2020-01-08", "", ""],
    ["X-1", "S1", "6", "HEIGHT", "1.675", "m", "Day 1", "1", "2019-12-20", "", "Y"],
]  # fmt: skip
MH = [
    ["STUDYID", "USUBJID", "MHSEQ", "MHTERM", "MHCAT", "MHSTDTC"],
    ["X-1", "S1", "1", "lupus", "PRIMARY DIAGNOSIS", "2019-12"],
    ["X-1", "S2", "1", "lupus", "PRIMARY DIAGNOSIS", "2019-12-02"],
]
OPEN = "[open]\nsafety = true\n"


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    folder = tmp_path / "delivery"
    folder.mkdir()
    write(folder, {"dm": DM, "ex": EX, "ae": AE})
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


def opened(delivery: Path, state: Path, level: Level = Level.NAMED) -> Session:
    return lock_for_test(delivery, delivery / "study.toml", delivery.parent).session(level, state)


def printed(session: Session, *exhibits: str) -> dict[tuple[str, ...], str]:
    lines = csv.DictReader(ard.results_csv(session, exhibits).splitlines())
    return {(x["exhibit"], x["row"], x["arm"], x["stat_name"]): x["stat_fmt"] for x in lines}


def test_that_vital_signs_are_converted_and_thresholds_include_their_edge(delivery: Path, state: Path) -> None:
    write(delivery, {"vs": VS})
    session = opened(delivery, state)
    found = printed(session, "T14")
    fever = "Temperature (C) > >=38.0 C"
    assert (found["T14", fever, "Active", "n"], found["T14", fever, "Placebo", "n"]) == ("1", "0")
    assert found["T14", fever, "Placebo", "N"] == "1"  # 39.5 on the day of the first dose, no time: not after it
    assert found["T14", "Pulse (beats/min) > >120 beats/min", "Active", "n"] == "0"
    assert found["T14", "Pulse (beats/min) > >120 beats/min", "Active", "N"] == "1"
    assert found["T14", "Systolic blood pressure (mmHg) > <90 mmHg", "Active", "n"] == "1"
    assert not [row for _, row, _, _ in found if "Unscheduled" in row]
    assert found["T14", "Temperature (C) > Week 1", "Active", "mean"] == "38.0"
    assert "Values in a unit that is not known, not used: 1." in session.table("T14").footnotes


def test_that_baseline_goes_by_the_best_flag_and_falls_back_to_the_last_value_before_the_dose(
    delivery: Path, state: Path
) -> None:
    write(delivery, {"vs": VS})
    found = printed(opened(delivery, state), "T05")
    assert found["T05", "Weight (kg)", "Active", "mean"] == "70.0"  # 154.3 lb, although VSBLFL flags 80 kg
    assert found["T05", "Weight (kg)", "Placebo", "mean"] == "60.0"
    assert found["T05", "Height (cm)", "Active", "mean"] == "167.5"
    assert found["T05", "BMI (kg/m2)", "Active", "mean"] == "24.9"  # 70 / 1.675^2 = 24.949
    assert found["T05", "BMI (kg/m2) > <25", "Total", "N"] == "1"


def test_that_a_partial_onset_of_disease_is_the_middle_of_its_days(delivery: Path, state: Path) -> None:
    write(delivery, {"mh": MH})
    session = opened(delivery, state)
    found = printed(session, "T05")
    # December 2019 is days 1 to 31, its middle the 16th: 17 days with both ends to 1 January, 17 / 30.4375 = 0.56.
    assert found["T05", "Duration of disease (months)", "Active", "mean"] == "0.6"
    # From 2 December to 2 January, both ends: 32 days.
    assert found["T05", "Duration of disease (months)", "Placebo", "mean"] == "1.1"
    assert any("(1 subjects)" in note for note in session.table("T05").footnotes)


def test_that_what_is_not_delivered_has_no_row_and_a_footnote(delivery: Path, state: Path) -> None:
    session = opened(delivery, state)
    rows = {row.key[0] for row in session.table("T05").rows}
    assert rows == {"Age (years)"}
    assert session.table("T05").footnotes[-1].startswith("Not delivered, so without rows: VS")
    assert session.table("T14").rows == ()
    assert [row.key[0] for row in session.table("T03").rows] == ["Screened", "Not randomised"]


def test_that_amounts_count_days_and_frequency_and_say_what_they_cannot_count(delivery: Path, state: Path) -> None:
    often = [[*EX[0], "EXDOSU", "EXDOSFRQ"], [*EX[1], "mg", "BID"], [*EX[2], "mg", ""]]
    write(delivery, {"ex": often})
    session = opened(delivery, state)
    found = printed(session, "T06")
    # 10 mg twice a day on 32 days; the placebo record lasts 32 days and does not say how often.
    assert found["T06", "Cumulative dose (mg)", "Active", "mean"] == "640.0"
    assert found["T06", "Average daily dose (mg)", "Active", "mean"] == "20.0"
    assert found["T06", "Cumulative dose (mg)", "Placebo", "n"] == "0"
    assert any(note.endswith("not saying how often): 1.") for note in session.table("T06").footnotes)


def test_that_a_missed_dose_is_an_interruption_and_a_late_one_is_not(delivery: Path, state: Path) -> None:
    days = {"S1": ("01", "03", "05", "09", "11"), "S2": ("02", "04", "06", "08", "11")}
    doses = [["X-1", who, "PLACEBO", "0", *[f"2020-01-{day}"] * 2] for who, given in days.items() for day in given]
    write(delivery, {"ex": [EX[0], *doses]})
    found = printed(opened(delivery, state), "T06")
    assert (found["T06", "Interrupted", "Active", "n"], found["T06", "Interrupted", "Placebo", "n"]) == ("1", "0")
    assert found["T06", "Interrupted > Days of interruption", "Active", "mean"] == "2.0"


def test_that_children_have_rows_of_their_own(delivery: Path, state: Path) -> None:
    write(delivery, {"dm": changed(DM, 1, "AGE", "17")})
    found = printed(opened(delivery, state), "T05")
    wanted = ("<65", "<65 > <18", "<65 > 18-64", "65-80")
    assert [found["T05", f"Age (years) > {band}", "Total", "n"] for band in wanted] == ["2", "1", "1", "0"]


def test_that_open_sessions_hide_small_counts_and_the_summaries_of_few(delivery: Path, state: Path) -> None:
    write(delivery, {"vs": VS, "mh": MH})
    (delivery / "study.toml").write_text(STUDY + OPEN + "small_cells = 5\n", encoding="utf-8")
    session = opened(delivery, state, Level.POOLED)
    found = printed(session, *CONDUCT)
    shown = {key for key, text in found.items() if key[3] != "N" and text not in ("", "0", "0.0", "NE", "<5")}
    assert {key for key in shown if key[3] != "py"} == set()
    with pytest.raises(Refusal, match="CHOICE-SMALL"):
        session.choose_by_text(["age=<65"])


def test_that_a_flag_of_the_study_file_narrows_every_count(delivery: Path, state: Path) -> None:
    supp = [["STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"]]
    supp += [["X-1", "DM", who, "", "", name, value] for who, name, value in (
        ("S1", "EFF", "Y"), ("S2", "EFF", "N"), ("S1", "SECRET", "Y"))]  # fmt: skip
    write(delivery, {"suppdm": supp})
    allow = '[blind]\nallow = ["SUPPDM.EFF"]\n[blind.accept_leaks]\n"SUPPDM.EFF" = "two subjects"\n'
    (delivery / "study.toml").write_text(STUDY + allow, encoding="utf-8")
    session = opened(delivery, state)
    found = printed(session, "T01", "T02")
    assert (found["T02", "Flag > EFF", "Total", "n"], found["T02", "No flag > EFF", "Total", "n"]) == ("1", "1")
    assert not [key for key in found if "SECRET" in key[1]]
    assert session.offered["flag"] == {"EFF": "flag EFF"}
    session.choose_by_text(["flag=eff"])
    assert session.arm_sizes == {"Active": 1, "Placebo": 0, "Total": 1}
    assert session.table("T05").subtitle.endswith("Only: flag EFF")


@pytest.mark.parametrize("level", Level)
def test_that_amounts_are_shown_with_arms_named_alone(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    rows = {row.key[0] for row in session.table("T06").rows}
    assert ("Cumulative dose (MIU)" in rows) is (level is Level.NAMED)
    cells = session.drill("T06", ("Treated",), N).subjects.headers
    assert any("dose (MIU)" in header for header in cells) is (level is Level.NAMED)
    extremes = {column.stat for number in CONDUCT for column in session.table(number).columns} & {Stat.MIN, Stat.MAX}
    assert bool(extremes) is (level is not Level.POOLED)


@pytest.mark.parametrize("level", Level)
def test_that_rows_and_their_order_are_the_same_at_every_level(demo: Locked, level: Level) -> None:
    ours, pooled = demo.opened(level), demo.opened(Level.POOLED)
    for number in CONDUCT:
        rows = [row.key for row in ours.table(number).rows if not row.key[0].startswith(("Average", "Cumulative"))]
        assert rows == [row.key for row in pooled.table(number).rows], number


@pytest.mark.parametrize("number", CONDUCT)
def test_that_every_count_opens_so_many_subjects(demo: Locked, number: str) -> None:
    session = demo.opened(Level.MASKED)
    opened_cells = 0
    for row, column, cell in session.table(number).walk():
        if column.stat is Stat.N:
            assert len(session.drill(number, row.key, column).subjects.subjects) == cell.value, (row.key, column)
            opened_cells += 1
    assert opened_cells > 5


def test_that_the_flow_has_the_numbers_of_its_table_even_where_no_safety_is_open(delivery: Path, state: Path) -> None:
    session = opened(delivery, state, Level.POOLED)
    assert session.figures() == ("F1",)
    figure = session.figure("F1")
    assert isinstance(figure, FlowFigure)
    boxes = [*figure.boxes, *(part for box in figure.boxes for part in box.reasons)]
    table = session.table("F1")
    assert {(box.key, box.n["Total"]) for box in boxes} == {
        (row.key, cell.text) for row, column, cell in table.walk() if column == N
    }
    assert [box.label for box in figure.boxes if box.aside] == ["Not randomised", "Not treated", "Stopped"]
    assert {info.id for info in session.exhibits()} == {"F1", "T01", "T02", "T03", "T05", "T06"}
