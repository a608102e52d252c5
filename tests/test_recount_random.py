"""Small made-up studies with nasty dates: the product and the naive recount say the same, cell for cell."""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject, settings

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.snapshot import locks
from tests.locked import lock_for_test
from tests.oracle import made_up
from tests.oracle.compare import disagreements, every_choice, rules_of
from tests.oracle.reading import read_folder


class QuickStretch:
    """Stands in for the costly stretching of a phrase, which has nothing to do with counting."""

    def __init__(self, *, salt: bytes, **_: int) -> None:
        self.salt = salt

    def derive(self, phrase: bytes) -> bytes:
        return hashlib.sha256(self.salt + phrase).digest()


@pytest.fixture(scope="module", autouse=True)
def quick_phrases() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locks, "Argon2id", QuickStretch)
        yield


def recounted(study: dict[str, Any], folder: Path) -> list[str]:
    """Lock a drawn study, open it at every level, make every choice, and return all disagreements."""
    source, file = made_up.write(folder, study)
    try:
        locked = lock_for_test(source, file, folder)
    except Refusal as refusal:
        if refusal.code == "DATE-NOT-ISO":  # most of a column is unreadable: nothing to count
            reject()
        raise
    data, rules = read_folder(source), rules_of(file)
    session = locked.session(Level.NAMED, folder / "state")
    found = []
    for level in Level:
        session.set_level(level)
        for choice in random.Random(str(study["order"]) + level).sample(list(every_choice(rules)), 2):
            found += [f"{level} {choice.window} {choice.partial_start} {choice.source}: {each}"
                      for each in disagreements(session, data, choice)]  # fmt: skip
    return found


@settings(max_examples=25)
@given(made_up.studies())
def test_that_the_product_counts_as_the_naive_recount_does(study: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert recounted(study, Path(folder)) == []
