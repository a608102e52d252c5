"""Exposure: how long patients were treated and watched, how many doses they had, and why treatment ended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import conduct, disposition, dosing, wording
from dsmb_app.analyses.conduct import Line, counted, summarised
from dsmb_app.analyses.counting import time_at_risk, years_by_arm
from dsmb_app.analyses.spread import EXTREMES, SPREAD
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import duration
from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Level, Stat

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_YEARS = Row(("Patient-years",), "Patient-years in the window")


def exposure(cut: Cut) -> ResultTable:
    """Summarise treatment duration, time watched and doses by arm; amounts, which tell the arm, only named."""
    table = conduct.table(
        cut,
        lines(cut),
        exhibit="T06",
        title="Exposure",
        subtitle=f"Treatment and follow-up, {wording.window(cut)}",
        among=conduct.Among(wording.population(cut), cut.safety),
        footnotes=_footnotes(cut),
    )
    watched = zip(cut.columns, years_by_arm(cut).tolist(), strict=True)
    years = {(_YEARS.key, Column(arm, Stat.PY)): Cell(formats.number(py, 2), py) for arm, py in watched}
    spread = SPREAD if cut.level is Level.POOLED else (*SPREAD, *EXTREMES)
    stats = (Stat.N, Stat.DENOMINATOR, Stat.PCT, Stat.PY, *spread)
    return replace(
        table,
        rows=(table.rows[0], _YEARS, *table.rows[1:]),
        columns=tuple(Column(arm, stat) for arm in cut.columns for stat in stats),
        cells={**table.cells, **years},
    )


def lines(cut: Cut) -> list[Line]:
    """Return the rows besides patient-years."""
    last = cut.subjects["TRTEDY"].to_numpy(dtype=float)
    found = [
        counted(("Treated",), cut.safety).labelled("Treated subjects", 0),
        summarised(("Treatment duration (days)",), _of_treated(cut, duration(np.ones(len(last)), last))),
        summarised(("Time in the window (days)",), _of_treated(cut, time_at_risk(cut))),
    ]
    if dosing.is_shown(cut):
        given = np.bincount(cut.doses["SUBJECT"].to_numpy(dtype=np.int64), minlength=len(last)).astype(float)
        found.append(summarised(("Dosing records",), _of_treated(cut, given)))
    found += [*dosing.cycle_lines(cut), *dosing.interruption_lines(cut), *dosing.amount_lines(cut)]
    reason = disposition.reasons(cut)
    stopped = cut.safety & (reason != "") & (reason != disposition.COMPLETED)
    by_reason = conduct.by_text(("Discontinued",), reason, stopped, frequent=True)
    return [*found, counted(("Discontinued",), stopped), *by_reason]


def _of_treated(cut: Cut, values: Floats) -> Floats:
    return np.where(cut.safety, values, np.nan)


def subjects_of(cut: Cut, key: RowKey) -> Bools:
    """Return the mask over ``cut.subjects`` of those whose value a row counts or summarises."""
    return cut.safety if key == _YEARS.key else conduct.behind(lines(cut), key)


def beside(cut: Cut) -> dict[str, list[str]]:
    """Return what a list of subjects says besides: amounts at level named, one text a subject."""
    columns = {line.row.label: line.values for line in dosing.amount_lines(cut) if line.values is not None}
    return {
        name: [formats.half_up(value, 2) if np.isfinite(value) else "" for value in values.tolist()]
        for name, values in columns.items()
    }


def _footnotes(cut: Cut) -> tuple[str, ...]:
    notes = [*wording.arms(cut), *wording.person_time(cut)]
    notes.append("Treatment duration: first to last dose, both days included; an interruption counts as treated.")
    if not dosing.is_shown(cut):
        notes.append("Dose days are shown only where the schedule is the same in all arms, or with arms named.")
    notes += dosing.footnotes(cut)
    notes.append("Discontinued: DSDECOD of the last disposition event, if not COMPLETED; % of treated subjects.")
    notes += [f"{rule}: {n}." for rule, n in cut.counts.items() if rule.startswith(("dosing", "subjects whose last"))]
    return tuple(notes)
