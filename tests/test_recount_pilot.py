"""The CDISC pilot study counted twice: by a naive recount from the definitions, and by the product."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.oracle.compare import disagreements, every_choice, rules_of
from tests.oracle.exhibits import results
from tests.oracle.people import Rules
from tests.oracle.reading import Data, read_folder
from tests.oracle.stats import half_up
from tests.oracle.tables import Oracle, Results, counts

ARMS = {"placebo": "Placebo", "xan_low": "Xanomeline Low Dose", "xan_high": "Xanomeline High Dose"}


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Data:
    return read_folder(shared_data / "cdiscpilot01")


@pytest.fixture(scope="module")
def rules(project: Path) -> Rules:
    return rules_of(project / "resources" / "studies" / "cdiscpilot01" / "study.toml")


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, dict[str, str]]:
    with (shared_data / "expected" / "14-5.01_teae.csv").open(newline="", encoding="utf-8") as file:
        return {_row(line): line for line in csv.DictReader(file)}


@pytest.fixture(scope="module")
def recount(data: Data, rules: Rules) -> Results:
    return results(Oracle(data, rules), "named")


def _row(line: dict[str, str]) -> str:
    return "Any" if line["level"] == "any" else " > ".join(part for part in (line["soc"], line["pt"]) if part)


def test_that_the_study_file_asks_for_the_choices_of_the_published_report(rules: Rules) -> None:
    assert (rules.source, rules.partial_start, rules.window) == ("planned", "first", "on-study")


def test_that_the_recount_alone_gives_the_published_table(
    published: dict[str, dict[str, str]], recount: Results
) -> None:
    assert len(published) == 254
    assert {key[3] for key in recount if key[0] == "T09"} == set(published)
    wrong = []
    for row, line in published.items():
        for short, arm in ARMS.items():
            n, size, events = (recount["T09", arm, "", row, stat] for stat in ("n", "N", "events"))
            share = half_up(Fraction(100 * int(n or 0), int(size or 0)), 1)
            told = [line[f"{column}_{short}"] for column in ("n", "N", "events", "pct")]
            told[3] = told[3] or "0.0"  # the report leaves the percentage of nobody blank
            if [str(n), str(size), str(events), share] != told:
                wrong.append((row, arm, n, size, events, share, told))
    assert wrong == []


def test_that_the_recount_alone_gives_the_published_p_values(
    published: dict[str, dict[str, str]], recount: Results
) -> None:
    for row, line in published.items():
        for short in ("low", "high"):
            told, p = line[f"p_{short}_recomputed"], recount["T09", ARMS[f"xan_{short}"], "Placebo", row, "p_fisher"]
            assert (p is None) == (told == ""), row
            assert p is None or p == pytest.approx(float(told), abs=1e-6), row


def test_that_the_recount_alone_gives_the_patient_years_of_the_definitions(recount: Results) -> None:
    years = [f"{recount['T06', arm, '', 'Patient-years', 'py']:.2f}" for arm in ARMS.values()]
    assert years == ["37.85", "32.41", "29.58"]


@pytest.mark.parametrize("level", [Level.POOLED, Level.NAMED])
def test_that_the_product_and_the_recount_agree_in_every_cell_for_every_choice_that_moves_one(
    level: Level, pilot: Locked, state: Path, data: Data, rules: Rules
) -> None:
    """The level masked, and every choice, are recounted on the demo, which is a tenth of the work."""
    session = pilot.session(level, state)
    found = {
        f"{choice.window}, {choice.source}": disagreements(session, data, choice)
        for choice in every_choice(rules)
        if choice.partial_start == rules.partial_start
    }
    assert len(found) == 4
    assert not any(found.values()), {choice: told[:5] for choice, told in found.items() if told}


def test_that_window_and_arm_source_move_the_numbers(data: Data, rules: Rules) -> None:
    """Otherwise the comparison for every choice would be one comparison made four times.

    The partial rule moves nothing here: every start that is only a year is of an event before treatment.
    """
    told = set()
    for choice in every_choice(rules):
        oracle = Oracle(data, choice)
        found = counts(oracle, "T09", {"Any": oracle.events}, ARMS.values())
        told.add((*found.values(), *map(oracle.years, ARMS.values())))
    assert len(told) == 4
