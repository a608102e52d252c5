"""Infections: any, serious, severe, opportunistic, fatal, treated by vein, again, and by term."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells, medication, wording
from dsmb_app.analyses.ae_flags import actions_recorded, is_fatal, is_severe, is_stop, seriousness_conflict
from dsmb_app.analyses.ae_incidence import terms
from dsmb_app.analyses.ae_lines import Line, counted_lines, lines_table
from dsmb_app.analyses.special_interest import in_basket
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import grading_used, is_serious
from dsmb_app.model.result import ResultTable, Row
from dsmb_app.model.words import ANY, Level

Bools = npt.NDArray[np.bool_]

INFECTIONS = "infections and infestations"
OPPORTUNISTIC, ZOSTER = "opportunistic-infection", "herpes-zoster"
BY_VEIN = "Serious or intravenous antimicrobial"


def is_infection(cut: Cut) -> Bools:
    """Return the mask over ``cut.ae`` of emergent records of the system organ class of infections."""
    soc = cut.once(terms)[0].str.strip().str.casefold()
    return np.asarray((soc == INFECTIONS).to_numpy(dtype=bool) & cut.ae["EMERGENT"].to_numpy(dtype=bool))


def lines(cut: Cut) -> list[Line]:
    """Return the headline lines and, under "Term", one line for each term by pooled number of records.

    A line is left out where nobody looked: a basket that the study does not carry, stops without AEACN, intravenous
    antimicrobials without routes in CM. A row of zeros would say that somebody did.
    """
    infection, named = is_infection(cut), cut.once(terms)[1]
    counts = named[infection].value_counts()
    ordered = sorted(counts.index, key=lambda t: (-counts[t], t.casefold()))
    by_term = [Line(Row(("Term", term), term, 1), infection & (named == term).to_numpy(dtype=bool)) for term in ordered]
    return [*_headlines(cut, infection), *by_term]


def _headlines(cut: Cut, infection: Bools) -> list[Line]:
    def among(key: str, records: Bools, label: str = "") -> Line:
        return Line(Row((key,), label or key, 1), infection & records)

    severe = is_severe(cut.ae, cut.study.ae.grading)
    found = [
        Line(Row((ANY,), "Any infection"), infection),
        among("Serious", is_serious(cut.ae)),
        among("Severe", severe, "Severe (grade 3 or higher)"),
        *_listed(cut),
        among("Fatal", is_fatal(cut.ae)),
    ]
    if actions_recorded(cut.ae):
        found.append(among("Leading to stop", is_stop(cut.ae), "Leading to permanent discontinuation"))
    if medication.routes_recorded(cut):
        found.append(among(BY_VEIN, is_serious(cut.ae) | medication.with_intravenous_antimicrobial(cut)))
    return [*found, _again(cut, infection)]


def _listed(cut: Cut) -> list[Line]:
    """Return the lines of the baskets that the level shows, whatever the class of their terms."""
    baskets = {basket.name: basket for basket in cut.baskets}
    wanted = (
        (OPPORTUNISTIC, "Opportunistic", "Opportunistic (list)"),
        (ZOSTER, "Herpes zoster", "Herpes zoster, any form"),
    )
    return [Line(Row((key,), text, 1), in_basket(cut, baskets[name])) for name, key, text in wanted if name in baskets]


def _again(cut: Cut, infection: Bools) -> Line:
    """Return the line of subjects with two infections or more; its records are all of theirs."""
    whose = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)
    often = np.bincount(whose[infection], minlength=len(cut.subjects)) >= 2
    return Line(Row(("Two or more",), "Two or more infections", 1), infection & often[whose], often)


def infections(cut: Cut) -> ResultTable:
    """Count subjects and events of each line; closed, with rates, their differences and ratios."""
    found = cut.once(lines)
    title = "Infections"
    table = lines_table(cut, found, exhibit="K15", title=title, rates=True, footnotes=_footnotes(cut))
    if cut.level is Level.POOLED:
        return table
    rated = [line for line in found if line.subjects is None]
    body = cells.rate_contrast_cells(cut, [line.row for line in rated], counted_lines(cut, rated))
    return replace(table, columns=cells.with_rate_contrasts(cut, table.columns), cells={**table.cells, **body})


def _footnotes(cut: Cut) -> list[str]:
    severe = "AESEV = SEVERE" if grading_used(cut.ae, cut.study.ae.grading) == "AESEV" else "AETOXGR 3 or higher"
    conflicts = int((is_infection(cut) & seriousness_conflict(cut.ae)).sum())
    notes = [
        f"Infection: system organ class Infections and infestations. Severe: {severe}. Serious: AESER = Y; in "
        f"{conflicts} infection(s) a criterion or a fatal outcome disagrees with AESER.",
        "Opportunistic and herpes zoster: by preferred term, lists after Winthrop et al. 2015, whatever their class. "
        "Fatal: AESDTH = Y, AEOUT = FATAL or grade 5. Two or more: subjects with at least two records.",
    ]
    if medication.routes_recorded(cut):
        notes.append(
            "Intravenous antimicrobial: CMROUTE INTRAVENOUS and class J01, J02 or J05 (without CMCLASCD: by name), on "
            "a day from onset to end of the infection."
        )
    parts = (
        wording.arms,
        wording.denominators,
        wording.emergent,
        wording.grading,
        wording.rates,
        wording.rate_contrasts,
        wording.contrasts,
    )
    return notes + [note for part in parts for note in part(cut)]
