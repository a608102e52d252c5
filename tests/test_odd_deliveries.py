"""Deliveries that are sound but unusual: no laboratory, flags of the source, doses that end before they start."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dsmb_app import ard
from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import read_study
from dsmb_app.model.words import Level
from tests.locked import Locked, lock_for_test
from tests.test_refusals import AE, DM, EX, STUDY, changed, write


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    folder = tmp_path / "delivery"
    folder.mkdir()
    write(folder, {"dm": DM, "ex": EX, "ae": AE})
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


def results(delivery: Path, state: Path, level: Level = Level.NAMED) -> dict[tuple[str, ...], dict[str, str]]:
    locked: Locked = lock_for_test(delivery, delivery / "study.toml", delivery.parent)
    text = ard.results_csv(locked.session(level, state))
    return {(x["exhibit"], x["row"], x["arm"], x["stat_name"]): x for x in csv.DictReader(text.splitlines())}


def test_that_a_delivery_without_laboratory_gives_every_exhibit(delivery: Path, state: Path) -> None:
    found = results(delivery, state)
    assert {key[0] for key in found} >= {"T02", "T06", "T08", "T09", "K15"}
    assert not [key for key in found if key[0] == "K17"]


@pytest.mark.parametrize("partial", ["conservative", "first"])
def test_that_the_sources_flag_decides_and_rates_stay_finite(delivery: Path, state: Path, partial: str) -> None:
    flagged = [[*AE[0], "AETRTEM"], [*changed(AE, 1, "AESTDTC", "2019")[1], "Y"], [*AE[2], ""]]
    write(delivery, {"ae": flagged})
    emergent = f'[emergent]\nflag = "AE.AETRTEM"\npartial_start = "{partial}"\n'
    (delivery / "study.toml").write_text(STUDY + emergent, encoding="utf-8")
    found = results(delivery, state)
    assert found["T09", "Any", "Active", "n"]["stat"] == "1.0"
    assert found["T09", "Any", "Placebo", "n"]["stat"] == "0.0"
    assert float(found["T09", "Any", "Active", "eair"]["stat"]) == pytest.approx(36525.0)  # one event on day 1


def test_that_a_dose_which_ends_before_it_starts_lasts_one_day(delivery: Path, state: Path) -> None:
    write(delivery, {"ex": changed(EX, 1, "EXENDTC", "2019-12-20")})
    found = results(delivery, state)
    assert found["T06", "Treatment duration (days)", "Active", "mean"]["stat"] == "1.0"


def test_that_a_folder_for_a_study_file_is_refused_in_words(delivery: Path) -> None:
    with pytest.raises(Refusal, match="STUDY-UNREADABLE"):
        read_study(delivery)


def test_that_small_counts_are_not_shown_in_open_sessions(delivery: Path, state: Path) -> None:
    opened = STUDY + "[open]\nsafety = true\nsmall_cells = 5\n"
    (delivery / "study.toml").write_text(opened, encoding="utf-8")
    found = results(delivery, state, Level.POOLED)
    cell = found["T09", "Any", "Total", "n"]
    assert (cell["stat"], cell["stat_fmt"]) == ("", "<5")
    assert found["T06", "Treatment duration (days)", "Total", "mean"]["stat"] == ""
