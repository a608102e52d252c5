"""Summaries of a quantity measured in each subject: mean, quartiles, and in closed sessions extremes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells
from dsmb_app.model import formats
from dsmb_app.model.result import Cell, Column, RowKey
from dsmb_app.model.words import Stat

Floats = npt.NDArray[np.float64]

SPREAD = (Stat.MEAN, Stat.SD, Stat.MEDIAN, Stat.Q1, Stat.Q3)
EXTREMES = (Stat.MIN, Stat.MAX)
"""Closed sessions alone: an extreme is one patient."""


def summary(key: RowKey, arm: str, values: Floats, stats: Sequence[Stat], small: int) -> cells.Cells:
    """Return n and the statistics of a row and column; ``values``: of the column's subjects, NaN for not measured.

    With fewer than ``small`` subjects everything is suppressed.
    """
    # Sorted: sums of floats depend on their order, and subjects stand in the order of their random ids.
    known = np.sort(values[np.isfinite(values)])
    made: cells.Cells = {(key, Column(arm, Stat.N)): Cell(formats.count(len(known)), float(len(known)))}
    if 0 < len(known) < small:
        hidden = Cell("", None, "suppressed: small count")
        return dict.fromkeys([(key, Column(arm, stat)) for stat in (Stat.N, *stats)], hidden)
    for stat in stats:
        value = _statistic(known, stat)
        if value is None:
            made[key, Column(arm, stat)] = Cell(formats.NOT_EVALUABLE, None, "too few subjects")
        else:
            made[key, Column(arm, stat)] = Cell(formats.half_up(value, 2 if stat is Stat.SD else 1), value)
    return made


def _statistic(values: Floats, stat: Stat) -> float | None:
    if len(values) < (2 if stat is Stat.SD else 1):
        return None
    match stat:
        case Stat.MEAN:
            return float(values.mean())
        case Stat.SD:
            return float(values.std(ddof=1))
        case Stat.MIN:
            return float(values.min())
        case Stat.MAX:
            return float(values.max())
        case _:
            share = {Stat.MEDIAN: 50, Stat.Q1: 25, Stat.Q3: 75}[stat]
            # SAS's default percentile (the mean of the two neighbours at a step), which published tables use.
            return float(np.percentile(values, share, method="averaged_inverted_cdf"))
