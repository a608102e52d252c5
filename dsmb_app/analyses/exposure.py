"""Exposure: how long patients were treated and watched, and how many doses they had."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.counting import time_at_risk, years_by_arm
from dsmb_app.analyses.spread import EXTREMES, SPREAD, summary
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import duration
from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Level, Stat

Floats = npt.NDArray[np.float64]

_TREATED = Row(("Treated",), "Treated subjects")
_YEARS = Row(("Patient-years",), "Patient-years in the window")


def exposure(cut: Cut) -> ResultTable:
    """Summarise treatment duration, time watched and doses given by arm; no amounts, which would tell the arm.

    An open exhibit has no minimum or maximum: an extreme is one patient.
    """
    stats = SPREAD if cut.level is Level.POOLED else (*SPREAD, *EXTREMES)
    body = _counts(cut)
    rows = [_TREATED, _YEARS]
    for row, values in measures(cut).items():
        rows.append(row)
        for arm in cut.columns:
            small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
            body |= summary(row.key, arm, values[cut.in_column(arm)], stats, small)
    return ResultTable(
        exhibit="T06",
        title="Exposure",
        subtitle=f"Treatment and follow-up, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, cut.sizes.tolist(), strict=True)),
        rows=tuple(rows),
        columns=tuple(cells.arm_columns(cut, (Stat.N, Stat.DENOMINATOR, Stat.PCT, Stat.PY, *stats))),
        cells=body,
        footnotes=_footnotes(cut),
    )


def measures(cut: Cut) -> dict[Row, Floats]:
    """Return each summarised quantity by subject (NaN outside the safety population)."""
    last = cut.subjects["TRTEDY"].to_numpy(dtype=float)
    outside = ~cut.safety
    found = {
        Row(("Treatment duration (days)",), "Treatment duration (days)"): duration(np.ones(len(last)), last),
        Row(("Time in the window (days)",), "Time in the window (days)"): time_at_risk(cut),
    }
    if len(cut.doses):
        given = np.bincount(cut.doses["SUBJECT"].to_numpy(dtype=np.int64), minlength=len(last)).astype(float)
        found[Row(("Dosing records",), "Dosing records")] = given
    return {row: np.where(outside, np.nan, values) for row, values in found.items()}


def subjects_of(cut: Cut, key: RowKey) -> npt.NDArray[np.bool_]:
    """Return the mask over ``cut.subjects`` of those whose value a row counts or summarises."""
    for row, values in measures(cut).items():
        if row.key == key:
            return np.isfinite(values)
    return cut.safety


def _counts(cut: Cut) -> cells.Cells:
    sizes, watched = cut.sizes, years_by_arm(cut)
    body = cells.count_cells(cut, [_TREATED], sizes[np.newaxis, :], None)
    for arm, py in zip(cut.columns, watched.tolist(), strict=True):
        body[_YEARS.key, Column(arm, Stat.PY)] = Cell(formats.number(py, 2), py)
    return body


def _footnotes(cut: Cut) -> tuple[str, ...]:
    notes = [*wording.arms(cut), *wording.person_time(cut)]
    notes.append("Treatment duration: first to last dose, both days included; an interruption counts as treated.")
    if not len(cut.doses):
        notes.append("Dose days are shown only where the schedule is the same in all arms, or with arms named.")
    notes += [f"{rule}: {n}." for rule, n in cut.counts.items() if rule.startswith(("dosing", "subjects whose last"))]
    return tuple(notes)
