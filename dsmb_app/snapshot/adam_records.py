"""AE made of ADAE, and LB made of ADLB or its pieces (ADLBC, ADLBH)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.snapshot.adam_dates import columns_of, dated, shifted
from dsmb_app.snapshot.adam_made import Columns, Made, first_number, first_text, made, take
from dsmb_app.snapshot.adam_subjects import with_dates
from dsmb_app.snapshot.source import Dataset, number, text

Count = Callable[[str, int], None]
Bools = npt.NDArray[np.bool_]

_UNIT = r"\(([^()]*)\)\s*$"
_BOUND = r"^\s*[<>]"
_LIMITS = (("ANRLO", "ANRHI"), ("LBSTNRLO", "LBSTNRHI"), ("A1LO", "A1HI"))
_AS_COLLECTED = ("ORRES", "ORRESU", "ORNRLO", "ORNRHI")
_CONTENT = ("TESTCD", "DTC", "STRESN", "STRESC")
_BESIDE = {"LB": ("SPEC",), "VS": ("POS", "TPT")}
"""What two records of a subject differ in, without the two letters of the dataset: in all findings, and in some."""


def events(adae: Dataset, first: pd.Series, count: Count) -> Made:
    """Return AE with a row for each adverse event of ADAE.

    ``first``: first dose by USUBJID as ISO 8601 text. Dates: AESTDTC, else ASTDT without what ASTDTF calls imputed,
    else counted from ASTDY. Rows without an event and second rows of one AESEQ are left out, and counted.
    """
    out = take(adae, "AE")
    with_dates(out, adae, "AE")
    for column, day in (("AESTDTC", "ASTDY"), ("AEENDTC", "AENDY")):
        fill_from_day(out, adae, column, day, first, count, np.ones(len(adae.frame), dtype=bool))
    if "AESEQ" not in out.values:
        out.put("AESEQ", adae.frame.groupby("USUBJID").cumcount().add(1.0).astype(float))
        count("ADAE without AESEQ and ASEQ: records numbered in the order of the file", len(adae.frame))
    names = [c for c in ("AETERM", "AEDECOD") if c in adae.frame]
    empty = (first_text(adae, names) == "") & (first_text(adae, ["AESTDTC"]) == "") & (dated(adae, "AST") == "")
    key = pd.DataFrame({"subject": out.values["USUBJID"], "number": out.values["AESEQ"]})
    numbered = key[out.values["AESEQ"].notna() & ~empty]
    again = numbered.duplicated().reindex(key.index, fill_value=False)
    count("ADAE rows without an adverse event, left out", int(empty.sum()))
    count("ADAE rows that repeat an AESEQ of the subject, left out", int(again.sum()))
    return made("AE", [(adae, out)], [~(empty | again).to_numpy()])


def pieces(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Return the datasets that hold analysed laboratory records: ADLB and its pieces, in order of their names."""
    needed = {"USUBJID", "PARAMCD", "AVAL"}
    found = [d for d in datasets if d.name.startswith("ADLB") and needed <= set(d.frame)]
    return sorted(found, key=lambda dataset: dataset.name)


def laboratory(adlb: Sequence[Dataset], first: pd.Series, count: Count) -> tuple[Made, pd.Series]:
    """Return LB with the measured records of ADLB, each once, and its baseline flag ABLFL ("Y", "").

    Derived rows (DTYPE filled, PARAMTYP = DERIVED) are left out and counted. ``first`` as in ``events``.
    """
    keeps = [is_measured(piece, count) for piece in adlb]
    parts = [(piece, _measured(piece, keep, first, count)) for piece, keep in zip(adlb, keeps, strict=True)]
    whole = made("LB", parts, keeps)
    flag = pd.concat([first_text(p, ["ABLFL"])[keep] for p, keep in zip(adlb, keeps, strict=True)], ignore_index=True)
    once, flagged = each_once(whole.frame, flag.str.upper() == "Y", "LB")
    count("ADLB rows that repeat a record (another analysis visit, another piece), left out", int((~once).sum()))
    frame = whole.frame[once].reset_index(drop=True)
    lb = Made(**{**vars(whole), "frame": frame, "rows": whole.rows[once]})
    return lb, pd.Series(np.where(flagged[once], "Y", ""), dtype="str")


def is_measured(piece: Dataset, count: Count) -> Bools:
    """Tell which rows of findings are measurements; what is derived is counted by the name of the dataset."""
    derived = first_text(piece, ["DTYPE"]) != ""
    parameter = ~derived & (first_text(piece, ["PARAMTYP"]).str.upper() == "DERIVED")
    empty = (text(piece, "PARAMCD").str.strip() == "").to_numpy()
    name = "ADLB" if piece.name.startswith("ADLB") else piece.name
    count(f"{name} rows derived from others (DTYPE), left out", int(derived.sum()))
    count(f"{name} rows of derived parameters (PARAMTYP), left out", int(parameter.sum()))
    return ~(derived | parameter).to_numpy() & ~empty


def _measured(piece: Dataset, keep: Bools, first: pd.Series, count: Count) -> Columns:
    """Return the columns of LB: value and unit of the analysis, limits of the record, the rest as collected."""
    out, own = analysed(piece, "LB", keep, first, count)
    _put_limits(out, piece, keep, own, count)
    return out


