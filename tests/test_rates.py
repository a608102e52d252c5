"""Rates per 100 patient-years, their differences and ratios: worked values, naive second versions, coverage."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from dsmb_app.analyses.intervals import Interval
from dsmb_app.analyses.rates import poisson_rate, rate_difference, rate_ratio

Arms = tuple[int, float, int, float]
counts = st.integers(0, 60)
years = st.floats(0.05, 500)
arms = st.tuples(counts, years, counts, years)


def values(interval: Interval) -> tuple[float, float, float]:
    return float(interval.estimate), float(interval.low), float(interval.high)


@pytest.mark.parametrize(
    ("k", "py", "printed", "half"),
    [
        (2, 200, (1.00, 0.121, 3.612), 0.000501),
        (0, 13.80, (0.0, 0.0, 26.7), 0.0501),
        (1, 13.80, (7.2, 0.2, 40.4), 0.0501),
        (2, 13.80, (14.5, 1.8, 52.4), 0.0501),
        (3, 13.80, (21.7, 4.5, 63.5), 0.0501),
        (10, 100, (10.0, 4.795, 18.390), 0.000501),  # Garwood's limits of a count of 10
    ],
)
def test_that_worked_rates_are_reproduced_as_printed(
    k: int, py: float, printed: tuple[float, float, float], half: float
) -> None:
    assert values(poisson_rate(k, py)) == pytest.approx(printed, abs=half)


def test_that_the_worked_ratio_and_difference_are_reproduced_as_printed() -> None:
    assert values(rate_ratio(2, 13.34, 6, 13.80)) == pytest.approx((0.34, 0.03, 1.93), abs=0.00501)
    assert values(rate_difference(2, 13.34, 6, 13.80)) == pytest.approx((-28.5, -81.3, 19.4), abs=0.0501)


def at_most(k: int, mean: float) -> float:
    """P(X <= k) for a Poisson count, term by term."""
    return math.fsum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k + 1))


@settings(max_examples=60, deadline=None)
@given(counts, years, st.sampled_from([0.9, 0.95, 0.99]))
def test_that_poisson_limits_are_the_means_that_make_the_count_just_unlikely(k: int, py: float, level: float) -> None:
    tail = (1 - level) / 2
    high = optimize.brentq(lambda mean: at_most(k, mean) - tail, 1e-9, 200, xtol=1e-12)
    low = optimize.brentq(lambda mean: 1 - at_most(k - 1, mean) - tail, 1e-9, 200, xtol=1e-12) if k else 0.0
    expected = tuple(100 * mean / py for mean in (k, low, high))
    assert values(poisson_rate(k, py, level)) == pytest.approx(expected, rel=1e-7)


def naive_ratio_limit(k: int, n: int, share_of_years: Callable[[float], float], upper: bool) -> float:
    """The ratio at which k or fewer (k or more) of n events in the first group have a chance of 0.025."""

    def excess(log_ratio: float) -> float:
        p = share_of_years(math.exp(log_ratio))
        kept = range(k + 1) if upper else range(k, n + 1)
        return math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in kept) - 0.025

    return math.exp(optimize.brentq(excess, -30, 30, xtol=1e-12))


@settings(max_examples=60, deadline=None)
@given(arms)
@example((0, 13.34, 6, 13.8))
@example((6, 13.34, 0, 13.8))
def test_that_ratio_limits_are_the_ratios_that_make_the_split_just_unlikely(arms: Arms) -> None:
    k1, py1, k2, py2 = arms
    estimate, low, high = values(rate_ratio(*arms))
    if k1 + k2 == 0:
        assert all(math.isnan(value) for value in (estimate, low, high))
        return

    def share(ratio: float) -> float:
        return py1 * ratio / (py1 * ratio + py2)

    naive_low = naive_ratio_limit(k1, k1 + k2, share, upper=False) if k1 else 0.0
    naive_high = naive_ratio_limit(k1, k1 + k2, share, upper=True) if k2 else math.inf
    assert (low, high) == pytest.approx((naive_low, naive_high), rel=1e-6)
    assert estimate == pytest.approx((k1 / py1) / (k2 / py2) if k2 else math.nan, nan_ok=True)


def test_that_zeros_in_a_ratio_leave_what_can_be_said() -> None:
    none_v_some, some_v_none = rate_ratio(0, 10, 4, 20), rate_ratio(4, 20, 0, 10)
    # 0 of 4 events: the exact upper limit of the share is 1 - 0.025^(1/4); odds times 20/10.
    limit = (1 / 0.025**0.25 - 1) * 2
    assert values(none_v_some) == pytest.approx((0.0, 0.0, limit))
    assert values(some_v_none) == pytest.approx((math.nan, 1 / limit, math.inf), nan_ok=True)
    assert np.isnan(values(rate_ratio(0, 10, 0, 10))).all()


@settings(max_examples=100, deadline=None)
@given(arms)
def test_that_swapping_the_groups_turns_the_difference_and_inverts_the_ratio(arms: Arms) -> None:
    swapped = arms[2:] + arms[:2]
    estimate, low, high = values(rate_difference(*arms))
    assert values(rate_difference(*swapped)) == pytest.approx((-estimate, -high, -low), rel=1e-9, abs=1e-9)
    one, other = rate_ratio(*arms), rate_ratio(*swapped)
    if arms[0] and arms[2]:
        assert float(one.estimate) * float(other.estimate) == pytest.approx(1)
        assert float(one.low) * float(other.high) == pytest.approx(1, rel=1e-7)


@settings(max_examples=100, deadline=None)
@given(arms, st.floats(0.5, 0.995))
def test_that_limits_bracket_the_estimate_and_widen_with_the_level(arms: Arms, level: float) -> None:
    pairs = [(rate_difference(*arms, level=at), poisson_rate(*arms[:2], level=at)) for at in (level, level + 0.004)]
    for narrow, wide in zip(*pairs, strict=True):
        ordered = np.array([wide.low, narrow.low, narrow.estimate, narrow.high, wide.high])
        assert np.all(np.diff(ordered) >= -1e-9 * np.abs(ordered).max())
    if arms[0] and arms[2]:
        narrow, wide = rate_ratio(*arms, level=level), rate_ratio(*arms, level=level + 0.004)
        assert wide.low < narrow.low < narrow.estimate < narrow.high < wide.high


def test_that_the_difference_to_a_known_rate_of_long_follow_up_tends_to_the_exact_interval() -> None:
    long = rate_difference(3, 13.8, 5_000_000, 100_000_000)
    exact = poisson_rate(3, 13.8)
    assert values(long) == pytest.approx([value - 5 for value in values(exact)], abs=0.02)


def test_that_no_patient_time_has_no_rate_and_spoils_no_neighbour() -> None:
    k, py = [0, 2, 3], [0.0, 200.0, 0.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = [poisson_rate(k, py), rate_difference(k, py, 1, 50), rate_difference(1, 50, k, py)]
        results += [rate_ratio(k, py, 1, 50), rate_ratio(1, 50, k, py)]
        rate_ratio([0, 0, 5], 1.0, [0, 5, 0], 1.0)
    for interval, part in itertools.product(results, range(3)):
        assert np.isnan(interval[part]).tolist() == [True, False, True]


def test_that_rates_broadcast_and_agree_with_one_at_a_time() -> None:
    k1, k2, py2 = np.arange(4)[:, None], np.array([0, 3, 7]), np.array([5.0, 10.0, 2.5])
    for function in (rate_difference, rate_ratio):
        together = function(k1, 8.0, k2, py2)
        assert together.high.shape == (4, 3)
        for i, j in itertools.product(range(4), range(3)):
            alone = function(i, 8.0, int(k2[j]), float(py2[j]))
            assert alone.high.shape == ()
            assert values(alone) == pytest.approx([float(part[i, j]) for part in together], rel=1e-14, nan_ok=True)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: poisson_rate(-1, 10), ValueError, "below 0"),
        (lambda: poisson_rate(1, -10), ValueError, "Patient-years"),
        (lambda: poisson_rate(1, math.nan), ValueError, "Patient-years"),
        (lambda: poisson_rate(1.5, 10), TypeError, "whole numbers"),
        (lambda: rate_difference(1, 10, 1, 10, level=95), ValueError, "confidence level"),
        (lambda: rate_ratio(1, 10, 1, math.inf), ValueError, "Patient-years"),
        (lambda: rate_ratio(1, 10, 1, 10, level=0), ValueError, "confidence level"),
    ],
)
def test_that_impossible_counts_times_and_levels_are_refused(
    call: Callable[[], Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()


def test_that_exact_poisson_limits_never_cover_less_than_95_per_cent() -> None:
    k = np.arange(200)
    interval = poisson_rate(k, 100.0)
    means = np.arange(1, 4001) / 100
    inside = (interval.low <= means[:, None]) & (means[:, None] <= interval.high)
    covered = (stats.poisson.pmf(k, means[:, None]) * inside).sum(axis=1)
    assert covered.min() >= 0.95
    # Exact, not merely wide: somewhere the cover comes down close to what was promised.
    assert covered.min() < 0.955


def test_that_mover_covers_close_to_95_per_cent_for_two_arms_of_thirty() -> None:
    k, time = np.arange(60), 13.8
    interval = rate_difference(k[:, None], time, k, time)
    for rate1, rate2 in itertools.product((5.0, 15.0, 40.0, 100.0), repeat=2):
        weights = [stats.poisson.pmf(k, rate * time / 100) for rate in (rate1, rate2)]
        inside = (interval.low <= rate1 - rate2) & (rate1 - rate2 <= interval.high)
        assert weights[0] @ inside @ weights[1] > 0.94
