"""What the window's wizard locks with does what the commands do; a drafted study file says what it only guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dsmb_app import lock_desk, locking
from dsmb_app.cli.commands import app as commands
from dsmb_app.model.errors import Refusal
from dsmb_app.model.lock_wish import Guess, LockWish, guesses, settled
from dsmb_app.snapshot import container
from dsmb_app.snapshot.trial import TrialFile
from tests.ae_study import event, person, study
from tests.oracle import made_up
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]


@pytest.fixture
def wish(tmp_path: Path) -> LockWish:
    """Return a small made-up study of two arms, and where its three files go."""
    people = [person(f"{number:02}", "Placebo" if number % 2 else "Qarm 1") for number in range(1, 13)]
    source, file = made_up.write(tmp_path / "in", study(people, [event("01")], ("Qarm 1", "Placebo")))
    return LockWish(source, file, tmp_path / "trial.json", tmp_path / "secrets.json", tmp_path / "out.dsmb")


def test_that_a_delivery_is_told_by_its_files_rows_and_subjects(wish: LockWish) -> None:
    found = lock_desk.look(wish.source)
    told = {file.dataset: (file.file, file.form, file.rows, file.subjects) for file in found.files}
    assert told["DM"] == ("dm.csv", "CSV", 12, 12)
    assert told["AE"] == ("ae.csv", "CSV", 1, 1)
    assert found.subjects == 12
    assert any("manifest.json" in note for note in found.notes)


def test_that_the_command_goes_on_with_what_the_wizard_locked(wish: LockWish) -> None:
    told: list[str] = []
    assert "begins a trial" in lock_desk.ahead(wish).trial
    outcome = lock_desk.lock(wish, lambda step, _done, _total: told.append(step))
    assert told == [*locking.STEPS, "Done"]
    found = container.load(wish.out, signers=[outcome.signer])
    assert (found.snap_id, found.sha256, found.seq) == (outcome.snap_id, outcome.sha256, 1)
    assert outcome.text.splitlines()[0] == f"Locked snapshot {found.snap_id} (number 1), SHA-256 {found.sha256}"
    assert set(outcome.phrases) == {"main", "codes", "names"}
    assert not any(phrase in f"{outcome!r}{outcome.text}" for phrase in outcome.phrases.values())
    letters = TrialFile.load(wish.trial).letters

    kept = lock_desk.ahead(wish)
    assert kept.trial.startswith("Used again: 1 snapshot")
    assert outcome.signer in kept.trial
    files = {"study": wish.study, "trial": wish.trial, "secrets": wish.secrets, "out": wish.out.with_name("2.dsmb")}
    options = [text for name, path in files.items() for text in (f"--{name}", str(path))]
    result = CliRunner().invoke(commands, ["lock", str(wish.source), *options], catch_exceptions=False)
    assert f"Signer {outcome.signer}" in result.output
    assert container.load(files["out"], signers=[outcome.signer]).prev_sha256 == outcome.sha256
    assert TrialFile.load(wish.trial).letters == letters


def test_that_looking_ahead_writes_nothing_and_refuses_what_the_lock_would(wish: LockWish, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    lock_desk.ahead(wish)
    assert sorted(tmp_path.rglob("*")) == before
    same = LockWish(wish.source, wish.study, wish.trial, wish.trial, wish.out)
    with pytest.raises(Refusal, match=r"two of them have the same name.*\[LOCK-SAME-FILE\]"):
        lock_desk.ahead(same)
    wish.secrets.write_text("{}", encoding="utf-8")
    with pytest.raises(Refusal, match=r"^secrets\.json: .*\[SECRETS-FILE-VERSION\]"):
        lock_desk.ahead(wish)


def test_that_a_trial_file_in_the_delivery_is_warned_of(wish: LockWish) -> None:
    inside = LockWish(wish.source, wish.study, wish.source / "trial.json", wish.secrets, wish.out)
    assert lock_desk.ahead(inside).warning.startswith("trial.json would lie in the delivery")
    assert lock_desk.ahead(wish).warning == ""


STUDY = """[study]
id = "X"
title = "A"      # CHECK: shown on every sheet
meeting = 1      # CHECK
open = false     # may be CHECKed
"""


def test_that_guesses_are_the_lines_marked_check_and_settling_takes_the_mark_out() -> None:
    assert guesses(STUDY) == (Guess(3, "title", '"A"', "shown on every sheet"), Guess(4, "meeting", "1", ""))
    assert settled(STUDY).splitlines() == [
        "[study]",
        'id = "X"',
        'title = "A"      # shown on every sheet',
        "meeting = 1      #",
        "open = false     # may be CHECKed",
    ]


def test_that_every_mark_of_a_drafted_file_is_told(wish: LockWish) -> None:
    drafted = lock_desk.draft(wish.source)
    marked = [number for number, line in enumerate(drafted.splitlines(), start=1) if "# CHECK" in line]
    assert [guess.line for guess in guesses(drafted)] == marked
    assert marked
    assert guesses(settled(drafted)) == ()
