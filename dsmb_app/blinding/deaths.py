"""Deaths that other datasets than AE tell of, by subject, so that the sources can be joined and compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

DEATH, LATE = "Y", "LATE"


def with_deaths(subjects: pd.DataFrame, ds: pd.DataFrame, dd: pd.DataFrame) -> pd.DataFrame:
    """Add DTHDM, DTHDS and DTHDD: "Y" for a death, "LATE" for one after the cut-off, "" for none.

    ``subjects`` has KEY (the id in main). DS tells of a death by DSDECOD = DEATH, DD by any record. A snapshot of an
    earlier version has no DTHDM: there DTHFL alone says it.
    """
    in_ds = ds[ds["DSDECOD"].str.upper() == "DEATH"] if len(ds) else ds
    in_dm = subjects["DTHDM"] if "DTHDM" in subjects else np.where(subjects["DTHFL"] == "Y", DEATH, "")
    return subjects.assign(DTHDM=in_dm, DTHDS=_told(subjects["KEY"], in_ds), DTHDD=_told(subjects["KEY"], dd))


def _told(keys: pd.Series, records: pd.DataFrame) -> pd.Series:
    if not len(records):
        return pd.Series("", keys.index, dtype="str")
    late = records["CUTFL"] == "Y"
    timely, later = (keys.isin(records.loc[chosen, "USUBJID"]) for chosen in (~late, late))
    return pd.Series(np.where(timely, DEATH, np.where(later, LATE, "")), keys.index, dtype="str")
