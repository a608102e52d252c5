"""Sorting and searching a listing by codes and bytes, against the same done row by row and text by text."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dsmb_app.model.sheet import Sheet, coded_column, column_of

MANY = 70_000
"""More distinct texts than two bytes count."""
Made = tuple[list[list[str]], Sheet]
WORDS = ("ALT", "alanine", "Große Straße", "ÄRZTIN", "week 4", "Week 12", "line\nbreak", "İstanbul", "12.5",
         "-3", "", "n")  # fmt: skip
ROWS = 3000
SEARCHES = (
    "", "alt", "ALT week", "week 4", "strasse", "ärztin", "straße n", "break", "line", "linebreak", "x", "12", "-",
    "4 4", "i̇stanbul", "7 alt -3", "  n  ",
)  # fmt: skip


def texts_of(seed: int) -> list[list[str]]:
    made = random.Random(seed)
    return [
        [made.choice(WORDS) for _ in range(ROWS)],
        [made.choice(("3", "10", "2.5", "-1", "", "n.a.", "0", "Ab", "aB")) for _ in range(ROWS)],
        [f"R{made.randrange(MANY):06}" for _ in range(ROWS)],
    ]


def sheet_of(columns: list[list[str]]) -> Sheet:
    every = [f"R{number:06}" for number in range(MANY)]
    codes = np.array([int(text[1:]) for text in columns[2]])
    made = [column_of("Words", columns[0]), column_of("Numbers", columns[1]), coded_column("Record", codes, every)]
    return Sheet("X", "Made up", tuple(made))


def rank(text: str) -> tuple[int, float, str, str]:
    """Numbers by size, before texts in the order of the alphabet."""
    try:
        return 0, float(text), "", text
    except ValueError:
        return 1, 0.0, text.casefold(), text


def recounted(columns: list[list[str]], words: str, by: int, falling: bool) -> list[int]:
    rows = list(zip(*columns, strict=True))
    kept = [
        place
        for place, row in enumerate(rows)
        if all(any(word in text.casefold() for text in row) for word in words.casefold().split())
    ]
    if by < 0:
        return kept
    ranks = {text: place for place, text in enumerate(sorted(set(columns[by]), key=rank))}
    return sorted(kept, key=lambda place: -ranks[rows[place][by]] if falling else ranks[rows[place][by]])


@pytest.fixture(scope="module")
def made() -> tuple[list[list[str]], Sheet]:
    columns = texts_of(7)
    return columns, sheet_of(columns)


@pytest.mark.parametrize("words", SEARCHES)
def test_that_rows_found_are_those_of_a_search_text_by_text(made: Made, words: str) -> None:
    columns, sheet = made
    assert sheet.rows(words).tolist() == recounted(columns, words, -1, False)


@pytest.mark.parametrize("by", range(3))
@pytest.mark.parametrize("falling", [False, True])
def test_that_rows_are_in_the_order_of_a_plain_sort(made: Made, by: int, falling: bool) -> None:
    columns, sheet = made
    for words in ("", "alt", "n 4"):
        assert sheet.rows(words, by, falling=falling).tolist() == recounted(columns, words, by, falling)


def test_that_a_search_typed_letter_by_letter_forgets_nothing(made: Made) -> None:
    columns, sheet = made
    typed = "week 4 alt r00 n 1 2"
    for end in [*range(len(typed) + 1), *range(len(typed), -1, -1)]:
        assert sheet.rows(typed[:end]).tolist() == recounted(columns, typed[:end], -1, False)


def test_that_a_listing_of_nobody_is_searched_and_sorted() -> None:
    empty = Sheet("X", "Empty", (column_of("Words", []), column_of("Numbers", [])))
    assert empty.rows().tolist() == empty.rows("alt").tolist() == empty.rows("", 1).tolist() == []
