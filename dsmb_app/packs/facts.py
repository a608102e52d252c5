"""What the cover and the definitions sheet say, as blocks of (name, value); level by level no more than it may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from dsmb_app.model import formats
from dsmb_app.model.result import Stamp
from dsmb_app.model.settings_words import in_words, rule_counts, settings
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
            tuple((f.name, in_words(getattr(session.choices, f.name))) for f in fields(session.choices)),
        ),
        Block("Study settings", settings(session.study, session.level)),
        Block("How often a rule had to decide", rule_counts(session.counts)),
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


def _receipt(session: Session) -> Iterator[tuple[str, str]]:
    receipt = session.receipt
    yield "Locked (UTC)", in_words(receipt.get("locked", ""))
    yield "Locked with version", in_words(receipt.get("tool", ""))
    yield "Signer of the snapshot", session.snapshot.signer
    for file in receipt.get("files", ()):
        yield in_words(file["name"]), f"{in_words(file['rows'])} rows, SHA-256 {file['sha256']}"
    for note in receipt.get("notes", ()):
        yield "Note", in_words(note)
