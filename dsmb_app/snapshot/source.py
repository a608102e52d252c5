"""The source folder: every dataset file of a data transfer to one table each, nothing derived yet."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import manifest as transfer
from dsmb_app.snapshot.csv_text import read_csv
from dsmb_app.snapshot.delivered import Kind, brief
from dsmb_app.snapshot.xpt import read_xpt

Progress = Callable[[str, int, int], None]

SIZE_LIMIT = 2 * 1024**3

_READERS = {".xpt": read_xpt, ".csv": read_csv}
# What lies beside the data in a normal transfer and is not data.
_COMPANION = re.compile(r"\.(toml|json|ndjson|xml|xsl|txt|md|pdf|html?|sas|log|lst)")
_MISSING = {"", ".", "NA", "N/A"}
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Dataset:
    """One dataset as delivered. Column names are upper case; rows stand as in the file (index 0..n-1).

    Text columns hold ``str`` without trailing blanks (keys without leading ones too), missing is ""; number columns
    are float64, missing is NaN. ``labels`` has "" where a column has none; ``kinds`` says what the file said, so
    every column of a CSV file is text. ``columns_in_file`` counts a dropped row-number column too.
    """

    name: str
    file_name: str
    sha256: str
    frame: pd.DataFrame
    labels: Mapping[str, str]
    kinds: Mapping[str, Kind]
    columns_in_file: int


@dataclass(frozen=True)
class Source:
    """The datasets of a folder by upper-case name (DM, AE, SUPPAE), and warnings in plain sentences."""

    datasets: Mapping[str, Dataset]
    notes: tuple[str, ...]


def read_source(folder: Path, *, progress: Progress | None = None) -> Source:
    """Read every ``.xpt`` and ``.csv`` file of a folder; the name of the file, in any case, names the dataset.

    With a ``manifest.json`` (form: ``manifest.read_manifest``) the files, their SHA-256, rows and columns must be
    those that it lists; without one a note says so. Other files are left alone; those of an unknown kind are noted.
    ``progress(file name, done, total)``, in KiB of all dataset files, is called before each file and at the end.
    Raises ``Refusal`` (codes ``SRC-...``) for whatever cannot be used; nothing is skipped or repaired.
    """
    names, others, manifest = _look_around(folder)
    entries = _read_manifest(folder, manifest)
    files = _dataset_files(folder, names)
    if entries is not None:
        transfer.check_files(entries, [path.name for path in files.values()])
    notes = [] if entries is not None else ["no manifest.json: the completeness of the files cannot be checked"]
    if others:
        notes.append(f"not read, because only .xpt and .csv files are: {', '.join(others)}")
    sizes = {name: -(-path.stat().st_size // 1024) for name, path in files.items()}
    datasets, done, total = {}, 0, sum(sizes.values())
    for name, path in files.items():
        if progress:
            progress(path.name, done, total)
        entry = entries[path.name.casefold()] if entries is not None else None
        datasets[name], said = _read_dataset(name, path, entry)
        notes.extend(said)
        done += sizes[name]
    if progress:
        progress("", total, total)
    return Source(datasets, tuple(notes))


def _look_around(folder: Path) -> tuple[list[str], list[str], str | None]:
    """Return the names of dataset files, of files nobody expects here, and of the manifest."""
    if not folder.is_dir():
        what = "The source is not a folder." if folder.exists() else "The source folder does not exist."
        raise Refusal(
            "SRC-FOLDER", what, "Give the folder that holds the dataset files.", file=folder.name or str(folder)
        )
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise _unreadable(folder, error) from error
    visible = [path for path in found if not path.name.startswith((".", "~$"))]
    names = [path.name for path in visible if path.is_file()]
    data = [name for name in names if _suffix(name) in _READERS]
    others = [name for name in names if _suffix(name) not in _READERS and not _COMPANION.fullmatch(_suffix(name))]
    others += [f"{path.name} ({_what(path)})" for path in visible if not path.is_file()]
    return data, others, next((name for name in names if name.casefold() == transfer.MANIFEST), None)


def _what(path: Path) -> str:
    return "a folder" if path.is_dir() else "not a file"


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _dataset_files(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for file in names:
        path = folder / file
        name = path.stem.upper()
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,31}", name):
            what = f"{brief(path.stem)} is not the name of a dataset."
            raise Refusal("SRC-NAME", what, "Rename the file (ae, suppae), or remove it.", file=file)
        if name in files:
            what = f"Dataset {name} is there twice, in {files[name].name} and in {file}."
            raise Refusal("SRC-TWICE", what, "Remove the one that does not belong to this transfer.", file=file)
        files[name] = path
    if not files:
        what = "The folder holds no dataset: no .xpt and no .csv file."
        raise Refusal(
            "SRC-NONE", what, "Give the folder that holds the dataset files.", file=folder.name or str(folder)
        )
    return files


def _read_manifest(folder: Path, name: str | None) -> dict[str, transfer.Entry] | None:
    return None if name is None else transfer.read_manifest(_read_bytes(folder / name), name)


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            what = f"The file has {size:,} bytes; the limit is {SIZE_LIMIT:,}."
            raise Refusal("SRC-SIZE", what, "Leave out what the board does not need.", file=path.name)
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not data:
        raise Refusal("SRC-EMPTY", "The file is empty.", "Ask for the file again.", file=path.name)
    return data


def _unreadable(path: Path, error: OSError) -> Refusal:
    why = error.strerror or type(error).__name__
    return Refusal("SRC-READ", f"It cannot be read ({why}).", "See that you may read it.", file=path.name)


def _read_dataset(name: str, path: Path, entry: transfer.Entry | None) -> tuple[Dataset, tuple[str, ...]]:
    data = _read_bytes(path)
    sha256 = hashlib.sha256(data).hexdigest()
    if entry:
        transfer.check_hash(entry, sha256, path.name)
    table = _READERS[_suffix(path.name)](data, path.name)
    if entry:
        transfer.check_counts(entry, len(table.frame), table.columns_in_file, path.name)
    dataset = Dataset(name, path.name, sha256, table.frame, table.labels, table.kinds, table.columns_in_file)
    return dataset, table.notes


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
