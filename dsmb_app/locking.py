"""Locking: a delivery and a study file become one sealed snapshot."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from dsmb_app import __version__
from dsmb_app.model.study import read_study
from dsmb_app.snapshot import container
from dsmb_app.snapshot.atomic import write_atomically
from dsmb_app.snapshot.locks import PhraseLock
from dsmb_app.snapshot.phrases import generate_phrase
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.source import Source, read_source
from dsmb_app.snapshot.trial import TrialFile
from dsmb_app.store.parts import Parts, Prepared, make_parts, prepared

Progress = Callable[[str, int, int], None]

STEPS = ("Reading the source", "Checking and deriving", "Sealing", "Writing")


@dataclass(frozen=True)
class LockReport:
    """What was locked, for the statistician: where each column went, and what had to be counted or noted."""

    snap_id: str
    sha256: str
    signer: str
    seq: int
    rows: dict[str, int]
    classes: tuple[tuple[str, str, str, str], ...]
    counts: dict[str, int]
    notes: tuple[str, ...]
    data: bytes = field(repr=False)
    new_trial: str = ""

    def text(self) -> str:
        """Return the report in words, as ``dsmb lock`` prints it."""
        lines = [
            f"Locked snapshot {self.snap_id} (number {self.seq}), SHA-256 {self.sha256}",
            f"Signer {self.signer}",
            "Rows in the open part: " + ", ".join(f"{name} {rows}" for name, rows in self.rows.items()),
            "",
            "Where each column went:",
        ]
        if self.new_trial:
            lines.insert(2, f"Made {self.new_trial}: keep it, and use it for every later snapshot of this trial.")
        for dataset, part, why, columns in self._by_reason():
            lines.append(f"  {dataset:<8} {part:<6} {why}: {', '.join(columns)}")
        lines += ["", "Rules that had to be used:", *(f"  {n}  {rule}" for rule, n in self.counts.items())]
        lines += ["", "Notes:", *(f"  {note}" for note in self.notes)]
        return "\n".join(lines)

    def _by_reason(self) -> list[tuple[str, str, str, list[str]]]:
        grouped: dict[tuple[str, str, str], list[str]] = {}
        for dataset, column, part, why in self.classes:
            grouped.setdefault((dataset, part, why), []).append(column)
        return [(*key, columns) for key, columns in grouped.items()]


def lock(
    source: Path,
    *,
    study: Path,
    trial: Path | None,
    out: Path,
    secrets_path: Path,
    test_seed: int | None = None,
    progress: Progress | None = None,
) -> LockReport:
    """Read, check, derive, seal and write ``out`` and the secrets file; the trial file is made or brought up to date.

    ``test_seed`` seeds shuffle, ids and letters; such a snapshot is marked TEST and signed with a throw-away key
    (``trial`` is then not used). Raises Refusal, having written nothing, when the source cannot be used.
    """
    step = _Steps(progress)
    step.next()
    settings = read_study(study)
    delivered = read_source(source)
    step.next()
    work = prepared(delivered, settings, study.parent)
    step.next()
    is_test = test_seed is not None or trial is None
    new_trial = trial.name if trial is not None and not is_test and not trial.exists() else ""
    book = TrialFile.for_test(test_seed) if is_test or trial is None else TrialFile.load_or_create(trial)
    rng: random.Random = random.Random(test_seed) if test_seed is not None else secrets.SystemRandom()
    parts = make_parts(work, book, rng, test=is_test)
    step.next()
    keys = SecretsFile.load(secrets_path) if secrets_path.exists() else None
    phrases = keys.phrases if keys else {part: generate_phrase() for part in ("main", "codes", "names")}
    report = replace(_seal(parts, work, book, phrases), new_trial=new_trial)
    SecretsFile(signer=report.signer, snap_id=report.snap_id, phrases=phrases).save(secrets_path)
    if not is_test and trial is not None:
        # Before the snapshot: its ids and letters must be on record when it leaves. Should writing the snapshot then
        # fail, the next one follows a number that nobody received, and nothing is lost.
        book.save(trial)
    write_atomically(out, report.data)
    container.load(out, signers=[report.signer])
    step.finish()
    return report


class _Steps:
    """Tells the caller which of the named steps is running."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0

    def next(self) -> None:
        if self._progress:
            self._progress(STEPS[self._done], self._done, len(STEPS))
        self._done += 1

    def finish(self) -> None:
        if self._progress:
            self._progress("Done", len(STEPS), len(STEPS))


def _seal(parts: Parts, work: Prepared, book: TrialFile, phrases: dict[str, str]) -> LockReport:
    """Build the snapshot in memory and bring the trial book's number and last hash up to date."""
    snap_id = secrets.token_hex(8)
    data = container.build(
        contents={**parts.images, "receipt": _receipt(parts.images, work.source)},
        locks={part: [PhraseLock(phrase)] for part, phrase in phrases.items()},
        trial=book.trial,
        seq=book.seq + 1,
        prev_sha256=book.prev_sha256,
        signing_key=book.signing_key,
        snap_id=snap_id,
    )
    book.seq, book.prev_sha256 = book.seq + 1, hashlib.sha256(data).hexdigest()
    return LockReport(
        snap_id=snap_id,
        sha256=book.prev_sha256,
        signer=book.fingerprint,
        seq=book.seq,
        rows={name: len(frame) for name, frame in parts.split.main.items()},
        classes=tuple(parts.split.classes),
        counts=dict(work.derived.counts),
        notes=work.source.notes,
        data=data,
    )


def _receipt(images: dict[str, bytes], source: Source) -> bytes:
    files: Iterable[dict[str, object]] = (
        {"name": d.file_name, "sha256": d.sha256, "rows": len(d.frame), "columns": list(d.frame.columns)}
        for d in source.datasets.values()
    )
    receipt = {
        "locked": datetime.now(UTC).isoformat(timespec="seconds"),
        "tool": __version__,
        "files": list(files),
        "notes": list(source.notes),
        "images": {part: hashlib.sha256(data).hexdigest() for part, data in images.items()},
    }
    return json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode("ascii")
