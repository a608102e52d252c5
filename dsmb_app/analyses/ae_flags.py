"""What the coded columns of an adverse event say: serious, related, graded, and where they contradict each other."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]

CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG")
"""The seriousness criteria that have a line of their own; AESMIE and none at all stand under "other"."""


NOT_RELATED = ("N", "NO", "NONE", "NOT RELATED", "UNRELATED", "UNLIKELY", "UNLIKELY RELATED", "NOT APPLICABLE")
"""The texts of AEREL that say an event is not related; sponsors' own words, since AEREL has no controlled terms."""


def is_yes(ae: pd.DataFrame, column: str) -> Bools:
    """Tell where a flag column says Y."""
    return (ae[column].str.upper() == "Y").to_numpy(dtype=bool)


def is_serious(ae: pd.DataFrame) -> Bools:
    """Tell where AESER says Y; records whose criteria disagree with AESER are a data-quality finding."""
    return is_yes(ae, "AESER")


def grade(ae: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return AETOXGR as a number from 1 to 5 ("3" and "GRADE 3" are the same), NaN where it is blank or neither."""
    return ae["AETOXGR"].str.extract(r"^(?:GRADE\s*)?([1-5])$", flags=re.IGNORECASE)[0].to_numpy(dtype=float)


def is_related(ae: pd.DataFrame) -> Bools:
    """Tell where AEREL says anything but that the event is not related (or that nobody said)."""
    return ~ae["AEREL"].str.upper().str.strip().isin(("", *NOT_RELATED)).to_numpy()


def is_stop(ae: pd.DataFrame) -> Bools:
    """Tell where the event led to stopping the study treatment for good (AEACN = DRUG WITHDRAWN)."""
    return (ae["AEACN"].str.upper() == "DRUG WITHDRAWN").to_numpy(dtype=bool)


def is_severe(ae: pd.DataFrame, grading: str) -> Bools:
    """Tell where an event is severe: grade 3 or higher, or AESEV = SEVERE where the study recorded severity."""
    if grading == "AETOXGR":
        return np.asarray(grade(ae) >= 3, dtype=bool)
    return (ae["AESEV"].str.upper() == "SEVERE").to_numpy(dtype=bool)


def seriousness_conflict(ae: pd.DataFrame) -> Bools:
    """Tell where a criterion or a fatal outcome disagrees with AESER, either way (definitions, decision 6).

    AESER = Y without any criterion is a conflict only where the source delivered criteria at all.
    """
    columns = [*CRITERIA, "AESMIE"]
    any_criterion = np.logical_or.reduce([is_yes(ae, column) for column in columns])
    fatal = (ae["AEOUT"].str.upper() == "FATAL").to_numpy(dtype=bool)
    delivered = any((ae[column] != "").any() for column in columns)
    grounds = any_criterion | fatal
    conflict = (grounds & ~is_serious(ae)) | (is_serious(ae) & ~grounds & delivered)
    return np.asarray(conflict, dtype=bool)
