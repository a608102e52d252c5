"""The CDISC pilot as ADaM, alone and beside SDTM: the published table, and every number of the SDTM delivery."""

from __future__ import annotations

import csv
import shutil
from functools import cache
from pathlib import Path

import pytest

from dsmb_app import ard
from dsmb_app.model.words import Level
from tests.adam_of_sdtm import Tables, send, tables
from tests.locked import Locked, lock_for_test
from tests.oracle.reading import read_folder
from tests.test_blinding import PILOT_WORDS, found_words, parts
from tests.test_pilot_table import ARMS, cells, read_results

EXHIBITS = ("T06", "T08", "T09", "T14", "K17", "K18")
BODY = ("Weight", "Height", "BMI")
FLAG = '[emergent]\nflag = "ADAE.TRTEMFL"'


@pytest.fixture(scope="module")
def made(shared_data: Path) -> Tables:
    return tables(read_folder(shared_data / "cdiscpilot01"))


@pytest.fixture(scope="module")
def adam(made: Tables, pilot: Locked, tmp_path_factory: pytest.TempPathFactory) -> Locked:
    """Return the pilot, delivered as ADSL, ADAE and three pieces of ADLB alone."""
    folder = tmp_path_factory.mktemp("adam")
    return lock_for_test(send(folder / "source", made), pilot.study, folder)


@pytest.fixture(scope="module")
def both(made: Tables, pilot: Locked, tmp_path_factory: pytest.TempPathFactory) -> Locked:
    """Return the pilot's SDTM and ADaM side by side, counted by the source's own emergent flag."""
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(pilot.source, folder / "source")
    study = folder / "study.toml"
    study.write_text(pilot.study.read_text(encoding="utf-8").replace("[emergent]", FLAG), encoding="utf-8")
    return lock_for_test(send(folder / "source", made), study, folder)


@pytest.fixture(params=["adam", "both"])
def either(request: pytest.FixtureRequest) -> Locked:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Locked)
    return found


@cache
def numbers(locked: Locked, exhibits: tuple[str, ...] = EXHIBITS) -> dict[tuple[str, ...], str]:
    """Return every analysis result but those of dosing records, which ADSL does not tell."""
    text = ard.results_csv(locked.opened(Level.NAMED), exhibits)
    keys = ("exhibit", "row", "arm", "arm_ref", "stat_name")
    return {
        tuple(line[k] for k in keys): line["stat"]
        for line in csv.DictReader(text.splitlines())
        if not line["row"].startswith(("Dosing records", "Interrupted", "Average daily dose", "Cumulative dose"))
    }


def test_that_adam_gives_the_published_table(either: Locked, shared_data: Path) -> None:
    with (shared_data / "expected" / "14-5.01_teae.csv").open(newline="", encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    results = read_results(ard.results_csv(either.opened(Level.NAMED), ["T09"]))
    wrong = [
        (row, arm, stat)
        for line, row, short, arm in cells(published)
        for column, stat in (("n", "n"), ("N", "N"), ("events", "events"))
        if float(results[row, arm, "", stat]) != float(line[f"{column}_{short}"])
    ]
    assert wrong == []
    assert len(published) * len(ARMS) == 762


def test_that_adam_gives_every_number_of_the_sdtm_delivery(either: Locked, pilot: Locked) -> None:
    found, expected = numbers(either), numbers(pilot)
    assert {key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key)} == set()
    assert {key[0] for key in expected} == set(EXHIBITS)


def test_that_the_body_at_baseline_of_advs_is_that_of_the_vital_signs(adam: Locked, pilot: Locked) -> None:
    found, expected = (
        {key: value for key, value in numbers(one, ("T05",)).items() if key[1].startswith(BODY)}
        for one in (adam, pilot)
    )
    assert found == expected
    assert len({key[1] for key in expected}) == 6  # weight, height, BMI and its three groups


def test_that_adam_gives_the_same_numbers_with_conservative_partial_starts(
    adam: Locked, pilot: Locked, state: Path
) -> None:
    """An imputed date that was taken for a collected one would move this table."""
    found = []
    for locked in (adam, pilot):
        session = locked.session(Level.NAMED, state)
        session.choose(partial_start="conservative")
        found.append(ard.results_csv(session, ["T08", "T09"]).splitlines())
    one, other = (
        {(x["exhibit"], x["row"], x["arm"], x["stat_name"], x["arm_ref"]): x["stat"] for x in csv.DictReader(lines)}
        for lines in found
    )
    assert one == other


def test_that_the_report_says_what_was_used(adam: Locked, both: Locked) -> None:
    assert adam.report.counts["safety population: ADSL.SAFFL"] == 254
    assert adam.report.counts["actual arm: ADSL.TRT01A"] == 254
    assert adam.report.counts["end of study: ADSL.EOSDT"] == 254
    assert adam.report.counts["ADLB rows of derived parameters (PARAMTYP), left out"] == 762
    assert "DM is not delivered: made of ADSL" in adam.report.notes
    assert (
        both.report.counts["laboratory baselines by ADLB.ABLFL"]
        == adam.report.counts["laboratory baselines by ADLB.ABLFL"]
    )
    assert not any(note.startswith("DM is not delivered") for note in both.report.notes)
    assert not any("is not DM" in rule or "is not ADSL" in rule for rule in both.report.counts)


def test_that_footnotes_name_the_columns_of_adam(adam: Locked) -> None:
    table = adam.opened(Level.NAMED).table("T09")
    notes = " ".join(table.footnotes)
    assert "Arm: planned (ADSL.TRT01P, else DM.ARM)." in notes
    assert "safety population (ADSL.SAFFL = Y)" in notes


def test_that_adam_names_no_treatment_in_the_open_part_or_the_codes(either: Locked, pilot: Locked) -> None:
    opened = parts(either, "main", "codes", "names")
    title = (
        b"Safety and efficacy of the xanomeline transdermal therapeutic system in mild to moderate Alzheimer's disease"
    )
    assert title in opened["main"]
    assert found_words(opened["main"].replace(title, b""), PILOT_WORDS) == []
    assert found_words(opened["codes"], PILOT_WORDS) == []
    assert {"Xanomeline", "Placebo"} <= set(found_words(opened["names"], PILOT_WORDS))


def test_that_every_delivered_column_of_adam_is_in_the_report(adam: Locked, made: Tables) -> None:
    told = {(dataset, column): part for dataset, column, part, _ in adam.report.classes}
    for name, rows in made.items():
        for column in rows[0]:
            assert told[name, column] == "names", (name, column)
    assert told["DM", "AGE"] == "main"
    assert not [column for (_, column), part in told.items() if part == "main" and column.startswith(("TRT0", "ARM"))]
