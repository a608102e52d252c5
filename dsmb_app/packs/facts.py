"""What the cover and the definitions sheet say, as blocks of (name, value); level by level no more than it may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from dsmb_app.model import formats
from dsmb_app.model.result import Stamp
from dsmb_app.model.words import Level, Window
from dsmb_app.packs.heading import LEVEL_WORDS, created
from dsmb_app.session import Session

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Block:
    """A headed list of names with their values; without names the values are sentences."""

    title: str
    pairs: Pairs


def cover_blocks(session: Session, stamp: Stamp) -> list[Block]:
    """Return what the cover says: which trial, meeting and level, from what source, and by which definitions."""
    return [
        Block("This report", tuple(_trial(session))),
        Block("Source", _source(stamp)),
        Block("Definitions in short (all of them: sheet 99)", tuple(_rules(session))),
        Block("Functional unblinding", tuple(("", text) for text in _functional_unblinding(session))),
    ]


def definition_blocks(session: Session, stamp: Stamp) -> list[Block]:
    """Return what sheet 99 says: statistics, study settings, choices, counts of derivations, source.

    The receipt (source files, rows, hashes) stands in closed packs only: rows of dosing data may tell an arm.
    """
    closed = session.level is not Level.POOLED
    blocks = [
        Block("Statistics", STATISTICS),
        Block(
            "Choices in force",
            tuple((f.name, _text(getattr(session.choices, f.name))) for f in fields(session.choices)),
        ),
        Block("Study settings", tuple(_settings(session))),
        Block(
            "How often a rule had to decide", tuple((_words(k), formats.count(n)) for k, n in session.counts.items())
        ),
        Block("Source", _source(stamp)),
    ]
    if closed:
        blocks.append(Block("Receipt of the source files", tuple(_receipt(session))))
    return blocks


STATISTICS: Pairs = (
    ("n", "Subjects counted in the row, each once."),
    ("N", "Subjects that percentages are of: treated subjects, unless a table says otherwise."),
    ("%", "100 n / N, printed with one decimal, rounded half up."),
    ("Events", "Records, where one subject may have several."),
    ("Patient-years", "Time at risk in years of 365.25 days."),
    ("EAIR", "Subjects with a first event per 100 patient-years up to that event, exact Poisson 95% interval."),
    ("EAER", "Events per 100 patient-years of the whole window, exact Poisson 95% interval."),
    ("RD", "Risk difference in percentage points with its 95% interval; each table names the method."),
    ("p", "Fisher's exact test, two-sided, nominal; blank where neither arm has an event."),
    ("NE", "Not evaluable: there is nothing to compute the statistic from."),
    (
        "Number columns",
        "Right of each printed table: the same cells, not rounded, for computing; they are not printed.",
    ),
)


def _source(stamp: Stamp) -> Pairs:
    return (
        ("Snapshot", stamp.snap_id),
        ("SHA-256 of the snapshot file", stamp.sha256),
        ("Created", created(stamp)),
        ("Head of the audit log", stamp.audit_head),
    )


def _trial(session: Session) -> Iterator[tuple[str, str]]:
    study = session.study.study
    yield "Protocol", study.id
    if session.level is Level.NAMED:
        # A title often names the treatments, so that it stands only where they are named anyway.
        yield "Title", study.title
    yield "DSMB meeting", formats.count(study.meeting)
    yield "Session", LEVEL_WORDS[session.level]
    yield "Data cut-off", study.cutoff.isoformat()
    yield "Treated subjects", ", ".join(f"{arm} N={formats.count(n)}" for arm, n in session.arm_sizes.items())


def _rules(session: Session) -> Iterator[tuple[str, str]]:
    study, choices = session.study, session.choices
    on_treatment = choices.window is Window.ON_TREATMENT
    end = f"to {choices.days} days after the last dose" if on_treatment else "no end after the first dose"
    yield "Emergent window", f"{choices.window}: {end}"
    if session.only():
        yield "Filters", f"Only: {session.only()}"
    if session.level is not Level.POOLED:
        yield "Arm of a subject", str(choices.arm_source)
    yield "Medical dictionary", f"MedDRA {study.dictionary.meddra or '(version not stated in the study file)'}"
    yield "Grading of laboratory results", f"CTCAE v{study.lab.ctcae}"
    yield "Grading of adverse events", study.ae.grading


def _functional_unblinding(session: Session) -> Iterator[str]:
    held = ", ".join((*session.study.ae.hold_back, *session.study.lab.hold_back))
    yield (
        "Some results can tell who is on which treatment without any label, an injection-site reaction or a typical "
        "laboratory change for instance."
    )
    if session.level is Level.POOLED:
        yield (
            f"Held back from this report for that reason: {held}." if held else "Nothing is held back from this report."
        )
    else:
        yield (
            f"Held back from open sessions and present here: {held}."
            if held
            else "Nothing is held back from open sessions."
        )
        yield "Whoever reads this report must not share it with those who treat patients or run the trial."


def _settings(session: Session) -> Iterator[tuple[str, str]]:
    for section, values in session.study.model_dump(mode="json").items():
        for key, value in values.items():
            if _may_show(session.level, section, key):
                yield f"{section}.{key}", _text(value)


def _may_show(level: Level, section: str, key: str) -> bool:
    """Tell whether a setting may be printed: nothing that names arms or tells of them below its level."""
    if level is Level.NAMED:
        return True
    if section == "arms" or (section, key) == ("study", "title"):
        return key == "source"
    # Reasons for accepted leaks are closed data: they say what separates the arms.
    return level is not Level.POOLED or section != "blind"


def _receipt(session: Session) -> Iterator[tuple[str, str]]:
    receipt = session.receipt
    yield "Locked (UTC)", _text(receipt.get("locked", ""))
    yield "Locked with version", _text(receipt.get("tool", ""))
    yield "Signer of the snapshot", session.snapshot.signer
    for file in receipt.get("files", ()):
        yield _text(file["name"]), f"{_text(file['rows'])} rows, SHA-256 {file['sha256']}"
    for note in receipt.get("notes", ()):
        yield "Note", _text(note)


def _text(value: Any) -> str:
    """Return a setting as a reader would write it; nothing at all as a dash."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_text(part)}" for key, part in value.items()) or "-"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(f"({_text(part)})" if isinstance(part, Mapping) else _text(part) for part in value) or "-"
    return "-" if value is None or value == "" else str(value)


def _words(name: str) -> str:
    return COUNT_WORDS.get(name, name)


COUNT_WORDS = {
    "ae_partial_start": "Treatment-emergent adverse events whose start date is known to the month or year only",
    "ae_missing_start": "Treatment-emergent adverse events without a start date",
    "ae_missing_start_left_out": "Adverse events without a start date that were left out",
    "ae_after_cutoff": "Adverse events that begin after the data cut-off, set aside",
    "ae_worsened": "Adverse events that began before the first dose and worsened, counted from day 1",
}
