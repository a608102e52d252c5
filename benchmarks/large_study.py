"""A study of thousands of subjects for measurements: the demo's subjects over and over, with more terms and sites."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

TREATED_IN_DEMO = 59
TERMS, SITES = 8, 60
"""Into how many terms each term of the demo is split; at how many sites the subjects are."""


_TELLING = ("AE.AETERM", "DM.AGE", "DM.SEX", "LB.LBORNRHI", "LB.LBORNRLO", "LB.LBSTNRHI", "LB.LBSTNRLO")
"""What two arms of sixty differ in by chance, fifty copies of them differ in beyond chance."""
_ACCEPTED = ", ".join(f'"{column}" = "copies of few subjects"' for column in _TELLING)


def make_large(source: Path, folder: Path, subjects: int = 3000) -> Path:
    """Write a source folder with at least so many treated subjects, from that of the demo; return its study file.

    Every copy of a subject has its own records; its terms are drawn among ``TERMS`` variants of the demo's, from one
    seed, so that a table has as many rows as that of a trial of this size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copies = -(-subjects // TREATED_IN_DEMO)
    for path in sorted(source.glob("*.xpt")):
        frame, meta = pyreadstat.read_xport(path)
        whole = pd.concat([_copy(frame, place) for place in range(copies)], ignore_index=True)
        if path.stem == "ae":
            whole["AEDECOD"] = _split(whole["AEDECOD"])
        pyreadstat.write_xport(
            whole, folder / path.name, table_name=path.stem.upper(), file_format_version=5,
            column_labels=meta.column_labels,
        )  # fmt: skip
    study = folder / "study.toml"
    settings = (source / "study.toml").read_text("utf-8")
    study.write_text(settings.replace("allow = []", f"allow = []\naccept_leaks = {{ {_ACCEPTED} }}"), "utf-8")
    return study


def _copy(frame: pd.DataFrame, place: int) -> pd.DataFrame:
    own = frame.assign(USUBJID=frame["USUBJID"] + f"-{place:03d}")
    if "SUBJID" in own:
        own["SUBJID"] = own["SUBJID"] + f"-{place:03d}"
    if "SITEID" in own:
        own["SITEID"] = f"{100 + place % SITES}"
    return own


def _split(terms: pd.Series) -> pd.Series:
    variant = np.random.default_rng(1).integers(0, TERMS, len(terms))
    return terms.where((variant == 0) | (terms == ""), terms + " " + pd.Series(variant, index=terms.index).astype(str))
