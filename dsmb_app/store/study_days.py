"""Dates of every dataset as study days: intervals lo..hi, precision, and side of the first dose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.days import from_offset
from dsmb_app.snapshot import iso_dates
from dsmb_app.snapshot.columns import Kind, Policy
from dsmb_app.snapshot.iso_dates import Dates
from dsmb_app.snapshot.source import Dataset, Source, number, text

Floats = npt.NDArray[np.float64]
DateColumns = Mapping[tuple[str, str], Dates]
Count = Callable[[str, int], None]


def read_dates(source: Source, policy: Policy, count: Count) -> DateColumns:
    """Read every date column of the allow-list; a blank date is taken from the delivered study day if there is one.

    ``count(rule, n)`` is told how many texts were no date and how many days came from --DY.
    """
    dates: dict[tuple[str, str], Dates] = {}
    for name, rules in policy.datasets.items():
        if name not in source.datasets:
            continue
        dataset = source.datasets[name]
        for column in rules.of_kind(Kind.DATE):
            if column in dataset.frame:
                dates[name, column] = iso_dates.parse(text(dataset, column))
                count(f"{name}.{column} texts that are no ISO 8601 date", int((~dates[name, column].readable).sum()))
    for name, column in _with_study_day(source, policy):
        dates[name, column] = _filled(source, dates, name, column, count)
    return dates


def column_or_nan(dates: DateColumns, name: str, column: str, side: str, rows: int) -> Floats:
    """Return ``lo`` or ``hi`` of a date column, NaN throughout where it was not delivered."""
    found = dates.get((name, column))
    return np.full(rows, np.nan) if found is None else np.asarray(getattr(found, side))


def _with_study_day(source: Source, policy: Policy) -> list[tuple[str, str]]:
    """List the date columns that have a delivered study day (AESTDTC has AESTDY) to fall back on."""
    return [
        (name, column)
        for name, rules in policy.datasets.items()
        if name in source.datasets and rules.day_columns
        for column in rules.of_kind(Kind.DATE)
        if _study_day_of(column) in source.datasets[name].frame
    ]


def _study_day_of(column: str) -> str:
    return column.removesuffix("DTC") + "DY"


def _filled(source: Source, dates: DateColumns, name: str, column: str, count: Count) -> Dates:
    """Fill a blank date from the delivered study day, which SDTM counts from RFSTDTC."""
    dataset, dm = source.datasets[name], source.datasets["DM"]
    day = number(dataset, _study_day_of(column)).to_numpy(dtype=float)
    known = dates.get((name, column)) or nothing(len(day))
    reference = column_or_nan(dates, "DM", "RFSTDTC", "lo", len(dm.frame))
    place = pd.Index(text(dm, "USUBJID")).get_indexer(pd.Index(text(dataset, "USUBJID")))
    blank = (text(dataset, column) == "").to_numpy() if column in dataset.frame else np.full(len(day), True)
    filled = reference[place] + np.where(day > 0, day - 1, day)
    fill = blank & np.isfinite(filled) & (day != 0)
    count(f"{name}.{column} blank, taken from {_study_day_of(column)}", int(fill.sum()))
    return Dates(
        np.where(fill, filled, known.lo),
        np.where(fill, filled, known.hi),
        np.where(fill, "D", known.precision).astype(object),
        known.minute,
        known.readable,
    )


def nothing(rows: int) -> Dates:
    """Return the dates of a column that was not delivered."""
    blank = np.full(rows, np.nan)
    return Dates(blank, blank, np.full(rows, "", dtype=object), blank, np.full(rows, True))


@dataclass(frozen=True)
class Clock:
    """Day 1 of each subject, in the order of DM.

    ``place``: index of the subjects; ``anchor``: the day that is day 1 (first dose, untreated RFSTDTC); ``first_dose``
    and ``first_minute``: when the first dose was given (NaN unknown); ``cutoff``: last day of the data.
    """

    place: pd.Index
    anchor: Floats
    first_dose: Floats
    first_minute: Floats
    cutoff: float


def day_columns(dataset: Dataset, policy: Policy, dates: DateColumns, clock: Clock) -> pd.DataFrame:
    """Return for each date column X--DTC: X--DY_LO, X--DY_HI (study days), X--DY_P (precision), X--DY_T.

    X--DY_T is "before" or "after" where the day is that of the first dose and both times are known. CUTFL is "Y"
    where the first date column lies wholly after the cut-off.
    """
    rows = clock.place.get_indexer(pd.Index(text(dataset, "USUBJID")))
    columns: dict[str, object] = {"CUTFL": np.full(len(rows), "", dtype=object)}
    for nth, column in enumerate(policy.datasets[dataset.name].of_kind(Kind.DATE)):
        found = dates.get((dataset.name, column)) or nothing(len(rows))
        stem = _study_day_of(column)
        columns[f"{stem}_LO"] = from_offset(found.lo - clock.anchor[rows])
        columns[f"{stem}_HI"] = from_offset(found.hi - clock.anchor[rows])
        columns[f"{stem}_P"] = found.precision
        columns[f"{stem}_T"] = _side_of_dose(found, clock, rows)
        if nth == 0:
            columns["CUTFL"] = np.where(found.lo > clock.cutoff, "Y", "").astype(object)
    return pd.DataFrame(columns, index=dataset.frame.index)


def _side_of_dose(found: Dates, clock: Clock, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.object_]:
    same_day = found.complete & (found.lo == clock.first_dose[rows])
    dose = clock.first_minute[rows]
    known = same_day & np.isfinite(found.minute) & np.isfinite(dose)
    return np.where(known, np.where(found.minute < dose, "before", "after"), "").astype(object)
