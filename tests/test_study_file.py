"""The study file: what is accepted, and what a wrong line is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import Study, read_study

HEAD = '[study]\nid = "X"\ntitle = "T"\ncutoff = 2020-01-31\n'


def read(folder: Path, text: str) -> Study:
    path = folder / "study.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_study(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[ae]\nholdback = []\n", "'ae.holdback' is not known; the nearest known key is 'ae.hold_back'"),
        ("[shedule]\n", "'shedule' is not known; the nearest known key is 'schedule'"),
        ('[schedule]\nvisits = [{ name = "W", day = 1, windo = 3 }]\n', "'schedule.visits.0.window'"),
        ("[schedule]\ncycles = { length = 28, dosing = 14, doses = 7, cont = 3 }\n", "'schedule.cycles.count'"),
        ('[emergent]\nwindow = "always"\n', "'emergent.window' does not fit"),
        ('[arms]\norder = ["A", "B"]\nreference = "C"\n', "is not one of the arms"),
        ('[arms]\norder = ["A", "B"]\nlabels = { "x" = "C" }\n', "labels name arms that order does not hold"),
        ('[blind]\nallow = ["COMPLT24"]\n', "'blind.allow.0' does not fit"),
        ("[open]\nsmall_cells = -1\n", "'open.small_cells' does not fit"),
        ('[pack]\nleave_out = ["K20", "K99"]\n', "no sheet K99; known are K03, F1,"),
        ("cutoff = 3\n", "not TOML"),
    ],
)
def test_that_a_wrong_line_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Refusal, match=r"study\.toml") as refused:
        read(tmp_path, text)
    assert words in str(refused.value)


def test_that_a_missing_file_and_a_missing_key_are_said(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="dsmb init"):
        read_study(tmp_path / "none.toml")
    (tmp_path / "study.toml").write_text("[study]\nid = 'X'\ntitle = 'T'\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"'study.cutoff' is missing"):
        read_study(tmp_path / "study.toml")


def test_that_defaults_are_the_cautious_ones(tmp_path: Path) -> None:
    study = read(tmp_path, "")
    assert not study.open.safety
    assert not study.open.patients
    assert not study.schedule.same_in_all_arms
    assert not study.blind.keep_dates


def test_that_a_blinded_reader_sees_no_arm_setting_but_the_source(tmp_path: Path) -> None:
    study = read(tmp_path, '[arms]\norder = ["New", "Old"]\nreference = "Old"\ndrug_words = ["wonder"]\n')
    assert study.without_arms()["arms"] == {"source": "actual"}
    assert Study.model_validate(study.without_arms()).arms.order == ()
    both = Study.model_validate({**study.without_arms(), "arms": study.arms_only()})
    assert both == study


def test_that_a_text_can_be_declared_to_be_no_arm(tmp_path: Path) -> None:
    study = read(tmp_path, '[arms]\norder = ["New", "Old"]\nlabels = { "Not randomised" = "" }\n')
    assert study.arms.labels == {"Not randomised": ""}
