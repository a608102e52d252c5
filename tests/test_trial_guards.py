"""Mistakes with trial and secrets files are told before anything is written; a trial file tells no arm unasked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.snapshot import container
from dsmb_app.snapshot.member_key import MemberKey
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.trial import TrialFile
from dsmb_app.store.audit import AuditLog
from tests.commands import Done, dsmb
from tests.quick_stretch import quick_phrases
from tests.test_refusals import AE, DM, EX, STUDY, write

__all__ = ["quick_phrases"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds a small sound delivery, in ``delivery``."""
    work = tmp_path / "work"
    source = work / "delivery"
    source.mkdir(parents=True)
    write(source, {"dm": DM, "ex": EX, "ae": AE})
    (source / "study.toml").write_text(STUDY, encoding="utf-8")
    return work


def lock(folder: Path, *options: str | Path, trial: str = "trial.json", secrets: str = "secrets.json") -> Done:
    source = folder / "delivery"
    given = ("--study", source / "study.toml", "--trial", folder / trial, "--secrets", folder / secrets)
    return dsmb("lock", source, "--out", folder / "x.dsmb", *given, *options)


def refused(done: Done, code: str, *said: str) -> None:
    assert done.returncode == 2, done.stdout
    assert done.stderr.rstrip().endswith(f"[{code}]"), done.stderr
    assert "\n" not in done.stderr.rstrip()
    for text in said:
        assert text in done.stderr


def locked(folder: Path) -> SecretsFile:
    done = lock(folder)
    assert done.returncode == 0, done.stderr
    return SecretsFile.load(folder / "secrets.json")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".lock"}


# ----------------------------------------------------------------------------------------------------------------------
# Guards


def test_that_the_trial_file_of_another_study_is_refused(folder: Path) -> None:
    locked(folder)
    before = files(folder)
    study = folder / "delivery" / "study.toml"
    study.write_text(STUDY.replace('id = "X-1"', 'id = "Y-2"'), encoding="utf-8")
    refused(lock(folder), "TRIAL-OTHER-STUDY", "trial.json", "X-1", "Y-2")
    assert files(folder) == before


def test_that_a_trial_file_without_a_study_takes_the_first_one(folder: Path) -> None:
    trial = folder / "trial.json"
    TrialFile.new().save(trial)
    content = json.loads(trial.read_text())
    del content["study"]  # as files were before they remembered it
    trial.write_text(json.dumps(content))
    locked(folder)
    assert json.loads(trial.read_text())["study"] == "X-1"


def test_that_a_mistyped_trial_file_does_not_become_a_new_trial(folder: Path) -> None:
    signer = locked(folder).signer
    before = files(folder)
    refused(lock(folder, trial="trail.json"), "TRIAL-NONE", "trail.json", "secrets.json", signer)
    assert files(folder) == before
    assert not (folder / "trail.json").exists()
    # With another name for the secrets file it is meant, and said in the report.
    again = lock(folder, trial="trail.json", secrets="new.json")
    assert again.returncode == 0, again.stderr
    assert "Made trail.json" in again.stdout


def test_that_the_trial_file_of_another_signer_is_refused(folder: Path) -> None:
    first = locked(folder)
    assert lock(folder, trial="other.json", secrets="others.json").returncode == 0
    refused(lock(folder, trial="other.json"), "TRIAL-OTHER-SIGNER", "other.json", first.signer)


def test_that_two_locks_do_not_run_on_one_trial_file(folder: Path) -> None:
    locked(folder)
    before = files(folder)
    with FileLock(folder / "trial.json.lock"):
        refused(lock(folder), "TRIAL-BUSY", "trial.json")
    assert files(folder) == before
    assert lock(folder).returncode == 0
    assert TrialFile.load(folder / "trial.json").seq == 2


def test_that_a_trial_file_in_no_folder_is_refused(folder: Path) -> None:
    refused(lock(folder, trial="no/trial.json"), "TRIAL-FILE-FOLDER", "trial.json")
    assert files(folder) == {}


def test_that_the_chain_of_a_trial_runs_from_file_to_file(folder: Path) -> None:
    keys = locked(folder)
    first = container.load(folder / "x.dsmb", signers=[keys.signer])
    assert lock(folder).returncode == 0
    second = container.load(folder / "x.dsmb", signers=[keys.signer])
    assert (first.seq, first.prev_sha256) == (1, None)
    assert (second.seq, second.prev_sha256) == (2, first.sha256)


