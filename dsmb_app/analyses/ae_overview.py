"""The overview of adverse events, in the order of the FDA's standard safety tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import wording
from dsmb_app.analyses.ae_flags import (
    CRITERIA,
    NOT_RELATED,
    grade,
    is_related,
    is_serious,
    is_stop,
    is_yes,
    seriousness_conflict,
)
from dsmb_app.analyses.ae_lines import Line, lines_table
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row

Bools = npt.NDArray[np.bool_]
Predicate = Callable[[pd.DataFrame], Bools]


def _criterion(column: str) -> Predicate:
    return lambda ae: is_serious(ae) & is_yes(ae, column)


def _other_serious(ae: pd.DataFrame) -> Bools:
    none = ~np.logical_or.reduce([is_yes(ae, column) for column in CRITERIA])
    return np.asarray(is_serious(ae) & (none | is_yes(ae, "AESMIE")), dtype=bool)


def _fatal(ae: pd.DataFrame) -> Bools:
    return is_serious(ae) & (is_yes(ae, "AESDTH") | (ae["AEOUT"].str.upper() == "FATAL").to_numpy())


def _action(*values: str) -> Predicate:
    return lambda ae: ae["AEACN"].str.upper().isin(values).to_numpy()


def _severity(value: str) -> Predicate:
    return lambda ae: (ae["AESEV"].str.upper() == value).to_numpy()


def _grade(wanted: int) -> Predicate:
    return lambda ae: grade(ae) == wanted


LINES = (
    ("SAE", 0, is_serious),
    ("SAE: death", 1, _fatal),
    ("SAE: life-threatening", 1, _criterion("AESLIFE")),
    ("SAE: initial or prolonged hospitalisation", 1, _criterion("AESHOSP")),
    ("SAE: disability or permanent damage", 1, _criterion("AESDISAB")),
    ("SAE: congenital anomaly", 1, _criterion("AESCONG")),
    ("SAE: other", 1, _other_serious),
    ("AE leading to permanent discontinuation", 0, is_stop),
    ("AE leading to interruption", 0, _action("DRUG INTERRUPTED")),
    ("AE leading to dose reduction", 0, _action("DOSE REDUCED", "DOSE RATE REDUCED")),
    ("Any AE", 0, lambda ae: np.ones(len(ae), dtype=bool)),
)
BY_SEVERITY = tuple((f"Any {word} AE", 1, _severity(word.upper())) for word in ("severe", "moderate", "mild"))
BY_GRADE = tuple((f"Any grade {number} AE", 1, _grade(number)) for number in (5, 4, 3, 2, 1))
RELATED = ("Related AE", 0, is_related)


def lines(cut: Cut) -> list[Line]:
    """Return the lines of the study: by CTCAE grade or by severity, whichever it recorded."""
    emergent = cut.ae["EMERGENT"].to_numpy(dtype=bool)
    wanted = (*LINES, *(BY_GRADE if cut.study.ae.grading == "AETOXGR" else BY_SEVERITY), RELATED)
    return [Line(Row((label,), label, depth), emergent & predicate(cut.ae)) for label, depth, predicate in wanted]


def ae_overview(cut: Cut) -> ResultTable:
    """Count subjects and events on each line; a grade line counts every subject with an event of that grade."""
    return lines_table(
        cut, lines(cut), exhibit="T08", title="Overview of adverse events", rates=False, footnotes=_footnotes(cut)
    )


def _footnotes(cut: Cut) -> tuple[str, ...]:
    parts = (wording.arms, wording.denominators, wording.emergent)
    notes = [note for part in parts for note in part(cut)]
    conflicts = int((seriousness_conflict(cut.ae) & cut.ae["EMERGENT"].to_numpy(dtype=bool)).sum())
    notes.append(
        f"SAE: AESER = Y. In {conflicts} record(s) a criterion or a fatal outcome disagrees with AESER. Death: "
        "AESDTH = Y or AEOUT = FATAL. A subject with events of several kinds counts on each line."
    )
    notes.append(f"Related: AEREL given, and not one of {', '.join(NOT_RELATED)}.")
    return (*notes, *wording.contrasts(cut))
