"""Who was treated, from when to when: safety flag, first and last dose (definitions, sections 0 and 10)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.snapshot.adam import NO, UNSAID, YES, Analysis
from dsmb_app.snapshot.iso_dates import Dates, parse
from dsmb_app.snapshot.source import Dataset, number, text
from dsmb_app.store.study_days import Count

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Doses:
    """Dosing records of EX that count, one row each, and how many needed a rule.

    ``frame`` columns: ``row`` (0-based row of EX), ``USUBJID``, ``start`` (first possible day, NaN undated),
    ``complete`` (whether that day is known), ``end`` (last possible day, NaN blank), ``end_partial``, ``minute`` (of
    the start, NaN unknown); days since 1970-01-01. ``counts``: rule in words -> number of records.
    """

    frame: pd.DataFrame
    counts: dict[str, int]


def valid_doses(ex: Dataset, starts: Dates, ends: Dates, cutoff: float) -> Doses:
    """Keep the EX records that are doses: amount above 0, or 0 of a placebo (EXTRT contains PLACEBO).

    Where no record of the delivery has an amount every record counts as a dose. Records of doses not given
    (EXOCCUR = N) and those that start after the cut-off are set aside.
    """
    amount, placebo = _amount(ex), text(ex, "EXTRT").str.upper().str.contains("PLACEBO", regex=False).to_numpy()
    occurred = (
        (text(ex, "EXOCCUR").str.strip().str.upper() != "N").to_numpy()
        if "EXOCCUR" in ex.frame
        else np.full(len(amount), True)
    )
    stated = bool(np.isfinite(amount).any())
    given = occurred & ((amount > 0) | ((amount == 0) & placebo) | (not stated))
    late = given & (starts.lo > cutoff)
    kept = np.flatnonzero(given & ~late)
    frame = pd.DataFrame(
        {
            "row": kept,
            "USUBJID": text(ex, "USUBJID").to_numpy()[kept],
            "start": starts.lo[kept],
            "complete": starts.complete[kept],
            "end": ends.hi[kept],
            "end_partial": ~ends.complete[kept],
            "minute": starts.minute[kept],
        }
    )
    counted = {
        "dosing records without an amount, not counted as doses": occurred & np.isnan(amount) & stated,
        "dosing records counted although the delivery states no amount at all": given & (not stated),
        "dosing records of amount 0 that are not placebo, not counted as doses": occurred & (amount == 0) & ~placebo,
        "dosing records that start after the cut-off, set aside": late,
        "dosing records with a partial start date": given & ~late & ~starts.complete & np.isfinite(starts.lo),
        "dosing records without a start date": given & np.isnan(starts.lo),
        "dosing records that end before they start, taken to end on that day": given & ~late & (ends.hi < starts.lo),
    }
    return Doses(frame, {rule: int(np.sum(records)) for rule, records in counted.items()})


def _amount(ex: Dataset) -> Floats:
    if "EXDOSE" not in ex.frame:
        return np.full(len(ex.frame), np.nan)
    return np.asarray(number(ex, "EXDOSE"), dtype=float)


@dataclass(frozen=True)
class Treatment:
    """First and last dose by subject, aligned with DM rows (days since 1970-01-01, NaN untreated or unknown).

    ``treated``: had any dose, dated or not. ``first_minute``: minute of the day of the first dose (NaN unknown).
    ``runs_on``: the last record has no end, so ``last`` comes from RFENDTC or the cut-off. ``records``: the dosing
    records with ``start`` and ``end`` as used. ``by_adsl``: no dose that counts, so first and last are those of ADSL.
    """

    treated: npt.NDArray[np.bool_]
    first: Floats
    first_minute: Floats
    last: Floats
    runs_on: npt.NDArray[np.bool_]
    records: pd.DataFrame
    by_adsl: npt.NDArray[np.bool_]


def as_analysed(found: Treatment, analysis: Analysis, cutoff: float, count: Count) -> Treatment:
    """Let ADSL.SAFFL decide who is in the safety population, and count where ADSL and the doses disagree.

    A subject that ADSL does not hold is in it with a dose. One whom the flag has and who has no dose that counts takes
    TRTSDT and TRTEDT of ADSL. For all others the doses decide when treatment began and ended.
    """
    first, last = (_days(dates, cutoff, len(found.first)) for dates in (analysis.first, analysis.last))
    treated = found.treated
    if analysis.safety is not None:
        said, dosed, name = analysis.safety.to_numpy(dtype=object), found.treated, analysis.names["safety"]
        treated = np.where(said == UNSAID, dosed, said == YES)
        count(f"safety population: {name}", int((said == YES).sum()))
        count(f"safety population: subjects with {name} = Y and no dose in EX", int((~dosed & (said == YES)).sum()))
        count(
            f"safety population: subjects with a dose in EX whom {name} leaves out", int((dosed & (said == NO)).sum())
        )
        count("safety population: dosed subjects who are not in ADSL", int((dosed & (said == UNSAID)).sum()))
    fill = treated & ~found.treated & np.isfinite(first)
    count("dosing: subjects whose first dose in EX is not ADSL.TRTSDT", _differ(found.first, first))
    count("dosing: subjects whose last dose in EX is not ADSL.TRTEDT", _differ(found.last, last))
    return replace(
        found,
        treated=treated,
        first=np.where(fill, first, found.first),
        last=np.where(fill, np.fmax(first, np.where(np.isnan(last), cutoff, last)), found.last),
        by_adsl=fill,
    )


def _days(dates: pd.Series | None, cutoff: float, rows: int) -> Floats:
    """Return ISO 8601 texts as days, none after the cut-off; NaN for none."""
    return np.full(rows, np.nan) if dates is None else np.minimum(parse(dates).lo, cutoff)


def _differ(one: Floats, other: Floats) -> int:
    return int((np.isfinite(one) & np.isfinite(other) & (one != other)).sum())


def treatment(
    subjects: pd.Series, doses: Doses, *, reference: Floats, rfendtc: Floats, partial_cap: Floats, cutoff: float
) -> Treatment:
    """Find TRTSDT (first start) and TRTEDT (last end).

    The first dose is the first COMPLETE start; only a subject without one takes its first partial start (first
    possible day), and without any date its ``reference`` day. A record without an end ends on its start; only a
    subject's LAST record without one runs on to min(RFENDTC, cut-off). No end lies before its start or after the
    cut-off, a partial one not after ``partial_cap`` (death or end of study) either. Arrays: one value per subject.
    """
    frame = doses.frame.assign(place=pd.Index(subjects).get_indexer(pd.Index(doses.frame["USUBJID"])))
    place = frame["place"].to_numpy()
    first = _first_dose(frame, reference)
    start = np.fmax(frame["start"].to_numpy(dtype=float), first[place])
    frame = frame.assign(start=start).sort_values(["USUBJID", "start", "row"], kind="stable")
    place, start, end = (frame[name].to_numpy() for name in ("place", "start", "end"))
    is_last = ~frame["USUBJID"].duplicated(keep="last").to_numpy()
    open_end = np.isnan(end)
    cap = np.where(frame["end_partial"] & ~open_end, np.fmin(partial_cap[place], cutoff), cutoff)
    stated = np.fmin(end, cap)
    runs_on = np.fmin(rfendtc[place], cutoff)
    used = np.fmax(np.where(open_end, np.where(is_last, runs_on, start), stated), start)
    frame = frame.assign(end=used)
    minute = frame.loc[frame["complete"].to_numpy() & (start == first[place])].groupby("USUBJID")["minute"].min()
    return Treatment(
        treated=subjects.isin(frame["USUBJID"]).to_numpy(),
        first=first,
        first_minute=_by_subject(subjects, minute),
        last=_by_subject(subjects, frame.groupby("USUBJID")["end"].max()),
        runs_on=subjects.isin(frame.loc[is_last & open_end, "USUBJID"]).to_numpy(),
        records=frame,
        by_adsl=np.zeros(len(subjects), dtype=bool),
    )


def _first_dose(frame: pd.DataFrame, reference: Floats) -> Floats:
    """Return each subject's first complete start, else its first partial one, else its reference day."""
    best = np.full(len(reference), np.nan)
    start, complete, place = (frame[name].to_numpy() for name in ("start", "complete", "place"))
    for rows in (complete, ~complete & np.isfinite(start)):
        found = np.full(len(reference), np.nan)
        np.fmin.at(found, place[rows], start[rows])
        best = np.where(np.isnan(best), found, best)
    undated = np.zeros(len(reference), dtype=bool)
    undated[place] = True
    return np.where(np.isnan(best) & undated, reference, best)


def _by_subject(subjects: pd.Series, values: pd.Series) -> Floats:
    return np.asarray(values.reindex(subjects).to_numpy(dtype=float))
