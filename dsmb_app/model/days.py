"""Study-day arithmetic: day 1 is the day of the first dose and there is no day 0 (SDTM)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

DAYS_PER_YEAR = 365.25


def to_offset(day: npt.ArrayLike) -> FloatArray:
    """Return days elapsed since day 1 (day 1 gives 0, day -1 gives -1); missing stays missing."""
    days = np.asarray(day, dtype=float)
    return np.asarray(np.where(days > 0, days - 1, days), dtype=float)


def from_offset(offset: npt.ArrayLike) -> FloatArray:
    """Return the study day of a number of days elapsed since day 1; missing stays missing."""
    offsets = np.asarray(offset, dtype=float)
    return np.asarray(np.where(offsets >= 0, offsets + 1, offsets), dtype=float)


def duration(first: npt.ArrayLike, last: npt.ArrayLike) -> FloatArray:
    """Return the days from ``first`` to ``last``, both ends included."""
    return np.asarray(to_offset(last) - to_offset(first) + 1, dtype=float)


def years(days: npt.ArrayLike) -> FloatArray:
    """Return years of 365.25 days."""
    return np.asarray(days, dtype=float) / DAYS_PER_YEAR
