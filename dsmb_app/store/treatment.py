"""Who was treated, from when to when: safety flag, first and last dose (definitions, sections 0 and 10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.snapshot.iso_dates import Dates
from dsmb_app.snapshot.source import Dataset, number, text

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Doses:
    """Dosing records of EX that count, one row each.

    ``frame`` columns: ``row`` (0-based row of EX), ``USUBJID``, ``start``, ``end`` (days since 1970-01-01; end is
    NaN where blank), ``minute`` (of the start, NaN unknown). The other fields count records: set aside for want of
    an amount, for an amount of 0 of no placebo, for a start after the cut-off; and kept although undated, or
    although they end before they start (they then end on the day of their start).
    """

    frame: pd.DataFrame
    no_amount: int
    zero_amount: int
    after_cutoff: int
    undated: int
    reversed_: int


def valid_doses(ex: Dataset, starts: Dates, ends: Floats, reference: Floats, cutoff: float) -> Doses:
    """Keep the EX records that are doses: amount above 0, or 0 of a placebo (EXTRT contains PLACEBO).

    Where no record has an amount every record counts as a dose. Records of doses not given (EXOCCUR = N) or starting
    after the cut-off are set aside. A record without any start takes its subject's ``reference`` day (one per EX
    row, days since 1970-01-01): it was a dose, and dropping it would drop a treated patient.
    """
    amount, placebo = _amount(ex), text(ex, "EXTRT").str.upper().str.contains("PLACEBO", regex=False).to_numpy()
    occurred = (text(ex, "EXOCCUR") != "N").to_numpy() if "EXOCCUR" in ex.frame else np.full(len(amount), True)
    stated = bool(np.isfinite(amount).any())
    given = occurred & ((amount > 0) | ((amount == 0) & placebo) | (not stated))
    undated = given & np.isnan(starts.lo)
    start = np.where(undated, reference, starts.lo)
    late = given & (start > cutoff)
    kept = np.flatnonzero(given & ~late & np.isfinite(start))
    frame = pd.DataFrame(
        {
            "row": kept,
            "USUBJID": text(ex, "USUBJID").to_numpy()[kept],
            "start": start[kept],
            "end": np.maximum(ends[kept], start[kept]),
            "minute": starts.minute[kept],
        }
    )
    return Doses(
        frame,
        no_amount=int((occurred & np.isnan(amount)).sum()) if stated else 0,
        zero_amount=int((occurred & (amount == 0) & ~placebo).sum()),
        after_cutoff=int(late.sum()),
        undated=int(undated.sum()),
        reversed_=int((given & (ends < start)).sum()),
    )


def _amount(ex: Dataset) -> Floats:
    if "EXDOSE" not in ex.frame:
        return np.full(len(ex.frame), np.nan)
    return np.asarray(number(ex, "EXDOSE"), dtype=float)


@dataclass(frozen=True)
class Treatment:
    """First and last dose by subject, aligned with DM rows (days since 1970-01-01, NaN untreated).

    ``first_minute``: minute of the day of the first dose (NaN unknown). ``runs_on``: the last record has no end, so
    ``last`` comes from RFENDTC or the cut-off.
    """

    first: Floats
    first_minute: Floats
    last: Floats
    runs_on: npt.NDArray[np.bool_]


def treatment(subjects: pd.Series, doses: Doses, rfendtc: Floats, cutoff: float) -> Treatment:
    """Find TRTSDT (first start) and TRTEDT (last end).

    A record without an end ends on its start; only a subject's LAST record without one runs on to min(RFENDTC,
    cut-off), never before its start. An end after the cut-off is the cut-off.
    """
    frame = doses.frame.sort_values(["USUBJID", "start", "row"], kind="stable")
    is_last = ~frame["USUBJID"].duplicated(keep="last").to_numpy()
    open_end = frame["end"].isna().to_numpy()
    reference = frame["USUBJID"].map(dict(zip(subjects, rfendtc, strict=True))).to_numpy(dtype=float)
    start = frame["start"].to_numpy(dtype=float)
    runs_on = np.fmax(np.fmin(reference, cutoff), start)
    end = np.where(open_end, np.where(is_last, runs_on, start), np.fmin(frame["end"].to_numpy(dtype=float), cutoff))
    frame = frame.assign(end=end)
    by = frame.groupby("USUBJID", sort=False)
    first, last = by["start"].min(), by["end"].max()
    opened = frame.loc[is_last & open_end, "USUBJID"]
    first_rows = frame.loc[~frame["USUBJID"].duplicated()].set_index("USUBJID")
    return Treatment(
        first=_by_subject(subjects, first),
        first_minute=_by_subject(subjects, first_rows["minute"]),
        last=_by_subject(subjects, last),
        runs_on=subjects.isin(opened).to_numpy(),
    )


def _by_subject(subjects: pd.Series, values: pd.Series) -> Floats:
    return np.asarray(values.reindex(subjects).to_numpy(dtype=float))
