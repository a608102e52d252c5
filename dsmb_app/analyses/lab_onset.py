"""The day on which a laboratory value first passes the threshold of a row of T16, K18 or K19."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses.lab_grades import directions, record_grades, risen
from dsmb_app.analyses.lab_values import Labs, Records, above, aminotransferases, below, edge, rounded
from dsmb_app.analyses.liver import EITHER
from dsmb_app.model.cut import Cut
from dsmb_app.model.errors import Refusal
from dsmb_app.model.lab_tables import Level, levels
from dsmb_app.model.result import SEPARATOR, RowKey

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_MULTIPLE = re.compile(r">(\d+(?:\.\d+)?) x ULN")
_TABLES = ("levels", "blood_limits")
_GRADE = re.compile(r"Grade ([1-5])")


class Passing(NamedTuple):
    """By subject: the first day beyond a threshold (NaN: never), the last day measured (0: never); and its words."""

    first: Floats
    last: Floats
    words: str


class _Judged(NamedTuple):
    records: Records
    beyond: Bools
    words: str


def passing(cut: Cut, key: RowKey) -> Passing:
    """Return when each subject first passed the threshold of a row, after baseline and in the window.

    A grade counts as reached by that grade or a higher one. Raises Refusal FIGURE-LAB for a row that no single value
    can pass.
    """
    judged = _judged(cut, cut.once(Labs), key)
    size, records = len(cut.subjects), judged.records
    first, last = np.full(size, np.nan), np.zeros(size)
    np.fmin.at(first, records.subject[judged.beyond], records.day[judged.beyond])
    np.maximum.at(last, records.subject, records.day)
    return Passing(first, last, judged.words)


def _judged(cut: Cut, labs: Labs, key: RowKey) -> _Judged:
    criterion = key[-1]
    multiple, grade = _MULTIPLE.fullmatch(criterion), _GRADE.fullmatch(criterion)
    if multiple and len(key) == 2 and key[0] == EITHER:
        records = aminotransferases(labs)
        return _Judged(records, above(records.xuln, records.bound, float(multiple[1])), f"{EITHER} {criterion}")
    if len(key) == 3:
        test, side = key[0], key[1]
        own = (level for table in _TABLES for level in levels(table).of.get((test, side), ()))
        listed = (level for level in own if level.criterion == criterion)
        level = next(listed, Level(test, "high", "uln", float(multiple[1])) if multiple and side == "high" else None)
        if level is not None:
            return _beyond(labs, level)
        if grade and (test, side) in directions(cut):
            return _graded(cut, labs, test, side, float(grade[1]))
    raise Refusal(
        "FIGURE-LAB",
        f"The row '{SEPARATOR.join(key)}' is no threshold that a single value can pass.",
        "Choose a level, a multiple of the upper limit, or a grade.",
    )


def _beyond(labs: Labs, level: Level) -> _Judged:
    words = f"{level.test} {level.criterion}"
    if level.kind == "decrease":
        records = labs.of(level.test)
        base, post = records.where(records.base & (records.bound == 0)), records.known("graded")
        start = labs.last(base, base.graded)[post.subject]
        compared = post.where(np.isfinite(start))
        fall = rounded(start[np.isfinite(start)] - edge(compared.graded, compared.bound))
        return _Judged(compared, np.asarray((compared.bound <= 0) & (fall > level.limit)), words)
    name = "xuln" if level.kind == "uln" else "graded"
    records = labs.of(level.test).known(name)
    beyond = below if level.kind == "below" else above
    return _Judged(records, beyond(getattr(records, name), records.bound, level.limit), words)


def _graded(cut: Cut, labs: Labs, test: str, side: str, least: float) -> _Judged:
    records, direction = labs.of(test), directions(cut)[test, side]
    found, _ = record_grades(records, direction, side)
    if direction.rises:
        found = risen(labs, records, found)
    kept = records.post & np.isfinite(found)
    return _Judged(records.where(kept), found[kept] >= least, f"{test} {side}: grade {least:g} or higher")
