"""Checking an audit log from its file alone: nothing changed, removed, added or moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.store.audit_entry import GENESIS, MAX_LINE, AuditEntry, parse_line

# Clocks are set by small steps all the time; only a larger one back is an event.
CLOCK_SLACK = timedelta(seconds=2)
# A chain's head is printed whole; who types it may stop here, since no two hashes agree in so many digits by chance.
MIN_ANCHOR = 16


@dataclass(frozen=True)
class AuditReport:
    """What a check found: ``entries`` sound lines from the start, ``head`` the hash of the last of them.

    ``fault`` says what is wrong with line ``fault_line`` (from 1), the first that is not sound. ``anchor_found`` is
    None when no anchor was given. A chain alone cannot show that lines were cut off its end; an anchor can.
    """

    entries: int
    head: str
    events: dict[str, int]
    host: str
    key: str
    first: str
    last: str
    fault_line: int | None
    fault: str
    anchor_found: bool | None

    @property
    def ok(self) -> bool:
        """Tell whether every line is sound and the anchor, if one was given, is among them."""
        return self.fault_line is None and self.anchor_found is not False


def verify(path: Path, anchor: str | None = None) -> AuditReport:
    """Check each line's form, hash, signature, number, link to the line before, device and time.

    ``anchor``: the head printed in an export, or at least its first 16 digits; case, spaces and hyphens do not
    count. Raises Refusal AUDIT-MISSING, AUDIT-UNREADABLE, AUDIT-ANCHOR.
    """
    wanted = _plain_anchor(anchor)
    entries: list[AuditEntry] = []
    fault = ""
    for line in _lines(path):
        entry, fault = _check(line, entries[-1] if entries else None)
        if entry is None:
            break
        entries.append(entry)
    heads = [GENESIS, *(entry.h for entry in entries)]
    return AuditReport(
        entries=len(entries),
        head=heads[-1],
        events=dict(Counter(entry.ev for entry in entries)),
        host=entries[0].host if entries else "",
        key=entries[0].key if entries else "",
        first=entries[0].ts if entries else "",
        last=entries[-1].ts if entries else "",
        fault_line=len(entries) + 1 if fault else None,
        fault=fault,
        anchor_found=None if wanted is None else any(head.startswith(wanted) for head in heads),
    )


def _check(line: bytes, before: AuditEntry | None) -> tuple[AuditEntry | None, str]:
    """Return the entry of a sound line, or None and what is wrong with it."""
    if not line.endswith(b"\n"):
        return None, "is cut off"
    try:
        entry = parse_line(line[:-1])
    except ValueError:
        return None, "is not a line of an audit log"
    fault = _fault(entry, before)
    return (None, fault) if fault else (entry, "")


def _fault(entry: AuditEntry, before: AuditEntry | None) -> str:
    due = before.n + 1 if before else 1
    sound = (
        (entry.h == entry.digest(), "was changed after it was written"),
        (entry.is_signed(), "is not signed by the device that it names"),
        (entry.n == due, f"has number {entry.n} where {due} is due: a line was removed, added or moved"),
        (entry.prev == (before.h if before else GENESIS), "does not follow from the line before it"),
        (not before or (entry.key, entry.host) == (before.key, before.host), "was written on another device"),
        (
            not before or entry.ev == "clock_back" or not clock_went_back(before.ts, entry.ts),
            "is earlier than the line before it",
        ),
    )
    return next((what for holds, what in sound if not holds), "")


def clock_went_back(before: str, now: str) -> timedelta | None:
    """Return by how much ``now`` is earlier than ``before``, None when it is not or hardly. Times as in ``ts``."""
    back = datetime.fromisoformat(before) - datetime.fromisoformat(now)
    return back if back > CLOCK_SLACK else None


def _plain_anchor(anchor: str | None) -> str | None:
    if anchor is None:
        return None
    plain = "".join(anchor.split()).replace("-", "").lower()
    if not MIN_ANCHOR <= len(plain) <= len(GENESIS) or set(plain) - set("0123456789abcdef"):
        raise Refusal(
            "AUDIT-ANCHOR",
            "The anchor is not the head of an audit chain.",
            f"Type the {len(GENESIS)} digits (0-9, a-f) printed in the export, or at least the first {MIN_ANCHOR}.",
        )
    return plain


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as log:
            # A line longer than any of ours comes in pieces, each of which is a fault.
            while line := log.readline(MAX_LINE + 1):
                yield line
    except FileNotFoundError as error:
        raise Refusal(
            "AUDIT-MISSING", "There is no such audit log.", "Check the name and the folder.", file=path.name
        ) from error
    except OSError as error:
        raise Refusal(
            "AUDIT-UNREADABLE",
            f"The audit log cannot be read ({error.strerror or type(error).__name__}).",
            "Check that it is a file and that you may read it.",
            file=path.name,
        ) from error
