"""Adverse events by cycle and phase: every cell recounted from dose dates, sums that must agree, and odd rhythms."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from dsmb_app.model.result import Column, Histogram, ResultTable
from dsmb_app.model.words import TOTAL, Level, Stat, Window
from dsmb_app.session import Session
from tests.ae_study import FIRST_DOSE, column, event, person, study
from tests.demo_trial import DEMO
from tests.locked import Locked, lock_for_test
from tests.oracle import cycles, made_up
from tests.oracle.compare import differences, lines, rules_of
from tests.oracle.people import Rules
from tests.oracle.reading import read_folder
from tests.oracle.stats import poisson_limits
from tests.oracle.tables import Oracle

RATED = ("eaer_week", "eaer_week_low", "eaer_week_high")
WINDOWS = pytest.mark.parametrize("window", list(Window))


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Locked:
    """Return the demo trial with its dose days sealed under the names."""
    folder = tmp_path_factory.mktemp("sealed")
    text = (DEMO / "current" / "study.toml").read_text(encoding="utf-8")
    file = folder / "study.toml"
    file.write_text(text.replace("same_in_all_arms = true", "same_in_all_arms = false"), encoding="utf-8")
    return lock_for_test(DEMO / "current", file, folder)


def recounted(locked: Locked, window: Window, *, by_dose: bool = True) -> cycles.Cycles:
    rules = Rules(**{**vars(rules_of(locked.study)), "window": window.value, "hidden": frozenset()})
    return cycles.Cycles(Oracle(read_folder(locked.source), rules), 28, 14, 3, by_dose=by_dose)


def counted(session: Session) -> list[dict[str, str]]:
    return [line for line in lines(session, ("K20",)) if line["stat_name"] not in RATED]


@WINDOWS
def test_that_every_count_of_the_demo_trial_is_recounted(demo: Locked, state: Path, window: Window) -> None:
    session = demo.session(Level.NAMED, state)
    session.choose(window=window)
    expected = cycles.results(recounted(demo, window), [*session.arms, TOTAL])
    assert list(differences(counted(session), expected)) == []


def test_that_without_dose_days_cycles_are_counted_as_planned(sealed: Locked, state: Path) -> None:
    masked = sealed.session(Level.MASKED, state)
    expected = cycles.results(recounted(sealed, Window.ON_STUDY, by_dose=False), [TOTAL])
    expected = {key: value for key, value in expected.items() if key[4] != "dose_lag"}
    found = [line for line in counted(masked) if line["arm"] == TOTAL]
    assert list(differences(found, expected)) == []
    assert any("in 59 without dose days here" in note for note in masked.table("K20").footnotes)
    named = sealed.session(Level.NAMED, state)
    assert (
        list(differences(counted(named), cycles.results(recounted(sealed, Window.ON_STUDY), [*named.arms, TOTAL])))
        == []
    )


def by_row(table: ResultTable, stat: Stat, arm: str) -> dict[tuple[str, ...], float]:
    cells = ((row.key, table.cell(row.key, Column(arm, stat))) for row in table.rows)
    return {key: cell.value for key, cell in cells if cell is not None and cell.value is not None}


def is_part(key: tuple[str, ...]) -> bool:
    return key == ("Post",) or (len(key) == 2 and key[1] in ("dosing", "rest"))


@WINDOWS
@pytest.mark.parametrize("level", list(Level))
def test_that_phases_add_up_to_the_whole(demo: Locked, state: Path, level: Level, window: Window) -> None:
    """Person-time to that of T06, onsets and first onsets to the events and subjects of T09, term by term."""
    session = demo.session(level, state)
    session.choose(window=window)
    table, all_time, by_term = session.table("K20"), session.table("T06"), session.table("T09")
    for arm in (*session.arms, TOTAL):
        weeks, events, n = (by_row(table, stat, arm) for stat in (Stat.WEEKS, Stat.EVENTS, Stat.N))
        years = all_time.cells[("Patient-years",), Column(arm, Stat.PY)].value
        assert sum(weeks[key] for key in weeks if is_part(key)) * 7 / 365.25 == pytest.approx(years)
        for stat, found in ((Stat.EVENTS, events), (Stat.N, n)):
            whole = by_row(by_term, stat, arm)
            assert sum(value for key, value in found.items() if is_part(key)) == whole["Any",]
            assert sum(value for key, value in found.items() if len(key) == 1) == whole["Any",]
        terms: dict[str, float] = defaultdict(float)
        for key, value in events.items():
            if "present" not in key and is_part(key[:-1]):
                terms[key[-1]] += value
        expected: dict[str, float] = defaultdict(float)
        for key, value in by_row(by_term, Stat.EVENTS, arm).items():
            if len(key) == 2:
                expected[key[1]] += value
        assert terms == expected


def test_that_rates_are_events_over_weeks_with_exact_limits_where_none_repeat(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    table, exact = session.table("K20"), 0
    for row in table.rows:
        for arm in session.arms:
            cells = {stat: table.cell(row.key, Column(arm, stat)) for stat in Stat}
            rate = cells[Stat.EAER_WEEK]
            if rate is None:
                assert "present" in row.key
                continue
            events, weeks = cells[Stat.EVENTS].value, cells[Stat.WEEKS].value  # type: ignore[union-attr]
            assert rate.value == pytest.approx(100 * events / weeks)
            low, high = cells[Stat.EAER_WEEK_LOW], cells[Stat.EAER_WEEK_HIGH]
            assert low is not None
            assert high is not None
            if not low.note:
                limits = [100 * limit / weeks for limit in poisson_limits(int(events))]
                assert [low.value, high.value] == pytest.approx(limits)
                exact += 1
            else:
                assert low.note == "robust interval"
                assert low.value * high.value == pytest.approx(rate.value**2)
    assert exact > 100


def test_that_each_count_opens_its_subjects_and_records(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    table = session.table("K20")
    for row in [row for row in table.rows if len(row.key) < 3 or "Pyrexia" in row.key]:
        for arm in session.arms:
            drill = session.drill("K20", row.key, Column(arm, Stat.N))
            assert len(drill.subjects.rows) == table.cells[row.key, Column(arm, Stat.N)].value
            assert len(drill.records.rows) == table.cells[row.key, Column(arm, Stat.EVENTS)].value


def opened(made: dict[str, Any], folder: Path, schedule: str, *, level: Level = Level.NAMED, more: str = "") -> Session:
    """Lock a study with a schedule and open it at a level."""
    source, file = made_up.write(folder, made)
    text = file.read_text(encoding="utf-8").replace("patients = true", f"patients = true\n{more}")
    file.write_text(f"{text}\n[schedule]\n{schedule}\n", encoding="utf-8")
    return lock_for_test(source, file, folder).session(level, folder / "state")


def dosed(made: dict[str, Any], name: str, *days: str) -> None:
    """Replace the doses of a subject."""
    doses = [{"USUBJID": name, "EXSEQ": str(i), "EXTRT": "Qdrug", "EXDOSE": "1", "EXSTDTC": day, "EXENDTC": day}
             for i, day in enumerate(days, start=1)]  # fmt: skip
    made["data"]["EX"] = [dose for dose in made["data"]["EX"] if dose["USUBJID"] != name] + doses


SCHEDULE = "same_in_all_arms = true\ncycles = { length = 21, dosing = 5, doses = 3, count = 2 }"


def test_that_a_cycle_begins_after_ten_days_without_a_dose_and_not_after_nine(tmp_path: Path) -> None:
    told = study([person("S1", "Qarm 1"), person("S2", "Qarm 2")],
                 [event("S1", "Ache", f"2020-03-{day:02d}") for day in (1, 5, 6, 14, 15, 19)]
                 + [event("S2", "Ache", "2020-03-14"), event("S2", "Ache", "2020-04-03")],
                 ("Qarm 1", "Qarm 2"))  # fmt: skip
    dosed(told, "S1", FIRST_DOSE, "2020-03-04", "2020-03-15")  # ten days between, without a dose
    dosed(told, "S2", FIRST_DOSE, "2020-03-04", "2020-03-14")  # nine
    session = opened(told, tmp_path, SCHEDULE)
    first, second = (column(session, "K20", "events", arm) for arm in ("Qarm 1", "Qarm 2"))
    assert {row: n for row, n in first.items() if "Ache" in row and "present" not in row} == {
        "Cycle 1 > dosing > Ache": "2", "Cycle 1 > rest > Ache": "2", "Cycle 2 > dosing > Ache": "2",
        "Post > Ache": "0",
    }  # fmt: skip
    assert {row: n for row, n in second.items() if n != "0" and "present" not in row and "Ache" not in row} == {
        "Cycle 1": "1", "Cycle 1 > rest": "1", "Post": "1",
    }  # fmt: skip
    assert column(session, "K20", "N", "Qarm 2")["Cycle 2"] == "0"
    assert column(session, "K20", "dose_lag", "Qarm 1")["Cycle 1 > rest"] == "6.0"  # days 6 and 14, dose on day 4
    assert column(session, "K20", "pw", "Qarm 1")["Cycle 1"] == "2.0"


def test_that_odd_dosing_in_six_arms_still_makes_cycles(tmp_path: Path) -> None:
    """Doses that overlap, one dose, a cycle skipped, an end while dosing, doses without ends, an empty arm."""
    arms = [f"Qarm {number}" for number in range(1, 7)]
    people = [person(f"S{number}", arm) for number, arm in enumerate(arms, start=1)]
    people[3]["RFPENDTC"] = "2020-03-03"
    told = study(people, [event("S3", "Ache", "2020-04-04"), event("S4", "Ache", "2020-03-02")], arms)
    dosed(told, "S1", FIRST_DOSE, "2020-03-04", "2020-03-28")
    told["data"]["EX"][-3]["EXENDTC"] = "2020-03-20"  # covers the next; seven days without a dose before the last
    dosed(told, "S3", FIRST_DOSE, "2020-04-05")
    dosed(told, "S5", FIRST_DOSE, "2020-03-16")
    for dose in told["data"]["EX"][-2:]:
        dose["EXENDTC"] = ""
    dosed(told, "S6")
    session = opened(told, tmp_path, SCHEDULE)
    weeks = {arm: column(session, "K20", "pw", arm) for arm in arms}
    names = ("Cycle 1", "Cycle 2", "Post")
    assert [[weeks[arm][name] for name in names] for arm in arms] == [
        ["3.0", "0.0", "2.7"],  # 21 of 40 days
        ["3.0", "0.0", "2.7"],
        ["5.0", "0.7", "0.0"],  # to the next dose on day 36
        ["0.4", "0.0", "0.0"],  # 3 days
        ["2.1", "3.0", "0.6"],  # 15 days, 21, 4
        ["0.0", "0.0", "0.0"],
    ]
    assert [column(session, "K20", "N", arm)["Cycle 2"] for arm in arms] == ["0", "0", "1", "0", "1", "0"]
    assert column(session, "K20", "n", "Qarm 3")["Cycle 1 > rest > Ache"] == "1"  # day 35, before the late dose
    assert column(session, "K20", "eaer_week", "Qarm 4")["Cycle 1 > rest"] == "NE"
    figure = session.figure("F15", ("Any",), "T09")
    assert figure.arms == tuple(arms)
    assert all(curve.y[-1] in (0, 100) for curve in figure.curves)
    assert any("Qarm 1 v Qarm 6: p = NE" in note or "Qarm 6 v Qarm 1: p = NE" in note for note in figure.footnotes)


def test_that_a_long_event_is_present_in_each_cycle_that_it_reaches(tmp_path: Path) -> None:
    told = study([person("S1", "Qarm 1"), person("S2", "Qarm 2")],
                 [event("S1", "Ache", "2020-03-02", AEENDTC="2020-03-15"), event("S1", "Rash", "2020-03-03")],
                 ("Qarm 1", "Qarm 2"))  # fmt: skip
    dosed(told, "S1", FIRST_DOSE, "2020-03-15")
    session = opened(told, tmp_path, SCHEDULE)
    found = {row: n for row, n in column(session, "K20").items() if "present >" in row}
    assert found == {
        "Cycle 1 > present > Ache": "1", "Cycle 1 > present > Rash": "1", "Cycle 2 > present > Ache": "1",
        "Cycle 2 > present > Rash": "1", "Post > present > Rash": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("schedule", "periods"),
    [
        ('visits = [{ name = "W2", day = 15 }, { name = "W4", day = 29 }]', ["Weeks 1-2", "Weeks 3-4", "Week 5 on"]),
        ('visits = [{ name = "D10", day = 10 }, { name = "S", day = -14 }]', ["Days 1-9", "Day 10 on"]),
        ("", ["Weeks 1-4", "Week 5 on"]),
    ],
)
def test_that_a_study_without_cycles_has_periods_of_its_schedule(
    tmp_path: Path, schedule: str, periods: list[str]
) -> None:
    told = study([person("S1", "Qarm 1"), person("S2", "Qarm 2", RFPENDTC="2020-03-08")],
                 [event("S1", "Ache", "2020-03-02"), event("S1", "Ache", "2020-04-02")],
                 ("Qarm 1", "Qarm 2"))  # fmt: skip
    session = opened(told, tmp_path, schedule)
    found = column(session, "K20", "events")
    assert [row for row in found if " > " not in row] == periods
    assert [found[periods[0]], found[periods[-1]], found[f"{periods[-1]} > Ache"]] == ["1", "1", "1"]
    assert column(session, "K20", "N")[periods[-1]] == "1"
    weeks = by_row(session.table("K20"), Stat.WEEKS, TOTAL)
    assert sum(weeks[name,] for name in periods) * 7 == pytest.approx(40 + 8)


def test_that_few_subjects_with_events_are_hidden_in_open_sessions(tmp_path: Path) -> None:
    """One subject aches five times after its first: no first onset there, but the events are one subject's."""
    told = study([person(f"S{i}", "Qarm 1" if i % 2 else "Qarm 2") for i in range(8)],
                 [event("S1", "Ache", f"2020-03-{day:02d}") for day in (2, 8, 9, 10, 11, 12)],
                 ("Qarm 1", "Qarm 2"))  # fmt: skip
    session = opened(told, tmp_path, SCHEDULE, level=Level.POOLED, more="small_cells = 5")
    table = session.table("K20")
    for stat in (Stat.EVENTS, Stat.EAER_WEEK, Stat.EAER_WEEK_LOW, Stat.EAER_WEEK_HIGH, Stat.DOSE_LAG):
        cell = table.cells[("Cycle 1", "rest"), Column(TOTAL, stat)]
        assert (cell.value, cell.note) == (None, "suppressed: small count"), stat
    assert table.cells[("Cycle 1", "rest"), Column(TOTAL, Stat.N)].value == 0
    figure = session.figure("F20")
    assert isinstance(figure, Histogram)
    assert (figure.bins, figure.counts) == ((), {TOTAL: ()})
    assert figure.footnotes[0].startswith("Not drawn")


