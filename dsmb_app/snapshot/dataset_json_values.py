"""The rows of a Dataset-JSON file, a portion at a time, to columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time
from functools import partial
from typing import Any, NoReturn

import numpy as np

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.dataset_json_head import JsonColumn
from dsmb_app.snapshot.delivered import Coder, Column, Numbers, brief, clean

_EXACT = 2.0**53
_EPOCH = datetime(1960, 1, 1)  # noqa: DTZ001 - SAS counts without time zones
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DATE, _TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
_ISO = {"date": re.compile(_DATE), "datetime": re.compile(f"{_DATE}T{_TIME}Z?"), "time": re.compile(_TIME)}


class Gatherer:
    """Takes rows as JSON gave them and holds them by column; refuses with the number of the row."""

    def __init__(self, columns: Sequence[JsonColumn], file: str) -> None:
        self.rows = 0
        self._file = file
        self._takers = [_Texts(column) if column.kind == "text" else _Numbers(column) for column in columns]

    def add(self, portion: list[Any]) -> None:
        """Append rows, each a list with one value per column."""
        width = len(self._takers)
        for place, row in enumerate(portion):
            if type(row) is not list or len(row) != width:
                said = f"has {len(row):,} values" if isinstance(row, list) else "is no array"
                what = f"The row {said}; there are {width:,} columns."
                todo = "Have the file written again."
                raise Refusal("SRC-JSON-RAGGED", what, todo, file=self._file, row=self.rows + place + 1)
        for taker, values in zip(self._takers, zip(*portion, strict=True), strict=True):
            try:
                taker.add(values)
            except _BadValueError as bad:
                self._refuse(taker.column, bad, self.rows + 1)
        self.rows += len(portion)

    def columns(self) -> dict[str, Column]:
        """Return all rows by column."""
        return {taker.column.name: taker.gathered() for taker in self._takers}

    def _refuse(self, column: JsonColumn, bad: _BadValueError, first: int) -> NoReturn:
        what = f"Column {column.name} is of type {column.type}, but has {bad.shown} here."
        todo = "Have the value corrected, or null in its place if it is missing."
        raise Refusal("SRC-JSON-VALUE", what, todo, file=self._file, row=first + bad.place) from bad


class _BadValueError(Exception):
    def __init__(self, values: Sequence[Any], is_good: Callable[[Any], bool]) -> None:
        self.place = next(place for place, value in enumerate(values) if not is_good(value))
        value = values[self.place]
        self.shown = brief(value) if isinstance(value, str) else brief(repr(value)).strip("'")
        super().__init__(self.shown)


class _Texts:
    def __init__(self, column: JsonColumn) -> None:
        self.column = column
        self._types = {bool, type(None)} if column.type == "boolean" else {str, type(None)}
        self._coder: Coder[Any] = Coder(partial(_to_text, column=column.name))

    def add(self, values: Sequence[Any]) -> None:
        if not set(map(type, values)) <= self._types:
            raise _BadValueError(values, lambda value: type(value) in self._types)
        try:
            self._coder.add(values)
        except UnicodeEncodeError as error:  # half of a surrogate pair, which no file can hold
            raise _BadValueError(values, _is_unicode) from error

    def gathered(self) -> Column:
        return self._coder.column()


def _to_text(value: Any, column: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = clean(value or "", column)
    text.encode("utf-8")
    return text


def _is_unicode(value: str | None) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in value or "")


class _Numbers:
    def __init__(self, column: JsonColumn) -> None:
        self.column = column
        self._parts: list[Numbers] = []
        self._once: Callable[[Any], float | None] = _to_float
        if column.type in _ISO:
            self._once = partial(_to_sas, type_=column.type)
        elif column.type == "decimal":
            self._once = _decimal_to_float

    def add(self, values: Sequence[Any]) -> None:
        known = {value: self._once(value) for value in set(values)} if _hashable(values) else {}
        if not known or None in known.values():
            raise _BadValueError(values, lambda value: _hashable([value]) and self._once(value) is not None)
        self._parts.append(np.fromiter(map(known.__getitem__, values), np.float64, len(values)))

    def gathered(self) -> Column:
        return np.concatenate([np.empty(0), *self._parts])


def _hashable(values: Sequence[Any]) -> bool:
    # True equals 1 and would take its place below, so a truth value is sorted out here with lists and objects.
    return set(map(type, values)) <= {int, float, str, type(None)}


def _to_float(value: Any) -> float | None:
    """Return the number, NaN for a missing one, None for what is no number or not exact as a double."""
    if value is None or value == "":
        return np.nan
    if isinstance(value, str):
        return None
    if isinstance(value, int) and abs(value) > _EXACT:
        return None
    return float(value) if np.isfinite(value) else None


def _decimal_to_float(value: Any) -> float | None:
    if not isinstance(value, str) or not value:
        return _to_float(value)
    number = float(value) if _DECIMAL.fullmatch(value) else np.inf
    return number if np.isfinite(number) else None


def _to_sas(value: Any, type_: str) -> float | None:
    """Return days or seconds from 1960-01-01 (a time: seconds from midnight) as SAS counts them."""
    if value is None or value == "":
        return np.nan
    if not isinstance(value, str) or not _ISO[type_].fullmatch(value):
        return None
    try:
        if type_ == "time":
            at = time.fromisoformat(value)
            return at.hour * 3600.0 + at.minute * 60 + at.second + at.microsecond / 1e6
        gone = datetime.fromisoformat(value.removesuffix("Z")) - _EPOCH
    except ValueError:
        return None
    return float(gone.days) if type_ == "date" else gone.total_seconds()
