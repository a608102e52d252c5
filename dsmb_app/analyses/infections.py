"""Infections: any, serious, severe, opportunistic, herpes zoster, and by term."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.ae_flags import is_serious, is_severe
from dsmb_app.analyses.ae_incidence import soc_and_term
from dsmb_app.analyses.ae_lines import Line, lines_table
from dsmb_app.analyses.special_interest import in_basket
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row
from dsmb_app.model.words import ANY

Bools = npt.NDArray[np.bool_]

INFECTIONS = "infections and infestations"
OPPORTUNISTIC, ZOSTER = "opportunistic-infection", "herpes-zoster"


def is_infection(cut: Cut) -> Bools:
    """Return the mask over ``cut.ae`` of emergent records of the system organ class of infections."""
    soc = soc_and_term(cut.ae)[0].str.strip().str.casefold()
    return np.asarray((soc == INFECTIONS).to_numpy(dtype=bool) & cut.ae["EMERGENT"].to_numpy(dtype=bool))


def lines(cut: Cut) -> list[Line]:
    """Return the headline lines and, under "Term", one line for each term by pooled number of records.

    A line whose basket the study does not carry is left out: a row of zeros would say that somebody looked.
    """
    infection, terms = is_infection(cut), soc_and_term(cut.ae)[1]
    baskets = {basket.name: basket for basket in cut.baskets}
    found = [
        Line(Row((ANY,), "Any infection"), infection),
        Line(Row(("Serious",), "Serious", 1), infection & is_serious(cut.ae)),
        Line(Row(("Severe",), "Severe (grade 3 or higher)", 1), infection & is_severe(cut.ae, cut.study.ae.grading)),
    ]
    for name, key, label in (
        (OPPORTUNISTIC, "Opportunistic", "Opportunistic (list)"),
        (ZOSTER, "Herpes zoster", "Herpes zoster, any form"),
    ):
        if name in baskets:
            found.append(Line(Row((key,), label, 1), in_basket(cut, baskets[name])))
    counts = terms[infection].value_counts()
    for term in sorted(counts.index, key=lambda t: (-counts[t], t.casefold())):
        found.append(Line(Row(("Term", term), term, 1), infection & (terms == term).to_numpy(dtype=bool)))
    return found


def infections(cut: Cut) -> ResultTable:
    """Count subjects and events of each line, with exposure-adjusted rates in closed sessions."""
    severe = "AETOXGR 3 or higher" if cut.study.ae.grading == "AETOXGR" else "AESEV = SEVERE"
    notes = [
        f"Infection: system organ class Infections and infestations. Serious: AESER = Y. Severe: {severe}.",
        "Opportunistic and herpes zoster: by preferred term, lists after Winthrop et al. 2015, whatever their class.",
    ]
    parts = (wording.arms, wording.denominators, wording.emergent, wording.rates, wording.contrasts)
    notes += [note for part in parts for note in part(cut)]
    return lines_table(cut, lines(cut), exhibit="K15", title="Infections", rates=True, footnotes=notes)
