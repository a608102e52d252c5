"""The source folder: every dataset file of a data transfer to one table each, nothing derived yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.delivered import Kind, brief
from dsmb_app.snapshot.reader_process import read_isolated
from dsmb_app.snapshot.reading import Delivered, End, read_folder
from dsmb_app.snapshot.units import mixed_units

Progress = Callable[[str, int, int], None]

# Tests that read many small folders set this to False and read in their own process; nothing else does.
ISOLATED = True

_MISSING = {"", ".", "NA", "N/A"}
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Dataset:
    """One dataset as delivered. Column names are upper case; rows stand as in the file (index 0..n-1).

    Text columns hold ``str`` without trailing blanks (keys without leading ones too), missing is ""; number columns
    are float64, missing is NaN. ``labels`` has "" where a column has none; ``kinds`` says what the file said, so
    every column of a CSV file is text. ``columns_in_file`` counts a dropped row-number column too. ``formats`` has the
    display format of each column as SAS writes it (``DATE9.``, ``8.2``), "" where it has none.
    """

    name: str
    file_name: str
    sha256: str
    frame: pd.DataFrame
    labels: Mapping[str, str]
    kinds: Mapping[str, Kind]
    columns_in_file: int
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """The datasets of a folder by upper-case name (DM, AE, SUPPAE), and warnings in plain sentences.

    ``study`` is how define.xml describes it: keys ``study``, ``protocol``, ``description``; empty without the file.
    """

    datasets: Mapping[str, Dataset]
    notes: tuple[str, ...]
    study: Mapping[str, str] = field(default_factory=dict)


def read_source(folder: Path, *, progress: Progress | None = None) -> Source:
    """Read every dataset file of a folder; the name of the file, in any case, names the dataset.

    Datasets are ``.xpt``, ``.sas7bdat`` and ``.csv`` files, and ``.json`` and ``.ndjson`` files that are Dataset-JSON.
    They are parsed in a process of their own. With a ``manifest.json`` (form: ``manifest.read_manifest``) the files,
    their SHA-256, rows and columns must be those that it lists; without one a note says so. Labels that a file lacks
    come from ``define.xml``. Other files are left alone; those of an unknown kind are noted.
    ``progress(file name, done, total)``, in KiB of all dataset files, is called before each file and at the end.
    Raises ``Refusal`` (codes ``SRC-...``) for whatever cannot be used; nothing is skipped or repaired.
    """
    datasets: dict[str, Dataset] = {}
    end, total = End(), 0
    for event in read_isolated(folder) if ISOLATED else read_folder(folder):
        if isinstance(event, Delivered):
            datasets[event.name] = _dataset(event)
        elif isinstance(event, End):
            end = event
        else:
            total = event.total
            if progress:
                progress(event.file, event.done, total)
    if progress:
        progress("", total, total)
    return Source(datasets, (*end.notes, *_unit_notes(datasets)), dict(end.study))


def _unit_notes(datasets: Mapping[str, Dataset]) -> list[str]:
    found = {dataset.file_name: mixed_units(name, dataset.frame) for name, dataset in datasets.items()}
    return [
        f"{file}: one test has results in several standard units, check that they may be compared: {said}"
        for file, said in found.items()
        if said
    ]


def _dataset(event: Delivered) -> Dataset:
    table = event.table
    return Dataset(
        name=event.name,
        file_name=event.file_name,
        sha256=event.sha256,
        frame=table.frame,
        labels=table.labels,
        kinds=table.kinds,
        columns_in_file=table.columns_in_file,
        formats={column: table.formats.get(column, "") for column in table.columns},
    )


def number(dataset: Dataset, column: str) -> pd.Series[float]:
    """Return a column as float64, one value per row; blanks around a number do not matter.

    "", ".", "NA" and "N/A" are missing (NaN). Any other text that is no decimal number is refused, with its row.
    """
    series = _column(dataset, column)
    if dataset.kinds[column] == "number":
        return series
    codes, distinct = pd.factorize(series.to_numpy(dtype=object))
    values = [_to_number(text) for text in distinct]
    bad = np.flatnonzero(np.isin(codes, [code for code, value in enumerate(values) if value is None]))
    if len(bad):
        row = int(bad[0])
        what = f"Column {column} must hold numbers, but has {brief(str(series.iloc[row]))} here."
        todo = "Correct the value, or leave it blank if it is missing."
        raise Refusal("SRC-NUMBER", what, todo, file=dataset.file_name, row=row + 1)
    return pd.Series(np.array(values, dtype=np.float64)[codes], index=series.index, name=column)


def text(dataset: Dataset, column: str) -> pd.Series[str]:
    """Return a column as text. A number becomes its shortest text (701.0 is "701"), a missing number ""."""
    series = _column(dataset, column)
    if dataset.kinds[column] == "text":
        return series
    codes, distinct = pd.factorize(series.to_numpy(dtype=np.float64), use_na_sentinel=False)
    words = np.array([_to_text(float(value)) for value in distinct], dtype=object)
    return pd.Series(words[codes], index=series.index, name=column, dtype="str")


def _column(dataset: Dataset, column: str) -> pd.Series:
    if column not in dataset.kinds:
        what = f"Dataset {dataset.name} has no column {column}."
        raise Refusal("SRC-COLUMN-MISSING", what, "Ask for the dataset with this column.", file=dataset.file_name)
    return dataset.frame[column]


def _to_number(text: str) -> float | None:
    """Return the number, NaN for what stands for a missing one, None for anything else."""
    bare = text.strip()
    if bare in _MISSING:
        return np.nan
    value = float(bare) if _NUMBER.fullmatch(bare) else np.inf
    return value if np.isfinite(value) else None


def _to_text(value: float) -> str:
    if np.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
