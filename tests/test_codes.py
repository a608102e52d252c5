"""Columns of texts as whole numbers: what is told of them is what the texts themselves say."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.analyses import codes

_TEXTS = st.lists(st.sampled_from(["", "a", "A", "mg/L", None]), max_size=30)


@given(_TEXTS)
def test_that_a_text_is_found_again_by_its_code_and_a_missing_one_is_blank(texts):
    found, names = codes.encoded(pd.Series(texts, dtype=object))
    assert [names[code] for code in found] == [text or "" for text in texts]


@given(_TEXTS, st.sets(st.sampled_from(["", "a", "g"])))
def test_that_a_text_is_one_of_some_words_as_python_says(texts, words):
    found = codes.one_of(pd.Series(texts, dtype=object), words)
    assert found.tolist() == [(text or "") in words for text in texts]


def test_that_codes_go_on_from_piece_to_piece(monkeypatch):
    monkeypatch.setattr(codes, "_PIECE", 2)
    found, names = codes.encoded(pd.Series(["b", "a", "a", "c", None, "b"], dtype=object))
    assert [names[code] for code in found] == ["b", "a", "a", "c", "", "b"]
    assert len(set(found.tolist())) == 4
