"""Tables of an image: one per dataset, with the columns that its manifest lists, and the manifest itself."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Column, Float, Integer, MetaData, Table, Text

MANIFEST = "manifest"

_TYPES = {"text": Text, "number": Float, "integer": Integer}


def column_types(frame: pd.DataFrame) -> dict[str, str]:
    """Return "text", "number" or "integer" for each column of a frame, as it will be stored."""
    return {str(name): _type_of(frame[name]) for name in frame.columns}


def _type_of(column: pd.Series) -> str:
    if pd.api.types.is_integer_dtype(column.dtype):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(column.dtype) else "text"


def manifest_table(metadata: MetaData) -> Table:
    """Return the key-value table in which an image describes itself (values are JSON)."""
    return Table(MANIFEST, metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))


def data_table(metadata: MetaData, name: str, columns: Mapping[str, str]) -> Table:
    """Return a dataset's table; column types are those of ``column_types``."""
    return Table(name, metadata, *(Column(column, _TYPES[kind]) for column, kind in columns.items()))
