"""Blood counts that are held back, and can be worked out from those that are not."""

from __future__ import annotations

from collections.abc import Collection, Iterable

_WHOLE = frozenset({"WBC", "LEUK"})
_KINDS = frozenset({"NEUT", "NEUTSG", "LYM", "MONO", "EOS", "BASO"})


def worked_out(hold_back: Iterable[str], tests: Collection[str]) -> tuple[str, ...]:
    """Return a note for the statistician for each test of ``hold_back`` that the other LBTESTCDs in ``tests`` tell.

    White cells are the sum of their kinds, and shares (NEUTLE, EOSLE) sum to one: what is left over when the others are
    taken away follows a kind that moves much, such as eosinophils under IL-2.
    """
    held = set(hold_back) & set(tests)
    open_ones = set(tests) - held
    notes = []
    for test in sorted(held):
        kind, ending = (test.removesuffix("LE"), "LE") if test.endswith("LE") else (test, "")
        rest = {
            other for other in open_ones if other.removesuffix("LE") in _KINDS and other.endswith("LE") == bool(ending)
        }
        if kind in _KINDS and len(rest) >= 2 and (ending or open_ones & _WHOLE):
            left = ", ".join(sorted(rest | (set() if ending else open_ones & _WHOLE)))
            notes.append(f"LB: {test} is held back, but can be worked out from {left}: hold one of these back too")
    return tuple(notes)
