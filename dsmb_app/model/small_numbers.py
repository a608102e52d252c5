"""What few subjects can miss: how often an event that is really there is seen in none of them."""

from __future__ import annotations

from collections.abc import Mapping

from dsmb_app.model import formats

SHARE = 0.05


def missed(n: int, share: float) -> float:
    """Return the probability (0 to 1) that none of ``n`` subjects has an event that a ``share`` (0 to 1) truly has.

    Binomial, subjects independent: (1 - share)^n.
    """
    return float((1 - share) ** n)


def missed_words(sizes: Mapping[str, int]) -> str:
    """Return the sentence on a true 5% event for groups of these sizes; a group's name is "" where there is but one."""
    by_size: dict[int, list[str]] = {}
    for name, n in sizes.items():
        by_size.setdefault(n, []).append(name)
    if not by_size:
        return ""
    parts = [f"{_times(n)} of the time with {_whom(n, names, len(sizes))}" for n, names in by_size.items()]
    return f"A true {formats.half_up(100 * SHARE, 0)}% event would be missed {', '.join(parts)}."


def _times(n: int) -> str:
    percent = 100 * missed(n, SHARE)
    return "less than 1%" if percent < 1 else f"{formats.half_up(percent, 0)}%"


def _whom(n: int, names: list[str], groups: int) -> str:
    if groups == 1:
        return f"{n} subjects"
    return f"{n} per arm" if len(names) == groups else f"{n} in {' and '.join(names)}"
