"""The source's own treatment-emergent flag for each record of AE, from AE, SUPPAE or ADAE."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.adam_made import Made
from dsmb_app.snapshot.source import Dataset, Source, number, text
from dsmb_app.store.study_days import Count


def emergent_flag(source: Source, flag: str, count: Count) -> pd.Series:
    """Return "Y" for each AE record that the source flags as treatment-emergent, "" for the others.

    ``flag``: "AE.COLUMN"; "SUPPAE.QNAM" or "ADAE.COLUMN", joined on USUBJID and AESEQ. ADAE without AESEQ is joined on
    ASEQ, if every pair is the same event. Raises Refusal when the flag is not delivered or cannot be joined.
    """
    ae = source.datasets["AE"]
    if not flag:
        return pd.Series("", ae.frame.index, dtype="str")
    name, column = flag.split(".")
    dataset = source.datasets.get(name)
    if name == "AE" and column in ae.frame:
        found = text(ae, column)
    elif name.startswith("SUPP") and dataset is not None and (text(dataset, "QNAM") == column).any():
        found = _of_qualifier(ae, dataset, column, flag)
    elif name == "ADAE" and dataset is not None and column in dataset.frame:
        found = _of_adae(ae, dataset, column, flag, count)
    else:
        raise _refusal(f"emergent.flag names {flag}, which is not in the delivery.")
    # Only yes or no goes on: whatever else a column holds is no flag, and might tell an arm.
    return pd.Series(np.where(found.str.strip().str.upper() == "Y", "Y", ""), ae.frame.index, dtype="str")


def _refusal(what: str, file: str = "") -> Refusal:
    return Refusal(
        "EMERGENT-FLAG",
        what,
        "Correct emergent.flag in the study file, or leave it empty to derive emergence from the dates.",
        file=file,
    )


def _keys(dataset: Dataset, column: str) -> pd.Series:
    """Return USUBJID and number as one text; a row without a number gets a text that no other dataset has."""
    of = number(dataset, column)
    return text(dataset, "USUBJID") + "\t" + of.map(str).where(of.notna(), f"none in {dataset.name}")


def _of_qualifier(ae: Dataset, supp: Dataset, qnam: str, flag: str) -> pd.Series:
    if "AESEQ" not in ae.frame:
        raise _refusal(f"emergent.flag names {flag}, but AE has no AESEQ to join it on.", ae.file_name)
    rows = supp.frame[(text(supp, "QNAM") == qnam).to_numpy()]
    keys = rows["USUBJID"] + "\t" + pd.to_numeric(rows["IDVARVAL"], errors="coerce").astype(float).map(str)
    return _mapped(_keys(ae, "AESEQ"), dict(zip(keys, rows["QVAL"], strict=True)))


def _mapped(keys: pd.Series, values: dict[str, str]) -> pd.Series:
    return keys.map(values).astype(object).fillna("").astype("str")


def _of_adae(ae: Dataset, adae: Dataset, column: str, flag: str, count: Count) -> pd.Series:
    values = text(adae, column)
    if isinstance(ae, Made):
        return values.iloc[ae.rows].reset_index(drop=True)
    seq = next((c for c in ("AESEQ", "ASEQ") if c in adae.frame), "")
    if not seq or "AESEQ" not in ae.frame:
        raise _refusal(f"emergent.flag names {flag}, but AE and ADAE have no AESEQ to join it on.", adae.file_name)
    keys, of_adae = _keys(ae, "AESEQ"), _keys(adae, seq)
    terms = dict(zip(of_adae, text(adae, "AEDECOD") if "AEDECOD" in adae.frame else values, strict=True))
    joined = keys.isin(set(of_adae))
    differ = joined & (_mapped(keys, terms) != text(ae, "AEDECOD")) if "AEDECOD" in adae.frame else ~joined & joined
    if seq == "ASEQ" and (differ.any() or not of_adae.isin(set(keys)).all()):
        what = f"emergent.flag names {flag}, but ADAE has no AESEQ, and its ASEQ is not the AESEQ of the same event."
        raise _refusal(what, adae.file_name)
    count(f"adverse events without a record in ADAE, taken as not flagged {flag}", int((~joined).sum()))
    count("adverse events whose AEDECOD in ADAE is another one", int(differ.sum()))
    yes = of_adae[(values.str.strip().str.upper() == "Y").to_numpy()]
    return pd.Series(np.where(keys.isin(set(yes)), "Y", ""), keys.index, dtype="str")
