"""ADaM datasets built from SDTM ones by hand, from the ADaM implementation guide: ADSL, ADAE, ADLB in pieces.

Plain lists and dicts, and no line of the product: what is built here is what a sponsor would send.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from tests.oracle.reading import Data, Record, minute, span, whole

Row = dict[str, Any]
Tables = dict[str, list[Row]]
SAS_ZERO = date(1960, 1, 1)
CHEMISTRY = ("ALT", "AST", "BILI", "ALP", "CREAT", "CK", "GGT", "ALB", "SODIUM")
BLOOD = ("WBC", "HGB", "PLAT", "LYM", "EOS", "NEUT", "MONO", "BASO")
SEVERAL = ("ALT", "AST", "BILI")


def sas(day: date | None) -> float | None:
    """Return a date as SAS keeps it: days since 1960-01-01."""
    return None if day is None else float((day - SAS_ZERO).days)


def sas_time(day: date | None, at: int | None) -> float | None:
    """Return a date and minute of the day as SAS keeps them: seconds since 1960-01-01."""
    return None if day is None or at is None else ((day - SAS_ZERO).days * 1440 + at) * 60.0


def imputed(text: str, *, last: bool = False) -> tuple[date | None, str]:
    """Return a date with its missing parts imputed (first or last possible day), and the imputation flag."""
    found = span(text)
    if found is None:
        return None, ""
    flag = "" if found.is_whole else ("D" if (found.latest - found.earliest).days < 31 else "M")
    return (found.latest if last else found.earliest), flag


def day_of(day: date | None, first: date | None) -> float | None:
    """Return the analysis day; there is no day 0."""
    if day is None or first is None:
        return None
    return float((day - first).days + (1 if day >= first else 0))


def number(text: str) -> float | None:
    return float(text) if text else None


def subjects(data: Data) -> list[Row]:
    """Return ADSL: one row for each randomised subject."""
    doses, ended = defaultdict(list), {}
    for record in data["EX"]:
        doses[record["USUBJID"]].append(record)
    for record in data["DS"]:
        if record["DSCAT"] == "DISPOSITION EVENT":
            ended[record["USUBJID"]] = record
    rows = []
    for dm in data["DM"]:
        if dm["ARM"] == "Screen Failure":
            continue
        mine = sorted(doses[dm["USUBJID"]], key=lambda record: record["EXSTDTC"])
        first = whole(mine[0]["EXSTDTC"]) if mine else None
        last = whole(mine[-1]["EXENDTC"] or dm["RFENDTC"]) if mine else None
        end = ended.get(dm["USUBJID"])
        rows.append(
            {
                **{c: dm[c] for c in ("STUDYID", "USUBJID", "SUBJID", "SITEID", "AGEU", "SEX", "RACE", "ETHNIC")},
                "COUNTRY": dm["COUNTRY"],
                "AGE": number(dm["AGE"]),
                "ARM": dm["ARM"],
                "TRT01P": dm["ARM"],
                "TRT01PN": {"Placebo": 0.0, "Xanomeline Low Dose": 54.0, "Xanomeline High Dose": 81.0}[dm["ARM"]],
                "TRT01A": dm["ACTARM"],
                "DOSE01A": {"Placebo": 0.0, "Xanomeline Low Dose": 54.0, "Xanomeline High Dose": 81.0}[dm["ACTARM"]],
                "TRTSDT": sas(first),
                "TRTEDT": sas(last),
                "SAFFL": "Y" if mine else "N",
                "ITTFL": "Y",
                "COMP24FL": "Y" if end and end["DSDECOD"] == "COMPLETED" else "N",
                "EOSSTT": "" if end is None else "COMPLETED" if end["DSDECOD"] == "COMPLETED" else "DISCONTINUED",
                "DCSREAS": "" if end is None or end["DSDECOD"] == "COMPLETED" else end["DSDECOD"].capitalize(),
                "EOSDT": sas(whole(dm["RFPENDTC"])),
                "DTHFL": dm["DTHFL"],
                "DTHDT": sas(whole(dm["DTHDTC"])),
            }
        )
    return rows


AE_KEPT = ("STUDYID", "USUBJID", "AESEQ", "AETERM", "AEDECOD", "AEBODSYS", "AESOC", "AESEV", "AESER", "AEACN", "AEREL",
           "AEOUT", "AESCAN", "AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESOD")  # fmt: skip


def events(data: Data, adsl: Iterable[Row]) -> list[Row]:
    """Return ADAE: the adverse events of treated subjects, dates imputed and flagged, without the texts collected."""
    people = {row["USUBJID"]: row for row in adsl if row["SAFFL"] == "Y"}
    rows = []
    for ae in data["AE"]:
        if ae["USUBJID"] not in people:
            continue
        person = people[ae["USUBJID"]]
        first = SAS_ZERO + timedelta(days=person["TRTSDT"])
        (start, start_flag), (end, end_flag) = imputed(ae["AESTDTC"]), imputed(ae["AEENDTC"], last=True)
        begun = start is not None and start_flag != "M" and start >= first and not (end and end < first)
        rows.append(
            {
                **{column: ae.get(column, "") for column in AE_KEPT},
                "AESEQ": number(ae["AESEQ"]),
                "TRTA": person["TRT01A"],
                "TRTSDT": person["TRTSDT"],
                "ASTDT": sas(start),
                "ASTDTF": start_flag,
                "ASTDY": day_of(start, first),
                "AENDT": sas(end),
                "AENDTF": end_flag,
                "TRTEMFL": "Y" if begun else "",
            }
        )
    return rows


def laboratory(data: Data, adsl: Iterable[Row]) -> Tables:
    """Return ADLBC, ADLBH and ADLBHY: measured records, the last one again as end of treatment, averages by DTYPE."""
    people = {row["USUBJID"]: row for row in adsl}
    pieces: Tables = {"ADLBC": [], "ADLBH": [], "ADLBHY": []}
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for lb in data["LB"]:
        piece = "ADLBC" if lb["LBTESTCD"] in CHEMISTRY else "ADLBH" if lb["LBTESTCD"] in BLOOD else ""
        if piece and lb["USUBJID"] in people:
            row = _measured(lb, people[lb["USUBJID"]])
            pieces[piece].append(row)
            if row["AVAL"] is not None:
                groups[lb["USUBJID"], lb["LBTESTCD"]].append(row)
            if lb["LBTESTCD"] in SEVERAL:
                pieces["ADLBHY"].append({**row, "LBSEQ": None, "PARAMTYP": ""})
    for (_, test), rows in groups.items():
        piece = "ADLBC" if test in CHEMISTRY else "ADLBH"
        pieces[piece].append({**rows[-1], "AVISIT": "End of Treatment", "AVISITN": 99.0, "ABLFL": ""})
        # A row such as this one, taken for a measurement, would put everybody above every limit.
        extreme = {"AVAL": 99 * max(row["AVAL"] for row in rows), "DTYPE": "AVERAGE", "LBSEQ": None, "ABLFL": ""}
        pieces[piece].append({**rows[-1], **extreme, "AVISITN": 9998.0})
        if test in SEVERAL:
            derived = {"PARAMCD": "HYLAW", "PARAM": "Hy's law", "AVAL": 1.0, "PARAMTYP": "DERIVED", "LBSEQ": None}
            pieces["ADLBHY"].append({**rows[-1], **derived, "ABLFL": ""})
    return pieces


def vital_signs(data: Data, adsl: Iterable[Row]) -> list[Row]:
    """Return ADVS: every record, the last of a test again as end of treatment, and an average by DTYPE."""
    people, rows, last = {row["USUBJID"]: row for row in adsl}, [], {}
    for vs in data["VS"]:
        if vs["USUBJID"] not in people:
            continue
        day, first = whole(vs["VSDTC"]), people[vs["USUBJID"]]["TRTSDT"]
        row: Row = {
            "STUDYID": vs["STUDYID"],
            "USUBJID": vs["USUBJID"],
            "TRTP": people[vs["USUBJID"]]["TRT01P"],
            "PARAMCD": vs["VSTESTCD"],
            "PARAM": vs["VSTEST"] + (f" ({vs['VSSTRESU']})" if vs["VSSTRESU"] else ""),
            "AVAL": number(vs["VSSTRESN"]),
            "ADT": sas(day),
            "ADY": day_of(day, None if first is None else SAS_ZERO + timedelta(days=first)),
            "AVISIT": vs["VISIT"],
            "AVISITN": number(vs["VISITNUM"]),
            "ATPT": vs["VSTPT"],
            "ATPTN": number(vs["VSTPTNUM"]),
            "ABLFL": vs["VSBLFL"],
            "DTYPE": "",
            "VSSEQ": number(vs["VSSEQ"]),
        }
        rows.append(row)
        if row["AVAL"] is not None:
            last[vs["USUBJID"], vs["VSTESTCD"]] = row
    for row in last.values():
        rows.append({**row, "AVISIT": "End of Treatment", "AVISITN": 99.0, "ABLFL": ""})
        # Taken for a measurement, this would be a fever, and a pulse above every threshold.
        rows.append({**row, "AVAL": 999.0, "DTYPE": "AVERAGE", "VSSEQ": None, "ABLFL": ""})
    return rows


def _measured(lb: Record, person: Row) -> Row:
    day, at = whole(lb["LBDTC"]), minute(lb["LBDTC"])
    first = None if person["TRTSDT"] is None else SAS_ZERO + timedelta(days=person["TRTSDT"])
    when: Row = {"ADTM": sas_time(day, at)} if lb["LBTESTCD"] in CHEMISTRY else {}
    unit = f" ({lb['LBSTRESU']})" if lb["LBSTRESU"] else ""
    return {
        "STUDYID": lb["STUDYID"],
        "USUBJID": lb["USUBJID"],
        "TRTP": person["TRT01P"],
        "PARAMCD": lb["LBTESTCD"],
        "PARAM": lb["LBTEST"] + unit,
        "PARAMTYP": "",
        "AVAL": number(lb["LBSTRESN"]),
        "AVALC": lb["LBSTRESC"] if not lb["LBSTRESN"] else "",
        "A1LO": number(lb["LBSTNRLO"]),
        "A1HI": number(lb["LBSTNRHI"]),
        "ABLFL": lb["LBBLFL"],
        **when,
        "ADT": sas(day),
        "ADY": day_of(day, first),
        "VISIT": lb["VISIT"],
        "VISITNUM": number(lb["VISITNUM"]),
        "AVISIT": lb["VISIT"].capitalize(),
        "AVISITN": number(lb["VISITNUM"]),
        "DTYPE": "",
        "ANL01FL": "Y",
        **({c: lb[c] for c in ("LBORRES", "LBORRESU", "LBORNRLO", "LBORNRHI")} if lb["LBTESTCD"] in BLOOD else {}),
        "LBSEQ": number(lb["LBSEQ"]),
    }


def tables(data: Data) -> Tables:
    """Return every ADaM dataset of an SDTM delivery."""
    adsl = subjects(data)
    return {"ADSL": adsl, "ADAE": events(data, adsl), "ADVS": vital_signs(data, adsl), **laboratory(data, adsl)}


def send(folder: Path, adam: Mapping[str, list[Row]], *, form: str = "xpt") -> Path:
    """Write ADaM datasets into a folder: XPT with SAS date formats, or CSV with the bare numbers."""
    folder.mkdir(exist_ok=True)
    for name, rows in adam.items():
        columns = {
            column: [row.get(column) for row in rows] for column in dict.fromkeys(c for row in rows for c in row)
        }
        frame = pd.DataFrame({column: _one_kind(values) for column, values in columns.items()})
        path = folder / f"{name.lower()}.{form}"
        if form == "csv":
            frame.to_csv(path, index=False)
        else:
            shown = {c: "DATETIME20." if c.endswith("DTM") else "DATE9." for c in frame if c.endswith(("DT", "DTM"))}
            pyreadstat.write_xport(frame, path, file_format_version=5, table_name=name, variable_format=shown)
    return folder


def _one_kind(values: list[Any]) -> list[Any]:
    """Return a column as text, missing "", where anything in it is text; else as numbers, missing not a number."""
    is_text = any(isinstance(value, str) for value in values)
    missing = "" if is_text else float("nan")
    return [missing if value is None else value for value in values]
