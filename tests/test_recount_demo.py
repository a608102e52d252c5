"""The synthetic demo trial counted twice: by a naive recount from the definitions, and by the product."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.oracle.compare import disagreements, every_choice, rules_of
from tests.oracle.exhibits import results
from tests.oracle.people import Rules
from tests.oracle.reading import Data, read_folder
from tests.oracle.tables import Oracle


@pytest.fixture(scope="module")
def data(project: Path) -> Data:
    return read_folder(project / "resources" / "demo" / "current")


@pytest.fixture(scope="module")
def rules(project: Path) -> Rules:
    """The study file holds the injection-site basket back from open sessions."""
    return rules_of(project / "resources" / "demo" / "current" / "study.toml")


@pytest.mark.parametrize("level", Level)
def test_that_the_product_and_the_recount_agree_in_every_cell_for_every_choice(
    level: Level, demo: Locked, state: Path, data: Data, rules: Rules
) -> None:
    session = demo.session(level, state)
    for choice in every_choice(rules):
        told = disagreements(session, data, choice)
        assert told == [], (choice.window, choice.partial_start, choice.source)


def test_that_the_recount_finds_the_faults_that_were_put_in(data: Data, rules: Rules) -> None:
    """One uncoded term, one event after the cut-off, three before the first dose, one subject never dosed."""
    whole = Oracle(data, Rules(**{**vars(rules), "hidden": frozenset()}))
    assert [len(whole.members(arm)) for arm in ("hrIL-2", "Placebo", "Total")] == [29, 30, 59]
    assert sum(event.pt.startswith("Uncoded: ") for event in whole.events) == 1
    treated = {person.subject: person for person in whole.people}
    starts = [(record["AESTDTC"], treated.get(record["USUBJID"])) for record in data["AE"]]
    assert sum(start > rules.cutoff.isoformat() for start, _ in starts) == 1
    assert sum(person is not None and len(start) == 10 and start < str(person.first) for start, person in starts) == 3
    assert sum(person is None for _, person in starts) == 1
    # Every other record is emergent, so the table holds all but these five.
    assert len(whole.events) == len(data["AE"]) - 5


def test_that_terms_held_back_are_counted_only_in_closed_sessions(data: Data, rules: Rules) -> None:
    closed = results(Oracle(data, Rules(**{**vars(rules), "hidden": frozenset()})), "named")
    opened = results(Oracle(data, rules), "pooled")
    in_t09 = [key for key in closed if key[0] == "T09" and key[1] == "Total" and key[4] == "events"]
    held = [key for key in in_t09 if "Injection site" in key[3]]
    assert sum(closed[key] or 0 for key in held) > 0
    assert not any("Injection site" in row for name, _, _, row, _ in opened if name.startswith("T"))
    lost = (closed["T09", "Total", "", "Any", "events"] or 0) - (opened["T09", "Total", "", "Any", "events"] or 0)
    assert lost == sum(closed[key] or 0 for key in held)
