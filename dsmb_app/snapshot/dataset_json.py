"""Dataset-JSON 1.1, as one object (``.json``) and in lines (``.ndjson``), to a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NoReturn

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.dataset_json_head import Head, read_head
from dsmb_app.snapshot.dataset_json_values import Gatherer
from dsmb_app.snapshot.delivered import NEW_COPY, Table, looks_like
from dsmb_app.snapshot.json_form import OLD_KEYS, Cursor, FormError

_PORTION = 20_000
_ENDING = f"If it was cut on its way, or damaged: {NEW_COPY[0].lower()}{NEW_COPY[1:]}"
_REASONS = {
    "broken": ("SRC-JSON-BROKEN", "The file is not whole", _ENDING),
    "twice": ("SRC-JSON-TWICE", "The file says one thing twice", "Have it written again, with each key once."),
    "nan": ("SRC-JSON-NAN", "A value cannot be used", "Have missing numbers written as null."),
    "deep": ("SRC-JSON-DEEP", "The file cannot be used", "Ask for Dataset-JSON 1.1."),
}


def read_dataset_json(data: bytes, file: str) -> Table:
    """Read one dataset; ``file`` is its name for messages, and its stem must be the ``name`` inside.

    Types: string, URI, boolean (the words true and false), date, datetime, time are text; integer, float, double and
    decimal are numbers; a date, datetime or time with a numeric ``targetDataType`` is a number as SAS counts (days or
    seconds from 1960). null is missing. Rows are read one by one, so that memory holds no second copy of the table.
    Refused, with code and row: another version, what is no JSON or no UTF-8, a key that stands twice, NaN, rows of
    another width than the columns, values that are not of their type, a count of ``records`` that is not that of rows.
    """
    text = _decode(data, file)
    try:
        head, gatherer = _read_object(text, file)
    except FormError as error:
        _refuse(error, file)
    return _finish(head, gatherer, file)


def read_dataset_ndjson(data: bytes, file: str) -> Table:
    """Read the form in lines: the first is the object without ``rows``, each later one is a row (an array)."""
    rows = _lines(data, file)
    try:
        attributes = _line_object(next(rows, (0, ""))[1])
    except FormError as error:
        _refuse(error, file)
    head = _head(attributes, file)
    gatherer = Gatherer(head.columns, file)
    _gather(_line_rows(rows, file), gatherer)
    return _finish(head, gatherer, file)


def _decode(data: bytes, file: str, start: int = 0) -> str:
    form = looks_like(data) if not start else ""
    if form and form != "a JSON file":
        _refuse_other(file, f"it looks like {form}")
    try:
        return data.decode("utf-8" if start else "utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"The text is not UTF-8, from byte {start + error.start + 1:,} on."
        raise Refusal("SRC-JSON-DECODE", what, "Have it written as UTF-8.", file=file) from error


def _refuse_other(file: str, why: str) -> NoReturn:
    todo = "Ask for Dataset-JSON 1.1; remove the file if it is no dataset."
    raise Refusal("SRC-JSON-NOT", f"The file is not Dataset-JSON: {why}.", todo, file=file)


def _refuse(error: FormError, file: str, row: int | None = None) -> NoReturn:
    code, what, todo = _REASONS[error.reason]
    raise Refusal(code, f"{what}: {error}.", todo, file=file, row=row) from error


def _head(attributes: dict[str, Any], file: str) -> Head:
    if OLD_KEYS & set(attributes):
        what = "The file is Dataset-JSON 1.0; only 1.1 is read."
        raise Refusal("SRC-JSON-OLD", what, "Ask for it as Dataset-JSON 1.1, XPT or CSV.", file=file)
    if "datasetJSONVersion" not in attributes:
        _refuse_other(file, "it has no datasetJSONVersion")
    return read_head(attributes, file)


def _read_object(text: str, file: str) -> tuple[Head, Gatherer]:
    """Walk the object once; where ``rows`` stand before ``columns``, pass them and come back to them at the end."""
    cursor = Cursor(text)
    if cursor.next_char() != "{":
        _refuse_other(file, "it is not one JSON object")
    attributes: dict[str, Any] = {}
    rows_at, gatherer = -1, None
    for key in cursor.members():
        if key != "rows":
            attributes[key] = cursor.value()
            continue
        rows_at = cursor.at
        if "columns" in attributes and "datasetJSONVersion" in attributes:
            gatherer = _gather_array(cursor, attributes, file)
        else:
            for _ in cursor.elements():
                pass
    cursor.end()
    head = _head(attributes, file)
    if gatherer is None:
        gatherer = (
            Gatherer(head.columns, file) if rows_at < 0 else _gather_array(Cursor(text, rows_at), attributes, file)
        )
    return head, gatherer


def _gather_array(cursor: Cursor, attributes: dict[str, Any], file: str) -> Gatherer:
    # The other attributes may stand behind the rows: the columns alone are needed here.
    gatherer = Gatherer(read_head(attributes, file, whole=False).columns, file)
    _gather(cursor.elements(), gatherer)
    return gatherer


def _gather(rows: Iterator[Any], gatherer: Gatherer) -> None:
    while portion := list(islice(rows, _PORTION)):
        gatherer.add(portion)


def _lines(data: bytes, file: str) -> Iterator[tuple[int, str]]:
    """Yield number (from 0) and text of each line that is not blank."""
    start, number = 0, 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line = _decode(data[start:end], file, start)
        if line.strip(" \t\r"):
            yield number, line
            number += 1
        start = end + 1


def _line_object(line: str) -> dict[str, Any]:
    cursor = Cursor(line)
    attributes = {key: cursor.value() for key in cursor.members()}
    cursor.end()
    return attributes


def _line_rows(lines: Iterator[tuple[int, str]], file: str) -> Iterator[Any]:
    for number, line in lines:
        cursor = Cursor(line)
        try:
            row = cursor.value()
            cursor.end()
        except FormError as error:
            _refuse(error, file, number)
        yield row


def _finish(head: Head, gatherer: Gatherer, file: str) -> Table:
    rows = gatherer.rows
    if rows != head.records:
        what = f"The file has {rows:,} rows, but says that it has {head.records:,} records."
        raise Refusal("SRC-JSON-RECORDS", what, f"It was cut on its way, or counted wrongly. {NEW_COPY}", file=file)
    columns = gatherer.columns()
    return Table(
        columns=columns,
        rows=rows,
        labels={column.name: column.label for column in head.columns},
        columns_in_file=len(columns),
        notes=head.notes + (() if rows else (f"{file}: the data set has no rows",)),
        formats={column.name: column.format for column in head.columns if column.format},
    )
