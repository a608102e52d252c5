"""What a reader may choose: everything that changes a number without changing the data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
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


@dataclass(frozen=True)
class Choices:
    """One set of choices; the study file gives the defaults.

    ``days``: days after the last dose in the on-treatment window. ``at_least``: pooled share (0 to 100 percent) that a
    term must reach to be listed, so that no arm decides which rows a reader sees.
    """

    window: Window = Window.ON_STUDY
    days: int = 30
    partial_start: PartialStart = PartialStart.CONSERVATIVE
    arm_source: ArmSource = ArmSource.ACTUAL
    order: Order = Order.FREQUENCY
    at_least: float = 0.0
    interval: IntervalMethod = IntervalMethod.MIETTINEN_NURMINEN

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
        """Tell whether both choose the same records and labels, so that only what is made of them differs."""
        return self.changed(order=other.order, at_least=other.at_least, interval=other.interval) == other

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
            changes[key] = _read(key, value.strip())
        return replace(self, **changes)


_TYPES: dict[str, Any] = {
    "window": Window,
    "days": int,
    "partial_start": PartialStart,
    "arm_source": ArmSource,
    "order": Order,
    "at_least": float,
    "interval": IntervalMethod,
}
assert set(_TYPES) == {field.name for field in fields(Choices)}


def _read(key: str, value: str) -> Any:
    if key not in _TYPES:
        raise Refusal("CHOICE-KEY", f"There is no choice '{key}'.", f"Known are: {', '.join(sorted(_TYPES))}.")
    kind = _TYPES[key]
    try:
        read = kind(value)
    except ValueError:
        allowed = ", ".join(kind) if issubclass(kind, str) else "a number"
        raise Refusal("CHOICE-VALUE", f"The choice {key} cannot be '{value}'.", f"It takes: {allowed}.") from None
    low, high = {"days": (0, 3650), "at_least": (0, 100)}.get(key, (None, None))
    if low is not None and high is not None and not low <= read <= high:
        raise Refusal("CHOICE-VALUE", f"The choice {key} cannot be {value}.", f"It lies from {low} to {high}.")
    return read
