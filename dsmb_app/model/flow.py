"""The flow of participants as data: who entered each step of the trial, by arm, and who went aside before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsmb_app.model.words import Level

FLOW = "F1"
"""The number of the figure, and of the table that holds its numbers."""


@dataclass(frozen=True, slots=True)
class FlowBox:
    """A box of the flow: ``key`` is its row in the table F1.

    ``n``: by arm and total the printed count ("<5" where it is suppressed); a box before randomisation has the total
    alone. ``aside``: its subjects leave the flow here; the next box that is not aside has the others. ``reasons``: the
    boxes of which it is made up, in printed order.
    """

    key: tuple[str, ...]
    label: str
    n: Mapping[str, str]
    aside: bool = False
    reasons: tuple[FlowBox, ...] = ()


@dataclass(frozen=True)
class FlowFigure:
    """The flow from screening to the end, from the top down; one column an arm from randomisation on."""

    exhibit: str
    title: str
    subtitle: str
    level: Level
    population: str
    arms: tuple[str, ...]
    boxes: tuple[FlowBox, ...] = field(repr=False)
    footnotes: tuple[str, ...] = ()
    styles: tuple[int, ...] = ()
