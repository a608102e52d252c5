"""Tables whose rows are questions: each line counts the adverse-event records for which it is true."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.counting import Counts, count_rows, years_by_arm
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Level, Stat

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Line:
    """A row and the records behind it, as a mask over ``cut.ae``.

    Where ``subjects`` is given (a mask over ``cut.subjects``), the row counts these subjects of the safety population
    and no events; its records are what a reader is shown of them.
    """

    row: Row
    records: Bools
    subjects: Bools | None = None


def line_of(lines: Sequence[Line], key: RowKey) -> Line:
    """Return the line of a key."""
    return next(line for line in lines if line.row.key == key)


def with_records(cut: Cut, records: Bools) -> Bools:
    """Return who has at least one of the records: a mask over ``cut.subjects``."""
    mask = np.zeros(len(cut.subjects), dtype=bool)
    mask[cut.ae["SUBJECT"].to_numpy()[records]] = True
    return mask


def subjects_behind(cut: Cut, line: Line) -> Bools:
    """Return who is counted on a line, over all columns."""
    return with_records(cut, line.records) if line.subjects is None else line.subjects


def lines_table(
    cut: Cut,
    lines: Sequence[Line],
    *,
    exhibit: str,
    title: str,
    rates: bool,
    footnotes: Sequence[str],
    contrasts: bool = True,
    subtitle: str = "",
) -> ResultTable:
    """Count subjects and events of each line by arm, with rates if asked for, and contrasts unless pooled."""
    rows, found = [line.row for line in lines], counted_lines(cut, lines)
    of_subjects = {place: line.subjects for place, line in enumerate(lines) if line.subjects is not None}
    for place, members in of_subjects.items():
        found.n[place] = [int((members & cut.in_column(name)).sum()) for name in cut.columns]
    table = counted_table(
        cut, rows, found, exhibit=exhibit, title=title, rates=rates, footnotes=footnotes, contrasts=contrasts
    )
    shown = _without_events(table.cells, {rows[place].key for place in of_subjects})
    return replace(table, cells=shown, subtitle=subtitle or table.subtitle)


def counted_lines(cut: Cut, lines: Sequence[Line]) -> Counts:
    """Count the records of each line by arm; nothing on a line that counts subjects."""
    where = [np.flatnonzero(line.records) if line.subjects is None else np.zeros(0, np.int64) for line in lines]
    codes = np.repeat(np.arange(len(lines), dtype=np.int64), [len(found) for found in where])
    records = np.concatenate(where) if where else np.zeros(0, dtype=np.int64)
    subjects = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)[records]
    onset = cut.ae["ONSETDY"].to_numpy(dtype=float)[records]
    return count_rows(cut, codes, subjects, onset, len(lines))


def _without_events(body: Mapping[tuple[RowKey, Column], Cell], keys: Collection[RowKey]) -> cells.Cells:
    """Leave out the cells of events, and of rates made of them, on rows that count subjects."""
    of_events = (Stat.EVENTS, *cells.RATES)
    return {at: cell for at, cell in body.items() if not (at[0] in keys and at[1].stat in of_events)}


def counted_table(
    cut: Cut,
    rows: Sequence[Row],
    counts: Counts,
    *,
    exhibit: str,
    title: str,
    rates: bool,
    footnotes: Sequence[str],
    contrasts: bool = True,
) -> ResultTable:
    """Turn counts, aligned with ``rows``, into a table; an open one has neither rates nor contrasts."""
    shown, notes = list(rows), list(footnotes)
    body = cells.count_cells(cut, shown, counts.n, counts.events)
    with_rates = rates and cut.level is not Level.POOLED
    if with_rates:
        body |= cells.rate_cells(cut, shown, counts, years_by_arm(cut))
        notes += wording.robust_rates(int(counts.clustered.sum()))
    columns = cells.arm_columns(cut, (*cells.COUNTS, *cells.RATES) if with_rates else cells.COUNTS)
    if contrasts:
        body |= cells.contrast_cells(cut, shown, counts.n)
        columns += cells.contrast_columns(cut)
    table = plain_table(cut, shown, body, exhibit=exhibit, title=title, footnotes=notes)
    return replace(table, columns=tuple(columns))


def plain_table(
    cut: Cut,
    rows: Sequence[Row],
    body: cells.Cells,
    *,
    exhibit: str,
    title: str,
    footnotes: Sequence[str],
    subtitle: str = "",
) -> ResultTable:
    """Turn cells of subjects (n, N, pct by arm) into a table of the safety population."""
    return ResultTable(
        exhibit=exhibit,
        title=title,
        subtitle=subtitle or f"Treatment-emergent, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, cut.sizes.tolist(), strict=True)),
        rows=tuple(rows),
        columns=tuple(cells.arm_columns(cut, cells.COUNTS[:3])),
        cells=body,
        footnotes=tuple(footnotes),
    )
