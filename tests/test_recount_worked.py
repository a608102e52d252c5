"""Cases worked by hand: dates, days, rounding and emergence, for the recount and for the product's own arithmetic."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from dsmb_app.model.days import duration, from_offset, to_offset
from dsmb_app.model.formats import half_up, percent
from tests.oracle import reading, stats
from tests.oracle.events import emergent_onset
from tests.oracle.people import Person, Rules, is_dose, people
from tests.oracle.reading import Data

FIRST, LAST, CUTOFF = date(2020, 3, 10), date(2020, 4, 20), date(2020, 12, 31)
PERSON = Person("S1", "A", FIRST, 8 * 60 + 30, LAST, date(2020, 9, 1), None, date(2020, 9, 1))


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        ("12.25", 1, "12.3"), ("0.05", 1, "0.1"), ("0.04999", 1, "0.0"), ("99.95", 1, "100.0"), ("2.675", 2, "2.68"),
        ("1.005", 2, "1.01"), ("-12.25", 1, "-12.3"), ("-0.04", 1, "0.0"), ("0.5", 0, "1"), ("2.5", 0, "3"),
    ],
)  # fmt: skip
def test_that_halves_are_rounded_away_from_zero(value: str, digits: int, printed: str) -> None:
    assert half_up(float(value), digits) == printed
    assert stats.half_up(Fraction(value), digits) == printed


@pytest.mark.parametrize(
    ("n", "size", "printed"),
    [(49, 400, "12.3"), (1, 8, "12.5"), (1, 16, "6.3"), (3, 16, "18.8"), (1, 2000, "0.1"), (0, 7, "0.0")],
)  # fmt: skip
def test_that_a_percentage_that_ends_in_a_half_goes_up(n: int, size: int, printed: str) -> None:
    """49 of 400 are 12.25%, which many programs print as 12.2."""
    assert percent(100 * n / size) == printed
    assert stats.half_up(Fraction(100 * n, size), 1) == printed


def test_that_every_percentage_of_up_to_400_subjects_is_printed_half_up() -> None:
    for size in range(1, 401):
        for n in range(size + 1):
            assert percent(100 * n / size) == stats.half_up(Fraction(100 * n, size), 1), (n, size)


@pytest.mark.parametrize(
    ("day", "studied"), [("2020-03-10", 1), ("2020-03-11", 2), ("2020-03-09", -1), ("2020-02-29", -10)]
)
def test_that_there_is_no_day_0(day: str, studied: int) -> None:
    gap = (date.fromisoformat(day) - FIRST).days
    assert reading.study_day(date.fromisoformat(day), FIRST) == studied
    assert float(from_offset(gap)) == studied
    assert float(to_offset(studied)) == gap


@pytest.mark.parametrize(("first", "last", "days"), [(1, 1, 1), (1, 10, 10), (-1, 1, 2), (-3, -1, 3), (-2, 2, 4)])
def test_that_a_duration_counts_both_ends(first: int, last: int, days: int) -> None:
    start, end = (date.fromordinal(FIRST.toordinal() + int(to_offset(day))) for day in (first, last))
    assert float(duration(first, last)) == days
    assert reading.days_between(start, end) == days


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2020-02", "2020-02-01", "2020-02-29"), ("2019-02", "2019-02-01", "2019-02-28"),
        ("2020", "2020-01-01", "2020-12-31"), ("2020---15", "2020-01-01", "2020-12-31"),
        ("2020-UNK-15", "2020-01-01", "2020-12-31"), ("2020-03--", "2020-03-01", "2020-03-31"),
        ("2020-03-05T08:30", "2020-03-05", "2020-03-05"),
    ],
)  # fmt: skip
def test_that_a_date_means_these_days(text: str, earliest: str, latest: str) -> None:
    assert reading.span(text) == reading.Span(date.fromisoformat(earliest), date.fromisoformat(latest))


@pytest.mark.parametrize(
    ("start", "end", "conservative", "first"),
    [
        ("2020-03-10", "", "2020-03-10", "2020-03-10"),  # the day of the first dose
        ("2020-03-09", "", None, None),
        ("2020-03-10T08:29", "", None, None),  # a minute before it
        ("2020-03-10T08:30", "", "2020-03-10", "2020-03-10"),
        ("2020-03", "", "2020-03-10", None),  # raised to the first dose, or the first of the month
        ("2020-04", "", "2020-04-01", "2020-04-01"),
        ("2020", "", "2020-03-10", None),
        ("2019", "", None, None),
        ("", "", "2020-03-10", None),
        ("UNK", "2020-03-09", None, None),  # over before treatment
        ("", "2020-02", None, None),
        ("", "2020-03", "2020-03-10", None),
        ("2020-03", "2020-03-09", None, None),
        ("2020", "2020-02-01", None, None),
        ("2020-05-20", "", "2020-05-20", "2020-05-20"),  # the last day of the 30 days after the last dose
        ("2020-12-31", "", "2020-12-31", "2020-12-31"),
        ("2021-01-01", "", None, None),  # after the cut-off
        ("2021", "", None, None),
    ],
)
def test_that_emergence_is_what_the_rules_say(
    start: str, end: str, conservative: str | None, first: str | None
) -> None:
    record = {"AESTDTC": start, "AEENDTC": end}
    for rule, expected in (("conservative", conservative), ("first", first)):
        onset = emergent_onset(record, PERSON, Rules(CUTOFF, partial_start=rule))
        assert (onset and onset.isoformat()) == expected, rule


@pytest.mark.parametrize(("start", "counts"), [("2020-05-20", True), ("2020-05-21", False), ("", True)])
def test_that_the_window_after_the_last_dose_includes_its_last_day(start: str, counts: bool) -> None:
    onset = emergent_onset({"AESTDTC": start, "AEENDTC": ""}, PERSON, Rules(CUTOFF, window="on-treatment", days=30))
    assert (onset is not None) == counts


@pytest.mark.parametrize(
    ("treatment", "amount", "dosed"),
    [("DRUG", "2", True), ("DRUG", "0", False), ("placebo patch", "0", True), ("DRUG", "", False)],
)  # fmt: skip
def test_that_a_dose_is_an_amount_or_a_placebo(treatment: str, amount: str, dosed: bool) -> None:
    assert is_dose({"EXTRT": treatment, "EXDOSE": amount}, stated=True) == dosed


@pytest.mark.parametrize(
    ("told", "window", "last", "days"),
    [
        ({}, "on-study", "2020-04-20", 176),  # to the end of study, both days included
        ({}, "on-treatment", "2020-04-20", 72),  # 30 days after the last dose
        ({"EXENDTC": ""}, "on-study", "2020-05-02", 176),  # no end: RFENDTC
        ({"EXENDTC": "", "RFENDTC": ""}, "on-study", "2020-12-31", 176),  # nor that: the cut-off
        ({"DTHDTC": "2020-03-12"}, "on-study", "2020-04-20", 3),
        ({"RFPENDTC": "2021-02-01"}, "on-study", "2020-04-20", 297),  # the cut-off ends it
        ({"RFPENDTC": "2020-03-01"}, "on-study", "2020-04-20", 1),
    ],
)
def test_that_treatment_and_time_end_where_the_rules_say(
    told: dict[str, str], window: str, last: str, days: int
) -> None:
    dm = {"USUBJID": "S1", "ARM": "A", "ACTARM": "A", "RFENDTC": "2020-05-02", "RFPENDTC": "2020-09-01", "DTHDTC": ""}
    ex = {"USUBJID": "S1", "EXTRT": "DRUG", "EXDOSE": "1", "EXSTDTC": "2020-03-10", "EXENDTC": "2020-04-20"}
    data: Data = {"DM": [{**dm, **told}], "EX": [{**ex, **told}], "DS": [], "AE": []}
    (person,) = people(data, Rules(CUTOFF, window=window, days=30))
    assert (str(person.last), person.days) == (last, days)


def test_that_the_recount_gives_the_worked_intervals_of_the_definitions() -> None:
    limits = {(9, 29, 2, 30): (4.8, 44.0), (4, 29, 0, 30): (1.5, 30.7), (2, 29, 6, 30): (-31.9, 5.2),
              (0, 29, 3, 30): (-25.8, 2.5), (0, 30, 0, 30): (-11.5, 11.5), (1, 30, 0, 30): (-8.4, 16.8)}  # fmt: skip
    for case, expected in limits.items():
        assert tuple(round(100 * limit, 1) for limit in stats.miettinen_nurminen(*case)) == expected
    low, high = stats.miettinen_nurminen(20, 101, 10, 105)
    assert (round(100 * low, 4), round(100 * high, 4)) == (0.6405, 20.2917)
    assert stats.fisher(9, 29, 2, 30) == pytest.approx(0.0211, abs=5e-5)
    per_100_years = [tuple(round(limit * 100 / 13.80, 1) for limit in stats.poisson_limits(k)) for k in range(4)]
    assert per_100_years == [(0.0, 26.7), (0.2, 40.4), (1.8, 52.4), (4.5, 63.5)]
