"""The numbered list: ONE definition behind every page and every sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import (
    ae_grades,
    ae_overview,
    by_cycle,
    cytopenia,
    data_quality,
    demographics,
    discontinuation,
    disposition,
    enrolment,
    exposure,
    infections,
    lab_levels,
    lab_shifts,
    listing_counts,
    liver,
    medication,
    migration,
    special_interest,
    stands_out,
    vital_signs,
    wording,
)
from dsmb_app.analyses.ae_flags import actions_recorded
from dsmb_app.analyses.exhibit_kinds import (
    Exhibit,
    InOpen,
    always,
    emergent,
    lab_exhibit,
    line_exhibit,
    randomised_exhibit,
    severe,
    term_exhibit,
)
from dsmb_app.model.cut import Cut
from dsmb_app.model.errors import Refusal
from dsmb_app.model.events import is_serious
from dsmb_app.model.result import RowKey

Bools = npt.NDArray[np.bool_]


_TABLES = (
    randomised_exhibit("F1", "Participant flow", disposition.flow_table, disposition.flow_subjects),
    randomised_exhibit("T01", "Enrolment by site and month", enrolment.enrolment, enrolment.enrolled),
    randomised_exhibit("T02", "Disposition", disposition.disposition, disposition.subjects_of),
    Exhibit(
        "T03",
        "Screen failures",
        InOpen.ALWAYS,
        enrolment.screen_failures,
        enrolment.failed,
        members=enrolment.everybody,
    ),
    Exhibit(
        "T05",
        demographics.TITLE,
        InOpen.ALWAYS,
        demographics.demographics,
        demographics.subjects,
        beside=demographics.beside,
    ),
    Exhibit("T06", "Exposure", InOpen.ALWAYS, exposure.exposure, exposure.subjects_of, beside=exposure.beside),
    Exhibit(
        "T07",
        data_quality.TITLE,
        InOpen.IF_SAFETY,
        data_quality.data_quality,
        data_quality.subjects,
        behind=data_quality.behind,
        narrowed=data_quality.narrowed,
    ),
    line_exhibit("T08", "Overview of adverse events", ae_overview.ae_overview, ae_overview.lines),
    term_exhibit("T09", "Adverse events by system organ class and preferred term", emergent),
    Exhibit(
        "T10",
        "Adverse events by worst grade",
        InOpen.IF_SAFETY,
        ae_grades.ae_grades,
        ae_grades.subjects,
        ae_grades.records,
        narrowed=always,
    ),
    term_exhibit("T11", "Serious adverse events", lambda cut: emergent(cut) & is_serious(cut.ae), wording.seriousness),
    Exhibit(
        "T12",
        discontinuation.TITLE,
        InOpen.IF_SAFETY,
        discontinuation.discontinuation,
        discontinuation.subjects,
        discontinuation.records,
        narrowed=lambda cut, _row: actions_recorded(cut.ae),
    ),
    term_exhibit("T13", "Adverse events of grade 3 or higher, or severe", severe, wording.grading),
    Exhibit(
        vital_signs.EXHIBIT,
        vital_signs.TITLE,
        InOpen.IF_SAFETY,
        vital_signs.vital_sign_table,
        vital_signs.subjects,
        behind=vital_signs.behind,
        beside=vital_signs.beside,
    ),
    line_exhibit(
        "K14", "Adverse events of special interest", special_interest.special_interest, special_interest.lines
    ),
    replace(line_exhibit("K15", "Infections", infections.infections, infections.lines), beside=medication.background),
    lab_exhibit(lab_levels.EXHIBIT, lab_levels.TITLE, lab_levels.lab_levels, lab_levels.lines),
    lab_exhibit(lab_shifts.EXHIBIT, lab_shifts.TITLE, lab_shifts.lab_shifts, lab_shifts.lines),
    lab_exhibit("K18", "Liver tests and potential Hy's law", liver.liver, liver.lines),
    lab_exhibit("K18M", migration.TITLE, migration.migration, migration.lines),
    lab_exhibit(cytopenia.EXHIBIT, cytopenia.TITLE, cytopenia.cytopenia, cytopenia.lines),
    Exhibit(
        by_cycle.EXHIBIT,
        by_cycle.TITLE,
        InOpen.IF_SAFETY,
        by_cycle.by_cycle,
        by_cycle.subjects,
        by_cycle.records,
        narrowed=always,
    ),
    Exhibit(
        listing_counts.EXHIBIT,
        listing_counts.TITLE,
        InOpen.IF_SAFETY,
        listing_counts.listing_counts,
        listing_counts.subjects,
        behind=listing_counts.behind,
        narrowed=listing_counts.narrowed,
    ),
)

_SCREENED = tuple(one for one in _TABLES if one.id in stands_out.SCREENED)


def _behind_origin(cut: Cut, key: RowKey) -> Bools:
    number, own = stands_out.origin(key)
    return exhibit(number).subjects(cut, own)


EXHIBITS = (
    Exhibit(
        stands_out.EXHIBIT,
        stands_out.TITLE,
        InOpen.NEVER,
        lambda cut: stands_out.stands_out(cut, _SCREENED),
        _behind_origin,
        narrowed=always,
        origin=stands_out.origin,
        whole=True,
    ),
    *_TABLES,
)

_BY_ID = {exhibit.id: exhibit for exhibit in EXHIBITS}


def exhibit(number: str) -> Exhibit:
    """Return the exhibit of a number. Raises Refusal, naming the known ones, for a number that is none."""
    if number not in _BY_ID:
        raise Refusal("EXHIBIT-UNKNOWN", f"There is no exhibit '{number}'.", f"Known are: {', '.join(_BY_ID)}.")
    return _BY_ID[number]
