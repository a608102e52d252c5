"""Survival, its median, numbers at risk and the log-rank test: published trial, second versions, properties."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from dsmb_app.analyses.kaplan_meier import kaplan_meier, median
from dsmb_app.analyses.log_rank import log_rank, log_rank_pairs
from dsmb_app.analyses.time_to_event import as_curve, at_risk, step_values, thin_from

# Weeks in remission of acute leukaemia; True: relapse, False: still in remission (Freireich 1963; Gehan 1965).
RELAPSE_6MP = [6, 6, 6, 7, 10, 13, 16, 22, 23]
REMISSION_6MP = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
WEEKS = np.array(RELAPSE_6MP + REMISSION_6MP + PLACEBO, dtype=float)
RELAPSED = np.array([True] * 9 + [False] * 12 + [True] * 21)
drug = np.array([0] * 21 + [1] * 21)

Cohort = list[tuple[int, int, int]]
# Few days, so that events and censorings of one day are the rule; (last day, event, arm).
cohorts = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=25)


def columns(cohort: Cohort) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    days, event, arm = np.array(cohort).T
    return days.astype(float), event, arm


def as_floats(interval: tuple[np.ndarray, ...]) -> list[float]:
    return [float(value) for value in interval]


def test_that_the_published_remission_curve_and_its_standard_errors_are_reproduced() -> None:
    curve = kaplan_meier(WEEKS[:21], RELAPSED[:21])
    assert curve.day.tolist() == [0, 6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 21, 17, 15, 12, 11, 7, 6]
    assert curve.events.tolist() == [0, 3, 1, 1, 1, 1, 1, 1]
    assert curve.estimate == pytest.approx([1, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=0.0005)
    errors = [0, 0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert np.sqrt(curve.variance) == pytest.approx(errors, abs=0.00005)


def test_that_the_published_log_rank_test_of_the_remission_trial_is_reproduced() -> None:
    test = log_rank(WEEKS, RELAPSED, drug, 2)
    assert test.chi_square == pytest.approx(16.79, abs=0.005)
    assert test.df == 1
    assert test.p == pytest.approx(4.17e-5, abs=0.005e-5)
    assert test.observed.tolist() == [9, 21]
    assert test.expected == pytest.approx([19.25, 10.75], abs=0.005)


def test_that_medians_and_their_limits_are_those_published_for_the_remission_trial() -> None:
    treated, placebo = (kaplan_meier(WEEKS[drug == a], RELAPSED[drug == a]) for a in (0, 1))
    assert as_floats(median(treated)) == pytest.approx([23, 13, np.nan], nan_ok=True)
    assert as_floats(median(placebo)) == [8, 4, 11]


def test_that_the_median_of_a_stretch_at_one_half_is_its_middle() -> None:
    assert as_floats(median(kaplan_meier([2, 4, 7, 9], [1, 1, 1, 1])))[0] == 5.5
    # 8/9 7/8 6/7 3/4 is one half, but as a product of floats it falls short in the last digit.
    assert as_floats(median(kaplan_meier(range(1, 11), [0, 1, 1, 1, 0, 0, 1, 0, 1, 0])))[0] == 8
    assert as_floats(median(kaplan_meier([1, 2, 3, 8, 9, 9], [1, 1, 1, 1, 0, 0])))[0] == 5.5
    assert np.isnan(as_floats(median(kaplan_meier([2, 4, 7, 9], [1, 1, 0, 0])))[0])


def naive_survival(cohort: Cohort, day: int) -> tuple[Fraction, Fraction]:
    """S and Greenwood's sum, recounted from the records on every day; the sum stops where nobody is left."""
    survival, total = Fraction(1), Fraction(0)
    for t in range(1, day + 1):
        risk = sum(last >= t for last, _, _ in cohort)
        events = sum(last == t and event == 1 for last, event, _ in cohort)
        if events:
            survival *= Fraction(risk - events, risk)
            total += Fraction(events, risk * (risk - events)) if events < risk else 0
    return survival, survival**2 * total


