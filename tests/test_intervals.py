"""Risk differences, Fisher's p and limits of one proportion: worked values and naive second versions."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from dsmb_app.analyses.intervals import (
    CONFIDENCE_LEVEL,
    Interval,
    clopper_pearson,
    fisher_two_sided,
    mn_score_z,
    normal_quantile,
    probability_of_seeing,
    risk_difference,
    wilson,
)
from tests.two_by_two import Table, limits, tables

Z95 = NormalDist().inv_cdf(0.975)

# --- worked values: counts, difference, MN limits, Newcombe limits (percentage points, one decimal), Fisher p ---
WORKED = [
    ((9, 29, 2, 30), 24.4, (4.8, 44.0), (4.3, 43.2), 0.0211),
    ((4, 29, 0, 30), 13.8, (1.5, 30.7), (-0.3, 30.6), 0.0522),
    ((3, 29, 0, 30), 10.3, (-1.8, 26.6), (-2.9, 26.4), 0.1124),
    ((2, 29, 6, 30), -13.1, (-31.9, 5.2), (-31.1, 5.3), 0.2542),
    ((0, 29, 3, 30), -10.0, (-25.8, 2.5), (-25.6, 3.4), 0.2373),
    ((0, 30, 0, 30), 0.0, (-11.5, 11.5), (-11.4, 11.4), 1.0),
    ((1, 30, 0, 30), 3.3, (-8.4, 16.8), (-8.3, 16.7), 1.0),
]


@pytest.mark.parametrize(("counts", "difference", "mn", "newcombe", "p"), WORKED)
def test_that_the_worked_table_is_reproduced_as_printed(
    counts: Table, difference: float, mn: tuple[float, float], newcombe: tuple[float, float], p: float
) -> None:
    assert 100 * risk_difference(*counts).estimate == pytest.approx(difference, abs=0.0501)
    assert 100 * np.array(limits(risk_difference(*counts))) == pytest.approx(mn, abs=0.0501)
    assert 100 * np.array(limits(risk_difference(*counts, method="newcombe"))) == pytest.approx(newcombe, abs=0.0501)
    assert float(fisher_two_sided(*counts)) == pytest.approx(p, abs=0.0000501)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((20, 101, 10, 105), 0.6405, 20.2917),
        ((0, 101, 0, 105), -3.5460, 3.6813),
        ((30, 30, 0, 30), 87.7741, 100.0),
        ((0, 30, 30, 30), -100.0, -87.7741),
        ((0, 10, 0, 20), -16.576023, 28.438134),  # Miettinen and Nurminen 1985, example 5
        ((10, 10, 20, 20), -28.438134, 16.576023),
        ((3, 29, 6, 36), -23.69807, 12.27832),  # as R gives it
    ],
)
def test_that_mn_limits_agree_with_other_programs_to_four_decimals(counts: Table, low: float, high: float) -> None:
    assert 100 * np.array(limits(risk_difference(*counts))) == pytest.approx((low, high), abs=0.0000501)


# Newcombe 1998, Statistics in Medicine 17:873, table II: MN is his method 6, the Wilson pair his method 10.
@pytest.mark.parametrize(
    ("counts", "mn", "newcombe"),
    [
        ((56, 70, 48, 80), (0.0528, 0.3382), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1700, 0.8406), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0342, 0.8534), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0326, 0.1933), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1658, 0.2844), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2879, 0.2879), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.7156, 1.0), (0.6791, 1.0)),
        ((10, 10, 0, 10), (0.6636, 1.0), (0.6075, 1.0)),
    ],
)
def test_that_the_published_comparison_of_methods_is_reproduced(
    counts: Table, mn: tuple[float, float], newcombe: tuple[float, float]
) -> None:
    assert limits(risk_difference(*counts)) == pytest.approx(mn, abs=0.0000501)
    assert limits(risk_difference(*counts, method="newcombe")) == pytest.approx(newcombe, abs=0.0000501)


def test_that_wald_is_the_textbook_interval_cut_at_the_possible_and_a_point_for_no_event() -> None:
    assert limits(risk_difference(56, 70, 48, 80, method="wald")) == pytest.approx((0.0575, 0.3425), abs=0.0000501)
    assert limits(risk_difference(0, 30, 0, 30, method="wald")) == (0.0, 0.0)
    assert limits(risk_difference(29, 30, 1, 30, method="wald"))[1] == 1.0
    assert limits(risk_difference(1, 30, 29, 30, method="wald"))[0] == -1.0


@pytest.mark.parametrize(
    ("counts", "p", "digits"),
    [((5, 30, 0, 30), 0.052, 3), ((6, 30, 0, 30), 0.024, 3), ((3, 4, 1, 4), 17 / 35, 14), ((0, 9, 0, 4), 1.0, 15)],
)
def test_that_fisher_p_is_right_for_known_tables(counts: Table, p: float, digits: int) -> None:
    assert float(fisher_two_sided(*counts)) == pytest.approx(p, abs=0.501 * 10**-digits)


def test_that_fisher_p_agrees_with_every_row_of_the_published_adverse_event_table(shared_data: Path) -> None:
    with (shared_data / "expected" / "14-5.01_teae.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    compared = 0
    for dose in ("low", "high"):
        known = [row for row in rows if row[f"p_{dose}_recomputed"]]
        columns = (f"n_xan_{dose}", f"N_xan_{dose}", "n_placebo", "N_placebo")
        p = fisher_two_sided(*(np.array([int(row[name]) for row in known]) for name in columns))
        assert p == pytest.approx(np.array([float(row[f"p_{dose}_recomputed"]) for row in known]), abs=6e-7)
        compared += len(known)
    assert compared == 413


def test_that_no_event_in_thirty_still_allows_a_tenth() -> None:
    assert limits(clopper_pearson(0, 30)) == pytest.approx((0.0, 0.116), abs=0.000501)
    assert float(clopper_pearson(0, 30, one_sided=True).high) == pytest.approx(0.095, abs=0.000501)
    assert limits(wilson(0, 30)) == pytest.approx((0.0, Z95**2 / (30 + Z95**2)), rel=1e-12)


def test_that_limits_of_four_in_ten_agree_with_published_ones() -> None:
    assert limits(wilson(4, 10)) == pytest.approx((0.168180329706, 0.687326230266), abs=1e-12)
    assert limits(clopper_pearson(4, 10)) == pytest.approx((0.121552258120, 0.737621923393), abs=1e-12)


def test_that_thirty_subjects_often_miss_a_rare_event() -> None:
    seen = 100 * probability_of_seeing(30, [0.01, 0.02, 0.05, 0.10])
    # 45.45 and 95.76 per cent are the two that rounding could turn.
    assert seen == pytest.approx([26, 45, 79, 96], abs=0.5)
    assert seen[1] == pytest.approx(45.45, abs=0.005)
    assert probability_of_seeing([0, 5, 5], [1.0, 0.0, 1.0]).tolist() == [0.0, 0.0, 1.0]


def test_that_the_default_level_is_95_per_cent_with_the_usual_z() -> None:
    assert CONFIDENCE_LEVEL == 0.95
    assert normal_quantile(CONFIDENCE_LEVEL) == 1.959963984540054


# --- second, naive versions ---
def naive_variance(counts: Table, d: float) -> float:
    """Variance under p1 - p2 = d, where the likeliest p2 is searched for on the likelihood itself."""
    x1, n1, x2, n2 = counts

    def surprise(p2: float) -> float:
        shares = ((x1, n1, min(max(p2 + d, 0.0), 1.0)), (x2, n2, p2))
        parts = [pair for x, n, p in shares for pair in ((x, p), (n - x, 1 - p))]
        return math.inf if any(k and q <= 0 for k, q in parts) else -sum(k * math.log(q) for k, q in parts if k)

    ends = (max(0.0, -d), min(1.0, 1.0 - d))
    found = optimize.minimize_scalar(surprise, bounds=ends, method="bounded", options={"xatol": 1e-12})
    p2 = min((*ends, float(found.x)), key=surprise)
    p1 = p2 + d
    return (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)


def naive_mn(counts: Table) -> tuple[float, float]:
    estimate = counts[0] / counts[1] - counts[2] / counts[3]

    def excess(d: float) -> float:
        return (estimate - d) ** 2 - Z95**2 * naive_variance(counts, d)

    low = -1.0 if estimate == -1 else optimize.brentq(excess, -1 + 1e-9, estimate - 1e-9, xtol=1e-12)
    high = 1.0 if estimate == 1 else optimize.brentq(excess, estimate + 1e-9, 1 - 1e-9, xtol=1e-12)
    return float(low), float(high)


@settings(max_examples=60, deadline=None)
@given(tables())
@example((0, 30, 0, 30))
@example((30, 30, 0, 30))
@example((0, 1, 1, 60))
@example((30, 30, 30, 30))
def test_that_mn_limits_equal_those_of_a_search_on_the_likelihood(counts: Table) -> None:
    assert limits(risk_difference(*counts)) == pytest.approx(naive_mn(counts), abs=1e-6)


def naive_fisher(x1: int, n1: int, x2: int, n2: int) -> Fraction:
    events = x1 + x2
    weights = [math.comb(n1, k) * math.comb(n2, events - k) for k in range(max(0, events - n2), min(n1, events) + 1)]
    observed = math.comb(n1, x1) * math.comb(n2, x2)
    near = observed * (1 + Fraction(1, 10**7))
    return Fraction(sum(weight for weight in weights if weight <= near), sum(weights))


@settings(max_examples=300, deadline=None)
@given(tables(largest=200))
@example((8, 60, 18, 70))  # 16/60 v 10/70 is 3.5 millionths more probable and must stay out
def test_that_fisher_p_equals_the_sum_in_whole_numbers(counts: Table) -> None:
    assert float(fisher_two_sided(*counts)) == pytest.approx(float(naive_fisher(*counts)), rel=1e-11)


@settings(max_examples=100, deadline=None)
@given(tables(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_that_one_sample_limits_equal_those_of_the_library(counts: Table, level: float) -> None:
    x, n = counts[:2]
    known = stats.binomtest(x, n)
    ours: list[tuple[Interval, str]] = [(clopper_pearson(x, n, level), "exact"), (wilson(x, n, level), "wilson")]
    for interval, name in ours:
        assert limits(interval) == pytest.approx(tuple(known.proportion_ci(level, method=name)), abs=1e-9)
    above = stats.binomtest(x, n, alternative="less").proportion_ci(level)
    below = stats.binomtest(x, n, alternative="greater").proportion_ci(level)
    one_sided = clopper_pearson(x, n, level, one_sided=True)
    assert limits(one_sided) == pytest.approx((below.low, above.high), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(tables())
def test_that_the_score_z_is_the_root_of_pearsons_chi_square_less_a_share_of_one_in_n(counts: Table) -> None:
    x1, n1, x2, n2 = counts
    z = float(mn_score_z(*counts))
    if x1 + x2 in (0, n1 + n2):
        assert z == 0
        return
    pearson = stats.chi2_contingency([[x1, n1 - x1], [x2, n2 - x2]], correction=False).statistic
    assert z**2 == pytest.approx(pearson * (n1 + n2 - 1) / (n1 + n2), rel=1e-9, abs=1e-12)
    assert np.sign(z) == np.sign(x1 * n2 - x2 * n1)
