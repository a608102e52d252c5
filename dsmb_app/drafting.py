"""Drafting a study file from what the datasets hold, with a comment on every line that needs a decision."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import is_arm
from dsmb_app.snapshot import iso_dates
from dsmb_app.snapshot.adam import adapted
from dsmb_app.snapshot.columns import Kind, built_in_policy
from dsmb_app.snapshot.source import Dataset, Source, read_source, text

_TEMPLATE = """\
# Drafted from the datasets in {folder}. Read every line; those marked CHECK need your decision.

[study]
id = {id}
title = {title}                # CHECK: shown on every sheet
cutoff = {cutoff}              # CHECK: data cut-off; later records are set aside and counted
meeting = 1                    # DSMB meeting number
synthetic = false              # true is said in the window and on every sheet

[arms]                         # all of this but `source` is sealed and opens with the names phrase
source = "actual"              # actual: {actual}; or planned: {planned}
reference = {reference}        # CHECK: contrasts are against this arm, at level named only
order = {order}
labels = {{}}                  # e.g. {{ "Text in DM.ARM" = "Short name" }}, then use the short names above
drug_words = {drug_words}      # CHECK: free text that holds one of these is sealed; add brand and code names

[emergent]
window = "on-study"            # or "on-treatment": to `days` after the last dose
days = 30
partial_start = "conservative" # or "first": YYYY-MM is the first of the month, YYYY alone is not emergent
flag = ""                      # e.g. "SUPPAE.AETRTEM" to use the source's own flag{flags}

[ae]
grading = {grading}
baskets = []                   # names of term lists, built in or beside this file
hold_back = []                 # kept out of open sessions: "basket:NAME" or a preferred term

[lab]
ctcae = "5.0"                  # or "4.03"
hold_back = []                 # LBTESTCD kept out of open sessions
uln_defaults = {{}}            # e.g. {{ ALT = [7, 40, "U/L"] }}, used only where a record has no limits

[schedule]
same_in_all_arms = false       # CHECK: true lets dose days (never amounts) stay in open sessions
visits = []                    # e.g. {{ name = "Week 2", day = 15, window = 3 }}

[open]
safety = false                 # CHECK: true shows pooled safety tables in open sessions
patients = false               # CHECK: true lets an open session drill to random subject ids
small_cells = 0                # 5: counts 1 to 4 print "<5" in open sessions

[blind]
keep_dates = false             # true keeps calendar dates in open sessions
allow = []                     # columns beyond the built-in allow-list, e.g. "SUPPDM.COMPLT24"

[dictionary]
meddra = ""                    # CHECK: version, printed in footnotes
"""


def draft(source: Path) -> str:
    """Return the text of a study file for the datasets in ``source``. Raises Refusal when they cannot be read."""
    found, analysis = adapted(read_source(source))
    if "DM" not in found.datasets:
        todo = "Ask for dm.xpt or dm.csv, or ADSL."
        raise Refusal("DATASET-MISSING", "There is no DM dataset, nor ADSL.", todo, file=source.name)
    dm = found.datasets["DM"]
    by_adsl = {value for column in (analysis.planned, analysis.actual) if column is not None for value in column}
    arms = sorted({value for value in by_adsl or text(dm, "ARM").str.strip().unique() if is_arm(value)})
    study_id = next((value for value in _distinct(dm, "STUDYID") if value), source.resolve().name)
    return _TEMPLATE.format(
        folder=_comment(source.resolve().name),
        id=_toml(study_id),
        title=_toml(found.study.get("description") or study_id),
        cutoff=_last_date(found).isoformat(),
        reference=_toml(next((arm for arm in arms if "placebo" in arm.lower()), arms[0] if arms else "")),
        order=_toml(arms),
        planned="DM.ARM" if analysis.planned is None else "ADSL.TRT01P, else DM.ARM",
        actual="DM.ACTARM, else DM.ARM" if analysis.actual is None else "ADSL.TRT01A, else DM.ACTARM, else DM.ARM",
        drug_words=_toml(_treatments(found)),
        flags=_flags(found),
        grading=_toml("AETOXGR" if _is_filled(found, "AE", "AETOXGR") else "AESEV"),
    )


def _toml(value: str | list[str]) -> str:
    """Write a value as TOML; a TOML basic string and array are written as JSON writes them."""
    return json.dumps(value, ensure_ascii=False)


def _comment(value: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in value)


def _distinct(dataset: Dataset, column: str) -> list[str]:
    return sorted(text(dataset, column).str.strip().unique()) if column in dataset.frame else []


def _is_filled(source: Source, name: str, column: str) -> bool:
    return name in source.datasets and any(_distinct(source.datasets[name], column))


def _treatments(source: Source) -> list[str]:
    ex = source.datasets.get("EX")
    found = _distinct(ex, "EXTRT") if ex else []
    return [value for value in found if value and "PLACEBO" not in value.upper()]


def _flags(source: Source) -> str:
    supp = source.datasets.get("SUPPAE")
    if supp is not None and "AETRTEM" in _distinct(supp, "QNAM"):
        return " (this delivery has SUPPAE.AETRTEM)"
    if _is_filled(source, "ADAE", "TRTEMFL"):
        return " (this delivery has ADAE.TRTEMFL)"
    return " (this delivery has AE.AETRTEM)" if _is_filled(source, "AE", "AETRTEM") else ""


def _last_date(source: Source) -> date:
    """Return the last complete date of the collected data: a cut-off that sets nothing aside."""
    last = iso_dates.day_number(date(1970, 1, 1))
    for name, rules in built_in_policy().datasets.items():
        for column in rules.of_kind(Kind.DATE) if name in source.datasets else ():
            if column in source.datasets[name].frame:
                known = iso_dates.parse(text(source.datasets[name], column)).lo
                last = float(np.nanmax(np.append(known, last)))
    return date(1970, 1, 1) + timedelta(days=last)
