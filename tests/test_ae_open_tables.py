"""Tables of adverse events of the demo: no row twice, and open ones that no arm can move."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.words import Level
from dsmb_app.session import Session
from tests.locked import Locked
from tests.test_ae_arms import TABLES


@pytest.mark.parametrize("level", list(Level))
def test_that_no_row_of_any_table_is_there_twice(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    for exhibit in TABLES:
        keys = [row.key for row in session.table(exhibit).rows]
        assert len(keys) == len(set(keys)), exhibit


def seen(session: Session) -> dict[str, str]:
    """Return each open exhibit with its rows, columns, footnotes and cells as text."""
    return {exhibit: repr(session.table(exhibit)) + repr(list(session.table(exhibit).walk())) for exhibit in TABLES}


def test_that_arms_dealt_anew_leave_every_open_table_byte_for_byte(
    demo: Locked, dealt_demo: Locked, state: Path
) -> None:
    one, other = (locked.session(Level.POOLED, state) for locked in (demo, dealt_demo))
    for order in ("frequency", "meddra", "alphabetical"):
        for session in (one, other):
            session.choose_by_text([f"order={order}", "at_least=5"])
        assert seen(one) == seen(other)
    closed = [locked.opened(Level.NAMED) for locked in (demo, dealt_demo)]
    assert seen(closed[0]) != seen(closed[1])  # the arms were dealt anew indeed
