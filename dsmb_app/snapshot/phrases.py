"""Phrases that people can read out and type: six words of a list, and the one form in which they are compared."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from dsmb_app.model.resource_files import resource

WORDS_IN_A_PHRASE = 6
WORDS_IN_THE_LIST = 7776  # six faces on five dice: 12.9 bits a word, 77.5 bits a phrase


@cache
def phrase_words() -> tuple[str, ...]:
    """Return the word list, in alphabetical order."""
    words = tuple(resource("words", "phrase_words.txt").read_text(encoding="ascii").split())
    # A list cut short would make phrases that look as strong as ever and are not.
    if len(set(words)) != WORDS_IN_THE_LIST or len(words) != WORDS_IN_THE_LIST:
        raise RuntimeError(f"phrase_words.txt must hold {WORDS_IN_THE_LIST} different words")
    return words


def generate_phrase() -> str:
    """Return six words drawn by the system's generator, each from the whole list, with spaces between."""
    words = phrase_words()
    return " ".join(secrets.choice(words) for _ in range(WORDS_IN_A_PHRASE))


def normalise(phrase: str) -> str:
    """Return the form in which a phrase is used: NFKC, case folded, each run of white space one space, none outside.

    So capitals, a pasted line end and a keyboard that composes letters in another way still open the file.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", phrase).casefold())
    return " ".join(folded.split())
