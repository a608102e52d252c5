"""The overview of adverse events, in the order of the FDA's standard safety tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import discontinuation, wording
from dsmb_app.analyses.ae_flags import CRITERIA, actions_recorded, grade, is_fatal_outcome
from dsmb_app.analyses.ae_lines import Line, lines_table
from dsmb_app.analyses.deaths import deaths
from dsmb_app.analyses.special_interest import RELATED, of_interest, study_lists
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import grading_used, is_related, is_serious, is_yes
from dsmb_app.model.result import ResultTable, Row

Bools = npt.NDArray[np.bool_]
Predicate = Callable[[pd.DataFrame], Bools]


def _criterion(column: str) -> Predicate:
    return lambda ae: is_serious(ae) & is_yes(ae, column)


def _other_serious(ae: pd.DataFrame) -> Bools:
    none = ~np.logical_or.reduce([is_yes(ae, column) for column in CRITERIA])
    return np.asarray(is_serious(ae) & (none | is_yes(ae, "AESMIE")), dtype=bool)


def _fatal(ae: pd.DataFrame) -> Bools:
    return is_serious(ae) & (is_yes(ae, "AESDTH") | is_fatal_outcome(ae))


def _says(column: str, *values: str) -> Predicate:
    return lambda ae: ae[column].str.upper().isin(values).to_numpy()


def _grade(wanted: int) -> Predicate:
    return lambda ae: grade(ae) == wanted


def _every(ae: pd.DataFrame) -> Bools:
    return np.ones(len(ae), dtype=bool)


SERIOUS = (
    ("SAE", 0, is_serious),
    ("SAE: death", 1, _fatal),
    ("SAE: life-threatening", 1, _criterion("AESLIFE")),
    ("SAE: initial or prolonged hospitalisation", 1, _criterion("AESHOSP")),
    ("SAE: disability or permanent damage", 1, _criterion("AESDISAB")),
    ("SAE: congenital anomaly", 1, _criterion("AESCONG")),
    ("SAE: other", 1, _other_serious),
)
STOPPED = "AE leading to permanent discontinuation"
ACTIONS = (
    ("AE leading to interruption", 0, _says("AEACN", "DRUG INTERRUPTED")),
    ("AE leading to dose reduction", 0, _says("AEACN", "DOSE REDUCED", "DOSE RATE REDUCED")),
)
ANY_AE = (("Any AE", 0, _every),)
BY_SEVERITY = tuple((f"Any {word} AE", 1, _says("AESEV", word.upper())) for word in ("severe", "moderate", "mild"))
BY_GRADE = tuple((f"Any grade {number} AE", 1, _grade(number)) for number in (5, 4, 3, 2, 1))

WITH_A_LINE = ("DRUG WITHDRAWN", "DRUG INTERRUPTED", "DOSE REDUCED", "DOSE RATE REDUCED")
"""The values of AEACN whose lines are always there."""
OTHER_ACTIONS = {
    "DOSE INCREASED": "AE leading to dose increase",
    "DOSE NOT CHANGED": "AE with dose not changed",
    "NOT APPLICABLE": "AE with action not applicable",
    "UNKNOWN": "AE with unknown action",
}
"""The lines of the controlled terms of AEACN that are there only where one occurs, in this order."""
OUTCOMES = (
    "FATAL",
    "NOT RECOVERED/NOT RESOLVED",
    "RECOVERING/RESOLVING",
    "RECOVERED/RESOLVED WITH SEQUELAE",
    "RECOVERED/RESOLVED",
    "UNKNOWN",
)
"""The controlled terms of AEOUT, from the worst on."""
DEATHS = "Deaths on study (any cause)"


def lines(cut: Cut) -> list[Line]:
    """Return the lines of the study, the FDA's first: by grade or by severity, whichever it recorded."""
    graded = grading_used(cut.ae, cut.study.ae.grading) == "AETOXGR"
    actions = {value: OTHER_ACTIONS.get(value, f"AE with action {value.lower()}") for value in _other_actions(cut)}
    outcomes = {value: f"AE with outcome {value.lower()}" for value in _in_order(cut, "AEOUT", OUTCOMES)}
    found = [
        *_lines(cut, SERIOUS),
        discontinuation.stop_line(cut, Row((STOPPED,), STOPPED)),
        *_lines(cut, ACTIONS),
        *_of_values(cut, "AEACN", actions),
        *_lines(cut, ANY_AE),
        *_lines(cut, BY_GRADE if graded else BY_SEVERITY),
        *_lines(cut, ((RELATED, 0, is_related),)),
    ]
    if study_lists(cut):
        found.append(Line(Row(("AE of special interest",), "AE of special interest"), of_interest(cut)))
    found += _of_values(cut, "AEOUT", outcomes)
    dead = deaths(cut)
    return [*found, Line(Row((DEATHS,), DEATHS), dead.records, dead.anyone)]