def analysed(piece: Dataset, name: str, keep: Bools, first: pd.Series, count: Count) -> tuple[Columns, pd.Series]:
    """Return the columns of findings ``name`` ("LB", "VS"), and in which rows what was collected is the value analysed.

    Value AVAL, test PARAMCD, unit from PARAM; where that value was collected, test, unit and text as collected.
    ``keep``: the rows of which dates are counted; ``first`` as in ``events``.
    """
    out = take(piece, name)
    with_dates(out, piece, name)
    fill_from_day(out, piece, f"{name}DTC", "ADY", first, count, keep)
    value, collected = number(piece, "AVAL"), first_number(piece, [f"{name}STRESN"])
    # AVAL may be in another unit than --STRESN, or of a parameter that is no test; what was collected is then not its.
    same = (value == collected) | (value.isna() & collected.isna())
    own = same if f"{name}STRESN" in piece.frame else pd.Series(True, piece.frame.index)
    parameter, written = first_text(piece, ["PARAM"]), value.map("{:.15g}".format).where(value.notna(), "")
    result = first_text(piece, ["AVALC"])
    for ending, replacement, of in (
        ("TESTCD", text(piece, "PARAMCD").str.strip(), "PARAMCD"),
        ("TEST", parameter.str.replace(_UNIT, "", regex=True).str.strip(), "PARAM"),
        ("STRESU", unit_of(parameter), "PARAM"),
        ("STRESC", result.where(result != "", written), "AVALC"),
    ):
        column = f"{name}{ending}"
        old = first_text(piece, [column]).where(own, "")
        out.put(column, old.where(old != "", replacement), *(c for c in (column, of) if c in piece.frame))
    for column in (f"{name}{ending}" for ending in _AS_COLLECTED):
        if column in piece.frame:
            out.put(column, first_text(piece, [column]).where(own, ""), column)
    # The number of a bounded result (<5) was imputed: the bound itself is read from the text.
    bounded = out.values[f"{name}STRESC"].str.contains(_BOUND)
    out.put(f"{name}STRESN", value.mask(bounded), "AVAL")
    return out, own


def unit_of(names: pd.Series) -> pd.Series:
    """Return the unit in brackets at the end of each name, "" for none."""
    return names.str.extract(_UNIT)[0].astype(object).fillna("").astype("str").str.strip()


def _put_limits(out: Columns, piece: Dataset, keep: Bools, own: pd.Series, count: Count) -> None:
    """Add the limits of the record: ANRLO and ANRHI, else LBSTNRLO and LBSTNRHI (``own``: where what was collected is
    the value analysed), else A1LO and A1HI."""
    low, high = (pd.Series(np.nan, piece.frame.index, dtype=float) for _ in range(2))
    used = [pair for pair in _LIMITS if set(pair) & set(piece.frame)]
    for pair in used:
        lower, upper = (first_number(piece, [column]) for column in pair)
        free = low.isna() & high.isna() & (own if pair[0].startswith("LB") else True)
        filled = int((free & upper.notna() & keep).sum()) if pair[0] == "A1LO" else 0
        count("laboratory records with limits from A1LO and A1HI", filled)
        low, high = low.where(~free, lower), high.where(~free, upper)
    for column, values, side in (("LBSTNRLO", low, 0), ("LBSTNRHI", high, 1)):
        out.put(column, values, *(pair[side] for pair in used if pair[side] in piece.frame))


def each_once(findings: pd.DataFrame, flagged: pd.Series, name: str) -> tuple[Bools, Bools]:
    """Tell which rows of findings ``name`` stay when each record is kept once, and which of them any of its rows flags.

    A record is known by --SEQ and value; without --SEQ by its date and value, also among those with one.
    """
    content = [c for c in ("USUBJID", *(f"{name}{e}" for e in (*_CONTENT, *_BESIDE.get(name, ())))) if c in findings]
    numbers = findings.get(f"{name}SEQ", pd.Series(np.nan, findings.index))
    named = numbers.notna()
    group = findings.groupby(content, dropna=False, sort=False).ngroup()
    seq = numbers.where(named, numbers.groupby(group).transform("first"))
    both = pd.DataFrame({"group": group, "seq": seq})
    record = both.groupby(["group", "seq"], dropna=False, sort=False).ngroup()
    once = ~record[named.sort_values(ascending=False, kind="stable").index].duplicated().reindex(findings.index)
    return once.to_numpy(), flagged.groupby(record).transform("any").to_numpy()


def fill_from_day(
    out: Columns, dataset: Dataset, column: str, day: str, first: pd.Series, count: Count, keep: Bools
) -> None:
    """Fill a blank date from the analysis day, which ADaM counts from the first dose; a flagged date stays partial."""
    if day not in dataset.frame:
        return
    known = out.values.get(column, pd.Series("", dataset.frame.index, dtype="str"))
    starts = text(dataset, "USUBJID").map(first).astype(object).fillna("").astype("str")
    flags = first_text(dataset, [c for c in columns_of(dataset, day.removesuffix("DY")) if c.endswith("DTF")])
    filled = shifted(starts, number(dataset, day)).where((known == "") & (flags == "") & keep, "")
    n = int((filled != "").sum())
    if n:
        count(f"{dataset.name} records without a date, placed by {day} from the first dose", n)
        out.put(column, known.where(filled == "", filled), *out.origins.get(column, ()), day)
