"""The trial file and the secrets file: what stays the same across meetings, read strictly, written for one owner."""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.trial import TrialFile

ARMS = ["Placebo", "Low dose", "High dose"]
SUBJECTS = [f"STUDY-{site:02d}-{number:04d}" for site in range(5) for number in range(40)]


def trial_file(folder: Path) -> Path:
    path = folder / "trial.json"
    trial = TrialFile.load_or_create(path)
    trial.assign_letters(ARMS, secrets.SystemRandom())
    trial.assign_subject_ids(SUBJECTS, secrets.SystemRandom())
    trial.save(path)
    return path


def changed(path: Path, change: dict[str, Any]) -> None:
    value = {**json.loads(path.read_text()), **change}
    path.write_text(json.dumps({name: v for name, v in value.items() if v is not ...}))


# ----------------------------------------------------------------------------------------------------------------------
# Letters and ids


def test_that_letters_and_ids_stay_the_same_across_meetings(tmp_path: Path) -> None:
    path = trial_file(tmp_path)
    first = TrialFile.load(path)
    later = TrialFile.load_or_create(path)
    letters = later.assign_letters([*ARMS, "Rescue"], secrets.SystemRandom())
    ids = later.assign_subject_ids([*SUBJECTS, "STUDY-09-0001"], secrets.SystemRandom())
    assert {arm: letters[arm] for arm in ARMS} == first.letters
    assert letters["Rescue"] == "D"
    assert {s: ids[s] for s in SUBJECTS} == first.subject_ids
    assert ids["STUDY-09-0001"] not in first.subject_ids.values()


def test_that_a_saved_trial_is_the_same_when_read_again(tmp_path: Path) -> None:
    path = trial_file(tmp_path)
    trial = TrialFile.load(path)
    trial.seq, trial.prev_sha256 = 3, "ab" * 32
    trial.save(path)
    again = TrialFile.load(path)
    assert (again.trial, again.fingerprint, again.letters, again.subject_ids, again.seq, again.prev_sha256) == (
        trial.trial, trial.fingerprint, trial.letters, trial.subject_ids, 3, "ab" * 32
    )  # fmt: skip


def test_that_ids_are_different_and_without_look_alikes_or_vowels() -> None:
    ids = list(TrialFile.new().assign_subject_ids(map(str, range(3000)), secrets.SystemRandom()).values())
    assert len(set(ids)) == 3000
    assert all(re.fullmatch("S-[2-9A-Z]{6}", drawn) for drawn in ids)
    assert not set("".join(drawn[2:] for drawn in ids)) & set("01258OILZSBAEU")


def test_that_an_id_drawn_twice_is_drawn_again() -> None:
    class Stuck(random.Random):
        """Draws the same id twice, then another."""

        drawn = 0

        def choice(self, seq: Any) -> Any:
            self.drawn += 1
            return seq[0] if self.drawn <= 12 else seq[1]

    ids = TrialFile.new().assign_subject_ids(["one", "two"], Stuck())
    assert ids == {"one": "S-333333", "two": "S-444444"}


def test_that_each_arm_gets_each_letter_sooner_or_later() -> None:
    seen = {
        (arm, letter)
        for _ in range(200)
        for arm, letter in TrialFile.new().assign_letters(ARMS, secrets.SystemRandom()).items()
    }
    assert seen == {(arm, letter) for arm in ARMS for letter in "ABC"}


@given(st.permutations(ARMS), st.permutations(SUBJECTS[:20]), st.integers(0, 3))
def test_that_with_a_seed_the_order_of_the_input_does_not_matter(
    arms: list[str], subjects: list[str], repeats: int
) -> None:
    def assigned(arms: list[str], subjects: list[str]) -> tuple[dict[str, str], dict[str, str]]:
        trial, rng = TrialFile.for_test(5), random.Random(5)
        return trial.assign_subject_ids(subjects, rng), trial.assign_letters(arms, rng)

    assert assigned(arms, subjects + subjects[:repeats]) == assigned(ARMS, SUBJECTS[:20])


def test_that_more_arms_than_letters_are_refused() -> None:
    trial = TrialFile.new()
    trial.assign_letters([f"arm {n}" for n in range(26)], secrets.SystemRandom())
    assert sorted(trial.letters.values()) == list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    with pytest.raises(Refusal) as caught:
        trial.assign_letters(["one more"], secrets.SystemRandom())
    assert caught.value.code == "TOO-MANY-ARMS"


# ----------------------------------------------------------------------------------------------------------------------
# Test trials


def test_that_a_test_trial_is_marked_repeats_and_is_never_saved(tmp_path: Path) -> None:
    one, again, other = TrialFile.for_test(7), TrialFile.for_test(7), TrialFile.for_test(8)
    assert one.trial.startswith("TEST-")
    assert (one.trial, one.fingerprint) == (again.trial, again.fingerprint)
    assert one.fingerprint != other.fingerprint
    assert one.trial != other.trial
    assert TrialFile.for_test(None).fingerprint != TrialFile.for_test(None).fingerprint
    with pytest.raises(ValueError, match="never saved"):
        one.save(tmp_path / "trial.json")
    assert list(tmp_path.iterdir()) == []


def test_that_a_real_trial_has_a_key_of_its_own() -> None:
    one, other = TrialFile.new(), TrialFile.new()
    assert one.fingerprint != other.fingerprint
    assert one.trial != other.trial
    assert not one.trial.startswith("TEST")
    assert not one.test


