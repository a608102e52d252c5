"""SAS data sets (``.sas7bdat``) to a table, by pyreadstat."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.delivered import NEW_COPY, Column, Table, brief, check_names, looks_like
from dsmb_app.snapshot.readstat import columns_of, formats_of, labels_of

MAGIC = b"\x00" * 12 + b"\xc2\xea\x81\x60"
# Names of encodings that libraries differ about; what SAS wrote is tried first, None.
_ENCODINGS: tuple[tuple[str | None, str], ...] = ((None, ""), ("WINDOWS-1252", "Windows-1252"), ("LATIN1", "Latin-1"))


def read_sas7bdat(data: bytes, file: str) -> Table:
    """Read the one data set of the file; ``file`` is its name for messages.

    Numbers stay numbers, dates too (days or seconds from 1960-01-01): ``formats`` says what they count. Text is
    decoded as the file says; where that fails, as Windows-1252 or Latin-1 as a whole, with a note. Refused: what is no
    such file, one that is damaged or cut, and one with fewer rows than its header says.
    """
    if not data.startswith(MAGIC):
        form = looks_like(data)
        what = f"The file is not a SAS data set{f': it looks like {form}' if form else ''}."
        raise Refusal("SRC-SAS-NOT", what, "Export it again, or as XPT or CSV.", file=file)
    values, meta, notes = _read(data, file)
    names = check_names(meta.column_names, file)
    rows = int(meta.number_rows)
    columns = columns_of(values, meta, names)
    short = next((name for name, column in columns.items() if _length(column) != rows), None)
    if short or not columns:
        found = _length(columns[short]) if short else 0
        what = f"The header says {rows:,} rows, but {found:,} could be read."
        raise Refusal("SRC-SAS-ROWS", what, f"It was cut on its way. {NEW_COPY}", file=file)
    if not rows:
        notes = (*notes, f"{file}: the data set has no rows")
    return Table(
        columns=columns,
        rows=rows,
        labels=labels_of(meta, names),
        columns_in_file=len(columns),
        notes=notes + _name_note(meta.table_name or "", file),
        formats=formats_of(meta, names),
    )


def _length(column: Column) -> int:
    return len(column) if isinstance(column, np.ndarray) else len(column.codes)


def _read(data: bytes, file: str) -> tuple[Mapping[str, Any], Any, tuple[str, ...]]:
    """Return columns, metadata and notes; try other encodings only where the first one fails to decode."""
    import pyreadstat  # noqa: PLC0415 - it starts slowly, and most folders have no such file

    for encoding, words in _ENCODINGS:
        try:
            values, meta = pyreadstat.read_sas7bdat(
                io.BytesIO(data), output_format="dict", disable_datetime_conversion=True, encoding=encoding
            )
        except UnicodeDecodeError:
            continue
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError) as error:
            if "convert string" in str(error) or "encoding" in str(error).lower():
                continue
            what = f"The file is damaged or cut ({str(error).rstrip('.')})."
            raise Refusal("SRC-SAS-DAMAGED", what, NEW_COPY, file=file) from error
        notes = (f"{file}: read as {words}, because its own encoding does not fit; check accented letters",)
        return values, meta, notes if encoding else ()
    what = "The text is neither in the encoding that the file says nor in Windows-1252."
    raise Refusal("SRC-SAS-DECODE", what, "Have it written as UTF-8, or as XPT.", file=file)


def _name_note(inside: str, file: str) -> tuple[str, ...]:
    stem = file.rpartition(".")[0].upper()
    if not inside or inside.upper() == stem:
        return ()
    return (f"{file}: inside, the data set is called {brief(inside)}; the name of the file ({stem}) is used",)
