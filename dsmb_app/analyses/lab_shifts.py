"""Shifts from the grade at baseline to the worst grade after it, both on one scale, in both directions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import lab_notes, lab_presence
from dsmb_app.analyses.lab_grades import Graded, Sides, directions, graded, version
from dsmb_app.analyses.lab_lines import LabLine, table
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.model.cut import Cut
from dsmb_app.model.lab_tables import panels
from dsmb_app.model.result import ResultTable, Row

Bools = npt.NDArray[np.bool_]

EXHIBIT, TITLE = "K17", "Laboratory: shift of grade from baseline to worst"
BLOOD = {"WBC": "Leukocytes", "NEUT": "Neutrophils", "LYM": "Lymphocytes", "HGB": "Haemoglobin", "PLAT": "Platelets",
         "EOS": "Eosinophils"}  # fmt: skip
NAMES = {**BLOOD, "ALT": "ALT", "AST": "AST", "ALP": "ALP", "GGT": "GGT", "BILI": "Bilirubin", "CREAT": "Creatinine",
         "CK": "Creatine kinase"}  # fmt: skip
MISSING, NOT_DONE = "Missing", "Not done"


def blocks() -> list[tuple[str, str]]:
    """Return the tests and directions: blood counts low, then high, then chemistry high."""
    low = [(test, "low") for test in BLOOD]
    return low + [(test, "high") for test in NAMES]


def grade_names(test: str, side: str, sides: Sides) -> dict[float, str]:
    """Return the name of each grade of a block; without cut points, whether a value was beyond its own limit."""
    direction = sides.get((test, side))
    if direction is None:
        return {0.0: f"Not {side}", 1.0: side.capitalize()}
    return {float(g): f"Grade {g}" for g in (0, *direction.possible)}


def lines(cut: Cut) -> list[LabLine]:
    """Return labs present, a block per test and direction, and the visits expected."""
    labs, sides, named = cut.once(Labs), directions(cut), tuple(panels())
    found = lab_presence.present(cut, labs, named)
    shown = set[str]()
    for test, side in blocks():
        if test in labs.tests:
            found += [] if test in shown else lab_presence.measured(cut, labs, test)
            shown.add(test)
            found += _block(cut, labs, test, side, sides)
    return found + lab_presence.expected(cut, labs, named)


def _block(cut: Cut, labs: Labs, test: str, side: str, sides: Sides) -> list[LabLine]:
    """Return worst grades, new or worsened, and each baseline grade -> worst grade."""
    of, names = graded(labs, test, side, sides), grade_names(test, side, sides)
    measured, both, title = cut.safety & np.isfinite(of.worst), cut.safety & of.both, f"{NAMES[test]} {side}"
    found = [
        LabLine(
            Row((test, side, name), f"{title}: worst {name[0].lower()}{name[1:]}", 0),
            of.worst == g, measured, (test,), at_least=of.at_least,
        )
        for g, name in names.items() if g
    ]  # fmt: skip
    row = Row((test, side, "New or worsened"), f"{title}: new or worsened", 0)
    found.append(LabLine(row, both & of.worsened, both, (test,), at_least=of.at_least))
    return found + _shifts(cut, of, names, test, side)


def _shifts(cut: Cut, of: Graded, names: dict[float, str], test: str, side: str) -> list[LabLine]:
    found = []
    for before in (*names, np.nan):
        at = cut.safety & (np.isnan(of.base) if np.isnan(before) else of.base == before)
        if not at.any():
            continue
        for after in (*names, np.nan):
            to = np.isnan(of.worst) if np.isnan(after) else of.worst == after
            first, last = f"baseline {names.get(before, MISSING)}", f"worst {names.get(after, NOT_DONE)}"
            row = Row((test, side, first, last), f"{first} -> {last}", 1)
            found.append(LabLine(row, at & to, at, (test,), contrasted=False, at_least=of.at_least))
    return found


def lab_shifts(cut: Cut) -> ResultTable:
    """Count shifts from baseline to worst post-baseline grade of each graded test, in both directions."""
    labs, sides, named = cut.once(Labs), directions(cut), tuple(panels())
    notes = [
        *lab_notes.heading(cut),
        f"Grades: {version(cut)}, limits of the record on both axes (one scale), so a shift is a change of value; "
        "grades relative to an abnormal baseline stand in K18 alone. Absolute limits apply also where the lower limit "
        "of normal lies below them. Where there is no grade, low or high is beyond the record's own limit.",
        "Worst grades out of subjects with a graded post-baseline value; new or worsened, out of those with a graded "
        "baseline too; shifts, out of the treated subjects with that baseline grade. Missing: no graded baseline. Not "
        "done: no graded value after it.",
        *lab_presence.notes(cut, labs, named),
        *lab_notes.records(cut, labs, tuple(NAMES), sides, ranges=[block for block in blocks() if block not in sides]),
    ]
    return table(cut, cut.once(lines), exhibit=EXHIBIT, title=TITLE, footnotes=notes)
