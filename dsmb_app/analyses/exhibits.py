"""The numbered list: ONE definition behind every page and every sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import (
    ae_incidence,
    ae_overview,
    cytopenia,
    disposition,
    edish,
    exposure,
    infections,
    liver,
    special_interest,
)
from dsmb_app.analyses.ae_flags import is_serious, is_severe, is_stop
from dsmb_app.analyses.ae_lines import Line, records_behind
from dsmb_app.analyses.liver import LabLine, behind
from dsmb_app.model.cut import Cut
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import ResultTable, RowKey, Scatter
from dsmb_app.model.words import Level

Bools = npt.NDArray[np.bool_]


class InOpen(Enum):
    """When an exhibit may be seen in an open session."""

    ALWAYS = "always"
    IF_SAFETY = "if open.safety"


@dataclass(frozen=True)
class Exhibit:
    """An exhibit: its number, its title, how it is computed and who stands behind a row.

    ``subjects``: mask over ``cut.subjects``; ``records``: mask over ``cut.ae``, or None where rows count no records;
    ``labs``: the laboratory tests that a row is about, or None; ``members``: who belongs to a column.
    """

    id: str
    title: str
    in_open: InOpen
    build: Callable[[Cut], ResultTable]
    subjects: Callable[[Cut, RowKey], Bools]
    records: Callable[[Cut, RowKey], Bools] | None = None
    labs: Callable[[RowKey], tuple[str, ...]] | None = None
    members: Callable[[Cut, str], Bools] = Cut.in_column

    def allowed(self, cut: Cut) -> bool:
        """Tell whether the exhibit may be seen at the cut's level."""
        return cut.level is not Level.POOLED or self.in_open is InOpen.ALWAYS or cut.study.open.safety


def _emergent(cut: Cut) -> Bools:
    return cut.ae["EMERGENT"].to_numpy(dtype=bool)


def _severe(cut: Cut) -> Bools:
    return _emergent(cut) & is_severe(cut.ae, cut.study.ae.grading)


def _with_records(records: Callable[[Cut, RowKey], Bools]) -> Callable[[Cut, RowKey], Bools]:
    """Return who has at least one of the records behind a row."""

    def subjects(cut: Cut, key: RowKey) -> Bools:
        mask = np.zeros(len(cut.subjects), dtype=bool)
        mask[cut.ae["SUBJECT"].to_numpy()[records(cut, key)]] = True
        return mask

    return subjects


def _term_exhibit(number: str, title: str, among: Callable[[Cut], Bools]) -> Exhibit:
    def records(cut: Cut, key: RowKey) -> Bools:
        return ae_incidence.records_of(cut, key, among(cut))

    def build(cut: Cut) -> ResultTable:
        return ae_incidence.ae_incidence(cut, exhibit=number, title=title, among=among(cut))

    return Exhibit(number, title, InOpen.IF_SAFETY, build, _with_records(records), records)


def _line_exhibit(
    number: str, title: str, build: Callable[[Cut], ResultTable], lines: Callable[[Cut], list[Line]]
) -> Exhibit:
    def records(cut: Cut, key: RowKey) -> Bools:
        return records_behind(lines(cut), key)

    return Exhibit(number, title, InOpen.IF_SAFETY, build, _with_records(records), records)


def _lab_exhibit(
    number: str, title: str, build: Callable[[Cut], ResultTable], lines: Callable[[Cut], list[LabLine]]
) -> Exhibit:
    def subjects(cut: Cut, key: RowKey) -> Bools:
        return behind(lines(cut), key)

    return Exhibit(number, title, InOpen.IF_SAFETY, build, subjects, labs=liver.tests_of)


EXHIBITS = (
    Exhibit(
        "T02",
        "Disposition",
        InOpen.ALWAYS,
        disposition.disposition,
        disposition.subjects_of,
        members=disposition.in_column,
    ),
    Exhibit("T06", "Exposure", InOpen.ALWAYS, exposure.exposure, exposure.subjects_of),
    _line_exhibit("T08", "Overview of adverse events", ae_overview.ae_overview, ae_overview.lines),
    _term_exhibit("T09", "Adverse events by system organ class and preferred term", _emergent),
    _term_exhibit("T11", "Serious adverse events", lambda cut: _emergent(cut) & is_serious(cut.ae)),
    _term_exhibit("T12", "Adverse events leading to discontinuation", lambda cut: _emergent(cut) & is_stop(cut.ae)),
    _term_exhibit("T13", "Adverse events of grade 3 or higher, or severe", _severe),
    _line_exhibit(
        "K14", "Adverse events of special interest", special_interest.special_interest, special_interest.lines
    ),
    _line_exhibit("K15", "Infections", infections.infections, infections.lines),
    _lab_exhibit("K17", "Blood counts: shift of grade", cytopenia.cytopenia, cytopenia.lines),
    _lab_exhibit("K18", "Liver tests and potential Hy's law", liver.liver, liver.lines),
)

FIGURES: dict[str, Callable[[Cut], Scatter]] = {"F18": edish.edish}
"""Figures that are more than a drawing of their table's cells."""

_BY_ID = {exhibit.id: exhibit for exhibit in EXHIBITS}


def exhibit(number: str) -> Exhibit:
    """Return the exhibit of a number. Raises Refusal, naming the known ones, for a number that is none."""
    if number not in _BY_ID:
        raise Refusal("EXHIBIT-UNKNOWN", f"There is no exhibit '{number}'.", f"Known are: {', '.join(_BY_ID)}.")
    return _BY_ID[number]
