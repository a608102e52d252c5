"""What may be in the open part: the allow-list of columns. Everything that it does not name is sealed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from dsmb_app.model.errors import Refusal
from dsmb_app.model.resource_files import resource

_KIND_KEYS = ("number", "code", "term", "free", "date")


class Kind(StrEnum):
    """How a column is read, kept and searched; see resources/columns/sdtm.toml."""

    NUMBER = "number"
    CODE = "code"
    TERM = "term"
    FREE = "free"
    DATE = "date"


@dataclass(frozen=True)
class DatasetPolicy:
    """The allow-list of one dataset: kind by column; qualifiers are the QNAMs let in from a SUPP-- dataset."""

    name: str
    kinds: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    day_columns: bool = True
    needs_same_schedule: bool = False
    qualifiers: frozenset[str] = frozenset()

    def of_kind(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the columns of the given kinds, in the order of the table."""
        return tuple(column for column, kind in self.kinds.items() if kind in kinds)


@dataclass(frozen=True)
class Policy:
    """The allow-list of a study: the built-in table and what the study file adds."""

    datasets: Mapping[str, DatasetPolicy]
    needs: tuple[str, ...]
    never: frozenset[str]
    never_prefixes: tuple[str, ...]
    never_but: frozenset[str]
    never_datasets: frozenset[str]

    def forbids(self, dataset: str, column: str) -> bool:
        """Tell whether nothing can let the column into the open part."""
        return (
            dataset in self.never_datasets
            or column in self.never
            or (column not in self.never_but and column.startswith(self.never_prefixes))
        )

    def allowing(self, names: Iterable[str], *, key: str) -> Policy:
        """Return a policy that also lets in ``DATASET.COLUMN`` (a QNAM for SUPP--); ``key`` is the setting's name.

        Raises Refusal for a column that is, or spells, the treatment.
        """
        datasets = dict(self.datasets)
        for name in names:
            dataset, column = name.split(".")
            if self.forbids(dataset, column):
                raise Refusal(
                    "COLUMN-NEVER-OPEN",
                    f"{key} asks for {name}, which tells the treatment and can never be in the open part.",
                    "Remove it from the study file.",
                )
            datasets[dataset] = _with_column(datasets.get(dataset, DatasetPolicy(dataset, {})), column)
        return replace(self, datasets=datasets)


def _with_column(policy: DatasetPolicy, column: str) -> DatasetPolicy:
    if policy.name.startswith("SUPP"):
        return replace(policy, qualifiers=policy.qualifiers | {column})
    if column in policy.kinds:
        return policy
    # A date of ADaM is a number; let in as text it would be a calendar date in the open part.
    is_date = column.endswith("DTC") or (policy.name.startswith("AD") and column.endswith(("DT", "DTM")))
    kind = Kind.DATE if is_date else Kind.FREE
    return replace(policy, kinds={**policy.kinds, column: kind})


@cache
def built_in_policy() -> Policy:
    """Read resources/columns/sdtm.toml, and from adam.toml what of ADaM can never be in the open part."""
    table, adam = (
        tomllib.loads(resource("columns", f"{n}.toml").read_text(encoding="utf-8")) for n in ("sdtm", "adam")
    )
    datasets = {name: _dataset(name, entry) for name, entry in table.items() if isinstance(entry, dict)}
    return Policy(
        datasets=datasets,
        needs=tuple(table["needs"]),
        never=frozenset(table["never"]),
        never_prefixes=(*table["never_prefixes"], *adam["never_prefixes"]),
        never_but=frozenset(table["never_but"]),
        never_datasets=frozenset(table["never_datasets"]) | frozenset(adam["never_datasets"]),
    )


def _dataset(name: str, entry: Mapping[str, object]) -> DatasetPolicy:
    kinds = {column: Kind(key) for key in _KIND_KEYS for column in _texts(entry.get(key, []))}
    return DatasetPolicy(
        name=name,
        kinds=kinds,
        required=tuple(_texts(entry["required"])),
        day_columns=bool(entry.get("day_columns", True)),
        needs_same_schedule=bool(entry.get("needs_same_schedule", False)),
    )


def _texts(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]
