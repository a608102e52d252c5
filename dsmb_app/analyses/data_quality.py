"""Data quality: where the sources contradict each other or leave out what a table needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.ae_flags import (
    actions_recorded,
    criteria_delivered,
    grade,
    has_grounds,
    is_fatal_outcome,
    is_stop,
)
from dsmb_app.analyses.ae_lines import Line, lines_table, with_records
from dsmb_app.analyses.deaths import deaths
from dsmb_app.analyses.discontinuation import by_disposition
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import grading_used, intensity, is_serious
from dsmb_app.model.result import ResultTable, Row

Bools = npt.NDArray[np.bool_]

TITLE = "Data quality: adverse events"


def lines(cut: Cut) -> list[Line]:
    """Return a line for each kind of disagreement or gap; what the delivery has no column for is not asked."""
    return [*_seriousness(cut), *_deaths(cut), *_grades(cut), *_stopped(cut), *_dates(cut), *_gaps(cut)]


def data_quality(cut: Cut) -> ResultTable:
    """Count the subjects and records of each line, emergent or not."""
    notes = [*wording.arms(cut), *wording.denominators(cut), *_footnotes(cut)]
    return lines_table(
        cut,
        cut.once(lines),
        exhibit="T07",
        title=TITLE,
        rates=False,
        footnotes=notes,
        contrasts=False,
        subtitle="Disagreements between sources, and gaps",
    )


def _line(records: Bools, *key: str, label: str = "") -> Line:
    return Line(Row(key, label or ": ".join(key)), records)


def _of_subjects(cut: Cut, subjects: Bools, *key: str) -> Line:
    return Line(Row(key, ": ".join(key)), np.zeros(len(cut.ae), dtype=bool), subjects)


def _treated(cut: Cut) -> Bools:
    return np.asarray(cut.safety[cut.ae["SUBJECT"].to_numpy()], dtype=bool)


def _timely(cut: Cut) -> Bools:
    """Return the records of treated subjects that do not begin after the cut-off."""
    return _treated(cut) & (cut.ae["CUTFL"] != "Y").to_numpy(dtype=bool)


def _seriousness(cut: Cut) -> list[Line]:
    mine, serious, grounds = _timely(cut), is_serious(cut.ae), has_grounds(cut.ae)
    said = "AESER is not Y although a criterion or a fatal outcome says so"
    found = [_line(mine & grounds & ~serious, "Seriousness", said)]
    if criteria_delivered(cut.ae):
        found.append(_line(mine & serious & ~grounds, "Seriousness", "AESER = Y without any criterion"))
    return found


def _deaths(cut: Cut) -> list[Line]:
    found = deaths(cut)
    alone = found.records & found.ae_alone[cut.ae["SUBJECT"].to_numpy()]
    return [
        _line(alone, "Death", "AE fatal, no death in DS or DM"),
        _of_subjects(cut, found.no_event, "Death", "DS or DM death, no fatal AE"),
        _of_subjects(cut, found.ds_or_dm, "Death", "in one of DS and DM alone"),
    ]


def _grades(cut: Cut) -> list[Line]:
    if grading_used(cut.ae, cut.study.ae.grading) != "AETOXGR":
        return []
    mine, worst, fatal = _timely(cut), grade(cut.ae) == 5, is_fatal_outcome(cut.ae)
    return [
        _line(mine & worst & ~fatal, "Grade 5 and outcome not fatal"),
        _line(mine & fatal & ~worst, "Outcome fatal and grade not 5"),
    ]


def _stopped(cut: Cut) -> list[Line]:
    if not actions_recorded(cut.ae):
        return []
    stops, by_ds = _timely(cut) & is_stop(cut.ae), by_disposition(cut)
    otherwise = (cut.subjects["EOSREAS"] != "").to_numpy(dtype=bool) & ~by_ds
    no_event = by_ds & ~with_records(cut, stops)
    return [
        _of_subjects(cut, no_event, "Stopped", "DS says adverse event, no AE with DRUG WITHDRAWN"),
        _line(stops & otherwise[cut.ae["SUBJECT"].to_numpy()], "Stopped", "AE with DRUG WITHDRAWN, DS says otherwise"),
    ]


def _dates(cut: Cut) -> list[Line]:
    mine, precision = _timely(cut), cut.ae["AESTDY_P"].to_numpy(dtype=object)
    start, end = (cut.ae[column].to_numpy(dtype=float) for column in ("AESTDY_LO", "AEENDY_HI"))
    known = {"month only": "M", "year only": "Y", "no date": ""}
    late = _treated(cut) & (cut.ae["CUTFL"] == "Y").to_numpy(dtype=bool)
    return [
        *(_line(mine & (precision == code), "Start", name) for name, code in known.items()),
        _line(late, "Start after the data cut-off"),
        _line(mine & (end < start), "End before start"),
    ]


def _gaps(cut: Cut) -> list[Line]:
    mine, uncoded = _timely(cut), (cut.ae["AEDECOD"] == "").to_numpy(dtype=bool)
    graded = grading_used(cut.ae, cut.study.ae.grading) == "AETOXGR"
    unknown = np.isnan(intensity(cut.ae, cut.study.ae.grading))
    return [
        _line(mine & uncoded, "Uncoded term"),
        _line(mine & unknown, "No grade", label="No grade" if graded else "No severity"),
    ]


def _footnotes(cut: Cut) -> list[str]:
    notes = [
        "Records: adverse events of treated subjects, emergent or not, that do not begin after the data cut-off "
        f"({cut.study.study.cutoff}), except on the line that counts those. Events: records; a line about "
        "subjects has none.",
        "Death: AE fatal is AESDTH = Y, AEOUT = FATAL or grade 5; DS is DSDECOD = DEATH, DM is DTHFL = Y or a DTHDTC; "
        "a record of DD counts with DS and DM. Stopped: reason of the last disposition event in DS. End before start: "
        "even the last day that the end can mean.",
        *wording.grading(cut),
    ]
    if not actions_recorded(cut.ae):
        notes.append("AEACN is empty in every record, so that stopping treatment is not compared with DS.")
    if cut.held_back:
        notes.append(f"Except held back from open sessions: {', '.join(cut.held_back)}.")
    return notes
