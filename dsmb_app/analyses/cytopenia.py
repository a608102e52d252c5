"""Blood counts: the trial's own limits, worst grade, new or worsened, nadir and its day, recovery."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import lab_notes, lab_presence
from dsmb_app.analyses.lab_grades import Sides, directions, graded, version
from dsmb_app.analyses.lab_levels import grade_lines, level_line
from dsmb_app.analyses.lab_lines import LabLine, summarised, table
from dsmb_app.analyses.lab_shifts import BLOOD
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.model.cut import Cut
from dsmb_app.model.lab_tables import levels
from dsmb_app.model.result import ResultTable, Row

Floats = npt.NDArray[np.float64]

EXHIBIT, TITLE = "K19", "Blood counts: limits, new or worsened, nadir and recovery"
PANEL = ("Blood count", "Eosinophils")
SIDES = {**dict.fromkeys(BLOOD, "low"), "EOS": "high"}
"""The direction in which each blood count is watched."""

_UNITS = {**dict.fromkeys(BLOOD, "10^9/L"), "HGB": "g/L"}


def lines(cut: Cut) -> list[LabLine]:
    """Return labs present, a block per blood count, and the visits expected."""
    labs, sides = cut.once(Labs), directions(cut)
    found = lab_presence.present(cut, labs, PANEL)
    for test in BLOOD:
        if test in labs.tests:
            found += _block(cut, labs, test, sides)
    return found + lab_presence.expected(cut, labs, PANEL)


def _block(cut: Cut, labs: Labs, test: str, sides: Sides) -> list[LabLine]:
    side, title = SIDES[test], BLOOD[test]
    found = lab_presence.measured(cut, labs, test)
    found += [level_line(labs, level) for level in levels("blood_limits").of.get((test, side), ())]
    if (test, side) in sides:
        found += grade_lines(labs, test, side, sides)
    of = graded(labs, test, side, sides, one_scale=False)
    both, worsened = cut.safety & of.both, cut.safety & of.worsened
    row = Row((test, side, "New or worsened"), f"{title}: new or worsened", 1)
    found.append(LabLine(row, worsened, both, (test,), at_least=of.at_least))
    back = Row((test, side, "Recovered by last value"), f"{title}: recovered by last value", 1)
    found.append(LabLine(back, worsened & of.recovered, worsened, (test,), contrasted=False))
    extreme, day = nadir(labs, test, side)
    name = "Nadir" if side == "low" else "Peak"
    for what, values in ((f"{name} ({_UNITS[test]})", extreme), (f"Day of {name.lower()}", day)):
        found.append(
            summarised(cut, Row((test, side, what), f"{title}: {what[0].lower()}{what[1:]}", 1), values, (test,))
        )
    return found


def nadir(labs: Labs, test: str, side: str) -> tuple[Floats, Floats]:
    """Return each subject's lowest value after baseline (highest, in the high direction), and the first day of it.

    In the unit of absolute limits. ``<x`` stands for x at a nadir, ``>x`` at a peak; a bound of the other kind says
    nothing.
    """
    found = labs.of(test).known("graded")
    found = found.where(found.bound <= 0 if side == "low" else found.bound >= 0)
    sign = 1.0 if side == "low" else -1.0
    frame = pd.DataFrame({"subject": found.subject, "key": sign * found.graded, "day": found.day})
    first = frame.sort_values(["subject", "key", "day"]).drop_duplicates("subject")
    members = first["subject"].to_numpy(dtype=np.int64)
    extreme, day = (np.full(len(labs.who(found)), np.nan) for _ in range(2))
    extreme[members] = sign * first["key"].to_numpy(dtype=float)
    day[members] = first["day"].to_numpy(dtype=float)
    return extreme, day


def cytopenia(cut: Cut) -> ResultTable:
    """Count cytopenias and eosinophils, by arm, with nadirs and recovery."""
    labs, sides = cut.once(Labs), directions(cut)
    own = levels("blood_limits")
    ranges = [block for block in SIDES.items() if block not in sides]
    more = [level for found in own.of.values() for level in found]
    notes = [
        *lab_notes.heading(cut),
        f"Limits: {own.version}; strict. Grades: {version(cut)}; worst after baseline. High eosinophils also above the "
        "subject's own baseline.",
        "New or worsened: worst grade above the grade at baseline, out of those with both. Recovered: of these (N), "
        "last value back at the grade of baseline or better.",
        "Nadir (of eosinophils: peak): lowest value after baseline, and the first day of it; <x stands for x. Median "
        "of the subjects measured.",
        *lab_presence.notes(cut, labs, PANEL),
        *lab_notes.records(cut, labs, tuple(BLOOD), sides, more=more, ranges=ranges),
    ]
    return table(cut, cut.once(lines), exhibit=EXHIBIT, title=TITLE, footnotes=notes)
