"""What a statistician asks of a lock and gets from it: the words between the wizard and what does the work."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_CHECK = re.compile(r"^(?P<key>[a-z_]+) *= *(?P<value>.*?) *# CHECK(: *(?P<why>.*))?$")


@dataclass(frozen=True)
class DeliveredFile:
    """A dataset file: dataset, file name, form (XPT, CSV, ...), rows, and subjects (None: it names none)."""

    dataset: str
    file: str
    form: str
    rows: int
    subjects: int | None


@dataclass(frozen=True)
class Delivery:
    """What a folder holds: its dataset files, the subjects of DM (or ADSL), and what to know, a sentence each."""

    folder: Path
    files: tuple[DeliveredFile, ...]
    subjects: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """A line of a study file that is only guessed: its number from 1, key, value as written, and what it decides."""

    line: int
    key: str
    value: str
    why: str


def guesses(study_text: str) -> tuple[Guess, ...]:
    """Return the lines of a study file's text that are marked CHECK."""
    found = ((number, _CHECK.match(line)) for number, line in enumerate(study_text.splitlines(), start=1))
    return tuple(Guess(number, m["key"], m["value"], m["why"] or "") for number, m in found if m)


def settled(study_text: str) -> str:
    """Return the text with its guesses no longer marked; nothing else changes."""
    lines = study_text.splitlines(keepends=True)
    for guess in guesses(study_text):
        line = lines[guess.line - 1]
        head, _, tail = line.rpartition("# CHECK")
        lines[guess.line - 1] = f"{head}# {tail.removeprefix(':').lstrip(' ')}" if tail.strip() else f"{head}#{tail}"
    return "".join(lines)


@dataclass(frozen=True)
class LockWish:
    """What to lock, with which study file, and the three files that a lock writes."""

    source: Path
    study: Path
    trial: Path
    secrets: Path
    out: Path


@dataclass(frozen=True)
class KeptFiles:
    """What a lock would do with the trial file and the secrets file, a sentence each; ``warning``: "" for none."""

    trial: str
    secrets: str
    warning: str = ""


@dataclass(frozen=True)
class LeakLine:
    """A pattern that tells the arms: verdict, column, which pattern, p in print, and why it was accepted ("" not)."""

    verdict: str
    column: str
    feature: str
    p: str
    reason: str


@dataclass(frozen=True)
class LockOutcome:
    """A locked snapshot, and what its statistician must know. ``text`` is the whole report in words.

    ``searched``: tables, columns and rows of the open part that were searched for what tells the arms. ``counts``: a
    rule that had to be used -> how often. ``phrases``: part (main, codes, names) -> phrase.
    """

    file: Path
    snap_id: str
    sha256: str
    signer: str
    seq: int
    searched: tuple[int, int, int]
    leaks: tuple[LeakLine, ...]
    counts: dict[str, int]
    notes: tuple[str, ...]
    text: str
    secrets: Path
    phrases: dict[str, str] = field(repr=False)
