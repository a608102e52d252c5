"""Locking: a delivery and a study file become one sealed snapshot."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from dsmb_app import __version__
from dsmb_app.model.errors import Refusal, on_one_line
from dsmb_app.model.study import Study, read_study
from dsmb_app.snapshot import container
from dsmb_app.snapshot.atomic import write_atomically
from dsmb_app.snapshot.leaks import LeakReport
from dsmb_app.snapshot.lock_plan import LockPlan
from dsmb_app.snapshot.locks import Lock
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.source import read_source
from dsmb_app.snapshot.trial import TrialFile, alone_with
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
    opens: tuple[str, ...] = ()
    leaks: LeakReport = field(default_factory=LeakReport)

    def text(self) -> str:
        """Return the report in words, as ``dsmb lock`` prints it."""
        lines = [
            f"Locked snapshot {self.snap_id} (number {self.seq}), SHA-256 {self.sha256}",
            f"Signer {self.signer}",
            *self.opens,
            "Rows in the open part: " + ", ".join(f"{name} {rows}" for name, rows in self.rows.items()),
            "",
            "Where each column went:",
        ]
        if self.new_trial:
            lines.insert(2, f"Made {self.new_trial}: keep it, and use it for every later snapshot of this trial.")
        for dataset, part, why, columns in self._by_reason():
            lines.append(f"  {dataset:<8} {part:<6} {why}: {', '.join(columns)}")
        lines += ["", "What tells the arms in the open part:", *(f"  {line}" for line in self.leaks.lines())]
        lines += ["", "Rules that had to be used:", *(f"  {n}  {rule}" for rule, n in self.counts.items())]
        lines += ["", "Notes:", *(f"  {note}" for note in self.notes)]
        return "\n".join(map(on_one_line, lines))

    def _by_reason(self) -> list[tuple[str, str, str, list[str]]]:
        grouped: dict[tuple[str, str, str], list[str]] = {}
        for dataset, column, part, why in self.classes:
            grouped.setdefault((dataset, part, why), []).append(column)
        return [(*key, columns) for key, columns in grouped.items()]


def lock(  # noqa: PLR0913 - each is an option of the command
    source: Path,
    *,
    study: Path,
    trial: Path | None,
    out: Path,
    secrets_path: Path,
    plan: LockPlan | None = None,
    accept_leaks: Mapping[str, str] | None = None,
    test_seed: int | None = None,
    progress: Progress | None = None,
) -> LockReport:
    """Read, check, derive, seal and write ``out`` and the secrets file; the trial file is made or brought up to date.

    ``plan``: who opens which part; without one each part has the phrase of the secrets file, or a fresh one.
    ``test_seed`` seeds shuffle, ids and letters; such a snapshot is marked TEST and signed with a throw-away key
    (``trial`` is then not used). ``accept_leaks``: columns that may tell the arms, with the reason; they go before
    those of the study file. Raises Refusal, having written nothing, when the source cannot be used or tells the arms.
    """
    step = _Steps(progress)
    step.next()
    settings = read_study(study).accepting(accept_leaks or {})
    plan, kept = plan or LockPlan(), _kept(secrets_path)
    locks = plan.locks(phrases := plan.settled(kept.phrases if kept else {}))
    file = trial.resolve() if trial and test_seed is None else None  # written through a link, it would replace the link
    # Here so that a wrong file is told before the work; below, when no other lock can change it, for good.
    _book(file, test_seed, settings, kept, secrets_path.name)
    delivered = read_source(source)
    step.next()
    work = prepared(delivered, settings, study.parent)
    step.next()
    rng = secrets.SystemRandom() if test_seed is None else random.Random(test_seed)
    with alone_with(file) if file else nullcontext():
        new_trial = file.name if file and not file.exists() else ""
        book = _book(file, test_seed, settings, kept, secrets_path.name)
        _refuse_other_lock(secrets_path, kept)
        parts = make_parts(work, book, rng, test=book.test)
        step.next()
        report = replace(_seal(parts, work, book, locks), new_trial=new_trial, opens=tuple(plan.text(phrases)))
        if file:
            # First, because ids and letters must be on record when a snapshot leaves. Should writing the others then
            # fail, the next snapshot follows a number that nobody received, and nothing is lost.
            book.save(file)
        _write(report, phrases, secrets_path, out)
    container.load(out, signers=[report.signer])
    step.finish()
    return report


def _write(report: LockReport, phrases: dict[str, str], secrets_path: Path, out: Path) -> None:
    # Phrases before the snapshot: one that nobody can open is of no use.
    SecretsFile(signer=report.signer, snap_id=report.snap_id, phrases=phrases).save(secrets_path)
    write_atomically(out, report.data)


def _book(
    file: Path | None, test_seed: int | None, settings: Study, kept: SecretsFile | None, secrets_name: str
) -> TrialFile:
    """Return the trial of ``file``, which must be that of the study and of the lock before; a TEST one without."""
    if file is None:
        return TrialFile.for_test(test_seed)
    book = TrialFile.load_or_create(file)
    book.keep_to_study(settings.study.id, file.name)
    if kept:
        book.keep_to_signer(kept.signer, secrets_name, file.name)
    return book


def ahead(
    settings: Study, *, trial: Path, out: Path, secrets_path: Path, plan: LockPlan | None = None
) -> tuple[TrialFile, SecretsFile | None]:
    """Return the trial and the secrets that a lock would go on with, None for secrets that it would make.

    Writes nothing. Raises Refusal where the lock would for these files, whatever the delivery, and LOCK-SAME-FILE
    where two of them are one.
    """
    if len({path.resolve() for path in (trial, out, secrets_path)}) < len((trial, out, secrets_path)):
        raise Refusal(
            "LOCK-SAME-FILE",
            "Trial file, secrets file and snapshot are three files; two of them have the same name.",
            "Give each a name of its own.",
        )
    kept = _kept(secrets_path)
    (plan or LockPlan()).settled(kept.phrases if kept else {})
    return _book(trial.resolve(), None, settings, kept, secrets_path.name), kept


def _kept(secrets_path: Path) -> SecretsFile | None:
    return SecretsFile.load(secrets_path) if secrets_path.exists() else None


def _refuse_other_lock(secrets_path: Path, kept: SecretsFile | None) -> None:
    # To go on would write over the only phrases of the other one's snapshot.
    if _kept(secrets_path) != kept:
        raise Refusal(
            "SECRETS-CHANGED",
            "Another lock has written this file since this one began.",
            "Lock again: the phrases in it are then used for this snapshot too.",
            file=secrets_path.name,
        )


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


def _seal(parts: Parts, work: Prepared, book: TrialFile, locks: Mapping[str, Sequence[Lock]]) -> LockReport:
    """Build the snapshot in memory and bring the trial book's number and last hash up to date."""
    snap_id = secrets.token_hex(8)
    data = container.build(
        contents={**parts.images, "receipt": _receipt(parts, work)},
        locks=locks,
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
        counts={**work.derived.counts, **work.arms.counts},
        notes=(*work.source.notes, *work.held_notes, *work.treated_notes),
        data=data,
        leaks=parts.leaks,
    )


def _receipt(parts: Parts, work: Prepared) -> bytes:
    files: Iterable[dict[str, object]] = (
        {"name": d.file_name, "sha256": d.sha256, "rows": len(d.frame), "columns": list(d.frame.columns)}
        for d in work.delivered
    )
    receipt = {
        "locked": datetime.now(UTC).isoformat(timespec="seconds"),
        "tool": __version__,
        "files": list(files),
        "notes": list(work.source.notes),
        "images": {part: hashlib.sha256(data).hexdigest() for part, data in parts.images.items()},
        "leaks": parts.leak_hash,
    }
    return json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode("ascii")
