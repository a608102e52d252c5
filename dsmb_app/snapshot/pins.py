"""Pinned signers: whose signature this machine trusts for each trial."""

from __future__ import annotations

from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.settings import Settings
from dsmb_app.snapshot.signing import same_fingerprint

_TABLE = "signers"


class Pins:
    """The signer of each trial, in settings.json of the state folder."""

    def __init__(self, folder: Path) -> None:
        self._settings = Settings(folder)

    def get(self, trial: str) -> str | None:
        """Return the fingerprint pinned for a trial, or None."""
        signer = self._settings.table(_TABLE).get(trial)
        return None if signer is None else str(signer)

    def agree(self, trial: str, fingerprint: str) -> None:
        """Raise Refusal SIGNER-CHANGED when another signer is pinned for a trial."""
        _compare(self.get(trial) or fingerprint, fingerprint)

    def set(self, trial: str, fingerprint: str) -> None:
        """Pin a trial's signer. A trial that has one keeps it: a changed signer must not pass unnoticed."""
        with self._settings.changed(_TABLE) as pinned:
            _compare(pinned.setdefault(trial, fingerprint), fingerprint)


def _compare(pinned: str, fingerprint: str) -> None:
    if not same_fingerprint(pinned, fingerprint):
        raise Refusal(
            "SIGNER-CHANGED",
            "This trial's earlier snapshots were signed by somebody else.",
            "Ask the statistician, by telephone, before you trust this file.",
        )
