"""Cumulative incidence with competing events and mean cumulative counts: worked values, second versions, properties."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmb_app.analyses.competing import aalen_johansen
from dsmb_app.analyses.kaplan_meier import kaplan_meier
from dsmb_app.analyses.mean_count import mean_cumulative_count
from dsmb_app.analyses.time_to_event import Steps, step_values

FIELDS = ("day", "estimate", "variance", "low", "high", "at_risk", "events")
Cohort = list[tuple[int, int]]
History = tuple[int, list[int]]
cohorts = st.lists(st.tuples(st.integers(1, 10), st.integers(0, 3)), min_size=1, max_size=25)
# A subject's last day, then the days of its events within it; a last day of 0 leaves no room for any.
histories = st.integers(0, 10).flatmap(
    lambda last: st.tuples(st.just(last), st.lists(st.integers(1, last), max_size=5) if last else st.just([]))
)
groups = st.lists(histories, min_size=1, max_size=15)


def incidence(cohort: Cohort, cause: int = 1) -> Steps:
    days, code = np.array(cohort).T
    return aalen_johansen(days, code, cause)


def counted(group: list[History], level: float = 0.95) -> Steps:
    subject = [i for i, (_, days) in enumerate(group) for _ in days]
    return mean_cumulative_count(
        [last for last, _ in group], subject, [d for _, days in group for d in days], None, level
    )


# Last days with 0 censored, 1 the event, 2 death.
WORKED = [(5, 1), (8, 0), (10, 2), (12, 1), (15, 0), (20, 0)]


def test_that_the_worked_incidence_with_a_death_is_reproduced() -> None:
    curve = incidence(WORKED)
    assert curve.day.tolist() == [0, 5, 12]
    assert curve.at_risk.tolist() == [6, 6, 3]
    assert curve.at([4, 5, 11.9, 12, 20]).estimate == pytest.approx([0, 1 / 6, 1 / 6, 0.375, 0.375], abs=1e-15)
    # One sixth of six is binomial; on day 12: (5/24)^2/30 + 5/216 - 2 (5/24)/36 + (5/24)^2/12 + (5/8)^2 2/27.
    assert curve.variance == pytest.approx([0, 5 / 216, 35 / 768], abs=1e-15)
    death = np.array([code for _, code in WORKED]) == 2
    naive = kaplan_meier([last for last, _ in WORKED], [code == 1 for _, code in WORKED])
    assert float(naive.complement().at(12).estimate) == pytest.approx(0.4444, abs=0.00005)
    assert death.sum() == 1


def from_hazards(hazards: list[list[Fraction]]) -> Fraction:
    left, share = Fraction(1), Fraction(0)
    for own, other in hazards:
        share += left * own
        left *= 1 - own - other
    return share


def delta_method(cohort: Cohort, day: int) -> tuple[Fraction, Fraction]:
    """F and its variance from the covariance of the daily hazards; F is linear in each, so a step is its slope."""
    risk = [sum(last >= t for last, _ in cohort) for t in range(1, day + 1)]
    hazards = [
        [Fraction(sum(last == t and (code == 1) == own for last, code in cohort if code), y) for own in (True, False)]
        for t, y in enumerate(risk, start=1)
    ]
    base, variance = from_hazards(hazards), Fraction(0)
    for j, y in enumerate(risk):
        slopes = []
        for k in (0, 1):
            moved = [list(pair) for pair in hazards]
            moved[j][k] += 1
            slopes.append(from_hazards(moved) - base)
        mean = sum(s * h for s, h in zip(slopes, hazards[j], strict=True))
        variance += (sum(s * s * h for s, h in zip(slopes, hazards[j], strict=True)) - mean**2) / y
    return base, variance


@settings(max_examples=40, deadline=None)
@given(cohorts)
def test_that_incidence_and_variance_equal_a_recount_in_fractions(cohort: Cohort) -> None:
    curve = incidence(cohort)
    for day in range(1, max(last for last, _ in cohort) + 1):
        share, variance = delta_method(cohort, day)
        assert float(curve.at(day).estimate) == pytest.approx(float(share), abs=1e-12)
        assert float(step_values(curve.day, curve.variance, day)) == pytest.approx(float(variance), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(cohorts)
def test_that_without_competing_events_incidence_is_one_minus_survival(cohort: Cohort) -> None:
    single = [(last, min(code, 1)) for last, code in cohort]
    ours, theirs = incidence(single), kaplan_meier(*np.array(single).T).complement()
    for name in FIELDS:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-7, atol=1e-10)


@settings(max_examples=60, deadline=None)
@given(cohorts)
def test_that_all_causes_and_survival_add_up_to_one_on_every_day(cohort: Cohort) -> None:
    days, code = np.array(cohort).T
    grid = np.arange(days.max() + 1)
    parts = [aalen_johansen(days, code, cause).at(grid).estimate for cause in (1, 2, 3)]
    assert sum(parts) + kaplan_meier(days, code > 0).at(grid).estimate == pytest.approx(np.ones(len(grid)), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 10), st.integers(1, 2)), min_size=1, max_size=25))
def test_that_without_censoring_incidence_is_the_share_with_its_binomial_variance(cohort: Cohort) -> None:
    curve = incidence(cohort)
    for i, day in enumerate(curve.day):
        share = sum(last <= day and code == 1 for last, code in cohort) / len(cohort)
        assert curve.estimate[i] == pytest.approx(share, abs=1e-12)
        assert curve.variance[i] == pytest.approx(share * (1 - share) / len(cohort), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(cohorts)
def test_that_incidence_limits_lie_in_order_between_zero_and_one(cohort: Cohort) -> None:
    curve = incidence(cohort)
    some = np.isfinite(curve.low)
    ladder = np.array([np.zeros(len(curve.day)), curve.low, curve.estimate, curve.high, np.ones(len(curve.day))])
    assert np.all(np.diff(ladder[:, some], axis=0) >= -1e-12)
    np.testing.assert_array_equal(~some, np.isclose(curve.estimate, 1))


def test_that_incidence_is_unknown_after_the_longest_follow_up_unless_nobody_is_left() -> None:
    assert np.isnan(incidence(WORKED).at([20, 21]).estimate).tolist() == [False, True]
    assert incidence([(3, 1), (4, 2)]).at(99).estimate == 0.5


def test_that_a_cause_needs_a_number_from_one() -> None:
    with pytest.raises(ValueError, match="numbered from 1"):
        aalen_johansen([1, 2], [1, 0], cause=0)


def test_that_the_published_count_of_repairs_is_reproduced() -> None:
    # Five machines with their repairs and last months (an example of the public reliability literature).
    machines = [(17, [5, 10, 15, 17]), (19, [6, 13, 17]), (26, [12, 20, 25]), (24, [13, 15]), (28, [16, 22, 25])]
    machines[0] = (17, [5, 10, 15])
    curve = counted(machines, level=0.9)
    assert curve.day.tolist() == [0, 5, 6, 10, 12, 13, 15, 16, 17, 20, 22, 25]
    printed = [0, 0.2, 0.4, 0.6, 0.8, 1.2, 1.6, 1.8, 2.0, 2.33333, 2.66667, 3.66667]
    assert curve.estimate == pytest.approx(printed, abs=0.000005)
    # Its first variance and limits (one-sided 95%); later ones there leave out what repairs of one machine share.
    assert curve.variance[1] == pytest.approx(0.032, abs=1e-12)
    assert (curve.low[1], curve.high[1]) == pytest.approx((0.0459299, 0.870893), abs=5e-6)


def test_that_a_hand_worked_count_with_ties_and_early_ends_is_reproduced() -> None:
    # Two events of the first subject on day 2, one of the second on its last day; the fourth was never followed.
    curve = counted([(10, [2, 2]), (5, [5]), (10, [8]), (0, [])])
    assert curve.at_risk.tolist() == [4, 3, 3, 2]
    assert curve.estimate == pytest.approx([0, 2 / 3, 1, 3 / 2], abs=1e-15)
    # Deviations in ninths (4 -2 -2), (3 0 -3); in twelfths (1 0 -1).
    assert curve.variance == pytest.approx([0, 8 / 27, 2 / 9, 1 / 72], abs=1e-15)
    factor = math.exp(1.959963984540054 * math.sqrt(2 / 9))
    estimate, low, high = curve.at(6)
    assert (float(estimate), float(low), float(high)) == pytest.approx((1, 1 / factor, factor), rel=1e-12)


def test_that_zero_stays_zero_and_subjects_who_do_not_differ_give_no_limits() -> None:
    assert [float(v) for v in counted([(9, [4]), (9, [])]).at(3)] == [0, 0, 0]
    alike = counted([(9, [3, 5])] * 3).at(9)
    assert alike.estimate == 2
    assert np.isnan([alike.low, alike.high]).all()
    assert [float(v) for v in counted([(9, []), (3, [])]).at(9)] == [0, 0, 0]
    assert np.isnan(counted([(9, [4]), (3, [])]).at(10).estimate)


@settings(max_examples=60, deadline=None)
@given(groups)
def test_that_counts_and_robust_variance_equal_a_recount_in_fractions(group: list[History]) -> None:
    curve, mean, deviation = counted(group), Fraction(0), [Fraction(0)] * len(group)
    for t in range(1, max(last for last, _ in group) + 1):
        risk = sum(last >= t for last, _ in group)
        rate = Fraction(sum(days.count(t) for _, days in group), risk)
        mean += rate
        for i, (last, days) in enumerate(group):
            deviation[i] += (days.count(t) - rate) / risk if last >= t else 0
        assert float(curve.at(t).estimate) == pytest.approx(float(mean), abs=1e-12)
        variance = float(sum(d * d for d in deviation))
        assert float(step_values(curve.day, curve.variance, t)) == pytest.approx(variance, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(1, 10), max_size=5), min_size=1, max_size=15))
def test_that_with_nobody_lost_early_the_count_ends_at_events_per_subject(events: list[list[int]]) -> None:
    numbers = [len(days) for days in events]
    curve = counted([(10, days) for days in events])
    assert curve.estimate[-1] == pytest.approx(np.mean(numbers), abs=1e-12)
    assert curve.variance[-1] == pytest.approx(np.var(numbers) / len(events), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(groups, st.randoms(use_true_random=False))
def test_that_the_order_of_subjects_and_events_moves_no_digit(group: list[History], random: object) -> None:
    shuffled = [(last, days[::-1]) for last, days in sorted(group, key=lambda _: random.random())]  # type: ignore[attr-defined]
    one, other = counted(group), counted(shuffled)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_that_an_arm_is_counted_as_if_the_others_were_not_there() -> None:
    arm = mean_cumulative_count([9, 4, 7, 9], [0, 1, 2, 2, 3], [3, 4, 2, 7, 9], np.array([True, False, True, False]))
    alone = mean_cumulative_count([9, 7], [0, 1, 1], [3, 2, 7])
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(arm, name), getattr(alone, name))
    nobody = mean_cumulative_count([9], [0], [3], np.array([False]))
    assert np.isnan(nobody.at([0, 5]).estimate).all()


@pytest.mark.parametrize(("subject", "day"), [([0], [6]), ([0], [0]), ([1], [1]), ([2], [1]), ([0, 0], [1])])
def test_that_an_event_outside_its_follow_up_stops_the_count(subject: list[int], day: list[float]) -> None:
    with pytest.raises(ValueError, match="event"):
        mean_cumulative_count([5, 0], subject, day)
