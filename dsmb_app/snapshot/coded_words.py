"""Coded columns of AE and DM that counts rest on: one in words of its own is refused, single such words are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.model.intensity import severity, toxicity_grade
from dsmb_app.snapshot.adam_made import Made
from dsmb_app.snapshot.source import Dataset, text

Bools = npt.NDArray[np.bool_]

_FLAGS = {
    "AE": ("AESER", "AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE"),
    "DM": ("DTHFL",),
}
_ANSWERS = frozenset({"", "Y", "N", "U", "NA"})
"""What a flag may say (SDTM controlled terms NY); of these only Y counts."""
_TERMS = {
    "AEACN": ("DRUG WITHDRAWN", ("DOSE INCREASED", "DOSE NOT CHANGED", "DOSE RATE REDUCED", "DOSE REDUCED",
              "DRUG INTERRUPTED", "NOT APPLICABLE", "UNKNOWN", "MULTIPLE")),
    "AEOUT": ("FATAL", ("NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE",
              "RECOVERING/RESOLVING", "UNKNOWN")),
}  # fmt: skip
"""Controlled terms of SDTM: the one on which a count rests, and the others."""


def check_flags(datasets: Mapping[str, Dataset]) -> None:
    """Refuse a flag of which more than half of the filled cells say neither Y nor N: "Yes" would count as nobody's."""
    for name, columns in _FLAGS.items():
        dataset = datasets[name]
        for column in (column for column in columns if column in dataset.frame):
            filled, strange = (text(dataset, column).str.strip() != "").to_numpy(), _no_answer(dataset, column)
            if 2 * strange.sum() > filled.sum():
                place = int(strange.argmax())
                raise Refusal(
                    "FLAG-NOT-YN",
                    f"{column} holds '{text(dataset, column).iloc[place].strip()[:20]}', where only Y and N can be "
                    f"counted ({int(strange.sum())} of {int(filled.sum())} values are neither).",
                    "Ask for a file in which this column is Y or N.",
                    file=dataset.file_name,
                    row=(int(dataset.rows[place]) if isinstance(dataset, Made) else place) + 1,
                )


def count_strange_words(datasets: Mapping[str, Dataset], count: Callable[[str, int], None]) -> None:
    """Tell ``count(rule, n)`` how many cells hold a word that is none of the column's, and so count as blank."""
    for name, columns in _FLAGS.items():
        for column in (column for column in columns if column in datasets[name].frame):
            count(f"{name}.{column} neither Y nor N, not counted as Y", int(_no_answer(datasets[name], column).sum()))
    for column, what, read in (("AETOXGR", "no grade", toxicity_grade), ("AESEV", "no severity", severity)):
        if column in datasets["AE"].frame:
            words = text(datasets["AE"], column).str.strip()
            count(f"AE.{column} texts that are {what}", int(((words != "").to_numpy() & np.isnan(read(words))).sum()))
    for column, (counts, others) in _TERMS.items():
        if column in datasets["AE"].frame:
            strange = ~text(datasets["AE"], column).str.strip().str.upper().isin(("", counts, *others))
            count(f"AE.{column} texts that are no controlled term: not counted as {counts}", int(strange.sum()))


def _no_answer(dataset: Dataset, column: str) -> Bools:
    said: pd.Series = text(dataset, column).str.strip().str.upper()
    return ~said.isin(_ANSWERS).to_numpy(dtype=bool)
