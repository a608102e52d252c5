"""Read a folder of XPT or CSV files into lists of dicts of text, and ISO 8601 dates into what they can mean."""

from __future__ import annotations

import csv
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Record = dict[str, str]
Data = dict[str, list[Record]]


def read_folder(folder: Path) -> Data:
    """Return every dataset of a folder by upper-case name; every value is stripped text, missing is empty."""
    data: Data = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() == ".xpt":
            data[file.stem.upper()] = _read_xpt(file)
        elif file.suffix.lower() == ".csv":
            with file.open(encoding="utf-8", newline="") as lines:
                data[file.stem.upper()] = [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(lines)]
    return data


def _read_xpt(file: Path) -> list[Record]:
    import pyreadstat

    columns, _ = pyreadstat.read_xport(str(file), output_format="dict", disable_datetime_conversion=True)
    names = list(columns)
    return [
        {name: _text(value) for name, value in zip(names, values, strict=True)}
        for values in zip(*columns.values(), strict=True)
    ]


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return repr(int(value)) if value == int(value) else repr(value)
    return str(value).strip()


@dataclass(frozen=True)
class Span:
    """The days that a date can mean, both ends included."""

    earliest: date
    latest: date

    @property
    def is_whole(self) -> bool:
        """Tell whether the date names one day."""
        return self.earliest == self.latest


def span(text: str) -> Span | None:
    """Return the days that an ISO 8601 text can mean, or None where it does not even name a year."""
    found = re.match(r"^(\d{4})(?:-(\d{2})(?:-(\d{2})(?!\d))?)?", text.strip())
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if not month:
        return Span(date(year, 1, 1), date(year, 12, 31))
    if not day:
        return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return Span(date(year, month, day), date(year, month, day))


def whole(text: str) -> date | None:
    """Return the day of a whole date, else None."""
    found = span(text)
    return found.earliest if found and found.is_whole else None


def latest(text: str, *bounds: date | None) -> date | None:
    """Return the last day that a text can mean, brought down to bounds that lie within what it says."""
    found = span(text)
    if found is None or found.is_whole:
        return found.latest if found else None
    return max(found.earliest, min([found.latest, *(day for day in bounds if day)]))


def minute(text: str) -> int | None:
    """Return the minute of the day of a date-time, or None where hour or minute is not given."""
    found = re.search(r"T(\d{2}):(\d{2})", text)
    return 60 * int(found[1]) + int(found[2]) if found else None


def study_day(day: date, reference: date) -> int:
    """Return the study day: the reference is day 1, the day before it is day -1, there is no day 0."""
    gap = (day - reference).days
    return gap + 1 if gap >= 0 else gap


def days_between(first: date, last: date) -> int:
    """Return the days from first to last, both included."""
    return (last - first).days + 1


def later(day: date, days: int) -> date:
    """Return the day so many days later."""
    return day + timedelta(days=days)
