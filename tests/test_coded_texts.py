"""Texts that are looked at once each instead of row by row give what looking at every row gives."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.analyses import codes
from dsmb_app.model.intensity import toxicity_grade


@pytest.mark.parametrize("piece", [1, 3, 20_000])
@given(texts=st.lists(st.sampled_from(["ALT", "WBC", "alt", "", None, "Week 2"]), max_size=12))
def test_that_codes_lead_back_to_every_text_in_pieces_of_any_size(piece: int, texts: list[str | None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "_PIECE", piece)
        found, names = codes.encoded(pd.Series(texts, dtype=object))
    assert [names[code] for code in found] == [text or "" for text in texts]
    assert names == [*dict.fromkeys(text for text in texts if text is not None), ""]


_CELL = st.sampled_from([0.0, 1.0, -1.0, 2.5, math.nan])


@given(rows=st.lists(st.tuples(_CELL, _CELL, st.integers(0, 3)), max_size=15))
def test_that_rows_are_the_same_where_every_number_is_and_what_is_missing_equals_what_is_missing(
    rows: list[tuple[float, float, int]],
) -> None:
    columns = [np.array([row[place] for row in rows]) for place in range(3)]
    plain = [tuple("missing" if math.isnan(cell) else cell for cell in row) for row in rows]
    key = codes.one_key(*columns).tolist()
    assert [[one == other for other in key] for one in key] == [[one == other for other in plain] for one in plain]
    first = [place for place, row in enumerate(plain) if row not in plain[:place]]
    assert codes.first_of_each(*columns).tolist() == first


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
