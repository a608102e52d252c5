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
from sqlalchemy.pool import StaticPool

from dsmb_app.model.errors import Refusal
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

        Each table is read once; what is handed out may be changed without changing what is kept (copy-on-write).
        """
        if name not in self._read:
            self._read[name] = read_table(self.engine, self.manifest["tables"], name)
        return self._read[name].copy(deep=False)


_READ_ONLY = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_RECURSIVE}
)


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

    ``what`` names the part in a refusal. Raises Refusal when the bytes are no sound database or the rows are not
    as many as the manifest says.
    """
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    try:
        connection.deserialize(data)
        _harden(connection)
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise _damaged(what, "its pages do not hold together")
        manifest = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM manifest")}
        for name, about in manifest["tables"].items():
            rows = connection.execute(f'SELECT count(*) FROM "{_plain(name, what)}"').fetchone()[0]
            if rows != about["rows"]:
                raise _damaged(what, f"table {name} has {rows} rows, {about['rows']} are announced")
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise _damaged(what, str(error)) from error
    engine = _engine(connection)
    with engine.connect():
        pass  # SQLAlchemy asks its own questions of a new connection once; after that only reads are left to allow.
    connection.set_authorizer(_authorizer(manifest))
    return Image(engine, manifest)


def _engine(connection: sqlite3.Connection) -> Engine:
    return create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)


def _harden(connection: sqlite3.Connection) -> None:
    """Make the connection read-only and keep every temporary table in memory (a spill would be a file in clear)."""
    for pragma in (
        "temp_store = MEMORY",
        "mmap_size = 0",
        "cell_size_check = ON",
        "trusted_schema = OFF",
        "query_only = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def _authorizer(manifest: Manifest) -> Any:
    """Allow reading the announced columns and nothing else: no ATTACH, no PRAGMA, no write, no other table."""
    allowed = {(name, column) for name, about in manifest["tables"].items() for column in about["columns"]}
    allowed |= {(MANIFEST, "key"), (MANIFEST, "value")}
    tables = {name for name, _ in allowed}

    def decide(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action in _READ_ONLY:
            return sqlite3.SQLITE_OK
        # An empty column name is SQLite's way of asking about the table as a whole (count(*)).
        if action == sqlite3.SQLITE_READ and ((first, second) in allowed or (second == "" and first in tables)):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return decide


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
