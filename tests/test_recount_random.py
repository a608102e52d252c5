"""Small made-up studies with nasty dates: the product and the naive recount say the same, cell for cell."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from tests.locked import lock_for_test
from tests.oracle import made_up
from tests.oracle.compare import disagreements, every_choice, rules_of
from tests.oracle.reading import read_folder
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]


def recounted(study: dict[str, Any], folder: Path, picked: tuple[int, int]) -> list[str]:
    """Lock a drawn study and return all disagreements: pooled for every choice, masked and named for one each."""
    source, file = made_up.write(folder, study)
    try:
        locked = lock_for_test(source, file, folder)
    except Refusal as refusal:
        if refusal.code == "DATE-NOT-ISO":  # most of a column is unreadable: nothing to count
            reject()
        raise
    data, choices = read_folder(source), list(every_choice(rules_of(file)))
    session = locked.session(Level.NAMED, folder / "state")
    masked, named = picked
    found = []
    for level, tried in ((Level.POOLED, range(8)), (Level.MASKED, [masked]), (Level.NAMED, [named])):
        session.set_level(level)
        for choice in (choices[place] for place in tried):
            where = f"{level}, {choice.window}, {choice.partial_start}, {choice.source}"
            found += [f"{where}: {each}" for each in disagreements(session, data, choice)]
    return found


# An example locks and opens a whole study, so a failing one is shown as it is: making it small would take minutes.
@settings(max_examples=6, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(study=made_up.studies(), picked=st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_that_the_product_counts_as_the_naive_recount_does(study: dict[str, Any], picked: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert recounted(study, Path(folder), picked) == []
