"""Event rates per 100 patient-years: exact Poisson limits, rate difference and rate ratio."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, gammaincinv

from dsmb_app.analyses.intervals import (
    CONFIDENCE_LEVEL,
    FloatArray,
    Interval,
    clopper_pearson,
    normal_quantile,
    tail_share,
    whole_numbers,
)

PER_PATIENT_YEARS: Final = 100.0


def poisson_rate(k: ArrayLike, py: ArrayLike, level: float = CONFIDENCE_LEVEL) -> Interval:
    """Rate of k events in ``py`` patient-years, per 100 patient-years, with exact two-sided limits.

    Limits from chi-square quantiles: a/2 with 2k degrees of freedom (0 for no event) and 1 - a/2 with 2k + 2, halved
    (Garwood 1936). NaN where ``py`` is 0. Broadcasts; scalars give 0-d arrays. TypeError for counts that are not
    whole numbers, ValueError for a count or time below 0, a time that is not finite, or a level outside (0, 1).
    """
    events, years = np.broadcast_arrays(whole_numbers(k), _patient_years(py))
    tail = tail_share(level)
    # The chi-square quantile of 2k degrees of freedom, halved, is the gamma quantile of shape k. No event has no lower
    # quantile: 0 is known, and 1 only keeps the library quiet.
    low = np.where(events > 0, gammaincinv(np.maximum(events, 1), tail), 0.0)
    high = chdtri(2 * events + 2, tail) / 2
    return Interval(*(_quotient(PER_PATIENT_YEARS * value, years) for value in (events, low, high)))


def robust_rate(k: ArrayLike, py: ArrayLike, spread: ArrayLike, level: float = CONFIDENCE_LEVEL) -> Interval:
    """Rate of k events in ``py`` patient-years, per 100, with limits that allow for events that cluster in subjects.

    ``spread``: sum over subjects of (events - rate x years)^2, so that the variance of the rate is spread / py^2: the
    robust variance of a mean cumulative count at the end of follow-up under a constant rate (Lawless and Nadeau 1995).
    Limits on the log scale: rate x exp(-+ z se / rate), where se / rate = sqrt(spread) / k. NaN where ``py`` is 0;
    no event has no limits. Errors as in ``poisson_rate``.
    """
    events, years, sums = np.broadcast_arrays(whole_numbers(k), _patient_years(py), np.asarray(spread, np.float64))
    rate = _quotient(PER_PATIENT_YEARS * events, years)
    factor = np.exp(normal_quantile(level) * _quotient(np.sqrt(sums), events))
    return Interval(rate, np.asarray(rate / factor), np.asarray(rate * factor))


def rate_difference(
    k1: ArrayLike, py1: ArrayLike, k2: ArrayLike, py2: ArrayLike, level: float = CONFIDENCE_LEVEL
) -> Interval:
    """First rate minus second, per 100 patient-years, two-sided, from the exact limits of each rate.

    The distances from rate to limit are joined by the method of variance estimates recovery (MOVER; Zou and Donner
    2008): low = d - sqrt((r1 - l1)^2 + (u2 - r2)^2), high = d + sqrt((u1 - r1)^2 + (r2 - l2)^2). NaN where either time
    is 0. Errors as in ``poisson_rate``.
    """
    first, second = poisson_rate(k1, py1, level), poisson_rate(k2, py2, level)
    estimate = first.estimate - second.estimate
    below = np.hypot(first.estimate - first.low, second.high - second.estimate)
    above = np.hypot(first.high - first.estimate, second.estimate - second.low)
    return Interval(*(np.asarray(value) for value in (estimate, estimate - below, estimate + above)))


def rate_ratio(
    k1: ArrayLike, py1: ArrayLike, k2: ArrayLike, py2: ArrayLike, level: float = CONFIDENCE_LEVEL
) -> Interval:
    """First rate divided by the second (no unit), with exact two-sided limits given the total number of events.

    Given k1 + k2 events, k1 is binomial with share p = py1 RR / (py1 RR + py2); the Clopper-Pearson limits of p give
    those of RR. Zeros: no event v some is 0 with low 0 and its upper limit; some v none has no estimate (NaN), its
    lower limit, and no upper bound (inf); none v none is NaN throughout, as is any row where a time is 0.
    Errors as in ``poisson_rate``.
    """
    columns = whole_numbers(k1), _patient_years(py1), whole_numbers(k2), _patient_years(py2)
    events1, years1, events2, years2 = np.broadcast_arrays(*columns)
    share = clopper_pearson(events1, events1 + events2, level)
    both = (years1 > 0) & (years2 > 0)
    years_ratio = np.where(both, _quotient(years2, years1), np.nan)

    def odds(p: FloatArray) -> FloatArray:
        return np.where(p < 1, _quotient(p, 1 - p), np.where(np.isnan(p), np.nan, np.inf))

    estimate = _quotient(events1, events2) * years_ratio
    return Interval(np.asarray(estimate), *(np.asarray(odds(p) * years_ratio) for p in (share.low, share.high)))


def _patient_years(py: ArrayLike) -> FloatArray:
    years = np.asarray(py, dtype=np.float64)
    if not np.all(np.isfinite(years) & (years >= 0)):
        raise ValueError("Patient-years must be finite and not below 0.")
    return years


def _quotient(numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """Element by element; NaN where the denominator is 0."""
    top, bottom = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0), dtype=np.float64)
