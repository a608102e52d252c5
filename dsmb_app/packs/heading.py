"""What every sheet of a pack says of itself: trial, meeting, source, level, and who may read it."""

from __future__ import annotations

from dataclasses import dataclass

from dsmb_app.model import formats
from dsmb_app.model.result import Stamp
from dsmb_app.model.words import TOTAL, Level
from dsmb_app.session import Session

OPEN_BANNER = "Open Session Report"
CLOSED_BANNER = "CONFIDENTIAL - CLOSED SESSION - comparative data, DSMB only"
SYNTHETIC, TEST = "SYNTHETIC DATA", "TEST SNAPSHOT"

LEVEL_WORDS = {
    Level.POOLED: "pooled (open session, no arms)",
    Level.MASKED: "masked (closed session, arms by letter)",
    Level.NAMED: "named (closed session, arms by name)",
}


@dataclass(frozen=True)
class Heading:
    """The texts above, and in the page margins of, every sheet; ``audit`` is "" in the open pack's tables.

    ``maturity``: the line that says how much the numbers rest on; without arms in the open pack.
    """

    protocol: str
    banner: str
    closed: bool
    marks: tuple[str, ...]
    population: str
    source: str
    audit: str
    footer: str
    maturity: str = ""

    @property
    def marked_banner(self) -> str:
        """Return the banner with SYNTHETIC DATA and TEST SNAPSHOT where they apply."""
        return " | ".join((self.banner, *self.marks))


def created(stamp: Stamp) -> str:
    """Return when the pack was made, with its time zone, which is UTC, spelt out."""
    return stamp.created if stamp.created.endswith(("UTC", "Z", "+00:00")) else f"{stamp.created} UTC"


def heading(session: Session, stamp: Stamp) -> Heading:
    """Return the heading of the session's pack. Of the source the stamp speaks, so that a fixed one fixes the bytes."""
    study = session.study.study
    closed = session.level is not Level.POOLED
    marks = [SYNTHETIC] * study.synthetic + [TEST] * session.snapshot.test
    source = (
        f"Data cut-off {study.cutoff.isoformat()} | Snapshot {stamp.snap_id} | SHA-256 {stamp.short_sha} | "
        f"Created {created(stamp)} | Level of unblinding: {session.level.value}"
    )
    return Heading(
        protocol=f"Protocol {study.id} | DSMB meeting {study.meeting}",
        banner=CLOSED_BANNER if closed else OPEN_BANNER,
        closed=closed,
        marks=tuple(marks),
        population=f"Safety population, N={formats.count(session.arm_sizes[TOTAL])}",
        source=source,
        audit=f"Head of the audit log {stamp.audit_head}" if closed else "",
        maturity=session.maturity().line(),
        footer=f"Cut-off {study.cutoff.isoformat()}, snapshot {stamp.snap_id}, {session.level.value}",
    )
