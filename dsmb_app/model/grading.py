"""CTCAE laboratory grades: on the scale of the record's limits, and apart from it on that of the baseline value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dsmb_app.model.resource_files import resource

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Direction:
    """Cut points of one test in one direction; exactly one of the first three lists is filled.

    ``uln``: grade g above the g-th multiple of the upper limit. ``below``: grade 1 under the lower limit, grades 2,
    3, 4 under these values. ``above``: grade ``start`` and on above these values. ``unit`` is that of the values.
    ``rises``: a value must also be above the subject's baseline. ``xbl``: multiples of an abnormal baseline value, for
    grades of their own; ``xbl_inclusive``: the first of them counts itself.
    """

    uln: tuple[float, ...] = ()
    below: tuple[float, ...] = ()
    above: tuple[float, ...] = ()
    start: int = 1
    unit: str = ""
    rises: bool = False
    xbl: tuple[float, ...] = ()
    xbl_inclusive: bool = False

    @property
    def possible(self) -> tuple[int, ...]:
        """Return the grades above 0 that a value can have."""
        if self.uln:
            return tuple(range(1, len(self.uln) + 1))
        if self.above:
            return tuple(range(self.start, self.start + len(self.above)))
        return tuple(range(1, len(self.below) + 2))


@dataclass(frozen=True)
class Grading:
    """A version of the criteria: name, and cut points by (LBTESTCD, "low" or "high")."""

    version: str
    directions: Mapping[tuple[str, str], Direction]


@cache
def grading(version: str) -> Grading:
    """Read resources/ctcae/VERSION.toml ("5.0" or "4.03")."""
    table = tomllib.loads(resource("ctcae", f"{version}.toml").read_text(encoding="utf-8"))
    directions = {
        (test, side): Direction(
            uln=tuple(entry.get("uln", ())),
            below=tuple(entry.get("below", ())),
            above=tuple(entry.get("above", ())),
            start=int(entry.get("from", 1)),
            unit=str(entry.get("unit", "")),
            rises=bool(entry.get("rises", False)),
            xbl=tuple(entry.get("xbl", ())),
            xbl_inclusive=entry.get("xbl_from") == "at least",
        )
        for test, sides in table.items()
        if isinstance(sides, dict)
        for side, entry in sides.items()
    }
    return Grading(str(table["version"]), directions)


def grades(direction: Direction, *, xuln: Floats, value: Floats, lln: Floats) -> Floats:
    """Return the grade (0 to 4) of each record, NaN where it cannot be graded.

    ``xuln``: multiples of the record's upper limit; ``value`` and ``lln``: in the unit of absolute limits; all rounded
    to 15 significant digits, because equality at a cut point belongs to the lower grade. A low value is graded by
    the absolute limits even where the lower limit of normal lies below them; without a lower limit, a value above
    the first absolute limit may be grade 0 or 1 and is not graded.
    """
    if direction.uln:
        return np.where(np.isnan(xuln), np.nan, np.sum([xuln > multiple for multiple in direction.uln], axis=0))
    if direction.above:
        above = np.array([value > limit for limit in direction.above])
        raised = above.any(axis=0) * (direction.start - 1) + above.sum(axis=0)
        return np.where(np.isnan(value), np.nan, raised.astype(float))
    absolute = np.sum([value < limit for limit in direction.below], axis=0)
    graded = np.where(absolute > 0, absolute + 1.0, np.where(value < lln, 1.0, 0.0))
    unknown = np.isnan(value) | ((absolute == 0) & np.isnan(lln))
    return np.where(unknown, np.nan, graded)


def baseline_grades(direction: Direction, multiples: Floats) -> Floats:
    """Return the grade (0 to 4) by multiples of an abnormal baseline value, NaN where there is no multiple.

    For these subjects alone, and never on one axis with ``grades``: unchanged at 4 x ULN is grade 0 here.
    """
    first, *others = direction.xbl
    reached = (multiples >= first) if direction.xbl_inclusive else (multiples > first)
    total = reached.astype(float) + np.sum([multiples > multiple for multiple in others], axis=0)
    return np.where(np.isnan(multiples), np.nan, total)
