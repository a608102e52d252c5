"""The interval of an event rate: exact where events are independent, robust where they cluster in subjects."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dsmb_app.analyses.cells import ROBUST
from dsmb_app.analyses.rates import poisson_rate, robust_rate
from dsmb_app.model.result import Column
from dsmb_app.model.words import Stat
from dsmb_app.session import Session
from tests.ae_study import FIRST_DOSE, cells, event, opened, person, study
from tests.oracle.reading import Record
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]

ARMS = ["Qarm 1", "Qarm 2"]


def watched(name: str, days: int, arm: str = "Qarm 1") -> Record:
    """Return a subject watched for so many days."""
    last = date.fromisoformat(FIRST_DOSE) + timedelta(days=days - 1)
    return person(name, arm, RFPENDTC=last.isoformat())


def notes(session: Session, arm: str = "Qarm 1") -> list[str]:
    found = [session.table("T09").cell(("Any",), Column(arm, stat)) for stat in (Stat.EAER_LOW, Stat.EAER_HIGH)]
    return [cell.note for cell in found if cell is not None]


def test_that_the_worked_robust_interval_is_reproduced() -> None:
    """6, 0, 1 and 0 events in 100, 100, 200 and 100 days: 7 events in 500 days, 0.014 a day.

    Residuals 4.6, -1.4, -1.8, -1.4 with squares 21.16, 1.96, 3.24, 1.96: spread 28.32, whose root over 7 is 0.760236.
    exp(1.959964 x 0.760236) = 4.437254; 511.35 per 100 years, over and times that.
    """
    found = robust_rate(7, 500 / 365.25, 28.32)
    assert [float(part) for part in found] == pytest.approx([511.35, 115.240, 2268.99], abs=0.006)
    exact = poisson_rate(7, 500 / 365.25)
    assert found.low < exact.low
    assert found.high > exact.high


def test_that_a_table_prints_the_worked_interval_and_says_so(tmp_path: Path) -> None:
    days = {"S1": 50, "S2": 50, "S3": 100, "S4": 50}
    people = [*(watched(name, many) for name, many in days.items()), person("S5", "Qarm 2")]
    events = [*(event("S1", start=f"2020-03-{day:02d}") for day in range(2, 8)), event("S3")]
    session = opened(study(people, events, ARMS), tmp_path)
    found = cells(session, "T09")
    # Half the days of the worked case, so twice its rates: the residuals are the same.
    printed = [found["Any", "Qarm 1", stat] for stat in ("eaer", "eaer_low", "eaer_high")]
    assert printed == ["1022.7", "230.5", "4538.0"]
    assert notes(session) == [ROBUST, ROBUST]
    assert any("the 95% interval is robust" in note for note in session.table("T09").footnotes)


@pytest.mark.parametrize(("size", "said"), [(9, ""), (10, ROBUST)])
def test_that_a_dispersion_of_exactly_one_and_a_half_is_still_exact(tmp_path: Path, size: int, said: str) -> None:
    """2 and 1 events among N: the index is (5 N - 9) / (3 (N - 1)), which is 1.5 at N = 9 and 41/27 at N = 10."""
    people = [*(person(f"S{number}", "Qarm 1") for number in range(size)), person("T1", "Qarm 2")]
    session = opened(study(people, [event("S1"), event("S1"), event("S2")], ARMS), tmp_path)
    assert notes(session) == [said, said]
    if not said:
        # Garwood's limits of a count of 3, over 9 x 40 days.
        low, high = (cells(session, "T09")["Any", "Qarm 1", stat] for stat in ("eaer_low", "eaer_high"))
        years = 9 * 40 / 365.25
        assert (float(low), float(high)) == pytest.approx((61.867 / years, 876.727 / years), abs=0.06)


def test_that_more_than_one_and_a_half_events_a_subject_are_enough(tmp_path: Path) -> None:
    """2, 2 and 1 events are less uneven than chance, but five in three subjects are many."""
    people = [*(person(f"S{number}", "Qarm 1") for number in range(3)), person("T1", "Qarm 2")]
    events = [event(name) for name in ("S0", "S0", "S1", "S1", "S2")]
    assert notes(opened(study(people, events, ARMS), tmp_path)) == [ROBUST, ROBUST]


def test_that_one_subject_no_event_and_equal_subjects_keep_the_exact_interval(tmp_path: Path) -> None:
    arms = ["Qarm 1", "Qarm 2", "Qarm 3"]
    people = [person("S0", "Qarm 1"), person("T1", "Qarm 2"), person("U1", "Qarm 3"), person("U2", "Qarm 3")]
    events = [event(name) for name in ("S0",) * 5 + ("U1",) * 2 + ("U2",) * 2]
    session = opened(study(people, events, arms), tmp_path)
    assert [notes(session, arm) for arm in arms] == [["", ""]] * 3
