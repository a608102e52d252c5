"""What is derived from a cut is made once, and never outlives the cut: a number of another level must not be kept."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

from dsmb_app.analyses.exhibits import EXHIBITS
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.model.cut import Cut
from dsmb_app.model.words import Level
from tests.locked import Locked


def size(cut: Cut) -> int:
    return len(cut.subjects)


def test_that_what_is_derived_is_made_once_and_another_cut_starts_with_nothing(demo: Locked) -> None:
    cut = demo.opened(Level.MASKED)._cut
    kept = cut.once(Labs)
    assert cut.once(Labs) is kept
    other = replace(cut, subjects=cut.subjects.iloc[:3])
    assert (cut.once(size), other.once(size)) == (len(cut.subjects), 3)
    assert other.once(Labs) is not kept


def test_that_nothing_kept_with_a_cut_holds_it_when_the_level_is_left(demo: Locked, state: Path) -> None:
    session = demo.session(Level.NAMED, state)
    for exhibit in EXHIBITS:
        table = session.table(exhibit.id)
        session.drill(exhibit.id, *next(at for at, cell in table.cells.items() if cell.value is not None))
    left = weakref.ref(session._cut.once(Labs)), [weakref.ref(frame) for frame in (session._cut.ae, session._cut.lb)]
    assert len(session._cut._derived) > len(EXHIBITS) // 2
    gc.collect()
    gc.disable()
    try:
        session.set_level(Level.POOLED)
        assert [left[0](), *(frame() for frame in left[1])] == [None, None, None]
    finally:
        gc.enable()
