"""Adverse events of special interest: baskets of terms, the terms in them, and related events."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import wording
from dsmb_app.analyses.ae_incidence import terms
from dsmb_app.analyses.ae_lines import Line, lines_table
from dsmb_app.model.baskets import Basket
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import in_terms, is_related
from dsmb_app.model.result import ResultTable, Row

Bools = npt.NDArray[np.bool_]

RELATED = "Related AE"


def lines(cut: Cut) -> list[Line]:
    """Return a line for each basket of the study, then one for related events, each followed by its terms."""
    found = [line for basket in study_lists(cut) for line in _of(cut, basket.title, in_basket(cut, basket))]
    related = is_related(cut.ae) & cut.ae["EMERGENT"].to_numpy(dtype=bool)
    return [*found, *_of(cut, RELATED, related)]


def study_lists(cut: Cut) -> list[Basket]:
    """Return the baskets that the study file lists and the level shows, in the study file's order."""
    return [basket for basket in cut.baskets if basket.name in cut.study.ae.baskets]


def in_basket(cut: Cut, basket: Basket) -> Bools:
    """Return the mask over ``cut.ae`` of the emergent records whose preferred term the basket holds."""
    return np.asarray(in_terms(cut.ae, basket.members) & cut.ae["EMERGENT"].to_numpy(dtype=bool))


def of_interest(cut: Cut) -> Bools:
    """Return the mask over ``cut.ae`` of the emergent records that any basket of the study holds."""
    nothing = np.zeros(len(cut.ae), dtype=bool)
    return np.asarray(np.logical_or.reduce([nothing, *(in_basket(cut, basket) for basket in study_lists(cut))]))


def special_interest(cut: Cut) -> ResultTable:
    """Count subjects and events of each basket of the study file, of related events, and of the terms in them."""
    parts = (
        wording.arms,
        wording.denominators,
        wording.emergent,
        wording.seriousness,
        wording.related,
        wording.rates,
        wording.contrasts,
    )
    notes = [*(_source(cut, basket) for basket in study_lists(cut)), *(note for part in parts for note in part(cut))]
    title = "Adverse events of special interest"
    return lines_table(cut, cut.once(lines), exhibit="K14", title=title, rates=True, footnotes=notes)


def _source(cut: Cut, basket: Basket) -> str:
    """Say where a list comes from, and how many of its terms are not in the data."""
    seen = set(cut.ae["AEDECOD"].str.strip().str.casefold()) | set(cut.ae["AEPTCD"])
    scope = f"{basket.scope} scope, " if basket.broad else ""
    return (
        f"{basket.title}: list '{basket.name}', MedDRA {basket.version or 'version not stated'}, {scope}"
        f"{len(basket.members)} term(s), of which {len(basket.members - seen)} are in no record."
    )


def _of(cut: Cut, title: str, whole: Bools) -> list[Line]:
    # Compared as numbers: related events may have hundreds of terms.
    codes, names = pd.factorize(cut.once(terms)[1])
    found = np.bincount(codes[whole], minlength=len(names))
    ordered = sorted(np.flatnonzero(found).tolist(), key=lambda code: (-found[code], str(names[code]).casefold()))
    below = [(str(names[code]), whole & (codes == code)) for code in ordered]
    return [Line(Row((title,), title), whole), *(Line(Row((title, t), t, 1), records) for t, records in below)]
