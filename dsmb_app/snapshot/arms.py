"""Arms: from the texts of ADSL or DM to the names that the study file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import ArmsSection
from dsmb_app.model.words import is_arm
from dsmb_app.snapshot.adam import Analysis
from dsmb_app.snapshot.adam_made import Made
from dsmb_app.snapshot.source import Dataset, text


@dataclass(frozen=True)
class Arms:
    """``planned`` and ``actual``: arm name of each DM row ("" none); ``names`` in the order of the study file.

    ``counts``: how often ADSL and DM disagree. Like all that an arm decides, they are not for the open part.
    """

    planned: pd.Series
    actual: pd.Series
    names: tuple[str, ...]
    source_texts: frozenset[str]
    counts: Mapping[str, int] = field(default_factory=dict)


def resolve_arms(dm: Dataset, section: ArmsSection, analysis: Analysis) -> Arms:
    """Name the planned arm (ADSL.TRT01P, else DM.ARM) and the actual one (ADSL.TRT01A, else DM.ACTARM, else the
    planned one) of each subject; "else" also where the text is blank.

    Raises Refusal, naming the row, for an arm that the study file does not know.
    """
    by_dm = _stated(dm, "ARM")
    done = _stated(dm, "ACTARM") if "ACTARM" in dm.frame else by_dm
    arm = by_dm if analysis.planned is None else analysis.planned.where(analysis.planned != "", by_dm)
    actual = done if analysis.actual is None else analysis.actual.where(analysis.actual != "", done)
    actual = actual.where(actual != "", arm)
    planned_names = _named(arm, section, dm.file_name, "ARM", analysis.planned, analysis)
    actual_names = _named(actual, section, dm.file_name, "ACTARM", analysis.actual, analysis)
    names = section.order or tuple(sorted((set(planned_names) | set(actual_names)) - {""}))
    _check_number(names, dm.file_name)
    if section.reference and section.reference not in names:
        raise Refusal(
            "ARM-REFERENCE",
            f"arms.reference is '{section.reference}', which is no arm of the data ({', '.join(names)}).",
            "Correct it in the study file.",
            file=dm.file_name,
        )
    texts = {value for column in (arm, actual, by_dm, done) for value in column.unique() if is_arm(value)}
    counts = {} if isinstance(dm, Made) else _disagreements(by_dm, done, section, analysis)
    return Arms(planned_names, actual_names, names, frozenset(texts), counts)


def _stated(dm: Dataset, column: str) -> pd.Series:
    """Return a column of arms, blank where it says NA: that is no other arm than the planned one."""
    said = text(dm, column).str.strip()
    return said.mask(said.str.upper().isin(("NA", "N/A")), "")


def _disagreements(arm: pd.Series, actual: pd.Series, section: ArmsSection, analysis: Analysis) -> dict[str, int]:
    """Count the subjects of ADSL whose arm there is not that of DM, both under the names of the study file."""
    counts: dict[str, int] = {}
    for column, of_dm, of_adsl in (("ARM", arm, analysis.planned), ("ACTARM", actual, analysis.actual)):
        if of_adsl is not None:
            differs = (_labelled(of_dm, section) != _labelled(of_adsl, section)).to_numpy() & (analysis.rows >= 0)
            rule = f"subjects whose {_in_adsl(column, analysis)} is not DM.{column}"
            counts |= {rule: int(differs.sum())} if differs.any() else {}
    return counts


def _in_adsl(column: str, analysis: Analysis) -> str:
    return analysis.names["planned" if column == "ARM" else "actual"]


def _labelled(values: pd.Series, section: ArmsSection) -> pd.Series:
    names = {value: section.labels.get(value, value) if is_arm(value) else "" for value in values.unique()}
    return values.map(names).astype(object)


def _check_number(names: tuple[str, ...], file: str) -> None:
    if not 2 <= len(names) <= 6:
        raise Refusal(
            "ARM-COUNT",
            f"The study has {len(names)} arm(s) ({', '.join(names) or 'none'}); 2 to 6 can be reviewed.",
            "Check ARM, and arms.order and arms.labels in the study file.",
            file=file,
        )


def _named(
    values: pd.Series, section: ArmsSection, file: str, column: str, of_adsl: pd.Series | None, analysis: Analysis
) -> pd.Series:
    known = set(section.order)
    names = {value: section.labels.get(value, value) for value in values.unique() if is_arm(value)}
    for value, name in names.items():
        if known and name and name not in known:
            place = int((values == value).to_numpy().argmax())
            in_adsl = of_adsl is not None and of_adsl.iloc[place] == value
            told = _in_adsl(column, analysis) if in_adsl else column
            raise Refusal(
                "ARM-UNKNOWN",
                f"{told} is '{value}', an arm that the study file does not know.",
                "Add it to arms.order, or map it to one of them in arms.labels.",
                file=analysis.file if in_adsl else file,
                row=(int(analysis.rows[place]) if in_adsl else place) + 1,
            )
    return values.map(names).astype(object).fillna("")
