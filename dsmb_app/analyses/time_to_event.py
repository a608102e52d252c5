"""Curves that step on event days: what every time-to-event estimate is, and who is at risk on a day.

Days count from the first dose, which is day 1. A subject followed to day d is at risk on every day up to d, that day
included: an event on the last day counts, and a censoring falls after the events of its day. Follow-up of 0 days is
nobody's risk. The estimates are in kaplan_meier, log_rank, competing and mean_count. scipy has the product-limit
estimate and a two-sample log-rank test, but neither numbers at risk, a variance, competing causes nor recurrent
events; so the counts are made once here, and scipy's versions stand in the tests as the second opinion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dsmb_app.analyses.intervals import FloatArray, IntArray, Interval, normal_quantile
from dsmb_app.model.result import Curve

# Below this many at risk a curve is one or two patients' stories, and its tail is not drawn.
FEWEST_AT_RISK: Final = 5


@dataclass(frozen=True)
class Steps:
    """An estimate that changes on event days only: parallel arrays, the first entry being day 0, before any event.

    ``estimate`` holds from its day until the next; ``low`` and ``high`` are pointwise limits, NaN where there are none;
    ``at_risk`` counts subjects just before the day's events, ``events`` those events. ``last_day`` is the longest
    follow-up (-inf without a subject); ``complete`` tells that nothing can happen any more, so the end of it is known.
    """

    day: FloatArray
    estimate: FloatArray
    variance: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: IntArray
    events: IntArray
    last_day: float
    complete: bool = False

    def at(self, days: ArrayLike) -> Interval:
        """Return estimate and limits on any days, in their shape; NaN where nobody was followed so long."""
        wanted = np.asarray(days, dtype=np.float64)
        known = np.full(wanted.shape, True) if self.complete else wanted <= self.last_day
        columns = (step_values(self.day, column, wanted) for column in (self.estimate, self.low, self.high))
        return Interval(*(np.asarray(np.where(known, values, np.nan)) for values in columns))

    def complement(self) -> Steps:
        """Return one minus the estimate, limits turned round: survival becomes cumulative incidence."""
        return replace(self, estimate=1 - self.estimate, low=1 - self.high, high=1 - self.low)


class EventDays(NamedTuple):
    """The distinct days with an event, rising; the events of each; subjects at risk just before them."""

    day: FloatArray
    events: IntArray
    at_risk: IntArray


def step_values(day: FloatArray, value: FloatArray, at: ArrayLike) -> FloatArray:
    """Return a right-continuous step function on any days: the value of the last step not after each; NaN before all.

    ``day`` rises strictly and is as long as ``value``; the result has the shape of ``at``.
    """
    place = np.searchsorted(day, np.asarray(at, dtype=np.float64), side="right")
    return np.asarray(np.concatenate([[np.nan], value])[place], dtype=np.float64)


def at_risk(follow_up: ArrayLike, days: ArrayLike) -> IntArray:
    """Count the subjects still followed on each of ``days`` (last day included), in the shape of ``days``.

    ``follow_up`` is each subject's last day, 0 for none. ValueError for one that is missing or below 0.
    """
    last = np.sort(last_days(follow_up))
    gone = np.searchsorted(last, np.asarray(days, dtype=np.float64), side="left")
    return np.asarray(len(last) - gone, dtype=np.int64)


def thin_from(follow_up: ArrayLike, fewest: int = FEWEST_AT_RISK) -> float:
    """Return the first whole day with fewer than ``fewest`` subjects at risk, from which a curve's tail is hidden.

    It is the day after the last day of the ``fewest``-th longest follow-up, and 1 where there never were so many.
    ValueError for ``fewest`` below 1.
    """
    if fewest < 1:
        raise ValueError(f"A smallest number at risk must be 1 or more, not {fewest}.")
    last = np.sort(last_days(follow_up))
    return 1.0 if len(last) < fewest else float(np.floor(last[-fewest])) + 1


def event_days(follow_up: FloatArray, when: FloatArray) -> EventDays:
    """Count events by day: ``when`` holds one day per event, ``follow_up`` one last day per subject."""
    day, events = np.unique(when, return_counts=True)
    return EventDays(day, events.astype(np.int64), at_risk(follow_up, day))


def last_days(days: ArrayLike) -> FloatArray:
    """Return last days as floats. ValueError for one that is missing, endless or below 0 (0 is no follow-up)."""
    last = np.asarray(days, dtype=np.float64)
    if last.ndim != 1 or not np.all(np.isfinite(last) & (last >= 0)):
        raise ValueError("Days of follow-up must be a row of finite numbers, none below 0.")
    return last


def event_codes(codes: ArrayLike, days: FloatArray) -> IntArray:
    """Return what ended each follow-up as integers: 0 censored, else an event of that cause; aligned with ``days``.

    TypeError for anything but integers or booleans. ValueError for a code below 0, another length than ``days``, or an
    event of a subject without follow-up, who was never at risk of it.
    """
    found = np.asarray(codes)
    if found.size and found.dtype.kind not in "biu":
        raise TypeError(f"Event codes must be whole numbers, not {found.dtype}.")
    if found.shape != days.shape or np.any(found < 0):
        raise ValueError("Event codes must be 0 or more, one for each subject.")
    if np.any((found > 0) & (days < 1)):
        raise ValueError("A subject has an event before day 1.")
    return found.astype(np.int64)


def chosen(members: NDArray[np.bool_] | None, subjects: int) -> NDArray[np.bool_]:
    """Return a mask over subjects, everybody for None. ValueError for one of another length or type."""
    if members is None:
        return np.ones(subjects, dtype=bool)
    if members.dtype != np.bool_ or members.shape != (subjects,):
        raise ValueError("A choice of subjects must be one true or false for each.")
    return members


def log_log_limits(share: FloatArray, variance: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Limits of a share still free of the event, normal for log(-log(share)): they stay within 0 and 1.

    share^exp(-+ z s), s = sqrt(variance) / (share |log share|) (Kalbfleisch and Prentice 1980, section 1.3). At a share
    of 1 nothing has happened and both limits are 1; at 0 the scale has no value and the limits are NaN.
    """
    z, inside = normal_quantile(level), (share > 0) & (share < 1)
    safe = np.where(inside, share, 0.5)
    spread = np.exp(z * np.sqrt(variance) / (safe * -np.log(safe)))
    outside = np.where(share == 1, 1.0, np.nan)
    low, high = (np.asarray(np.where(inside, safe**power, outside)) for power in (spread, 1 / spread))
    return low, high


def as_curve(arm: str, steps: Steps, censored: ArrayLike = ()) -> Curve:
    """Return the curve to draw: the steps, then a flat stretch to the last day anybody was followed.

    ``censored``: days that carry a censoring mark; each is marked once.
    """
    drawn = steps.day if not steps.last_day > steps.day[-1] else np.append(steps.day, steps.last_day)
    columns = (step_values(steps.day, column, drawn) for column in (steps.estimate, steps.low, steps.high))
    marks = np.unique(np.asarray(censored, dtype=np.float64))
    return Curve(arm, *(tuple(column.tolist()) for column in (drawn, *columns, marks)))
