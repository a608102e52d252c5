"""Which adverse events are treatment-emergent, and on which day each begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.oracle.people import Person, Rules
from tests.oracle.reading import Data, Record, Span, later, latest, minute, span


@dataclass(frozen=True)
class Event:
    """An emergent record: whose, when it began, where it is coded, and the source record itself."""

    person: Person
    onset: date
    soc: str
    pt: str
    record: Record


NO_CLASS = "No Coding Available"


def events(data: Data, everybody: list[Person], rules: Rules) -> list[Event]:
    """Return the emergent events of the treated, without the terms that are hidden."""
    by_id = {person.subject: person for person in everybody}
    found = []
    seen = visible(data, rules)
    columns = initial_and_later(seen)
    for record in seen:
        person = by_id.get(record["USUBJID"])
        if person is None:
            continue
        onset = emergent_onset(record, person, rules, worse=columns is not None and worse(record, *columns))
        if onset is not None:
            soc = record.get("AESOC") or record.get("AEBODSYS") or NO_CLASS
            found.append(Event(person, onset, soc, record["AEDECOD"] or f"Uncoded: {record['AETERM']}", record))
    return found


def visible(data: Data, rules: Rules) -> list[Record]:
    """Return the records of AE whose term is not hidden, by its name or by its code."""
    return [r for r in data["AE"] if r["AEDECOD"].lower() not in rules.hidden and r.get("AEPTCD") not in rules.hidden]


def initial_and_later(records: list[Record]) -> tuple[str, str] | None:
    """Return the columns of initial and later intensity that the records use (R10)."""
    for initial, later_one in (("AEITOXGR", "AETOXGR"), ("AESEVINI", "AESEV"), ("AEISEV", "AESEV")):
        if any(record.get(initial) for record in records):
            return initial, later_one
    return None


INTENSITIES = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "MILD": 1, "MODERATE": 2, "SEVERE": 3}


def intensity(record: Record, column: str) -> int | None:
    """Return a grade or a severity as a number, None where there is none."""
    return INTENSITIES.get(record.get(column, "").upper().removeprefix("GRADE").strip())


def worse(record: Record, initial: str, later_one: str) -> bool:
    """Tell whether an event became worse than it was, as far as both are known; unknown counts as worse."""
    before, after = intensity(record, initial), intensity(record, later_one)
    return before is None or after is None or after > before


def emergent_onset(record: Record, person: Person, rules: Rules, *, worse: bool = False) -> date | None:
    """Return the day on which an emergent event begins, or None where the event is not emergent.

    ``worse``: the event is more intense than it was at first; begun before treatment, it begins anew with it (R10).
    """
    first, start = person.first, span(record["AESTDTC"])
    if first is None or (start and start.earliest > rules.cutoff):
        return None
    # Watching never ends before the first dose (R8), so these bounds cannot end an event before it.
    bounds = [max(first, day) for day in (person.death, person.study_end, rules.cutoff) if day]
    ended = latest(record.get("AEENDTC", ""), *bounds)
    if ended and ended < first:
        return None
    if start is None:
        return first if rules.partial_start == "conservative" else None
    onset = _onset(start, first, ended, rules)
    before = start.latest < first or (onset is not None and onset < first) or _before_the_dose(record, start, person)
    if before or onset is None:
        return first if before and worse else None
    if rules.window == "on-treatment" and person.last and onset > later(person.last, rules.days):
        return None
    return onset


def _onset(start: Span, first: date, ended: date | None, rules: Rules) -> date | None:
    """Place a start in time: a whole date is itself; a partial one by the chosen rule."""
    if start.is_whole:
        return start.earliest
    if rules.partial_start == "first":
        only_a_year = (start.latest - start.earliest).days > 31
        return None if only_a_year else start.earliest
    onset = first if start.earliest <= first <= start.latest else start.earliest
    return ended if ended and ended < onset else onset


def _before_the_dose(record: Record, start: Span, person: Person) -> bool:
    """Tell whether an event on the first day of treatment began before the dose, as far as times tell (R9)."""
    if not start.is_whole or start.earliest != person.first or person.dosed_at is None:
        return False
    began = minute(record["AESTDTC"])
    return began is not None and began < person.dosed_at
