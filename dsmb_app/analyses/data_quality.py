"""Data quality: where the sources contradict each other, leave out what a table needs, or come late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import lab_presence, quality_events, quality_measures, wording
from dsmb_app.analyses.ae_flags import actions_recorded
from dsmb_app.analyses.findings import Behind, Finding, of_row, table, who
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.model.cut import Cut
from dsmb_app.model.lab_tables import panels
from dsmb_app.model.result import ResultTable, RowKey

Bools = npt.NDArray[np.bool_]

TITLE = "Data quality"


def findings(cut: Cut) -> list[Finding]:
    """Return a row for each kind of disagreement or gap; what the delivery has no column for is not asked."""
    return [*quality_events.findings(cut), *quality_measures.findings(cut)]


def data_quality(cut: Cut) -> ResultTable:
    """Count the subjects and records of each finding."""
    notes = [*wording.arms(cut), *wording.denominators(cut), *_of_events(cut), *_of_measures(cut)]
    if cut.held_back:
        notes.append(f"Except held back from open sessions: {', '.join(cut.held_back)}.")
    subtitle = "Disagreements between sources, gaps, and what came late"
    return table(cut, findings(cut), exhibit="T07", title=TITLE, subtitle=subtitle, footnotes=notes)


def subjects(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row, over all columns."""
    return who(cut, _of(cut, key))


def behind(cut: Cut, key: RowKey) -> Behind:
    """Return the records behind a row."""
    return _of(cut, key).behind


def _of(cut: Cut, key: RowKey) -> Finding:
    # A click need not find anew what it did not ask about.
    part = quality_measures if key[0] in quality_measures.GROUPS else quality_events
    return of_row(cut.once(part.findings), key)


def narrowed(_cut: Cut, key: RowKey) -> bool:
    """Tell whether the filters of events touch a row; of the whole exhibit they touch a few rows only."""
    return key[:1] == (quality_events.EMERGENT,)


def _of_events(cut: Cut) -> list[str]:
    notes = [
        "Records of adverse events: of treated subjects, emergent or not, that do not begin after the data cut-off "
        f"({cut.study.study.cutoff}), except on the lines that count those. Events: records; a line about "
        "subjects has none.",
        "Death: AE fatal is AESDTH = Y, AEOUT = FATAL or grade 5; DS is DSDECOD = DEATH, DM is DTHFL = Y or a DTHDTC; "
        "a record of DD counts with DS and DM. Stopped: reason of the last disposition event in DS. End before start: "
        "even the last day that the end can mean. Duplicate: every record but the first.",
        f"{quality_events.EMERGENT}: what the footnotes of the tables of such events count; these lines alone follow "
        "the filters of events.",
        *wording.grading(cut),
    ]
    if not actions_recorded(cut.ae):
        notes.append("AEACN is empty in every record, so that stopping treatment is not compared with DS.")
    return notes


def _of_measures(cut: Cut) -> list[str]:
    notes = [
        f"{quality_measures.LABS_MISSING}, {quality_measures.VISITS_MISSING.lower()}: n without a value of every test "
        "of the panel, or without a record in SV, at the visit; N: those expected there.",
        *lab_presence.notes(cut, cut.once(Labs), tuple(panels()))[1:],
        f"{quality_measures.LAB}: the first six lines are of post-baseline records, as in the footnotes of T16; the "
        "others of all records up to the data cut-off. Same time: same day, visit and time point.",
    ]
    if quality_measures.overdue(cut, cut.once(Labs)) is None:
        notes.append("Last contact is not known: the snapshot holds no day of it, or nothing names visits.")
    else:
        notes.append(
            f"{quality_measures.CONTACT}: of N still on study at the data cut-off (not ended by RFPENDTC, disposition "
            "or death); the last record of any dataset counts."
        )
    return notes
