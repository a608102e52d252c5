"""The trial's own rhythm: each subject's cycles and phases from its dose days, or periods by week without cycles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.counting import time_at_risk
from dsmb_app.model.cut import Cut
from dsmb_app.model.cycle_rows import DOSING, REST
from dsmb_app.model.result import RowKey
from dsmb_app.model.study import Cycles

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PAUSE = 10
"""So many days or more without a dose end a block of doses; the next dose begins a cycle."""
POST = "Post"
_STEPS = (28, 84, 168, 336)
_MOST_PERIODS = 14


@dataclass(frozen=True)
class Stretch:
    """A part of everybody's time, by subject: first and last study day; inf for an open end, last < first for none."""

    key: RowKey
    first: Floats
    last: Floats

    def holds(self, subjects: Ints, days: Floats) -> Bools:
        """Tell which days of which subjects lie in it."""
        return np.asarray((self.first[subjects] <= days) & (days <= self.last[subjects]), dtype=bool)


@dataclass(frozen=True)
class Period(Stretch):
    """A cycle, the time after the last one, or some weeks: ``members`` began it, a mask over ``cut.subjects``.

    ``phases``: the stretches that it is made of, itself where it has none.
    """

    members: Bools
    phases: tuple[Stretch, ...] = ()

    @property
    def parts(self) -> tuple[Stretch, ...]:
        """Return its phases, or itself."""
        return self.phases or (self,)


