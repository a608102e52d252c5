"""Reads: whole tables of an open image as frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Engine, MetaData, select

from dsmb_app.store.schema import data_table


def read_table(engine: Engine, tables: Mapping[str, Any], name: str) -> pd.DataFrame:
    """Return a table in the order of its rows; text is ``str`` ("" missing), numbers are float64 (NaN missing).

    ``tables``: what the manifest says of each table. One that it does not list gives an empty frame without columns.
    """
    about = tables.get(name)
    if about is None:
        return pd.DataFrame()
    table = data_table(MetaData(), name, about["columns"])
    with engine.connect() as connection:
        rows = connection.execute(select(table)).all()
    columns = list(about["columns"])
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pd.DataFrame(
        {name: _series(column, about["columns"][name]) for name, column in zip(columns, values, strict=True)}
    )


def _series(values: tuple[object, ...], kind: str) -> pd.Series:
    if kind == "text":
        return pd.Series(values, dtype="str")
    return pd.Series(values, dtype="float64" if kind == "number" else "int64")
