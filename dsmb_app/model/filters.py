"""Filters: which records and subjects they choose, what the data offer to choose from, and their words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.baskets import Basket
from dsmb_app.model.choices import FILTERS, RECORD_FILTERS, SUBJECT_FILTERS, Choices, age_band, not_a_value, read
from dsmb_app.model.cut import Cut
from dsmb_app.model.errors import Refusal
from dsmb_app.model.events import grading_used, in_terms, intensity, is_related, is_serious, organ_class
from dsmb_app.model.words import Level

Bools = npt.NDArray[np.bool_]

BANDS = ("<18", "18-64", "<65", ">=65", ">=75")
"""The age bands that are offered where they tell some subjects from others; any other may be given as text."""
_SEXES = {"F": "women", "M": "men", "U": "sex unknown", "UNDIFFERENTIATED": "sex undifferentiated"}
_SEVERITIES = {"1": "mild or worse", "2": "moderate or severe", "3": "severe"}
_GRADES = {**{grade: f"grade {grade} or higher" for grade in "1234"}, "5": "grade 5"}
_FREE = ("text", "age")
_TERMS = ("AEDECOD", "AETERM")


def stratum(subjects: pd.DataFrame, choices: Choices) -> Bools:
    """Return the mask over ``subjects`` of those whom the filters choose; who has no age is in no band."""
    mask = np.ones(len(subjects), dtype=bool)
    for column, value in (("SEX", choices.sex), ("SITEID", choices.site)):
        if value:
            mask &= (subjects[column] == value).to_numpy(dtype=bool)
    if choices.age:
        mask &= _aged(subjects, choices.age)
    if choices.flag:
        mask &= flagged(subjects, choices.flag)
    return mask


def flags(subjects: pd.DataFrame) -> list[str]:
    """Return the names of the population flags that anybody has, in alphabetical order."""
    return sorted({name for names in subjects["FLAGS"] for name in names.split()})


def flagged(subjects: pd.DataFrame, flag: str) -> Bools:
    """Return the mask over ``subjects`` of those with a population flag."""
    return np.array([flag in names.split() for names in subjects["FLAGS"]], dtype=bool)


def _aged(subjects: pd.DataFrame, band: str) -> Bools:
    low, high = age_band(band)
    years, in_years = subjects["AGE"].to_numpy(dtype=float), subjects["AGEU"].str.upper().isin(("", "YEARS"))
    # 64.5 is not yet 65: a band ends where its next year begins.
    return np.asarray(in_years.to_numpy(dtype=bool) & (years >= low) & (years < high + 1), dtype=bool)


def chosen(ae: pd.DataFrame, choices: Choices, grading: str, baskets: Collection[Basket]) -> Bools:
    """Return the mask over adverse-event records of those that the filters choose.

    ``grading``: AETOXGR or AESEV, as the study file says; ``baskets``: those of the level. A basket or class that is
    not there chooses nothing; a record without a grade is below every grade.
    """
    mask = np.ones(len(ae), dtype=bool)
    if choices.serious:
        mask &= is_serious(ae)
    if choices.related:
        mask &= is_related(ae)
    if choices.grade:
        mask &= intensity(ae, grading) >= float(choices.grade)
    if choices.action:
        mask &= (ae["AEACN"].str.upper() == choices.action.upper()).to_numpy(dtype=bool)
    if choices.basket:
        mask &= in_terms(ae, frozenset().union(*(b.members for b in baskets if b.name == choices.basket)))
    if choices.soc:
        mask &= (organ_class(ae) == choices.soc).to_numpy(dtype=bool)
    if choices.text:
        mask &= _holds(ae, choices.text)
    return mask


def _holds(ae: pd.DataFrame, words: str) -> Bools:
    decoded, reported = (ae[column].str.casefold().str.contains(words.casefold(), regex=False) for column in _TERMS)
    return (decoded | reported).to_numpy(dtype=bool)


def offered(cut: Cut, among: Iterable[str] = FILTERS) -> dict[str, dict[str, str]]:
    """Return what filters may be set to, as value -> words: what the data of the level hold, all arms together.

    ``text`` offers nothing, ``age`` some bands; both take others.
    """
    return {name: _OFFERS[name](cut) for name in among}


def allowed(cut: Cut) -> tuple[str, ...]:
    """Return the filters that the level may have: none of subjects where an open session hides small counts."""
    return RECORD_FILTERS if _hides(cut) else FILTERS


def _hides(cut: Cut) -> bool:
    return cut.level is Level.POOLED and cut.study.open.small_cells > 0


def _grades(cut: Cut) -> dict[str, str]:
    return dict(_SEVERITIES if grading_used(cut.ae, cut.study.ae.grading) == "AESEV" else _GRADES)


def _bands(cut: Cut) -> dict[str, str]:
    sizes = {band: int(_aged(cut.subjects, band).sum()) for band in BANDS}
    return {band: _years(band) for band, size in sizes.items() if 0 < size < len(cut.subjects)}


def _values(column: pd.Series) -> list[str]:
    return sorted((str(value) for value in column.unique() if value), key=lambda value: (value.casefold(), value))


def _years(band: str) -> str:
    low, high = age_band(band)
    if band.startswith("<"):
        return f"under {high + 1} years"
    return f"{low} years and older" if band.startswith(">") else f"{low} to {high} years"


_OFFERS: dict[str, Callable[[Cut], dict[str, str]]] = {
    "serious": lambda _: {"yes": "serious"},
    "grade": _grades,
    "related": lambda _: {"yes": "related"},
    "action": lambda cut: {value: f"action {value.lower()}" for value in _values(cut.ae["AEACN"].str.upper())},
    "basket": lambda cut: {basket.name: basket.title for basket in cut.baskets},
    "soc": lambda cut: {value: value for value in _values(organ_class(cut.ae))},
    "text": lambda _: {},
    "sex": lambda cut: {value: _SEXES.get(value, f"sex {value}") for value in _values(cut.subjects["SEX"])},
    "age": _bands,
    "site": lambda cut: {value: f"site {value}" for value in _values(cut.subjects["SITEID"])},
    "flag": lambda cut: {name: f"flag {name}" for name in flags(cut.subjects)},
}


def words(cut: Cut, among: Iterable[str] = FILTERS) -> str:
    """Return the filters in force in words, joined by semicolons; "" for none."""
    active = cut.choices.filters(among)
    known = offered(cut, active)
    return "; ".join(_words(name, value, known[name]) for name, value in active.items())


def _words(name: str, value: str, known: Mapping[str, str]) -> str:
    if name == "text":
        return f"terms with “{value}”"
    return _years(value) if name == "age" else known.get(value, value)


def fitted(cut: Cut, choices: Choices) -> Choices:
    """Return choices with their filters spelt as the data of the cut spell them.

    Raises Refusal for a value that the data do not hold, which would look like a count of nobody.
    """
    active = choices.filters()
    known = offered(cut, active)
    spelt = {}
    for name, value in active.items():
        if name in _FREE:
            spelt[name] = read(name, value)
            continue
        found = {option.casefold(): option for option in known[name]}
        if value.casefold() not in found:
            raise not_a_value(name, value, ", ".join(known[name]) or "nothing, because the data hold no value")
        # Two spellings in the data are two values: the exact one goes first.
        spelt[name] = value if value in known[name] else found[value.casefold()]
    return choices.changed(**spelt)


def kept(cut: Cut, choices: Choices) -> Choices:
    """Return choices without the filters that the cut's level may not have: its data lack them, or it hides counts."""
    active = choices.filters()
    known = offered(cut, active)
    gone = [name for name, value in active.items() if name not in _FREE and value not in known[name]]
    return choices.without((*gone, *(SUBJECT_FILTERS if subtractable(cut) else ())))


def subtractable(cut: Cut) -> bool:
    """Tell whether filters pick subjects where small counts are hidden: all less the rest would show them after all."""
    return _hides(cut) and bool(cut.choices.filters(SUBJECT_FILTERS))


def refuse_subtractable(cut: Cut) -> None:
    """Raise Refusal where an open session that hides small counts is asked for some of the subjects."""
    if subtractable(cut):
        raise Refusal(
            "CHOICE-SMALL",
            "Open sessions of this trial hide small counts, so they do not show subjects by sex, age, site or flag: "
            "one table taken away from another would tell them.",
            "Take off these filters, or use them in the closed session.",
        )