class Rhythm:
    """The periods of a cut, in order; together they are the whole of everybody's time from day 1 on.

    ``has_cycles``: by the study file's cycles, else by weeks; ``by_schedule``: whose cycles are counted from day 1 on
    as planned, for want of dose days that tell them apart.
    """

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self.plan = cut.study.schedule.cycles
        self.treated = (cut.subjects["SAFFL"] == "Y").to_numpy(dtype=bool)
        self.watched = time_at_risk(cut)
        emergent = cut.ae["EMERGENT"].to_numpy(dtype=bool)
        self.subjects = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)[emergent]
        self.onset = cut.ae["ONSETDY"].to_numpy(dtype=float)[emergent]
        self.by_schedule = np.zeros(len(cut.subjects), dtype=bool)
        self.periods = self._by_cycle(self.plan) if self.plan else self._by_week()

    @property
    def has_cycles(self) -> bool:
        """Tell whether the study file has cycles."""
        return self.plan is not None

    @property
    def parts(self) -> tuple[Stretch, ...]:
        """Return the phases of all periods, in order."""
        return tuple(part for period in self.periods for part in period.parts)

    def days_in(self, stretch: Stretch) -> Floats:
        """Return each subject's days watched in a stretch; over all parts they add up to the window."""
        first, last = np.fmax(stretch.first, 1.0), np.fmin(stretch.last, self.watched)
        return np.asarray(np.where(self.watched > 0, np.fmax(last - first + 1, 0.0), 0.0), dtype=float)

    @cached_property
    def dose_days(self) -> pd.DataFrame:
        """Return dose records with known days: SUBJECT, first and last day, in order; empty where they are sealed."""
        doses = self._cut.doses
        first, last = (doses[name].to_numpy(dtype=float) for name in ("EXSTDY", "EXENDY"))
        frame = pd.DataFrame({"SUBJECT": doses["SUBJECT"].to_numpy(dtype=np.int64), "first": first})
        frame["last"] = np.where(np.isfinite(last), np.fmax(last, first), first)
        return frame[frame["first"] >= 1].sort_values(["SUBJECT", "first"], ignore_index=True)

    def days_since_dose(self, subjects: Ints, days: Floats) -> Floats:
        """Return the days from the latest dose to a day (0 on a day of dosing); NaN without a dose day before it."""
        doses = self.dose_days
        latest = doses.groupby("SUBJECT")["last"].cummax().to_numpy(dtype=float)
        span = 1e7
        keys = doses["SUBJECT"].to_numpy(dtype=float) * span + doses["first"].to_numpy(dtype=float)
        place = np.searchsorted(keys, subjects * span + days, side="right") - 1
        known = place >= 0
        known[known] &= doses["SUBJECT"].to_numpy(dtype=np.int64)[place[known]] == subjects[known]
        lag = np.full(len(days), np.nan)
        lag[known] = np.fmax(days[known] - latest[place[known]], 0.0)
        return lag

    def _by_cycle(self, plan: Cycles) -> tuple[Period, ...]:
        starts = self._starts(plan)
        after = np.column_stack([starts[:, 1:], np.full(len(starts), np.inf)])
        found = []
        for number in range(starts.shape[1]):
            first, following = starts[:, number], after[:, number]
            last = np.where(np.isfinite(following), following - 1, first + plan.length - 1)
            dosed = np.fmin(first + min(plan.dosing, plan.length) - 1, last)
            name, began = f"Cycle {number + 1}", np.isfinite(first)
            first, last, dosed = (np.where(began, days, none) for days, none in
                                  ((first, np.inf), (last, -np.inf), (dosed, -np.inf)))  # fmt: skip
            phases = (Stretch((name, DOSING), first, dosed), Stretch((name, REST), dosed + 1, last))
            found.append(Period((name,), first, last, began & self._cut.safety, phases))
        begun = np.where(np.isfinite(starts), starts, -np.inf).max(axis=1, initial=-np.inf)
        over = np.where(self.treated, begun + plan.length, np.inf)
        return (*found, Period((POST,), over, np.full(len(over), np.inf), self._there(over)))

    def _starts(self, plan: Cycles) -> Floats:
        """Return the first day of each treated subject's cycles, inf where there is none: shape (subjects, cycles)."""
        # A pause in dosing shows where a cycle ends only where the schedule itself has such a pause.
        told = plan.length - plan.dosing >= PAUSE
        blocks = self._blocks() if told else {}
        last_dose = self._cut.subjects["TRTEDY"].to_numpy(dtype=float)
        by_subject = []
        for place in range(len(self.treated)):
            days = [1.0, *blocks.get(place, [])[1:]]
            if place not in blocks:
                self.by_schedule[place] = self.treated[place]
                planned = (1.0 + plan.length * number for number in range(1, plan.count))
                days += [day for day in planned if day <= last_dose[place]]
            by_subject.append(days if self.treated[place] else [])
        most = max((len(days) for days in by_subject), default=0) or 1
        return np.array([days + [np.inf] * (most - len(days)) for days in by_subject], dtype=float).reshape(-1, most)

    def _blocks(self) -> dict[int, list[float]]:
        """Return the first day of each block of doses, by subject."""
        doses = self.dose_days
        before = doses.groupby("SUBJECT")["last"].cummax().groupby(doses["SUBJECT"]).shift()
        new = before.isna() | (doses["first"] - before - 1 >= PAUSE)
        return {int(str(place)): days.tolist() for place, days in doses[new].groupby("SUBJECT")["first"]}

    def _by_week(self) -> tuple[Period, ...]:
        """Return periods that begin on the days of planned visits, without visits on every fourth week."""
        borders = sorted({visit.day for visit in self._cut.study.schedule.visits if visit.day > 1})
        whole = self._cut.subjects["ENDDY"].to_numpy(dtype=float)[self.treated]
        end = max(np.nanmax(whole, initial=1.0), 1.0)
        if not borders:
            step = next((step for step in _STEPS if end <= step * _MOST_PERIODS), _STEPS[-1])
            borders = list(range(1 + step, int(end) + 1, step))
        found, size = [], len(self.treated)
        for first, following in zip([1, *borders], [*borders, np.inf], strict=True):
            begin = np.where(self.treated, float(first), np.inf)
            last = np.full(size, following - 1)
            found.append(Period((_weeks(first, following),), begin, last, self._there(begin)))
        return tuple(found)

    def _there(self, first: Floats) -> Bools:
        """Return who was watched on the first day of a period, or has an event after its end of study in it."""
        last = self.watched.copy()
        np.maximum.at(last, self.subjects, self.onset)
        return np.asarray(self._cut.safety & ((last >= first) | (first == 1)), dtype=bool)


def _weeks(first: int, following: float) -> str:
    """Name the days from ``first`` to the day before ``following``, in weeks where they are whole ones."""
    whole = first % 7 == 1 and (following == np.inf or following % 7 == 1)
    word, start = ("Week", (first + 6) // 7) if whole else ("Day", first)
    if following == np.inf:
        return f"{word} {start} on"
    end = int(following - 1) // 7 if whole else int(following - 1)
    return f"{word}s {start}-{end}" if end > start else f"{word} {start}"
