"""Canonical JSON: one way to write a value, so that its bytes can be signed, hashed and compared."""

from __future__ import annotations

import json
from typing import Any, NoReturn

# Longer numbers are no size, count or time of ours, and turning text into a huge number takes long.
MAX_DIGITS = 16


def to_canonical(value: Any) -> bytes:
    """Return ``value`` as ASCII JSON with sorted keys and no spaces. Raises ValueError for a float or a huge number."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    from_strict(text.encode("ascii"))
    return text.encode("ascii")


def from_canonical(data: bytes) -> Any:
    """Return the value behind canonical bytes. Raises ValueError for any other way to write the same value."""
    value = from_strict(data)
    if to_canonical(value) != data:
        raise ValueError("not written in the one canonical way")
    return value


def from_strict(data: bytes) -> Any:
    """Return the value of UTF-8 JSON in any layout, without what readers of JSON understand differently.

    Raises ValueError for a key given twice, a float, NaN, a huge number or deep nesting.
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse,
            parse_constant=_refuse,
            parse_int=_integer,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("a number has too many digits")
    return int(text)


def _refuse(_text: str) -> NoReturn:
    raise ValueError("a number is not a whole number")
