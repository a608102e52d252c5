"""An older snapshot, a second file of one number and a broken chain are told; the reader goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.seen import Place, Seen
from tests.commands import dsmb
from tests.quick_stretch import quick_phrases
from tests.test_refusals import AE, DM, EX, STUDY, write

__all__ = ["quick_phrases"]

TRIAL = "T-0123456789"
FIRST, SECOND, OTHER = "1" * 64, "2" * 64, "f" * 64


def marks(folder: Path, place: Place) -> list[str]:
    return [notice.mark for notice in Seen(folder).warnings(place)]


def test_that_an_older_snapshot_is_superseded_and_a_newer_one_is_not(tmp_path: Path) -> None:
    one, two = Place(TRIAL, 1, FIRST, None), Place(TRIAL, 2, SECOND, FIRST)
    Seen(tmp_path).remember(two)
    (notice,) = Seen(tmp_path).warnings(one)
    assert notice.mark == "SUPERSEDED"
    assert notice.sentence == (
        "superseded: this file is number 1 of trial T-0123456789; number 2 was opened on this computer."
    )
    assert marks(tmp_path, two) == []
    assert marks(tmp_path, Place(TRIAL, 3, OTHER, SECOND)) == []
    assert marks(tmp_path, Place("T-another", 1, FIRST, None)) == []


def test_that_two_files_of_one_number_are_told_whichever_comes_second(tmp_path: Path) -> None:
    seen = Seen(tmp_path)
    seen.remember(Place(TRIAL, 1, FIRST, None))
    forked = Place(TRIAL, 1, OTHER, None)
    for _ in range(2):
        (notice,) = seen.warnings(forked)
        assert notice.mark == "FILE IN DOUBT"
        assert "Two different files are number 1" in notice.sentence
        seen.remember(forked)  # opening it again does not make it the right one
    assert marks(tmp_path, Place(TRIAL, 1, FIRST, None)) == []


def test_that_a_file_that_follows_another_one_than_was_opened_is_told(tmp_path: Path) -> None:
    Seen(tmp_path).remember(Place(TRIAL, 1, FIRST, None))
    (notice,) = Seen(tmp_path).warnings(Place(TRIAL, 2, SECOND, OTHER))
    assert notice.mark == "FILE IN DOUBT"
    assert "does not follow the number 1" in notice.sentence
    assert marks(tmp_path, Place(TRIAL, 2, SECOND, FIRST)) == []


def test_that_test_snapshots_are_not_kept(tmp_path: Path) -> None:
    Seen(tmp_path).remember(Place("TEST-0123456789", 1, FIRST, None))
    assert list(tmp_path.iterdir()) == []


def test_that_pins_and_opened_snapshots_share_one_file(tmp_path: Path) -> None:
    Pins(tmp_path).set(TRIAL, "-".join(["ABCD"] * 8))
    Seen(tmp_path).remember(Place(TRIAL, 1, FIRST, None))
    Pins(tmp_path).set("T-another", "-".join(["EFGH"] * 8))
    assert json.loads((tmp_path / "settings.json").read_text()) == {
        "opened": {TRIAL: {"1": FIRST}},
        "signers": {TRIAL: "-".join(["ABCD"] * 8), "T-another": "-".join(["EFGH"] * 8)},
    }
    before = (tmp_path / "settings.json").read_bytes()
    with pytest.raises(Refusal, match="SIGNER-CHANGED"):
        Pins(tmp_path).set(TRIAL, "-".join(["EFGH"] * 8))
    assert (tmp_path / "settings.json").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "SETTINGS-BAD"),
        ("[]", "SETTINGS-BAD"),
        ('{"opened": []}', "SETTINGS-BAD"),
        (f'{{"opened": {{"{TRIAL}": []}}}}', "SETTINGS-OPENED"),
        (f'{{"opened": {{"{TRIAL}": {{"one": "{FIRST}"}}}}}}', "SETTINGS-OPENED"),
    ],
)
def test_that_settings_that_cannot_be_read_are_told(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(Refusal) as caught:
        Seen(tmp_path).warnings(Place(TRIAL, 1, FIRST, None))
    assert (caught.value.code, caught.value.file) == (code, "settings.json")


@pytest.mark.parametrize("there", ["a file in place of the folder", "a folder in place of the lock"])
def test_that_settings_that_cannot_be_written_are_told(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "state"
    if there.startswith("a file"):
        folder.write_text("no folder")
    else:
        (folder / "settings.lock").mkdir(parents=True)
    with pytest.raises(Refusal) as caught:
        Pins(folder).set(TRIAL, "-".join(["ABCD"] * 8))
    assert (caught.value.code, caught.value.file) == ("SETTINGS-WRITE", "settings.json")
    assert "Check that you may write to their folder" in caught.value.sentence()


# ----------------------------------------------------------------------------------------------------------------------
# The commands


@pytest.fixture
def meetings(tmp_path: Path) -> Path:
    """Return a folder with two snapshots of one trial, ``1.dsmb`` and ``2.dsmb``, and another second, ``fork.dsmb``."""
    source = tmp_path / "delivery"
    source.mkdir()
    write(source, {"dm": DM, "ex": EX, "ae": AE})
    (source / "study.toml").write_text(STUDY, encoding="utf-8")
    trial = tmp_path / "trial.json"
    first = b""
    for name in ("1.dsmb", "2.dsmb", "fork.dsmb"):
        if name == "fork.dsmb":
            trial.write_bytes(first)  # a backup of the trial file is put back, and number 2 is made again
        done = dsmb("lock", source, "--study", source / "study.toml", "--trial", trial, "--out", tmp_path / name,
                    "--secrets", tmp_path / "secrets.json")  # fmt: skip
        assert done.returncode == 0, done.stderr
        first = first or trial.read_bytes()
    return tmp_path


def opened(folder: Path, name: str, command: str) -> str:
    """Run a command on a snapshot, which goes well; return what it said on standard error, but for the log's head."""
    if command == "verify":
        arguments: tuple[str | Path, ...] = ("--signer", SecretsFile.load(folder / "secrets.json").signer)
    else:
        out = {"ard": ("out.csv",), "pack": ("out.xlsx", "--overwrite")}[command]
        arguments = ("--secrets", folder / "secrets.json", "--out", folder / out[0], *out[1:])
    done = dsmb(command, folder / name, *arguments)
    assert done.returncode == 0, done.stderr
    return "\n".join(line for line in done.stderr.splitlines() if not line.startswith("Head of the audit log: "))


