"""The eDISH plot: highest ALT or AST against highest bilirubin, one point per subject, in multiples of ULN."""

from __future__ import annotations

import numpy as np

from dsmb_app.analyses import wording
from dsmb_app.analyses.lab_values import Records, baseline, highest, post_baseline
from dsmb_app.analyses.liver import SINGLE, aminotransferases
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Point, Scatter
from dsmb_app.model.words import TOTAL, Level

X_LINE, Y_LINE, FLOOR = 3.0, 2.0, 0.1


def edish(cut: Cut) -> Scatter:
    """Return a point for every treated subject with both values; who has no bilirubin is counted in the footnote.

    Values below 0.1 x ULN are drawn at 0.1. An open symbol marks an abnormal baseline (ALT, AST or bilirubin above
    the upper limit of its record).
    """
    x, y = highest(cut, aminotransferases(cut)), highest(cut, post_baseline(cut, "BILI"))
    drawn = cut.safety & np.isfinite(x) & np.isfinite(y)
    missing = int((cut.safety & np.isfinite(x) & ~np.isfinite(y)).sum())
    unseen = int((cut.safety & ~np.isfinite(x)).sum())
    return Scatter(
        exhibit="F18",
        title="Potential Hy's law: highest ALT or AST against highest bilirubin (eDISH)",
        subtitle=f"Post-baseline, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms or (TOTAL,),
        x_label="Highest ALT or AST (x ULN)",
        y_label="Highest bilirubin (x ULN)",
        x_line=X_LINE,
        y_line=Y_LINE,
        quadrants=("Hyperbilirubinaemia", "Potential Hy's law", "Normal range", "Temple's corollary"),
        marked_label="baseline above ULN",
        points=tuple(_points(cut, drawn, x, y)),
        footnotes=(
            *wording.arms(cut),
            f"Lines at {X_LINE:g} and {Y_LINE:g} x ULN. The highest values may be of different days: the upper right "
            "quadrant is a reason to look, not a finding.",
            f"Not drawn: {unseen} treated subject(s) without ALT and AST, {missing} without bilirubin.",
        ),
        floor=FLOOR,
        tests=tuple(SINGLE),
    )


def _points(cut: Cut, drawn: np.ndarray, x: np.ndarray, y: np.ndarray) -> list[Point]:
    named = cut.level is not Level.POOLED or cut.study.open.patients
    abnormal = np.nan_to_num(_highest_baseline(cut), nan=0.0) > 1
    ids, arm = cut.subjects["USUBJID"].tolist(), cut.subjects["ARM"].tolist()
    points = []
    for i in np.flatnonzero(drawn):
        label = cut.arms[arm[i]] if cut.arms and arm[i] >= 0 else TOTAL
        points.append(
            Point(ids[i] if named else "", label, max(float(x[i]), FLOOR), max(float(y[i]), FLOOR), bool(abnormal[i]))
        )
    return points


def _highest_baseline(cut: Cut) -> np.ndarray:
    found = [baseline(cut, test) for test in ("ALT", "AST", "BILI")]
    joined = Records(*(np.concatenate([getattr(r, name) for r in found]) for name in ("subject", "day", "value")))
    return highest(cut, joined)
