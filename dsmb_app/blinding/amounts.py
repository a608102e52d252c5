"""Dose amounts beside dose days: they tell the treatment, so they come out of the sealed part at level named alone."""

from __future__ import annotations

import pandas as pd

_TEXTS = ("EXDOSU", "EXDOSFRQ")


def with_amounts(doses: pd.DataFrame, sealed: pd.DataFrame) -> pd.DataFrame:
    """Return dose records with EXDOSE (NaN unknown), EXDOSU and EXDOSFRQ of the sealed records of EX.

    Both are joined on RECORD, which is 0 in records that are no doses; without EXDOSE the dose days stay as they are.
    """
    if "EXDOSE" not in sealed:
        return doses
    own = sealed[sealed["RECORD"] > 0].set_index("RECORD").reindex(doses["RECORD"])
    columns = {"EXDOSE": pd.to_numeric(own["EXDOSE"], errors="coerce").to_numpy(dtype=float)}
    for name in _TEXTS:
        texts = own[name] if name in own else pd.Series("", own.index)
        columns[name] = texts.astype(object).fillna("").astype("str").str.strip().to_numpy()
    return doses.assign(**columns)
