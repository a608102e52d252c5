"""Tables whose rows are questions: each line counts the adverse-event records for which it is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.counting import Counts, count_rows, years_by_arm
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row, RowKey
from dsmb_app.model.words import Level

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Line:
    """A row and the emergent records behind it, as a mask over ``cut.ae``."""

    row: Row
    records: Bools


def records_behind(lines: Sequence[Line], key: RowKey) -> Bools:
    """Return the records behind the line of a key."""
    return next(line.records for line in lines if line.row.key == key)


def lines_table(
    cut: Cut, lines: Sequence[Line], *, exhibit: str, title: str, rates: bool, footnotes: Sequence[str]
) -> ResultTable:
    """Count subjects and events of each line by arm, with rates if asked for, and contrasts unless pooled."""
    rows = [line.row for line in lines]
    where = [np.flatnonzero(line.records) for line in lines]
    codes = np.repeat(np.arange(len(rows), dtype=np.int64), [len(found) for found in where])
    records = np.concatenate(where) if where else np.zeros(0, dtype=np.int64)
    subjects = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)[records]
    onset = cut.ae["ONSETDY"].to_numpy(dtype=float)[records]
    found = count_rows(cut, codes, subjects, onset, len(rows))
    return counted_table(cut, rows, found, exhibit=exhibit, title=title, rates=rates, footnotes=footnotes)


def counted_table(
    cut: Cut, rows: Sequence[Row], counts: Counts, *, exhibit: str, title: str, rates: bool, footnotes: Sequence[str]
) -> ResultTable:
    """Turn counts, aligned with ``rows``, into a table; an open one has neither rates nor contrasts."""
    shown = list(rows)
    body = cells.count_cells(cut, shown, counts.n, counts.events)
    with_rates = rates and cut.level is not Level.POOLED
    if with_rates:
        body |= cells.rate_cells(cut, shown, counts.n, counts.events, counts.to_first, years_by_arm(cut))
    body |= cells.contrast_cells(cut, shown, counts.n)
    stats = (*cells.COUNTS, *cells.RATES) if with_rates else cells.COUNTS
    return ResultTable(
        exhibit=exhibit,
        title=title,
        subtitle=f"Treatment-emergent, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, cut.sizes.tolist(), strict=True)),
        rows=tuple(shown),
        columns=tuple(cells.arm_columns(cut, stats) + cells.contrast_columns(cut)),
        cells=body,
        footnotes=tuple(footnotes),
    )
