"""Enrolment by site and month (T01), and screen failures with their reasons (T03)."""

from __future__ import annotations

import numpy as np

from dsmb_app.analyses import conduct
from dsmb_app.analyses.conduct import Bools, Line, counted
from dsmb_app.analyses.disposition import by_reason, of_randomised, randomised
from dsmb_app.model.cut import Cut
from dsmb_app.model.filters import flags
from dsmb_app.model.result import ResultTable, RowKey


def enrolment_lines(cut: Cut) -> list[Line]:
    """Return the rows of T01: everybody, population flags, countries where more than one, sites, months."""
    chosen, subjects = randomised(cut), cut.subjects
    site, country, month = (subjects[name].to_numpy(dtype=object) for name in ("SITEID", "COUNTRY", "ENRLMON"))
    found = [
        counted(("Screened",), cut.stratum, cut.stratum, total_alone=True),
        counted(("Randomised",), chosen),
        *conduct.by_flag(cut, ("Flag",), chosen),
    ]
    if len(set(country[chosen])) > 1:
        found += _kind(conduct.by_text(("Country",), country, chosen))
    for line in _kind(conduct.by_text(("Site",), site, chosen)):
        found += [line, *conduct.by_flag(cut, line.row.key, line.members)]
    return found + _kind(conduct.by_text(("Month",), month, chosen))


def _kind(lines: list[Line]) -> list[Line]:
    """Print the kind of a row before its name, without an indent: nothing stands above these rows."""
    return [line.labelled(f"{line.row.key[0]} {line.row.label}", 0) for line in lines]


def enrolled(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row of T01, over all columns."""
    return conduct.behind(enrolment_lines(cut), key)


def enrolment(cut: Cut) -> ResultTable:
    """Count the randomised subjects by site and by month, by planned arm."""
    notes = [
        "% of randomised subjects (of screened ones on the first row). Arms are the planned ones.",
        "Month: of informed consent (RFICDTC), where that is not known of the reference start (RFSTDTC).",
    ]
    if flags(cut.subjects):
        notes.append("Flag: a qualifier of DM that the study file allows, of value Y.")
    return of_randomised(cut, enrolment_lines(cut), "T01", "Enrolment by site and month", notes)


def failure_lines(cut: Cut) -> list[Line]:
    """Return the rows of T03: who was not randomised, and why."""
    out = cut.stratum & ~randomised(cut)
    return [
        counted(("Screened",), cut.stratum),
        counted(("Not randomised",), out),
        *by_reason(cut, ("Not randomised",), out, every_term=True),
    ]


def failed(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row of T03."""
    return conduct.behind(failure_lines(cut), key)


def everybody(cut: Cut, _column: str) -> Bools:
    """Return all who were screened: the one column of T03."""
    return np.asarray(cut.stratum)


def screen_failures(cut: Cut) -> ResultTable:
    """Count who was screened and not randomised, by reason; no arm is known of them."""
    return conduct.table(
        cut,
        failure_lines(cut),
        exhibit="T03",
        title="Screen failures",
        subtitle="All screened subjects",
        among=conduct.Among(f"Screened, N={int(cut.stratum.sum())}", cut.stratum, everybody, arms=False),
        footnotes=[
            "% of screened subjects. Reason: DSDECOD of the last disposition event up to the data cut-off "
            f"({cut.study.study.cutoff}); below it DSTERM where it says more."
        ],
    )
