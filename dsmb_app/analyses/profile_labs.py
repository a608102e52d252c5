"""Blood counts of one subject over time: each in one unit, with the limits of its records and the grades it reached."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from dsmb_app.analyses.cytopenia import SIDES
from dsmb_app.analyses.lab_grades import Sides, record_grades, risen
from dsmb_app.analyses.lab_series import grading_unit
from dsmb_app.analyses.lab_shifts import BLOOD
from dsmb_app.analyses.lab_values import Floats, Labs, Records, rounded
from dsmb_app.analyses.time_course import result_words
from dsmb_app.model import formats
from dsmb_app.model.grading import Direction
from dsmb_app.model.profile import CountCourse, CountReading, CutPoint


class OwnLabs(NamedTuple):
    """The laboratory records of one subject, in the order of their listing, and all subjects of the cut."""

    lb: pd.DataFrame
    subjects: pd.DataFrame


def count_courses(own: OwnLabs, sides: Sides) -> tuple[tuple[CountCourse, ...], int]:
    """Return the blood counts that have results, and how many results have no day or are in another unit.

    A count stands in the unit of absolute limits where any of its results has it, else in the standard unit.
    """
    labs, found, left_out = Labs(own), [], 0
    for test, name in BLOOD.items():
        records = labs.of(test)
        records = records.where(np.isfinite(records.value)).ordered()
        known = np.isfinite(records.graded)
        graded = bool(known.any())
        drawn = records.where((known if graded else records.unit == _first(records)) & np.isfinite(records.day))
        left_out += len(records.row) - len(drawn.row)
        if not len(drawn.row):
            continue
        side = SIDES[test]
        unit = grading_unit(test) if graded else str(own.lb["LBSTRESU"].iloc[drawn.row[0]])
        direction = sides.get((test, side))
        readings = _readings(own.lb, labs, drawn, direction, side, graded=graded)
        found.append(CountCourse(test, name, unit, side, readings, _cuts(direction) if graded else ()))
    return tuple(found), left_out


def _first(records: Records) -> int:
    """Return the unit of the first result, -1 without one."""
    return int(records.unit[0]) if len(records.unit) else -1


def _readings(
    lb: pd.DataFrame, labs: Labs, drawn: Records, direction: Direction | None, side: str, *, graded: bool
) -> tuple[CountReading, ...]:
    grades = _grades(labs, drawn, direction, side)
    value = drawn.graded if graded else drawn.value
    low = drawn.graded_lln if graded else drawn.lln
    high = rounded(lb["GRULN"].to_numpy(dtype=float)[drawn.row]) if graded and "GRULN" in lb else drawn.uln
    found = []
    for place, row in enumerate(drawn.row.tolist()):
        grade = int(grades[place]) if np.isfinite(grades[place]) else -1
        words = result_words(lb.iloc[row], f"grade {grade}" if grade > 0 else "")
        limits = _limits(float(low[place]), float(high[place]))
        bound = int(drawn.bound[place])
        found.append(
            CountReading(
                row, float(drawn.day[place]), float(value[place]), float(low[place]), float(high[place]), grade,
                f"{words}\n{limits}" if limits else words, "<" if bound < 0 else ">" if bound > 0 else "",
                bool(drawn.base[place]),
            )
        )  # fmt: skip
    return tuple(found)


def _grades(labs: Labs, drawn: Records, direction: Direction | None, side: str) -> Floats:
    if direction is None:
        return np.full(len(drawn.row), np.nan)
    found, _ = record_grades(drawn, direction, side)
    return risen(labs, drawn, found) if direction.rises else found


def _limits(low: float, high: float) -> str:
    texts = [formats.half_up(limit, 2) if np.isfinite(limit) else "" for limit in (low, high)]
    return f"limits {texts[0] or '-'} to {texts[1] or '-'}" if any(texts) else ""


def _cuts(direction: Direction | None) -> tuple[CutPoint, ...]:
    """Return where grades begin at a value of their own: 2 and on below it, or from ``start`` on above it."""
    if direction is None:
        return ()
    low = [CutPoint(value, f"G{grade}") for grade, value in enumerate(direction.below, start=2)]
    return (*low, *(CutPoint(value, f"G{direction.start + i}") for i, value in enumerate(direction.above)))
