"""What no choice can change, derived once at lock: days, flags, follow-up. Done before any arm is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.days import from_offset
from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import Study
from dsmb_app.snapshot import iso_dates
from dsmb_app.snapshot.arms import Arms
from dsmb_app.snapshot.columns import Policy
from dsmb_app.snapshot.source import Dataset, Source, text
from dsmb_app.store.follow_up import FollowUp, follow_up
from dsmb_app.store.labs import lab_columns
from dsmb_app.store.study_days import Clock, Count, DateColumns, column_or_nan, day_columns, nothing, read_dates
from dsmb_app.store.treatment import Treatment, treatment, valid_doses

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Derived:
    """All that is derived before sealing.

    ``subjects``: one row per DM row, in its order. ``days``: by dataset, the columns to add, aligned with its rows.
    ``doses``: dosing records with study days. ``counts``: how often each rule had to be used, in words.
    """

    subjects: pd.DataFrame
    days: Mapping[str, pd.DataFrame]
    doses: pd.DataFrame
    counts: Mapping[str, int]


def derive(source: Source, study: Study, policy: Policy, arms: Arms) -> Derived:
    """Derive first and last dose, follow-up, and every record's study days from a checked source."""
    counts: dict[str, int] = {}

    def count(rule: str, n: int) -> None:
        if n:
            counts[rule] = counts.get(rule, 0) + n

    cutoff = iso_dates.day_number(study.study.cutoff)
    dates = read_dates(source, policy, count)
    ids = text(source.datasets["DM"], "USUBJID")
    watched = follow_up(source, dates, ids, cutoff)
    dosed = _treatment(source, dates, ids, watched, cutoff, count)
    start = column_or_nan(dates, "DM", "RFSTDTC", "lo", len(ids))
    anchor = np.where(np.isnan(dosed.first), start, dosed.first)
    clock = Clock(pd.Index(ids), anchor, dosed.first, dosed.first_minute, cutoff)
    days = {
        name: day_columns(source.datasets[name], policy, dates, clock)
        for name, rules in policy.datasets.items()
        if name in source.datasets and rules.day_columns and not name.startswith("SUPP")
    }
    if "LB" in days:
        lb, minutes = source.datasets["LB"], _minutes(dates, len(days["LB"]))
        days["LB"] = pd.concat([days["LB"], lab_columns(lb, days["LB"], minutes, study.lab, count)], axis=1)
    days["AE"]["EMFLAG"] = _emergent_flag(source, study.emergent.flag)
    randomised = (arms.planned != "").to_numpy(dtype=bool)
    end = from_offset(watched.end_on_study(dosed.first, cutoff) - anchor)
    subjects = _subjects(source.datasets["DM"], dates, anchor, randomised, dosed, watched).assign(ENDSTDY=end)
    return Derived(subjects, days, _dose_days(dosed.records, clock), counts)


def _minutes(dates: DateColumns, rows: int) -> Floats:
    found = dates.get(("LB", "LBDTC"))
    return np.full(rows, np.nan) if found is None else found.minute


def _treatment(
    source: Source, dates: DateColumns, ids: pd.Series, watched: FollowUp, cutoff: float, count: Count
) -> Treatment:
    ex, rows = source.datasets["EX"], len(ids)
    doses = valid_doses(ex, dates["EX", "EXSTDTC"], dates.get(("EX", "EXENDTC")) or nothing(len(ex.frame)), cutoff)
    for rule, n in doses.counts.items():
        count(rule, n)
    first_known = column_or_nan(dates, "DM", "RFXSTDTC", "lo", rows)
    start = column_or_nan(dates, "DM", "RFSTDTC", "lo", rows)
    found = treatment(
        ids,
        doses,
        reference=np.where(np.isnan(first_known), start, first_known),
        rfendtc=column_or_nan(dates, "DM", "RFENDTC", "hi", rows),
        partial_cap=np.fmin(watched.end_of_study, watched.death),
        cutoff=cutoff,
    )
    count("subjects whose last dose has no end date (RFENDTC or cut-off used)", int(found.runs_on.sum()))
    undated = ~ids.isin(doses.frame.loc[doses.frame["complete"], "USUBJID"]).to_numpy() & found.treated
    count(
        "dosed subjects without a complete first dose date (partial one, RFXSTDTC or RFSTDTC used)", int(undated.sum())
    )
    return found