@settings(max_examples=60, deadline=None)
@given(cohorts)
def test_that_survival_equals_a_recount_of_the_records_on_every_day(cohort: Cohort) -> None:
    days, event, _ = columns(cohort)
    curve = kaplan_meier(days, event)
    for day in range(int(days.max()) + 1):
        survival, variance = naive_survival(cohort, day)
        assert float(curve.at(day).estimate) == pytest.approx(float(survival), abs=1e-12)
        assert float(step_values(curve.day, curve.variance, day)) == pytest.approx(float(variance), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(cohorts, st.sampled_from([0.8, 0.95]))
def test_that_survival_and_limits_agree_with_the_library(cohort: Cohort, level: float) -> None:
    days, event, _ = columns(cohort)
    library = stats.ecdf(stats.CensoredData(uncensored=days[event == 1], right=days[event == 0])).sf
    curve = kaplan_meier(days, event, level)
    ours = curve.at(library.quantiles)
    assert ours.estimate == pytest.approx(library.probabilities, abs=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that there are no limits where nothing or everything has happened
        low, high = (limit.probabilities for limit in library.confidence_interval(level, method="log-log"))
    between = (library.probabilities > 0) & (library.probabilities < 1)
    assert ours.low[between] == pytest.approx(low[between], abs=1e-9)
    assert ours.high[between] == pytest.approx(high[between], abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(cohorts, st.randoms(use_true_random=False))
def test_that_the_order_of_subjects_moves_no_digit(cohort: Cohort, random: object) -> None:
    shuffled = sorted(cohort, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = (kaplan_meier(*columns(c)[:2]) for c in (cohort, shuffled))
    for name in ("day", "estimate", "variance", "low", "high", "at_risk", "events"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    tests = [log_rank(*columns(c), 3) for c in (cohort, shuffled)]
    assert tests[0].chi_square == tests[1].chi_square or np.isnan(tests[0].chi_square)


def test_that_limits_are_certain_before_the_first_event_and_absent_when_nobody_is_left() -> None:
    curve = kaplan_meier([3, 5], [1, 1])
    assert as_floats(curve.at(2)) == [1, 1, 1]
    estimate, low, high = as_floats(curve.at(5))
    assert estimate == 0
    assert np.isnan(low)
    assert np.isnan(high)


def test_that_a_curve_is_unknown_after_the_longest_follow_up_unless_it_is_over() -> None:
    assert np.isnan(kaplan_meier([3, 9], [1, 0]).at([9, 10]).estimate).tolist() == [False, True]
    assert kaplan_meier([3, 9], [1, 1]).at(400).estimate == 0
    assert np.isnan(kaplan_meier([], []).at([0, 1]).estimate).all()


def test_that_cumulative_incidence_is_one_minus_survival_with_its_limits_turned_round() -> None:
    survival = kaplan_meier(WEEKS[:21], RELAPSED[:21])
    ours, theirs = survival.complement().at(10), survival.at(10)
    assert as_floats(ours) == [1 - float(theirs.estimate), 1 - float(theirs.high), 1 - float(theirs.low)]


def test_that_a_subject_without_follow_up_is_at_risk_on_no_day() -> None:
    with_idle = kaplan_meier([0, 2, 3, 0], [0, 1, 0, 0])
    assert with_idle.at(2).estimate == 0.5
    assert at_risk([0, 2, 3, 0], [0, 1, 2, 3, 4]).tolist() == [4, 2, 2, 1, 0]


@given(st.lists(st.integers(0, 20), max_size=15), st.integers(1, 6))
def test_that_the_tail_is_hidden_from_the_first_day_with_too_few_at_risk(last: list[int], fewest: int) -> None:
    thin = [day for day in range(1, 22) if sum(end >= day for end in last) < fewest]
    assert thin_from(np.array(last, dtype=float), fewest) == thin[0]


@settings(max_examples=60, deadline=None)
@given(cohorts)
def test_that_two_arms_are_tested_as_the_library_does(cohort: Cohort) -> None:
    days, event, arm = columns(cohort)
    for (a, b), test in log_rank_pairs(days, event, arm, 3).items():
        samples = [
            stats.CensoredData(uncensored=days[(arm == i) & (event == 1)], right=days[(arm == i) & (event == 0)])
            for i in (a, b)
        ]
        if not all(np.any(arm == i) for i in (a, b)):
            assert np.isnan(test.chi_square)
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            theirs = stats.logrank(*samples)
        if np.isnan(test.chi_square):
            assert not np.isfinite(theirs.statistic)
        else:
            assert test.chi_square == pytest.approx(theirs.statistic**2, rel=1e-9, abs=1e-12)
            assert test.p == pytest.approx(theirs.pvalue, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(cohorts)
def test_that_three_arms_are_tested_as_a_recount_in_fractions_does(cohort: Cohort) -> None:
    assume({arm for _, event, arm in cohort} == {0, 1, 2})
    surplus, v = [Fraction(0)] * 3, [[Fraction(0)] * 3 for _ in range(3)]
    for t in range(1, 13):
        risk = [sum(last >= t and a == i for last, _, a in cohort) for i in range(3)]
        seen = [sum(last == t and event == 1 and a == i for last, event, a in cohort) for i in range(3)]
        y, d = sum(risk), sum(seen)
        for i in range(3) if d else ():
            surplus[i] += seen[i] - Fraction(d * risk[i], y)
            for j in range(3) if y > 1 else ():
                share = Fraction(risk[i], y) * ((i == j) - Fraction(risk[j], y))
                v[i][j] += Fraction(d * (y - d), y - 1) * share
    determinant = v[1][1] * v[2][2] - v[1][2] * v[2][1]
    assume(determinant != 0)
    # Here the first arm is left out, in the program the last.
    form = v[2][2] * surplus[1] ** 2 - 2 * v[1][2] * surplus[1] * surplus[2] + v[1][1] * surplus[2] ** 2
    test = log_rank(*columns(cohort), 3)
    assert test.df == 2
    assert test.chi_square == pytest.approx(float(form / determinant), rel=1e-9, abs=1e-12)
    assert test.p == pytest.approx(np.exp(-float(form / determinant) / 2), rel=1e-9)


def test_that_events_of_one_day_are_tested_as_a_table_of_arms() -> None:
    events, sizes = [3, 7, 5], [20, 22, 18]
    arm = np.repeat([0, 1, 2], sizes)
    event = np.concatenate([np.arange(n) < k for k, n in zip(events, sizes, strict=True)])
    pearson = stats.chi2_contingency(np.array([events, np.subtract(sizes, events)]), correction=False)
    test = log_rank(np.where(event, 30.0, 90.0), event, arm, 3)
    assert test.chi_square == pytest.approx(pearson.statistic * 59 / 60)
    assert test.df == pearson.dof


def test_that_an_arm_nobody_is_at_risk_in_takes_no_degree_of_freedom() -> None:
    assert log_rank(WEEKS, RELAPSED, drug * 2, 4)[:3] == log_rank(WEEKS, RELAPSED, drug, 2)[:3]


@pytest.mark.parametrize(("event", "arm"), [([0, 0, 0], [0, 1, 1]), ([1, 1, 0], [0, 0, 0]), ([1, 1, 1], [0, 1, 1])])
def test_that_a_test_without_information_is_not_evaluable(event: list[int], arm: list[int]) -> None:
    test = log_rank([4, 4, 4], event, arm, 2)
    assert np.isnan(test.chi_square)
    assert np.isnan(test.p)


@pytest.mark.parametrize(
    ("days", "event"),
    [([1, -2], [1, 0]), ([1, np.nan], [1, 0]), ([0, 2], [1, 0]), ([1, 2], [1]), ([1, 2], [1, 2]), ([1, 2], [1, -1])],
)
def test_that_impossible_records_stop_the_estimate(days: list[float], event: list[int]) -> None:
    with pytest.raises(ValueError, match=r"event|follow-up|Event"):
        kaplan_meier(days, event)


def test_that_unknown_arms_and_fractional_codes_are_not_guessed() -> None:
    with pytest.raises(ValueError, match="arm index"):
        log_rank([1, 2], [1, 0], [0, 2], 2)
    with pytest.raises(TypeError, match="whole numbers"):
        kaplan_meier([1, 2], [0.5, 1])


def test_that_a_drawn_curve_runs_flat_to_the_last_day_of_follow_up() -> None:
    curve = as_curve("A", kaplan_meier([2, 9, 5, 5], [1, 0, 0, 0]), [9, 5, 5])
    assert curve.x == (0, 2, 9)
    assert curve.y == (1, 0.75, 0.75)
    assert curve.censored == (5, 9)
    assert as_curve("B", kaplan_meier([2], [1])).x == (0, 2)
