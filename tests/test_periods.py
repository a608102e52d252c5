"""Events by cycle as a figure, who stands behind its marks and the histogram's bars, and what few subjects can miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column, Histogram, PeriodFigure
from dsmb_app.model.small_numbers import missed_words
from dsmb_app.model.words import TOTAL, Level, Stat, Window
from tests.ae_study import event, person, study
from tests.locked import Locked
from tests.test_cycles import SCHEDULE, opened, recounted

PYREXIA = ("Cycle 2", "dosing", "Pyrexia")
IN_T09 = ("General disorders and administration site conditions", "Pyrexia")


def test_that_a_row_of_the_table_stands_for_its_term_in_all_cycles(demo: Locked) -> None:
    session, found = demo.opened(Level.NAMED), recounted(demo, Window.ON_STUDY)
    figure = session.figure("F20P", PYREXIA, "K20")
    assert isinstance(figure, PeriodFigure)
    assert figure.title == "By cycle: Pyrexia"
    for arm in figure.arms:
        mine = [one for one in found.oracle.events if one.pt == "Pyrexia" and one.person.arm == arm]
        for part in figure.parts:
            here = [one for one in mine if found.place(one.person, one.onset)[0] == part]
            assert figure.table.cells[part, Column(arm, Stat.EVENTS)].value == len(here)
            assert set(figure.with_events[part, arm]) == {one.person.subject for one in here}
    assert sum(len(ids) for ids in figure.with_events.values()) > 5
    days, listed = session.figure("F20", PYREXIA, "K20"), session.figure("F20", IN_T09, "T09")
    assert isinstance(days, Histogram)
    assert isinstance(listed, Histogram)
    assert days.counts == listed.counts


@pytest.mark.parametrize("level", list(Level))
def test_that_any_event_has_the_counts_of_the_table(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    figure, table = session.figure("F20P"), session.table("K20")
    assert isinstance(figure, PeriodFigure)
    assert len(figure.table.cells) > 50
    for row, column, cell in figure.table.walk():
        assert table.cell(row.key, column) == cell
    for (key, arm), ids in figure.subjects.items():
        assert len(ids) == len(set(ids)) == table.cells[key, Column(arm, Stat.N)].value


def test_that_a_bar_stands_for_the_subjects_of_the_raw_dates(demo: Locked) -> None:
    figure, found = demo.opened(Level.NAMED).figure("F20", IN_T09, "T09"), recounted(demo, Window.ON_STUDY)
    assert isinstance(figure, Histogram)
    assert sum(len(ids) for bars in figure.subjects.values() for ids in bars) > 3
    for arm, bars in figure.subjects.items():
        for day, ids in zip(figure.bins, bars, strict=True):
            assert set(ids) == {
                one.person.subject
                for one in found.oracle.events
                if one.pt == "Pyrexia" and one.person.arm == arm
                and found.place(one.person, one.onset)[1] == day
                and found.place(one.person, one.onset)[0] != ("Post",)
            }  # fmt: skip


def _pooled(folder: Path, more: str) -> tuple[Histogram, PeriodFigure]:
    told = study([person(f"S{i}", "Qarm 1" if i % 2 else "Qarm 2") for i in range(8)],
                 [event(f"S{i}", "Ache", "2020-03-02") for i in range(6)], ("Qarm 1", "Qarm 2"))  # fmt: skip
    session = opened(told, folder, SCHEDULE, level=Level.POOLED, more=more)
    days, cycles = session.figure("F20"), session.figure("F20P")
    assert isinstance(days, Histogram)
    assert isinstance(cycles, PeriodFigure)
    return days, cycles


def test_that_an_open_session_without_patients_names_nobody_behind_a_bar(tmp_path: Path, monkeypatch) -> None:
    days, cycles = _pooled(tmp_path / "shown", "small_cells = 5")
    assert [len(ids) for ids in days.subjects[TOTAL] if ids] == [6]
    assert len(cycles.subjects[("Cycle 1",), TOTAL]) == 6
    monkeypatch.setattr("tests.test_periods.opened", _without_patients)
    days, cycles = _pooled(tmp_path / "hidden", "small_cells = 5")
    assert sum(days.counts[TOTAL]) == 6
    assert (days.subjects, cycles.subjects, cycles.with_events) == ({}, {}, {})


def _without_patients(made, folder: Path, schedule: str, *, level: Level, more: str):
    from tests.locked import lock_for_test
    from tests.oracle import made_up

    source, file = made_up.write(folder, made)
    text = file.read_text(encoding="utf-8")
    assert "patients = true" in text
    file.write_text(text.replace("patients = true", f"patients = false\n{more}") + f"\n[schedule]\n{schedule}\n")
    return lock_for_test(source, file, folder).session(level, folder / "state")


def test_that_a_row_of_subjects_says_that_it_has_no_day(demo: Locked) -> None:
    with pytest.raises(Refusal, match="this one counts subjects"):
        demo.opened(Level.MASKED).figure("F15", ("Two or more",), "K15")


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        # 0.95^30 = 0.2146, 0.95^29 = 0.2259, 0.95^59 = 0.0485, 0.95^84 = 0.0135, 0.95^86 = 0.0121, 0.95^100 = 0.0059
        ({"A": 30, "B": 30}, "21% of the time with 30 per arm."),
        ({"A": 29, "B": 30}, "23% of the time with 29 in A, 21% with 30 in B."),
        ({"Total": 59}, "5% of the time with 59 subjects."),
        ({"A": 86, "B": 84, "C": 84}, "1% of the time with 84 to 86 per arm."),
        ({"A": 100, "B": 30, "C": 30}, "less than 1% of the time with 100 in A, 21% with 30 in B and C."),
    ],
)
def test_that_what_few_subjects_miss_is_computed(sizes: dict[str, int], said: str) -> None:
    assert missed_words(sizes) == f"A true 5% event would be missed {said}"
