"""What each level may label, and the check that it does not label more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsmb_app.model.words import Level

LETTERS = "ABCDEF"
_LETTER = re.compile(f"^[{LETTERS}]$")


class LabelNotPermitted(Exception):  # noqa: N818 - reads as the sentence it is
    """A label was about to reach a level that must not show it: a fault of the program, never shown data."""


def permit(level: Level, labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels if the level may show them: none when pooled, single letters when masked.

    Raises LabelNotPermitted otherwise, without repeating the label.
    """
    if level is Level.POOLED and labels:
        raise LabelNotPermitted("a pooled cut carries no arm labels")
    if level is Level.MASKED and not all(_LETTER.match(label) for label in labels):
        raise LabelNotPermitted("a masked cut carries letters only")
    return tuple(labels)