def _lines(cut: Cut, wanted: Collection[tuple[str, int, Predicate]]) -> list[Line]:
    emergent = _emergent(cut)
    return [Line(Row((label,), label, depth), emergent & predicate(cut.ae)) for label, depth, predicate in wanted]


def _of_values(cut: Cut, column: str, labels: Mapping[str, str]) -> list[Line]:
    return _lines(cut, [(label, 0, _says(column, value)) for value, label in labels.items()])


def _other_actions(cut: Cut) -> list[str]:
    return [value for value in _in_order(cut, "AEACN", tuple(OTHER_ACTIONS)) if value not in WITH_A_LINE]


def _in_order(cut: Cut, column: str, known: tuple[str, ...]) -> list[str]:
    """Return the values that occur in emergent records of all arms together: the known ones first, others by name."""
    seen = set(cut.ae.loc[_emergent(cut), column].str.upper()) - {""}
    return [*(value for value in known if value in seen), *sorted(seen - set(known))]


def _emergent(cut: Cut) -> Bools:
    return cut.ae["EMERGENT"].to_numpy(dtype=bool)


def ae_overview(cut: Cut) -> ResultTable:
    """Count subjects and events on each line; a grade line counts every subject with an event of that grade."""
    return lines_table(
        cut, cut.once(lines), exhibit="T08", title="Overview of adverse events", rates=False, footnotes=_footnotes(cut)
    )


def _footnotes(cut: Cut) -> tuple[str, ...]:
    parts = (
        wording.arms,
        wording.denominators,
        wording.emergent,
        wording.seriousness,
        wording.grading,
        discontinuation.notes,
        wording.related,
    )
    notes = [note for part in parts for note in part(cut)]
    notes.append(
        "SAE: death: AESDTH = Y or AEOUT = FATAL. A subject with events of several kinds, actions or outcomes counts "
        "on each line; a line of an action or outcome that no subject had is left out."
    )
    lists = ", ".join(basket.title for basket in study_lists(cut))
    of_interest_lists = [f"Special interest: {lists}."] if lists else []
    untouched = [DEATHS] if actions_recorded(cut.ae) else [STOPPED, DEATHS]
    notes += [*of_interest_lists, *_deaths(cut), *wording.not_narrowed(cut, ", ".join(untouched))]
    return (*notes, *wording.contrasts(cut))


def _deaths(cut: Cut) -> list[str]:
    found = deaths(cut)
    late = int(found.late.sum())
    notes = [
        f"{DEATHS}: subjects with a death in AE (AESDTH = Y, AEOUT = FATAL or grade 5), DS, DM or DD, emergent or not, "
        f"in any window. In disagreement: {int(found.ae_alone.sum())} subject(s) with a fatal AE alone, "
        f"{int(found.no_event.sum())} with a death and no fatal AE, {int(found.ds_or_dm.sum())} with a death in one of "
        "DS and DM alone."
    ]
    return notes + ([f"{late} subject(s) whose death is after the data cut-off are not counted."] if late else [])
