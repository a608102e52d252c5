"""Blood counts: worst post-baseline CTCAE grade by baseline grade, both on one scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.lab_values import rounded, tests_present
from dsmb_app.analyses.liver import LabLine, table
from dsmb_app.model.cut import Cut
from dsmb_app.model.grading import grades, grading
from dsmb_app.model.result import ResultTable, Row

Floats = npt.NDArray[np.float64]

TESTS = {"WBC": "Leukocytes", "NEUT": "Neutrophils", "LYM": "Lymphocytes", "HGB": "Haemoglobin", "PLAT": "Platelets"}
NAMES = {0.0: "Grade 0", 1.0: "Grade 1", 2.0: "Grade 2", 3.0: "Grade 3", 4.0: "Grade 4"}
MISSING, NOT_DONE = "Missing", "Not done"


def grades_of(cut: Cut, test: str, side: str) -> tuple[Floats, Floats]:
    """Return the baseline grade and the worst post-baseline grade by subject; NaN for who has none."""
    direction = grading(cut.study.lab.ctcae).directions[test, side]
    rows = cut.lb[(cut.lb["LBTESTCD"] == test).to_numpy()]
    found = grades(direction, xuln=rounded(rows["XULN"]), value=rounded(rows["GRVALUE"]), lln=rounded(rows["GRLLN"]))
    base, worst = (np.full(len(cut.subjects), np.nan) for _ in range(2))
    for into, mask in ((base, (rows["BASEFL"] == "Y").to_numpy()), (worst, rows["POST"].to_numpy(dtype=bool))):
        np.fmax.at(into, rows["SUBJECT"].to_numpy()[mask], found[mask])
    return base, worst


def lines(cut: Cut) -> list[LabLine]:
    """Return a shift block per test: new-or-worsened grade, worst grade, and each baseline grade -> worst grade."""
    known = grading(cut.study.lab.ctcae).directions
    present = tests_present(cut)
    return [line for test in TESTS if test in present and (test, "low") in known for line in _block(cut, test)]


def _block(cut: Cut, test: str) -> list[LabLine]:
    base, worst = grades_of(cut, test, "low")
    measured = cut.safety & np.isfinite(worst)
    both = measured & np.isfinite(base)
    name = TESTS[test]
    found = [
        LabLine(Row((test, "low", f"Grade {g}"), f"{name} low: worst grade {g}", 0), worst == g, measured)
        for g in range(1, 5)
    ]
    found.append(
        LabLine(Row((test, "low", "New or worsened"), f"{name} low: new or worsened", 0), both & (worst > base), both)
    )
    for before in (*NAMES, np.nan):
        at = np.isnan(base) if np.isnan(before) else base == before
        label = NAMES.get(before, MISSING)
        if not (cut.safety & at).any():
            continue
        for after in (*NAMES, np.nan):
            to = np.isnan(worst) if np.isnan(after) else worst == after
            key = (test, "low", f"baseline {label}", f"worst {NAMES.get(after, NOT_DONE)}")
            found.append(
                LabLine(
                    Row(key, f"baseline {label} -> worst {NAMES.get(after, NOT_DONE)}", 1),
                    at & to,
                    at,
                    contrasted=False,
                )
            )
    return found


def cytopenia(cut: Cut) -> ResultTable:
    """Count shifts from baseline to worst post-baseline grade of each blood count, low direction."""
    notes = (
        *wording.arms(cut),
        f"Grades: {grading(cut.study.lab.ctcae).version}, limits of the record on both axes (one scale), so a shift is "
        "a change of value. Absolute limits apply also where the lower limit of normal lies below them.",
        "Worst grades out of subjects with a graded post-baseline value; new or worsened, out of those with a graded "
        "baseline too; shifts, out of the treated subjects with that baseline grade.",
        *wording.laboratory(cut),
        *wording.contrasts(cut),
    )
    return table(cut, lines(cut), exhibit="K17", title="Blood counts: shift of grade, low direction", footnotes=notes)
