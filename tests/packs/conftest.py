"""The demo's packs, made once a run: one for each level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from filelock import FileLock
from openpyxl import Workbook

from dsmb_app.model.result import Stamp
from dsmb_app.model.words import Level
from dsmb_app.packs.meeting_pack import contents, meeting_pack
from dsmb_app.packs.sheets import Entry, Kind
from dsmb_app.session import Session
from tests.locked import Locked
from tests.packs.reading import book

STAMP = Stamp("0123456789abcdef", "ab" * 32, "2026-05-04 09:30 UTC", "cd" * 32)


@dataclass(frozen=True)
class Pack:
    """A pack with the session that it was made from, as bytes and, for whoever asks, read back."""

    session: Session
    data: bytes

    @cached_property
    def book(self) -> Workbook:
        return book(self.data)

    @property
    def tables(self) -> list[Entry]:
        """Return the sheets of the tables, as the contents foretell them."""
        return [entry for entry in contents(self.session) if entry.kind is Kind.TABLE]

    @classmethod
    def of(cls, session: Session) -> Pack:
        return cls(session, meeting_pack(session, STAMP))


@pytest.fixture(scope="session")
def pack(demo: Locked, tmp_path_factory: pytest.TempPathFactory, of_all_workers: Path) -> Callable[[Level], Pack]:
    """Return what makes, or finds, the demo's pack of a level; the processes of this run share what they made."""
    made: dict[Level, Pack] = {}

    def of_level(level: Level) -> Pack:
        if level not in made:
            session = demo.session(level, tmp_path_factory.mktemp("state"))
            kept = of_all_workers / f"demo-{level}.xlsx"
            with FileLock(kept.with_suffix(".lock")):
                if not kept.is_file():
                    kept.write_bytes(Pack.of(session).data)
            made[level] = Pack(session, kept.read_bytes())
        return made[level]

    return of_level
