"""The log-rank test: do the arms' events come as they would if all arms had one risk on every day?"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from dsmb_app.analyses.intervals import FloatArray, IntArray, whole_numbers
from dsmb_app.analyses.time_to_event import at_risk, event_codes, event_days, last_days


class LogRank(NamedTuple):
    """Chi-square, its degrees of freedom and two-sided p (NaN: not evaluable), with events seen and expected by arm."""

    chi_square: float
    df: int
    p: float
    observed: IntArray
    expected: FloatArray


def log_rank(days: ArrayLike, event: ArrayLike, arm: ArrayLike, arms: int) -> LogRank:
    """Two-sided log-rank test of ``arms`` arms, ties by the hypergeometric variance (Mantel 1966; Peto and Peto 1972).

    One entry per subject: last day at risk, event (0/1), arm index from 0. With d events among Y at risk, arm a expects
    d Y_a / Y and the covariance of a and b is d (Y - d)/(Y - 1) times (Y_a/Y)([a = b] - Y_b/Y), summed over event days.
    An arm that nobody is at risk in takes no part and no degree of freedom. Not evaluable without an event, with one
    arm, or when everybody at risk has the event on one day. Errors as in ``kaplan_meier``; ValueError for an arm index
    out of range.
    """
    followed = last_days(days)
    codes, arm_of = event_codes(event, followed), whole_numbers(arm)
    if arm_of.shape != followed.shape or np.any(arm_of >= arms) or np.any(codes > 1):
        raise ValueError("Each subject needs an event (0 or 1) and an arm index that exists.")
    day, d, y = event_days(followed, followed[codes == 1])
    share = np.array([at_risk(followed[arm_of == a], day) for a in range(arms)]).reshape(arms, len(day)) / y
    observed = np.bincount(arm_of[codes == 1], minlength=arms).astype(np.int64)
    expected = np.asarray(share @ d.astype(np.float64), dtype=np.float64)
    weight = np.divide(d * (y - d), y - 1, out=np.zeros(len(d)), where=y > 1)
    inside = expected > 0
    df = max(int(inside.sum()) - 1, 0)
    chi_square = _chi_square((observed - expected)[inside], share[inside], weight)
    p = float(chdtrc(df, chi_square)) if df else np.nan
    return LogRank(chi_square, df, p, observed, expected)


def log_rank_pairs(days: ArrayLike, event: ArrayLike, arm: ArrayLike, arms: int) -> dict[tuple[int, int], LogRank]:
    """Test each pair of arms by itself, subjects of other arms left out: keys (a, b) with a < b, in that order."""
    followed, events, arm_of = np.asarray(days), np.asarray(event), np.asarray(arm)
    tests = {}
    for a, b in combinations(range(arms), 2):
        pair = (arm_of == a) | (arm_of == b)
        tests[a, b] = log_rank(followed[pair], events[pair], (arm_of[pair] == b).astype(np.int64), 2)
    return tests


def _chi_square(surplus: FloatArray, share: FloatArray, weight: FloatArray) -> float:
    """Quadratic form of seen minus expected; the last arm is left out because the surpluses add up to 0."""
    if len(surplus) < 2 or not np.any(weight > 0):
        return float(np.nan)
    # Every arm here is at risk on the first event day. That day weighs nothing only if all at risk have the event, and
    # then no later day exists; so with any weight at all the covariance can be inverted.
    covariance = np.diag(share @ weight) - (share * weight) @ share.T
    reduced = surplus[:-1]
    return float(reduced @ np.linalg.solve(covariance[:-1, :-1], reduced))
