"""What nobody holds any more goes when the window is quiet, never while something is counted."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from dsmb_app.views import jobs
from dsmb_app.views.tidying import QUIET_LOOKS, RARELY, Tidying


class Ring:
    """Holds itself, so that counting holders alone never frees it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def tidying(qapp) -> Iterator[Tidying]:
    before = gc.get_threshold()
    made = Tidying(qapp)
    made.start()
    yield made
    made.stop()
    assert gc.get_threshold() == before


def test_that_python_looks_when_work_has_ended_and_the_window_is_quiet(tidying: Tidying, monkeypatch) -> None:
    assert gc.get_threshold() == RARELY
    left = weakref.ref(Ring())
    monkeypatch.setattr(jobs, "at_work", lambda: True)
    for _ in range(2 * QUIET_LOOKS):
        tidying.look()
    assert left() is not None
    monkeypatch.setattr(jobs, "at_work", lambda: False)
    for _ in range(QUIET_LOOKS - 1):
        tidying.look()
    assert left() is not None
    tidying.look()
    assert left() is None


def test_that_a_window_that_did_nothing_is_left_alone(tidying: Tidying) -> None:
    gc.collect()
    left = weakref.ref(Ring())
    for _ in range(2 * QUIET_LOOKS):
        tidying.look()
    assert left() is not None


def test_that_what_was_there_at_the_start_can_be_forgotten_after_the_end(qapp) -> None:
    left, tidying = weakref.ref(Ring()), Tidying(qapp)
    ring = Ring()
    early = weakref.ref(ring)
    tidying.start()
    assert left() is None
    del ring
    gc.collect()
    assert early() is not None
    tidying.stop()
    gc.collect()
    assert early() is None
