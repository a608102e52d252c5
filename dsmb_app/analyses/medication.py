"""Medication beside the study drug: which records are steroids, immunosuppressants and antimicrobials, and when."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.resource_files import resource

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

STEROID, IMMUNOSUPPRESSANT, ANTIMICROBIAL = "steroid", "immunosuppressant", "antimicrobial"
_HEADERS = {STEROID: "Background steroid", IMMUNOSUPPRESSANT: "Background immunosuppressant"}
_SYSTEMIC = ("ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS")
NO_CODE = ("", "UNCODED", "NOT CODED")
ONGOING = ("ONGOING", "AFTER", "DURING/AFTER")
_OVER = ("BEFORE",)


class Days(NamedTuple):
    """First and last study day on which a record can have been taken; -inf and inf where open."""

    first: Floats
    last: Floats


@cache
def word_lists() -> dict[str, Any]:
    """Read resources/words/medication.toml."""
    return tomllib.loads(resource("words", "medication.toml").read_text(encoding="utf-8"))


def is_delivered(cut: Cut) -> bool:
    """Tell whether the delivery has a dataset of medication."""
    return "USUBJID" in cut.cm


def routes_recorded(cut: Cut) -> bool:
    """Tell whether any record of medication says by which route it was given."""
    return is_delivered(cut) and bool((cut.cm["CMROUTE"] != "").any())


def is_kind(cm: pd.DataFrame, kind: str) -> Bools:
    """Tell which records are of a kind: by the class in CMCLASCD; where that is blank, by the words of the name.

    By name alone a steroid that CMROUTE says is given on the spot (ointment, eye drops, spray) is none, as it is in no
    H02.
    """
    lists = word_lists()[kind]
    codes = cm["CMCLASCD"].str.strip().str.upper()
    words = "|".join(re.escape(word) for word in lists["words"])
    by_word = _names(cm).str.contains(rf"(?i)\b(?:{words})\b", regex=True)
    if "local" in lists:
        by_word &= ~cm["CMROUTE"].str.contains(rf"(?i)\b(?:{'|'.join(lists['local'])})", regex=True)
    coded = codes.str.startswith(tuple(lists["codes"]))
    return np.asarray(coded.where(codes != "", by_word), dtype=bool)


def taken(cm: pd.DataFrame) -> Days:
    """Return when each record was taken: first to last possible day.

    Without a start it is taken as begun before everything. Without an end it goes on where CMENRTPT or CMENRF says so;
    else it is known for its start day alone, and for nothing at all without a start.
    """
    start, end = (cm[column].to_numpy(dtype=float) for column in ("CMSTDY_LO", "CMENDY_HI"))
    ongoing = (cm["CMENRTPT"].str.upper().isin(ONGOING) | cm["CMENRF"].str.upper().isin(ONGOING)).to_numpy(dtype=bool)
    last = np.where(np.isfinite(end), end, np.where(ongoing, np.inf, np.where(np.isfinite(start), start, -np.inf)))
    return Days(np.where(np.isfinite(start), start, -np.inf), last)


def on_first_day(cm: pd.DataFrame) -> tuple[Bools, Bools]:
    """Return which records were taken on the day of the first dose, and which of them have no end and no word of it.

    As ``taken``, but a record with a start and without any word of its end goes on: what patients take for years is
    collected so, and on its start day alone it would be missing from their background.
    """
    when = taken(cm)
    words = cm["CMENRTPT"].where(cm["CMENRTPT"] != "", cm["CMENRF"]).str.upper()
    begun = np.isfinite(cm["CMSTDY_LO"].to_numpy(dtype=float)) & (when.first <= 1)
    silent = begun & (when.last < 1) & cm["CMENDY_HI"].isna().to_numpy() & ~words.isin(_OVER).to_numpy(dtype=bool)
    return (when.first <= 1) & (when.last >= 1) | silent, silent


def with_intravenous_antimicrobial(cut: Cut) -> Bools:
    """Return the mask over ``cut.ae`` of events on whose days an intravenous antimicrobial was given.

    An event lasts from its onset to the last possible day of its end, without one for good. Uses ``taken``.
    """
    found = np.zeros(len(cut.ae), dtype=bool)
    if not is_delivered(cut):
        return found
    given = cut.cm["CMROUTE"].str.upper().str.startswith(("INTRAVENOUS", "IV")) & is_kind(cut.cm, ANTIMICROBIAL)
    cm = cut.cm[given.to_numpy(dtype=bool)]
    when = taken(cm)
    onset, end = (cut.ae[column].to_numpy(dtype=float) for column in ("ONSETDY", "AEENDY_HI"))
    last = np.where(np.isfinite(end), np.fmax(end, onset), np.inf)
    doses = pd.DataFrame({"SUBJECT": cm["SUBJECT"].to_numpy(), "first": when.first, "last": when.last})
    events = pd.DataFrame({"SUBJECT": cut.ae["SUBJECT"].to_numpy(), "onset": onset, "end": last})
    events["place"] = np.arange(len(events))
    both = events.merge(doses, on="SUBJECT")
    found[both.loc[(both["first"] <= both["end"]) & (both["last"] >= both["onset"]), "place"]] = True
    return found


def background(cut: Cut) -> dict[str, list[str]]:
    """Return, by header, what each subject took on the day of the first dose: steroids and immunosuppressants.

    One text for each row of ``cut.subjects``; no headers where the delivery has no medication. A steroid ends in its
    dose a day in prednisone equivalents where all of the subject's steroids have one and none may have ended before.
    """
    if not is_delivered(cut):
        return {}
    on_day_1, silent = on_first_day(cut.cm)
    cm = cut.cm.assign(SILENT=silent)
    return {header: _beside(cut, cm[on_day_1 & is_kind(cm, kind)], kind) for kind, header in _HEADERS.items()}


def prednisone_a_day(cm: pd.DataFrame) -> Floats:
    """Return milligrams of prednisone a day that each record stands for; NaN wherever that is not unambiguous.

    Needed: a dose in mg, a frequency that says how often a day, a systemic route, one known steroid in the name.
    """
    lists = word_lists()
    each_day = cm["CMDOSFRQ"].str.upper().map({k: float(v) for k, v in lists["times_a_day"].items()})
    potency = np.array([_potency(name, lists["prednisone"]) for name in _names(cm)], dtype=float)
    clear = (cm["CMDOSU"].str.lower() == "mg") & cm["CMROUTE"].str.upper().isin(_SYSTEMIC)
    dose = cm["CMDOSE"].to_numpy(dtype=float) * each_day.to_numpy(dtype=float) * potency
    return np.where(clear.to_numpy(dtype=bool), dose, np.nan)


def _potency(name: str, table: dict[str, float]) -> float:
    found = [value for word, value in table.items() if re.search(rf"(?i)\b{re.escape(word)}\b", name)]
    return float(found[0]) if len(found) == 1 else np.nan


def _names(cm: pd.DataFrame) -> pd.Series:
    return cm["CMDECOD"].where(~cm["CMDECOD"].str.strip().str.upper().isin(NO_CODE), cm["CMTRT"])


def _beside(cut: Cut, cm: pd.DataFrame, kind: str) -> list[str]:
    texts = [""] * len(cut.subjects)
    # Of a drug that may have ended no dose is added up.
    daily = np.where(cm["SILENT"], np.nan, prednisone_a_day(cm))
    ordered = cm.assign(DAILY=daily, TEXT=_texts(cm)).sort_values(["SUBJECT", "TEXT"], kind="stable")
    # Some deliveries have the same drug again at each visit.
    ordered = ordered.drop_duplicates(["SUBJECT", "TEXT", "CMSTDY_LO", "CMENDY_HI"])
    for subject, rows in ordered.groupby("SUBJECT"):
        said = "; ".join(dict.fromkeys(rows["TEXT"]))
        if kind == STEROID and rows["DAILY"].notna().all():
            said += f" = {formats.half_up(float(rows['DAILY'].sum()), 1)} mg/day prednisone"
        texts[int(str(subject))] = said
    return texts


def _texts(cm: pd.DataFrame) -> list[str]:
    """Return a record in words: name, dose, unit, frequency and, unless by mouth, the route."""
    columns = (_names(cm), cm["CMDOSE"], cm["CMDOSU"], cm["CMDOSFRQ"], cm["CMROUTE"])
    found = []
    for name, dose, unit, often, route in zip(*columns, strict=True):
        amount = f"{dose:.15g} {unit}".strip() if dose == dose else ""
        way = "" if route.upper() == "ORAL" else route.lower()
        found.append(" ".join(part for part in (name.capitalize(), amount, often, way) if part))
    return found
