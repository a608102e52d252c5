"""Adverse events that led to stopping treatment for good: from AEACN, and where that is empty, from DS."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.ae_flags import actions_recorded, is_stop
from dsmb_app.analyses.ae_incidence import ae_incidence, records_of, terms
from dsmb_app.analyses.ae_lines import Line, lines_table, subjects_behind, with_records
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row, RowKey

Bools = npt.NDArray[np.bool_]

TITLE = "Adverse events leading to discontinuation"
FROM_DS = "Discontinued because of an adverse event"


def by_disposition(cut: Cut) -> Bools:
    """Return the treated subjects whose end of study in DS has the reason ADVERSE EVENT."""
    return np.asarray(cut.safety & (cut.subjects["EOSREAS"] == "ADVERSE EVENT").to_numpy(), dtype=bool)


def stop_line(cut: Cut, row: Row) -> Line:
    """Return the line of discontinuation: emergent records with DRUG WITHDRAWN, or subjects by DS."""
    if actions_recorded(cut.ae):
        return Line(row, _records(cut))
    return Line(row, np.zeros(len(cut.ae), dtype=bool), by_disposition(cut))


def notes(cut: Cut) -> list[str]:
    """Say where discontinuation comes from, if not from AEACN."""
    if actions_recorded(cut.ae):
        return []
    source = "subjects whose disposition event in DS has the reason ADVERSE EVENT, without terms"
    if not (cut.subjects["EOSREAS"] != "").any():
        source = "DS has no disposition event either, so that nobody can be counted"
    empty = "AEACN is empty in every record, so that no event can be told to have led to an action."
    return [f"{empty} Discontinuation: {source}."]


def discontinuation(cut: Cut) -> ResultTable:
    """Count subjects and events by class and term; where AEACN is empty, one row of subjects from DS."""
    if actions_recorded(cut.ae):
        return ae_incidence(cut, exhibit="T12", title=TITLE, among=_records(cut))
    parts = (wording.arms, wording.denominators, notes, wording.contrasts)
    footnotes = [note for part in parts for note in part(cut)]
    return lines_table(
        cut,
        [_ds_line(cut)],
        exhibit="T12",
        title=TITLE,
        rates=False,
        footnotes=footnotes,
        subtitle="By disposition event",
    )


def records(cut: Cut, key: RowKey) -> Bools:
    """Return the records behind a row, none where the row comes from DS."""
    return records_of(cut, key, _records(cut), terms) if actions_recorded(cut.ae) else _ds_line(cut).records


def subjects(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row, over all columns."""
    return with_records(cut, records(cut, key)) if actions_recorded(cut.ae) else subjects_behind(cut, _ds_line(cut))


def _ds_line(cut: Cut) -> Line:
    return stop_line(cut, Row((FROM_DS,), FROM_DS))


def _records(cut: Cut) -> Bools:
    return np.asarray(is_stop(cut.ae) & cut.ae["EMERGENT"].to_numpy(dtype=bool))
