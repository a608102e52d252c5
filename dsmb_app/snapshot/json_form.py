"""JSON read strictly and a piece at a time: no key twice, no NaN, no text that is not Unicode, no endless nesting."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

# Top-level keys of Dataset-JSON 1.1, and of 1.0, which is known only to be refused in words.
VERSION_KEY = "datasetJSONVersion"
OLD_KEYS = frozenset({"clinicalData", "referenceData"})

_BLANKS = re.compile(r"[ \t\r\n]*")


class FormError(ValueError):
    """Text that is not JSON, or JSON that cannot be trusted; ``reason`` is "broken", "twice", "nan" or "deep"."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        name = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise FormError("twice", f'the key "{name[:40]}" stands twice')
    return out


def _constant(word: str) -> NoReturn:
    raise FormError("nan", f"{word} is no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)


class Cursor:
    """A place in a JSON text that moves forward; every method raises FormError where the text is not as due."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text, self.at = text, at

    def next_char(self) -> str:
        """Return the next character that is not blank, without passing it; "" at the end."""
        self.at = self._after_blanks(self.at)
        return self.text[self.at : self.at + 1]

    def take(self, chars: str) -> str:
        """Pass one of the given characters and return it."""
        found = self.next_char()
        if not found or found not in chars:
            where = f"at character {self.at + 1:,}" if found else "at the end"
            raise FormError("broken", f"{' or '.join(chars)} is missing {where}")
        self.at += 1
        return found

    def value(self) -> Any:
        """Pass one value of any kind and return it."""
        try:
            found, self.at = _DECODER.raw_decode(self.text, self._after_blanks(self.at))
        except RecursionError as error:
            raise FormError("deep", "it is nested too deeply") from error
        except FormError:
            raise
        except ValueError as error:  # also an integer of thousands of digits
            place = error.pos + 1 if isinstance(error, json.JSONDecodeError) else self.at + 1
            raise FormError("broken", f"it is no JSON from character {place:,} on") from error
        return found

    def elements(self) -> Iterator[Any]:
        """Pass an array, yielding one element after the other."""
        self.take("[")
        if self.next_char() == "]":
            self.at += 1
            return
        yield self.value()
        while self.take(",]") == ",":
            yield self.value()

    def members(self) -> Iterator[str]:
        """Pass an object, yielding each key; before the next one is asked for, its value must have been passed."""
        seen: set[str] = set()
        self.take("{")
        if self.next_char() == "}":
            self.at += 1
            return
        while True:
            if self.next_char() != '"':
                raise FormError("broken", f"a key is missing at character {self.at + 1:,}")
            key = self.value()
            if key in seen:
                raise FormError("twice", f'the key "{key[:40]}" stands twice')
            seen.add(key)
            self.take(":")
            yield key
            if self.take(",}") == "}":
                return

    def end(self) -> None:
        """Refuse anything but blanks up to the end of the text."""
        if self.next_char():
            raise FormError("broken", f"it goes on after its end, at character {self.at + 1:,}")

    def _after_blanks(self, at: int) -> int:
        match = _BLANKS.match(self.text, at)
        return match.end() if match else at


def says_dataset(data: bytes, *, lines: bool) -> bool:
    """Tell whether a JSON file (``lines``: its first line) is an object with a mark of Dataset-JSON, new or old."""
    try:
        cursor = Cursor((data.partition(b"\n")[0] if lines else data).decode("utf-8-sig"))
        for key in cursor.members():
            if key == VERSION_KEY or key in OLD_KEYS:
                return True
            cursor.value()
    except ValueError:  # not UTF-8, or FormError: it says nothing
        return False
    return False
