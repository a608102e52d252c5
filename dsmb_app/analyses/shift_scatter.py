"""Shift scatter: each subject's worst value of one test against its baseline."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses.lab_frame import asked, frame, limits
from dsmb_app.model.cut import Cut
from dsmb_app.model.figures import HIGH, SHIFTS, PointFigure, SubjectValue
from dsmb_app.model.result import RowKey

_WIDE = 20.0
"""Scales are logarithmic where the highest value is at least so many times the lowest, over all arms together."""


def shift_scatter(cut: Cut, row: RowKey) -> PointFigure:
    """Return a point for every treated subject with a baseline and a value after it: baseline, worst value.

    ``row``: test code, "low" (the lowest value after baseline) or "high" (the highest).
    """
    about = asked(cut, row)
    n = len(cut.subjects)
    base, (worst, day) = about.series.baseline(n), about.series.extreme(n, about.side)
    drawn = cut.safety & np.isfinite(base) & np.isfinite(worst)
    to = "highest" if about.side == HIGH else "lowest"
    log = _is_wide(np.concatenate([base[drawn], worst[drawn]]))
    notes = [
        f"Each point is one subject: across, the baseline; up, the {about.worst_words} after it; unscheduled visits "
        "count. On the diagonal nothing changed." + (" Scales are logarithmic." if log else "")
    ]
    fields = frame(
        about, SHIFTS, f"{about.test.name}: from baseline to the {to} value", needs=drawn,
        of="measured at baseline and after it", notes=notes, lines=limits(about.series),
    )  # fmt: skip
    ids, arms = about.whose()
    points = [
        SubjectValue(ids[i], arms[i], float(base[i]), float(worst[i]), float(base[i]), float(worst[i]), float(day[i]))
        for i in np.flatnonzero(drawn)
    ]
    unit = f" ({about.series.unit})" if about.series.unit else ""
    return PointFigure(
        **fields,
        x_label=f"Baseline{unit}",
        y_label=f"{to.capitalize()} after baseline{unit}",
        points=() if fields["missing"] else tuple(points),
        identity=True,
        log=log,
    )


def _is_wide(values: npt.NDArray[np.float64]) -> bool:
    return bool(len(values) and values.min() > 0 and values.max() >= _WIDE * values.min())
