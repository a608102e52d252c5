"""Vital signs after the first dose: who ever crossed a threshold, values and who crossed it at each visit (T14).

Fever and capillary leak are known harms of interleukin-2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import lab_lines, wording
from dsmb_app.analyses.findings import Behind
from dsmb_app.analyses.lab_lines import LabLine
from dsmb_app.analyses.spread import SPREAD
from dsmb_app.analyses.vitals import PULSE, SYSBP, TEMP, Values, vital_signs
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row, RowKey

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

EXHIBIT, TITLE = "T14", "Vital signs"
_UNPLANNED = "UNSCHEDULED"


@dataclass(frozen=True)
class _Sign:
    test: str
    name: str
    thresholds: dict[str, Callable[[Floats], Bools]]


_SIGNS = (
    _Sign(TEMP, "Temperature (C)", {">=38.0 C": lambda v: v >= 38, ">=39.0 C": lambda v: v >= 39}),
    _Sign(SYSBP, "Systolic blood pressure (mmHg)", {"<90 mmHg": lambda v: v < 90}),
    _Sign(PULSE, "Pulse (beats/min)", {">120 beats/min": lambda v: v > 120}),
)


def lines(cut: Cut) -> list[LabLine]:
    """Return a line per threshold (ever after the first dose), then per sign and visit a summary and its thresholds."""
    signs = cut.once(vital_signs)
    found, by_visit = [], []
    for sign in _SIGNS:
        here = signs.of(sign.test) & signs.post
        if not (signs.of(sign.test)).any():
            continue
        measured = _who(cut, signs, here)
        for name, crossed in sign.thresholds.items():
            row = Row((sign.name, name), f"{sign.name}: {name}")
            found.append(LabLine(row, _who(cut, signs, here & crossed(signs.value)), measured, ()))
        for visit in visits(signs):
            by_visit += _at_visit(cut, signs, sign, visit, here & (signs.visit == visit))
    return [*found, *by_visit]


def _at_visit(cut: Cut, signs: Values, sign: _Sign, visit: str, here: Bools) -> list[LabLine]:
    if not here.any():
        return []
    measured, row = _who(cut, signs, here), Row((sign.name, visit), f"{sign.name}, {visit}")
    size = len(cut.subjects)
    sums, count = (np.bincount(signs.subject[here], w, minlength=size) for w in (signs.value[here], None))
    means = np.divide(sums, count, out=np.full(size, np.nan), where=count > 0)
    found = [LabLine(row, measured, measured, (), contrasted=False, values=np.round(means, 10))]
    for name, crossed in sign.thresholds.items():
        met = _who(cut, signs, here & crossed(signs.value))
        found.append(LabLine(Row((sign.name, visit, name), name, 1), met, measured, (), contrasted=False))
    return found


def visits(signs: Values) -> list[str]:
    """Return the planned visits after the first dose, by VISITNUM over all arms, then by name."""
    first: dict[str, float] = {}
    for name, number in zip(signs.visit[signs.post], signs.order[signs.post].tolist(), strict=True):
        first[str(name)] = min(first.get(str(name), np.inf), np.inf if np.isnan(number) else number)
    return sorted((v for v in first if v and _UNPLANNED not in v.upper()), key=lambda v: (first[v], v))


def _who(cut: Cut, signs: Values, records: Bools) -> Bools:
    found = np.zeros(len(cut.subjects), dtype=bool)
    found[signs.subject[records]] = True
    return np.asarray(found & cut.safety, dtype=bool)


def subjects(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row, over all columns."""
    return lab_lines.behind(cut.once(lines), key).met


def behind(cut: Cut, key: RowKey) -> Behind:
    """Return the records behind a row: those that crossed its threshold, of a summary all that it summarises."""
    signs = cut.once(vital_signs)
    sign = next(one for one in _SIGNS if one.name == key[0])
    here = signs.of(sign.test) & signs.post
    for part in key[1:]:
        crossed = sign.thresholds.get(part)
        here = here & (crossed(signs.value) if crossed else signs.visit == part)
    mask = np.zeros(len(cut.others["vs"]), dtype=bool)
    mask[signs.row[here]] = True
    return Behind("vs", mask, f"vital-sign record(s): {', '.join(key)}")


def beside(cut: Cut) -> dict[str, list[str]]:
    """Return what a list of subjects says besides: the extremes after the first dose, one text a subject."""
    signs, found = cut.once(vital_signs), {}
    for test, header, worst in (
        (TEMP, "Highest temperature (C)", np.fmax),
        (SYSBP, "Lowest systolic (mmHg)", np.fmin),
        (PULSE, "Highest pulse (beats/min)", np.fmax),
    ):
        here, extreme = signs.of(test) & signs.post, np.full(len(cut.subjects), np.nan)
        worst.at(extreme, signs.subject[here], signs.value[here])
        found[header] = [formats.half_up(value, 1) if np.isfinite(value) else "" for value in extreme.tolist()]
    return found


def vital_sign_table(cut: Cut) -> ResultTable:
    """Count who crossed a threshold, out of those measured, and summarise the values at each visit, by arm."""
    signs = cut.once(vital_signs)
    notes = [
        *wording.arms(cut),
        "n: subjects with any such value after the first dose, N: subjects measured after it; at a visit, of those "
        "measured there. After: a later day, or the day of the first dose at a later time. All positions count.",
        "At a visit a subject's value is the mean of its values there; a threshold is crossed by any of them. "
        "Unscheduled visits count in the rows of any visit alone. Temperatures in F are converted.",
        *wording.contrasts(cut),
    ]
    if signs.unread:
        notes.append(f"Values in a unit that is not known, not used: {signs.unread}.")
    found = cut.once(lines)
    if not found:
        absent = "VS is" if not len(signs.value) else "Temperature, systolic pressure and pulse are"
        notes.append(f"{absent} not delivered, so there are no rows.")
    return lab_lines.table(cut, found, exhibit=EXHIBIT, title=TITLE, footnotes=notes, spread=SPREAD)
