"""Analysis results as data: the long form, one statistic a line, as documented in docs/ard.md."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection

from dsmb_app.session import Session

HEADER = ("exhibit", "arm", "arm_ref", "row", "stat_name", "stat", "stat_fmt", "note")


def results_csv(session: Session, exhibits: Collection[str] = ()) -> str:
    """Return the results of the exhibits asked for (all that the level shows, where none is named) as CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for table, row, column, cell in session.walk(exhibits):
        value = "" if cell.value is None else repr(float(cell.value))
        writer.writerow(
            (table.exhibit, column.arm, column.arm_ref, row.path, column.stat.value, value, cell.text, cell.note)
        )
    return out.getvalue()