@pytest.mark.parametrize("level", list(Level))
def test_that_onset_days_add_up_to_the_events_and_days_of_the_cycles(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    figure, table = session.figure("F20"), session.table("K20")
    assert isinstance(figure, Histogram)
    assert figure.shaded == 14
    for arm in figure.arms:
        events, weeks = by_row(table, Stat.EVENTS, arm), by_row(table, Stat.WEEKS, arm)
        in_cycles = [(f"Cycle {number}",) for number in (1, 2, 3)]
        assert sum(figure.counts[arm]) == sum(events[key] for key in in_cycles)
        assert sum(figure.counts[arm][:14]) == sum(events[*key, "dosing"] for key in in_cycles)
        assert sum(figure.watched[arm]) == pytest.approx(7 * sum(weeks[key] for key in in_cycles))
        assert len(figure.bins) == len(figure.counts[arm]) == len(figure.watched[arm])


def test_that_onset_days_of_a_row_are_those_of_the_raw_dates(demo: Locked) -> None:
    figure = demo.opened(Level.NAMED).figure(
        "F20", ("General disorders and administration site conditions", "Pyrexia"), "T09"
    )
    assert isinstance(figure, Histogram)
    found = recounted(demo, Window.ON_STUDY)
    for arm in figure.arms:
        expected = [0] * len(figure.bins)
        for one in found.oracle.events:
            place, day = found.place(one.person, one.onset)
            if one.pt == "Pyrexia" and one.person.arm == arm and place != ("Post",):
                expected[day - 1] += 1
        assert list(figure.counts[arm]) == expected
