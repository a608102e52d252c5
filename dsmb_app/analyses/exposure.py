"""Exposure: how long patients were treated and watched, and how many doses they had."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.counting import time_at_risk, years_by_arm
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import duration
from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Level, Stat

Floats = npt.NDArray[np.float64]

SPREAD = (Stat.MEAN, Stat.SD, Stat.MEDIAN, Stat.Q1, Stat.Q3)
EXTREMES = (Stat.MIN, Stat.MAX)

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
            body |= _summary(row.key, arm, values[cut.in_column(arm)], stats, small)
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


def _summary(key: RowKey, arm: str, values: Floats, stats: tuple[Stat, ...], small: int) -> cells.Cells:
    # Sorted: sums of floats depend on their order, and subjects stand in the order of their random ids.
    known = np.sort(values[np.isfinite(values)])
    made: cells.Cells = {(key, Column(arm, Stat.N)): Cell(formats.count(len(known)), float(len(known)))}
    if 0 < len(known) < small:
        hidden = Cell("", None, "suppressed: small count")
        return dict.fromkeys([(key, Column(arm, stat)) for stat in (Stat.N, *stats)], hidden)
    for stat in stats:
        value = _statistic(known, stat)
        if value is None:
            made[key, Column(arm, stat)] = Cell(formats.NOT_EVALUABLE, None, "too few subjects")
        else:
            made[key, Column(arm, stat)] = Cell(formats.half_up(value, 2 if stat is Stat.SD else 1), value)
    return made


def _statistic(values: Floats, stat: Stat) -> float | None:
    if len(values) < (2 if stat is Stat.SD else 1):
        return None
    match stat:
        case Stat.MEAN:
            return float(values.mean())
        case Stat.SD:
            return float(values.std(ddof=1))
        case Stat.MIN:
            return float(values.min())
        case Stat.MAX:
            return float(values.max())
        case _:
            share = {Stat.MEDIAN: 50, Stat.Q1: 25, Stat.Q3: 75}[stat]
            # SAS's default percentile (the mean of the two neighbours at a step), which published tables use.
            return float(np.percentile(values, share, method="averaged_inverted_cdf"))


def _footnotes(cut: Cut) -> tuple[str, ...]:
    notes = [*wording.arms(cut), *wording.person_time(cut)]
    notes.append("Treatment duration: first to last dose, both days included; an interruption counts as treated.")
    if not len(cut.doses):
        notes.append("Dose days are shown only where the schedule is the same in all arms, or with arms named.")
    notes += [f"{rule}: {n}." for rule, n in cut.counts.items() if rule.startswith(("dosing", "subjects whose last"))]
    return tuple(notes)
