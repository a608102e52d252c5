"""Numeric dates of ADaM as ISO 8601 texts, in which what was imputed is left out again."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.iso_dates import parse
from dsmb_app.snapshot.source import Dataset, text

_SAS_ZERO = datetime(1960, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""What lies outside is no date of a trial: most often seconds read as days, or days as seconds."""

_SECONDS = re.compile(r"^(DATETIME|DATEAMPM|MDYAMPM|E8601DT|B8601DT|E8601DZ|IS8601DT|B8601DZ|NLDATM)")
_DAYS = re.compile(r"^(DATE\d*\.|DATE$|E8601DA|B8601DA|IS8601DA|YYMMDD|DDMMYY|MMDDYY|WORDDAT|WEEKDAT|NLDATE|MONYY)")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d*)?$")
_SAS_TEXT = re.compile(r"^(\d{1,2})([A-Z]{3})(\d{4})(?::?(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?)?$", re.IGNORECASE)
_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: place for place, name in enumerate(_NAMES, start=1)}
_KNOWN_OF_DATE = {"": 10, "D": 7, "M": 4, "Y": 0}
"""How much of YYYY-MM-DD was collected, by imputation flag: D day, M month and day, Y everything imputed."""


def has_date(dataset: Dataset, stem: str) -> bool:
    """Tell whether a dataset has the date of a stem: AST has ASTDT or ASTDTM."""
    return f"{stem}DT" in dataset.frame or f"{stem}DTM" in dataset.frame


def columns_of(dataset: Dataset, stem: str) -> tuple[str, ...]:
    """Return the delivered columns of a stem's date: the date, the date and time, and their imputation flags."""
    return tuple(c for c in (f"{stem}DTM", f"{stem}DT", f"{stem}DTF", f"{stem}TMF") if c in dataset.frame)


def dated(dataset: Dataset, stem: str) -> pd.Series:
    """Return the dates of a stem as ISO 8601 texts: date and time where there is one, else the date; "" for none.

    What the flags --DTF and --TMF call imputed is left out: 2014-03-01 with flag D is 2014-03. A value that is no
    date stays as it is, so that it is counted like any other unreadable date. Raises Refusal for a column of which
    more than half cannot be read, and for an unknown flag.
    """
    out = pd.Series("", dataset.frame.index, dtype="str")
    for column in (f"{stem}DTM", f"{stem}DT"):
        if column in dataset.frame:
            out = out.where(out != "", _iso_column(dataset, column))
    times, dates = _flag(dataset, f"{stem}TMF", ("H", "M", "S")), _flag(dataset, f"{stem}DTF", ("D", "M", "Y"))
    # A time of which minutes are imputed cannot be ordered within its hour, so it is none; seconds do not matter.
    out = out.where(~times.isin(["H", "M"]), out.str[:10])
    for flag, length in _KNOWN_OF_DATE.items():
        if flag:
            out = out.where(dates != flag, out.str[:length])
    return out


def _flag(dataset: Dataset, column: str, known: tuple[str, ...]) -> pd.Series:
    if column not in dataset.frame:
        return pd.Series("", dataset.frame.index, dtype="str")
    values = text(dataset, column).str.strip().str.upper()
    strange = ~values.isin(["", *known]).to_numpy()
    if strange.any():
        row = int(strange.argmax())
        raise Refusal(
            "ADAM-IMPUTATION",
            f"{column} is '{values.iloc[row][:8]}', which is no imputation flag ({', '.join(known)} or blank).",
            "Ask for a corrected file; without the flag nobody knows which part of the date was collected.",
            file=dataset.file_name,
            row=row + 1,
        )
    return values


def _iso_column(dataset: Dataset, column: str) -> pd.Series:
    """Return a column as ISO 8601 texts; each distinct value is read once."""
    in_seconds, is_number = _in_seconds(dataset, column), dataset.kinds[column] == "number"
    codes, distinct = pd.factorize(text(dataset, column).astype(object))
    words = np.array([_iso(str(value).strip(), in_seconds, is_number) for value in distinct] or [""], dtype=object)
    out = pd.Series(words[codes], index=dataset.frame.index, dtype="str")
    if not out[out.str.contains("T", regex=False)].str[10:16].ne("T00:00").any():
        out = out.str.replace("T00:00", "", regex=False)  # midnight in every row is no time of day
    filled = (out != "").to_numpy()
    bad = ~parse(out).readable
    if filled.any() and bad.sum() > filled.sum() / 2:
        raise Refusal(
            "ADAM-DATE",
            f"{column} does not hold dates: {int(bad.sum())} of {int(filled.sum())} values lie outside 1970 to 2099 "
            "when read as SAS dates (days, or seconds for a date and time, since 1960), or cannot be read at all.",
            "Ask for the file with dates as SAS dates with their formats, or as ISO 8601 text.",
            file=dataset.file_name,
            row=int(np.argmax(bad)) + 1,
        )
    return out


def _in_seconds(dataset: Dataset, column: str) -> bool:
    """Tell by the display format, and without one that says it by the name, whether a column counts seconds."""
    shown = dataset.formats.get(column, "").upper()
    return bool(_SECONDS.match(shown)) or (column.endswith("DTM") and not _DAYS.match(shown))


def _iso(value: str, in_seconds: bool, is_number: bool) -> str:
    """Return one value as ISO 8601 text: a number counted from 1960, DDMONYYYY, or what is ISO 8601 already.

    A number that is no date gets a question mark, lest 2014 be read as a year.
    """
    if value in ("", ".", "NA", "N/A"):
        return ""
    found = _SAS_TEXT.match(value)
    if found and found[2].upper() in _MONTHS:
        day = f"{found[3]}-{_MONTHS[found[2].upper()]:02d}-{int(found[1]):02d}"
        return f"{day}T{found[4]}:{found[5]}" if found[4] else day
    is_year = not is_number and value.isdigit() and 1970 <= int(value) < 2100
    if is_year or not _NUMBER.match(value):
        return value
    # The limits are checked on the number itself: a timedelta of a number far outside would overflow.
    count = float(value)
    unit = 1.0 if in_seconds else 86400.0
    if not (_EARLIEST - _SAS_ZERO).total_seconds() <= count * unit < (_LATEST - _SAS_ZERO).total_seconds():
        return f"?{value}"
    moment = _SAS_ZERO + timedelta(seconds=count * unit)
    return moment.strftime("%Y-%m-%dT%H:%M") if in_seconds else moment.strftime("%Y-%m-%d")


def shifted(first: pd.Series, day: pd.Series) -> pd.Series:
    """Return the date of an analysis day (1 is the first date, the day before it -1; there is no day 0), "" unknown.

    ``first``: ISO 8601 texts; ``day``: numbers.
    """
    start = parse(first)
    known = start.complete & day.notna().to_numpy() & (day != 0).to_numpy()
    offset = np.where(day > 0, day - 1, day)
    numbers = np.where(known, start.lo + offset, np.nan)
    texts = ["" if np.isnan(n) else (date(1970, 1, 1) + timedelta(days=float(n))).isoformat() for n in numbers]
    return pd.Series(texts, index=day.index, dtype="str")
