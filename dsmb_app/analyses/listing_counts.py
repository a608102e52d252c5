"""How many subjects and records the listings L1 to L5 hold: all that a report without patients may say of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import listings, wording
from dsmb_app.analyses.ae_flags import actions_recorded, is_stop
from dsmb_app.analyses.ae_lines import with_records
from dsmb_app.analyses.deaths import deaths
from dsmb_app.analyses.discontinuation import by_disposition
from dsmb_app.analyses.findings import Behind, Finding, of_row, table, who
from dsmb_app.analyses.lab_grades import version
from dsmb_app.analyses.listed_cases import CaseRow, case_rows
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import is_serious
from dsmb_app.model.result import ResultTable, Row, RowKey

Bools = npt.NDArray[np.bool_]

EXHIBIT, TITLE = "L0", "Listings: subjects and records"
EMERGENT = "Treatment-emergent"
_SOURCES = {"DTHDS": "Disposition (DS)", "DTHDM": "Demographics (DM)", "DTHDD": "Death details (DD)"}
_OF_EVENTS = ("L1", "L3", "L4")


def findings(cut: Cut) -> list[Finding]:
    """Return a row for each listing, and below it one for each kind of case that it holds."""
    return [*_serious(cut), *_deaths(cut), *_stopped(cut), *_of_interest(cut), *_cases(cut)]


def listing_counts(cut: Cut) -> ResultTable:
    """Count the subjects and the records of each listing by arm."""
    notes = [
        *wording.arms(cut),
        *wording.denominators(cut),
        "Events: records listed, in L5 laboratory records, each once; a line about subjects has none. L1, L3, L4: "
        "treated subjects; emergent or not, without what begins after the data cut-off. L2: a death by the data "
        f"cut-off in AE, DS, DM or DD. L5: as K18 and K19, grades by {version(cut)}.",
        *wording.seriousness(cut),
    ]
    if not actions_recorded(cut.ae):
        notes.append("AEACN is empty in every record: L3 counts subjects whose disposition event in DS has the reason "
                     "ADVERSE EVENT.")  # fmt: skip
    if cut.held_back:
        notes.append(f"Except held back from open sessions: {', '.join(cut.held_back)}.")
    subtitle = "What the listings L1 to L5 of the closed report hold"
    return table(cut, cut.once(findings), exhibit=EXHIBIT, title=TITLE, subtitle=subtitle, footnotes=notes)


def subjects(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row, over all columns."""
    return who(cut, of_row(cut.once(findings), key))


def behind(cut: Cut, key: RowKey) -> Behind:
    """Return the records behind a row."""
    return of_row(cut.once(findings), key).behind


def narrowed(_cut: Cut, key: RowKey) -> bool:
    """Tell whether the filters of events touch a row; of the whole exhibit they touch some rows."""
    return not key or key[0].split()[0] in _OF_EVENTS


def _head(number: str) -> Row:
    title = next(kind.title for kind in listings.LISTINGS if kind.number == number)
    return Row((f"{number} {title}",), f"{number} {title}")


def _below(head: Row, label: str) -> Row:
    return Row((*head.key, label), label, 1)


def _events(cut: Cut, head: Row, mask: Bools) -> Iterator[Finding]:
    """Yield the row of all records and that of the emergent ones among them."""
    yield Finding(head, Behind("ae", mask))
    yield Finding(_below(head, EMERGENT), Behind("ae", mask & cut.ae["EMERGENT"].to_numpy(dtype=bool)))


def _serious(cut: Cut) -> Iterator[Finding]:
    return _events(cut, _head("L1"), listings.timely(cut, is_serious(cut.ae)))


def _deaths(cut: Cut) -> Iterator[Finding]:
    head, found = _head("L2"), deaths(cut)
    fatal, none = Behind("ae", found.records), Behind("ae", np.zeros(len(cut.ae), dtype=bool))
    yield Finding(head, fatal, found.anyone)
    yield Finding(_below(head, "Fatal event (AE)"), fatal, with_records(cut, found.records))
    for column, source in _SOURCES.items():
        said = (cut.subjects[column] == "Y").to_numpy(dtype=bool)
        yield Finding(_below(head, source), none, said & found.anyone)
    apart = found.ae_alone | found.no_event | found.ds_or_dm
    yield Finding(_below(head, "Sources disagree"), none, apart & found.anyone)


def _stopped(cut: Cut) -> Iterator[Finding]:
    head = _head("L3")
    if actions_recorded(cut.ae):
        yield from _events(cut, head, listings.timely(cut, is_stop(cut.ae)))
    else:
        yield Finding(head, Behind("ae", np.zeros(len(cut.ae), dtype=bool)), by_disposition(cut))


def _of_interest(cut: Cut) -> Iterator[Finding]:
    head, lists = _head("L4"), listings.of_interest(cut)
    nothing = np.zeros(len(cut.ae), dtype=bool)
    yield Finding(head, Behind("ae", np.logical_or.reduce([nothing, *lists.values()])))
    for title, mask in lists.items():
        yield Finding(_below(head, title), Behind("ae", mask))


def _cases(cut: Cut) -> Iterator[Finding]:
    head, rows = _head("L5"), case_rows(cut)
    yield _of_labs(cut, head, rows)
    for case in dict.fromkeys(row.texts[0] for row in rows):
        yield _of_labs(cut, _below(head, case), [row for row in rows if row.texts[0] == case])


def _of_labs(cut: Cut, row: Row, rows: list[CaseRow]) -> Finding:
    records = np.zeros(len(cut.lb), dtype=bool)
    records[[case.record for case in rows]] = True
    return Finding(row, Behind("lb", records))
