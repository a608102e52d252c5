"""What a reader may choose: everything that changes a number without changing the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import Study
from dsmb_app.model.words import ArmSource, IntervalMethod, Order, PartialStart, Window

_STUDY_FILE_KEYS = {
    "emergent.window": "window",
    "emergent.days": "days",
    "emergent.partial_start": "partial_start",
    "arms.source": "arm_source",
}


RECORD_FILTERS = ("serious", "grade", "related", "action", "basket", "soc", "text")
"""They choose adverse-event records, and so touch the exhibits that count these."""
SUBJECT_FILTERS = ("sex", "age", "site", "flag")
"""They choose subjects, and so change every denominator of every exhibit."""
UNTOUCHED = "Whatever the filter of events"
"""So begins a footnote that names the lines whose counts a filter of records leaves as they are."""
FILTERS = (*RECORD_FILTERS, *SUBJECT_FILTERS)


@dataclass(frozen=True)
class Choices:
    """One set of choices; the study file gives the defaults.

    ``days``: days after the last dose in the on-treatment window. ``at_least``: pooled share (0 to 100 percent) that a
    term must reach to be listed, so that no arm decides which rows a reader sees.

    The others are filters, as text: "" chooses everything, and all of them must hold. ``serious``, ``related``: "yes";
    ``grade``: the least one, "1" to "5" (severity: mild 1, moderate 2, severe 3); ``action``: a value of AEACN;
    ``basket``: its name; ``soc``: a system organ class; ``text``: part of a preferred or reported term; ``sex``,
    ``site``: a value of SEX, SITEID; ``age``: a band, as ``age_band`` reads it; ``flag``: an allowed qualifier of DM
    that is Y.
    """

    window: Window = Window.ON_STUDY
    days: int = 30
    partial_start: PartialStart = PartialStart.CONSERVATIVE
    arm_source: ArmSource = ArmSource.ACTUAL
    order: Order = Order.FREQUENCY
    at_least: float = 0.0
    interval: IntervalMethod = IntervalMethod.MIETTINEN_NURMINEN
    serious: str = ""
    grade: str = ""
    related: str = ""
    action: str = ""
    basket: str = ""
    soc: str = ""
    text: str = ""
    sex: str = ""
    age: str = ""
    site: str = ""
    flag: str = ""

    @classmethod
    def of_study(cls, study: Study) -> Choices:
        """Return the study file's choices."""
        return cls(
            window=study.emergent.window,
            days=study.emergent.days,
            partial_start=study.emergent.partial_start,
            arm_source=study.arms.source,
        )

    def same_data(self, other: Choices) -> bool:
        """Tell whether both need the same data and labels, so that only what is made of them differs: filters too."""
        return all(getattr(self, name) == getattr(other, name) for name in _READ_ANEW)

    def filters(self, among: Iterable[str] = FILTERS) -> dict[str, str]:
        """Return the filters in force."""
        return {name: value for name in among if (value := getattr(self, name))}

    def without(self, filters: Iterable[str] = FILTERS) -> Choices:
        """Return these choices with some filters, or all, taken off."""
        return self.changed(**dict.fromkeys(filters, ""))

    def changed(self, **changes: Any) -> Choices:
        """Return these choices with some of them changed."""
        return replace(self, **changes)

    def changed_by_text(self, settings: Iterable[str]) -> Choices:
        """Apply ``key=value`` settings; a key is a field of this class or its study-file name.

        Raises Refusal for an unknown key or value, naming the known ones.
        """
        changes: dict[str, Any] = {}
        for setting in settings:
            key, _, value = setting.partition("=")
            key = _STUDY_FILE_KEYS.get(key.strip(), key.strip())
            changes[key] = read(key, value.strip())
        return replace(self, **changes)


_READ_ANEW = ("window", "days", "partial_start", "arm_source")
_BAND = re.compile(r"<(?P<below>\d{1,3})|>=(?P<least>\d{1,3})|(?P<low>\d{1,3})-(?P<high>\d{1,3})", re.ASCII)


def age_band(text: str) -> tuple[int, int]:
    """Return the least and the highest whole year of a band: ``<65``, ``>=65`` or ``18-64``, both ends included.

    ValueError for another text, and for a band that holds no year.
    """
    found = _BAND.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is not an age band.")
    year = {name: int(value) for name, value in found.groupdict().items() if value}
    low, high = year.get("low", year.get("least", 0)), year.get("high", year.get("below", 1000) - 1)
    if low > high:
        raise ValueError(f"The age band '{text}' is empty.")
    return low, high


def _yes(text: str) -> str:
    if text.casefold() not in ("", "yes"):
        raise ValueError(text)
    return text.casefold()


def _grade(text: str) -> str:
    if text not in ("", "1", "2", "3", "4", "5"):
        raise ValueError(text)
    return text


def _age(text: str) -> str:
    if text:
        age_band(text)
    return text


_TYPES: dict[str, Callable[[str], Any]] = {
    "window": Window,
    "days": int,
    "partial_start": PartialStart,
    "arm_source": ArmSource,
    "order": Order,
    "at_least": float,
    "interval": IntervalMethod,
    **dict.fromkeys(FILTERS, str),
    "serious": _yes,
    "related": _yes,
    "grade": _grade,
    "age": _age,
}
assert set(_TYPES) == {field.name for field in fields(Choices)}
_TAKES = {
    **{name: ", ".join(kind) for name, kind in _TYPES.items() if isinstance(kind, type) and issubclass(kind, StrEnum)},
    "serious": "yes, or nothing",
    "related": "yes, or nothing",
    "grade": "1 to 5, or nothing",
    "age": "a band in whole years such as <65, >=65 or 18-64, or nothing",
}


def read(key: str, value: str) -> Any:
    """Return what a text says for a choice. Raises Refusal for a choice that is none, or a value it cannot have."""
    if key not in _TYPES:
        raise Refusal("CHOICE-KEY", f"There is no choice '{key}'.", f"Known are: {', '.join(sorted(_TYPES))}.")
    try:
        found = _TYPES[key](value)
    except ValueError:
        raise not_a_value(key, value, _TAKES.get(key, "a number")) from None
    low, high = {"days": (0, 3650), "at_least": (0, 100)}.get(key, (None, None))
    if low is not None and high is not None and not low <= found <= high:
        raise Refusal("CHOICE-VALUE", f"The choice {key} cannot be {value}.", f"It lies from {low} to {high}.")
    return found


def not_a_value(key: str, value: str, takes: str) -> Refusal:
    """Return the refusal of a value that a choice cannot have; ``takes``: those that it can."""
    return Refusal("CHOICE-VALUE", f"The choice {key} cannot be '{value}'.", f"It takes: {takes}.")
