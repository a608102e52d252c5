"""Who was screened, randomised and treated, who completed, who left and why: disposition (T02) and flow (F1)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import conduct
from dsmb_app.analyses.conduct import Line, counted
from dsmb_app.model.cut import Cut
from dsmb_app.model.filters import flagged, flags
from dsmb_app.model.result import ResultTable, RowKey
from dsmb_app.model.words import TOTAL

Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

COMPLETED = "COMPLETED"
_FEWEST = 2
"""A reason in the reporter's own words is a row from so many subjects on; what one wrote is that subject's."""
_PLANNED = (
    "% of randomised subjects (of screened ones on the {screened}). Arms are the planned ones whatever the "
    "choice elsewhere, because an untreated subject has no actual arm."
)
_FINER = f"Below a reason: DSTERM, where it has several and {_FEWEST} subjects or more share one."


def randomised(cut: Cut) -> Bools:
    """Return the mask over ``cut.subjects`` of the randomised subjects, within the stratum."""
    return (cut.subjects["RANDFL"] == "Y").to_numpy(dtype=bool) & cut.stratum


def in_column(cut: Cut, name: str) -> Bools:
    """Return the randomised subjects of a planned arm; the total has everybody who was screened."""
    if name == TOTAL:
        return cut.stratum
    return randomised(cut) & (cut.subjects["PLANNEDARM"] == cut.arms.index(name)).to_numpy(dtype=bool)


def reasons(cut: Cut) -> Texts:
    """Return by subject why it ended (DSDECOD of the last disposition event), "" where it has not or nobody says."""
    return np.asarray(cut.subjects["EOSREAS"].to_numpy(dtype=object))


def terms(cut: Cut) -> Texts:
    """Return by subject the reason in the reporter's own words: DSTERM of the record that ``reasons`` is from."""
    found = np.full(len(cut.subjects), "", dtype=object)
    ds = cut.others["ds"]
    if "DSTERM" not in ds:
        return found
    decoded = pd.Series(reasons(cut)[ds["SUBJECT"].to_numpy(dtype=np.int64)], ds.index)
    same = (ds["DSDECOD"].str.upper() == decoded) & (decoded != "") & (ds["CUTFL"] != "Y")
    last = ds[same.to_numpy(dtype=bool)].sort_values(["DSSTDY_HI", "DSSEQ", "DSTERM"], na_position="first")
    found[last["SUBJECT"].to_numpy(dtype=np.int64)] = last["DSTERM"].to_numpy(dtype=object)
    return found


def by_reason(cut: Cut, key: RowKey, among: Bools, *, every_term: bool = False) -> list[Line]:
    """Return a line for each reason that somebody among them has, by frequency, and below it those of its words.

    ``every_term``: also words that one subject alone has, as far as the level shows such counts.
    """
    said, found = terms(cut), []
    for line in conduct.by_text(key, reasons(cut), among, frequent=True):
        found.append(line)
        reason = line.row.key[-1]
        worded = conduct.by_text(line.row.key, said, line.members & (said != "") & (said != reason), frequent=True)
        several = every_term or len(set(said[line.members])) > 1
        least = max(conduct.small(cut), 1) if every_term else max(cut.study.open.small_cells, _FEWEST)
        found += [one for one in worded if several and int(one.members.sum()) >= least]
    return found


def lines(cut: Cut) -> list[Line]:
    """Return the rows of T02: flow first, end of study with reasons, then population flags."""
    chosen, reason = randomised(cut), reasons(cut)
    treated, completed, ended = cut.safety, reason == COMPLETED, reason != ""
    everybody = cut.stratum
    stopped = chosen & ended & ~completed
    found = [
        counted(("Screened",), everybody, everybody, total_alone=True),
        _under(counted(("Screened, not randomised",), everybody & ~chosen, everybody, total_alone=True)),
        counted(("Randomised",), chosen),
        _under(counted(("Treated",), chosen & treated)),
        _under(counted(("Not treated",), chosen & ~treated)),
        counted(("Completed",), chosen & completed),
        counted(("Discontinued",), stopped),
        *by_reason(cut, ("Discontinued",), stopped),
        counted(("Ongoing or not stated",), chosen & ~ended),
    ]
    for name in flags(cut.subjects):
        with_it = flagged(cut.subjects, name)
        found.append(counted(("Flag", name), chosen & with_it).labelled(f"Flag {name}", 0))
        found.append(counted(("No flag", name), chosen & ~with_it).labelled(f"No flag {name}", 0))
        left = by_reason(cut, ("No flag", name), stopped & ~with_it)
        found += [line.labelled(line.row.label, line.row.depth - 1) for line in left]
    return found


def _under(line: Line) -> Line:
    return line.labelled(line.row.label, 1)


def subjects_of(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row of T02, over all columns."""
    return conduct.behind(cut.once(lines), key)


def disposition(cut: Cut) -> ResultTable:
    """Count subjects on each row by planned arm, out of those randomised; screening is known in total alone."""
    notes = [
        _PLANNED.format(screened="first two rows"),
        f"End of study: last disposition event of DS up to the data cut-off ({cut.study.study.cutoff}).",
        _FINER,
    ]
    if flags(cut.subjects):
        notes.append(
            "Flag: a qualifier of DM that the study file allows, of value Y; below its absence, why they left."
        )
    return of_randomised(cut, cut.once(lines), "T02", "Disposition", notes)


def of_randomised(cut: Cut, found: list[Line], exhibit: str, title: str, notes: list[str]) -> ResultTable:
    """Return a table of the randomised subjects by planned arm; its total column has all that were screened."""
    chosen = randomised(cut)
    return conduct.table(
        cut,
        found,
        exhibit=exhibit,
        title=title,
        subtitle="All screened subjects; arms as randomised",
        among=conduct.Among(f"Randomised, N={int(chosen.sum())}", chosen, in_column),
        footnotes=notes,
    )


def flow_lines(cut: Cut) -> list[Line]:
    """Return the rows of F1: each level of the flow is made up of the rows below it."""
    chosen, reason = randomised(cut), reasons(cut)
    everybody, treated, completed = cut.stratum, chosen & cut.safety, reason == COMPLETED
    stopped = treated & (reason != "") & ~completed
    out = everybody & ~chosen
    return [
        counted(("Screened",), everybody, everybody, total_alone=True),
        counted(("Not randomised",), out, everybody, total_alone=True),
        *(
            counted(line.row.key, line.members, everybody, total_alone=True)
            for line in conduct.by_text(("Not randomised",), reason, out, frequent=True)
        ),
        counted(("Randomised",), chosen),
        counted(("Not treated",), chosen & ~treated),
        *conduct.by_text(("Not treated",), reason, chosen & ~treated, frequent=True),
        counted(("Treated",), treated),
        counted(("Stopped",), stopped),
        *conduct.by_text(("Stopped",), reason, stopped, frequent=True),
        counted(("Completed",), treated & completed),
        counted(("Ongoing or not stated",), treated & (reason == "")),
    ]


def flow_subjects(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row of F1, over all columns."""
    return conduct.behind(cut.once(flow_lines), key)


def flow_table(cut: Cut) -> ResultTable:
    """Count the flow of participants by planned arm."""
    notes = [
        _PLANNED.format(screened="rows before Randomised"),
        "Screened = not randomised + randomised; randomised = not treated + treated; treated = stopped + completed + "
        "ongoing or not stated. Reasons: DSDECOD of the last disposition event up to the data cut-off "
        f"({cut.study.study.cutoff}).",
    ]
    return of_randomised(cut, cut.once(flow_lines), "F1", "Participant flow", notes)
