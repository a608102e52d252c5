"""What SQLite may be asked of an opened image. Each rule has a statement that only this rule stops."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy.exc import DatabaseError

from dsmb_app.model.errors import Refusal
from dsmb_app.store import guard, image
from dsmb_app.store.image import Image, build_image, open_image

FRAME = pd.DataFrame({"USUBJID": pd.Series(["S-1", "S-2"], dtype="str"), "AEDY": [1.0, 2.0]})
BOMB = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r LIMIT 3) SELECT x FROM r"


@pytest.fixture
def data() -> bytes:
    return build_image({"ae": FRAME}, {"trial": "T"})


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in an empty folder, where a file that a statement makes would lie; none may be there at the end."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


def ask(opened: Image, statement: str) -> list[Any]:
    with opened.engine.connect() as connection:
        found = connection.exec_driver_sql(statement)
        return list(found) if found.returns_rows else []


# ----------------------------------------------------------------------------------------------------------------------
# The authorizer: each statement is stopped by it alone; without it, SQLite does as it is told

STOPPED = [
    "SELECT sql FROM sqlite_master",
    "SELECT rowid FROM ae",
    "SELECT count(*) FROM ae",
    "SELECT max(AEDY) FROM ae",
    "SELECT upper(USUBJID) FROM ae",
    BOMB,
    "SELECT * FROM pragma_compile_options LIMIT 1",
    "PRAGMA query_only = OFF",
    "PRAGMA temp_store = FILE",
    "PRAGMA temp_store_directory = '.'",
    "PRAGMA user_version",
    "SAVEPOINT one",
    "BEGIN",
]


@pytest.mark.parametrize("statement", STOPPED)
def test_that_anything_but_a_read_of_an_announced_column_is_denied(
    data: bytes, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DatabaseError, match=r"not authorized|prohibited|authorization denied"):
        ask(open_image(data, what="main"), statement)
    monkeypatch.setattr(guard, "once_open", lambda _tables: lambda *_: sqlite3.SQLITE_OK)
    ask(open_image(data, what="main"), statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE 'leak.db' AS leak",
        "VACUUM INTO 'leak.db'",
        "CREATE TEMP TABLE t (x)",
        "CREATE TABLE t (x)",
        "DELETE FROM ae",
        "UPDATE ae SET AEDY = 9",
        "INSERT INTO ae VALUES ('S-3', 3)",
        "DROP TABLE ae",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA writable_schema = ON",
        "SELECT load_extension('leak')",
        "REINDEX",
        "ANALYZE",
    ],
)
def test_that_what_other_rules_stop_too_is_denied_first(data: bytes, statement: str, in_folder: Path) -> None:
    with pytest.raises(DatabaseError, match=r"not authorized|prohibited|authorization denied"):
        ask(open_image(data, what="main"), statement)


def test_that_a_column_or_table_that_the_manifest_does_not_announce_cannot_be_read(data: bytes) -> None:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    connection.execute("ALTER TABLE ae ADD COLUMN ARM TEXT")
    opened = open_image(connection.serialize(), what="main")
    assert ask(opened, "SELECT USUBJID FROM ae") == [("S-1",), ("S-2",)]
    with pytest.raises(DatabaseError, match="prohibited"):
        ask(opened, "SELECT ARM FROM ae")


def test_that_what_the_program_asks_is_allowed_also_in_order(data: bytes) -> None:
    opened = open_image(data, what="main")
    assert opened.table("ae")["AEDY"].tolist() == [1.0, 2.0]
    assert ask(opened, "SELECT AEDY FROM ae ORDER BY AEDY DESC") == [(2.0,), (1.0,)]


# ----------------------------------------------------------------------------------------------------------------------
# The settings of the connection, seen with the authorizer out of the way


@pytest.fixture
def bare(data: bytes, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Image]:
    """Return what opens the image without an authorizer, so that only the connection's own settings are left."""
    monkeypatch.setattr(guard, "once_open", lambda _tables: lambda *_: sqlite3.SQLITE_OK)
    return lambda: open_image(data, what="main")


