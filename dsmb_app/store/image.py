"""Frames to a database image and back. The only place that opens SQLite; an image never touches the disk."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine, MetaData, create_engine, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from dsmb_app.model.errors import Refusal
from dsmb_app.store import guard
from dsmb_app.store.queries import read_table
from dsmb_app.store.schema import MANIFEST, column_types, data_table, manifest_table

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Image:
    """An open image: its manifest, and its tables as frames."""

    engine: Engine
    manifest: Manifest
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table in the order of its rows; an empty frame without columns where the image has no such table.

        Raises Refusal IMAGE-DAMAGED for values that are not what the manifest announces. Each table is read once; what
        is handed out may be changed without changing what is kept (copy-on-write).
        """
        if name not in self._read:
            try:
                self._read[name] = read_table(self.engine, self.manifest["tables"], name)
            except (DBAPIError, sqlite3.Error, ValueError, TypeError) as error:
                # What opening cannot see: a value of another type than announced, damage in a page not yet read.
                raise _damaged(name, str(error).splitlines()[0]) from error
        return self._read[name].copy(deep=False)

    def close(self) -> None:
        """Let go of the database and of every table read from it; the image can be asked nothing after that."""
        self._read.clear()
        self.engine.dispose()


def build_image(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> bytes:
    """Store frames as tables (lower-case names), with a manifest of their columns, row counts and SHA-256.

    The same frames in the same order give the same bytes.
    """
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA page_size = 4096")
    engine = _engine(connection)
    metadata = MetaData()
    described = {name: _describe(frame) for name, frame in frames.items()}
    about = manifest_table(metadata)
    tables = {name: data_table(metadata, name, described[name]["columns"]) for name in frames}
    metadata.create_all(engine)
    entries = {**manifest, "tables": described}
    with engine.begin() as work:
        for name, frame in frames.items():
            rows = _rows(frame)
            if rows:
                # The driver's own many-rows insert: SQLAlchemy's would build a dictionary for each of them.
                work.exec_driver_sql(str(insert(tables[name]).compile(engine)), rows)
        work.execute(insert(about), [{"key": key, "value": _json(entries[key])} for key in sorted(entries)])
    data = connection.serialize()
    connection.close()
    return data


def open_image(data: bytes, *, what: str) -> Image:
    """Open an image in memory, read-only, and check it against its own manifest.

    ``what`` names the part in a refusal. Raises Refusal when the bytes are no sound database, when it holds anything
    but the announced tables, or when the rows are not as many as the manifest says.
    """
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    try:
        connection.deserialize(data)
        guard.harden(connection)
        engine = _engine(connection)
        with engine.connect():
            pass  # SQLAlchemy asks its own questions of a new connection once; after that only reads are left to allow.
        connection.set_authorizer(guard.while_opening())
        manifest = _checked(connection, what)
    except (sqlite3.Error, DBAPIError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(what, str(error)) from error
    connection.set_authorizer(guard.once_open(manifest["tables"]))
    return Image(engine, manifest)


def _checked(connection: sqlite3.Connection, what: str) -> Manifest:
    # Names before contents: a view in place of a table would run whatever it says.
    names = guard.plain_tables(connection)
    manifest = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM manifest")}
    if sorted(names) != sorted([MANIFEST, *manifest["tables"]]):
        raise _damaged(what, "it does not hold just the announced tables")
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise _damaged(what, "its pages do not hold together")
    for name, about in manifest["tables"].items():
        rows = connection.execute(f'SELECT count(*) FROM "{_plain(name, what)}"').fetchone()[0]
        if rows != about["rows"]:
            raise _damaged(what, f"table {name} has {rows} rows, {about['rows']} are announced")
        # Each column with its table's name: SQLite takes a bare quoted name that it does not know for a text.
        columns = ", ".join(f'"{name}"."{_plain(column, what)}"' for column in about["columns"])
        connection.execute(f'SELECT {columns} FROM "{name}" LIMIT 0')
    return manifest


def _engine(connection: sqlite3.Connection) -> Engine:
    return create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)


def _describe(frame: pd.DataFrame) -> dict[str, Any]:
    digest = hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode("utf-8")).hexdigest()
    return {"columns": column_types(frame), "rows": len(frame), "sha256": digest}


def _rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(zip(*(_plain_values(frame[name]) for name in frame.columns), strict=True))


def _plain_values(column: pd.Series) -> list[Any]:
    if pd.api.types.is_float_dtype(column.dtype):
        values = column.to_numpy(dtype=float)
        return np.where(np.isnan(values), None, values.astype(object)).tolist()  # type: ignore[call-overload,no-any-return]
    values = column.to_numpy(dtype=object)
    if pd.api.types.is_integer_dtype(column.dtype):
        return [int(value) for value in values]
    return ["" if value is None or value != value else str(value) for value in values]


def _plain(name: str, what: str) -> str:
    if not name.isidentifier():
        raise _damaged(what, "a table has an impossible name")
    return name


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def _damaged(what: str, why: str) -> Refusal:
    return Refusal(
        "IMAGE-DAMAGED",
        f"The {what} part of the snapshot is not a sound database: {why}.",
        "Ask the statistician for a fresh copy of the file.",
    )
