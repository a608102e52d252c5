"""Nadir: each subject's worst value of one test against the day of it."""

from __future__ import annotations

import numpy as np

from dsmb_app.analyses.lab_frame import Asked, asked, frame, limits
from dsmb_app.model.cut import Cut
from dsmb_app.model.figures import HIGH, NADIR, Line, PointFigure, SubjectValue
from dsmb_app.model.grading import grading
from dsmb_app.model.result import RowKey


def nadir(cut: Cut, row: RowKey) -> PointFigure:
    """Return a point for every treated subject with a value after baseline: study day (the first one), value.

    ``row``: test code, "low" or "high" (then the peak). Lines: the limit of normal, and the absolute limits of grades.
    """
    about = asked(cut, row)
    n = len(cut.subjects)
    base, (worst, day) = about.series.baseline(n), about.series.extreme(n, about.side)
    drawn = cut.safety & np.isfinite(worst) & np.isfinite(day)
    what = "Peak" if about.side == HIGH else "Nadir"
    notes = [f"{what}: the {about.worst_words} after baseline, on the first day of it; unscheduled visits count."]
    cuts = _grades(about)
    if cuts:
        notes.append(f"Lines of grades: absolute limits of {grading(cut.study.lab.ctcae).version}.")
    near = [line for line in limits(about.series) if line.words.startswith("upper" if about.side == HIGH else "lower")]
    fields = frame(
        about, NADIR, f"{about.test.name}: {what.casefold()} and its day", needs=drawn,
        of="measured after baseline", notes=notes, lines=(*near, *cuts),
    )  # fmt: skip
    ids, arms = about.whose()
    points = [
        SubjectValue(ids[i], arms[i], float(day[i]), float(worst[i]), float(base[i]), float(worst[i]), float(day[i]))
        for i in np.flatnonzero(drawn)
    ]
    return PointFigure(
        **fields,
        x_label=f"Study day of the {what.casefold()}",
        y_label=f"{what} ({about.series.unit})" if about.series.unit else what,
        points=() if fields["missing"] else tuple(points),
    )


def _grades(about: Asked) -> list[Line]:
    """Return the absolute cut points of the test's grades, where the values are in their unit."""
    direction = grading(about.cut.study.lab.ctcae).directions.get((about.test.code, about.side))
    if direction is None or direction.unit != about.series.unit or about.test.held:
        return []
    below = [Line(value, f"grade {grade}: below") for grade, value in enumerate(direction.below, start=2)]
    return below + [
        Line(value, f"grade {grade}: above") for grade, value in enumerate(direction.above, direction.start)
    ]
