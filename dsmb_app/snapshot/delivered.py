"""What every file format has in common: one table as delivered, its text cleaned, its names checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dsmb_app.model.errors import Refusal

Kind = Literal["text", "number"]
Texts = NDArray[np.object_]
V = TypeVar("V", str, bytes)

NEW_COPY = "Ask for the file again."

_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,31}")
# Identifiers: right-justified ones (" 12") must join with left-justified ones ("12"), so both ends are cleaned.
_KEYS = {"STUDYID", "DOMAIN", "RDOMAIN", "USUBJID", "SUBJID", "SITEID", "POOLID", "IDVAR", "IDVARVAL", "QNAM", "RELID"}
_KEY_ENDINGS = ("SEQ", "GRPID", "REFID", "SPID", "LNKID", "LNKGRP", "TESTCD", "PARMCD", "VISITNUM")
_LOOKS = (
    (rb"\s*<(!doctype\s+html|html|head|body)", "a web page (often a log-in or error page saved under this name)"),
    (rb"\s*<\?xml", "an XML file"),
    (rb"PK\x03\x04", "a zip archive or an Excel workbook"),
    (rb"\xd0\xcf\x11\xe0", "an old Excel or Word file, or an encrypted one"),
    (rb"%PDF", "a PDF"),
    (rb"\x1f\x8b", "a gzip archive"),
    (rb"\x00{12}\xc2\xea\x81\x60", "a SAS data set (.sas7bdat)"),
    (rb"\*\*COMPRESSED\*\*|LIB CONTROL", "a SAS CPORT file; only files of the XPORT engine can be read"),
    (rb"version https://git-lfs", "a Git LFS pointer, not the file itself"),
    (rb"HEADER RECORD\*{7}LIB", "a SAS transport file"),
    (rb"\s*[\[{]", "a JSON file"),
    (rb"\x00{16}", "a file filled with zero bytes"),
)


@dataclass(frozen=True)
class Table:
    """One file's rows: text columns of clean ``str``, number columns of float64, in the order of the file.

    ``columns_in_file`` counts a row-number column too, which ``frame`` has no more; ``notes`` are warnings.
    """

    frame: pd.DataFrame
    labels: Mapping[str, str]
    kinds: Mapping[str, Kind]
    columns_in_file: int
    notes: tuple[str, ...]


def looks_like(data: bytes) -> str:
    """Return in words what the first bytes of a file look like, or "" for no known form."""
    start = data[:512]
    return next((words for pattern, words in _LOOKS if re.match(pattern, start, re.IGNORECASE)), "")


def is_key(column: str) -> bool:
    """Tell whether a column (upper case) holds an identifier, which has no blanks at either end."""
    return column in _KEYS or column.endswith(_KEY_ENDINGS)


def clean(value: str, column: str) -> str:
    """Return a value without trailing blanks and NULs, and without leading blanks in a key."""
    return value.strip(" \t\r\n\xa0\x00") if is_key(column) else value.rstrip(" \x00")


def spread(values: Sequence[V], once: Callable[[V], str], known: dict[V, str] | None = None) -> Texts:
    """Map values to text, calling ``once`` for each distinct value: equal cells share one ``str``.

    ``known`` keeps what was mapped already, for a column that arrives in portions.
    """
    lookup: dict[V, str] = {} if known is None else known
    lookup.update((value, once(value)) for value in set(values).difference(lookup))
    out = np.empty(len(values), dtype=object)
    out[:] = [lookup[value] for value in values]
    return out


def check_names(names: Iterable[str], file: str) -> tuple[str, ...]:
    """Return column names in upper case. Refuse a name that SAS would not take, and a name that stands twice."""
    upper = tuple(name.upper() for name in names)
    for place, name in enumerate(upper, start=1):
        if not _NAME.fullmatch(name):
            said = f"{brief(name)} is not a column name" if name else "the column has no name"
            what = f"Column {place} cannot be used: {said}."
            todo = "Name each column with letters, digits and _, at most 32, not starting with a digit."
            raise Refusal("SRC-COLUMN-NAME", what, todo, file=file)
        if name in upper[: place - 1]:
            what = f"Column {name} stands twice (as number {upper.index(name) + 1} and {place})."
            raise Refusal("SRC-COLUMN-TWICE", what, "Remove or rename one of the two.", file=file)
    return upper


def brief(value: str) -> str:
    """Quote a value for a sentence: at most 20 characters of it, none that breaks the line."""
    shown = "".join(char if char.isprintable() else "?" for char in value[:20])
    return f"'{shown}{'...' if len(value) > 20 else ''}'"


def make_frame(columns: Mapping[str, Texts | NDArray[np.float64]], rows: int) -> pd.DataFrame:
    """Put columns side by side: text as pandas ``str``, numbers as float64, index 0..rows-1."""
    series: dict[str, Any] = {
        name: pd.array(values, dtype="str") if values.dtype == object else values for name, values in columns.items()
    }
    return pd.DataFrame(series, index=pd.RangeIndex(rows), copy=False)
