"""Where the sources of a study contradict each other, line by line, as the data-quality exhibit has them."""

from __future__ import annotations

from tests.oracle import facts
from tests.oracle.events import Event, intensity, visible
from tests.oracle.facts import says
from tests.oracle.reading import Record, span
from tests.oracle.tables import Oracle


def quality(oracle: Oracle, column: str, *, actions: bool) -> tuple[dict[str, list[Event]], dict[str, set[str]]]:
    """Return the rows with their records, as events without a meaning of their own, and the rows of subjects."""
    cutoff, treated = oracle.rules.cutoff, {person.subject: person for person in oracle.people}
    seen = visible(oracle.data, oracle.rules)
    mine = [r for r in seen if r["USUBJID"] in treated]
    timely = [r for r in mine if not facts.is_later(r["AESTDTC"], cutoff)]
    rows = {
        "Seriousness > AESER is not Y although a criterion or a fatal outcome says so": [
            r for r in timely if facts.grounds(r) and not facts.serious(r)
        ],
        "Start > month only": [r for r in timely if _known_to(r) == "month"],
        "Start > year only": [r for r in timely if _known_to(r) == "year"],
        "Start > no date": [r for r in timely if _known_to(r) == "nothing"],
        "Start after the data cut-off": [r for r in mine if facts.is_later(r["AESTDTC"], cutoff)],
        "End before start": [r for r in timely if _ends_before(r)],
        "Uncoded term": [r for r in timely if not r["AEDECOD"]],
        "Duplicate > same subject, term and start": _repeated(timely),
        "No grade": [r for r in timely if intensity(r, column) is None],
    }
    if any(r.get(criterion) for r in seen for criterion in facts.GROUNDS):
        rows["Seriousness > AESER = Y without any criterion"] = [
            r for r in timely if facts.serious(r) and not facts.grounds(r)
        ]
    if column == "AETOXGR":
        rows["Grade 5 and outcome not fatal"] = [
            r for r in timely if facts.grade_5(r) and not says(r, "AEOUT", "FATAL")
        ]
        rows["Outcome fatal and grade not 5"] = [
            r for r in timely if says(r, "AEOUT", "FATAL") and not facts.grade_5(r)
        ]
    subjects = _deaths(oracle, mine, timely, rows)
    if actions:
        subjects |= _stopped(oracle, timely, rows)
    person = oracle.people[0] if oracle.people else None
    events = {
        row: [Event(treated[r["USUBJID"]], (person and person.first) or cutoff, "", "", r) for r in records]
        for row, records in rows.items()
    }
    return events, subjects


def _repeated(records: list[Record]) -> list[Record]:
    """Return every record but the first of the same subject, term and start."""
    seen, found = set(), []
    for record in records:
        start, term = span(record["AESTDTC"]), (record["AETERM"] or record["AEDECOD"]).strip().lower()
        key = (record["USUBJID"], term, start and (start.earliest, start.latest))
        if start is not None and term and key in seen:
            found.append(record)
        seen.add(key)
    return found


def _known_to(record: Record) -> str:
    found = span(record["AESTDTC"])
    if found is None:
        return "nothing"
    days = (found.latest - found.earliest).days
    return "day" if days == 0 else "month" if days <= 31 else "year"


def _ends_before(record: Record) -> bool:
    start, end = span(record["AESTDTC"]), span(record.get("AEENDTC", ""))
    return start is not None and end is not None and end.latest < start.earliest


def _deaths(
    oracle: Oracle, mine: list[Record], timely: list[Record], rows: dict[str, list[Record]]
) -> dict[str, set[str]]:
    """Add the row of fatal events without a death elsewhere; return the rows of deaths told without one."""
    cutoff = oracle.rules.cutoff
    told = {p.subject: facts.told_deaths(oracle.data, p.subject, cutoff) for p in oracle.people}
    by_event = {r["USUBJID"] for r in mine if facts.fatal(r)}
    rows["Death > AE fatal, no death in DS or DM"] = [
        r for r in timely if facts.fatal(r) and not any(told[r["USUBJID"]].values())
    ]
    by_the_cutoff = {who for who, sources in told.items() if any(False in times for times in sources.values())}
    apart = {who for who, sources in told.items() if bool(sources["DM"]) != bool(sources["DS"])}
    ds_tells = any(facts.why_ended(oracle.data, r["USUBJID"], cutoff) for r in oracle.data["DM"])
    return {
        "Death > DS or DM death, no fatal AE": by_the_cutoff - by_event,
        "Death > in one of DS and DM alone": apart if ds_tells else set(),
    }


def _stopped(oracle: Oracle, timely: list[Record], rows: dict[str, list[Record]]) -> dict[str, set[str]]:
    cutoff = oracle.rules.cutoff
    why = {p.subject: facts.why_ended(oracle.data, p.subject, cutoff) for p in oracle.people}
    stops = [r for r in timely if says(r, "AEACN", "DRUG WITHDRAWN")]
    rows["Stopped > AE with DRUG WITHDRAWN, DS says otherwise"] = [
        r for r in stops if why[r["USUBJID"]] not in ("", "ADVERSE EVENT")
    ]
    by_event = {r["USUBJID"] for r in stops}
    by_ds = {who for who, reason in why.items() if reason == "ADVERSE EVENT"}
    return {"Stopped > DS says adverse event, no AE with DRUG WITHDRAWN": by_ds - by_event}
