"""Time to first and mean cumulative count of a row: against scipy, plain recounts and worked examples."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from dsmb_app.analyses.lab_onset import passing
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column, CurveFigure
from dsmb_app.model.words import TOTAL, Level, Stat, Window
from dsmb_app.session import Session
from tests.ae_study import event, opened, person, study
from tests.demo_trial import LINES, emergent, infection, read, treated
from tests.locked import Locked
from tests.oracle.compare import rules_of
from tests.oracle.reading import read_folder
from tests.oracle.tables import Oracle

INFECTED = {"AESOC": "Infections and infestations"}


def values(figure: CurveFigure, arm: str) -> dict[float, float]:
    curve = next(curve for curve in figure.curves if curve.arm == arm)
    return dict(zip(curve.x, curve.y, strict=True))


def at(figure: CurveFigure, arm: str, day: float) -> float:
    return [y for x, y in values(figure, arm).items() if x <= day][-1]


def raw_infections(locked: Locked) -> dict[str, dict[str, tuple[int, bool]]]:
    """Return by arm and subject the last day at risk of a first infection, and whether it came, from the raw files."""
    oracle = Oracle(read_folder(locked.source), rules_of(locked.study))
    begun: dict[str, list[date]] = defaultdict(list)
    for one in oracle.events:
        if one.soc.lower() == "infections and infestations":
            begun[one.person.subject].append(one.onset)
    found: dict[str, dict[str, tuple[int, bool]]] = defaultdict(dict)
    for one in oracle.people:
        assert one.first is not None
        days = [(day - one.first).days + 1 for day in begun[one.subject]]
        found[one.arm][one.subject] = (min(days), True) if days else (one.days, False)
    return found


@pytest.mark.parametrize("which", ["demo", "pilot"])
def test_that_time_to_first_infection_is_scipys_of_the_raw_files(which: str, request: pytest.FixtureRequest) -> None:
    locked: Locked = request.getfixturevalue(which)
    session = locked.opened(Level.NAMED)
    figure, mine = session.figure("F15"), raw_infections(locked)
    samples = {}
    for arm, subjects in mine.items():
        known = list(subjects.values())
        samples[arm] = stats.CensoredData(
            uncensored=[day for day, came in known if came], right=[day for day, came in known if not came]
        )
        expected = stats.ecdf(samples[arm]).cdf
        for day in {day for day, came in known if came}:
            assert at(figure, arm, day) == pytest.approx(100 * float(expected.evaluate(day)))
        for day, count in zip(figure.at_risk_days, figure.at_risk[arm], strict=True):
            assert count == sum(last >= day for last, _ in known)
        hidden = figure.hidden_from[arm]
        assert sum(last >= hidden for last, _ in known) < 5 <= sum(last >= hidden - 1 for last, _ in known)
    for arm, ref in ((arm, "Placebo") for arm in mine if arm != "Placebo"):
        p = stats.logrank(samples[arm], samples["Placebo"]).pvalue
        assert any(f"{arm} v {ref}: p = {p:.4f}" in note for note in figure.footnotes)


def test_that_an_open_session_has_the_curve_but_no_test(demo: Locked) -> None:
    figure = demo.opened(Level.POOLED).figure("F15")
    assert figure.arms == (TOTAL,)
    assert not any("Log-rank" in note for note in figure.footnotes)


# The worked example of the definitions: last days with 0 censored, 1 the event, 2 death.
WORKED = {"S1": (5, 1), "S2": (8, 0), "S3": (10, 2), "S4": (12, 1), "S5": (15, 0), "S6": (20, 0)}


def day_text(day: int) -> str:
    return f"2020-03-{day:02d}"


def worked(folder: Path) -> Session:
    people = [
        person(name, "Qarm 1", RFPENDTC=day_text(last), DTHDTC=day_text(last) if code == 2 else "")
        for name, (last, code) in WORKED.items()
    ]
    events = [
        event(name, "Pneumonia", day_text(last), **INFECTED) for name, (last, code) in WORKED.items() if code == 1
    ]
    return opened(study([*people, person("S7", "Qarm 2")], events, ("Qarm 1", "Qarm 2")), folder)


def test_that_the_worked_incidence_with_a_death_is_drawn(tmp_path: Path) -> None:
    session = worked(tmp_path)
    competing, alone = session.figure("F15A"), session.figure("F15")
    assert [at(competing, "Qarm 1", day) for day in (4, 5, 11, 12)] == pytest.approx([0, 100 / 6, 100 / 6, 37.5])
    assert at(alone, "Qarm 1", 12) == pytest.approx(44.4444, abs=0.0001)
    assert any("competing events: death, in 1 subject(s)" in note for note in competing.footnotes)
    assert alone.footnotes[0] == "Not informative: fewer than 8 subjects at risk in Qarm 1, Qarm 2."


def test_that_stopping_early_competes_on_treatment_alone(tmp_path: Path) -> None:
    """Of four, one is infected on day 30; one had left on day 10, one completed on day 10, one stays."""
    ends = {"S1": 39, "S2": 10, "S3": 10, "S4": 39}
    reasons = {"S2": "ADVERSE EVENT", "S3": "COMPLETED", "S4": "COMPLETED", "S1": "COMPLETED"}
    people = [person(name, "Qarm 1", RFPENDTC=f"2020-04-{ends[name] - 31:02d}" if ends[name] > 31 else
                     day_text(ends[name])) for name in ends]  # fmt: skip
    ds = [{"USUBJID": name, "DSDECOD": why, "DSSTDTC": "2020-03-10"} for name, why in reasons.items()]
    told = study([*people, person("S9", "Qarm 2")], [event("S1", "Pneumonia", day_text(30), **INFECTED)],
                 ("Qarm 1", "Qarm 2"), ds=ds)  # fmt: skip
    session = opened(told, tmp_path)
    assert at(session.figure("F15A"), "Qarm 1", 30) == pytest.approx(50)
    session.choose(window=Window.ON_TREATMENT)
    # One of three at risk after the completer is censored leaves by stopping: S(29) = 1 - 1/4, then 1 of 2.
    assert at(session.figure("F15A"), "Qarm 1", 30) == pytest.approx(100 * float(Fraction(3, 4) * Fraction(1, 2)))
    assert at(session.figure("F15"), "Qarm 1", 30) == pytest.approx(50)


def test_that_the_mean_count_ends_at_events_per_subject_when_nobody_is_censored(tmp_path: Path) -> None:
    people = [person(f"S{i}", "Qarm 1" if i < 6 else "Qarm 2") for i in range(10)]
    days = {"S0": [3, 9, 9, 30], "S1": [9], "S2": [40 - 9], "S6": [2]}
    events = [event(name, "Pneumonia", day_text(day), **INFECTED) for name, found in days.items() for day in found]
    figure = opened(study(people, events, ("Qarm 1", "Qarm 2")), tmp_path).figure("F15M")
    assert at(figure, "Qarm 1", 40) == pytest.approx(100 * 6 / 6)
    assert at(figure, "Qarm 2", 40) == pytest.approx(100 * 1 / 4)
    assert at(figure, "Qarm 1", 9) == pytest.approx(100 * 4 / 6)
    assert any("Qarm 1: 6 in 3 subject(s), 1 with two or more" in note for note in figure.footnotes)


def test_that_the_mean_count_of_the_demo_trial_is_recounted_day_by_day(demo: Locked) -> None:
    figure = demo.opened(Level.NAMED).figure("F15M")
    oracle = Oracle(read_folder(demo.source), rules_of(demo.study))
    for arm in ("hrIL-2", "Placebo"):
        members = oracle.members(arm)
        mine = [((e.onset - e.person.first).days + 1, e.person.subject) for e in oracle.events
                if e.person.arm == arm and e.person.first and e.soc == "Infections and infestations"]  # fmt: skip
        mean = Fraction(0)
        for day in sorted({day for day, _ in mine}):
            risk = sum(person.days >= day for person in members)
            mean += Fraction(sum(d == day for d, _ in mine), risk)
            assert at(figure, arm, day) == pytest.approx(100 * float(mean))
        curve = next(c for c in figure.curves if c.arm == arm)
        assert all(low <= y <= high for low, y, high in zip(curve.low, curve.y, curve.high, strict=True) if low == low)


def test_that_a_term_a_basket_and_a_serious_row_have_curves_of_their_own_subjects(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    people = treated()
    for row, of, line in (
        (("Term", "Upper respiratory tract infection"), "K15", "Upper respiratory infection"),
        (("Injection site reactions",), "K14", "Injection site reactions"),
        (("General disorders and administration site conditions", "Pyrexia"), "T09", "Fever"),
    ):
        figure = session.figure("F15", row, of)
        for arm, label in (("hrIL-2", "hrIL-2 1 MIU"), ("Placebo", "Placebo")):
            who = {ae["USUBJID"] for ae in emergent() if LINES[line][2](ae)}
            cases = sum(people[subject]["ACTARM"] == label for subject in who)
            # Before anybody leaves, the share is a plain one.
            first = min(people_end(s) for s in people if people[s]["ACTARM"] == label)
            early = {s for s in who if people[s]["ACTARM"] == label and onset_day(s, line) < first}
            n = sum(p["ACTARM"] == label for p in people.values())
            assert at(figure, arm, first - 1) == pytest.approx(100 * len(early) / n)
            assert cases >= len(early)
    assert any(infection(ae) for ae in emergent())


def people_end(subject: str) -> int:
    one = treated()[subject]
    return (date.fromisoformat(one["RFPENDTC"]) - date.fromisoformat(one["RFXSTDTC"][:10])).days + 1


def onset_day(subject: str, line: str) -> int:
    first = date.fromisoformat(treated()[subject]["RFXSTDTC"][:10])
    mine = [ae for ae in emergent() if ae["USUBJID"] == subject and LINES[line][2](ae)]
    return min((date.fromisoformat(ae["AESTDTC"]) - first).days + 1 for ae in mine)


def test_that_the_first_value_above_a_multiple_is_the_raw_one(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    found = passing(session._cut, ("ALT", "high", ">3 x ULN"))
    ids = session._cut.subjects["USUBJID"].tolist()
    first: dict[str, int] = {}
    for row in read("lb"):
        subject = row["USUBJID"]
        if row["LBTESTCD"] != "ALT" or subject not in treated() or row["LBDTC"][:10] > "2019-06-30":
            continue
        day = (date.fromisoformat(row["LBDTC"][:10]) - date.fromisoformat(treated()[subject]["RFXSTDTC"][:10])).days + 1
        limit = row["LBSTNRHI"] if row["LBSTNRHI"] == row["LBSTNRHI"] else 40.0
        if day > 1 and row["LBSTRESN"] == row["LBSTRESN"] and row["LBSTRESN"] > 3 * limit + 1e-9:
            first[subject] = min(day, first.get(subject, day))
    ours = {ids[i]: day for i, day in enumerate(found.first.tolist()) if day == day and ids[i] in treated()}
    assert ours == first
    assert ours


@pytest.mark.parametrize(("of", "least"), [("T16", 10), ("K18", 10), ("K19", 5)])
def test_that_as_many_pass_a_threshold_as_its_table_counts(demo: Locked, of: str, least: int) -> None:
    session = demo.opened(Level.NAMED)
    table, seen = session.table(of), 0
    for row in table.rows:
        thresholds = len(row.key) > 1 and row.key[-1].startswith((">", "<", "decrease"))
        if not thresholds or len(row.key) > 3 or row.key[0] == "INR" or row.key[0].startswith("Potential"):
            continue
        found = passing(session._cut, row.key)
        for arm in session.arms:
            members = session._cut.in_column(arm)
            assert int((members & np.isfinite(found.first)).sum()) == table.cells[row.key, Column(arm, Stat.N)].value
            n = table.cells[row.key, Column(arm, Stat.DENOMINATOR)].value
            assert int((members & (found.last > 0)).sum()) == n, row.key
        seen += 1
    assert seen >= least


def test_that_a_row_without_events_or_threshold_is_refused(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    for row, of in ((("Age",), "T06"), (("Two or more",), "K15"), (("Deaths on study (any cause)",), "T08")):
        with pytest.raises(Refusal, match="count no events"):
            session.figure("F15", row, of)
    with pytest.raises(Refusal, match="no threshold that a single value can pass"):
        session.figure("F15", ("Potential Hy's law",), "K18")
    with pytest.raises(Refusal, match="count no events"):
        session.figure("F15M", ("ALT", "high", ">3 x ULN"), "K18")
