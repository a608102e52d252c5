"""Which snapshots of a trial this machine has opened: is this one older than another, or one of two that differ?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.header import TEST
from dsmb_app.snapshot.settings import Settings

_TABLE = "opened"
_DOUBT = "FILE IN DOUBT"
_ASK = "Ask the statistician which file the board should use."


@dataclass(frozen=True)
class Place:
    """A snapshot's place in its trial: number from 1, SHA-256 of the file and of the file before (None: the first)."""

    trial: str
    seq: int
    sha256: str
    prev_sha256: str | None


class Notice(NamedTuple):
    """What a reader must know of a file: two words to mark everything with, and the sentence."""

    mark: str
    sentence: str


class Seen:
    """Number and SHA-256 of each snapshot opened here, by trial, in settings.json. TEST snapshots are not kept.

    Only a snapshot whose signer is trusted and that was opened may be remembered: anybody can make a file that bears
    the trial's handle and a high number.
    """

    def __init__(self, folder: Path) -> None:
        self._settings = Settings(folder)

    def warnings(self, place: Place) -> tuple[Notice, ...]:
        """Return what a reader must know of this file; none for the newest of a straight line."""
        opened = self._opened(place.trial)
        newest = max(opened, default=0)
        found: list[Notice] = []
        if newest > place.seq:
            found.append(
                Notice(
                    "SUPERSEDED",
                    f"superseded: this file is number {place.seq} of trial {place.trial}; "
                    f"number {newest} was opened on this computer.",
                )
            )
        if opened.get(place.seq, place.sha256) != place.sha256:
            found.append(
                Notice(
                    _DOUBT,
                    f"Two different files are number {place.seq} of trial {place.trial}: another one was opened on "
                    f"this computer. {_ASK}",
                )
            )
        if opened.get(place.seq - 1, place.prev_sha256) != place.prev_sha256:
            found.append(
                Notice(
                    _DOUBT,
                    f"Number {place.seq} of trial {place.trial} does not follow the number {place.seq - 1} that was "
                    f"opened on this computer. {_ASK}",
                )
            )
        return tuple(found)

    def remember(self, place: Place) -> None:
        """Keep a snapshot that was opened; the first file of a number stays the one that others are compared with."""
        if place.trial.startswith(TEST):
            return
        with self._settings.changed(_TABLE) as table:
            table.setdefault(place.trial, {}).setdefault(str(place.seq), place.sha256)

    def _opened(self, trial: str) -> dict[int, str]:
        opened = self._settings.table(_TABLE).get(trial, {})
        try:
            return {int(number): str(sha256) for number, sha256 in opened.items()}
        except (ValueError, AttributeError) as error:
            raise Refusal(
                "SETTINGS-OPENED",
                "The settings' list of opened snapshots cannot be read.",
                "Move the file away.",
                file="settings.json",
            ) from error
