"""How long each subject was watched: end of study, death, end of the on-study period (definitions, decision 10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.snapshot.source import Dataset, Source, text
from dsmb_app.store.study_days import DateColumns, column_or_nan

Floats = npt.NDArray[np.float64]

_MILESTONES = ("INFORMED CONSENT", "RANDOMI", "ENROLL", "ENTERED", "ELIGIB")


@dataclass(frozen=True)
class FollowUp:
    """By DM row, days since 1970-01-01 (NaN unknown): end of study and its rule, its reason, death, end on study."""

    end_of_study: Floats
    rule: npt.NDArray[np.object_]
    reason: npt.NDArray[np.object_]
    death: Floats
    end_on_study: Floats


def follow_up(source: Source, dates: DateColumns, subjects: pd.Series, first_dose: Floats, cutoff: float) -> FollowUp:
    """End of study = RFPENDTC, else the last disposition event of DS, else the last record of any dataset.

    The on-study period ends at min(end of study, death, cut-off), and not before the first dose.
    """
    events = _disposition(source.datasets.get("DS"), dates)
    events = events[~(events["day"] > cutoff)]
    last_event = events.groupby("USUBJID", sort=False).tail(1).set_index("USUBJID")
    by_ds = last_event["day"].reindex(subjects).to_numpy(dtype=float)
    planned = column_or_nan(dates, "DM", "RFPENDTC", "hi", len(subjects))
    by_any = _last_record(source, dates, subjects)
    choices = [np.isfinite(planned), np.isfinite(by_ds), np.isfinite(by_any)]
    end = np.select(choices, [planned, by_ds, by_any], np.nan)
    rule = np.select(choices, ["RFPENDTC", "DS", "last record"], "").astype(object)
    death = _death(events, dates, subjects)
    on_study = np.fmin(np.fmin(end, death), cutoff)
    return FollowUp(
        end_of_study=end,
        rule=rule,
        reason=last_event["DSDECOD"].reindex(subjects).astype(object).fillna("").to_numpy(dtype=object),
        death=death,
        end_on_study=np.where(np.isnan(first_dose), on_study, np.fmax(on_study, first_dose)),
    )


def _disposition(ds: Dataset | None, dates: DateColumns) -> pd.DataFrame:
    """Return the disposition events of DS in order of day: columns USUBJID, DSDECOD (upper case), day."""
    if ds is None:
        return pd.DataFrame({"USUBJID": [], "DSDECOD": [], "day": np.array([], dtype=float)})
    decod = text(ds, "DSDECOD").str.upper()
    if "DSCAT" in ds.frame and (text(ds, "DSCAT").str.upper() == "DISPOSITION EVENT").any():
        is_event = (text(ds, "DSCAT").str.upper() == "DISPOSITION EVENT").to_numpy()
    else:
        is_event = ~decod.str.startswith(_MILESTONES).to_numpy()
    day = column_or_nan(dates, "DS", "DSSTDTC", "hi", len(ds.frame))
    frame = pd.DataFrame({"USUBJID": text(ds, "USUBJID"), "DSDECOD": decod, "day": day})[is_event]
    return frame.sort_values("day", kind="stable", na_position="first")


def _last_record(source: Source, dates: DateColumns, subjects: pd.Series) -> Floats:
    last = np.full(len(subjects), np.nan)
    place = pd.Index(subjects)
    for (name, _), column in dates.items():
        if name == "DM":
            continue
        rows = place.get_indexer(pd.Index(text(source.datasets[name], "USUBJID")))
        known = np.isfinite(column.lo)
        np.fmax.at(last, rows[known], column.lo[known])
    return last


def _death(events: pd.DataFrame, dates: DateColumns, subjects: pd.Series) -> Floats:
    in_dm = column_or_nan(dates, "DM", "DTHDTC", "hi", len(subjects))
    deaths = events[events["DSDECOD"] == "DEATH"].groupby("USUBJID")["day"].min()
    return np.where(np.isfinite(in_dm), in_dm, deaths.reindex(subjects).to_numpy(dtype=float))
