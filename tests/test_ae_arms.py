"""Any number of arms: six, one without events and one without subjects."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from tests.ae_study import cells, event, opened, person, study
from tests.quick_stretch import quick_phrases
from tests.test_recount_random import recounted

__all__ = ["quick_phrases"]

SIX = ["Qarm 1", "Qarm 2", "Qarm 3", "Control", "Qarm 5", "Qarm 6"]
TABLES = ("T07", "T08", "T09", "T10", "T11", "T12", "T13", "K14")


def six_arms() -> dict[str, object]:
    """Return a study in which Qarm 5 has no event and Qarm 6 nobody; Control is labelled so, and called Placebo."""
    texts = ["Qarm 1", "Qarm 2", "Qarm 3", "Placebo", "Qarm 5"]
    people = [person(f"S{arm}{number}", text) for arm, text in enumerate(texts) for number in range(2 + arm % 3)]
    events = [
        event(f"S{arm}{number % 2}", term, f"2020-03-{3 + number:02d}", AESER="Y" if number else "N",
              AETOXGR=str(1 + (arm + number) % 4), AEACN="DRUG WITHDRAWN" if arm == 1 else "")
        for arm in range(4)
        for number, term in enumerate(("Headache", "Palpitations", "Headache", "Fall")[: arm + 1])
    ]  # fmt: skip
    return study(people, events, SIX, reference="Control")


@pytest.mark.parametrize("picked", [(0, 0), (5, 3)])
def test_that_six_arms_are_counted_as_the_naive_recount_does(tmp_path: Path, picked: tuple[int, int]) -> None:
    assert recounted(six_arms(), tmp_path, picked) == []


def test_that_an_arm_without_events_has_zeros_and_one_without_subjects_is_not_evaluable(tmp_path: Path) -> None:
    session = opened(six_arms(), tmp_path)
    for exhibit in TABLES:
        found = cells(session, exhibit)
        for row in {row for row, _, _ in found}:
            assert [found[row, "Qarm 6", stat] for stat in ("n", "N", "pct")] == ["0", "0", "NE"], (exhibit, row)
            assert [found[row, "Qarm 5", stat] for stat in ("N", "pct")] == ["3", "0.0"], (exhibit, row)
            if (row, "Qarm 6 - Control", "rd") in found:
                assert found[row, "Qarm 6 - Control", "rd"] == "NE"
                assert found[row, "Qarm 6 - Control", "p_fisher"] == ""
            if (row, "Qarm 6", "eaer") in found:
                assert {found[row, "Qarm 6", stat] for stat in ("eair", "eair_low", "eaer", "eaer_high")} == {"NE"}
                assert found[row, "Qarm 5", "eaer"] == "0.0"


@pytest.mark.parametrize("level", [Level.POOLED, Level.MASKED, Level.NAMED])
def test_that_every_count_opens_as_many_subjects_and_records(tmp_path: Path, level: Level) -> None:
    session = opened(six_arms(), tmp_path, level)
    for table, row, where, cell in session.walk(TABLES):
        if cell.value is None or where.stat not in (Stat.N, Stat.EVENTS):
            continue
        drill = session.drill(table.exhibit, row.key, Column(where.arm, where.stat))
        shown = drill.subjects if where.stat is Stat.N else drill.records
        assert len(shown.rows) == cell.value, (table.exhibit, row.key, where)
