"""Arms: from the texts of DM.ARM and DM.ACTARM to the names that the study file gives them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import ArmsSection
from dsmb_app.model.words import is_arm
from dsmb_app.snapshot.source import Dataset, text


@dataclass(frozen=True)
class Arms:
    """``planned`` and ``actual``: arm name of each DM row ("" none); ``names`` in the order of the study file."""

    planned: pd.Series
    actual: pd.Series
    names: tuple[str, ...]
    source_texts: frozenset[str]


def resolve_arms(dm: Dataset, section: ArmsSection) -> Arms:
    """Name the planned arm (DM.ARM) and the actual one (DM.ACTARM, where blank DM.ARM) of each subject.

    Raises Refusal, naming the row, for an arm that the study file does not know.
    """
    arm = text(dm, "ARM").str.strip()
    actual = text(dm, "ACTARM").str.strip() if "ACTARM" in dm.frame else arm
    actual = actual.where(actual != "", arm)
    planned_names = _named(arm, section, dm.file_name, "ARM")
    actual_names = _named(actual, section, dm.file_name, "ACTARM")
    names = section.order or tuple(sorted((set(planned_names) | set(actual_names)) - {""}))
    _check_number(names, dm.file_name)
    if section.reference and section.reference not in names:
        raise Refusal(
            "ARM-REFERENCE",
            f"arms.reference is '{section.reference}', which is no arm of the data ({', '.join(names)}).",
            "Correct it in the study file.",
            file=dm.file_name,
        )
    texts = {value for column in (arm, actual) for value in column.unique() if is_arm(value)}
    return Arms(planned_names, actual_names, names, frozenset(texts))


def _check_number(names: tuple[str, ...], file: str) -> None:
    if not 2 <= len(names) <= 6:
        raise Refusal(
            "ARM-COUNT",
            f"The study has {len(names)} arm(s) ({', '.join(names) or 'none'}); 2 to 6 can be reviewed.",
            "Check ARM, and arms.order and arms.labels in the study file.",
            file=file,
        )


def _named(values: pd.Series, section: ArmsSection, file: str, column: str) -> pd.Series:
    known = set(section.order)
    names = {value: section.labels.get(value, value) for value in values.unique() if is_arm(value)}
    for value, name in names.items():
        if known and name and name not in known:
            row = int((values == value).to_numpy().argmax()) + 1
            raise Refusal(
                "ARM-UNKNOWN",
                f"{column} is '{value}', an arm that the study file does not know.",
                "Add it to arms.order, or map it to one of them in arms.labels.",
                file=file,
                row=row,
            )
    return values.map(names).astype(object).fillna("")
