"""CTCAE grades at, just below and just above each cut point (definitions, section 12), written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dsmb_app.analyses.lab_values import rounded
from dsmb_app.model.grading import baseline_grades, grades, grading

VERSIONS = ("4.03", "5.0")

MULTIPLES = {
    "ALT": [(1.0, 0), (1.001, 1), (3.0, 1), (3.001, 2), (5.0, 2), (5.001, 3), (20.0, 3), (20.001, 4)],
    "AST": [(1.0, 0), (1.001, 1), (3.0, 1), (3.001, 2), (5.0, 2), (5.001, 3), (20.0, 3), (20.001, 4)],
    "ALP": [(1.0, 0), (1.001, 1), (2.5, 1), (2.501, 2), (5.0, 2), (5.001, 3), (20.0, 3), (20.001, 4)],
    "GGT": [(1.0, 0), (1.001, 1), (2.5, 1), (2.501, 2), (5.0, 2), (5.001, 3), (20.0, 3), (20.001, 4)],
    "BILI": [(1.0, 0), (1.001, 1), (1.5, 1), (1.501, 2), (3.0, 2), (3.001, 3), (10.0, 3), (10.001, 4)],
    "CREAT": [(1.0, 0), (1.001, 1), (1.5, 1), (1.501, 2), (3.0, 2), (3.001, 3), (6.0, 3), (6.001, 4)],
    "CK": [(1.0, 0), (1.001, 1), (2.5, 1), (2.501, 2), (5.0, 2), (5.001, 3), (10.0, 3), (10.001, 4)],
}
LOW: dict[str, tuple[float, list[tuple[float, int]]]] = {
    # test: lower limit of normal, then value -> grade
    "WBC": (4.0, [(4.0, 0), (3.99, 1), (3.0, 1), (2.99, 2), (2.0, 2), (1.99, 3), (1.0, 3), (0.99, 4)]),
    "NEUT": (1.8, [(1.8, 0), (1.79, 1), (1.5, 1), (1.49, 2), (1.0, 2), (0.99, 3), (0.5, 3), (0.49, 4)]),
    "LYM": (1.1, [(1.1, 0), (1.09, 1), (0.8, 1), (0.79, 2), (0.5, 2), (0.49, 3), (0.2, 3), (0.19, 4)]),
    "PLAT": (150, [(150, 0), (149, 1), (75, 1), (74, 2), (50, 2), (49, 3), (25, 3), (24, 4)]),
    "HGB": (120, [(120, 0), (119, 1), (100, 1), (99, 2), (80, 2), (79, 3), (1, 3)]),
}
HIGH = {"WBC": [(99.9, 0), (100, 0), (100.1, 3)], "LYM": [(3.9, 0), (4, 0), (4.1, 2), (19.9, 2), (20, 2), (20.1, 3)]}

BY_BASELINE = {
    # multiples of an abnormal baseline, version 5.0: the first one is inclusive but for bilirubin
    "ALT": [(1.499, 0), (1.5, 1), (3.0, 1), (3.001, 2), (5.0, 2), (5.001, 3), (20.0, 3), (20.001, 4)],
    "AST": [(1.499, 0), (1.5, 1), (3.0, 1), (3.001, 2), (5.0, 2), (5.001, 3), (20.0, 3), (20.001, 4)],
    "ALP": [(1.999, 0), (2.0, 1), (2.5, 1), (2.501, 2), (5.0, 2), (5.001, 3), (20.0, 3), (20.001, 4)],
    "GGT": [(1.999, 0), (2.0, 1), (2.5, 1), (2.501, 2), (5.0, 2), (5.001, 3), (20.0, 3), (20.001, 4)],
    "BILI": [(1.0, 0), (1.001, 1), (1.5, 1), (1.501, 2), (3.0, 2), (3.001, 3), (10.0, 3), (10.001, 4)],
}


def graded(
    version: str, test: str, side: str, *, xuln: float = np.nan, value: float = np.nan, lln: float = np.nan
) -> float:
    direction = grading(version).directions[test, side]
    found = grades(direction, xuln=np.array([xuln]), value=np.array([value]), lln=np.array([lln]))
    return float(found[0])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("test", "multiple", "grade"), [(t, m, g) for t, pairs in MULTIPLES.items() for m, g in pairs])
def test_that_multiples_of_the_upper_limit_are_graded(version: str, test: str, multiple: float, grade: int) -> None:
    assert graded(version, test, "high", xuln=multiple) == grade


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("test", "lln", "value", "grade"), [(t, lln, v, g) for t, (lln, pairs) in LOW.items() for v, g in pairs]
)
def test_that_low_values_are_graded(version: str, test: str, lln: float, value: float, grade: int) -> None:
    assert graded(version, test, "low", value=value, lln=lln) == grade


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("test", "value", "grade"), [(t, v, g) for t, pairs in HIGH.items() for v, g in pairs])
def test_that_high_counts_are_graded(version: str, test: str, value: float, grade: int) -> None:
    assert graded(version, test, "high", value=value) == grade


NEAR = 1e-9
"""How near to a cut point a value is, as a share of it: nearer than any laboratory reports, farther than rounding."""


@pytest.mark.parametrize("version", VERSIONS)
def test_that_a_value_as_near_as_can_be_below_a_cut_point_has_the_grade_of_its_own_side(version: str) -> None:
    """Each cut point stands at an even place of its list, with the grade of the cut point itself."""
    for test, pairs in MULTIPLES.items():
        for multiple, at in pairs[::2]:
            near = [graded(version, test, "high", xuln=multiple * (1 + x)) for x in (-NEAR, 0, NEAR)]
            assert near == [at, at, at + 1], (test, multiple)
    for test, (lln, pairs) in LOW.items():
        for value, at in [pair for pair in pairs[::2] if pair[0] != 1 or test != "HGB"]:
            near = [graded(version, test, "low", value=value * (1 + x), lln=lln) for x in (-NEAR, 0, NEAR)]
            assert near == [at + 1, at, at], (test, value)
    for test, value, expected in (("WBC", 100, [0, 0, 3]), ("LYM", 4, [0, 0, 2]), ("LYM", 20, [2, 2, 3])):
        assert [graded(version, test, "high", value=value * (1 + x)) for x in (-NEAR, 0, NEAR)] == expected


@pytest.mark.parametrize(
    ("test", "multiple", "grade"), [(t, m, g) for t, found in BY_BASELINE.items() for m, g in found]
)
def test_that_multiples_of_an_abnormal_baseline_are_graded_in_version_5(test: str, multiple: float, grade: int) -> None:
    direction = grading("5.0").directions[test, "high"]
    assert float(baseline_grades(direction, np.array([multiple]))[0]) == grade
    assert not grading("4.03").directions[test, "high"].xbl


@pytest.mark.parametrize(
    ("test", "cuts", "own"),
    [
        *((test, (1.5, 3.0, 5.0, 20.0), True) for test in ("ALT", "AST")),
        *((test, (2.0, 2.5, 5.0, 20.0), True) for test in ("ALP", "GGT")),
        ("BILI", (1.0, 1.5, 3.0, 10.0), False),
    ],
)
def test_that_each_multiple_of_an_abnormal_baseline_is_a_cut_point(
    test: str, cuts: tuple[float, ...], own: bool
) -> None:
    """``own``: the first of them is itself grade 1; every other belongs to the lower grade."""
    direction = grading("5.0").directions[test, "high"]
    for at, cut in enumerate(cuts):
        near = baseline_grades(direction, np.array([cut * (1 - NEAR), cut, cut * (1 + NEAR)]))
        assert near.tolist() == [at, at + 1 if own and at == 0 else at, at + 1], cut


@pytest.mark.parametrize(("multiple", "grade"), [(0.999, 0), (1.0, 0), (1.001, 1), (50.0, 1)])
def test_that_high_eosinophils_are_graded_in_version_5_alone(multiple: float, grade: int) -> None:
    assert graded("5.0", "EOS", "high", xuln=multiple) == grade
    assert grading("5.0").directions["EOS", "high"].rises
    assert ("EOS", "high") not in grading("4.03").directions


@pytest.mark.parametrize("version", VERSIONS)
def test_that_each_test_can_reach_the_grades_of_its_terms(version: str) -> None:
    found = {key: direction.possible for key, direction in grading(version).directions.items()}
    high = dict.fromkeys(("ALT", "AST", "ALP", "GGT", "BILI", "CREAT", "CK"), (1, 2, 3, 4))
    expected = {(test, "high"): grades for test, grades in {**high, "WBC": (3,), "LYM": (2, 3)}.items()}
    expected |= {(test, "low"): (1, 2, 3, 4) for test in ("WBC", "NEUT", "LYM", "PLAT")} | {("HGB", "low"): (1, 2, 3)}
    assert found == expected | ({("EOS", "high"): (1,)} if version == "5.0" else {})


def test_that_absolute_limits_apply_below_a_low_lower_limit_of_normal() -> None:
    assert graded("5.0", "LYM", "low", value=0.7, lln=0.6) == 2


def test_that_what_cannot_be_known_is_not_graded() -> None:
    assert np.isnan(graded("5.0", "LYM", "low", value=0.9))
    assert graded("5.0", "LYM", "low", value=0.7) == 2
    assert np.isnan(graded("5.0", "ALT", "high"))


def test_that_three_times_the_limit_by_division_is_three() -> None:
    upper = np.array([0.1, 33.3, 47.0, 1.9])
    assert (rounded(3 * upper / upper) == 3.0).all()
    assert (rounded(np.array([0.1 + 0.2])) == 0.3).all()
    assert rounded(np.array([0.0, -2.5, np.nan]))[:2].tolist() == [0.0, -2.5]
