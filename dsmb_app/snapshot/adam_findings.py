"""VS made of ADVS and of what ADSL holds at baseline, QS made of ADQS, SC of ADSL, CM and MH of ADCM and ADMH."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dsmb_app.snapshot.adam_made import Columns, Made, first_number, first_text, made, take
from dsmb_app.snapshot.adam_records import Bools, Count, analysed, each_once, fill_from_day, is_measured, unit_of
from dsmb_app.snapshot.adam_subjects import with_dates
from dsmb_app.snapshot.source import Dataset, number, text

_NEEDED = {"USUBJID", "PARAMCD", "AVAL"}
_FLAGS = {"VS": ("ABLFL", "VSLOBXFL", "VSBLFL"), "QS": ("ABLFL", "QSBLFL")}
"""Flags of the baseline, the best first; the column after ABLFL holds it in what is made."""
_BODY = {"WEIGHTBL": ("WEIGHT", "Weight"), "HEIGHTBL": ("HEIGHT", "Height"), "BMIBL": ("BMI", "Body Mass Index")}
_TRAITS = {"EDUCLVL": ("EDUCLVL", "Years of education"), "DURDIS": ("DURDIS", "Duration of disease")}
"""Columns of ADSL, and the test that each stands for."""

Part = tuple[Dataset, Columns, Bools]


def is_findings(dataset: Dataset | None) -> bool:
    """Tell whether a dataset is there and holds analysed findings."""
    return dataset is not None and set(dataset.frame) >= _NEEDED


def findings(adam: Dataset, name: str, first: pd.Series, count: Count, adsl: Dataset | None = None) -> Made:
    """Return findings ``name`` ("VS" or "QS") with the measured records of an ADaM dataset, each once.

    Of ``adsl``, where given, come the body measures at baseline of tests that ``adam`` has not. ``first``: first dose
    by USUBJID as ISO 8601 text.
    """
    keep = is_measured(adam, count)
    out, _ = analysed(adam, name, keep, first, count)
    known = next((f for f in _FLAGS[name] if (first_text(adam, [f]).str.upper() == "Y").any()), "")
    flag = first_text(adam, [known]).str.upper() == "Y"
    whole = made(name, [(adam, out)], [keep])
    once, flagged = each_once(whole.frame, flag[keep].reset_index(drop=True), name)
    count(f"{adam.name} rows that repeat a record (another analysis visit), left out", int((~once).sum()))
    if known:
        by_row = np.full(len(keep), "", dtype=object)
        by_row[whole.rows[flagged]] = "Y"
        out.put(_FLAGS[name][1], pd.Series(by_row, adam.frame.index, dtype="str"), known)
    kept = np.zeros(len(keep), dtype=bool)
    kept[whole.rows[once]] = True
    tests = set(out.values[f"{name}TESTCD"][kept])
    return _joined(name, [(adam, out, kept), *(body(adsl, tests) if adsl is not None else [])])


def body(adsl: Dataset, but: set[str]) -> list[Part]:
    """Return rows of VS with weight, height and body mass index of ADSL at baseline, without the tests ``but``."""
    return _of_subjects(adsl, "VS", {c: test for c, test in _BODY.items() if test[0] not in but}, flag="VSLOBXFL")


def at_baseline(adsl: Dataset) -> Made | None:
    """Return VS with what ADSL holds of the body at baseline, None where it holds nothing."""
    return _joined("VS", parts) if (parts := body(adsl, set())) else None


def traits(adsl: Dataset) -> Made | None:
    """Return SC with years of education and duration of disease of ADSL, None where it has neither."""
    return _joined("SC", parts) if (parts := _of_subjects(adsl, "SC", _TRAITS)) else None


def occurrences(adam: Dataset, name: str, first: pd.Series, count: Count) -> Made:
    """Return CM or MH with the records of ADCM or ADMH, each --SEQ of a subject once."""
    out, everything = take(adam, name), np.ones(len(adam.frame), dtype=bool)
    with_dates(out, adam, name)
    for column, day in ((f"{name}STDTC", "ASTDY"), (f"{name}ENDTC", "AENDY")):
        fill_from_day(out, adam, column, day, first, count, everything)
    numbers = first_number(adam, [f"{name}SEQ", "ASEQ"])
    again = pd.DataFrame({"subject": text(adam, "USUBJID"), "number": numbers})[numbers.notna()].duplicated()
    repeated = again.reindex(adam.frame.index, fill_value=False).to_numpy(dtype=bool)
    count(f"{adam.name} rows that repeat a {name}SEQ of the subject, left out", int(repeated.sum()))
    return made(name, [(adam, out)], [~repeated])


def _of_subjects(adsl: Dataset, name: str, tests: Mapping[str, tuple[str, str]], flag: str = "") -> list[Part]:
    """Return a part for each numeric column of ADSL: unit from --U beside it, else from the brackets of its label."""
    parts = []
    for column, (code, words) in tests.items():
        if column not in adsl.frame or not (value := number(adsl, column)).notna().any():
            continue
        labelled = unit_of(pd.Series([adsl.labels.get(column, "")], dtype="str")).iloc[0]
        unit, out, rows = first_text(adsl, [f"{column}U"]), Columns(), adsl.frame.index
        out.put("USUBJID", text(adsl, "USUBJID"), "USUBJID")
        out.put(f"{name}TESTCD", pd.Series(code, rows, dtype="str"), column)
        out.put(f"{name}TEST", pd.Series(words, rows, dtype="str"), column)
        out.put(f"{name}STRESN", value, column)
        out.put(f"{name}STRESC", value.map("{:.15g}".format), column)
        out.put(f"{name}STRESU", unit.where(unit != "", labelled), column)
        if flag:
            out.put(flag, pd.Series("Y", rows, dtype="str"), column)
        parts.append((adsl, out, value.notna().to_numpy()))
    return parts


def _joined(name: str, parts: list[Part]) -> Made:
    return made(name, [(dataset, out) for dataset, out, _ in parts], [keep for _, _, keep in parts])
