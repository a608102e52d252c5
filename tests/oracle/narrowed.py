"""Filters as a reader would apply them by hand: whom they leave in, and which records they leave to be looked at."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle import facts
from tests.oracle.events import NO_CLASS, intensity, visible
from tests.oracle.exhibits import column_of_grades
from tests.oracle.people import Rules
from tests.oracle.reading import Data, Record
from tests.oracle.tables import Oracle

Filters = Mapping[str, str]


def narrowed(oracle: Oracle, filters: Filters, lists: Mapping[str, frozenset[str]]) -> Oracle:
    """Keep the people and events of an oracle that every filter leaves in; ``lists``: terms of a basket by name."""
    inside = {r["USUBJID"] for r in oracle.data["DM"] if lets_in(r, filters)}
    grades = column_of_grades(oracle)
    oracle.people = [person for person in oracle.people if person.subject in inside]
    oracle.events = [
        event
        for event in oracle.events
        if event.person.subject in inside and looks_at(event.record, filters, grades, lists)
    ]
    return oracle


def lets_in(subject: Record, filters: Filters) -> bool:
    """Tell whether the filters of subjects leave somebody in."""
    if any(name in filters and filters[name] != subject[of] for name, of in (("sex", "SEX"), ("site", "SITEID"))):
        return False
    band = filters.get("age", "")
    if not band:
        return True
    if not subject["AGE"] or subject["AGEU"] not in ("", "YEARS"):
        return False
    years = int(float(subject["AGE"]))
    if band[0] == "<":
        return years < int(band[1:])
    if band[0] == ">":
        return years >= int(band[2:])
    return years in range(int(band.split("-")[0]), int(band.split("-")[1]) + 1)


def looks_at(record: Record, filters: Filters, grades: str, lists: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether the filters of records leave one to be looked at."""
    asked = {
        "serious": lambda _: facts.serious(record),
        "related": lambda _: facts.related(record),
        "grade": lambda least: (intensity(record, grades) or 0) >= int(least),
        "action": lambda action: facts.says(record, "AEACN", action.upper()),
        "basket": lambda name: record["AEDECOD"].lower() in lists[name] or record.get("AEPTCD", "") in lists[name],
        "soc": lambda soc: soc_of(record) == soc,
        "text": lambda words: words.lower() in record["AEDECOD"].lower() or words.lower() in record["AETERM"].lower(),
    }
    return all(asked[name](value) for name, value in filters.items() if name in asked)


def soc_of(record: Record) -> str:
    """Return the class that a record stands under."""
    return record.get("AESOC") or record.get("AEBODSYS") or NO_CLASS


def unknown(data: Data, rules: Rules, filters: Filters, lists: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the filters whose value the data that may be seen do not hold."""
    seen = visible(data, rules)
    held = {
        "action": {r["AEACN"].upper() for r in seen},
        "soc": {soc_of(r) for r in seen},
        "sex": {r["SEX"] for r in data["DM"]},
        "site": {r["SITEID"] for r in data["DM"]},
        "basket": set(lists),
        "grade": set("123" if column_of_grades(Oracle(data, rules)) == "AESEV" else "12345"),
    }
    lower = {name: {value.lower() for value in values} for name, values in held.items()}
    return [name for name, value in filters.items() if name in held and value.lower() not in lower[name]]
