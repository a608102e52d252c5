"""What the coded columns of an adverse event say: serious, related, graded, and where they contradict each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.events import intensity, is_serious, is_yes
from dsmb_app.model.intensity import toxicity_grade

Bools = npt.NDArray[np.bool_]

CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG")
"""The seriousness criteria that have a line of their own; AESMIE and none at all stand under "other"."""


def grade(ae: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return AETOXGR as a number from 1 to 5 ("3", "3.0" and "GRADE 3" are the same), NaN where it is none."""
    return toxicity_grade(ae["AETOXGR"])


def is_fatal_outcome(ae: pd.DataFrame) -> Bools:
    """Tell where AEOUT says FATAL."""
    return (ae["AEOUT"].str.upper() == "FATAL").to_numpy(dtype=bool)


def is_fatal(ae: pd.DataFrame) -> Bools:
    """Tell where the record tells of a death in any way: AESDTH = Y, AEOUT = FATAL or grade 5."""
    return np.asarray(is_yes(ae, "AESDTH") | is_fatal_outcome(ae) | (grade(ae) == 5), dtype=bool)


def actions_recorded(ae: pd.DataFrame) -> bool:
    """Tell whether any record says what was done with the study drug (AEACN)."""
    return bool((ae["AEACN"] != "").any())


def is_stop(ae: pd.DataFrame) -> Bools:
    """Tell where the event led to stopping the study treatment for good (AEACN = DRUG WITHDRAWN)."""
    return (ae["AEACN"].str.upper() == "DRUG WITHDRAWN").to_numpy(dtype=bool)


def is_severe(ae: pd.DataFrame, grading: str) -> Bools:
    """Tell where an event is severe: grade 3 or higher, or AESEV = SEVERE where the study recorded severity."""
    return np.asarray(intensity(ae, grading) >= 3, dtype=bool)


_GROUNDS = (*CRITERIA, "AESMIE")


def criteria_delivered(ae: pd.DataFrame) -> bool:
    """Tell whether any record has a seriousness criterion filled in, Y or N."""
    return any((ae[column] != "").any() for column in _GROUNDS)


def has_grounds(ae: pd.DataFrame) -> Bools:
    """Tell where a criterion or a fatal outcome says that the event was serious."""
    return np.asarray(np.logical_or.reduce([is_yes(ae, column) for column in _GROUNDS]) | is_fatal_outcome(ae))


def seriousness_conflict(ae: pd.DataFrame) -> Bools:
    """Tell where a criterion or a fatal outcome disagrees with AESER, either way (definitions, decision 6).

    AESER = Y without any criterion is a conflict only where the source delivered criteria at all.
    """
    grounds, serious = has_grounds(ae), is_serious(ae)
    return np.asarray((grounds & ~serious) | (serious & ~grounds & criteria_delivered(ae)), dtype=bool)