def _emergent_flag(source: Source, flag: str) -> pd.Series:
    """Return the source's own emergent flag for each AE record ("" where it has none).

    ``flag``: "AE.COLUMN", or "SUPPAE.QNAM", matched on USUBJID and AESEQ. Raises Refusal when it is not delivered.
    """
    ae = source.datasets["AE"]
    if not flag:
        return pd.Series("", ae.frame.index, dtype="str")
    name, column = flag.split(".")
    if name == "AE" and column in ae.frame:
        return text(ae, column)
    supp = source.datasets.get(name)
    delivered = supp is not None and name.startswith("SUPP") and bool((text(supp, "QNAM") == column).any())
    if supp is None or not delivered or "AESEQ" not in ae.frame:
        raise Refusal(
            "EMERGENT-FLAG",
            f"emergent.flag names {flag}, which is not in the delivery (a SUPPAE flag needs AESEQ in AE too).",
            "Correct it, or leave it empty to derive emergence from the dates.",
        )
    rows = supp.frame[(text(supp, "QNAM") == column).to_numpy()]
    keys = rows["USUBJID"] + "\t" + pd.to_numeric(rows["IDVARVAL"], errors="coerce").astype(str)
    values = dict(zip(keys, rows["QVAL"].str.strip(), strict=True))
    own = text(ae, "USUBJID") + "\t" + pd.to_numeric(ae.frame["AESEQ"], errors="coerce").astype(float).astype(str)
    return own.map(values).astype(object).fillna("").astype("str")


def _subjects(
    dm: Dataset,
    dates: DateColumns,
    anchor: Floats,
    randomised: npt.NDArray[np.bool_],
    dosed: Treatment,
    watched: FollowUp,
) -> pd.DataFrame:
    rows = len(dm.frame)
    treated = dosed.treated
    consent = column_or_nan(dates, "DM", "RFICDTC", "lo", rows)
    entered = np.where(np.isnan(consent), column_or_nan(dates, "DM", "RFSTDTC", "lo", rows), consent)
    death_flag = text(dm, "DTHFL").to_numpy(dtype=object) if "DTHFL" in dm.frame else np.full(rows, "", dtype=object)
    return pd.DataFrame(
        {
            "RANDFL": _yes_no(randomised),
            "SAFFL": _yes_no(treated),
            "SCRFFL": _yes_no(~randomised & ~treated),
            "ENRLMON": iso_dates.month_text(entered),
            "TRTSDY": np.where(np.isfinite(dosed.first), 1.0, np.nan),
            "TRTEDY": from_offset(dosed.last - anchor),
            "TRTERULE": np.where(treated, np.where(dosed.runs_on, "RFENDTC or cut-off", "EX"), "").astype(object),
            "EOSDY": from_offset(watched.end_of_study - anchor),
            "EOSRULE": watched.rule,
            "EOSREAS": watched.reason,
            "DTHFL": death_flag,
            "DTHDY": from_offset(watched.death - anchor),
        }
    )


def _yes_no(known: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    return np.where(known, "Y", "N").astype(object)


def _dose_days(records: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    anchor = clock.anchor[records["place"].to_numpy()]
    return pd.DataFrame(
        {
            "row": records["row"].to_numpy(),
            "USUBJID": records["USUBJID"].to_numpy(),
            "EXSTDY": from_offset(records["start"].to_numpy(dtype=float) - anchor),
            "EXENDY": from_offset(records["end"].to_numpy(dtype=float) - anchor),
        }
    )
