"""The audit log as a table for people: aligned columns, both times, who."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

from dsmb_app.store.audit import AuditEntry

HEADS = ("n", "UTC", "local", "who", "event", "result", "about", "reason")
_LONGEST = 40
"""Characters of a cell that others are aligned to; a longer one, such as a SHA-256, shifts its own line only."""


def audit_lines(entries: Sequence[AuditEntry]) -> Iterator[str]:
    """Yield the head and one line for each event, oldest first."""
    rows = [HEADS, *map(_cells, entries)]
    widths = [max(n for n in map(_width, column) if n <= _LONGEST) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    when = datetime.fromisoformat(entry.ts)
    local = when.astimezone()
    return (
        str(entry.n), f"{when:%Y-%m-%d %H:%M:%S}", f"{local:%Y-%m-%d %H:%M:%S %z}",
        entry.who, entry.ev, entry.result, entry.obj, entry.why,
    )  # fmt: skip


def _width(text: str) -> int:
    """Return how many places of a terminal a text takes: some letters take two, marks on letters none."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)
