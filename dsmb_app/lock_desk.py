"""What the window's wizard locks with: it looks, drafts, checks and locks by the very functions of the commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dsmb_app import drafting, locking
from dsmb_app.model.lock_wish import DeliveredFile, Delivery, KeptFiles, LeakLine, LockOutcome, LockWish
from dsmb_app.model.study import read_study
from dsmb_app.snapshot.adam import adapted
from dsmb_app.snapshot.atomic import write_atomically
from dsmb_app.snapshot.checks import check
from dsmb_app.snapshot.columns import built_in_policy
from dsmb_app.snapshot.leaks import p_text
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.source import Dataset, read_source, text
from dsmb_app.snapshot.trial import TrialFile

Progress = Callable[[str, int, int], None]

STEPS = locking.STEPS


def look(folder: Path, progress: Progress | None = None) -> Delivery:
    """Read a delivery and check all that needs no study file. Raises Refusal for one that cannot be locked."""
    source = read_source(folder, progress=progress)
    sdtm, _ = adapted(source)
    # blind.allow and emergent.flag only add columns: what is refused here is refused at the lock too.
    check(sdtm, built_in_policy())
    files = tuple(_file(dataset) for dataset in source.datasets.values())
    return Delivery(folder, files, _subjects(sdtm.datasets["DM"]) or 0, source.notes)


def _file(dataset: Dataset) -> DeliveredFile:
    form = Path(dataset.file_name).suffix.lstrip(".").upper()
    words = {"JSON": "Dataset-JSON", "NDJSON": "Dataset-JSON", "XPT": "SAS transport", "SAS7BDAT": "SAS dataset"}
    return DeliveredFile(dataset.name, dataset.file_name, words.get(form, form), len(dataset.frame), _subjects(dataset))


def _subjects(dataset: Dataset) -> int | None:
    if "USUBJID" not in dataset.frame:
        return None
    return len(set(text(dataset, "USUBJID").str.strip()) - {""})


def draft(folder: Path) -> str:
    """Return the text of a study file for a delivery, as ``dsmb init`` writes it. Raises Refusal."""
    return drafting.draft(folder)


def save_study(path: Path, words: str) -> None:
    """Write a study file whole or not at all. Raises Refusal."""
    write_atomically(path, words.encode("utf-8"), mode=0o644)


def save_secret(path: Path, words: str) -> None:
    """Write a text for its owner alone, whole or not at all. Raises Refusal."""
    write_atomically(path, words.encode("utf-8"))


def ahead(wish: LockWish) -> KeptFiles:
    """Say what a lock would do with its trial and secrets files. Writes nothing. Raises Refusal as the lock would."""
    settings = read_study(wish.study)
    book, kept = locking.ahead(settings, trial=wish.trial, out=wish.out, secrets_path=wish.secrets)
    return KeptFiles(_trial_words(book, wish.trial), _secrets_words(kept, wish.secrets), _warning(wish))


def _trial_words(book: TrialFile, path: Path) -> str:
    if not path.exists():
        return "New: this begins a trial. Keep the file, and use it at every later meeting of the trial."
    return f"Used again: {book.seq} snapshot(s) of this trial locked so far. It signs as {book.fingerprint}."


def _secrets_words(kept: SecretsFile | None, path: Path) -> str:
    if kept is None:
        return "New: three phrases are made and kept in this file, and nowhere else. Nobody but you may have it."
    return f"Used again: the phrases in {path.name} stay those that the board has."


def _warning(wish: LockWish) -> str:
    source = wish.source.resolve()
    inside = [path.name for path in (wish.trial, wish.secrets) if source in path.resolve().parents]
    if not inside:
        return ""
    return f"{' and '.join(inside)} would lie in the delivery, which others may get. Better keep it elsewhere."


def lock(wish: LockWish, progress: Progress | None = None) -> LockOutcome:
    """Lock as ``dsmb lock`` does, with the phrases of the secrets file or fresh ones. Raises Refusal."""
    report = locking.lock(
        wish.source, study=wish.study, trial=wish.trial, out=wish.out, secrets_path=wish.secrets, progress=progress
    )
    columns = sum(part == "main" for _, _, part, _ in report.classes)
    return LockOutcome(
        file=wish.out,
        snap_id=report.snap_id,
        sha256=report.sha256,
        signer=report.signer,
        seq=report.seq,
        searched=(len(report.rows), columns, sum(report.rows.values())),
        leaks=tuple(LeakLine(f.verdict, f.column, f.feature, p_text(f.p), f.reason) for f in report.leaks.findings),
        counts={rule: times for rule, times in report.counts.items() if times},
        notes=report.notes,
        text=report.text(),
        secrets=wish.secrets,
        phrases=SecretsFile.load(wish.secrets).phrases,
    )
