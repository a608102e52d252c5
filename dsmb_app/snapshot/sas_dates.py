"""Dates and times that SAS holds as numbers, to the ISO 8601 text that SDTM has."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from dsmb_app.snapshot.delivered import Coder, Numbers, TextColumn

Moment = Literal["date", "datetime", "time"]

_EPOCH = datetime(1960, 1, 1)  # noqa: DTZ001 - SAS counts without time zones
_FORMATS: tuple[tuple[Moment, re.Pattern[str]], ...] = (
    ("datetime", re.compile(r"(DATETIME|DATEAMPM|MDYAMPM|[EB]8601D[TZ]|IS8601D[TZ]|NLDATM)\d*\.\d*")),
    ("time", re.compile(r"(TIME|TIMEAMPM|TOD|HHMM|[EB]8601T[MZ]|IS8601T[MZ]|NLTIME)\d*\.\d*")),
    (
        "date",
        re.compile(
            r"(DATE|(DDMMYY|MMDDYY|YYMMDD)[BCDNPS]?|JULIAN|WEEKDATE|WEEKDATX|WORDDATE|WORDDATX|[EB]8601DA|IS8601DA"
            r"|NLDATE)\d*\.\d*"
        ),
    ),
)


def moment_of(format_: str) -> Moment | None:
    """Tell what a number with this display format counts: days (date) or seconds (datetime, time), None for neither.

    Dates and datetimes count from 1960-01-01, times from midnight. Formats that show a part only (MONYY) do not count
    as dates: what they hide may never have been known.
    """
    return next((moment for moment, pattern in _FORMATS if pattern.fullmatch(format_)), None)


def iso_text(values: Numbers, moment: Moment) -> TextColumn:
    """Return numbers of SAS as ISO 8601 text, missing ones as "". What is no date stays a number in words."""

    def once(value: float) -> str:
        if np.isnan(value):
            return ""
        try:
            return _iso(value, moment)
        except (OverflowError, ValueError):
            return repr(value)

    coder = Coder(once)
    # NaN is unequal to itself: each one would be a value of its own.
    distinct, codes = np.unique(values, return_inverse=True)
    coder.add(distinct.tolist())
    made = coder.column()
    return TextColumn(made.codes[codes.reshape(-1)], made.words)


def _iso(value: float, moment: Moment) -> str:
    if moment == "date":
        if not value.is_integer():
            raise ValueError("a day is a whole number")
        return (_EPOCH + timedelta(days=value)).date().isoformat()
    at = _EPOCH + timedelta(seconds=value)
    if moment == "datetime":
        return at.isoformat()
    if not 0 <= value < 86_400:
        raise ValueError("a time of day is less than a day")
    return at.time().isoformat()
