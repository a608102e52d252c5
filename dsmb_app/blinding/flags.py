"""Population flags of subjects: the qualifiers of DM that the study file lets into the open part."""

from __future__ import annotations

import pandas as pd


def with_flags(subjects: pd.DataFrame, qualifiers: pd.DataFrame) -> pd.DataFrame:
    """Return the subjects with FLAGS: the names of their qualifiers of value Y, in alphabetical order, by blanks.

    ``qualifiers``: SUPPDM of the open part; without columns where none is delivered or allowed.
    """
    if "QVAL" not in qualifiers:
        return subjects.assign(FLAGS=pd.Series("", subjects.index, dtype="str"))
    yes = qualifiers[(qualifiers["QVAL"].str.strip().str.upper() == "Y").to_numpy(dtype=bool)]
    names = {subject: " ".join(sorted(set(found))) for subject, found in yes.groupby("USUBJID")["QNAM"]}
    return subjects.assign(FLAGS=subjects["KEY"].map(names).astype(object).fillna("").astype("str"))
