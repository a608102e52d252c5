"""Argon2id as it is, worked out once a process for the same phrase and salt: the tests open the same files all day.

What is locked ``quickly`` opens without Argon2id, in this process alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dsmb_app.snapshot import boxes


class RememberedStretch:
    """Stands in for Argon2id and gives its very results; another phrase, salt or cost is worked out anew."""

    def __init__(self, *, salt: bytes, length: int, iterations: int, lanes: int, memory_cost: int) -> None:
        self._cost = (salt, length, iterations, lanes, memory_cost)

    def derive(self, phrase: bytes) -> bytes:
        """Return ``length`` bytes."""
        asked = phrase, *self._cost
        if asked not in _known:
            _known[asked] = hashlib.sha256(self._cost[0] + phrase).digest() if _quick else _derived(*asked)
        return _known[asked]


_known: dict[tuple[bytes, bytes, int, int, int, int], bytes] = {}
_quick: list[bool] = []


@contextmanager
def quickly() -> Iterator[None]:
    """Stretch every phrase that is not known yet by one hash; its salt is fresh, so that no other file has the same."""
    _quick.append(True)
    try:
        yield
    finally:
        _quick.pop()


def _derived(phrase: bytes, salt: bytes, length: int, iterations: int, lanes: int, memory_cost: int) -> bytes:
    stretch = Argon2id(salt=salt, length=length, iterations=iterations, lanes=lanes, memory_cost=memory_cost)
    return stretch.derive(phrase)


@pytest.fixture(scope="session", autouse=True)
def remembered_stretch() -> Iterator[None]:
    """Let every test of this process share what phrases were stretched to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "Argon2id", RememberedStretch)
        yield
