"""Mixed-up and forged files around a trial: another signer, a link, a lock that ran at the same time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsmb_app import locking
from dsmb_app.snapshot import container
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.trial import TrialFile
from tests.commands import Done, dsmb
from tests.test_attacks_input import delivery  # noqa: F401 - a fixture


def locked(source: Path, trial: Path, secrets: Path, out: Path) -> Done:
    return dsmb("lock", source, "--study", source / "study.toml", "--trial", trial, "--secrets", secrets, "--out", out)


@pytest.fixture
def forged(delivery: Path, tmp_path: Path, state: Path) -> Path:  # noqa: F811
    """Return a snapshot that bears the handle of a trial whose signer is pinned here, signed by somebody else."""
    assert locked(delivery, tmp_path / "trial.json", tmp_path / "secrets.json", tmp_path / "1.dsmb").returncode == 0
    true = TrialFile.load(tmp_path / "trial.json")
    Pins(state).set(true.trial, true.fingerprint)
    TrialFile(true.trial, Ed25519PrivateKey.generate(), seq=99, prev_sha256="0" * 64).save(tmp_path / "false.json")
    assert locked(delivery, tmp_path / "false.json", tmp_path / "theirs.json", tmp_path / "2.dsmb").returncode == 0
    return tmp_path / "2.dsmb"


@pytest.mark.parametrize("way", ["secrets", "signer"])
def test_that_a_secrets_file_sent_along_does_not_replace_the_pinned_signer(forged: Path, state: Path, way: str) -> None:
    theirs = forged.with_name("theirs.json")
    options = ["--signer", SecretsFile.load(theirs).signer] if way == "signer" else []
    done = dsmb("ard", forged, "--secrets", theirs, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert "[SIGNER-CHANGED]" in done.stderr
    assert "opened" not in json.loads((state / "settings.json").read_text())
    true = dsmb("ard", forged.with_name("1.dsmb"), "--secrets", forged.with_name("secrets.json"))
    assert true.returncode == 0
    assert "superseded" not in true.stderr


def test_that_a_trial_file_given_as_a_link_is_brought_up_to_date(delivery: Path, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "safe").mkdir()
    link, kept = tmp_path / "link.json", tmp_path / "safe" / "trial.json"
    kept.write_text("")
    kept.unlink()
    link.symlink_to(kept)
    assert locked(delivery, link, tmp_path / "secrets.json", tmp_path / "1.dsmb").returncode == 0
    assert link.is_symlink()
    assert TrialFile.load(kept).seq == 1
    assert (tmp_path / "safe" / "trial.json.lock").exists()


def test_that_a_lock_which_ended_meanwhile_keeps_its_phrases(
    delivery: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trial, secrets = tmp_path / "trial.json", tmp_path / "secrets.json"
    honest = locking.read_source

    def slow(folder: Path) -> object:
        monkeypatch.setattr(locking, "read_source", honest)
        assert locked(delivery, trial, secrets, tmp_path / "1.dsmb").returncode == 0
        return honest(folder)

    monkeypatch.setattr(locking, "read_source", slow)
    late = locked(delivery, trial, secrets, tmp_path / "2.dsmb")
    assert (late.returncode, (tmp_path / "2.dsmb").exists()) == (2, False)
    assert "[SECRETS-CHANGED]" in late.stderr
    keys = SecretsFile.load(secrets)
    assert container.load(tmp_path / "1.dsmb", signers=[keys.signer]).unlock("main", keys.phrases["main"])
    assert TrialFile.load(trial).seq == 1
