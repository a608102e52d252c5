"""Kaplan-Meier: the share of subjects still free of the event, and the day on which it falls to one half."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from dsmb_app.analyses.intervals import CONFIDENCE_LEVEL, FloatArray, Interval
from dsmb_app.analyses.time_to_event import Steps, event_codes, event_days, last_days, log_log_limits

HALF: Final = 0.5
# A product of quotients that should be one half may miss it by rounding.
_ROUNDING: Final = 1e-12


def kaplan_meier(days: ArrayLike, event: ArrayLike, level: float = CONFIDENCE_LEVEL) -> Steps:
    """Share free of the event, S(t) = product over event days up to t of (1 - d/Y) (Kaplan and Meier 1958).

    ``days``: last day of each subject at risk, 0 without follow-up; ``event``: whether the event ended it (0/1 or
    booleans), else censored. Variance after Greenwood 1926, S(t)^2 sum d/(Y(Y - d)), and 0 once S is 0; limits on the
    log(-log) scale, none once S is 0. ``complement()`` gives cumulative incidence. TypeError for events that are not
    whole numbers; ValueError for other codes than 0 and 1, days missing or below 0, an event before day 1, or a level
    outside (0, 1).
    """
    followed = last_days(days)
    codes = event_codes(event, followed)
    if np.any(codes > 1):
        raise ValueError("A subject has the event (1) or not (0); causes are told apart by aalen_johansen.")
    day, d, y = event_days(followed, followed[codes == 1])
    left = y - d
    survival = np.concatenate([[1.0], np.cumprod(left / y)])
    # Where nobody is left the survival is 0, which takes the endless term out of the variance.
    terms = np.divide(d, y * left, out=np.zeros(len(d)), where=left > 0)
    variance = survival**2 * np.concatenate([[0.0], np.cumsum(terms)])
    low, high = log_log_limits(survival, variance, level)
    return Steps(
        day=np.concatenate([[0.0], day]),
        estimate=survival,
        variance=variance,
        low=low,
        high=high,
        at_risk=np.concatenate([[len(followed)], y]),
        events=np.concatenate([[0], d]),
        last_day=float(followed.max(initial=-np.inf)),
        complete=bool(survival[-1] == 0),
    )


def median(survival: Steps) -> Interval:
    """Day on which survival falls below one half, with the days on which its limits do; 0-d, NaN where not reached.

    Where survival is one half over a stretch, the middle between the two event days that bound it, as SAS and R print
    it. The limits are those of Brookmeyer and Crowley 1982 on the scale of the survival's own limits.
    """
    return Interval(
        *(_falls_below_half(survival.day, curve) for curve in (survival.estimate, survival.low, survival.high))
    )


def _falls_below_half(day: FloatArray, curve: FloatArray) -> FloatArray:
    below = np.flatnonzero(curve < HALF - _ROUNDING)
    if not len(below):
        return np.asarray(np.nan)
    level = np.flatnonzero(np.abs(curve[: below[0]] - HALF) <= _ROUNDING)
    first = level[0] if len(level) else below[0]
    return np.asarray((day[first] + day[below[0]]) / 2)
