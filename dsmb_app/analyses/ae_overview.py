"""The overview of adverse events, in the order of the FDA's standard safety tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.counting import by_arm, distinct
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row, RowKey

Bools = npt.NDArray[np.bool_]

CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG")
"""The seriousness criteria that have a line of their own; AESMIE and none at all stand under "other"."""


@dataclass(frozen=True)
class Line:
    """A printed line and the records that it counts, as a mask over AE records."""

    label: str
    depth: int
    records: Callable[[pd.DataFrame], Bools]


def is_yes(ae: pd.DataFrame, column: str) -> Bools:
    """Tell where a flag column says Y."""
    return (ae[column].str.upper() == "Y").to_numpy(dtype=bool)


def is_serious(ae: pd.DataFrame) -> Bools:
    """Tell where AESER says Y; records whose criteria disagree with AESER are a data-quality finding."""
    return is_yes(ae, "AESER")


def _criterion(column: str) -> Callable[[pd.DataFrame], Bools]:
    return lambda ae: is_serious(ae) & is_yes(ae, column)


def _other_serious(ae: pd.DataFrame) -> Bools:
    none = ~np.logical_or.reduce([is_yes(ae, column) for column in CRITERIA])
    return np.asarray(is_serious(ae) & (none | is_yes(ae, "AESMIE")), dtype=bool)


def _fatal(ae: pd.DataFrame) -> Bools:
    return is_serious(ae) & (is_yes(ae, "AESDTH") | (ae["AEOUT"].str.upper() == "FATAL").to_numpy())


def _action(*values: str) -> Callable[[pd.DataFrame], Bools]:
    return lambda ae: ae["AEACN"].str.upper().isin(values).to_numpy()


def _severity(value: str) -> Callable[[pd.DataFrame], Bools]:
    return lambda ae: (ae["AESEV"].str.upper() == value).to_numpy()


def _grade(wanted: int) -> Callable[[pd.DataFrame], Bools]:
    return lambda ae: grade(ae) == wanted


def grade(ae: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return AETOXGR as a number from 1 to 5 ("3" and "GRADE 3" are the same), NaN where it is blank or neither."""
    return ae["AETOXGR"].str.extract(r"^(?:GRADE\s*)?([1-5])$", flags=re.IGNORECASE)[0].to_numpy(dtype=float)


def _related(ae: pd.DataFrame) -> Bools:
    """Tell where AEREL says anything but that the event is not related (or that nobody said)."""
    said = ae["AEREL"].str.upper().str.strip()
    unrelated = ("", "N", "NO", "NONE", "NOT RELATED", "UNRELATED", "UNLIKELY RELATED", "UNLIKELY", "NOT APPLICABLE")
    return ~said.isin(unrelated).to_numpy()


LINES = (
    Line("SAE", 0, is_serious),
    Line("SAE: death", 1, _fatal),
    Line("SAE: life-threatening", 1, _criterion("AESLIFE")),
    Line("SAE: initial or prolonged hospitalisation", 1, _criterion("AESHOSP")),
    Line("SAE: disability or permanent damage", 1, _criterion("AESDISAB")),
    Line("SAE: congenital anomaly", 1, _criterion("AESCONG")),
    Line("SAE: other", 1, _other_serious),
    Line("AE leading to permanent discontinuation", 0, _action("DRUG WITHDRAWN")),
    Line("AE leading to interruption", 0, _action("DRUG INTERRUPTED")),
    Line("AE leading to dose reduction", 0, _action("DOSE REDUCED", "DOSE RATE REDUCED")),
    Line("Any AE", 0, lambda ae: np.ones(len(ae), dtype=bool)),
)
BY_SEVERITY = tuple(Line(f"Any {word} AE", 1, _severity(word.upper())) for word in ("severe", "moderate", "mild"))
BY_GRADE = tuple(Line(f"Any grade {number} AE", 1, _grade(number)) for number in (5, 4, 3, 2, 1))
RELATED = Line("Related AE", 0, _related)


def lines(cut: Cut) -> tuple[Line, ...]:
    """Return the lines of the study: by CTCAE grade or by severity, whichever it recorded."""
    return (*LINES, *(BY_GRADE if cut.study.ae.grading == "AETOXGR" else BY_SEVERITY), RELATED)


def records_of(cut: Cut, key: RowKey) -> Bools:
    """Return the mask over ``cut.ae`` of the emergent records behind a line of the overview."""
    line = next(line for line in lines(cut) if line.label == key[0])
    return np.asarray(line.records(cut.ae) & cut.ae["EMERGENT"].to_numpy(dtype=bool))


def ae_overview(cut: Cut) -> ResultTable:
    """Count subjects and events on each line; a grade line counts every subject with an event of that grade."""
    rows = [Row((line.label,), line.label, line.depth) for line in lines(cut)]
    where = [np.flatnonzero(records_of(cut, row.key)) for row in rows]
    row_codes = np.repeat(np.arange(len(rows), dtype=np.int64), [len(found) for found in where])
    subjects = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)[np.concatenate(where)]
    n = by_arm(cut, *distinct(row_codes, subjects, len(cut.subjects)), len(rows))
    events = by_arm(cut, row_codes, subjects, len(rows))
    return ResultTable(
        exhibit="T08",
        title="Overview of adverse events",
        subtitle=f"Treatment-emergent, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, cut.sizes.tolist(), strict=True)),
        rows=tuple(rows),
        columns=tuple(cells.arm_columns(cut, cells.COUNTS) + cells.contrast_columns(cut)),
        cells=cells.count_cells(cut, rows, n, events) | cells.contrast_cells(cut, rows, n),
        footnotes=_footnotes(cut),
    )


def _footnotes(cut: Cut) -> tuple[str, ...]:
    parts = (wording.arms, wording.denominators, wording.emergent)
    notes = [note for part in parts for note in part(cut)]
    conflicts = int((seriousness_conflict(cut.ae) & cut.ae["EMERGENT"].to_numpy(dtype=bool)).sum())
    notes.append(
        f"SAE: AESER = Y. In {conflicts} record(s) a criterion or a fatal outcome disagrees with AESER. Death: "
        "AESDTH = Y or AEOUT = FATAL. A subject with events of several kinds counts on each line."
    )
    return (*notes, *wording.contrasts(cut))


def seriousness_conflict(ae: pd.DataFrame) -> Bools:
    """Tell where a criterion or a fatal outcome disagrees with AESER, either way (definitions, decision 6).

    AESER = Y without any criterion is a conflict only where the source delivered criteria at all.
    """
    columns = [*CRITERIA, "AESMIE"]
    any_criterion = np.logical_or.reduce([is_yes(ae, column) for column in columns])
    fatal = (ae["AEOUT"].str.upper() == "FATAL").to_numpy(dtype=bool)
    delivered = any((ae[column] != "").any() for column in columns)
    grounds = any_criterion | fatal
    conflict = (grounds & ~is_serious(ae)) | (is_serious(ae) & ~grounds & delivered)
    return np.asarray(conflict, dtype=bool)
