"""The list of patients: the safety population, one row each, with what tells who to look at first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import wording
from dsmb_app.analyses.infections import is_infection
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.analyses.listing import subject_listing
from dsmb_app.model import formats
from dsmb_app.model.closed import patients_closed
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import duration
from dsmb_app.model.events import grading_used, intensity, is_serious
from dsmb_app.model.intensity import SEVERITIES
from dsmb_app.model.result import Listing
from dsmb_app.model.words import Level

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_MULTIPLES = {"ALT": "Max ALT x ULN", "AST": "Max AST x ULN", "BILI": "Max bilirubin x ULN"}


def patients(cut: Cut) -> Listing:
    """List the safety population with days treated, emergent events, worst grade and highest liver tests.

    Raises Refusal where the open session shows no patients.
    """
    if cut.level is Level.POOLED and not (cut.study.open.patients and cut.study.open.safety):
        raise patients_closed()
    emergent = cut.ae["EMERGENT"].to_numpy(dtype=bool)
    treated = duration(*(cut.subjects[name].to_numpy(dtype=float) for name in ("TRTSDY", "TRTEDY")))
    beside = {
        "AEs": _counts(cut, emergent),
        "Worst grade": _worst(cut, emergent),
        "Serious": _counts(cut, emergent & is_serious(cut.ae)),
        "Infections": _counts(cut, is_infection(cut)),
    }
    labs = Labs(cut)
    for test, header in _MULTIPLES.items():
        records = labs.of(test).known("xuln")
        if len(records.row):
            highest = labs.worst(records.subject, np.where(records.bound < 0, records.xuln / 2, records.xuln))
            beside[header] = _texts(highest, digits=2)
    beside["Days treated"] = _texts(treated)
    number = int(cut.safety.sum())
    found = subject_listing(cut, cut.safety, f"{number} patient(s)", beside, notes=_notes(cut))
    # What tells whom to look at stands first, what tells who it is after it.
    order = [*(h for h in ("Subject", "Arm") if h in found.headers), *beside]
    order += [h for h in ("Age", "Sex", "Site", "End of study") if h in found.headers]
    places = [found.headers.index(header) for header in order]
    return replace(found, headers=tuple(order), rows=tuple(tuple(row[i] for i in places) for row in found.rows))


def _counts(cut: Cut, records: Bools) -> list[str]:
    place = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)[records]
    return [str(n) for n in np.bincount(place, minlength=len(cut.subjects)).tolist()]


def _worst(cut: Cut, records: Bools) -> list[str]:
    wanted = grading_used(cut.ae, cut.study.ae.grading)
    found = pd.Series(intensity(cut.ae, wanted)[records]).groupby(cut.ae["SUBJECT"].to_numpy()[records]).max()
    worst: Floats = np.asarray(found.reindex(range(len(cut.subjects))), dtype=np.float64)
    if wanted == "AESEV":
        return [SEVERITIES[int(value) - 1].capitalize() if np.isfinite(value) else "" for value in worst]
    return _texts(worst)


def _texts(values: Floats, digits: int = 0) -> list[str]:
    return [formats.half_up(float(value), digits) if np.isfinite(value) else "" for value in values]


def _notes(cut: Cut) -> tuple[str, ...]:
    notes = [
        f"Events: treatment-emergent records, {wording.window(cut)}. Multiples of ULN: highest after baseline; <x is "
        "taken at half of x.",
    ]
    if cut.level is Level.POOLED and cut.held_back:
        notes.append(f"Except held back from open sessions: {', '.join(cut.held_back)}.")
    return tuple(notes)
