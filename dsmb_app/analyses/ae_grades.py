"""Adverse events by worst grade: each subject once per term, at the worst of its known grades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.ae_flags import grade, is_fatal_outcome
from dsmb_app.analyses.ae_incidence import encode, listed, records_of, row_of, soc_and_term
from dsmb_app.analyses.ae_lines import plain_table, with_records
from dsmb_app.analyses.counting import by_arm
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import grading_used, intensity
from dsmb_app.model.result import ResultTable, Row, RowKey
from dsmb_app.model.words import ANY

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

GRADES = {5: "Grade 5", 4: "Grade 4", 3: "Grade 3", 2: "Grade 2", 1: "Grade 1", 0: "Grade missing"}
SEVERITIES = {3: "Severe", 2: "Moderate", 1: "Mild", 0: "Severity missing"}
"""The rows of worst grade or severity, worst first; 0: all records of the subject are without one."""
_WORDS = frozenset({*GRADES.values(), *SEVERITIES.values()})
"""A preferred term that reads like one of these rows is told apart from it."""


def scale(cut: Cut) -> dict[int, str]:
    """Return the rows of worst grade, or of worst severity where that was recorded, from the worst on."""
    return GRADES if grading_used(cut.ae, cut.study.ae.grading) == "AETOXGR" else SEVERITIES


@dataclass(frozen=True)
class _Worst:
    """Distinct pairs of row and subject with the worst level of each: aligned arrays; ``keys`` by row."""

    keys: list[RowKey]
    rows: Ints
    subjects: Ints
    level: Ints


def ae_grades(cut: Cut) -> ResultTable:
    """Count subjects by class, term and worst grade. A record without a grade never hides a known one."""
    found, names = cut.once(_worst), scale(cut)
    total = by_arm(cut, found.rows, found.subjects, len(found.keys))
    at_level = {
        level: by_arm(cut, found.rows[found.level == level], found.subjects[found.level == level], len(found.keys))
        for level in names
    }
    rows: list[Row] = []
    counted: list[Ints] = []
    for place in listed(cut, found.keys, total):
        key = found.keys[place]
        rows.append(row_of(key))
        counted.append(total[place])
        for level, name in names.items():
            if at_level[level][place, -1] > 0 or (key == (ANY,) and level > 0):
                rows.append(Row((*key, name), name, len(key)))
                counted.append(at_level[level][place])
    body = cells.count_cells(cut, rows, np.array(counted, dtype=np.int64), None)
    return plain_table(cut, rows, body, exhibit="T10", title="Adverse events by worst grade", footnotes=_notes(cut))


def records(cut: Cut, key: RowKey) -> Bools:
    """Return the records of a term, on a row of grade those of its subjects, whatever their own grade."""
    base = _base(key)
    behind = records_of(cut, base, _emergent(cut), _terms)
    return behind if base == key else behind & subjects(cut, key)[cut.ae["SUBJECT"].to_numpy()]


def subjects(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row, over all columns."""
    base = _base(key)
    if base == key:
        return with_records(cut, records(cut, key))
    found = cut.once(_worst)
    level = next(level for level, name in scale(cut).items() if name == key[-1])
    mask = np.zeros(len(cut.subjects), dtype=bool)
    mask[found.subjects[(found.rows == found.keys.index(base)) & (found.level == level)]] = True
    return mask


def _base(key: RowKey) -> RowKey:
    return key[:-1] if len(key) > 1 and key[-1] in _WORDS else key


def _terms(cut: Cut) -> tuple[pd.Series, pd.Series]:
    return soc_and_term(cut.ae, _WORDS)


def _emergent(cut: Cut) -> Bools:
    return cut.ae["EMERGENT"].to_numpy(dtype=bool)


def _worst(cut: Cut) -> _Worst:
    among = _emergent(cut)
    found = encode(cut, among, _WORDS)
    known = np.nan_to_num(intensity(cut.ae, cut.study.ae.grading), nan=0.0)[among].astype(np.int64)
    people = np.int64(len(cut.subjects))
    pairs, place = np.unique(found.rows * people + found.subjects, return_inverse=True)
    worst = np.zeros(len(pairs), dtype=np.int64)
    np.maximum.at(worst, place.reshape(-1), np.tile(known, 3))
    return _Worst(found.keys, pairs // people, pairs % people, worst)


def _notes(cut: Cut) -> tuple[str, ...]:
    emergent, graded = _emergent(cut), scale(cut) is GRADES
    unknown = int((emergent & np.isnan(intensity(cut.ae, cut.study.ae.grading))).sum())
    what = "grade" if graded else "severity"
    parts = (wording.arms, wording.denominators, wording.emergent, wording.grading, wording.terms)
    notes = [note for part in parts for note in part(cut)]
    notes.append(
        f"Each subject stands once per term, at the worst known {what}; {unknown} record(s) have no {what}, and a "
        f"subject stands under '{scale(cut)[0]}' only where none of its records has one. Rows of {what} that nobody "
        "in all arms together has are left out, except under any adverse event."
    )
    if graded:
        worst, fatal = grade(cut.ae) == 5, is_fatal_outcome(cut.ae)
        notes.append(
            f"For a data query: {int((emergent & worst & ~fatal).sum())} record(s) of grade 5 whose outcome is not "
            f"FATAL, {int((emergent & fatal & ~worst).sum())} record(s) with outcome FATAL that are not grade 5."
        )
    return tuple(notes)
