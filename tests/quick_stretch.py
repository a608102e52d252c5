"""Phrases without their costly stretching, for tests that lock often and are about something else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from dsmb_app.snapshot import boxes


class QuickStretch:
    """Stands in for Argon2id: as different for each salt and phrase, and quick."""

    def __init__(self, *, salt: bytes, **_: int) -> None:
        self.salt = salt

    def derive(self, phrase: bytes) -> bytes:
        """Return 32 bytes."""
        return hashlib.sha256(self.salt + phrase).digest()


@pytest.fixture(scope="module", autouse=True)
def quick_phrases() -> Iterator[None]:
    """Make every phrase of the importing module's tests quick.

    What they lock opens in that module only, so none of them may use a file that other modules share.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "Argon2id", QuickStretch)
        yield