COMMANDS = ("verify", "ard", "pack")


@pytest.mark.parametrize("command", COMMANDS)
def test_that_a_command_on_an_older_snapshot_says_so_and_goes_on(meetings: Path, command: str) -> None:
    assert opened(meetings, "1.dsmb", command) == ""
    assert opened(meetings, "2.dsmb", "ard") == ""
    said = opened(meetings, "1.dsmb", command)
    assert said.startswith("superseded: this file is number 1 of trial T-")
    assert said.rstrip().endswith("number 2 was opened on this computer.")
    assert opened(meetings, "2.dsmb", command) == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_that_a_command_on_a_second_file_of_one_number_says_so(meetings: Path, command: str) -> None:
    assert opened(meetings, "2.dsmb", "ard") == ""
    said = opened(meetings, "fork.dsmb", command)
    assert said.startswith("Two different files are number 2 of trial T-")


def test_that_what_was_only_verified_or_refused_was_not_opened(meetings: Path, state: Path) -> None:
    assert opened(meetings, "2.dsmb", "verify") == ""
    secrets = meetings / "secrets.json"
    content = json.loads(secrets.read_text())
    secrets.write_text(json.dumps({**content, "phrases": {**content["phrases"], "main": "not the phrase at all"}}))
    assert dsmb("ard", meetings / "2.dsmb", "--secrets", secrets).returncode == 2
    secrets.write_text(json.dumps(content))
    assert not (state / "settings.json").exists()
    assert opened(meetings, "1.dsmb", "ard") == ""
