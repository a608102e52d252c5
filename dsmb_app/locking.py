"""Locking: a delivery and a study file become one sealed snapshot."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from dsmb_app import __version__
from dsmb_app.model.baskets import held_terms
from dsmb_app.model.study import Study, read_study
from dsmb_app.snapshot import container
from dsmb_app.snapshot.arms import Arms, resolve_arms
from dsmb_app.snapshot.atomic import write_atomically
from dsmb_app.snapshot.checks import check
from dsmb_app.snapshot.columns import Policy, built_in_policy
from dsmb_app.snapshot.locks import PhraseLock
from dsmb_app.snapshot.phrases import generate_phrase
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.source import Source, read_source, text
from dsmb_app.snapshot.trial import TrialFile
from dsmb_app.snapshot.wording import TreatmentWords, treatment_words
from dsmb_app.store.derive import Derived, derive
from dsmb_app.store.image import build_image
from dsmb_app.store.split import Split, Splitter

Progress = Callable[[str, int, int], None]

STEPS = ("Reading the source", "Checking", "Deriving", "Sealing", "Writing")


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

    def text(self) -> str:
        """Return the report in words, as ``dsmb lock`` prints it."""
        lines = [
            f"Locked snapshot {self.snap_id} (number {self.seq}), SHA-256 {self.sha256}",
            f"Signer {self.signer}",
            "Rows in the open part: " + ", ".join(f"{name} {rows}" for name, rows in self.rows.items()),
            "",
            "Where each column went:",
        ]
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
    policy = study_policy(settings)
    check(delivered, policy)
    arms = resolve_arms(delivered.datasets["DM"], settings.arms)
    step.next()
    derived = derive(delivered, settings, policy)
    step.next()
    book = TrialFile.for_test(test_seed) if test_seed is not None or trial is None else TrialFile.load_or_create(trial)
    rng: random.Random = random.Random(test_seed) if test_seed is not None else secrets.SystemRandom()
    ids = book.assign_subject_ids(text(delivered.datasets["DM"], "USUBJID").tolist(), rng)
    letters = book.assign_letters(arms.names, rng)
    words = find_words(delivered, arms, settings)
    splitter = Splitter(settings, policy, ids, words, held_terms(settings.ae.hold_back, study.parent), rng)
    split = splitter.split(delivered, derived)
    images = _images(split, derived, settings, delivered, arms, ids, letters, test=test_seed is not None)
    step.next()
    keys = SecretsFile.load(secrets_path) if secrets_path.exists() else None
    phrases = keys.phrases if keys else {part: generate_phrase() for part in ("main", "codes", "names")}
    report = _seal(images, split, derived, delivered, book, phrases)
    SecretsFile(signer=report.signer, snap_id=report.snap_id, phrases=phrases).save(secrets_path)
    if test_seed is None and trial is not None:
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


def study_policy(study: Study) -> Policy:
    """Return the allow-list of a study: the built-in one, ``blind.allow``, and the emergent flag if one is named."""
    policy = built_in_policy().allowing(study.blind.allow, key="blind.allow")
    return policy.allowing([study.emergent.flag] if study.emergent.flag else [], key="emergent.flag")


def find_words(source: Source, arms: Arms, study: Study) -> TreatmentWords:
    """Collect the words that name a treatment from the arms, EX and the study file."""
    dm, ex = source.datasets["DM"], source.datasets["EX"]
    codes = {value for column in ("ARMCD", "ACTARMCD") if column in dm.frame for value in text(dm, column).unique()}
    dosed = {value for column in ("EXTRT", "EXLOT") if column in ex.frame for value in text(ex, column).unique()}
    lots_too_short_to_tell = {value for value in dosed if value.isdigit()}
    labels = set(arms.source_texts) | set(arms.names) | set(study.arms.labels)
    return treatment_words(labels | codes, dosed - lots_too_short_to_tell, study.arms.drug_words)


def _images(
    split: Split,
    derived: Derived,
    study: Study,
    source: Source,
    arms: Arms,
    ids: dict[str, str],
    letters: dict[str, str],
    *,
    test: bool,
) -> dict[str, bytes]:
    about = {"tool": __version__, "format": 1}
    main = {
        **about,
        "study": study.without_arms(),
        "counts": derived.counts,
        "classes": [list(row) for row in split.classes if row[2] == "main"],
        "delivered": sorted(source.datasets),
        "held_back": {"ae": list(study.ae.hold_back), "lb": list(study.lab.hold_back)},
        "test": test,
    }
    originals = text(source.datasets["DM"], "USUBJID")
    subjects = pd.DataFrame(
        {
            "USUBJID": originals.map(ids),
            "ORIGID": originals,
            "PLANNED": arms.planned.map(letters).fillna(""),
            "ACTUAL": arms.actual.map(letters).fillna(""),
        }
    ).sort_values("USUBJID", ignore_index=True)
    arm_rows = pd.DataFrame({"LETTER": [letters[name] for name in arms.names], "ARM": list(arms.names)})
    in_use = sorted(letters[arm] for arm in arms.names)
    return {
        "main": build_image(split.main, main),
        "codes": build_image({"subjects": subjects, **split.codes}, {**about, "letters": in_use}),
        "names": build_image({"arms": arm_rows, **split.names}, {**about, "arms_settings": study.arms_only()}),
    }


def _seal(
    images: dict[str, bytes],
    split: Split,
    derived: Derived,
    source: Source,
    book: TrialFile,
    phrases: dict[str, str],
) -> LockReport:
    """Build the snapshot in memory and bring the trial book's number and last hash up to date."""
    seq = book.seq + 1
    data = container.build(
        contents={**images, "receipt": _receipt(images, source)},
        locks={part: [PhraseLock(phrase)] for part, phrase in phrases.items()},
        trial=book.trial,
        seq=seq,
        prev_sha256=book.prev_sha256,
        signing_key=book.signing_key,
        snap_id=(snap_id := secrets.token_hex(8)),
    )
    book.seq, book.prev_sha256 = seq, hashlib.sha256(data).hexdigest()
    return LockReport(
        snap_id=snap_id,
        sha256=book.prev_sha256,
        signer=book.fingerprint,
        seq=seq,
        rows={name: len(frame) for name, frame in split.main.items()},
        classes=tuple(split.classes),
        counts=dict(derived.counts),
        notes=source.notes,
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
