"""Findings of data quality: rows that count subjects and the records behind them, in whichever dataset these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.codes import encoded, first_of_each
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Stat

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Behind:
    """Records of one dataset: its lower-case name ("ae", "lb", "sv", ...), and a mask over its rows.

    ``title``: what a reader reads above them, after their number; "" for the dataset's own words.
    """

    dataset: str
    mask: Bools
    title: str = ""


@dataclass(frozen=True)
class Finding:
    """A row and the records for which it is true, all of treated subjects.

    Where ``subjects`` is given (a mask over ``cut.subjects``), the row counts these and no records; its records are
    what a reader is shown of them. ``among``: out of whom, all treated where it is not given.
    """

    row: Row
    behind: Behind
    subjects: Bools | None = None
    among: Bools | None = None


def records_of(cut: Cut, dataset: str) -> pd.DataFrame:
    """Return a dataset of the cut by its lower-case name."""
    held = {"ae": cut.ae, "lb": cut.lb, "cm": cut.cm, "ex": cut.doses}
    return held[dataset] if dataset in held else cut.others.get(dataset, pd.DataFrame())


def owners(cut: Cut, behind: Behind) -> npt.NDArray[np.int64]:
    """Return the subject (row in ``cut.subjects``) of each of the records."""
    frame = records_of(cut, behind.dataset)
    return frame["SUBJECT"].to_numpy(dtype=np.int64)[behind.mask] if len(frame) else np.zeros(0, dtype=np.int64)


def who(cut: Cut, finding: Finding) -> Bools:
    """Return who is counted on a row, over all columns: a mask over ``cut.subjects``."""
    if finding.subjects is not None:
        return finding.subjects
    mask = np.zeros(len(cut.subjects), dtype=bool)
    mask[owners(cut, finding.behind)] = True
    return mask


def repeated(among: Bools, keys: Sequence[pd.Series], numbers: pd.Series) -> Bools:
    """Return which of some records have the same keys as one with a lower record number before them."""
    order = np.flatnonzero(among)[np.argsort(numbers.to_numpy(dtype=np.int64)[among], kind="stable")]
    columns = [key.to_numpy() if is_numeric_dtype(key) else encoded(key)[0] for key in keys]
    found = np.zeros(len(among), dtype=bool)
    found[order] = True
    found[order[first_of_each(*(column[order] for column in columns))]] = False
    return found


def of_row(found: Sequence[Finding], key: RowKey) -> Finding:
    """Return the finding of a row."""
    return next(finding for finding in found if finding.row.key == key)


def table(
    cut: Cut, found: Sequence[Finding], *, exhibit: str, title: str, subtitle: str, footnotes: Sequence[str]
) -> ResultTable:
    """Count subjects and records of each finding by arm."""
    members = [cut.in_column(name) for name in cut.columns]
    n, sizes, events = (np.zeros((len(found), len(members)), dtype=np.int64) for _ in range(3))
    for place, finding in enumerate(found):
        met, of = who(cut, finding), cut.safety if finding.among is None else finding.among
        records = owners(cut, finding.behind)
        n[place] = [int((met & column).sum()) for column in members]
        sizes[place] = [int((of & column).sum()) for column in members]
        events[place] = [int(column[records].sum()) for column in members]
    body = cells.count_cells(cut, [finding.row for finding in found], n, events, sizes)
    for finding in found:
        if finding.subjects is not None:
            for arm in cut.columns:
                del body[finding.row.key, Column(arm, Stat.EVENTS)]
    return ResultTable(
        exhibit=exhibit,
        title=title,
        subtitle=subtitle,
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, cut.sizes.tolist(), strict=True)),
        rows=tuple(finding.row for finding in found),
        columns=tuple(cells.arm_columns(cut, cells.COUNTS)),
        cells=body,
        footnotes=tuple(footnotes),
    )
