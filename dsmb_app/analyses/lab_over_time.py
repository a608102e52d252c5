"""One test over time: boxes at scheduled visits, and each subject's course over study days with bands."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses.lab_frame import FEWEST, Asked, asked, frame, limits, percentile
from dsmb_app.analyses.lab_values import rounded
from dsmb_app.analyses.lab_visits import AtVisits, at_visits
from dsmb_app.model.cut import Cut
from dsmb_app.model.figures import BOXES, CHANGE, COURSES, Band, Box, BoxFigure, Course, CourseFigure, Line
from dsmb_app.model.result import RowKey

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_LINES = 1000
"""Of more subjects than this no single lines are drawn, but bands."""
BASELINE = "Baseline"
_NOT_SHOWN = "not shown in open sessions of this trial"
_NAN = float("nan")


def boxes(cut: Cut, row: RowKey) -> BoxFigure:
    """Return a box by arm for baseline and each scheduled visit after it: values, or changes from baseline.

    ``row``: test code, and CHANGE for changes. One value per subject and visit: the last by day and sequence number.
    """
    about, change = asked(cut, row), CHANGE in row[1:]
    found = at_visits(cut, about.series)
    base = about.series.baseline(len(cut.subjects))
    columns = _columns(found, base, change=change)
    needs = cut.safety & np.isfinite([np.full(len(base), np.nan), *columns.values()]).any(axis=0)
    notes = [
        "Box: quartiles with the median; whiskers: 10th and 90th percentile; points: subjects beyond them"
        + (f" ({_NOT_SHOWN})." if not about.named else "."),
        *_visit_notes(about, found),
    ]
    least = _least(about)
    if least > 1:
        notes.append(f"Below {least} values there is no box.")
    name, unit = about.test.name, about.series.unit
    what = "Change from baseline" if change else name
    fields = frame(
        about, BOXES, f"{name}: change from baseline over visits" if change else f"{name} over visits", needs=needs,
        of="measured at baseline and at a visit" if change else "measured at baseline or at a visit", notes=notes,
        lines=[Line(0.0, "")] if change else limits(about.series),
    )  # fmt: skip
    made = [_box(about, i, arm, column) for i, column in enumerate(columns.values()) for arm in about.arms]
    return BoxFigure(
        **fields, x_label="Visit", y_label=f"{what} ({unit})" if unit else what, visits=tuple(columns),
        boxes=() if fields["missing"] else tuple(made), change=change,
    )  # fmt: skip


def courses(cut: Cut, row: RowKey) -> CourseFigure:
    """Return each treated subject's values over study days, and by arm the percentiles at scheduled visits.

    ``row``: test code. Lines up to 1,000 subjects and where patients are shown; a band wherever five have a value.
    """
    about = asked(cut, row)
    series = about.series
    needs = np.zeros(len(cut.subjects), dtype=bool)
    needs[series.subject[series.post & np.isfinite(series.day)]] = True
    found = at_visits(cut, series)
    single = about.named and int(needs.sum()) <= MOST_LINES
    notes = [
        "Thin lines: one subject each, every value with a day, unscheduled visits too."
        if single
        else f"Single subjects are not drawn ({f'more than {MOST_LINES:,}' if about.named else _NOT_SHOWN}).",
        f"Thick line: median, band: 10th to 90th percentile, at baseline and at scheduled visits where at least "
        f"{max(FEWEST, about.small)} subjects have a value, each on the median day of its values.",
        *_visit_notes(about, found),
    ]
    name, unit = about.test.name, series.unit
    fields = frame(
        about, COURSES, f"{name} over study days", needs=needs, of="measured after baseline", notes=notes,
        lines=limits(series),
    )  # fmt: skip
    drawn = not fields["missing"]
    return CourseFigure(
        **fields, x_label="Study day", y_label=f"{name} ({unit})" if unit else name,
        courses=tuple(_courses(about, needs)) if drawn and single else (), bands=_bands(about, found) if drawn else (),
    )  # fmt: skip


def _least(about: Asked) -> int:
    """Return how many values a box needs: percentiles of fewer would be single patients."""
    return max(about.small, 1 if about.named else FEWEST)


def _columns(found: AtVisits, base: Floats, *, change: bool) -> dict[str, Floats]:
    """Return the value of each subject (NaN for none) by visit, baseline first unless changes are asked for."""
    columns = {} if change else {BASELINE: base}
    for place, name in enumerate(found.names):
        at = found.visit == place
        column = np.full(len(base), np.nan)
        column[found.subject[at]] = found.value[at]
        columns[name] = rounded(column - base) if change else column
    return columns


def _box(about: Asked, visit: int, arm: str, column: Floats) -> Box:
    mine = np.flatnonzero(about.cut.in_column(arm) & np.isfinite(column))
    n = len(mine)
    text = f"<{about.small}" if 0 < n < about.small else str(n)
    if n < _least(about) or n == 0:
        return Box(visit, arm, 0 if 0 < n < about.small else n, text, _NAN, _NAN, _NAN, _NAN, _NAN)
    values = column[mine]
    p10, q1, median, q3, p90 = (percentile(values, share) for share in (10, 25, 50, 75, 90))
    ids, _ = about.whose()
    beyond = [(ids[i], float(column[i])) for i in mine if not p10 <= column[i] <= p90] if about.named else []
    everyone = tuple(ids[i] for i in mine) if about.named else ()
    return Box(visit, arm, n, text, p10, q1, median, q3, p90, tuple(beyond), everyone)


def _courses(about: Asked, needs: Bools) -> list[Course]:
    found = about.series
    known = np.isfinite(found.day)
    order = np.lexsort((found.order, found.day, found.subject))
    order = order[known[order] & needs[found.subject[order]]]
    ids, arms = about.whose()
    made = []
    for part in np.split(order, np.flatnonzero(np.diff(found.subject[order])) + 1):
        if len(part):
            i = int(found.subject[part[0]])
            made.append(Course(ids[i], arms[i], tuple(found.day[part].tolist()), tuple(found.value[part].tolist())))
    return made


def _bands(about: Asked, found: AtVisits) -> tuple[Band, ...]:
    n, series = len(about.cut.subjects), about.series
    base_day = np.full(n, np.nan)
    base_day[series.subject[series.base]] = series.day[series.base]
    columns = _columns(found, series.baseline(n), change=False)
    at_visit = [found.day[found.visit == place] for place in range(len(found.names))]
    days = [percentile(values[np.isfinite(values)], 50) for values in (base_day, *at_visit)]
    made = []
    for arm in about.arms:
        values = [column[about.cut.in_column(arm) & np.isfinite(column)] for column in columns.values()]
        shown = [i for i, v in enumerate(values) if len(v) >= max(FEWEST, about.small) and np.isfinite(days[i])]
        shown.sort(key=lambda i: days[i])
        low, median, high = (tuple(percentile(values[i], share) for i in shown) for share in (10, 50, 90))
        made.append(Band(arm, tuple(days[i] for i in shown), low, median, high, tuple(len(values[i]) for i in shown)))
    return tuple(band for band in made if band.days)


def _visit_notes(about: Asked, found: AtVisits) -> list[str]:
    notes = [
        f"Scheduled: {found.rule}. Of several results in a visit the last counts, by day, then by sequence number"
        f" ({found.repeats} earlier one(s) left out)."
    ]
    if found.elsewhere:
        notes.append(f"{found.elsewhere} result(s) of unscheduled or rare visits are in no box and no median.")
    return notes if len(about.series.value) else notes[:0]
