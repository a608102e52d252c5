"""The published Table 14-5.01 of the CDISC pilot, through the command line."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsmb_app import ard
from dsmb_app.model.formats import half_up
from dsmb_app.model.words import Level
from tests.locked import Locked

ARMS = {"placebo": "Placebo", "xan_low": "Xanomeline Low Dose", "xan_high": "Xanomeline High Dose"}
Results = dict[tuple[str, str, str, str], str]


@pytest.fixture(scope="module")
def published(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "expected" / "14-5.01_teae.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def results(pilot: Locked, tmp_path_factory: pytest.TempPathFactory) -> Results:
    out = tmp_path_factory.mktemp("ard") / "results.csv"
    command = [sys.executable, "-m", "dsmb_app", "ard", str(pilot.file), "--level", "named", "--exhibit", "T09"]
    environment = {"DSMB_STATE": str(out.parent / "state")}
    subprocess.run([*command, "--secrets", str(pilot.secrets), "--out", str(out)], check=True, env=environment)
    return read_results(out.read_text(encoding="utf-8"))


def read_results(text: str) -> Results:
    return {
        (line["row"], line["arm"], line["arm_ref"], line["stat_name"]): line["stat"]
        for line in csv.DictReader(io.StringIO(text))
    }


def row_name(line: dict[str, str]) -> str:
    return "Any" if line["level"] == "any" else " > ".join(part for part in (line["soc"], line["pt"]) if part)


def cells(published: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], str, str, str]]:
    for line in published:
        for short, arm in ARMS.items():
            yield line, row_name(line), short, arm


def test_that_every_count_equals_the_published_table(published: list[dict[str, str]], results: Results) -> None:
    wrong = []
    for line, row, short, arm in cells(published):
        for column, stat in (("n", "n"), ("N", "N"), ("events", "events")):
            found = results.get((row, arm, "", stat))
            if found is None or float(found) != float(line[f"{column}_{short}"]):
                wrong.append((row, arm, stat, line[f"{column}_{short}"], found))
    assert not wrong
    assert len(published) * len(ARMS) == 762


def test_that_every_percentage_equals_the_published_one(published: list[dict[str, str]], results: Results) -> None:
    for line, row, short, arm in cells(published):
        expected = line[f"pct_{short}"] or "0.0"  # the report leaves the percentage of nobody blank
        assert half_up(float(results[row, arm, "", "pct"]), 1) == expected, row


def test_that_every_p_value_equals_the_recomputed_one(published: list[dict[str, str]], results: Results) -> None:
    compared = 0
    for line in published:
        for short in ("low", "high"):
            found = results[row_name(line), ARMS[f"xan_{short}"], "Placebo", "p_fisher"]
            expected = line[f"p_{short}_recomputed"]
            assert (found == "") == (expected == "")
            if expected:
                assert float(found) == pytest.approx(float(expected), abs=1e-6)
                compared += 1
    assert compared == 413


def test_that_the_table_has_no_row_more_or_less(published: list[dict[str, str]], results: Results) -> None:
    assert {row for row, *_ in results} == {row_name(line) for line in published}


def test_that_patient_years_on_study_are_those_of_the_definitions(pilot: Locked) -> None:
    found = read_results(ard.results_csv(pilot.opened(Level.NAMED), ["T06"]))
    years = [half_up(float(found["Patient-years", arm, "", "py"]), 2) for arm in ARMS.values()]
    assert years == ["37.85", "32.41", "29.58"]
