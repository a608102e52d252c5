"""The numbered listings: L1 to L5 of the packs, and every dataset; ONE definition behind the page and the sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import listed_cases, special_interest
from dsmb_app.analyses.ae_flags import actions_recorded, is_stop
from dsmb_app.analyses.discontinuation import by_disposition
from dsmb_app.analyses.findings import records_of
from dsmb_app.analyses.listing import FIRST, OF_DATASET, SUBJECT_COLUMNS, filled, texts_of
from dsmb_app.model import filters
from dsmb_app.model.choices import FILTERS, SUBJECT_FILTERS
from dsmb_app.model.cut import Cut
from dsmb_app.model.errors import Refusal
from dsmb_app.model.events import in_terms, is_serious
from dsmb_app.model.sheet import Sheet, SheetColumn, coded_column
from dsmb_app.model.words import Level

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_TIMELY = "Treated subjects; emergent or not, without what begins after the data cut-off. Filters apply."


@dataclass(frozen=True)
class ListingKind:
    """A listing: its number, its title, and how it is made."""

    number: str
    title: str
    make: Callable[[Cut], tuple[list[SheetColumn], list[str]]]


def allowed(cut: Cut) -> bool:
    """Tell whether the level lists patients: closed, or open with open.patients and open.safety."""
    return cut.level is not Level.POOLED or (cut.study.open.patients and cut.study.open.safety)


def available(cut: Cut) -> dict[str, str]:
    """Return number -> title of the listings of the level; a dataset that was not delivered has none."""
    if not allowed(cut):
        return {}
    return {k.number: k.title for k in LISTINGS if k.number not in _DATASETS or len(records_of(cut, k.number.lower()))}


def sheet(cut: Cut, number: str) -> Sheet:
    """Return a listing. Raises Refusal for a number that is none; who may see it is asked of ``allowed``."""
    kind = next((kind for kind in LISTINGS if kind.number == number), None)
    if kind is None:
        known = ", ".join(kind.number for kind in LISTINGS)
        raise Refusal("LISTING-UNKNOWN", f"There is no listing '{number}'.", f"Known are: {known}.")
    columns, notes = kind.make(cut)
    if cut.held_back:
        notes = [*notes, f"Except held back from open sessions: {', '.join(cut.held_back)}."]
    said = filters.words(cut, FILTERS if number not in _DATASETS else SUBJECT_FILTERS)
    return Sheet(number, f"{kind.title}{f' · Only: {said}' if said else ''}", tuple(columns), tuple(notes))


def timely(cut: Cut, mask: Bools) -> Bools:
    """Return those of the adverse events (``mask``: over ``cut.ae``) that listings show: of treated subjects, up to the
    cut-off, emergent or not, as the filters choose them."""
    chosen = filters.chosen(cut.ae, cut.choices, cut.study.ae.grading, cut.baskets)
    mine = cut.safety[cut.ae["SUBJECT"].to_numpy()] & (cut.ae["CUTFL"] != "Y").to_numpy(dtype=bool)
    return np.asarray(mask & chosen & mine, dtype=bool)


def of_interest(cut: Cut) -> dict[str, Bools]:
    """Return the records of each list of special interest, by its title: masks over ``cut.ae``."""
    return {b.title: timely(cut, in_terms(cut.ae, b.members)) for b in special_interest.study_lists(cut)}


def _events(cut: Cut, mask: Bools, beside: Mapping[str, list[str]] | None = None) -> list[SheetColumn]:
    """Return the columns of adverse events; ``beside``: further columns, one text for each of ``cut.ae``."""
    emergent = np.where(cut.ae["EMERGENT"], "yes", "no").tolist()
    return records(cut, "ae", timely(cut, mask), {"Emergent": emergent, **(beside or {})})


def records(cut: Cut, dataset: str, mask: Bools, beside: Mapping[str, list[str]] | None = None) -> list[SheetColumn]:
    """Return the columns of some records of a dataset, in order of subject and day; ``mask``: over its rows."""
    frame, (columns, day, _) = records_of(cut, dataset), OF_DATASET[dataset]
    order = [name for name in ("SUBJECT", *FIRST.get(dataset, ()), day, "RECORD") if name in frame]
    keys = [_sort_key(frame[name]) for name in reversed(order)]
    places = np.lexsort(keys)
    places = places[mask[places]]
    found = owner_columns(cut, frame["SUBJECT"].to_numpy(dtype=np.int64)[places])
    for name, header in filled(frame, columns).items():
        codes, distinct = pd.factorize(frame[name].to_numpy()[places], use_na_sentinel=False)
        found.append(coded_column(header, codes.astype(np.int64), texts_of(pd.Series(distinct), name)))
    for header, texts in (beside or {}).items():
        codes, distinct = pd.factorize(np.asarray(texts, dtype=object)[places])
        found.append(coded_column(header, codes.astype(np.int64), [str(text) for text in distinct]))
    return found


def _sort_key(column: pd.Series) -> npt.NDArray[np.float64]:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(np.nan_to_num(column.to_numpy(dtype=float), nan=np.inf), dtype=float)
    return np.asarray(pd.factorize(column.to_numpy(dtype=object), sort=True)[0], dtype=float)


def owner_columns(cut: Cut, subjects: Ints) -> list[SheetColumn]:
    """Return the columns that say whose a row is: the subject, and in closed sessions the arm."""
    found = [coded_column("Subject", subjects, [str(name) for name in cut.subjects["USUBJID"]])]
    if cut.arms:
        arm = cut.subjects["ARM"].to_numpy(dtype=np.int64)[subjects]
        found.append(coded_column("Arm", arm, [*cut.arms, "(no arm)"]))
    return found


def _serious(cut: Cut) -> tuple[list[SheetColumn], list[str]]:
    return _events(cut, is_serious(cut.ae)), [f"AESER = Y. {_TIMELY}"]


def _stopped(cut: Cut) -> tuple[list[SheetColumn], list[str]]:
    if actions_recorded(cut.ae):
        return _events(cut, is_stop(cut.ae)), [f"AEACN = DRUG WITHDRAWN. {_TIMELY}"]
    notes = ["AEACN is empty in every record: subjects whose disposition event in DS has the reason ADVERSE EVENT."]
    return _subjects(cut, by_disposition(cut))[0], notes


def _of_interest(cut: Cut) -> tuple[list[SheetColumn], list[str]]:
    lists = of_interest(cut)
    mask = np.logical_or.reduce([np.zeros(len(cut.ae), dtype=bool), *lists.values()])
    of = [
        "; ".join(title for title, held in lists.items() if held[row]) if mask[row] else "" for row in range(len(mask))
    ]
    return _events(cut, mask, {"List": of}), [f"Terms of the study's lists of special interest. {_TIMELY}"]


def _subjects(cut: Cut, mask: Bools) -> tuple[list[SheetColumn], list[str]]:
    places = np.flatnonzero(mask)
    found = owner_columns(cut, places)
    for name, header in filled(cut.subjects, SUBJECT_COLUMNS).items():
        codes, distinct = pd.factorize(cut.subjects[name].to_numpy()[places], use_na_sentinel=False)
        found.append(coded_column(header, codes.astype(np.int64), texts_of(pd.Series(distinct), name)))
    return found, []


def _dataset(name: str) -> Callable[[Cut], tuple[list[SheetColumn], list[str]]]:
    def make(cut: Cut) -> tuple[list[SheetColumn], list[str]]:
        frame = records_of(cut, name)
        mine = cut.stratum[frame["SUBJECT"].to_numpy(dtype=np.int64)]
        late = {"After cut-off": np.where(frame["CUTFL"] == "Y", "yes", "").tolist()} if "CUTFL" in frame else {}
        return records(cut, name, mine, late), ["Every record of screened subjects, whatever its date."]

    return make


_DATASETS = ("AE", "LB", "EX", "CM", "VS", "SV", "DS", "MH")
LISTINGS = (
    ListingKind("L1", "Serious adverse events", _serious),
    ListingKind("L2", "Deaths", lambda cut: listed_cases.deaths_listed(cut, owner_columns)),
    ListingKind("L3", "Adverse events leading to discontinuation", _stopped),
    ListingKind("L4", "Adverse events of special interest", _of_interest),
    ListingKind("L5", "Liver cases and cytopenias of grade 3 or 4", lambda cut: listed_cases.cases(cut, owner_columns)),
    ListingKind("DM", "All subjects", lambda cut: _subjects(cut, cut.stratum)),
    ListingKind("AE", "All adverse events", _dataset("ae")),
    ListingKind("LB", "All laboratory results", _dataset("lb")),
    ListingKind("EX", "All doses", _dataset("ex")),
    ListingKind("CM", "All medication", _dataset("cm")),
    ListingKind("VS", "All vital signs", _dataset("vs")),
    ListingKind("SV", "All visits", _dataset("sv")),
    ListingKind("DS", "All disposition events", _dataset("ds")),
    ListingKind("MH", "All medical history", _dataset("mh")),
)
"""Every listing in its order."""
