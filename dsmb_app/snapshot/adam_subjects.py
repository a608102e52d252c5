"""DM, EX and DS made of ADSL (and EX of ADEX, where that keeps dosing records)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dsmb_app.snapshot.adam_dates import columns_of, dated, has_date
from dsmb_app.snapshot.adam_made import Columns, Made, first_text, made, mapping, take
from dsmb_app.snapshot.checks import check_dates
from dsmb_app.snapshot.source import Dataset, number, text

_REASONS = ("DCSREAS", "DCREASCD")


def with_dates(out: Columns, dataset: Dataset, name: str) -> None:
    """Add the dates of the SDTM dataset ``name``: the text as collected where it is, else the numeric date."""
    for column, stem in mapping()[name]["dates"].items():
        if column in dataset.frame or has_date(dataset, str(stem)):
            out.put(column, *_date(dataset, column, str(stem)))


def _date(dataset: Dataset, column: str, stem: str) -> tuple[pd.Series, *tuple[str, ...]]:
    """Return a date and the columns it is taken from: the text as collected, where blank the numeric date."""
    if column in dataset.frame:
        check_dates(dataset, column)
    collected, own = first_text(dataset, [column]), (column,) if column in dataset.frame else ()
    return collected.where(collected != "", dated(dataset, stem)), *own, *columns_of(dataset, stem)


def subjects(adsl: Dataset) -> Made:
    """Return DM, one row for each of ADSL: planned arm TRT01P (else ARM), actual arm TRT01A (else ACTARM)."""
    out = take(adsl, "DM")
    with_dates(out, adsl, "DM")
    return made("DM", [(adsl, out)], [_all(adsl)])


def doses(adsl: Dataset) -> Made:
    """Return EX with the whole time under treatment as one record: TRTSDT to TRTEDT of those who have a TRTSDT."""
    out = Columns()
    out.put("USUBJID", text(adsl, "USUBJID"), "USUBJID")
    arms = [c for c in ("TRT01A", "TRT01P", "ACTARM", "ARM") if c in adsl.frame]
    out.put("EXTRT", first_text(adsl, arms), *arms)
    for column, stem in (("EXSTDTC", "TRTS"), ("EXENDTC", "TRTE")):
        out.put(column, dated(adsl, stem), *columns_of(adsl, stem))
    return made("EX", [(adsl, out)], [(out.values["EXSTDTC"] != "").to_numpy()])


def is_period(ex: Dataset) -> bool:
    """Tell whether EX holds only the time under treatment, made of ADSL, and no doses."""
    return isinstance(ex, Made) and any(of.startswith("ADSL.") for of in ex.origins["EXSTDTC"])


def keeps_doses(adex: Dataset) -> bool:
    """Tell whether ADEX has the dosing records of EX: sequence number, treatment and start."""
    return {"USUBJID", "EXSEQ", "EXTRT"} <= set(adex.frame) and ("EXSTDTC" in adex.frame or has_date(adex, "AST"))


def doses_recorded(adex: Dataset) -> Made:
    """Return EX with the dosing records that ADEX keeps, each once, however many parameters it has there."""
    out = Columns()
    for column in ("USUBJID", "EXSEQ", "EXTRT", "EXDOSU", "EXOCCUR", "EXLOT"):
        if column in adex.frame:
            out.put(column, text(adex, column).str.strip(), column)
    for column, stem in (("EXSTDTC", "AST"), ("EXENDTC", "AEN")):
        if column in adex.frame or has_date(adex, stem):
            out.put(column, *_date(adex, column, stem))
    if "EXDOSE" in adex.frame:
        out.put("EXDOSE", number(adex, "EXDOSE"), "EXDOSE")
    numbered = out.values["EXSEQ"] != ""
    again = (out.values["USUBJID"] + "\t" + out.values["EXSEQ"]).where(numbered).duplicated()
    return made("EX", [(adex, out)], [(numbered & ~again).to_numpy()])


def disposition(adsl: Dataset) -> Made:
    """Return DS with the end of study of each subject of ADSL that has one: reason, and EOSDT (else RFENDT, RFENDTC).

    Reason: DCDECOD, else by EOSSTT COMPLETED, or the reason in DCSREAS or DCREASCD, else DISCONTINUED.
    """
    reason = first_text(adsl, ["DCDECOD"]).str.upper()
    why = first_text(adsl, list(_REASONS)).str.upper()
    status = first_text(adsl, ["EOSSTT"]).str.upper()
    left = (status == "DISCONTINUED") | (first_text(adsl, ["DISCONFL"]).str.upper() == "Y")
    stated = pd.Series(
        np.select(
            [status == "COMPLETED", left & (why == ""), status == "ONGOING"], ["COMPLETED", "DISCONTINUED", ""], why
        ),
        index=adsl.frame.index,
        dtype="str",
    )
    reason = reason.where(reason != "", stated).where(status != "ONGOING", "")
    ended, reference = dated(adsl, "EOS"), first_text(adsl, ["RFENDTC"])
    reference = reference.where(reference != "", dated(adsl, "RFEN"))
    day = ended if has_date(adsl, "EOS") else reference.where(reason != "", "")
    out = Columns()
    out.put("USUBJID", text(adsl, "USUBJID"), "USUBJID")
    told = [c for c in ("DCDECOD", "EOSSTT", "DISCONFL", *_REASONS) if c in adsl.frame]
    out.put("DSDECOD", reason, *told)
    out.put("DSCAT", pd.Series("DISPOSITION EVENT", adsl.frame.index, dtype="str"))
    own = columns_of(adsl, "EOS") or tuple(c for c in ("RFENDTC", *columns_of(adsl, "RFEN")) if c in adsl.frame)
    out.put("DSSTDTC", day, *own)
    return made("DS", [(adsl, out)], [((reason != "") | (day != "")).to_numpy()])


def _all(dataset: Dataset) -> np.ndarray:
    return np.ones(len(dataset.frame), dtype=bool)
