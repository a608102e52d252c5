"""Cumulative incidence when another event, such as death, can come first (Aalen-Johansen)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dsmb_app.analyses.intervals import CONFIDENCE_LEVEL, FloatArray, IntArray
from dsmb_app.analyses.time_to_event import Steps, event_codes, event_days, last_days, log_log_limits


def aalen_johansen(days: ArrayLike, code: ArrayLike, cause: int = 1, level: float = CONFIDENCE_LEVEL) -> Steps:
    """Share of subjects with an event of ``cause`` by each day: F(t) = sum over t_j <= t of S(t_j -) d_cause / Y.

    ``days``: last day of each subject at risk; ``code``: what ended it, 0 censored, 1, 2, ... causes; S is the share
    free of every cause (Aalen and Johansen 1978). Variance by the delta method for hazards that are multinomial on each
    day (Dinse and Larson 1986; Marubini and Valsecchi 1995, section 10.2): without competing events it is Greenwood's,
    without censoring the binomial F(1 - F)/n. Limits on the log(-log) scale of 1 - F, so that they too agree with
    Kaplan-Meier; none where F is 1. ``events`` are those of the cause. Errors as in ``kaplan_meier``; ValueError for a
    cause below 1.
    """
    if cause < 1:
        raise ValueError(f"A cause is numbered from 1, not {cause}.")
    followed = last_days(days)
    codes = event_codes(code, followed)
    day, d, y = event_days(followed, followed[codes > 0])
    of_cause = np.bincount(np.searchsorted(day, followed[codes == cause]), minlength=len(day)).astype(np.int64)
    survival = np.concatenate([[1.0], np.cumprod((y - d) / y)])
    incidence = np.cumsum(survival[:-1] * of_cause / y)
    # 1 - F as what is left plus what others took: exactly 0 when this cause took everybody.
    free = survival[1:] + np.cumsum(survival[:-1] * (d - of_cause) / y)
    variance = _delta_variance(incidence, survival[:-1], d, of_cause, y)
    low, high = log_log_limits(free, variance, level)
    own = of_cause > 0
    return Steps(
        day=np.concatenate([[0.0], day[own]]),
        estimate=np.concatenate([[0.0], incidence[own]]),
        variance=np.concatenate([[0.0], variance[own]]),
        low=np.concatenate([[0.0], 1 - high[own]]),
        high=np.concatenate([[0.0], 1 - low[own]]),
        at_risk=np.concatenate([[len(followed)], y[own]]),
        events=np.concatenate([[0], of_cause[own]]),
        last_day=float(followed.max(initial=-np.inf)),
        complete=bool(survival[-1] == 0),
    )


def _delta_variance(f: FloatArray, before: FloatArray, d: IntArray, of_cause: IntArray, y: IntArray) -> FloatArray:
    """Variance of F on every event day; ``before`` is S just before it, ``d`` the events of all causes.

    sum (F(t) - F_j)^2 d/(Y(Y - d)) + sum S^2 d1 (Y - d1)/Y^3 - 2 sum (F(t) - F_j) S d1/Y^2, sums over t_j <= t; the
    square is multiplied out so that running sums serve for every t at once.
    """
    # On a day that leaves nobody F(t) - F_j is 0 for good, so its endless weight never counts.
    hazard = np.divide(d, y * (y - d), out=np.zeros(len(d)), where=y > d)
    own = before**2 * of_cause * (y - of_cause) / y**3
    cross = before * of_cause / y**2
    squared = f**2 * np.cumsum(hazard) - 2 * f * np.cumsum(f * hazard) + np.cumsum(f**2 * hazard)
    total = squared + np.cumsum(own) - 2 * (f * np.cumsum(cross) - np.cumsum(f * cross))
    return np.asarray(np.maximum(total, 0.0), dtype=np.float64)
