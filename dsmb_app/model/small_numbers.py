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
    """Return the sentence on a true 5% event for groups of these sizes, by name; one group needs no name."""
    by_share: dict[str, list[str]] = {}
    for name, n in sizes.items():
        by_share.setdefault(_share(n), []).append(name)
    if not by_share:
        return ""
    first, *others = (f"{share}{{}} with {_whom(names, sizes)}" for share, names in by_share.items())
    told = ", ".join([first.format(" of the time"), *(other.format("") for other in others)])
    return f"A true {formats.half_up(100 * SHARE, 0)}% event would be missed {told}."


def _share(n: int) -> str:
    percent = 100 * missed(n, SHARE)
    return "less than 1%" if percent < 1 else f"{formats.half_up(percent, 0)}%"


def _whom(names: list[str], sizes: Mapping[str, int]) -> str:
    low, high = min(sizes[name] for name in names), max(sizes[name] for name in names)
    many = f"{low}" if low == high else f"{low} to {high}"
    if len(sizes) == 1:
        return f"{many} subjects"
    return f"{many} per arm" if len(names) == len(sizes) else f"{many} in {' and '.join(names)}"
