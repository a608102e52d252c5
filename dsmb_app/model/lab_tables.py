"""Levels and panels of laboratory tests, as the tables in resources/labs have them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from dsmb_app.model.resource_files import resource


@dataclass(frozen=True)
class Level:
    """A strict criterion: ``kind`` is "uln" (multiples of the upper limit), "below", "above" or "decrease".

    ``limit`` is in ``unit``; of "uln" it is a multiple.
    """

    test: str
    side: str
    kind: str
    limit: float
    unit: str = ""

    @property
    def criterion(self) -> str:
        """Return the criterion as printed: ``>3 x ULN``, ``<0.75 x 10^9/L``, ``decrease >20 g/L``."""
        unit = f"x {self.unit}" if self.unit.startswith("10^") else self.unit
        return {
            "uln": f">{self.limit:g} x ULN",
            "below": f"<{self.limit:g} {unit}",
            "above": f">{self.limit:g} {unit}",
            "decrease": f"decrease >{self.limit:g} {unit}",
        }[self.kind].strip()


@dataclass(frozen=True)
class Levels:
    """A table of levels: where it is from, and the criteria of each test and side, in its order."""

    version: str
    of: Mapping[tuple[str, str], tuple[Level, ...]]

    @property
    def tests(self) -> tuple[str, ...]:
        """Return the tests in the table's order."""
        return tuple(dict.fromkeys(test for test, _ in self.of))


@cache
def levels(name: str) -> Levels:
    """Read resources/labs/NAME.toml ("levels" or "blood_limits")."""
    table = tomllib.loads(resource("labs", f"{name}.toml").read_text(encoding="utf-8"))
    found = {
        (test, side): tuple(
            Level(test, side, kind, float(limit), str(entry.get("unit", "")))
            for kind in ("uln", "below", "above", "decrease")
            for limit in entry.get(kind, ())
        )
        for test, sides in table.items()
        if isinstance(sides, dict)
        for side, entry in sides.items()
    }
    return Levels(str(table["version"]), found)


@cache
def panels() -> Mapping[str, tuple[str, ...]]:
    """Read resources/labs/panels.toml: the tests of each panel."""
    return _lists("panels")


@cache
def other_codes() -> Mapping[str, tuple[str, ...]]:
    """Read resources/labs/codes.toml: by test, the codes under which it may also be reported."""
    return _lists("codes")


def _lists(name: str) -> dict[str, tuple[str, ...]]:
    table = tomllib.loads(resource("labs", f"{name}.toml").read_text(encoding="utf-8"))
    return {key: tuple(found) for key, found in table.items()}
