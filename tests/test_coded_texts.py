"""Texts that are looked at once each instead of row by row give what looking at every row gives."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.analyses import lab_values
from dsmb_app.model.intensity import toxicity_grade


@pytest.mark.parametrize("piece", [1, 3, 20_000])
@given(texts=st.lists(st.sampled_from(["ALT", "WBC", "alt", "", None, "Week 2"]), max_size=12))
def test_that_codes_lead_back_to_every_text_in_pieces_of_any_size(piece: int, texts: list[str | None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab_values, "_PIECE", piece)
        codes, names = lab_values.encoded(pd.Series(texts, dtype=object))
    assert [names[code] for code in codes] == [text or "" for text in texts]
    assert names == [*dict.fromkeys(text for text in texts if text is not None), ""]


def test_that_a_grade_is_read_from_each_spelling() -> None:
    spelled = {
        "3": 3,
        "GRADE 3": 3,
        "grade 5": 5,
        "Grade1": 1,
        "": None,
        "0": None,
        "6": None,
        "GRADE": None,
        "3a": None,
    }
    found = toxicity_grade(pd.Series([*spelled, None, "3"], dtype=object))
    assert [None if math.isnan(one) else one for one in found] == [*spelled.values(), None, 3]
