"""What no choice can change, derived once at lock: days, flags, follow-up. Done before any arm is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.days import from_offset
from dsmb_app.model.study import Study
from dsmb_app.snapshot import iso_dates
from dsmb_app.snapshot.adam import UNSAID, YES, Analysis, told
from dsmb_app.snapshot.adam_subjects import is_period
from dsmb_app.snapshot.arms import Arms
from dsmb_app.snapshot.coded_words import count_strange_words
from dsmb_app.snapshot.columns import Policy
from dsmb_app.snapshot.source import Dataset, Source, text
from dsmb_app.store.follow_up import FollowUp, ends_by, follow_up
from dsmb_app.store.labs import lab_columns
from dsmb_app.store.source_flag import emergent_flag
from dsmb_app.store.study_days import Clock, Count, DateColumns, column_or_nan, day_columns, nothing, read_dates
from dsmb_app.store.treatment import Treatment, as_analysed, treatment, valid_doses

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


def derive(source: Source, study: Study, policy: Policy, arms: Arms, analysis: Analysis) -> Derived:
    """Derive first and last dose, follow-up, and every record's study days from a checked source."""
    counts: dict[str, int] = {}

    def count(rule: str, n: int) -> None:
        if n:
            counts[rule] = counts.get(rule, 0) + n

    cutoff = iso_dates.day_number(study.study.cutoff)
    dates = read_dates(source, policy, count)
    count_strange_words(source.datasets, count)
    ids = text(source.datasets["DM"], "USUBJID")
    for rule, n in told(analysis).items():
        count(rule, n)
    watched = follow_up(
        source, dates, ids, cutoff, count, None if analysis.alive is None else iso_dates.parse(analysis.alive).lo
    )
    if ends_by(source) != "DS":
        count(f"end of study: {ends_by(source)}", int((watched.rule == ends_by(source)).sum()))
    dosed = as_analysed(_treatment(source, dates, ids, watched, cutoff, count), analysis, cutoff, count)
    if is_period(source.datasets["EX"]):
        dosed = replace(dosed, by_adsl=dosed.treated)
    start = column_or_nan(dates, "DM", "RFSTDTC", "lo", len(ids))
    # In the safety population without any known first dose nothing can be placed in time, so nothing is emergent.
    anchor = np.where(np.isnan(dosed.first) & ~dosed.treated, start, dosed.first)
    clock = Clock(pd.Index(ids), anchor, dosed.first, dosed.first_minute, cutoff)
    days = {
        name: day_columns(source.datasets[name], policy, dates, clock)
        for name, rules in policy.datasets.items()
        if name in source.datasets and rules.day_columns and not name.startswith("SUPP")
    }
    if "LB" in days:
        lb, minutes = source.datasets["LB"], _minutes(dates, len(days["LB"]))
        labs = lab_columns(lb, days["LB"], minutes, study.lab, count, analysis.baseline)
        days["LB"] = pd.concat([days["LB"], labs], axis=1)
    days["AE"]["EMFLAG"] = emergent_flag(source, study.emergent.flag, count)
    randomised = _randomised(arms, analysis, count)
    end = from_offset(watched.end_on_study(dosed.first, cutoff) - anchor)
    subjects = _subjects(source.datasets["DM"], dates, anchor, randomised, dosed, watched, cutoff).assign(ENDSTDY=end)
    records = dosed.records.iloc[:0] if is_period(source.datasets["EX"]) else dosed.records
    return Derived(subjects, days, _dose_days(records, clock), counts)


def _randomised(arms: Arms, analysis: Analysis, count: Count) -> npt.NDArray[np.bool_]:
    """Return who was randomised: by the flag of ADSL, else who has a planned arm."""
    planned = (arms.planned != "").to_numpy(dtype=bool)
    if analysis.randomised is None:
        return planned
    said, name = analysis.randomised.to_numpy(dtype=object), analysis.names["randomised"]
    count(f"randomised subjects: {name}", int((said == YES).sum()))
    differs = (said != UNSAID) & ((said == YES) != planned)
    count(f"randomised subjects: {name} and the planned arm disagree ({name} used)", int(differs.sum()))
    return np.where(said == UNSAID, planned, said == YES).astype(bool)


def _minutes(dates: DateColumns, rows: int) -> Floats:
    found = dates.get(("LB", "LBDTC"))
    return np.full(rows, np.nan) if found is None else found.minute


def _treatment(
    source: Source, dates: DateColumns, ids: pd.Series, watched: FollowUp, cutoff: float, count: Count
) -> Treatment:
    ex, rows = source.datasets["EX"], len(ids)
    doses = valid_doses(ex, dates["EX", "EXSTDTC"], dates.get(("EX", "EXENDTC")) or nothing(len(ex.frame)), cutoff)
    period = is_period(ex)
    count("dosing: no dosing records delivered, subjects treated from ADSL.TRTSDT to TRTEDT", len(ex.frame) * period)
    for rule, n in doses.counts.items():
        count(rule, n * (not period or "no amount" not in rule))
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


def _subjects(
    dm: Dataset,
    dates: DateColumns,
    anchor: Floats,
    randomised: npt.NDArray[np.bool_],
    dosed: Treatment,
    watched: FollowUp,
    cutoff: float,
) -> pd.DataFrame:
    rows = len(dm.frame)
    treated = dosed.treated
    consent = column_or_nan(dates, "DM", "RFICDTC", "lo", rows)
    entered = np.where(np.isnan(consent), column_or_nan(dates, "DM", "RFSTDTC", "lo", rows), consent)
    told = text(dm, "DTHFL").str.strip().str.upper() if "DTHFL" in dm.frame else pd.Series("", range(rows), dtype="str")
    death_flag = told.to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "RANDFL": _yes_no(randomised),
            "SAFFL": _yes_no(treated),
            "SCRFFL": _yes_no(~randomised & ~treated),
            "ENRLMON": iso_dates.month_text(entered),
            "TRTSDY": np.where(np.isfinite(dosed.first), 1.0, np.nan),
            "TRTEDY": from_offset(dosed.last - anchor),
            "TRTERULE": _last_dose_rule(dosed),
            "EOSDY": from_offset(watched.end_of_study - anchor),
            "EOSRULE": watched.rule,
            "EOSREAS": watched.reason,
            "DTHFL": death_flag,
            "DTHDM": _death_in_dm(dm, dates, death_flag, cutoff),
            "DTHDY": from_offset(watched.death - anchor),
            "LSTCDY": from_offset(watched.contact - anchor),
            "LSTCAGO": watched.silent(cutoff),
        }
    )


def _last_dose_rule(dosed: Treatment) -> npt.NDArray[np.object_]:
    rule = np.where(dosed.runs_on, "RFENDTC or cut-off", np.where(dosed.by_adsl, "ADSL.TRTEDT", "EX"))
    return np.where(dosed.treated, rule, "").astype(object)


def _death_in_dm(
    dm: Dataset, dates: DateColumns, flag: npt.NDArray[np.object_], cutoff: float
) -> npt.NDArray[np.object_]:
    """Return "Y" where DM tells of a death (DTHFL = Y, or any text in DTHDTC), "LATE" where after the cut-off."""
    rows = len(dm.frame)
    dated = (text(dm, "DTHDTC") != "").to_numpy() if "DTHDTC" in dm.frame else np.zeros(rows, dtype=bool)
    late = column_or_nan(dates, "DM", "DTHDTC", "lo", rows) > cutoff
    return np.where((flag == "Y") | dated, np.where(late, "LATE", "Y"), "").astype(object)


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
