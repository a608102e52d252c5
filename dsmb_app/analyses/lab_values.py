"""Laboratory records as arrays by test: who was measured, baseline, worst value, and what a bounded result can say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.codes import encoded
from dsmb_app.model.specimen import other_specimen

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

SIDES = {"<": -2, "<=": -1, "": 0, ">=": 1, ">": 2}
"""What a record's number is: the value itself (0), an upper bound of it (below 0) or a lower bound (above 0)."""


def rounded(values: npt.ArrayLike) -> Floats:
    """Round to 15 significant digits, so that 3.0 x ULN computed by a division compares equal to 3.0."""
    numbers = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 14 - np.floor(np.log10(np.abs(numbers)))
    scale = np.power(10.0, np.where(np.isfinite(digits), np.clip(digits, -300, 300), 0))
    return np.asarray(np.where(np.isfinite(numbers), np.rint(numbers * scale) / scale, numbers))


def edge(values: Floats, bound: Ints) -> Floats:
    """Move a bound that is not itself a possible value (<x, >x) to the next number inside: >3 is then above 3."""
    up, down = np.nextafter(values, np.inf), np.nextafter(values, -np.inf)
    return np.where(bound == 2, up, np.where(bound == -2, down, values))


def above(values: Floats, bound: Ints, limit: Floats | float) -> Bools:
    """Tell which records are certainly above a limit (strictly): those that are no upper bounds, and are above it."""
    return np.asarray((bound >= 0) & (edge(values, bound) > limit))


def reaches(values: Floats, bound: Ints, limit: Floats | float) -> Bools:
    """Tell which records are certainly at a limit or above it."""
    return np.asarray((bound >= 0) & (values >= limit))


def below(values: Floats, bound: Ints, limit: Floats | float) -> Bools:
    """Tell which records are certainly below a limit (strictly)."""
    return np.asarray((bound <= 0) & (edge(values, bound) < limit))


def doubtful(values: Floats, bound: Ints, limit: Floats | float, *, high: bool) -> Bools:
    """Tell which bounded records may lie on either side of a limit, asked in the high or the low direction."""
    inside = edge(values, bound)
    if high:
        may, surely = (bound > 0) | (inside > limit), above(values, bound, limit)
    else:
        may, surely = (bound < 0) | (inside < limit), below(values, bound, limit)
    return np.asarray((bound != 0) & np.isfinite(values) & np.isfinite(limit) & may & ~surely)


@dataclass(frozen=True)
class Records:
    """Records of one test, aligned arrays; ``subject`` is the row in ``cut.subjects``, ``day`` the study day.

    ``value`` and ``lln``, ``uln`` in the standard unit (``unit``: its code), ``xuln`` multiples of the upper limit,
    ``graded`` and ``graded_lln`` in the unit of absolute limits; NaN where there is none, rounded to 15 digits.
    ``bound``: as in ``SIDES``. ``post``: post-baseline in the window; ``base``: the baseline record; ``row``: in LB.
    """

    subject: Ints
    day: Floats
    value: Floats
    lln: Floats
    uln: Floats
    xuln: Floats
    graded: Floats
    graded_lln: Floats
    bound: Ints
    unit: Ints
    post: Bools
    base: Bools
    row: Ints

    def where(self, mask: Bools | Ints) -> Records:
        """Return some of the records, by a mask or by their places."""
        return Records(**{f.name: getattr(self, f.name)[mask] for f in fields(self)})

    def known(self, name: str) -> Records:
        """Return the post-baseline records that have a number of that name."""
        return self.where(self.post & np.isfinite(getattr(self, name)))

    def ordered(self) -> Records:
        """Return the records by day, of one day in the order of their numbers."""
        order = np.lexsort((self.row, self.value, self.day))
        return Records(**{f.name: getattr(self, f.name)[order] for f in fields(self)})


def joined(parts: Sequence[Records]) -> Records:
    """Return several tests' records as one."""
    return Records(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Records)})


def test_names(lb: pd.DataFrame) -> Texts:
    """Return the test of each record: LBTESTCD, with the specimen where it is not blood: ``PH (URINE)``.

    A count of cells in urine is another measurement than one in blood, though both may be called WBC.
    """
    codes, names = coded_tests(lb)
    return np.array(names, dtype=object)[codes]


