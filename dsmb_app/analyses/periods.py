"""Some events by cycle and phase, as a figure: who had a first onset, who had one present, and the event rate."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.by_cycle import ByCycle, Line, tabulate
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import PeriodFigure, RowKey
from dsmb_app.model.words import TOTAL, Level

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

FIGURE = "F20P"


def periods(cut: Cut, records: Bools, *, title: str, about: str) -> PeriodFigure:
    """Return some emergent records (a mask over ``cut.ae``) by the periods of K20, counted by its rules."""
    found = ByCycle(cut, records, terms=False)
    table = tabulate(found)
    return PeriodFigure(
        exhibit=FIGURE,
        title=title,
        subtitle=f"{about} · Treatment-emergent, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms or (TOTAL,),
        x_label="" if found.rhythm.has_cycles else "Weeks",
        periods=tuple(period.key for period in found.rhythm.periods),
        parts=tuple(chain.from_iterable([part.key for part in period.parts] for period in found.rhythm.periods)),
        table=table,
        subjects=_ids(found, found.whose),
        with_events=_ids(found, lambda line: np.unique(found.subjects[found.events(line)])),
        footnotes=table.footnotes,
    )


def _ids(found: ByCycle, whose: Callable[[Line], Ints]) -> dict[tuple[RowKey, str], tuple[str, ...]]:
    """Return the ids behind each row and arm; none of a count so small that an open session does not show it."""
    cut = found.cut
    if cut.level is Level.POOLED and not cut.study.open.patients:
        return {}
    names = cut.subjects["USUBJID"].to_numpy(dtype=object)
    small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
    behind = {}
    for line in found.lines:
        who = whose(line)
        for arm in cut.arms or (TOTAL,):
            mine = who[cut.in_column(arm)[who]]
            behind[line.row.key, arm] = tuple(names[mine].tolist()) if len(mine) >= small else ()
    return behind
