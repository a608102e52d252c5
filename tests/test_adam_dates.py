"""Numeric dates: days and seconds since 1960, SAS texts, imputation flags."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.adam_dates import dated, shifted
from dsmb_app.snapshot.source import Dataset

DAYS = st.dates(min_value=date(1970, 1, 1), max_value=date(2099, 12, 31))


def dataset(formats: dict[str, str] | None = None, **columns: list[float] | list[str]) -> Dataset:
    series = {
        name: pd.Series(values, dtype="str" if isinstance(values[0], str) else float)
        for name, values in columns.items()
    }
    kinds = {name: "text" if isinstance(values[0], str) else "number" for name, values in columns.items()}
    frame = pd.DataFrame(series)
    return Dataset("ADAE", "adae.xpt", "", frame, dict.fromkeys(kinds, ""), kinds, len(kinds), formats or {})  # type: ignore[arg-type]


@given(DAYS)
def test_that_a_day_since_1960_is_its_date(day: date) -> None:
    count = float(day.toordinal() - date(1960, 1, 1).toordinal())
    assert dated(dataset(ASTDT=[count]), "AST").tolist() == [day.isoformat()]
    assert dated(dataset(ASTDT=[str(int(count))]), "AST").tolist() == [day.isoformat()]


@given(st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 (SAS times have no zone)
def test_that_a_second_since_1960_is_its_minute(moment: datetime) -> None:
    zero = datetime(1960, 1, 1, tzinfo=UTC)
    count = float(int((moment.replace(tzinfo=UTC) - zero).total_seconds()))
    found = dated(dataset({"ASTDT": "DATETIME20."}, ASTDT=[count, np.nan]), "AST").tolist()
    expected = moment.strftime("%Y-%m-%dT%H:%M")
    assert found == [expected.removesuffix("T00:00"), ""]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("05MAR2014", "2014-03-05"), ("05mar2014:08:15:00", "2014-03-05T08:15"), ("2014-03", "2014-03"), ("NA", "")],
)
def test_that_texts_are_read_as_they_are_meant(value: str, expected: str) -> None:
    assert dated(dataset(ASTDT=[value, "2014-01-01", "2014-01-02"]), "AST").iloc[0] == expected


@pytest.mark.parametrize(("flag", "expected"), [("", "2014-03-05"), ("d", "2014-03"), ("M", "2014"), ("Y", "")])
def test_that_what_was_imputed_is_left_out(flag: str, expected: str) -> None:
    count = float(date(2014, 3, 5).toordinal() - date(1960, 1, 1).toordinal())
    assert dated(dataset(ASTDT=[count], ASTDTF=[flag]), "AST").tolist() == [expected]


def test_that_an_imputed_time_is_none_and_midnight_in_every_row_is_none() -> None:
    eight, midnight = 1709251200.0 + 8 * 3600, 1709251200.0
    assert dated(dataset(ASTDTM=[eight, eight], ASTTMF=["H", "S"]), "AST").str[10:].tolist() == ["", "T08:00"]
    assert dated(dataset(ASTDTM=[midnight, midnight]), "AST").str[10:].tolist() == ["", ""]
    assert dated(dataset(ASTDTM=[midnight, eight]), "AST").str[10:].tolist() == ["T00:00", "T08:00"]


def test_that_one_number_outside_stays_unreadable_and_many_are_refused() -> None:
    day = 19787.0
    assert dated(dataset(ASTDT=[day, day, 2014.0]), "AST").tolist()[2] == "?2014"
    with pytest.raises(Refusal, match="ADAM-DATE"):
        dated(dataset(ASTDT=[day, 1.7e9, 1.7e9]), "AST")


@given(DAYS, st.integers(-400, 400).filter(bool))
def test_that_an_analysis_day_has_no_day_zero(first: date, day: int) -> None:
    texts = shifted(pd.Series([first.isoformat()], dtype="str"), pd.Series([float(day)]))
    gap = date.fromisoformat(texts.iloc[0]).toordinal() - first.toordinal()
    assert (gap + 1 if gap >= 0 else gap) == day
