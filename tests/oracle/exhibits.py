"""The rows of the adverse-event exhibits: the events of each, or the subjects where a row counts no events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.oracle import facts
from tests.oracle.events import Event, intensity, visible
from tests.oracle.facts import says
from tests.oracle.quality import quality
from tests.oracle.reading import Record
from tests.oracle.tables import TOTAL, Oracle, Results, contrasts, counts, exposure, rates, shares, term_rows, who

Test = Callable[[Record], bool]


@dataclass(frozen=True)
class Table:
    """Rows with their events, rows with their subjects alone, and what is made of them."""

    events: dict[str, list[Event]]
    subjects: dict[str, set[str]] = field(default_factory=dict)
    compared: bool = True
    rated: bool = True


def exhibits(oracle: Oracle) -> dict[str, Table]:
    """Return the tables T07 to T13 and K14."""
    found = oracle.events
    severe = 3
    graded = column_of_grades(oracle)
    tables = {
        "T09": found,
        "T11": [e for e in found if facts.serious(e.record)],
        "T12": [e for e in found if says(e.record, "AEACN", "DRUG WITHDRAWN")],
        "T13": [e for e in found if (intensity(e.record, graded) or 0) >= severe],
    }
    made = {name: Table(term_rows(events)) for name, events in tables.items()}
    if not _actions(oracle):
        made["T12"] = Table({}, {"Discontinued because of an adverse event": _stopped_by_ds(oracle)}, rated=False)
    of_events, of_subjects = quality(oracle, graded, actions=_actions(oracle))
    made["T07"] = Table(of_events, of_subjects, compared=False, rated=False)
    made["T08"] = _overview(oracle)
    made["T10"] = Table({}, _worst(oracle), compared=False, rated=False)
    made["K14"] = Table(_of_interest(oracle))
    return made


def column_of_grades(oracle: Oracle) -> str:
    """Return the column that says how bad an event was: AESEV also where grades were promised and none came."""
    seen = visible(oracle.data, oracle.rules)
    no_grade = not any(intensity(r, "AETOXGR") for r in seen)
    if oracle.rules.grading == "AESEV" or (no_grade and any(intensity(r, "AESEV") for r in seen)):
        return "AESEV"
    return "AETOXGR"


def _actions(oracle: Oracle) -> bool:
    return any(r.get("AEACN") for r in visible(oracle.data, oracle.rules))


def _stopped_by_ds(oracle: Oracle) -> set[str]:
    cutoff = oracle.rules.cutoff
    return {p.subject for p in oracle.people if facts.why_ended(oracle.data, p.subject, cutoff) == "ADVERSE EVENT"}


def _and(column: str) -> Test:
    return lambda r: facts.serious(r) and says(r, column, "Y")


LINES: dict[str, Test] = {
    "SAE": facts.serious,
    "SAE: death": lambda r: facts.serious(r) and (says(r, "AESDTH", "Y") or says(r, "AEOUT", "FATAL")),
    "SAE: life-threatening": _and("AESLIFE"),
    "SAE: initial or prolonged hospitalisation": _and("AESHOSP"),
    "SAE: disability or permanent damage": _and("AESDISAB"),
    "SAE: congenital anomaly": _and("AESCONG"),
    "SAE: other": facts.other_serious,
    "AE leading to interruption": lambda r: says(r, "AEACN", "DRUG INTERRUPTED"),
    "AE leading to dose reduction": lambda r: says(r, "AEACN", "DOSE REDUCED", "DOSE RATE REDUCED"),
    "Any AE": lambda r: True,
    "Related AE": facts.related,
}
"""The lines of the overview that are always there; a subject counts once on each line that any of its events meets."""

ACTIONS = {
    "DOSE INCREASED": "AE leading to dose increase",
    "DOSE NOT CHANGED": "AE with dose not changed",
    "NOT APPLICABLE": "AE with action not applicable",
    "UNKNOWN": "AE with unknown action",
}
STOPPED = "AE leading to permanent discontinuation"
HAVE_LINES = ("", "DRUG WITHDRAWN", "DRUG INTERRUPTED", "DOSE REDUCED", "DOSE RATE REDUCED")


def _overview(oracle: Oracle) -> Table:
    found = oracle.events
    column = column_of_grades(oracle)
    grades = (("severe", 3), ("moderate", 2), ("mild", 1))
    if column == "AETOXGR":
        grades = tuple((f"grade {number}", number) for number in (5, 4, 3, 2, 1))
    rows = {line: [e for e in found if meets(e.record)] for line, meets in LINES.items()}
    for word, number in grades:
        rows[f"Any {word} AE"] = [e for e in found if intensity(e.record, column) == number]
    for event in found:
        action, outcome = (event.record.get(column, "").upper() for column in ("AEACN", "AEOUT"))
        if action not in HAVE_LINES:
            rows.setdefault(ACTIONS.get(action, f"AE with action {action.lower()}"), []).append(event)
        if outcome:
            rows.setdefault(f"AE with outcome {outcome.lower()}", []).append(event)
    if oracle.rules.baskets:
        held = frozenset().union(*(members for _, members in oracle.rules.baskets))
        rows["AE of special interest"] = [e for e in found if _in(e, held)]
    subjects = {"Deaths on study (any cause)": dead(oracle)}
    if _actions(oracle):
        rows[STOPPED] = [e for e in found if says(e.record, "AEACN", "DRUG WITHDRAWN")]
    else:
        subjects[STOPPED] = _stopped_by_ds(oracle)
    return Table(rows, subjects, rated=False)


def dead(oracle: Oracle) -> set[str]:
    """Return the treated subjects who died by the cut-off in any source (R19)."""
    cutoff = oracle.rules.cutoff
    found = set()
    for person in oracle.people:
        told = facts.told_deaths(oracle.data, person.subject, cutoff)
        mine = [r for r in visible(oracle.data, oracle.rules) if r["USUBJID"] == person.subject]
        in_ae = any(facts.fatal(r) and not facts.is_later(r["AESTDTC"], cutoff) for r in mine)
        if in_ae or any(not late for times in told.values() for late in times):
            found.add(person.subject)
    return found


def _in(event: Event, members: frozenset[str]) -> bool:
    return event.record["AEDECOD"].lower() in members or event.record.get("AEPTCD", "") in members


def _of_interest(oracle: Oracle) -> dict[str, list[Event]]:
    lists = {title: [e for e in oracle.events if _in(e, members)] for title, members in oracle.rules.baskets}
    lists["Related AE"] = [e for e in oracle.events if facts.related(e.record)]
    rows: dict[str, list[Event]] = {}
    for title, events in lists.items():
        rows[title] = events
        for event in events:
            rows.setdefault(f"{title} > {event.pt.replace(' > ', ' >> ')}", []).append(event)
    return rows


NAMES = {
    "AETOXGR": {5: "Grade 5", 4: "Grade 4", 3: "Grade 3", 2: "Grade 2", 1: "Grade 1", None: "Grade missing"},
    "AESEV": {3: "Severe", 2: "Moderate", 1: "Mild", None: "Severity missing"},
}


def _worst(oracle: Oracle) -> dict[str, set[str]]:
    """Return the subjects of each term, and of each of its worst grades: the worst of those that are known."""
    column = column_of_grades(oracle)
    rows: dict[str, set[str]] = {}
    for path, events in term_rows(oracle.events).items():
        rows[path] = {event.person.subject for event in events}
        if path == "Any":
            rows |= {f"Any > {name}": set() for level, name in NAMES[column].items() if level}
        for subject in rows[path]:
            rows.setdefault(f"{path} > {NAMES[column][worst(events, subject, column)]}", set()).add(subject)
    return rows


def worst(events: Sequence[Event], subject: str, column: str) -> int | None:
    """Return the worst known intensity of a subject's events, None where none is known."""
    known = [intensity(e.record, column) for e in events if e.person.subject == subject]
    return max((level for level in known if level is not None), default=None)


def results(oracle: Oracle, level: str, letters: dict[str, str] | None = None) -> Results:
    """Return everything that the exhibits say at a level, under true arm names; ``letters`` only for masked."""
    closed = level != "pooled"
    arms = [*oracle.arms, TOTAL] if closed else [TOTAL]
    pairs = oracle.pairs(letters if level == "masked" else None) if closed else []
    everything = exposure(oracle, arms, extremes=closed)
    for name, table in exhibits(oracle).items():
        everything |= counts(oracle, name, table.events, arms) | shares(oracle, name, table.subjects, arms)
        if table.compared:
            everything |= contrasts(oracle, name, who(table.events) | table.subjects, pairs)
        if table.rated and closed:
            everything |= rates(oracle, name, table.events, arms)
    return everything
