"""SAS transport files (XPORT v5 and v8) to a table."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.delivered import NEW_COPY, Coder, Column, Numbers, Table, TextColumn, check_names, clean
from dsmb_app.snapshot.ibm_float import to_ieee
from dsmb_app.snapshot.xpt_fallback import read_unknown
from dsmb_app.snapshot.xpt_header import MEMBER_MARK, RECORD, Header, UnknownHeader, read_header

_BLANK = 0x20
_ENCODINGS = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}


def read_xpt(data: bytes, file: str) -> Table:
    """Read the one data set of a transport file; ``file`` is its name for messages.

    **Where the rows end.** The format has no row count (v8 may have one, which is then binding) and pads the last
    80-byte record with blanks, so a blank row at the very end cannot be told from padding. The rule: the record area
    is a multiple of 80 bytes; padding is shorter than 80 bytes and all blank; rows of blanks that fit into it are
    padding; everything before is rows. An area that cannot be divided so is cut, and refused.

    Text is decoded value by value: UTF-8, else Windows-1252, else Latin-1, so that the same bytes are the same text
    in every file; the values that were not UTF-8 are counted in a note.

    A header with a record that this reader does not know is handed to ``xpt_fallback``; a cut or inconsistent one,
    and everything behind the header, never.
    """
    try:
        header = read_header(data, file)
    except UnknownHeader as unknown:
        return read_unknown(data, file, unknown)
    area = _record_area(data, header, file)
    names = check_names((_decode(variable.name)[0] for variable in header.variables), file)
    columns: dict[str, Column] = {}
    odd: Counter[str] = Counter()
    for name, variable in zip(names, header.variables, strict=True):
        raw = np.ascontiguousarray(area[:, variable.position : variable.position + variable.length])
        columns[name] = _numbers(raw, name, file) if variable.kind == "number" else _texts(raw, name, odd)
    return Table(
        columns=columns,
        rows=len(area),
        labels={n: _decode(v.label)[0].strip(" \x00") for n, v in zip(names, header.variables, strict=True)},
        columns_in_file=len(names),
        notes=_notes(header, len(area), odd, file),
        formats={n: v.format for n, v in zip(names, header.variables, strict=True)},
    )


def _record_area(data: bytes, header: Header, file: str) -> NDArray[np.uint8]:
    """Return the rows as an (n, record length) array of bytes, by the rule of ``read_xpt``."""
    _refuse_second_member(data, header, file)
    size, width = len(data) - header.data_start, header.record_length
    if size % RECORD:
        raise _cut(file, f"it ends {size % RECORD} bytes into a record of {RECORD} bytes")
    if header.rows is not None:
        return _declared_area(data, header, file)
    rows = size // width
    tail = data[header.data_start + rows * width :]
    if len(tail) >= RECORD or tail.strip(b" "):
        raise _cut(file, f"{len(tail):,} bytes are left after {rows:,} rows of {width:,} bytes", row=rows + 1)
    while rows and size - (rows - 1) * width < RECORD and not data[-(size - (rows - 1) * width) :].strip(b" "):
        rows -= 1
    return np.frombuffer(data, np.uint8, rows * width, header.data_start).reshape(rows, width)


def _declared_area(data: bytes, header: Header, file: str) -> NDArray[np.uint8]:
    rows, width, start = header.rows or 0, header.record_length, header.data_start
    size, end = len(data) - start, start + rows * width
    if size != rows * width + -(rows * width) % RECORD or data[end:].strip(b" "):
        raise _cut(file, f"it declares {rows:,} rows of {width:,} bytes but holds {size:,} bytes of rows")
    return np.frombuffer(data, np.uint8, rows * width, start).reshape(rows, width)


def _cut(file: str, why: str, row: int | None = None) -> Refusal:
    return Refusal(
        "SRC-XPT-CUT", f"The rows are not whole: {why}.", f"It was cut on its way. {NEW_COPY}", file=file, row=row
    )


def _refuse_second_member(data: bytes, header: Header, file: str) -> None:
    place = data.find(MEMBER_MARK, header.data_start)
    while place >= 0:
        if place % RECORD == 0:
            what = f"The file holds a second data set after {header.member or 'the first'}."
            raise Refusal("SRC-XPT-MEMBERS", what, "Export one data set per file.", file=file)
        place = data.find(MEMBER_MARK, place + 1)


def _numbers(raw: NDArray[np.uint8], name: str, file: str) -> Numbers:
    # Eight blanks would be a number near 4e-40; no trial has it, but a writer that pads by rows, or damage, does.
    blank = np.flatnonzero(raw[:, 0] == _BLANK)
    blank = blank[(raw[blank] == _BLANK).all(axis=1)]
    if len(blank):
        what = f"Column {name} has blanks where a number or a missing value is due."
        raise Refusal("SRC-XPT-BLANK", what, f"The rows are damaged. {NEW_COPY}", file=file, row=int(blank[0]) + 1)
    return to_ieee(raw)


def _texts(raw: NDArray[np.uint8], name: str, odd: Counter[str]) -> TextColumn:
    """Decode an (n, width) array of bytes; count in ``odd`` the cells that were not UTF-8, by encoding."""
    values: list[bytes] = raw.view(f"S{raw.shape[1]}")[:, 0].tolist()
    not_utf8: dict[bytes, str] = {}

    def once(value: bytes) -> str:
        text, encoding = _decode(value)
        if encoding != "utf-8":
            not_utf8[value] = encoding
        return clean(text, name)

    coder = Coder(once)
    coder.add(values)
    if not_utf8:
        odd.update(not_utf8[value] for value in values if value in not_utf8)
    return coder.column()


def _decode(raw: bytes) -> tuple[str, str]:
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "latin-1"  # every byte has a meaning here


def _notes(header: Header, rows: int, odd: Counter[str], file: str) -> tuple[str, ...]:
    notes = [
        f"{file}: read as {_ENCODINGS[encoding]}, for not being UTF-8; check accented letters (values: {count:,})"
        for encoding, count in sorted(odd.items())
    ]
    stem = file.rpartition(".")[0].upper()
    if header.member and header.member != stem:
        notes.append(f"{file}: inside, the data set is called {header.member}; the name of the file ({stem}) is used")
    if rows == 0:
        notes.append(f"{file}: the data set has no rows")
    return tuple(notes)
