"""ISO 8601 dates, complete or partial, as the interval of days in which they lie."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

_SHAPE = re.compile(
    r"^(?P<y>\d{4})(?:-(?P<m>\d{2}|-|UN|UNK|XX)(?:-(?P<d>\d{2}|-|UN|UNK|XX))?)?"
    # Databases write a blank in place of the T, and a time zone of whole hours without minutes.
    r"(?:[T ](?P<h>\d{2}|-)(?::(?P<min>\d{2}|-))?(?::[\d.]+|:-)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r"^(-*|UNK?|UN-UN-UN|--\d{2}-\d{2}|---.*)$", re.IGNORECASE)
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Dates:
    """Dates as arrays of one length.

    ``lo`` and ``hi``: first and last possible day as days since 1970-01-01 (float, NaN unknown); ``precision``: "D",
    "M", "Y" or "" (nothing known); ``minute``: minute of the day (NaN where no time is given); ``readable``: False
    where a text is neither a date nor a known way to say "unknown".
    """

    lo: npt.NDArray[np.float64]
    hi: npt.NDArray[np.float64]
    precision: npt.NDArray[np.object_]
    minute: npt.NDArray[np.float64]
    readable: npt.NDArray[np.bool_]

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Tell where the day is known."""
        return np.asarray(self.precision == "D")


def parse(texts: pd.Series) -> Dates:
    """Read a column of ISO 8601 texts; each distinct text is read once."""
    codes, distinct = pd.factorize(texts.astype(object))
    read = [_read(str(text).strip()) for text in distinct]
    lo, hi, minute = (np.array([row[i] for row in read] or [np.nan], dtype=float)[codes] for i in (0, 1, 3))
    precision = np.array([row[2] for row in read] or [""], dtype=object)[codes]
    readable = np.array([row[4] for row in read] or [True], dtype=bool)[codes]
    return Dates(lo, hi, precision, minute, readable)


def day_number(day: date) -> float:
    """Return a calendar date as days since 1970-01-01."""
    return float(day.toordinal() - _EPOCH)


def month_text(days: npt.NDArray[np.float64]) -> list[str]:
    """Return YYYY-MM of each day number; "" where it is missing."""
    return ["" if np.isnan(d) else date.fromordinal(int(d) + _EPOCH).isoformat()[:7] for d in days]


_Read = tuple[float, float, str, float, bool]
_NOTHING: _Read = (np.nan, np.nan, "", np.nan, True)


def _read(text: str) -> _Read:
    if _UNKNOWN.match(text):
        return _NOTHING
    found = _SHAPE.match(text)
    if not found or not 1 <= int(found["y"]) <= 9999:
        return (*_NOTHING[:4], False)
    year, month, day = int(found["y"]), _part(found["m"]), _part(found["d"])
    if month is None:
        return (*_span(date(year, 1, 1), date(year, 12, 31)), "Y", np.nan, True)
    if not 1 <= month <= 12:
        return (*_span(date(year, 1, 1), date(year, 12, 31)), "Y", np.nan, False)
    last = calendar.monthrange(year, month)[1]
    if day is None or not 1 <= day <= last:
        # An impossible day (30 February) keeps its month and is reported as unreadable.
        return (*_span(date(year, month, 1), date(year, month, last)), "M", np.nan, day is None)
    here = date(year, month, day)
    return (*_span(here, here), "D", _minute(found["h"], found["min"]), True)


def _part(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _span(first: date, last: date) -> tuple[float, float]:
    return day_number(first), day_number(last)


def _minute(hour: str | None, minute: str | None) -> float:
    """Return the minute of the day; an hour without minutes is no time (it cannot be ordered within the hour)."""
    if not hour or not minute or not hour.isdigit() or not minute.isdigit():
        return np.nan
    return float(hour) * 60 + float(minute)
