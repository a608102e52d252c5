"""Quantiles and ranks without scipy.stats, which costs a second at every start: its numbers all the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from dsmb_app.analyses.intervals import _hypergeometric, clopper_pearson, normal_quantile
from dsmb_app.analyses.log_rank import log_rank
from dsmb_app.analyses.rates import poisson_rate
from dsmb_app.snapshot.leak_tests import _double_ranks

CLOSE = {"rtol": 1e-12, "atol": 0}
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
GROUPS = (1, 2, 7, 86, 500, 3000)


@pytest.mark.parametrize("level", LEVELS)
def test_that_limits_of_rates_and_shares_are_the_quantiles_of_their_distributions(level: float) -> None:
    tail, k = (1 - level) / 2, np.arange(2000)
    rate = poisson_rate(k, np.full(len(k), 100.0), level)
    np.testing.assert_allclose(rate.low[1:], stats.chi2.ppf(tail, 2 * k[1:]) / 2, **CLOSE)
    np.testing.assert_allclose(rate.high, stats.chi2.isf(tail, 2 * k + 2) / 2, **CLOSE)
    x, n = (np.concatenate(part) for part in zip(*((np.arange(m + 1), np.full(m + 1, m)) for m in GROUPS), strict=True))
    share, some, less = clopper_pearson(x, n, level), x > 0, x < n
    np.testing.assert_allclose(share.low[some], stats.beta.ppf(tail, x, n - x + 1)[some], **CLOSE)
    np.testing.assert_allclose(share.high[less], stats.beta.isf(tail, x + 1, n - x)[less], **CLOSE)
    np.testing.assert_allclose(normal_quantile(level), stats.norm.isf(tail), **CLOSE)


@pytest.mark.parametrize(
    ("n1", "n2", "events"), [(1, 1, 1), (5, 7, 0), (5, 7, 6), (5, 7, 12), (86, 84, 40), (900, 850, 300)]
)
def test_that_chances_of_tables_are_hypergeometric(n1: int, n2: int, events: int) -> None:
    possible = np.arange(max(0, events - n2), min(n1, events) + 1)
    expected = stats.hypergeom.pmf(possible, n1 + n2, events, n1)
    np.testing.assert_allclose(_hypergeometric(n1, n2, events), expected, rtol=1e-12, atol=1e-300)


def test_that_the_p_of_the_log_rank_test_is_the_upper_tail_of_chi_square() -> None:
    rng = np.random.default_rng(1)
    for arms in (2, 3, 5):
        days, event, arm = rng.integers(1, 50, 60), rng.integers(0, 2, 60), rng.integers(0, arms, 60)
        found = log_rank(days, event, arm, arms)
        assert found.df == arms - 1
        np.testing.assert_allclose(found.p, stats.chi2.sf(found.chi_square, found.df), **CLOSE)


def test_that_doubled_ranks_are_twice_the_mean_ranks_and_zero_where_there_is_no_value() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        row, here = rng.integers(0, 6, 30).astype(float), rng.random(30) < 0.7
        expected = np.zeros(30)
        expected[here] = 2 * stats.rankdata(row[here])
        assert _double_ranks(row, here).tolist() == expected.tolist()
    assert _double_ranks(np.ones(3), np.zeros(3, dtype=bool)).tolist() == [0, 0, 0]
