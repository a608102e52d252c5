"""What an open image may be asked: a few reads, decided by SQLite before a statement runs; nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from dsmb_app.store.schema import MANIFEST

Authorizer = Callable[..., int]

SETTINGS = (
    "temp_store = MEMORY",  # a sort larger than the cache would else go to a file, in clear
    "mmap_size = 0",
    "cell_size_check = ON",
    "trusted_schema = OFF",
    "query_only = ON",
)


def harden(connection: sqlite3.Connection) -> None:
    """Make a connection read-only, keep its temporary tables in memory, and let it attach no file.

    ``VACUUM INTO`` writes by attaching, so the limit stops it too.
    """
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def while_opening() -> Authorizer:
    """Return what is allowed until the manifest is known: any read, counting rows, and the check of the pages.

    No recursion and no function but ``count``, so that a schema made to run for ever, or to call something, cannot.
    """

    def decide(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        allowed = (
            action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
            or (action == sqlite3.SQLITE_FUNCTION and second == "count")
            or (action == sqlite3.SQLITE_PRAGMA and first == "quick_check")
        )
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return decide


def once_open(tables: Mapping[str, Mapping[str, Any]]) -> Authorizer:
    """Return what is allowed from then on: reading the columns that the manifest announces. Everything else is denied:

    writes, ATTACH, PRAGMA, transactions, functions, recursion, and every other table, the schema among them.
    """
    allowed = {(name, column) for name, about in tables.items() for column in about["columns"]}
    allowed |= {(MANIFEST, "key"), (MANIFEST, "value")}

    def decide(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_SELECT:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and (first, second) in allowed:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return decide


def plain_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the names in a schema of plain tables. Raises ValueError for views, triggers, virtual tables and such."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    # An index without words of its own is that of a primary key, which SQLite makes itself.
    made = [(kind, str(name), str(sql)) for kind, name, sql in rows if (kind, sql) != ("index", None)]
    if not all(kind == "table" and sql.upper().startswith("CREATE TABLE") for kind, _, sql in made):
        raise ValueError("its schema holds something other than plain tables")
    return [name for _, name, _ in made]
