"""The study settings and the counts of derivation rules in words: on sheet 99 and on the page of data quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dsmb_app.model import formats
from dsmb_app.model.study import Study
from dsmb_app.model.words import Level

Pairs = tuple[tuple[str, str], ...]


def settings(study: Study, level: Level) -> Pairs:
    """Return the settings that a level may print, as SECTION.KEY and value."""
    return tuple(
        (f"{section}.{key}", in_words(value))
        for section, values in study.model_dump(mode="json").items()
        for key, value in values.items()
        if _may_show(level, section, key)
    )


def rule_counts(counts: Mapping[str, int]) -> Pairs:
    """Return how often each rule had to decide, in words."""
    return tuple((COUNT_WORDS.get(name, name), formats.count(n)) for name, n in counts.items())


def _may_show(level: Level, section: str, key: str) -> bool:
    """Tell whether a setting may be printed: nothing that names arms or tells of them below its level."""
    if level is Level.NAMED:
        return True
    if section == "arms" or (section, key) == ("study", "title"):
        return key == "source"
    # Reasons for accepted leaks are closed data: they say what separates the arms.
    return level is not Level.POOLED or section != "blind"


def in_words(value: Any) -> str:
    """Return a setting as a reader would write it; nothing at all as a dash."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {in_words(part)}" for key, part in value.items()) or "-"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return (
            ", ".join(f"({in_words(part)})" if isinstance(part, Mapping) else in_words(part) for part in value) or "-"
        )
    return "-" if value is None or value == "" else str(value)


COUNT_WORDS = {
    "ae_partial_start": "Treatment-emergent adverse events whose start date is known to the month or year only",
    "ae_missing_start": "Treatment-emergent adverse events without a start date",
    "ae_missing_start_left_out": "Adverse events without a start date that were left out",
    "ae_after_cutoff": "Adverse events that begin after the data cut-off, set aside",
    "ae_after_end": "Adverse events counted that begin after the subject's end of study",
    "ae_worsened": "Adverse events that began before the first dose and worsened, counted from day 1",
}
