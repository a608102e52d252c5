"""The numbered list: ONE definition behind every page and every sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import (
    ae_grades,
    ae_incidence,
    ae_overview,
    by_cycle,
    cytopenia,
    data_quality,
    discontinuation,
    disposition,
    exposure,
    infections,
    lab_levels,
    lab_shifts,
    liver,
    medication,
    migration,
    special_interest,
    wording,
)
from dsmb_app.analyses.ae_flags import actions_recorded, is_severe
from dsmb_app.analyses.ae_lines import Line, line_of, subjects_behind, with_records
from dsmb_app.analyses.lab_lines import LabLine, behind
from dsmb_app.model.cut import Cut
from dsmb_app.model.errors import Refusal
from dsmb_app.model.events import is_serious
from dsmb_app.model.result import ResultTable, RowKey
from dsmb_app.model.words import Level

Bools = npt.NDArray[np.bool_]


class InOpen(Enum):
    """When an exhibit may be seen in an open session."""

    ALWAYS = "always"
    IF_SAFETY = "if open.safety"


def _never(_cut: Cut, _row: RowKey) -> bool:
    return False


def _always(_cut: Cut, _row: RowKey) -> bool:
    return True


def _nothing(_cut: Cut) -> dict[str, list[str]]:
    return {}


@dataclass(frozen=True)
class Exhibit:
    """An exhibit: its number, its title, how it is computed and who stands behind a row.

    ``subjects``: mask over ``cut.subjects``; ``records``: mask over ``cut.ae``, or None where rows count no records;
    ``labs``: the laboratory tests that a row is about, or None; ``members``: who belongs to a column; ``narrowed``:
    whether the filters of records touch a row, () the whole exhibit (those of subjects touch every one); ``beside``:
    further columns of its lists of subjects, by header, one text for each of ``cut.subjects``.
    """

    id: str
    title: str
    in_open: InOpen
    build: Callable[[Cut], ResultTable]
    subjects: Callable[[Cut, RowKey], Bools]
    records: Callable[[Cut, RowKey], Bools] | None = None
    labs: Callable[[Cut, RowKey], tuple[str, ...]] | None = None
    members: Callable[[Cut, str], Bools] = Cut.in_column
    narrowed: Callable[[Cut, RowKey], bool] = _never
    beside: Callable[[Cut], dict[str, list[str]]] = _nothing

    def allowed(self, cut: Cut) -> bool:
        """Tell whether the exhibit may be seen at the cut's level."""
        return cut.level is not Level.POOLED or self.in_open is InOpen.ALWAYS or cut.study.open.safety

    def made(self, cut: Cut) -> ResultTable:
        """Return the exhibit, its subtitle with the filters that touch it."""
        table = self.build(cut)
        return replace(table, subtitle=table.subtitle + self.only(cut), styles=cut.styles)

    def only(self, cut: Cut, row: RowKey = ()) -> str:
        """Return the filters that touch a row, () the whole exhibit, as the end of a line; "" for none."""
        return wording.only(cut, records=self.narrowed(cut, row))


def _emergent(cut: Cut) -> Bools:
    return cut.ae["EMERGENT"].to_numpy(dtype=bool)


def _severe(cut: Cut) -> Bools:
    return _emergent(cut) & is_severe(cut.ae, cut.study.ae.grading)


def _no_notes(_: Cut) -> list[str]:
    return []


def _term_exhibit(
    number: str, title: str, among: Callable[[Cut], Bools], notes: Callable[[Cut], list[str]] = _no_notes
) -> Exhibit:
    def records(cut: Cut, key: RowKey) -> Bools:
        return ae_incidence.records_of(cut, key, among(cut), ae_incidence.terms)

    def subjects(cut: Cut, key: RowKey) -> Bools:
        return with_records(cut, records(cut, key))

    def build(cut: Cut) -> ResultTable:
        return ae_incidence.ae_incidence(cut, exhibit=number, title=title, among=among(cut), notes=notes(cut))

    return Exhibit(number, title, InOpen.IF_SAFETY, build, subjects, records, narrowed=_always)