@pytest.mark.parametrize(
    ("setting", "value"), [("query_only", 1), ("trusted_schema", 0), ("temp_store", 2), ("cell_size_check", 1)]
)
def test_that_each_setting_is_in_force_and_would_not_be_by_itself(
    bare: Callable[[], Image], setting: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(bare(), f"PRAGMA {setting}") == [(value,)]
    monkeypatch.setattr(guard, "SETTINGS", [one for one in guard.SETTINGS if not one.startswith(setting)])
    assert ask(bare(), f"PRAGMA {setting}") != [(value,)]


def test_that_no_file_is_mapped_into_memory(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    # A database in memory does not answer PRAGMA mmap_size, so what it is told is looked at.
    told: list[str] = []
    connect = sqlite3.connect

    def heard(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(told.append)
        return connection

    monkeypatch.setattr(image.sqlite3, "connect", heard)
    open_image(data, what="main")
    assert "PRAGMA mmap_size = 0" in told
    assert told.index("PRAGMA mmap_size = 0") < next(i for i, said in enumerate(told) if said.startswith("SELECT"))


@pytest.mark.parametrize("statement", ["ATTACH DATABASE 'leak.db' AS leak", "VACUUM INTO 'leak.db'"])
def test_that_no_database_can_be_attached_even_without_the_authorizer(
    bare: Callable[[], Image], statement: str, in_folder: Path
) -> None:
    with pytest.raises(DatabaseError, match="too many attached databases - max 0"):
        ask(bare(), statement)


@pytest.mark.parametrize("statement", ["DELETE FROM ae", "CREATE TABLE t (x)"])
def test_that_nothing_is_written_even_without_the_authorizer(bare: Callable[[], Image], statement: str) -> None:
    with pytest.raises(DatabaseError, match="readonly"):
        ask(bare(), statement)


def test_that_no_extension_is_loaded_even_without_the_authorizer(bare: Callable[[], Image]) -> None:
    with pytest.raises(DatabaseError, match="not authorized"):
        ask(bare(), "SELECT load_extension('leak')")


# ----------------------------------------------------------------------------------------------------------------------
# Hostile images, behind whatever signature


def changed(data: bytes, *statements: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    return connection.serialize()


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE VIEW more AS SELECT 1 AS x",),
        ("DROP TABLE ae", f"CREATE VIEW ae AS {BOMB.replace('LIMIT 3', '')}"),
        ("CREATE TRIGGER t AFTER INSERT ON ae BEGIN SELECT 1; END",),
        ("CREATE INDEX i ON ae (AEDY)",),
        ("CREATE VIRTUAL TABLE words USING fts5 (x)",),
        ("CREATE TABLE more (x)",),
        ("DROP TABLE ae",),
        ("DELETE FROM ae",),
        ("DROP TABLE manifest",),
        ("UPDATE manifest SET value = 'x' WHERE key = 'tables'",),
        ("UPDATE manifest SET value = '[]' WHERE key = 'tables'",),
        ("DELETE FROM manifest WHERE key = 'tables'",),
        ("ALTER TABLE manifest RENAME TO m", "CREATE VIEW manifest AS SELECT 'tables' AS key, '{}' AS value"),
    ],
)
def test_that_an_image_with_anything_but_the_announced_tables_is_refused(data: bytes, statements: tuple[str]) -> None:
    with pytest.raises(Refusal, match="IMAGE-DAMAGED"):
        open_image(changed(data, *statements), what="main")


def test_that_a_schema_that_calls_functions_is_not_run_while_it_is_opened(data: bytes) -> None:
    checked = "CREATE TABLE other (x CHECK (abs(x) > 0))"
    hostile = changed(data, checked, "INSERT INTO other VALUES (1)", "DROP TABLE ae", "ALTER TABLE other RENAME TO ae")
    with pytest.raises(Refusal, match=r"not authorized|rows"):
        open_image(hostile, what="main")


def test_that_a_closed_image_answers_nothing(data: bytes) -> None:
    opened = open_image(data, what="main")
    opened.table("ae")
    opened.close()
    with pytest.raises(Exception, match=r"no such table|closed"):
        opened.table("ae")
