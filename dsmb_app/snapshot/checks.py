"""Reasons to refuse a delivery, each with the file and the row that broke the rule."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import iso_dates
from dsmb_app.snapshot.adam_made import Made
from dsmb_app.snapshot.coded_words import check_flags
from dsmb_app.snapshot.columns import Kind, Policy
from dsmb_app.snapshot.source import Dataset, Source, number, text


def check(source: Source, policy: Policy) -> None:
    """Refuse a source that cannot be used: missing datasets or columns, wrong types, subjects unknown to DM.

    Raises Refusal for the first rule broken, in an order in which a person would mend them.
    """
    for name in policy.needs:
        if name not in source.datasets:
            raise _no_dataset(name, source)
    for name, rules in policy.datasets.items():
        if name in source.datasets:
            _check_columns(source.datasets[name], rules.required)
            _check_types(source.datasets[name], policy)
    check_flags(source.datasets)
    check_split(source, policy)
    subjects = check_subjects(source.datasets["DM"])
    for name, dataset in source.datasets.items():
        # A dataset outside the allow-list is sealed whole, whoever it is about.
        if name != "DM" and "USUBJID" in dataset.frame and (name in policy.datasets or name.startswith("SUPP")):
            check_members(dataset, subjects)


def check_split(source: Source, policy: Policy) -> None:
    """Refuse a piece of a dataset that was split for transfer (LBCH and LBHE, both of DOMAIN LB): it would be sealed
    unread, and its table stay empty. Questionnaires are split as a rule and fill a few lines alone; they may be."""
    for name, dataset in source.datasets.items():
        whole = name[:2]
        if name in policy.datasets or whole not in policy.datasets or whole == "QS" or "DOMAIN" not in dataset.frame:
            continue
        if len(dataset.frame) and (text(dataset, "DOMAIN") == whole).all():
            raise Refusal(
                "DATASET-SPLIT",
                f"{name} is a piece of {whole} (DOMAIN = {whole}); pieces are not read.",
                f"Join the pieces of {whole} into one {whole.lower()} file, or ask for it whole.",
                file=dataset.file_name,
            )


def _no_dataset(name: str, source: Source) -> Refusal:
    """Say that a dataset is missing, and which ADaM one could have stood in for it, if ADaM is what was sent."""
    stand_in = {"DM": "ADSL", "EX": "ADSL with TRTSDT", "AE": "ADAE"}[name]
    nor = f", nor {stand_in} in its place" if any(n.startswith("AD") for n in source.datasets) else ""
    return Refusal(
        "DATASET-MISSING",
        f"The delivery has no {name} dataset ({name.lower()}.xpt or {name.lower()}.csv){nor}.",
        "Ask for it; nothing can be counted without it.",
    )


def _check_columns(dataset: Dataset, required: tuple[str, ...]) -> None:
    for column in required:
        if column not in dataset.frame:
            raise Refusal(
                "COLUMN-MISSING",
                f"The column {column} is missing; {dataset.name} cannot be used without it.",
                "Ask for a corrected file.",
                file=dataset.file_name,
            )


def _check_types(dataset: Dataset, policy: Policy) -> None:
    if isinstance(dataset, Made):
        return  # made of numbers and dates that were checked where they stand, in rows that can be named
    kinds = policy.datasets[dataset.name].kinds
    for column, kind in kinds.items():
        if column not in dataset.frame:
            continue
        if kind is Kind.NUMBER:
            number(dataset, column)
        elif kind is Kind.DATE:
            check_dates(dataset, column)


def check_dates(dataset: Dataset, column: str) -> None:
    """Refuse a date column of another type; single unreadable dates are kept, counted and reported later."""
    if dataset.kinds[column] == "number" and dataset.frame[column].notna().any():
        raise Refusal(
            "DATE-NUMERIC",
            f"{column} holds numbers, not ISO 8601 dates such as 2019-06-30.",
            "Ask for a file in which this column is ISO 8601 text.",
            file=dataset.file_name,
            row=int(dataset.frame[column].notna().to_numpy().argmax()) + 1,
        )
    values = text(dataset, column)
    filled = (values != "").to_numpy()
    unreadable = ~iso_dates.parse(values).readable
    if filled.any() and unreadable.sum() > filled.sum() / 2:
        raise Refusal(
            "DATE-NOT-ISO",
            f"{column} does not hold ISO 8601 dates such as 2019-06-30 ({int(unreadable.sum())} of "
            f"{int(filled.sum())} values cannot be read).",
            "Ask for a file in which this column is ISO 8601 text.",
            file=dataset.file_name,
            row=int(np.argmax(unreadable)) + 1,
        )


def check_subjects(dm: Dataset) -> pd.Index:
    """Return the subjects of DM or ADSL. Raises Refusal for a blank USUBJID and for one that stands twice."""
    ids = text(dm, "USUBJID")
    blank = (ids == "").to_numpy()
    if blank.any():
        raise _no_subject(dm, int(blank.argmax()) + 1)
    twice = ids.duplicated().to_numpy()
    if twice.any():
        raise Refusal(
            "SUBJECT-TWICE",
            f"The USUBJID of this row stands in an earlier row of {dm.name} too.",
            f"{dm.name} has one row per subject; ask for a corrected file.",
            file=dm.file_name,
            row=int(twice.argmax()) + 1,
        )
    return pd.Index(ids)


def check_members(dataset: Dataset, subjects: pd.Index, where: str = "DM") -> None:
    """Refuse a dataset with a row of nobody, or of a subject who is not among ``subjects`` (those of ``where``)."""
    ids = text(dataset, "USUBJID")
    stranger = ~ids.isin(subjects).to_numpy()
    if not stranger.any():
        return
    row = int(stranger.argmax())
    if ids.iloc[row] == "":
        raise _no_subject(dataset, row + 1)
    n = int(stranger.sum())
    raise Refusal(
        "SUBJECT-UNKNOWN",
        f"The subject {ids.iloc[row]} is not in {where} ({n} row(s) of {dataset.name} have none there).",
        f"Ask for a {where} and this file from the same transfer.",
        file=dataset.file_name,
        row=row + 1,
    )


def _no_subject(dataset: Dataset, row: int) -> Refusal:
    return Refusal(
        "SUBJECT-BLANK",
        "USUBJID is blank, so the row belongs to nobody.",
        "Ask for a corrected file.",
        file=dataset.file_name,
        row=row,
    )
