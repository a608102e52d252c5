"""Who stands behind a cell, and their records: the same for every exhibit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import listing
from dsmb_app.analyses.exhibit_kinds import Exhibit
from dsmb_app.analyses.exhibits import exhibit
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Column, Drill, RowKey

Bools = npt.NDArray[np.bool_]


def drilled(cut: Cut, found: Exhibit, row: RowKey, column: Column) -> Drill:
    """Return the subjects and records behind a cell; who may see them is asked before."""
    if found.origin is not None:
        number, row = found.origin(row)
        found = exhibit(number)
    label, whose = " > ".join(row), f"{column.arm} and {column.arm_ref}" if column.is_contrast else column.arm
    in_column = found.members(cut, column.arm)
    if column.is_contrast:
        in_column = in_column | found.members(cut, column.arm_ref)
    subjects = found.subjects(cut, row) & in_column
    if found.behind is not None:
        shown = listing.behind_listing(cut, found.behind(cut, row), subjects)
    else:
        nothing = np.zeros(len(cut.ae), dtype=bool)
        mask = found.records(cut, row) & in_column[cut.ae["SUBJECT"].to_numpy()] if found.records else nothing
        shown = listing.record_listing(cut, mask, f"{int(mask.sum())} record(s)")
    count = f"{int(subjects.sum())} subject(s)"
    return Drill(
        question=f"{found.title}: {label}, {whose}{found.only(cut, row)}",
        subjects=listing.subject_listing(cut, subjects, count, cut.once(found.beside)),
        records=shown,
    )
