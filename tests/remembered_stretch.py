"""Argon2id as it is, worked out once a process for the same phrase and salt: the tests open the same files all day."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dsmb_app.snapshot import boxes


class RememberedStretch:
    """Stands in for Argon2id and gives its very results; another phrase, salt or cost is worked out anew."""

    def __init__(self, *, salt: bytes, length: int, iterations: int, lanes: int, memory_cost: int) -> None:
        self._cost = (salt, length, iterations, lanes, memory_cost)

    def derive(self, phrase: bytes) -> bytes:
        """Return ``length`` bytes."""
        return _derived(phrase, *self._cost)


@cache
def _derived(phrase: bytes, salt: bytes, length: int, iterations: int, lanes: int, memory_cost: int) -> bytes:
    stretch = Argon2id(salt=salt, length=length, iterations=iterations, lanes=lanes, memory_cost=memory_cost)
    return stretch.derive(phrase)


@pytest.fixture(scope="session", autouse=True)
def remembered_stretch() -> Iterator[None]:
    """Let every test of this process share what phrases were stretched to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "Argon2id", RememberedStretch)
        yield
