"""Adverse-event incidence by system organ class, term and arm: subjects with an event, not events alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import wording
from dsmb_app.analyses.ae_lines import counted_table
from dsmb_app.analyses.cells import largest_difference
from dsmb_app.analyses.counting import count_rows
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import organ_class
from dsmb_app.model.result import ResultTable, Row, RowKey
from dsmb_app.model.soc_order import soc_place
from dsmb_app.model.words import ANY, Order

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def soc_and_term(ae: pd.DataFrame, apart: Collection[str] = ()) -> tuple[pd.Series, pd.Series]:
    """Return the system organ class (AESOC, else AEBODSYS) and preferred term of each record; uncoded ones say so.

    ``apart``: words that a term must not be mistaken for.
    """
    soc = organ_class(ae)
    term = ae["AEDECOD"].where(ae["AEDECOD"] != "", "Uncoded: " + ae["AETERM"])
    return soc, term.where(~term.isin(apart), term + " (term)")


def terms(cut: Cut) -> tuple[pd.Series, pd.Series]:
    """Return the system organ class and preferred term of each record of ``cut.ae``."""
    return soc_and_term(cut.ae)


def records_of(cut: Cut, key: RowKey, among: Bools, called: Callable[[Cut], tuple[pd.Series, pd.Series]]) -> Bools:
    """Return the mask over ``cut.ae`` of the records behind a row of a term table.

    ``called``: ``terms``, or how the table names classes and terms instead.
    """
    if key == (ANY,):
        return among
    soc, term = cut.once(called)
    mask = among & (soc == key[0]).to_numpy()
    return mask & (term == key[1]).to_numpy() if len(key) > 1 else mask


@dataclass(frozen=True)
class Encoded:
    """Records as (row, subject) codes: every record stands in three rows (any, its class, its term)."""

    keys: list[RowKey]
    rows: Ints
    subjects: Ints
    onset: npt.NDArray[np.float64]


def ae_incidence(cut: Cut, *, exhibit: str, title: str, among: Bools, notes: Sequence[str] = ()) -> ResultTable:
    """Count each subject once per term, out of all treated in the arm.

    ``among``: mask over ``cut.ae`` of the records that the table is about; ``notes``: footnotes of its own.
    """
    found = encode(cut, among)
    counts = count_rows(cut, found.rows, found.subjects, found.onset, len(found.keys))
    shown = listed(cut, found.keys, counts.n)
    rows = [row_of(found.keys[i]) for i in shown]
    said = [*notes, *footnotes(cut)]
    return counted_table(cut, rows, counts.of(shown), exhibit=exhibit, title=title, rates=True, footnotes=said)


def row_of(key: RowKey) -> Row:
    """Return the row of a key: any, class or term."""
    label = "Any adverse event" if key == (ANY,) else key[-1]
    return Row(key, label, depth=len(key) - 1)


def footnotes(cut: Cut) -> tuple[str, ...]:
    """Return the footnotes of a term table."""
    parts = (wording.arms, wording.denominators, wording.emergent, wording.terms, wording.rates, wording.contrasts)
    return tuple(note for part in parts for note in part(cut))


def encode(cut: Cut, among: Bools, apart: Collection[str] = ()) -> Encoded:
    """Put each record of ``among`` (a mask over ``cut.ae``) into its three rows; the records stand thrice, in order."""
    ae = cut.ae[among]
    soc, term = soc_and_term(ae, apart)
    soc_codes, socs = pd.factorize(soc)
    pair_codes, pairs = pd.factorize(pd.MultiIndex.from_arrays([soc, term]))
    subjects = ae["SUBJECT"].to_numpy(dtype=np.int64)
    keys: list[RowKey] = [(ANY,), *((str(s),) for s in socs), *((str(s), str(t)) for s, t in pairs)]
    rows = np.concatenate([np.zeros(len(ae), np.int64), 1 + soc_codes, 1 + len(socs) + pair_codes])
    onset = ae["ONSETDY"].to_numpy(dtype=float)
    return Encoded(keys, rows.astype(np.int64), np.tile(subjects, 3), np.tile(onset, 3))


def listed(cut: Cut, keys: list[RowKey], n: Ints) -> list[int]:
    """Return the places of the rows to list: any, then each class followed by its terms.

    ``n``: subjects, shape (rows, arms + 1). The pooled share alone decides which rows are listed. It also decides their
    order, so that no arm does, unless a closed session asks for the order by difference.
    """
    pooled = n[:, -1]
    needed = cut.choices.at_least / 100 * cut.sizes[-1]
    place = {key: i for i, key in enumerate(keys)}
    by_arm = cut.choices.order is Order.DIFFERENCE and bool(cut.contrasts)
    weight = largest_difference(cut, n) if by_arm else np.zeros(len(keys))

    def rank(key: RowKey) -> tuple[float, float, str]:
        often = float(pooled[place[key]]) if cut.choices.order is not Order.ALPHABETICAL else 0.0
        return (-float(weight[place[key]]), -often, key[-1].casefold())

    def soc_rank(key: RowKey) -> tuple[float, float, str]:
        if cut.choices.order is Order.MEDDRA:
            return (float(soc_place(key[0])), 0.0, key[0].casefold())
        return rank(key)

    terms: dict[str, list[RowKey]] = {}
    for key in keys:
        if len(key) == 2 and pooled[place[key]] >= needed:
            terms.setdefault(key[0], []).append(key)
    shown = [place[(ANY,)]]
    for soc in sorted((key for key in keys if len(key) == 1 and key != (ANY,)), key=soc_rank):
        if pooled[place[soc]] >= needed:
            shown += [place[soc], *(place[key] for key in sorted(terms.get(soc[0], []), key=rank))]
    return shown
