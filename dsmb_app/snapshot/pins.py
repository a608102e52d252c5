"""Pinned signers: whose signature this machine trusts for each trial."""

from __future__ import annotations

import json
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.atomic import write_atomically
from dsmb_app.snapshot.signing import same_fingerprint

_FILE = "settings.json"


class Pins:
    """The signer of each trial, in settings.json of the state folder; holds no patient data."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def get(self, trial: str) -> str | None:
        """Return the fingerprint pinned for a trial, or None."""
        signer = self._read().get("signers", {}).get(trial)
        return None if signer is None else str(signer)

    def set(self, trial: str, fingerprint: str) -> None:
        """Pin a trial's signer. A trial that has one keeps it: a changed signer must not pass unnoticed."""
        settings = self._read()
        pinned = settings.setdefault("signers", {})
        if not same_fingerprint(pinned.setdefault(trial, fingerprint), fingerprint):
            raise Refusal(
                "SIGNER-CHANGED",
                "This trial's earlier snapshots were signed by somebody else.",
                "Ask the statistician, by telephone, before you trust this file.",
            )
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._path, json.dumps(settings, indent=1, sort_keys=True).encode("utf-8"))

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._path.exists():
            return {}
        try:
            settings = json.loads(self._path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise _unreadable(str(error), self._path) from error
        if not isinstance(settings, dict):
            raise _unreadable("it is not a JSON object", self._path)
        return settings


def _unreadable(why: str, path: Path) -> Refusal:
    return Refusal("SETTINGS-BAD", f"The settings cannot be read: {why}.", "Move the file away.", file=path.name)
