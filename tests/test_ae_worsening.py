"""Events that began before treatment and became worse under it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.words import Level, PartialStart, Window
from tests.ae_study import cells, column, event, opened, person, study
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]

ARMS = ["Qarm 1", "Qarm 2"]
BEFORE = "2020-02-10"


def people(size: int = 8) -> list[dict[str, str]]:
    return [person(f"S{number}", ARMS[number % 2]) for number in range(size)]


def test_that_only_an_event_that_became_worse_or_may_have_counts_from_day_1(tmp_path: Path) -> None:
    events = [
        event("S0", start=BEFORE, AEITOXGR="1", AETOXGR="3"),  # worse
        event("S1", start=BEFORE, AEITOXGR="2", AETOXGR="2"),  # not
        event("S2", start=BEFORE, AEITOXGR="3", AETOXGR="1"),  # better
        event("S3", start=BEFORE, AEITOXGR="", AETOXGR="1"),  # not known, so it counts
        event("S4", start=BEFORE, AEITOXGR="GRADE 2", AETOXGR=""),  # not known
        event("S5", start=BEFORE, AEENDTC="2020-02-29", AEITOXGR="1", AETOXGR="3"),  # over before treatment
        event("S6", start="2020-03-05", AEITOXGR="3", AETOXGR="3"),  # began under treatment
    ]
    session = opened(study(people(), events, ARMS), tmp_path)
    found = cells(session, "T09")
    assert found["Any", "Total", "n"] == "4"
    assert session.counts["ae_worsened"] == 3
    # S0 and S4 on day 1, S6 on day 5, of 4 subjects watched 40 days: 1 + 1 + 5 + 40 days to three first events.
    assert found["Any", "Qarm 1", "eair"] == f"{100 * 3 / (47 / 365.25):.1f}"
    assert any("3 record(s) that began before the first dose and worsened" in n for n in session.table("T09").footnotes)
    session.choose(window=Window.ON_TREATMENT, days=0)
    assert column(session, "T09")["Any"] == "3"


@pytest.mark.parametrize("initial", ["AESEVINI", "AEISEV"])
def test_that_severity_worsens_too(tmp_path: Path, initial: str) -> None:
    events = [event("S0", start=BEFORE, AESEV="SEVERE", **{initial: "MILD"}),
              event("S1", start=BEFORE, AESEV="MILD", **{initial: "MODERATE"})]  # fmt: skip
    assert column(opened(study(people(), events, ARMS), tmp_path), "T09")["Any"] == "1"


def test_that_without_an_initial_intensity_nothing_changes_and_the_table_says_so(tmp_path: Path) -> None:
    events = [event("S0", start=BEFORE, AETOXGR="3"), event("S1", AETOXGR="1")]
    session = opened(study(people(), events, ARMS), tmp_path)
    assert column(session, "T09")["Any"] == "1"
    assert any("can only be seen as a new record" in note for note in session.table("T09").footnotes)


@pytest.mark.parametrize("partial_start", ["conservative", "first"])
def test_that_a_partial_start_that_can_only_lie_before_treatment_can_worsen(tmp_path: Path, partial_start: str) -> None:
    """A start without any date may lie after the first dose: the rule for such starts decides, not worsening."""
    worse = {"AEITOXGR": "1", "AETOXGR": "2"}
    events = [event("S0", start="2019", **worse), event("S1", start="2020-02", **worse), event("S2", start="", **worse),
              event("S3", start="2019-11", AEITOXGR="2", AETOXGR="2")]  # fmt: skip
    session = opened(study(people(), events, ARMS), tmp_path, Level.POOLED)
    session.choose(partial_start=PartialStart(partial_start))
    assert column(session, "T09")["Any"] == ("3" if partial_start == "conservative" else "2")
