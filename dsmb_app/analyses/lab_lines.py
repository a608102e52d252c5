"""Laboratory tables: each row is who meets a criterion, out of who was measured for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.spread import EXTREMES, SPREAD, summary
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Level, Stat

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

AT_LEAST = "at least"
"""How the note of a count begins in which some grades rest on a bounded result, followed by how many."""


@dataclass(frozen=True)
class LabLine:
    """A row, who meets it and who was measured for it, as masks over ``cut.subjects``; with or without contrasts.

    ``tests``: the tests whose records explain it. ``values``: by subject, for a row that summarises a measurement
    instead of giving a share of those measured. ``at_least``: whose grade rests on a bounded result.
    """

    row: Row
    met: Bools
    measured: Bools
    tests: tuple[str, ...]
    contrasted: bool = True
    values: Floats | None = None
    at_least: Bools | None = None


def behind(found: Sequence[LabLine], key: RowKey) -> LabLine:
    """Return the line of a row."""
    return next(line for line in found if line.row.key == key)


def summarised(cut: Cut, row: Row, values: Floats, tests: tuple[str, ...]) -> LabLine:
    """Return a line that summarises a measurement of treated subjects (NaN: not measured)."""
    known = cut.safety & np.isfinite(values)
    return LabLine(row, known, known, tests, contrasted=False, values=values)


def table(
    cut: Cut,
    found: Sequence[LabLine],
    *,
    exhibit: str,
    title: str,
    footnotes: Sequence[str],
    spread: tuple[Stat, ...] = SPREAD[2:],
) -> ResultTable:
    """Count who meets each line out of those measured for it (Ns), by arm; summarise the lines of measurements.

    ``spread``: the statistics of a summary, to which closed tables add the extremes.
    """
    members = np.array([cut.in_column(name) for name in cut.columns])
    counted = [line for line in found if line.values is None]
    n, sizes = (_by_column([getattr(line, name) for line in counted], members) for name in ("met", "measured"))
    rows = [line.row for line in counted]
    shown = np.array([line.contrasted for line in counted], dtype=bool)
    compared = [line.row for line in counted if line.contrasted]
    body = cells.count_cells(cut, rows, n, None, sizes) | cells.contrast_cells(cut, compared, n[shown], sizes[shown])
    body = _noted(cut, body, counted, members)
    spread = spread if cut.level is Level.POOLED else (*spread, *EXTREMES)
    summed = [line for line in found if line.values is not None]
    small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
    for line in summed:
        for place, arm in enumerate(cut.columns):
            values = np.asarray(line.values)[members[place] & line.met]
            body |= summary(line.row.key, arm, values, spread, small)
    stats = (*cells.COUNTS[:3], *spread) if summed else cells.COUNTS[:3]
    return ResultTable(
        exhibit=exhibit,
        title=title,
        subtitle=f"Post-baseline, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, cut.sizes.tolist(), strict=True)),
        rows=tuple(line.row for line in found),
        columns=tuple(cells.arm_columns(cut, stats) + (cells.contrast_columns(cut) if compared else [])),
        cells=body,
        footnotes=tuple(footnotes),
    )


def _by_column(masks: Sequence[Bools], members: Bools) -> Ints:
    """Count the subjects of each mask in each column: shape (masks, columns)."""
    if not masks:
        return np.zeros((0, len(members)), dtype=np.int64)
    return np.asarray(np.array(masks).astype(np.float64) @ members.T.astype(np.float64)).astype(np.int64)


def _noted(cut: Cut, body: cells.Cells, found: Sequence[LabLine], members: Bools) -> cells.Cells:
    """Say on each count how many of its grades are at least what they are said to be."""
    for line in found:
        if line.at_least is None or not line.at_least.any():
            continue
        for arm, k in zip(cut.columns, (members & line.met & line.at_least).sum(axis=1).tolist(), strict=True):
            at = line.row.key, Column(arm, Stat.N)
            if k and body[at].value is not None:
                body[at] = replace(body[at], note=f"{AT_LEAST}: {k}")
    return body
