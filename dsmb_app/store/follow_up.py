"""How long each subject was watched: end of study, death, end of the on-study period (definitions, decision 10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.snapshot.adam_made import Made
from dsmb_app.snapshot.source import Dataset, Source, text
from dsmb_app.store.study_days import Count, DateColumns, column_or_nan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_BY_RECORD = "last record"
_MILESTONES = ("INFORMED CONSENT", "RANDOMI", "ENROLL", "ENTERED", "ELIGIB")


@dataclass(frozen=True)
class FollowUp:
    """By DM row, days since 1970-01-01 (NaN unknown): end of study and its rule, its reason, death; ``contact``: the
    last record of any dataset that is not after the cut-off."""

    end_of_study: Floats
    rule: npt.NDArray[np.object_]
    reason: npt.NDArray[np.object_]
    death: Floats
    contact: Floats

    def silent(self, cutoff: float) -> Floats:
        """Return the days from the last contact to the cut-off, in whole weeks; NaN for who had ended or died by then.

        Whole weeks, because to the day they would tell the date of the first dose, which is sealed.
        """
        ended = (self.rule != _BY_RECORD) & (self.end_of_study <= cutoff)
        return np.where(ended | (self.death <= cutoff), np.nan, 7.0 * np.floor((cutoff - self.contact) / 7.0))

    def end_on_study(self, first_dose: Floats, cutoff: float) -> Floats:
        """Return the last day on study: min(end of study, death, cut-off), and not before the first dose."""
        on_study = np.fmin(np.fmin(self.end_of_study, self.death), cutoff)
        return np.where(np.isnan(first_dose), on_study, np.fmax(on_study, first_dose))


def follow_up(
    source: Source, dates: DateColumns, subjects: pd.Series, cutoff: float, count: Count, alive: Floats | None = None
) -> FollowUp:
    """End of study = RFPENDTC, else the last disposition event of DS, else the last record of any dataset.

    ``alive``: the day each subject was last known alive, where the delivery says so; it counts like a record. An event
    after the cut-off says that the subject was still there, so it counts for the day, but its reason was not known at
    the cut-off and is left out. Nor does the end of treatment alone end the study, where DS tells the two apart.
    """
    events = _disposition(source, dates, count)
    last_day = events[~events["of_treatment"]].groupby("USUBJID")["day"].max()
    by_ds = last_day.reindex(subjects).to_numpy(dtype=float)
    planned = column_or_nan(dates, "DM", "RFPENDTC", "hi", len(subjects))
    by_any = _last_record(source, dates, subjects)
    by_any = by_any if alive is None else np.fmax(by_any, alive)
    choices = [np.isfinite(planned), np.isfinite(by_ds), np.isfinite(by_any)]
    reasons = events[~(events["first_day"] > cutoff)].groupby("USUBJID").tail(1).set_index("USUBJID")["DSDECOD"]
    return FollowUp(
        end_of_study=np.select(choices, [planned, by_ds, by_any], np.nan),
        rule=np.select(choices, ["RFPENDTC", ends_by(source), _BY_RECORD], "").astype(object),
        reason=reasons.reindex(subjects).astype(object).fillna("").to_numpy(dtype=object),
        death=_death(events, dates, subjects),
        contact=_last_contact(source, dates, subjects, cutoff, alive),
    )


def ends_by(source: Source) -> str:
    """Name what tells of disposition: DS, or the column of ADSL that stands in for its date."""
    ds = source.datasets.get("DS")
    return ", ".join(ds.origins["DSSTDTC"][:1]) if isinstance(ds, Made) else "DS"


def _disposition(source: Source, dates: DateColumns, count: Count) -> pd.DataFrame:
    """Return the disposition events of DS in order of day: USUBJID, DSDECOD (upper case), day (last possible),
    first_day (first possible), of_treatment (the end of treatment alone)."""
    ds = source.datasets.get("DS")
    if ds is None:
        empty = {"USUBJID": [], "DSDECOD": [], "day": np.zeros(0), "first_day": np.zeros(0)}
        return pd.DataFrame({**empty, "of_treatment": np.zeros(0, dtype=bool)})
    decod, category = _words(ds, "DSDECOD"), _words(ds, "DSCAT")
    is_event = (category == "DISPOSITION EVENT").to_numpy()
    if not is_event.any():
        is_event = ~decod.str.startswith(_MILESTONES).to_numpy()
    day = column_or_nan(dates, "DS", "DSSTDTC", "hi", len(ds.frame))
    first_day = column_or_nan(dates, "DS", "DSSTDTC", "lo", len(ds.frame))
    before = is_event & _completed_before(ds, decod, day < _first_dosing(source, dates, text(ds, "USUBJID")))
    of_treatment = is_event & ~before & _of_treatment(ds, decod)
    count("disposition events that complete screening, not the end of the study", int(before.sum()))
    count("disposition events of the treatment alone, not the end of the study", int(of_treatment.sum()))
    frame = pd.DataFrame({"USUBJID": text(ds, "USUBJID"), "DSDECOD": decod, "day": day, "first_day": first_day,
                          "of_treatment": of_treatment})  # fmt: skip
    return frame[is_event & ~before].sort_values("day", kind="stable", na_position="first")


def _words(ds: Dataset, column: str) -> pd.Series:
    """Return a column in upper case without outer blanks, blank where it is not delivered."""
    if column not in ds.frame:
        return pd.Series("", ds.frame.index, dtype="str")
    return text(ds, column).str.strip().str.upper()


def _completed_before(ds: Dataset, decod: pd.Series, before_dosing: Bools) -> Bools:
    """Tell which records complete a part of the study before treatment: nobody's study ends by that.

    By EPOCH, or by their day, which lies before the subject's first record of EX.
    """
    screening = _words(ds, "EPOCH").str.contains(r"SCREEN|RUN-?IN", regex=True).to_numpy()
    return np.asarray((decod == "COMPLETED").to_numpy() & (screening | before_dosing), dtype=bool)


def _of_treatment(ds: Dataset, decod: pd.Series) -> Bools:
    """Tell which records end the treatment alone: by DSSCAT, where some of it are of the participation in the study;
    and those that complete the epoch of treatment, where the study has one of follow-up."""
    kind, epoch = _words(ds, "DSSCAT"), _words(ds, "EPOCH")
    stopped = (kind == "STUDY TREATMENT") & bool((kind == "STUDY PARTICIPATION").any())
    completed = epoch.str.contains("TREATMENT", regex=False) & (decod == "COMPLETED")
    follows = bool(epoch.str.contains(r"FOLLOW", regex=False).any())
    done = completed & ~epoch.str.contains("FOLLOW", regex=False) & (kind != "STUDY PARTICIPATION") & follows
    return np.asarray(stopped | done, dtype=bool)


def _first_dosing(source: Source, dates: DateColumns, ids: pd.Series) -> Floats:
    """Return the first day of any record of EX of each subject in ``ids``, NaN for none."""
    ex = source.datasets["EX"]
    starts = pd.Series(column_or_nan(dates, "EX", "EXSTDTC", "lo", len(ex.frame)), ex.frame.index)
    return np.asarray(starts.groupby(text(ex, "USUBJID")).min().reindex(ids).to_numpy(dtype=float))


def _last_contact(
    source: Source, dates: DateColumns, subjects: pd.Series, cutoff: float, alive: Floats | None
) -> Floats:
    by_record = _last_record(source, dates, subjects, cutoff)
    return by_record if alive is None else np.fmax(by_record, np.where(alive <= cutoff, alive, np.nan))


def _last_record(source: Source, dates: DateColumns, subjects: pd.Series, until: float = np.inf) -> Floats:
    """Return the last day of any dataset that is not after ``until``."""
    last = np.full(len(subjects), np.nan)
    place = pd.Index(subjects)
    for (name, _), column in dates.items():
        if name == "DM":
            continue
        rows = place.get_indexer(pd.Index(text(source.datasets[name], "USUBJID")))
        known = np.isfinite(column.lo) & (column.lo <= until)
        np.fmax.at(last, rows[known], column.lo[known])
    return last


def _death(events: pd.DataFrame, dates: DateColumns, subjects: pd.Series) -> Floats:
    in_dm = column_or_nan(dates, "DM", "DTHDTC", "hi", len(subjects))
    deaths = events[events["DSDECOD"] == "DEATH"].groupby("USUBJID")["day"].min()
    return np.where(np.isfinite(in_dm), in_dm, deaths.reindex(subjects).to_numpy(dtype=float))
