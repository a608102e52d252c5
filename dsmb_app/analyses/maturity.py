"""What the numbers rest on, by arm: patient-years, labs and visits present of those expected, late records, contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import lab_presence
from dsmb_app.analyses.counting import years_by_arm
from dsmb_app.analyses.findings import records_of
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.analyses.quality_measures import overdue
from dsmb_app.model.cut import OTHERS, Cut
from dsmb_app.model.maturity import Maturity, Share
from dsmb_app.model.words import Level

Bools = npt.NDArray[np.bool_]

PANELS = ("Liver tests", "Blood count")
VISITS = "Visits"
_DATASETS = ("ae", "lb", "cm", *(name for name in OTHERS if name != "mh"))


def maturity(cut: Cut) -> Maturity:
    """Sum over visits who was there and who was expected; the arms stand in closed sessions alone.

    Where an open session shows no safety data it is told nothing of laboratory results and records either.
    """
    members = {name: cut.in_column(name) for name in cut.columns}
    safety = cut.level is not Level.POOLED or cut.study.open.safety
    labs = cut.once(Labs)
    present = {}
    for panel in PANELS if safety else ():
        lines = lab_presence.expected(cut, labs, (panel,))
        if lines:
            present[panel] = _shares(members, ((line.met, line.measured) for line in lines))
    visits = lab_presence.visits_made(cut, labs)
    if visits:
        present[VISITS] = _shares(members, ((there, due) for _, there, due in visits))
    late, contact = _late(cut) if safety else np.zeros(len(cut.subjects), dtype=np.int64), overdue(cut, labs)
    nobody = np.zeros(len(cut.subjects), dtype=bool)
    on_study, silent = contact or (nobody, nobody)
    return Maturity(
        columns=cut.columns,
        subjects={name: int(mask.sum()) for name, mask in members.items()},
        years=dict(zip(cut.columns, years_by_arm(cut).tolist(), strict=True)),
        present=present,
        set_aside={name: int(late[mask].sum()) for name, mask in members.items()},
        overdue={name: int((silent & mask).sum()) for name, mask in members.items()} if contact else None,
        on_study={name: int((on_study & mask).sum()) for name, mask in members.items()},
        small=cut.study.open.small_cells if cut.level is Level.POOLED else 0,
    )


def _shares(members: Mapping[str, Bools], visits: Iterable[tuple[Bools, Bools]]) -> dict[str, Share]:
    pairs = list(visits)
    return {
        name: Share(sum(int((met & mask).sum()) for met, _ in pairs), sum(int((due & mask).sum()) for _, due in pairs))
        for name, mask in members.items()
    }


def _late(cut: Cut) -> npt.NDArray[np.int64]:
    """Return how many records of each subject begin after the cut-off, in all datasets together."""
    found = np.zeros(len(cut.subjects), dtype=np.int64)
    for dataset in _DATASETS:
        frame = records_of(cut, dataset)
        if len(frame) and "CUTFL" in frame:
            late = (frame["CUTFL"] == "Y").to_numpy(dtype=bool)
            found += np.bincount(frame["SUBJECT"].to_numpy(dtype=np.int64)[late], minlength=len(found))
    return found