def coded_tests(lb: pd.DataFrame) -> tuple[Ints, list[str]]:
    """Return the test of each record as a code, and the name of each: several codes may have one name."""
    tests, kinds = encoded(lb["LBTESTCD"])
    # Snapshots of earlier versions have no column of their own for it.
    specimens, places = encoded(lb["SPECIMEN" if "SPECIMEN" in lb else "LBSPEC"].fillna(""))
    other = [other_specimen(place) for place in places]
    names = [f"{kind} ({place})" if place else kind for kind in kinds for place in other]
    return (tests % len(kinds)) * len(places) + specimens % len(places), names


class WithLabs(Protocol):
    """A cut, or the part of one that a single subject needs: laboratory records, and the subjects they belong to."""

    @property
    def lb(self) -> pd.DataFrame: ...

    @property
    def subjects(self) -> pd.DataFrame: ...


class Labs:
    """The laboratory records of a cut, encoded by test once; ``tests`` in alphabetical order."""

    def __init__(self, cut: WithLabs) -> None:
        lb = self._lb = cut.lb
        found, called = coded_tests(lb)
        used = {called[code] for code in np.unique(found)}
        self.tests: tuple[str, ...] = tuple(sorted(used))
        codes = np.array([self.tests.index(name) if name in used else -1 for name in called])[found]
        order = np.argsort(codes, kind="stable")
        self._ends = np.searchsorted(codes[order], np.arange(len(self.tests) + 1))
        self._size = len(cut.subjects)
        number = {name: rounded(lb[name].to_numpy(dtype=float)[order]) for name in
                  ("VALUE", "LLN", "ULN", "XULN", "GRVALUE", "GRLLN")}  # fmt: skip
        in_time = (lb["CUTFL"] != "Y").to_numpy(dtype=bool)
        self._all = Records(
            subject=lb["SUBJECT"].to_numpy(dtype=np.int64)[order],
            day=lb["LBDY_LO"].to_numpy(dtype=float)[order],
            value=number["VALUE"],
            lln=number["LLN"],
            uln=number["ULN"],
            xuln=number["XULN"],
            graded=number["GRVALUE"],
            graded_lln=number["GRLLN"],
            bound=_sides(lb["BOUND"])[order],
            unit=_same_words(lb["LBSTRESU"])[order],
            post=lb["POST"].to_numpy(dtype=bool)[order],
            base=((lb["BASEFL"] == "Y").to_numpy(dtype=bool) & in_time)[order],
            row=order.astype(np.int64),
        )
        for f in fields(Records):
            # All analyses of a cut share these.
            getattr(self._all, f.name).flags.writeable = False

    @cached_property
    def visits(self) -> tuple[Ints, list[str]]:
        """Return the visit of each record of LB, in its order, as a code, and the name of each."""
        return encoded(self._lb["VISIT"])

    def of(self, test: str) -> Records:
        """Return the records of a test; none for one that the data set does not hold."""
        place = self.tests.index(test) if test in self.tests else -1
        part = slice(self._ends[place], self._ends[place + 1]) if place >= 0 else slice(0, 0)
        return Records(**{f.name: getattr(self._all, f.name)[part] for f in fields(Records)})

    def who(self, records: Records) -> Bools:
        """Return who has at least one of the records, as a mask over ``cut.subjects``."""
        mask = np.zeros(self._size, dtype=bool)
        mask[records.subject] = True
        return mask

    def worst(self, subject: Ints, values: Floats, *, lowest: bool = False) -> Floats:
        """Return the highest (or lowest) value by subject; NaN for who has none."""
        found = np.full(self._size, np.nan)
        (np.fmin if lowest else np.fmax).at(found, subject, values)
        return found

    def last(self, records: Records, values: Floats) -> Floats:
        """Return each subject's latest value, of one day the highest; NaN for who has none."""
        order = np.lexsort((records.row, values, records.day))
        found = np.full(self._size, np.nan)
        found[records.subject[order]] = values[order]
        return found


def _sides(bounds: pd.Series) -> Ints:
    codes, names = encoded(bounds)
    return np.array([SIDES[name] for name in names], dtype=np.int64)[codes]


def _same_words(texts: pd.Series) -> Ints:
    """Return a code for each text, the same whatever the case."""
    codes, names = encoded(texts)
    folded = [name.casefold() for name in names]
    return np.array([folded.index(name) for name in folded], dtype=np.int64)[codes]


def aminotransferases(labs: Labs) -> Records:
    """Return the post-baseline records of ALT and AST together that have a multiple of their own upper limits."""
    return joined([labs.of("ALT"), labs.of("AST")]).known("xuln")
