"""Hostile files that people are sent: names that command a terminal, lists without end, modules beside the data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import read_study
from dsmb_app.snapshot.delivered import check_names
from dsmb_app.snapshot.settings import Settings
from tests.audit_lines import lines_of, log_of, resign
from tests.commands import dsmb
from tests.locked import lock_for_test
from tests.test_refusals import AE, DM, EX, STUDY, write

CLEARS_THE_SCREEN = "\x1b[2J"
NESTED = "x = " + "[" * 100_000 + "]" * 100_000


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    folder = tmp_path / "delivery"
    folder.mkdir()
    write(folder, {"dm": DM, "ex": EX, "ae": AE})
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


def test_that_the_name_of_a_file_cannot_command_the_terminal_through_the_report(delivery: Path) -> None:
    (delivery / f"a{CLEARS_THE_SCREEN}.foo").write_text("x")
    text = lock_for_test(delivery, delivery / "study.toml", delivery.parent).report.text()
    assert "a?[2J.foo" in text
    assert "\x1b" not in text


def test_that_a_refusal_cannot_command_the_terminal() -> None:
    assert Refusal("X", "It is bad.", "Stop.", file=f"a{CLEARS_THE_SCREEN}\u202e.csv").sentence() == (
        "a?[2J?.csv: It is bad. Stop. [X]"
    )


def test_that_verifying_a_snapshot_cannot_command_the_terminal(delivery: Path) -> None:
    locked = lock_for_test(delivery, delivery / "study.toml", delivery.parent)
    odd = locked.file.rename(locked.file.with_name(f"a{CLEARS_THE_SCREEN}.dsmb"))
    done = dsmb("verify", odd)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout


def test_that_an_event_of_a_foreign_audit_log_cannot_command_the_terminal(tmp_path: Path) -> None:
    lines = lines_of(log_of(tmp_path / "log", 1))
    forged = tmp_path / "audit.jsonl"
    forged.write_bytes(resign(lines[0], Ed25519PrivateKey.generate(), ev=CLEARS_THE_SCREEN))
    done = dsmb("audit", "verify", forged)
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("text", [NESTED, "x = " + "9" * 10_000])
def test_that_toml_without_end_is_refused(delivery: Path, text: str) -> None:
    (delivery / "study.toml").write_text(text)
    with pytest.raises(Refusal, match="STUDY-NOT-TOML"):
        read_study(delivery / "study.toml")
    (delivery / "mine.toml").write_text(text)
    (delivery / "study.toml").write_text(STUDY + '[ae]\nbaskets = ["mine"]\n')
    with pytest.raises(Refusal, match="BASKET-BAD"):
        lock_for_test(delivery, delivery / "study.toml", delivery.parent)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_that_a_limit_which_is_no_number_is_refused(delivery: Path, value: str) -> None:
    (delivery / "study.toml").write_text(f'{STUDY}[lab]\nuln_defaults = {{ ALT = [0, {value}, "U/L"] }}\n')
    with pytest.raises(Refusal, match="STUDY-BAD-VALUE"):
        read_study(delivery / "study.toml")


def test_that_json_without_end_is_refused(delivery: Path, state: Path) -> None:
    locked = lock_for_test(delivery, delivery / "study.toml", delivery.parent)
    (delivery / "stamp.json").write_text("[" * 200_000)
    done = dsmb("pack", locked.file, "--secrets", locked.secrets, "--out", delivery / "p.xlsx", "--stamp",
                delivery / "stamp.json")  # fmt: skip
    assert (done.returncode, done.stderr.endswith("[STAMP-BAD]\n")) == (2, True)
    state.mkdir(exist_ok=True)
    (state / "settings.json").write_text("[" * 200_000)
    with pytest.raises(Refusal, match="SETTINGS-BAD"):
        Settings(state).table("opened")


def test_that_a_module_beside_the_data_is_not_run_in_place_of_a_library(delivery: Path, project: Path) -> None:
    for name in ("typer", "pandas", "secrets", "random"):
        (delivery / f"{name}.py").write_text("raise SystemExit(99)\n")
    done = subprocess.run(
        [sys.executable, "-m", "dsmb_app", "version"], cwd=delivery, capture_output=True, check=False, text=True,
        env={**os.environ, "PYTHONPATH": str(project)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_that_columns_by_the_hundred_thousand_are_checked_in_one_pass() -> None:
    # Compared each with each these would take an hour.
    names = [f"C{number}" for number in range(300_000)]
    assert check_names(names, "ae.csv") == tuple(names)
    with pytest.raises(Refusal, match=r"stands twice \(as number 6 and 300001\)"):
        check_names([*names, "c5"], "ae.csv")
