"""What every file format has in common: one table as delivered, its text cleaned, its names checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from dsmb_app.model.errors import Refusal

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "number"]
V = TypeVar("V")

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
class TextColumn:
    """A column of clean text: row i holds ``words[codes[i]]``. Equal cells share one word, so it is small to hold and
    quick to hand to another process; a word may stand in ``words`` twice."""

    codes: NDArray[np.int32]
    words: tuple[str, ...]

    def texts(self) -> NDArray[np.object_]:
        """Return the cells as an array of ``str``."""
        lookup = np.empty(len(self.words), dtype=object)
        lookup[:] = self.words
        return lookup[self.codes]


Numbers = NDArray[np.float64]
Column = TextColumn | Numbers


class Coder(Generic[V]):
    """Makes a TextColumn of values that arrive in portions; ``once`` turns a value into text, once for each."""

    def __init__(self, once: Callable[[V], str]) -> None:
        self._once = once
        self._known: dict[V, int] = {}
        self._words: list[str] = []
        self._parts: list[NDArray[np.int32]] = []

    def add(self, values: Sequence[V]) -> None:
        """Append the values of further rows."""
        for value in set(values).difference(self._known):
            self._known[value] = len(self._words)
            self._words.append(self._once(value))
        self._parts.append(np.fromiter(map(self._known.__getitem__, values), np.int32, len(values)))

    def column(self) -> TextColumn:
        """Return all that was added."""
        return TextColumn(np.concatenate([np.empty(0, np.int32), *self._parts]), tuple(self._words))


@dataclass(frozen=True)
class Table:
    """One file's rows: text columns and number columns (float64, missing is NaN), in the order of the file.

    ``columns_in_file`` counts a row-number column too, which ``columns`` has no more; ``notes`` are warnings.
    ``formats`` has the display formats of the columns that have one, in the form of ``format_text``.
    """

    columns: Mapping[str, Column]
    rows: int
    labels: Mapping[str, str]
    columns_in_file: int
    notes: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Return what each column holds."""
        return {name: "text" if isinstance(column, TextColumn) else "number" for name, column in self.columns.items()}

    @property
    def frame(self) -> pd.DataFrame:
        """Return the table as a frame: text as pandas ``str``, numbers as float64, index 0..rows-1."""
        import pandas as pd  # noqa: PLC0415 - it starts slowly, and the process that reads the files needs none

        series: dict[str, Any] = {
            name: pd.array(column.texts(), dtype="str") if isinstance(column, TextColumn) else column
            for name, column in self.columns.items()
        }
        return pd.DataFrame(series, index=pd.RangeIndex(self.rows), copy=False)


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


def check_names(names: Iterable[str], file: str) -> tuple[str, ...]:
    """Return column names in upper case. Refuse a name that SAS would not take, and a name that stands twice."""
    upper = tuple(name.upper() for name in names)
    first: dict[str, int] = {}
    for place, name in enumerate(upper, start=1):
        if not _NAME.fullmatch(name):
            said = f"{brief(name)} is not a column name" if name else "the column has no name"
            what = f"Column {place} cannot be used: {said}."
            todo = "Name each column with letters, digits and _, at most 32, not starting with a digit."
            raise Refusal("SRC-COLUMN-NAME", what, todo, file=file)
        if first.setdefault(name, place) != place:
            what = f"Column {name} stands twice (as number {first[name]} and {place})."
            raise Refusal("SRC-COLUMN-TWICE", what, "Remove or rename one of the two.", file=file)
    return upper


def format_text(name: str, width: int = 0, decimals: int = 0) -> str:
    """Return a display format as SAS writes it, ``DATE9.``, ``8.2``, ``$20.``; "" for none.

    ``name`` may hold width and decimals already (``date9``); in other formats it is any text of the sender.
    """
    bare = name.strip().upper()
    if width:
        bare += f"{width}.{decimals or ''}"
    return bare if "." in bare or not bare else f"{bare}."


def brief(value: str) -> str:
    """Quote a value for a sentence: at most 20 characters of it, none that breaks the line."""
    shown = "".join(char if char.isprintable() else "?" for char in value[:20])
    return f"'{shown}{'...' if len(value) > 20 else ''}'"
