"""Text with separators (comma, semicolon, tab) to a table: every column arrives as text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.csv_words import usual_words
from dsmb_app.snapshot.delivered import Coder, Table, TextColumn, brief, check_names, clean, looks_like

_PORTION = 20_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ROW_NUMBER = "_ROW_NUMBER_"
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_LONGEST_HEADER = 100_000  # under the limit of the csv module for one field
_NAME_OR_NONE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)?|Unnamed: 0")
_UNNAMED = re.compile(r"(unnamed: 0)?", re.IGNORECASE)


def read_csv(data: bytes, file: str) -> Table:
    """Read a CSV file; ``file`` is its name for messages.

    UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252. The first line names the columns; its separator
    (comma, semicolon or tab) is that of the file. Blank lines are no rows. A first column without a name, or called
    OBS and counting upwards, holds row numbers and is dropped.
    Refused: no header, a row with more or fewer fields than the header, quotes that do not close, other separators.
    """
    text, notes = _decode(data, file)
    mark = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows = _rows(reader, file)
    header = next(rows, [])
    _refuse_bad_header(header, file)
    unnamed = bool(_UNNAMED.fullmatch(header[0].strip()))
    first = [_ROW_NUMBER] if unnamed else header[:1]
    names = check_names((name.strip() for name in first + header[1:]), file)
    columns, count = _columns(rows, names, file)
    if unnamed or (names[0] == "OBS" and _counts_upwards(columns["OBS"].texts())):
        del columns[names[0]]
    if not columns:
        raise _no_header(file, "it names row numbers alone")
    columns, said = usual_words(columns, file)
    return Table(
        columns=columns,
        rows=count,
        labels=dict.fromkeys(columns, ""),
        columns_in_file=len(header),
        notes=notes + _form_notes(mark, file) + said + _ending_notes(text, count, file),
    )


def _separator(text: str) -> str:
    """Return the one separator that cuts the first line into two or more names of columns; a comma where none does.

    Two cannot both do: a name holds no separator.
    """
    line = re.search(r"[^\r\n]+", text)
    start = [] if line is None else [line.group()[:_LONGEST_HEADER]]
    for mark in _SEPARATORS:
        names = next(csv.reader(start, delimiter=mark), [])
        if len(names) > 1 and all(_NAME_OR_NONE.fullmatch(name.strip()) for name in names):
            return mark
    return ","


def _decode(data: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    form = looks_like(data)
    if form:
        raise Refusal("SRC-CSV-NOT", f"The file is not CSV: it looks like {form}.", "Export it as CSV.", file=file)
    notes: tuple[str, ...] = ()
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith((*_UTF16, codecs.BOM_UTF8)):
            raise _undecodable(
                file, f"byte {error.start:,} breaks the encoding announced by the first bytes"
            ) from error
        text, notes = _from_windows(data, file)
    if "\x00" in text:
        raise _undecodable(file, "it holds zero bytes, as UTF-16 without a mark and damaged files do")
    return text, notes


def _from_windows(data: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _undecodable(file, f"byte {error.start:,} is neither UTF-8 nor Windows-1252") from error
    lines = sum(not line.isascii() for line in data.splitlines())
    note = f"{file}: read as Windows-1252, because it is not UTF-8; check accented letters (lines with such: {lines:,})"
    return text, (note,)


def _undecodable(file: str, why: str) -> Refusal:
    return Refusal("SRC-CSV-DECODE", f"The text cannot be read: {why}.", "Save the file as UTF-8.", file=file)


def _rows(reader: Iterator[list[str]], file: str) -> Iterator[list[str]]:
    """Yield the records that are not blank lines, the header first; turn a parser's error into a refusal."""
    done = 0
    try:
        for fields in reader:
            if fields:
                yield fields
                done += 1
    except csv.Error as error:
        what = f"The quotes or fields from here on do not fit together ({error})."
        todo = "Close each quote and double the quotes inside a field; if the file was cut, ask for it again."
        raise Refusal("SRC-CSV-QUOTE", what, todo, file=file, row=done or None) from error


def _refuse_bad_header(header: list[str], file: str) -> None:
    if not any(name.strip() for name in header):
        raise _no_header(file, "it names no column")
    other = next((mark for mark in "|:~^" if mark in header[0]), None)
    if len(header) == 1 and other:
        what, todo = f"The fields are separated by '{other}', not by commas.", "Save the file with commas."
        raise Refusal("SRC-CSV-SEPARATOR", what, todo, file=file)
    value = next((name for name in header if re.fullmatch(r"\s*[\d.+-][\d.:T+-]*\s*", name)), None)
    if value is not None:
        raise _no_header(file, f"{brief(value)} is a value, not the name of a column")


def _no_header(file: str, why: str) -> Refusal:
    what = f"The first line is not a header: {why}."
    return Refusal("SRC-CSV-HEADER", what, "Put the names of the columns in the first line.", file=file)


def _columns(rows: Iterator[list[str]], names: tuple[str, ...], file: str) -> tuple[dict[str, TextColumn], int]:
    """Turn rows into columns, a portion at a time, so that equal cells share one ``str`` before memory grows."""
    coders = [Coder(partial(clean, column=name)) for name in names]
    done = 0
    while portion := list(islice(rows, _PORTION)):
        _refuse_ragged(portion, len(names), done, file)
        for coder, values in zip(coders, zip(*portion, strict=True), strict=True):
            coder.add(values)
        done += len(portion)
    return {name: coder.column() for name, coder in zip(names, coders, strict=True)}, done


def _refuse_ragged(portion: list[list[str]], width: int, done: int, file: str) -> None:
    for place, fields in enumerate(portion):
        if len(fields) != width:
            what = f"The row has {len(fields):,} fields, the header {width:,}."
            todo = "Quote fields that hold a comma; if it is the last row, the file was cut: ask for it again."
            raise Refusal("SRC-CSV-RAGGED", what, todo, file=file, row=done + place + 1)


def _counts_upwards(values: Iterable[str]) -> bool:
    """Tell whether a column holds whole numbers, each larger than the one before, as row numbers do."""
    if not all(re.fullmatch(r"[0-9]{1,15}", value) for value in values):
        return False
    numbers = [int(value) for value in values]
    return all(before < after for before, after in zip(chain([-1], numbers), numbers, strict=False))


def _form_notes(mark: str, file: str) -> tuple[str, ...]:
    return () if mark == "," else (f"{file}: the fields are separated by {_SEPARATORS[mark]}",)


def _ending_notes(text: str, rows: int, file: str) -> tuple[str, ...]:
    notes = []
    if rows == 0:
        notes.append(f"{file}: the data set has no rows")
    if not text.endswith(("\n", "\r")):
        notes.append(f"{file}: the last line does not end with a line break; see that it is whole")
    return tuple(notes)