# ----------------------------------------------------------------------------------------------------------------------
# Files


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_that_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    trial = trial_file(tmp_path)
    keys = tmp_path / "secrets.json"
    secrets_file().save(keys)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (trial, keys)] == [0o600, 0o600]


def test_that_a_trial_is_created_without_a_file_until_it_is_saved(tmp_path: Path) -> None:
    trial = TrialFile.load_or_create(tmp_path / "trial.json")
    assert (trial.seq, trial.prev_sha256, trial.letters, trial.subject_ids) == (0, None, {}, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": 2}, "TRIAL-FILE-VERSION"),
        ({"format": ...}, "TRIAL-FILE-VERSION"),
        ({"surprise": 1}, "TRIAL-FILE-BAD"),
        ({"trial": ...}, "TRIAL-FILE-BAD"),
        ({"trial": "spaces in it"}, "TRIAL-FILE-BAD"),
        ({"signing_key": "00" * 31}, "TRIAL-FILE-BAD"),
        ({"signing_key": "secret" * 11}, "TRIAL-FILE-BAD"),
        ({"letters": {"Placebo": "a"}}, "TRIAL-FILE-BAD"),
        ({"letters": {"Placebo": "A", "High dose": "A"}}, "TRIAL-FILE-BAD"),
        ({"letters": ["A"]}, "TRIAL-FILE-BAD"),
        ({"subject_ids": {"01-001": "S-ABC"}}, "TRIAL-FILE-BAD"),
        ({"subject_ids": {"01-001": "S-333333", "01-002": "S-333333"}}, "TRIAL-FILE-BAD"),
        ({"seq": -1}, "TRIAL-FILE-BAD"),
        ({"seq": "1"}, "TRIAL-FILE-BAD"),
        ({"seq": True}, "TRIAL-FILE-BAD"),
        ({"prev_sha256": ""}, "TRIAL-FILE-BAD"),
    ],
)
def test_that_a_trial_file_with_a_wrong_field_is_refused(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    path = trial_file(tmp_path)
    key = json.loads(path.read_text())["signing_key"]
    changed(path, change)
    with pytest.raises(Refusal) as caught:
        TrialFile.load_or_create(path)
    assert (caught.value.code, caught.value.file) == (code, "trial.json")
    assert code.endswith("VERSION") or f'"{next(iter(change))}"' in caught.value.what
    assert key not in repr(caught.getrepr(style="long"))
    assert key not in caught.value.sentence()


@pytest.mark.parametrize("load", [TrialFile.load, SecretsFile.load])
@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b'{"format":1.0}', b'{"format":1,"format":1}', b"\xff", b"[" * 100_000]
)
def test_that_a_file_that_is_no_json_object_is_refused(
    tmp_path: Path, load: Callable[[Path], object], data: bytes
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(data)
    with pytest.raises(Refusal) as caught:
        load(path)
    assert caught.value.code in {"TRIAL-FILE-JSON", "SECRETS-FILE-JSON"}
    assert caught.value.file == "file.json"


def test_that_a_folder_or_a_missing_file_is_told(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "SECRETS-FILE-UNREADABLE"), (tmp_path / "none.json", "SECRETS-FILE-MISSING")):
        with pytest.raises(Refusal) as caught:
            SecretsFile.load(path)
        assert caught.value.code == code
    with pytest.raises(Refusal) as caught:
        TrialFile.load_or_create(tmp_path)
    assert caught.value.code == "TRIAL-FILE-UNREADABLE"


def secrets_file() -> SecretsFile:
    phrases = {"main": "one two three", "codes": "four five six", "names": "ten eleven twelve"}
    return SecretsFile(signer=TrialFile.new().fingerprint, snap_id="0123456789abcdef", phrases=phrases)


def test_that_a_secrets_file_is_the_same_when_read_again(tmp_path: Path) -> None:
    written = secrets_file()
    written.save(tmp_path / "secrets.json")
    assert SecretsFile.load(tmp_path / "secrets.json") == written
    assert json.loads((tmp_path / "secrets.json").read_text()) == {
        "format": 1, "signer": written.signer, "snap_id": written.snap_id, "phrases": written.phrases
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": 2}, "SECRETS-FILE-VERSION"),
        ({"signer": "K3QX"}, "SECRETS-FILE-BAD"),
        ({"snap_id": None}, "SECRETS-FILE-BAD"),
        ({"phrases": {"main": "guess me not", "others": "x"}}, "SECRETS-FILE-BAD"),
        ({"phrases": {"main": "guess me not", "codes": "", "names": "x"}}, "SECRETS-FILE-BAD"),
        ({"more": 1}, "SECRETS-FILE-BAD"),
    ],
)
def test_that_a_secrets_file_with_a_wrong_field_is_refused(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    path = tmp_path / "secrets.json"
    secrets_file().save(path)
    changed(path, change)
    with pytest.raises(Refusal) as caught:
        SecretsFile.load(path)
    assert (caught.value.code, caught.value.file) == (code, "secrets.json")
    assert "guess me not" not in caught.value.sentence()


def test_that_no_secret_stands_in_a_printed_object(tmp_path: Path) -> None:
    trial, keys = TrialFile.load(trial_file(tmp_path)), secrets_file()
    shown = repr(trial) + repr(keys)
    for secret in (*keys.phrases.values(), *SUBJECTS[:3], *ARMS, trial.signing_key.private_bytes_raw().hex()):
        assert secret not in shown
