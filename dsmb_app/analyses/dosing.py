"""Doses against the plan: given and planned by cycle, dose intensity, interruptions, and at level named amounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.conduct import Line, counted, summarised
from dsmb_app.analyses.cycles import PAUSE, Period, Rhythm
from dsmb_app.analyses.medication import word_lists
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import duration
from dsmb_app.model.study import Cycles

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

INTENSITY = "Relative dose intensity (%)"


def is_shown(cut: Cut) -> bool:
    """Tell whether the level shows dose days."""
    return len(cut.doses) > 0


@dataclass(frozen=True)
class Plan:
    """Doses of each cycle by subject: its period, doses given and planned (NaN where the subject did not begin it)."""

    period: Period
    given: Floats
    planned: Floats


def plans(cut: Cut) -> list[Plan]:
    """Return the cycles of the study file with their doses; none without cycles, or where dose days are sealed."""
    rhythm = Rhythm(cut)
    if rhythm.plan is None or not is_shown(cut):
        return []
    doses = rhythm.dose_days
    subject, day = doses["SUBJECT"].to_numpy(dtype=np.int64), doses["first"].to_numpy(dtype=float)
    found = []
    for period in rhythm.periods[:-1]:
        here = period.holds(subject, day)
        given = np.bincount(subject[here], minlength=len(cut.subjects)).astype(float)
        planned = np.where(period.members, _planned(cut, period, rhythm.plan), np.nan)
        found.append(Plan(period, np.where(period.members, given, np.nan), planned))
    return found


def _planned(cut: Cut, period: Period, plan: Cycles) -> Floats:
    """Return the doses planned in a cycle: all, in one that the cut-off interrupts those planned up to then."""
    watched = cut.subjects["ENDSTDY"].to_numpy(dtype=float) - period.first + 1
    by_then = np.ceil(plan.doses * np.clip(watched, 0, plan.dosing) / plan.dosing)
    ongoing = (cut.subjects["EOSREAS"] == "").to_numpy(dtype=bool)
    return np.where(ongoing & np.isfinite(by_then), by_then, float(plan.doses))


def cycle_lines(cut: Cut) -> list[Line]:
    """Return the rows of each cycle (begun, doses given, doses planned), and the relative dose intensity over all."""
    found: list[Line] = []
    every = plans(cut)
    for one in every:
        name = one.period.key[0]
        found += [
            counted((name,), one.period.members),
            summarised((name, "Doses given"), one.given),
            summarised((name, "Doses planned"), one.planned),
        ]
    if not every:
        return []
    given, planned = (np.nansum([getattr(one, what) for one in every], axis=0) for what in ("given", "planned"))
    begun = cut.safety & (planned > 0)
    share = np.divide(100 * given, planned, out=np.full(len(given), np.nan), where=begun)
    return [*found, summarised((INTENSITY,), share)]


def interruption_lines(cut: Cut) -> list[Line]:
    """Return who missed planned doses in a pause, and how many days their pauses took beyond the planned ones."""
    if not is_shown(cut):
        return []
    days = interrupted_days(cut)
    met = cut.safety & (days > 0)
    return [
        counted(("Interrupted",), met),
        summarised(("Interrupted", "Days of interruption"), np.where(met, days, np.nan)),
    ]


def interrupted_days(cut: Cut) -> Floats:
    """Return each subject's days without a dose beyond the usual pause, of pauses that miss a planned dose or more.

    Usual: the median pause between consecutive dosing records over all arms. With cycles, a pause that begins a new one
    is measured against the planned rest after the last planned dose.
    """
    rhythm = Rhythm(cut)
    doses = rhythm.dose_days
    before = doses.groupby("SUBJECT")["last"].cummax().groupby(doses["SUBJECT"]).shift().to_numpy(dtype=float)
    pause = doses["first"].to_numpy(dtype=float) - before - 1
    found = np.zeros(len(cut.subjects))
    known = np.isfinite(pause)
    if not known.any():
        return found
    plan = rhythm.plan
    rests = plan is not None and plan.length - plan.dosing >= PAUSE
    usual = _usual(pause[known & ~((pause >= PAUSE) & rests)])
    allowed = np.full(len(pause), usual)
    if plan is not None and rests:
        allowed[pause >= PAUSE] = plan.length - (plan.doses - 1) * (usual + 1) - 1
    beyond = np.where(known, pause - allowed, 0.0)
    np.add.at(found, doses["SUBJECT"].to_numpy(dtype=np.int64), np.where(beyond > usual, beyond, 0.0))
    return found


def _usual(pauses: Floats) -> float:
    return float(max(np.floor(np.median(pauses)), 0)) if len(pauses) else 0.0


def amounts(cut: Cut) -> dict[str, tuple[Floats, Floats]]:
    """Return cumulative and average daily dose by subject, by unit; nothing below level named, which has no amounts.

    A record stands for its dose times its times a day times its days; ONCE, and any record of one day whose frequency
    is not known, for one dose. A subject with a record that lasts longer and does not say how often has no value.
    Average: cumulative dose by days from the first to the last dose.
    """
    doses = cut.doses
    if "EXDOSE" not in doses or not len(doses):
        return {}
    unit = doses["EXDOSU"]
    units = sorted({name for name in unit if name})
    if len(units) == 1:
        unit = unit.where(unit != "", units[0])
    lasted = duration(np.ones(len(cut.subjects)), cut.subjects["TRTEDY"].to_numpy(dtype=float))
    found = {}
    for name in units or [""]:
        mine = doses[(unit == name).to_numpy(dtype=bool)]
        total = _total(mine, len(cut.subjects))
        total = np.where(cut.safety, total, np.nan)
        found[name] = total, total / np.where(lasted > 0, lasted, np.nan)
    return found


def _total(doses: pd.DataFrame, size: int) -> Floats:
    """Return the sum of the amounts of each subject, NaN without a record or with one that cannot be counted."""
    days = duration(doses["EXSTDY"].to_numpy(dtype=float), doses["EXENDY"].to_numpy(dtype=float))
    often = doses["EXDOSFRQ"].str.upper().map({k: float(v) for k, v in word_lists()["times_a_day"].items()})
    once = (doses["EXDOSFRQ"].str.upper() == "ONCE").to_numpy(dtype=bool) | (often.isna().to_numpy() & (days == 1))
    times = np.where(once, 1.0, often.to_numpy(dtype=float) * days)
    by_subject = pd.Series(doses["EXDOSE"].to_numpy(dtype=float) * times).groupby(doses["SUBJECT"].to_numpy())
    total = by_subject.agg(lambda values: values.sum(skipna=False))
    found = np.full(size, np.nan)
    found[total.index.to_numpy(dtype=np.int64)] = total.to_numpy(dtype=float)
    return found


def amount_lines(cut: Cut) -> list[Line]:
    """Return the rows of amounts: average daily dose and cumulative dose, by unit."""
    found = []
    for unit, (total, daily) in amounts(cut).items():
        ending = f" ({unit})" if unit else ""
        found += [
            summarised((f"Average daily dose{ending}",), daily),
            summarised((f"Cumulative dose{ending}",), total),
        ]
    return found


def footnotes(cut: Cut) -> list[str]:
    """Say what planned, interrupted and the amounts mean."""
    if not is_shown(cut):
        return []
    notes = [
        "Interrupted: a pause in dosing that misses a planned dose or more. Planned is the usual pause between dosing "
        "records (the median over all arms), between cycles the rest of the plan; days beyond it are counted."
    ]
    if cut.study.schedule.cycles:
        notes.append(
            "Cycles: n began it. Doses given: dosing records; planned: by the study file, in a cycle that the cut-off "
            "interrupts those planned by then. Relative dose intensity: 100 given / planned over the cycles begun."
        )
    if "EXDOSE" in cut.doses:
        left_out = sum(int((cut.safety & np.isnan(total)).sum()) for total, _ in amounts(cut).values())
        notes.append(
            "Cumulative dose: EXDOSE times EXDOSFRQ times days. Average daily dose: by days from the first to the last "
            f"dose. Without a value (a record without an amount, or not saying how often): {left_out}."
        )
    return notes
