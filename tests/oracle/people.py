"""Who was treated, in which arm, from when until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.oracle.facts import completed_before_dosing
from tests.oracle.reading import Data, Record, days_between, later, latest, minute, span, whole

NO_ARM = ("SCREEN FAILURE", "NOT ASSIGNED", "NOT TREATED", "UNPLANNED TREATMENT", "")


@dataclass(frozen=True)
class Rules:
    """The study file and the choices, as far as they move a number.

    ``hidden``: preferred terms and their codes, lower case; ``baskets``: title and the terms and codes that count;
    ``held_baskets``: titles of the baskets that open sessions do not list.
    """

    cutoff: date
    window: str = "on-study"
    days: int = 30
    partial_start: str = "conservative"
    source: str = "actual"
    order: tuple[str, ...] = ()
    reference: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    grading: str = "AETOXGR"
    baskets: tuple[tuple[str, frozenset[str]], ...] = ()
    held_baskets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """A treated subject. ``dosed_at``: minute of the day of the first dose, None when not told."""

    subject: str
    arm: str
    first: date | None
    dosed_at: int | None
    last: date | None
    study_end: date | None
    death: date | None
    end: date | None

    @property
    def days(self) -> int:
        """Return the days at risk in the chosen window, both ends included."""
        return days_between(self.first, self.end) if self.first and self.end else 0


def is_dose(record: Record, *, stated: bool) -> bool:
    """Tell whether an EX record is a dose; ``stated``: some record has an amount (R1)."""
    try:
        amount = float(record.get("EXDOSE", ""))
    except ValueError:
        return not stated
    return amount > 0 or (amount == 0 and "PLACEBO" in record["EXTRT"].upper())


def people(data: Data, rules: Rules) -> list[Person]:
    """Return the safety population: everybody with a dose up to the cut-off, with an arm."""
    found = []
    stated = any(r.get("EXDOSE") for r in data["EX"])
    for subject in data["DM"]:
        doses = [r for r in data["EX"] if r["USUBJID"] == subject["USUBJID"] and is_dose(r, stated=stated)]
        doses = [r for r in doses if not _is_after(r["EXSTDTC"], rules.cutoff)]
        arm = arm_of(subject, rules)
        if doses and arm:
            found.append(_person(data, subject, doses, arm, rules))
    return found


def arm_of(subject: Record, rules: Rules) -> str:
    """Return the label of a subject's arm, empty when the subject has none (R14)."""
    text = subject["ARM"]
    if rules.source == "actual" and subject.get("ACTARM"):
        text = subject["ACTARM"]
    return "" if text.upper() in NO_ARM else rules.labels.get(text, text)


def arms_of(data: Data, rules: Rules) -> list[str]:
    """Return the arms in the order of the study file, then any other in alphabetical order."""
    seen = {arm_of(subject, rules) for subject in data["DM"]} - {""} - set(rules.order)
    return [*rules.order, *sorted(seen)]


def _is_after(text: str, cutoff: date) -> bool:
    day = whole(text)
    return day is not None and day > cutoff


def _person(data: Data, subject: Record, doses: list[Record], arm: str, rules: Rules) -> Person:
    first = min((day for day in (whole(r["EXSTDTC"]) for r in doses) if day), default=None)
    study_end, death = _study_end(data, subject), _death(data, subject)
    last = _last_dose(subject, doses, (death, study_end, rules.cutoff), rules.cutoff) if first else None
    end = min(day for day in (study_end, death, rules.cutoff) if day)
    if first and end < first:
        end = first
    if rules.window == "on-treatment" and last:
        end = min(end, later(last, rules.days))
    return Person(subject["USUBJID"], arm, first, _dosed_at(doses, first), last, study_end, death, end)


def _dosed_at(doses: list[Record], first: date | None) -> int | None:
    times = [minute(r["EXSTDTC"]) for r in doses if first and whole(r["EXSTDTC"]) == first]
    return None if not times or None in times else min(t for t in times if t is not None)


def _last_dose(subject: Record, doses: list[Record], bounds: tuple[date | None, ...], cutoff: date) -> date:
    """Return the day of the last dose (R4)."""
    dated = [(day, place) for place, day in enumerate(whole(r["EXSTDTC"]) for r in doses) if day]
    _, newest = max(dated)
    ends = []
    for start, place in dated:
        end = latest(doses[place]["EXENDTC"], *bounds)
        if end is None and place == newest:
            end = max(start, latest(subject.get("RFENDTC", "")) or cutoff)
        ends.append(min(end or start, cutoff))
    return max(ends)


def _study_end(data: Data, subject: Record) -> date | None:
    told = latest(subject.get("RFPENDTC", ""))
    if told:
        return told
    who = subject["USUBJID"]
    disposed = [
        latest(r["DSSTDTC"])
        for r in data.get("DS", [])
        if r["USUBJID"] == who and r["DSCAT"] == "DISPOSITION EVENT" and not completed_before_dosing(data, r)
    ]
    if any(disposed):
        return max(day for day in disposed if day)
    seen = [
        span(value)
        for name, rows in data.items()
        for row in rows
        if name != "DM" and row.get("USUBJID") == who
        for column, value in row.items()
        if column.endswith("DTC")
    ]
    return max((found.earliest for found in seen if found), default=None)


def _death(data: Data, subject: Record) -> date | None:
    told = latest(subject.get("DTHDTC", ""))
    if told:
        return told
    who = subject["USUBJID"]
    days = [latest(r["DSSTDTC"]) for r in data.get("DS", []) if r["USUBJID"] == who and r["DSDECOD"] == "DEATH"]
    return min((day for day in days if day), default=None)
