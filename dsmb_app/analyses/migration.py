"""Migration: from which quadrant of the eDISH plot at baseline to which at worst, both in multiples of ULN."""

from __future__ import annotations

import numpy as np

from dsmb_app.analyses import lab_notes, wording
from dsmb_app.analyses.edish import QUADRANTS, TESTS, X_LINE, Y_LINE, peaks, quadrants, starts
from dsmb_app.analyses.lab_grades import directions
from dsmb_app.analyses.lab_lines import LabLine, table
from dsmb_app.analyses.lab_values import Bools, Labs
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row

TITLE = "Liver: migration between quadrants"
BLOCK, BEFORE, AFTER = "Quadrant", "baseline ", "worst "
NAMES = (QUADRANTS[2], QUADRANTS[3], QUADRANTS[0], QUADRANTS[1])
"""The quadrants in the order in which they are printed, from the calm to the worrying."""
_HYS = QUADRANTS[1]
_MISSING = "Missing"


def lines(cut: Cut) -> list[LabLine]:
    """Return who was measured, who is new in the upper right quadrant, and each baseline quadrant -> worst quadrant.

    A shift counts among the treated subjects with that baseline quadrant and both values after it; where the
    baseline is missing, among those with both values after it.
    """
    labs = cut.once(Labs)
    if not {*TESTS[:3]} & set(labs.tests):
        return []
    before, after = quadrants(starts(labs)), quadrants(peaks(labs))
    measured = cut.safety & (after >= 0)
    both = measured & (before >= 0)
    hys = QUADRANTS.index(_HYS)
    found = [
        _line((BLOCK, "Measured after baseline"), "ALT or AST and bilirubin after baseline", 0, measured, cut.safety),
        _line((BLOCK, "Measured at baseline and after"), "also at baseline", 1, both, cut.safety),
        _line((BLOCK, f"New: {_HYS}"), f"New in the quadrant {_HYS}", 0, both & (after == hys) & (before != hys), both),
    ]
    for name in (*NAMES, _MISSING):
        at = measured & (before == (QUADRANTS.index(name) if name != _MISSING else -1))
        if name == _MISSING and not at.any():
            continue
        for worst in NAMES:
            key = (BLOCK, f"{BEFORE}{name}", f"{AFTER}{worst}")
            found.append(_line(key, f"baseline {name} -> worst {worst}", 1, at & (after == QUADRANTS.index(worst)), at))
    return found


def _line(key: tuple[str, ...], label: str, depth: int, met: Bools, measured: Bools) -> LabLine:
    return LabLine(Row(key, label, depth), met, np.asarray(measured), TESTS, contrasted=key[-1].startswith("New"))


def migration(cut: Cut) -> ResultTable:
    """Count the moves by arm."""
    labs = cut.once(Labs)
    notes = (
        *wording.arms(cut),
        f"Quadrants by multiples of the upper limit of the record: ALT or AST from {X_LINE:g}, bilirubin from "
        f"{Y_LINE:g} (a value on a line lies beyond it). Worst: the highest values after baseline, which may be of "
        "different days. Upper right (both): Potential Hy's law, a reason to look, not a finding.",
        "N (printed beside n) of a move: treated subjects with that baseline quadrant and both values after it; where "
        "the baseline is missing, with both values after it.",
        *lab_notes.records(cut, labs, TESTS[:3], directions(cut)),
        *wording.contrasts(cut),
    )
    return table(cut, cut.once(lines), exhibit="K18M", title=TITLE, footnotes=notes)
