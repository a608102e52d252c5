"""Numbers become text half up, on the decimal that a reader would write down."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.model import formats
from dsmb_app.model.days import duration, from_offset, to_offset


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (12.25, 1, "12.3"),
        (2.675, 2, "2.68"),
        (-12.25, 1, "-12.3"),
        (0.05, 1, "0.1"),
        (-0.04, 1, "0.0"),
        (100, 1, "100.0"),
    ],
)
def test_that_rounding_is_half_up(value: float, digits: int, text: str) -> None:
    assert formats.half_up(value, digits) == text


@given(st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_that_a_decimal_of_few_digits_is_rounded_as_written(thousandths: int, digits: int) -> None:
    written = Decimal(thousandths) / 1000
    expected = written.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert Decimal(formats.half_up(float(written), digits)) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00004, "<0.0001"),
        (0.0065333, "0.0065"),
        (0.99995, ">0.9999"),
        (1.0, "1.0000"),
        (1 - 1e-14, "1.0000"),
        (None, ""),
    ],
)
def test_that_p_values_have_four_decimals_and_bounds(value: float | None, text: str) -> None:
    assert formats.p_value(value) == text


def test_that_a_zero_count_stands_alone() -> None:
    assert formats.n_pct("0", "0.0") == "0"
    assert formats.n_pct("3", "10.3") == "3 (10.3)"
    assert formats.number(float("nan"), 1) == formats.number(None, 1) == "NE"


def test_that_there_is_no_day_zero() -> None:
    assert to_offset([-1, 1, 2]).tolist() == [-1, 0, 1]
    assert from_offset([-1, 0, 1]).tolist() == [-1, 1, 2]
    assert duration(-1, 1) == 2
    assert duration(1, 1) == 1


@given(st.integers(-5000, 5000).filter(bool))
def test_that_study_days_go_there_and_back(day: int) -> None:
    assert from_offset(to_offset(day)) == day