# ----------------------------------------------------------------------------------------------------------------------
# Who opens which part


@pytest.fixture(scope="module")
def member(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a member's key, its card and its passphrase."""
    place = tmp_path_factory.mktemp("member")
    key = MemberKey.new("Dr. A. Example")
    key.save(place / "a.key", "correct horse battery staple")
    key.card.save(place / "a.card")
    (place / "words.txt").write_text("correct horse battery staple\n")
    return place


def test_that_a_part_opens_with_a_phrase_a_member_or_both(folder: Path, member: Path) -> None:
    card = member / "a.card"
    own = folder / "own.txt"
    own.write_text("a phrase of our own choice\nand nothing else\n")
    done = lock(folder, "--member", f"main={card}", "--member", f"codes={card}", "--phrase", "codes=none",
                "--phrase", f"names={own}")  # fmt: skip
    assert done.returncode == 0, done.stderr
    check = json.loads(card.read_text())["check"]
    assert f"main opens with its phrase or the key of Dr. A. Example (check {check})\n" in done.stdout
    assert f"codes opens with the key of Dr. A. Example (check {check})\n" in done.stdout
    assert "names opens with its phrase\n" in done.stdout
    keys = SecretsFile.load(folder / "secrets.json")
    assert sorted(keys.phrases) == ["main", "names"]
    assert keys.phrases["names"] == "a phrase of our own choice"
    key = MemberKey.load(member / "a.key", "correct horse battery staple")
    for opens in (key, keys.phrases["main"]):
        session = Session.open(folder / "x.dsmb", opens, signers=[keys.signer], audit=AuditLog(folder / "state"))
        session.unlock_codes(key, why="test")
        session.unlock_names(keys.phrases["names"], why="test")
        assert session.arms == ("Active", "Placebo")


def test_that_results_and_packs_open_with_a_members_key(folder: Path, member: Path) -> None:
    card = member / "a.card"
    everything = [word for part in ("main", "codes", "names") for word in ("--member", f"{part}={card}")]
    nothing = [word for part in ("main", "codes", "names") for word in ("--phrase", f"{part}=none")]
    assert lock(folder, *everything, *nothing).returncode == 0
    keys = SecretsFile.load(folder / "secrets.json")
    assert keys.phrases == {}
    by_key = ("--key", member / "a.key", "--passphrase-file", member / "words.txt", "--signer", keys.signer)
    done = dsmb("ard", folder / "x.dsmb", "--level", "named", "--exhibit", "T02", *by_key)
    assert done.returncode == 0, done.stderr
    assert "Placebo" in done.stdout
    done = dsmb("pack", folder / "x.dsmb", "--out", folder / "open.xlsx", *by_key)
    assert done.returncode == 0, done.stderr
    # The phrases of a secrets file go first, the key opens what they do not.
    done = dsmb("ard", folder / "x.dsmb", "--exhibit", "T02", "--secrets", folder / "secrets.json", *by_key[:4])
    assert done.returncode == 0, done.stderr
    refused(dsmb("ard", folder / "x.dsmb", *by_key[:2], *by_key[4:]), "PASSPHRASE-NOT-GIVEN", "a.key")
    refused(dsmb("ard", folder / "x.dsmb", *by_key[4:]), "PHRASE-NOT-GIVEN")


def test_that_phrases_are_kept_made_anew_or_left_out_as_asked(folder: Path, member: Path) -> None:
    first = locked(folder).phrases
    assert lock(folder, "--phrase", "codes=generate").returncode == 0
    second = SecretsFile.load(folder / "secrets.json").phrases
    assert (second["main"], second["names"]) == (first["main"], first["names"])
    assert second["codes"] != first["codes"]
    assert len(second["codes"].split()) == 6
    assert lock(folder, "--phrase", "main=none", "--member", f"main={member / 'a.card'}").returncode == 0
    assert sorted(SecretsFile.load(folder / "secrets.json").phrases) == ["codes", "names"]


def test_that_a_wish_for_locks_that_makes_no_sense_is_refused_before_anything_is_written(
    folder: Path, member: Path
) -> None:
    card, short, own = member / "a.card", folder / "short.txt", folder / "own.txt"
    short.write_text("abc\n")
    own.write_text("a phrase of our own choice\n")
    wishes: list[tuple[tuple[str, ...], str]] = [
        (("--phrase", "codes=none"), "LOCK-NONE"),
        (("--phrase", "receipt=none"), "LOCK-PART"),
        (("--member", f"{card}"), "LOCK-PART"),
        (("--member", "main="), "LOCK-PART"),
        (("--member", f"main={card}", "--member", f"main={card}"), "LOCK-TWICE"),
        (("--phrase", "main=none", "--phrase", "main=generate"), "LOCK-TWICE"),
        (("--phrase", f"main={folder / 'none.txt'}"), "PHRASE-FILE"),
        (("--phrase", f"main={short}"), "PHRASE-SHORT"),
        (("--phrase", f"main={own}", "--phrase", f"codes={own}"), "PHRASE-SHARED"),
        (("--member", f"main={member / 'a.key'}"), "CARD-BAD"),
        (("--member", f"main={folder / 'none.card'}"), "CARD-MISSING"),
    ]
    before = files(folder)
    for options, code in wishes:
        refused(lock(folder, *options), code)
        assert files(folder) == before


def test_that_a_part_has_at_most_32_locks(folder: Path) -> None:
    cards = []
    for number in range(32):
        path = folder / f"{number}.card"
        MemberKey.new(f"Member {number}").card.save(path)
        cards += ["--member", f"main={path}"]
    refused(lock(folder, *cards), "LOCK-MANY", "33")
    assert lock(folder, *cards, "--phrase", "main=none").returncode == 0


# ----------------------------------------------------------------------------------------------------------------------
# The commands


def test_that_a_trial_file_shows_what_it_is_for_and_no_letter_unless_asked(folder: Path) -> None:
    signer = locked(folder).signer
    trial = TrialFile.load(folder / "trial.json")
    shown = dsmb("trial", "show", folder / "trial.json")
    assert shown.returncode == 0, shown.stderr
    facts = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    assert facts == {
        "trial": trial.trial,
        "study": "X-1",
        "signer": signer,
        "last": f"number 1, SHA-256 {trial.prev_sha256}",
        "letters": "2",
        "subjects": "2",
    }
    # Without what is random in it, where two letters can stand side by side by chance.
    said = shown.stdout
    for drawn in (signer, trial.trial, trial.prev_sha256):
        said = said.replace(drawn, "")
    for hidden in ("Active", "Placebo", "S1", "S2"):
        assert hidden not in said
    for hidden in trial.subject_ids.values():
        assert hidden not in shown.stdout
    asked = dsmb("trial", "show", folder / "trial.json", "--unblind").stdout
    assert [line.split() for line in asked.splitlines()[-2:]] == sorted(
        [letter, arm] for arm, letter in trial.letters.items()
    )
    assert trial.signing_key.private_bytes_raw().hex() not in asked


def test_that_a_new_trial_file_is_used_by_its_study_alone_and_never_replaced(folder: Path) -> None:
    path = folder / "trial.json"
    done = dsmb("trial", "new", path, "--id", "Y-2")
    assert done.returncode == 0, done.stderr
    assert TrialFile.load(path).fingerprint in done.stdout
    before = path.read_bytes()
    refused(dsmb("trial", "new", path), "TRIAL-EXISTS", "trial.json")
    refused(lock(folder), "TRIAL-OTHER-STUDY")
    assert path.read_bytes() == before
    refused(dsmb("trial", "new", folder / "b.json", "--id", " "), "TRIAL-ID")
    shutil.copy(path, folder / "copy.json")
    refused(dsmb("trial", "show", folder / "none.json"), "TRIAL-FILE-MISSING", "none.json")
    assert "nothing locked yet" in dsmb("trial", "show", folder / "copy.json").stdout


def test_that_a_session_opened_by_key_is_pooled_until_codes_are_asked_for(folder: Path, member: Path) -> None:
    both = [word for part in ("main", "codes") for word in ("--member", f"{part}={member / 'a.card'}")]
    assert lock(folder, *both).returncode == 0
    keys = SecretsFile.load(folder / "secrets.json")
    key = MemberKey.load(member / "a.key", "correct horse battery staple")
    session = Session.open(folder / "x.dsmb", key, signers=[keys.signer], audit=AuditLog(folder / "state"))
    assert session.highest_level is Level.POOLED
