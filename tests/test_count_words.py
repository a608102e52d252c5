"""Every derivation rule is told to readers in words, not by the name that the program has for it."""

from __future__ import annotations

import pytest

from dsmb_app.model.settings_words import rule_counts
from dsmb_app.model.words import Level
from tests.locked import Locked


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("study", ["demo", "pilot"])
def test_that_no_rule_is_told_by_its_programming_name(study: str, level: Level, request: pytest.FixtureRequest) -> None:
    locked: Locked = request.getfixturevalue(study)
    told = [words for words, _ in rule_counts(locked.opened(level).counts)]
    assert len(told) > 5
    assert [words for words in told if "_" in words or " " not in words] == []
