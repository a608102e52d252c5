"""Tables that are printed without some of their rows, because all of them would fill a hundred pages."""

from __future__ import annotations

from dataclasses import replace

from dsmb_app.model import formats
from dsmb_app.model.cycle_rows import PRESENT, term_of
from dsmb_app.model.result import Column, ResultTable, RowKey
from dsmb_app.model.words import TOTAL, Stat

BY_CYCLE = "K20"
SHARE, FEWEST = 5, 5
"""Percent of all subjects together, and subjects, who must have a term at all for its rows by cycle to be printed."""


def shortened(table: ResultTable) -> ResultTable:
    """Return a table as it is printed: K20 without rare terms, and saying so; any other as it is.

    The rule looks at all arms together, so that an arm alone decides nothing. Cells are left as they are.
    """
    if table.exhibit != BY_CYCLE or not table.arm_sizes.get(TOTAL):
        return table
    often, size = _subjects_by_term(table), table.arm_sizes[TOTAL]
    needed = max(-(-SHARE * size // 100), FEWEST)
    kept = {term for term, n in often.items() if n >= needed}
    rows = tuple(row for row in table.rows if not term_of(row.key) or term_of(row.key) in kept)
    note = (
        f"Printed: any event, and of {len(often)} term(s) the {len(kept)} that {formats.count(needed)} or more of all "
        f"{formats.count(size)} subjects together had at any time ({SHARE}%, and {FEWEST} at least). Rows of any event "
        "count the other terms too; these have their own rows in the program and in the results as CSV."
    )
    return replace(table, rows=rows, footnotes=(note, *table.footnotes))


def _subjects_by_term(table: ResultTable) -> dict[str, int]:
    """Return how many subjects have each term at all: first onsets, of which each subject has one, over all rows."""
    found: dict[str, int] = {}
    for row in table.rows:
        term = term_of(row.key)
        if term:
            found[term] = found.get(term, 0) + _first_onsets(table, row.key)
    return found


def _first_onsets(table: ResultTable, key: RowKey) -> int:
    cell = table.cell(key, Column(TOTAL, Stat.N))
    return int(cell.value or 0) if cell and PRESENT not in key[1:-1] else 0
