"""What an adverse-event record says by itself: serious, related, how intense, of which class, in which list."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.intensity import severity, toxicity_grade
from dsmb_app.model.soc_order import SOC_OF_CODE

Bools = npt.NDArray[np.bool_]

UNCODED_SOC = "No Coding Available"
NOT_RELATED = ("N", "NO", "NONE", "NOT RELATED", "UNRELATED", "UNLIKELY", "UNLIKELY RELATED", "NOT APPLICABLE",
               "NA", "N/A")  # fmt: skip
"""The texts of AEREL that say an event is not related; sponsors' own words, since AEREL has no controlled terms."""


def is_yes(ae: pd.DataFrame, column: str) -> Bools:
    """Tell where a flag column says Y."""
    return (ae[column].str.upper() == "Y").to_numpy(dtype=bool)


def is_serious(ae: pd.DataFrame) -> Bools:
    """Tell where AESER says Y; records whose criteria disagree with AESER are a data-quality finding."""
    return is_yes(ae, "AESER")


def is_related(ae: pd.DataFrame) -> Bools:
    """Tell where AEREL says anything but that the event is not related (or that nobody said)."""
    return ~ae["AEREL"].str.upper().str.strip().isin(("", *NOT_RELATED)).to_numpy()


def grading_used(ae: pd.DataFrame, wanted: str) -> str:
    """Return "AESEV" where it is wanted, or where AETOXGR is, which has no value anywhere while AESEV has some."""
    no_grade = np.isnan(toxicity_grade(ae["AETOXGR"])).all()
    if wanted == "AETOXGR" and no_grade and np.isfinite(severity(ae["AESEV"])).any():
        return "AESEV"
    return wanted


def intensity(ae: pd.DataFrame, wanted: str) -> npt.NDArray[np.float64]:
    """Return the grade 1 to 5, or the severity 1 to 3, whichever is used; NaN where none is known."""
    used = grading_used(ae, wanted)
    return toxicity_grade(ae["AETOXGR"]) if used == "AETOXGR" else severity(ae["AESEV"])


def organ_class(ae: pd.DataFrame) -> pd.Series:
    """Return the system organ class of each record: AESOC, where blank AEBODSYS, where blank the class of their codes
    (AESOCCD, AEBDSYCD), else words that say there is none."""
    soc = ae["AESOC"].where(ae["AESOC"] != "", ae["AEBODSYS"])
    for column in ("AESOCCD", "AEBDSYCD"):
        if column in ae and (soc == "").any():
            names = {code: SOC_OF_CODE.get(code, "") for code in ae[column].unique()}
            soc = soc.where(soc != "", ae[column].map(names))
    return soc.where(soc != "", UNCODED_SOC)


def in_terms(ae: pd.DataFrame, members: Collection[str]) -> Bools:
    """Tell which records have a preferred term, by name (casefolded) or by code, among ``members``."""
    named = ae["AEDECOD"].str.strip().str.casefold().isin(members)
    return np.asarray(named | ae["AEPTCD"].isin(members), dtype=bool)
