"""The command line's own words: lists of values, help, audit log, versions."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from dsmb_app import cli
from dsmb_app.cli import repeat_options, with_command
from dsmb_app.model.choices import Choices
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Order, Window
from tests.commands import dsmb
from tests.locked import Locked


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ard F --exhibit T08 T09", "ard F --exhibit T08 --exhibit T09"),
        ("ard --exhibit T08 T09 F.dsmb", "ard --exhibit T08 --exhibit T09 F.dsmb"),
        (
            "ard F --choice window=on-study days=3 --level named",
            "ard F --choice window=on-study --choice days=3 --level named",
        ),
        ("ard F --exhibit T08 --out T09", "ard F --exhibit T08 --out T09"),
        ("lock A --out B", "lock A --out B"),
    ],
)
def test_that_several_values_may_follow_one_option(typed: str, meant: str) -> None:
    assert repeat_options(typed.split()) == meant.split()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["/a b/Meeting.DSMB"], ["open", "/a b/Meeting.DSMB"]),
        (["open", "a.dsmb"], ["open", "a.dsmb"]),
        (["a.dsmb", "--closed"], ["a.dsmb", "--closed"]),
        (["verify"], ["verify"]),
        ([], []),
    ],
)
def test_that_a_snapshot_alone_is_opened_as_a_desktop_asks_for_a_double_click(
    typed: list[str], meant: list[str]
) -> None:
    assert with_command(typed) == meant


def test_that_the_program_itself_takes_a_snapshot_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(cli.sys, "argv", ["dsmb", "meeting.dsmb"])
    monkeypatch.setattr(cli, "app", lambda: seen.append(list(cli.sys.argv)))
    cli.main()
    assert seen == [["dsmb", "open", "meeting.dsmb"]]


def test_that_choices_are_read_by_their_own_or_their_study_file_name() -> None:
    chosen = Choices().changed_by_text(["emergent.window=on-treatment", "order=alphabetical", "at_least=5"])
    assert (chosen.window, chosen.order, chosen.at_least) == (Window.ON_TREATMENT, Order.ALPHABETICAL, 5.0)
    for wrong in ("colour=red", "window=sometimes", "at_least=101", "days=-1", "days=x"):
        with pytest.raises(Refusal):
            Choices().changed_by_text([wrong])


def test_that_results_are_unique_lines_of_the_documented_form_at_every_level(demo: Locked, tmp_path: Path) -> None:
    for level in ("pooled", "masked", "named"):
        out = tmp_path / f"{level}.csv"
        done = dsmb("ard", demo.file, "--secrets", demo.secrets, "--level", level, "--out", out)
        assert done.returncode == 0, done.stderr
        with out.open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        assert list(lines[0]) == ["exhibit", "arm", "arm_ref", "row", "stat_name", "stat", "stat_fmt", "note"]
        keys = [(x["exhibit"], x["arm"], x["arm_ref"], x["row"], x["stat_name"]) for x in lines]
        assert len(keys) == len(set(keys))
        assert all(x["note"] for x in lines if not x["stat"]), "an empty statistic says why"


def test_that_the_audit_log_holds_every_opening_unblinding_and_export(demo: Locked, state: Path) -> None:
    assert dsmb("ard", demo.file, "--secrets", demo.secrets, "--level", "named", "--exhibit", "T08").returncode == 0
    shown = dsmb("audit", "show").stdout.splitlines()
    events = [re.split(" {2,}", line)[4:6] for line in shown[1:]]
    assert events == [
        ["load", "ok"], ["unblind", "begin"], ["unblind", "ok"], ["unblind", "begin"], ["unblind", "ok"],
        ["export", events[-1][1]],
    ]  # fmt: skip
    checked = dsmb("audit", "verify", state / "audit.jsonl")
    assert checked.returncode == 0
    text = (state / "audit.jsonl").read_text(encoding="utf-8")
    assert not [word for word in ("hrIL-2", "Placebo", "IL2SLE01", str(demo.file)) if word in text]
    (state / "audit.jsonl").write_text(text.replace('"ev":"load"', '"ev":"look"', 1), encoding="utf-8")
    assert dsmb("audit", "verify", state / "audit.jsonl").returncode == 2


def test_that_without_a_trusted_signer_nothing_opens(demo: Locked) -> None:
    done = dsmb("ard", demo.file)
    assert done.returncode == 2
    assert "--signer" in done.stderr
    assert dsmb("verify", demo.file).returncode == 0
    assert dsmb("verify", demo.file, "--signer", demo.keys.signer).returncode == 0
    other = "ABCD-" * 7 + "ABCD"
    assert dsmb("verify", demo.file, "--signer", other).returncode == 2
