"""What risk differences and their tests must do for any counts: symmetry, order, zero cells, shapes, coverage."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from statistics import NormalDist
from typing import Any, cast, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dsmb_app.analyses.intervals import (
    RiskDifferenceMethod,
    clopper_pearson,
    fisher_two_sided,
    mn_score_z,
    probability_of_seeing,
    risk_difference,
    wilson,
)
from tests.two_by_two import Table, limits, tables

METHODS: tuple[RiskDifferenceMethod, ...] = get_args(RiskDifferenceMethod)
each_method = pytest.mark.parametrize("method", METHODS)
Z95 = NormalDist().inv_cdf(0.975)


@settings(max_examples=100, deadline=None)
@given(tables(largest=300))
def test_that_the_mn_interval_leaves_out_zero_exactly_when_the_score_is_beyond_z(counts: Table) -> None:
    low, high = limits(risk_difference(*counts))
    z = abs(float(mn_score_z(*counts)))
    assert (low > 0 or high < 0) == (z > Z95) or abs(z - Z95) < 1e-9


@each_method
@settings(max_examples=100, deadline=None)
@given(counts=tables(largest=300))
def test_that_swapping_the_groups_turns_every_sign(method: RiskDifferenceMethod, counts: Table) -> None:
    swapped = counts[2:] + counts[:2]
    one, other = risk_difference(*counts, method=method), risk_difference(*swapped, method=method)
    assert float(one.estimate) == -float(other.estimate)
    assert limits(one) == pytest.approx((-float(other.high), -float(other.low)), abs=1e-10)
    assert float(mn_score_z(*counts)) == pytest.approx(-float(mn_score_z(*swapped)), abs=1e-12)
    assert float(fisher_two_sided(*counts)) == pytest.approx(float(fisher_two_sided(*swapped)), rel=1e-10)


@each_method
@settings(max_examples=100, deadline=None)
@given(counts=tables(largest=300), level=st.floats(0.5, 0.995))
def test_that_limits_lie_in_order_within_the_possible_and_widen_with_the_level(
    method: RiskDifferenceMethod, counts: Table, level: float
) -> None:
    narrow, wide = (risk_difference(*counts, method=method, level=at) for at in (level, level + 0.004))
    values = np.array([-1 - 1e-12, wide.low, narrow.low, narrow.estimate, narrow.high, wide.high, 1 + 1e-12])
    assert np.all(np.diff(values) >= -1e-10)


@each_method
def test_that_cells_of_zero_neither_fail_nor_warn_nor_lose_a_limit(method: RiskDifferenceMethod) -> None:
    corners = [
        (x1, n1, x2, n2)
        for n1, n2 in itertools.product((1, 2, 30, 5000), repeat=2)
        for x1, x2 in itertools.product((0, n1), (0, n2))
    ]
    x1, n1, x2, n2 = np.array(corners).T
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = [*risk_difference(x1, n1, x2, n2, method), mn_score_z(x1, n1, x2, n2)]
        results += [fisher_two_sided(x1, n1, x2, n2), *clopper_pearson(x1, n1), *wilson(x1, n1)]
    assert all(np.all(np.isfinite(values)) for values in results)


def test_that_wilson_limits_of_nobody_and_everybody_are_exactly_zero_and_one() -> None:
    n = np.arange(1, 400)
    assert np.all(wilson(0, n).low == 0)
    assert np.all(wilson(n, n).high == 1)


@each_method
def test_that_a_group_without_subjects_has_no_numbers_and_spoils_no_neighbour(method: RiskDifferenceMethod) -> None:
    columns = ([0, 9, 0], [0, 29, 0], [2, 2, 0], [30, 30, 0])
    for values in (*risk_difference(*columns, method=method), mn_score_z(*columns), fisher_two_sided(*columns)):
        assert np.isnan(values).tolist() == [True, False, True]
    for values in (*clopper_pearson(*columns[:2]), *wilson(*columns[:2])):
        assert np.isnan(values).tolist() == [True, False, True]


@each_method
def test_that_arrays_broadcast_and_agree_with_one_table_at_a_time(method: RiskDifferenceMethod) -> None:
    x1, x2 = np.arange(7)[:, None], np.array([0, 3, 30, 3])
    together = risk_difference(x1, 30, x2, 30, method=method)
    p, z = fisher_two_sided(x1, 30, x2, 30), mn_score_z(x1, 30, x2, 30)
    assert together.low.shape == p.shape == z.shape == (7, 4)
    for i, j in itertools.product(range(7), range(4)):
        alone = (i, 30, int(x2[j]), 30)
        single = risk_difference(*alone, method=method)
        assert single.low.shape == ()
        assert limits(single) == (together.low[i, j], together.high[i, j])
        assert (float(fisher_two_sided(*alone)), float(mn_score_z(*alone))) == (p[i, j], z[i, j])
    assert risk_difference([], [], [], [], method=method).low.shape == (0,)


def test_that_equal_shares_differ_by_exactly_zero_and_a_difference_on_a_rounding_tie_stays_on_it() -> None:
    assert risk_difference([1, 7], [3, 70], [10, 3], [30, 30]).estimate.tolist() == [0.0, 0.0]
    assert risk_difference([3, 2], [20, 20], 1, 80).estimate.tolist() == [0.1375, 0.0875]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: risk_difference(1, 30, 2, 30, method=cast(Any, "exact")), ValueError, "Unknown interval method"),
        (lambda: risk_difference(31, 30, 2, 30), ValueError, "more subjects with the event"),
        (lambda: fisher_two_sided(1, 30, 2, 0), ValueError, "more subjects with the event"),
        (lambda: mn_score_z(-1, 30, 2, 30), ValueError, "below 0"),
        (lambda: wilson(1.0, 30), TypeError, "whole numbers"),
        (lambda: clopper_pearson(1, 30, level=95), ValueError, "confidence level"),
        (lambda: risk_difference(1, 30, 2, 30, level=1.0), ValueError, "confidence level"),
        (lambda: probability_of_seeing(30, 5), ValueError, "between 0 and 1"),
    ],
)
def test_that_impossible_counts_and_unknown_choices_are_refused(
    call: Callable[[], Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()


# --- coverage at 30 per group: all 31 x 31 outcomes weighed, nothing drawn ---
def coverage(method: RiskDifferenceMethod) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Chance that the interval holds the true difference, for true shares 0.01 ... 0.99 in each group."""
    outcomes, shares = np.arange(31), np.arange(1, 100) / 100
    interval = risk_difference(outcomes[:, None], 30, outcomes, 30, method=method)
    weights = stats.binom.pmf(outcomes, 30, shares[:, None])
    result = np.empty((99, 99))
    for i, j in itertools.product(range(99), repeat=2):
        true = (i - j) / 100
        result[i, j] = weights[i] @ ((interval.low <= true) & (true <= interval.high)) @ weights[j]
    return result


def test_that_mn_covers_close_to_95_per_cent_everywhere() -> None:
    mn = coverage("miettinen-nurminen")
    assert 0.945 < mn.mean() < 0.96
    assert mn.min() > 0.92


def test_that_newcombe_covers_95_per_cent_on_average_and_wald_fails_near_the_edges() -> None:
    newcombe, wald = coverage("newcombe"), coverage("wald")
    assert 0.945 < newcombe.mean() < 0.96
    assert newcombe.min() > 0.89
    assert wald.mean() < 0.945
    assert wald.min() < 0.70
