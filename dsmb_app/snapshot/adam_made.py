"""SDTM-shaped datasets made of ADaM ones: what stands in which column, and where it was taken from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.resource_files import resource
from dsmb_app.snapshot.columns import Kind, built_in_policy
from dsmb_app.snapshot.source import Dataset, number, text

Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Made(Dataset):
    """A dataset in the shape of SDTM, made of ADaM datasets that are delivered beside it.

    ``origins``: column -> the delivered columns it was taken from ("ADSL.TRT01P"). ``rows``: for each row, its
    0-based row in the delivered dataset.
    """

    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.intp))


@dataclass
class Columns:
    """Columns being collected for a Made dataset: values by name, and their origins."""

    values: dict[str, pd.Series] = field(default_factory=dict)
    origins: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def put(self, name: str, values: pd.Series, *origins: str) -> None:
        """Add a column, and the delivered columns it was taken from."""
        self.values[name] = values
        self.origins[name] = origins


def made(name: str, parts: Sequence[tuple[Dataset, Columns]], keeps: Sequence[npt.NDArray[np.bool_]]) -> Made:
    """Put columns taken from one or several delivered datasets together, the kept rows of each one after the other."""
    names = dict.fromkeys(column for _, columns in parts for column in columns.values)
    frames: list[pd.DataFrame] = []
    origins: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    for (dataset, columns), keep in zip(parts, keeps, strict=True):
        frames.append(pd.DataFrame(columns.values, index=dataset.frame.index)[keep])
        for column, of in columns.origins.items():
            origins[column] += tuple(f"{dataset.name}.{one}" for one in of)
    frame = pd.concat(frames, ignore_index=True)[list(names)]
    texts = {c: frame[c].fillna("").astype("str") for c in names if not pd.api.types.is_float_dtype(frame[c])}
    rows = np.concatenate([np.flatnonzero(keep) for keep in keeps])
    return Made(
        name=name,
        file_name=", ".join(dict.fromkeys(dataset.file_name for dataset, _ in parts)),
        sha256=", ".join(dict.fromkeys(dataset.sha256 for dataset, _ in parts)),
        frame=frame.assign(**texts),
        labels=dict.fromkeys(names, ""),
        kinds={column: "text" if column in texts else "number" for column in names},
        columns_in_file=len(names),
        origins=origins,
        rows=rows,
    )


@cache
def mapping() -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    """Read resources/columns/adam.toml: by SDTM dataset, ``columns`` and ``dates``."""
    table = tomllib.loads(resource("columns", "adam.toml").read_text(encoding="utf-8"))
    return {name: entry for name, entry in table.items() if isinstance(entry, dict)}


def sources_of(name: str) -> dict[str, tuple[str, ...]]:
    """Return for each SDTM column, dates aside, the ADaM columns it may be taken from, best first."""
    rules, policy = mapping().get(name, {}), built_in_policy().datasets[name]
    named = {column: tuple(map(str, of)) for column, of in _lists(rules.get("columns", {})).items()}
    same = {column: (column,) for column, kind in policy.kinds.items() if kind is not Kind.DATE}
    return {**same, **named}


def _lists(entry: Mapping[str, object]) -> dict[str, list[object]]:
    return {column: of for column, of in entry.items() if isinstance(of, list)}


def take(dataset: Dataset, name: str) -> Columns:
    """Take from an ADaM dataset every column of the SDTM dataset ``name`` that it has, dates aside."""
    out = Columns()
    out.put("USUBJID", text(dataset, "USUBJID"), "USUBJID")
    kinds = built_in_policy().datasets[name].kinds
    for column, candidates in sources_of(name).items():
        found = [one for one in candidates if one in dataset.frame]
        if not found:
            continue
        if kinds.get(column) is Kind.NUMBER:
            out.put(column, first_number(dataset, found), *found)
        else:
            out.put(column, first_text(dataset, found), *found)
    return out


def first_text(dataset: Dataset, columns: Sequence[str]) -> pd.Series:
    """Return for each row the first text that is not blank among columns, "" where all are."""
    out = pd.Series("", dataset.frame.index, dtype="str")
    for column in columns:
        if column in dataset.frame:
            out = out.where(out != "", text(dataset, column).str.strip())
    return out


def first_number(dataset: Dataset, columns: Sequence[str]) -> pd.Series:
    """Return for each row the first number known among columns, NaN where none is."""
    out = pd.Series(np.nan, dataset.frame.index, dtype=float)
    for column in columns:
        if column in dataset.frame:
            out = out.where(out.notna(), number(dataset, column))
    return out
