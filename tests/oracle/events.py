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
    for record in data["AE"]:
        person = by_id.get(record["USUBJID"])
        if person is None or record["AEDECOD"].lower() in rules.hidden:
            continue
        onset = emergent_onset(record, person, rules)
        if onset is not None:
            soc = record.get("AESOC") or record.get("AEBODSYS") or NO_CLASS
            found.append(Event(person, onset, soc, record["AEDECOD"] or f"Uncoded: {record['AETERM']}", record))
    return found


def emergent_onset(record: Record, person: Person, rules: Rules) -> date | None:
    """Return the day on which an emergent event begins, or None where the event is not emergent."""
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
    if onset is None or onset < first or _before_the_dose(record, start, person):
        return None
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
