"""CTCAE grades by subject: at baseline, the worst after it, the last; and multiples of an abnormal baseline value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses.lab_values import Labs, Records, above, below, edge, rounded
from dsmb_app.model.cut import Cut
from dsmb_app.model.grading import Direction, baseline_grades, grades, grading

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Sides = Mapping[tuple[str, str], Direction]


@dataclass(frozen=True)
class Graded:
    """Grades by subject (NaN: none), all on one scale; ``at_least``: the worst one rests on a bounded result."""

    base: Floats
    worst: Floats
    last: Floats
    at_least: Bools

    @property
    def both(self) -> Bools:
        """Return who has a grade at baseline and after it."""
        return np.isfinite(self.base) & np.isfinite(self.worst)

    @property
    def worsened(self) -> Bools:
        """Return whose worst grade is above the grade at baseline: new, or worse."""
        return self.both & (self.worst > self.base)

    @property
    def recovered(self) -> Bools:
        """Return who worsened, and by the last value is back at the grade of baseline, or better."""
        return self.worsened & (self.last <= self.base)


def directions(cut: Cut) -> Sides:
    """Return the cut points of the grading version in force, by (test, "low" or "high")."""
    return grading(cut.study.lab.ctcae).directions


def version(cut: Cut) -> str:
    """Name the grading version in force."""
    return grading(cut.study.lab.ctcae).version


def record_grades(records: Records, direction: Direction, side: str) -> tuple[Floats, Bools]:
    """Return the grade of each record, NaN where it is not known, and which are only known to be at least that.

    A bounded result counts where it is certain: ``>x`` gives a high grade of at least that of x, and ``<x`` grade 0
    where x itself is grade 0; on the other side, and where nothing is certain, there is no grade.
    """
    inside = [edge(values, records.bound) for values in (records.xuln, records.graded)]
    found = grades(direction, xuln=inside[0], value=inside[1], lln=records.graded_lln)
    if direction.rises:  # a count of cells: in a unit that is not known it may be a share of all cells
        found = np.where(np.isfinite(records.graded), found, np.nan)
    toward = records.bound > 0 if side == "high" else records.bound < 0
    away = (records.bound != 0) & ~toward
    unsure = (away & (found > 0)) | (toward & (found == 0))
    found = np.where(unsure, np.nan, found)
    return found, np.asarray(toward & (found > 0) & (found < max(direction.possible)))


def range_grades(records: Records, side: str) -> tuple[Floats, Bools]:
    """Return 1 for a record outside its own limit on a side, 0 for one inside, NaN where either is missing."""
    limit = records.uln if side == "high" else records.lln
    bound = records.bound
    beyond = (above if side == "high" else below)(records.value, bound, limit)
    inside = edge(records.value, bound)
    within = (inside <= limit) & (bound <= 0) if side == "high" else (inside >= limit) & (bound >= 0)
    found = np.where(beyond, 1.0, np.where(within, 0.0, np.nan))
    return found, np.zeros(len(found), dtype=bool)


def risen(labs: Labs, records: Records, found: Floats) -> Floats:
    """Take the grade from post-baseline records that did not rise above the subject's own baseline.

    Compared in the unit of absolute limits. Without a baseline there a raised value keeps its grade, as after a normal
    one.
    """
    base = records.where(records.base & (records.bound <= 0))
    start = labs.last(base, base.graded)[records.subject]
    fell = edge(records.graded, records.bound) <= start
    return np.where(records.post & fell, np.minimum(found, 0.0), found)


def graded(labs: Labs, test: str, side: str, sides: Sides, *, one_scale: bool = True) -> Graded:
    """Return the grades of a test's subjects in one direction; without cut points for it, 1 beyond the record's limit.

    ``one_scale``: baseline and later values by the limits of the record alone, as a shift needs it; else a value must
    also have risen above the subject's own baseline where the criteria say so.
    """
    records, direction = labs.of(test), sides.get((test, side))
    found, unsure = record_grades(records, direction, side) if direction else range_grades(records, side)
    if direction and direction.rises and not one_scale:
        found = risen(labs, records, found)
    base, worst, last, at_least = _by_subject(labs, records, found, unsure)
    return Graded(base, worst, last, at_least)


def _by_subject(labs: Labs, records: Records, found: Floats, unsure: Bools) -> tuple[Floats, Floats, Floats, Bools]:
    known = np.isfinite(found)
    post, base = records.post & known, records.base & known
    subject = records.subject
    worst = labs.worst(subject[post], found[post])
    firm = labs.worst(subject[post & ~unsure], found[post & ~unsure])
    return (
        labs.worst(subject[base], found[base]),
        worst,
        labs.last(records.where(post), found[post]),
        np.isfinite(worst) & ~(firm == worst),
    )


@dataclass(frozen=True)
class ByBaseline:
    """Who had an abnormal baseline, and of these the worst grade by multiples of the baseline value (NaN: none)."""

    abnormal: Bools
    worst: Floats


def by_baseline(labs: Labs, test: str, direction: Direction) -> ByBaseline:
    """Return the grades relative to an abnormal baseline (above the upper limit of its own record).

    Values in another standard unit than the baseline's are not compared with it.
    """
    records = labs.of(test)
    base, post = records.where(records.base), records.known("value")
    raised = np.nan_to_num(labs.last(base, above(base.xuln, base.bound, 1.0).astype(float)), nan=0.0) > 0
    start = labs.last(base, np.where(base.bound == 0, base.value, np.nan))[post.subject]
    unit = labs.last(base, base.unit.astype(float))[post.subject]
    usable = raised[post.subject] & (start > 0) & (unit == post.unit)
    multiples = rounded(np.divide(post.value, start, out=np.full(len(start), np.nan), where=usable))
    found = baseline_grades(direction, edge(multiples, post.bound))
    top = float(len(direction.xbl))
    unsure = ((post.bound < 0) & (found > 0)) | ((post.bound > 0) & (found < top) & (found == 0))
    found = np.where(unsure, np.nan, found)
    known = np.isfinite(found)
    return ByBaseline(raised, labs.worst(post.subject[known], found[known]))