def _line_exhibit(
    number: str,
    title: str,
    build: Callable[[Cut], ResultTable],
    lines: Callable[[Cut], list[Line]],
    *,
    filtered: bool = True,
) -> Exhibit:
    def records(cut: Cut, key: RowKey) -> Bools:
        return line_of(cut.once(lines), key).records

    def subjects(cut: Cut, key: RowKey) -> Bools:
        return subjects_behind(cut, line_of(cut.once(lines), key))

    def narrowed(cut: Cut, key: RowKey) -> bool:
        return filtered and (not key or line_of(cut.once(lines), key).subjects is None)

    return Exhibit(number, title, InOpen.IF_SAFETY, build, subjects, records, narrowed=narrowed)


def _lab_exhibit(
    number: str, title: str, build: Callable[[Cut], ResultTable], lines: Callable[[Cut], list[LabLine]]
) -> Exhibit:
    def subjects(cut: Cut, key: RowKey) -> Bools:
        return behind(cut.once(lines), key).met

    def labs(cut: Cut, key: RowKey) -> tuple[str, ...]:
        return behind(cut.once(lines), key).tests

    return Exhibit(number, title, InOpen.IF_SAFETY, build, subjects, labs=labs)


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
    _line_exhibit("T07", data_quality.TITLE, data_quality.data_quality, data_quality.lines, filtered=False),
    _line_exhibit("T08", "Overview of adverse events", ae_overview.ae_overview, ae_overview.lines),
    _term_exhibit("T09", "Adverse events by system organ class and preferred term", _emergent),
    Exhibit(
        "T10",
        "Adverse events by worst grade",
        InOpen.IF_SAFETY,
        ae_grades.ae_grades,
        ae_grades.subjects,
        ae_grades.records,
        narrowed=_always,
    ),
    _term_exhibit(
        "T11", "Serious adverse events", lambda cut: _emergent(cut) & is_serious(cut.ae), wording.seriousness
    ),
    Exhibit(
        "T12",
        discontinuation.TITLE,
        InOpen.IF_SAFETY,
        discontinuation.discontinuation,
        discontinuation.subjects,
        discontinuation.records,
        narrowed=lambda cut, _row: actions_recorded(cut.ae),
    ),
    _term_exhibit("T13", "Adverse events of grade 3 or higher, or severe", _severe, wording.grading),
    _line_exhibit(
        "K14", "Adverse events of special interest", special_interest.special_interest, special_interest.lines
    ),
    replace(_line_exhibit("K15", "Infections", infections.infections, infections.lines), beside=medication.background),
    _lab_exhibit(lab_levels.EXHIBIT, lab_levels.TITLE, lab_levels.lab_levels, lab_levels.lines),
    _lab_exhibit(lab_shifts.EXHIBIT, lab_shifts.TITLE, lab_shifts.lab_shifts, lab_shifts.lines),
    _lab_exhibit("K18", "Liver tests and potential Hy's law", liver.liver, liver.lines),
    _lab_exhibit("K18M", migration.TITLE, migration.migration, migration.lines),
    _lab_exhibit(cytopenia.EXHIBIT, cytopenia.TITLE, cytopenia.cytopenia, cytopenia.lines),
    Exhibit(
        by_cycle.EXHIBIT,
        by_cycle.TITLE,
        InOpen.IF_SAFETY,
        by_cycle.by_cycle,
        by_cycle.subjects,
        by_cycle.records,
        narrowed=_always,
    ),
)

_BY_ID = {exhibit.id: exhibit for exhibit in EXHIBITS}


def exhibit(number: str) -> Exhibit:
    """Return the exhibit of a number. Raises Refusal, naming the known ones, for a number that is none."""
    if number not in _BY_ID:
        raise Refusal("EXHIBIT-UNKNOWN", f"There is no exhibit '{number}'.", f"Known are: {', '.join(_BY_ID)}.")
    return _BY_ID[number]
