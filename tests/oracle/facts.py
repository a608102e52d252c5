"""What the sources say of serious, related, fatal and stopped events, record by record and subject by subject."""

from __future__ import annotations

from datetime import date

from tests.oracle.reading import Data, Record, latest, span

CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG")
GROUNDS = (*CRITERIA, "AESMIE")
NOT_RELATED = (
    "", "N", "NO", "NONE", "NOT RELATED", "UNRELATED", "UNLIKELY", "UNLIKELY RELATED", "NOT APPLICABLE",
    "NA", "N/A",
)  # fmt: skip


def says(record: Record, column: str, *words: str) -> bool:
    """Tell whether a column holds one of the words, in any case."""
    return record.get(column, "").upper() in words


def serious(record: Record) -> bool:
    return says(record, "AESER", "Y")


def grounds(record: Record) -> bool:
    """Tell whether a criterion or a fatal outcome says serious."""
    return any(says(record, column, "Y") for column in GROUNDS) or says(record, "AEOUT", "FATAL")


def other_serious(record: Record) -> bool:
    named = any(says(record, column, "Y") for column in CRITERIA)
    return serious(record) and (says(record, "AESMIE", "Y") or not named)


def related(record: Record) -> bool:
    return not says(record, "AEREL", *NOT_RELATED)


def grade_5(record: Record) -> bool:
    return says(record, "AETOXGR", "5", "GRADE 5")


def fatal(record: Record) -> bool:
    return says(record, "AESDTH", "Y") or says(record, "AEOUT", "FATAL") or grade_5(record)


def is_later(text: str, cutoff: date) -> bool:
    """Tell whether a date can only lie after the cut-off."""
    found = span(text)
    return found is not None and found.earliest > cutoff


def told_deaths(data: Data, subject: str, cutoff: date) -> dict[str, list[bool]]:
    """Return by dataset, for each time that it tells of the subject's death, whether that was after the cut-off."""
    found: dict[str, list[bool]] = {"DM": [], "DS": [], "DD": []}
    for record in data["DM"]:
        if record["USUBJID"] == subject and (record.get("DTHFL") == "Y" or record.get("DTHDTC")):
            found["DM"].append(is_later(record.get("DTHDTC", ""), cutoff))
    for record in data.get("DS", []):
        if record["USUBJID"] == subject and record["DSDECOD"].upper() == "DEATH":
            found["DS"].append(is_later(record["DSSTDTC"], cutoff))
    for record in data.get("DD", []):
        if record["USUBJID"] == subject:
            found["DD"].append(is_later(record.get("DDDTC", ""), cutoff))
    return found


def why_ended(data: Data, subject: str, cutoff: date) -> str:
    """Return the reason of the subject's last disposition event up to the cut-off, empty for none."""
    events = [
        (latest(record["DSSTDTC"]) or date.min, place, record["DSDECOD"].upper())
        for place, record in enumerate(data.get("DS", []))
        if record["USUBJID"] == subject and record.get("DSCAT") == "DISPOSITION EVENT"
        if not completed_before_dosing(data, record)
        if not is_later(record["DSSTDTC"], cutoff)
    ]
    return max(events)[2] if events else ""


def completed_before_dosing(data: Data, record: Record) -> bool:
    """Tell whether a record of DS completes something before the subject's first record of dosing (R5)."""
    starts = [span(r["EXSTDTC"]) for r in data["EX"] if r["USUBJID"] == record["USUBJID"]]
    first = min((found.earliest for found in starts if found), default=None)
    day = latest(record["DSSTDTC"])
    return record["DSDECOD"] == "COMPLETED" and first is not None and day is not None and day < first
