"""Adverse events of special interest: baskets of terms, and the terms in them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.ae_incidence import soc_and_term
from dsmb_app.analyses.ae_lines import Line, lines_table
from dsmb_app.model.baskets import Basket
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row

Bools = npt.NDArray[np.bool_]


def lines(cut: Cut) -> list[Line]:
    """Return a line for each basket of the study, and under it one for each of its terms that occurred."""
    return [line for basket in cut.baskets if basket.name in cut.study.ae.baskets for line in _of(cut, basket)]


def in_basket(cut: Cut, basket: Basket) -> Bools:
    """Return the mask over ``cut.ae`` of the emergent records whose preferred term the basket holds."""
    held = cut.ae["AEDECOD"].str.strip().str.casefold().isin(basket.terms).to_numpy(dtype=bool)
    return np.asarray(held & cut.ae["EMERGENT"].to_numpy(dtype=bool))


def special_interest(cut: Cut) -> ResultTable:
    """Count subjects and events of each basket of the study file and of each term in it."""
    used = [basket for basket in cut.baskets if basket.name in cut.study.ae.baskets]
    sources = [f"{b.title}: list '{b.name}', MedDRA {b.version or 'version not stated'}." for b in used]
    parts = (wording.arms, wording.denominators, wording.emergent, wording.rates, wording.contrasts)
    notes = [*sources, *(note for part in parts for note in part(cut))]
    title = "Adverse events of special interest"
    return lines_table(cut, lines(cut), exhibit="K14", title=title, rates=True, footnotes=notes)


def _of(cut: Cut, basket: Basket) -> list[Line]:
    whole = in_basket(cut, basket)
    terms = soc_and_term(cut.ae)[1]
    found = terms[whole].value_counts()
    ordered = sorted(found.index, key=lambda term: (-found[term], term.casefold()))
    return [
        Line(Row((basket.title,), basket.title), whole),
        *(Line(Row((basket.title, t), t, 1), whole & (terms == t).to_numpy(dtype=bool)) for t in ordered),
    ]
