"""Waterfall: each subject's percent change of one test from baseline to its worst value, sorted."""

from __future__ import annotations

import numpy as np

from dsmb_app.analyses.lab_frame import asked, frame
from dsmb_app.analyses.lab_values import rounded
from dsmb_app.model.cut import Cut
from dsmb_app.model.figures import HIGH, WATERFALL, SubjectValue, Waterfall
from dsmb_app.model.result import RowKey


def waterfall(cut: Cut, row: RowKey) -> Waterfall:
    """Return a bar for every treated subject with a baseline above zero and a value after it.

    ``row``: test code, "low" (change to the lowest value) or "high" (to the highest). 100 (worst - baseline) /
    baseline, from the largest rise to the largest fall; of equal ones in the order of the subjects' ids, never of arms.
    """
    about = asked(cut, row)
    n = len(cut.subjects)
    base, (worst, day) = about.series.baseline(n), about.series.extreme(n, about.side)
    known = cut.safety & np.isfinite(base) & np.isfinite(worst)
    drawn = known & (base > 0)
    ratio = np.divide(worst - base, base, out=np.full(n, np.nan), where=drawn)
    change = rounded(100 * ratio)
    order = [int(i) for i in np.argsort(-change, kind="stable") if drawn[i]]
    not_positive = int((known & ~drawn).sum())
    notes = [
        f"Bars: 100 x ({about.worst_words} after baseline - baseline) / baseline, one subject each, from the largest "
        "rise to the largest fall; unscheduled visits count."
    ]
    if not_positive >= max(about.small, 1):
        notes.append(f"{not_positive} subject(s) with a baseline of zero or less have no percentage.")
    to = "highest" if about.side == HIGH else "lowest"
    fields = frame(
        about, WATERFALL, f"{about.test.name}: change from baseline to the {to} value", needs=drawn,
        of="measured at baseline and after it", notes=notes,
    )  # fmt: skip
    ids, arms = about.whose()
    bars = [
        SubjectValue(ids[i], arms[i], float(at), float(change[i]), float(base[i]), float(worst[i]), float(day[i]))
        for at, i in enumerate(order)
    ]
    return Waterfall(
        **fields,
        x_label="Subjects, sorted",
        y_label="Change from baseline (%)",
        bars=() if fields["missing"] else tuple(bars),
    )
