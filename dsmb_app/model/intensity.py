"""How intense an event is, as a number, and whether it worsened since it began (definitions 2.5 and 9)."""

from __future__ import annotations

import math
import re
import tomllib
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.resource_files import resource

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SEVERITIES = ("MILD", "MODERATE", "SEVERE")
"""The words of AESEV, from 1 on; they are compared with each other, never with grades."""
_GRADE = re.compile(r"^(?:GRADE\s*)?([1-5])(?:\.0+)?$", re.IGNORECASE)
"""Programs that keep a column with gaps as decimal numbers write 3 as "3.0"."""


def toxicity_grade(texts: pd.Series) -> Floats:
    """Return a grade from 1 to 5 ("3", "3.0" and "GRADE 3" are the same), NaN where the text is blank or neither."""
    codes, distinct = pd.factorize(texts.to_numpy(dtype=object))
    found = [_GRADE.match(str(text)) for text in distinct]
    # What is missing has the code -1, the last place of the list.
    return np.array([*(float(one[1]) if one else math.nan for one in found), math.nan])[codes]


def severity(texts: pd.Series) -> Floats:
    """Return 1 mild, 2 moderate, 3 severe, NaN where the text is blank or none of these."""
    places = {word: float(place) for place, word in enumerate(SEVERITIES, start=1)}
    return np.asarray(texts.str.upper().map(places).to_numpy(dtype=float), dtype=float)


@cache
def initial_columns() -> dict[str, str]:
    """Read resources/columns/intensity.toml: column of the initial intensity -> column of the later one."""
    table = tomllib.loads(resource("columns", "intensity.toml").read_text(encoding="utf-8"))
    return {str(initial): str(later) for initial, later in table["initial"].items()}


def initial_column(ae: pd.DataFrame) -> str:
    """Return the column of the initial intensity that the records use, "" where none has a value."""
    return next((column for column in initial_columns() if column in ae and (ae[column] != "").any()), "")


def worsened(ae: pd.DataFrame) -> Bools:
    """Tell where the intensity is above the initial one, or either is missing; nowhere without an initial column."""
    initial = initial_column(ae)
    if not initial:
        return np.zeros(len(ae), dtype=bool)
    later = initial_columns()[initial]
    scale = toxicity_grade if later == "AETOXGR" else severity
    # A missing value compares as not "at most", which is what the rule asks for.
    return np.asarray(~(scale(ae[later]) <= scale(ae[initial])), dtype=bool)
