"""Every self-test: its name, what it tries, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dsmb_app.model.errors import Refusal
from dsmb_app.selftests import (
    bitflip,
    diskfull,
    hostile_cells,
    image_damage,
    kill,
    leaks,
    noninterference,
    truncate,
    truncated_source,
)
from dsmb_app.selftests.outcome import Outcome, Plan


@dataclass(frozen=True)
class SelfTest:
    """A self-test and how many cases it tries: in a usual run, and in a full one."""

    name: str
    run: Callable[[Plan], Outcome]
    usual: int
    full: int


ALL = (
    SelfTest(bitflip.NAME, bitflip.run, 10_000, 10_000),
    SelfTest(truncate.NAME, truncate.run, 5_000, 5_000),
    SelfTest(kill.NAME, kill.run, 30, 334),
    SelfTest(diskfull.NAME, diskfull.run, 1, 1),
    SelfTest(truncated_source.NAME, truncated_source.run, 100, 5_000),
    SelfTest(noninterference.NAME, noninterference.run, 2, 200),
    SelfTest(leaks.NAME, leaks.run, 20, 400),
    SelfTest(hostile_cells.NAME, hostile_cells.run, 1_000, 10_000),
    SelfTest(image_damage.NAME, image_damage.run, 50, 2_000),
)


def chosen(names: list[str]) -> tuple[SelfTest, ...]:
    """Return the self-tests of these names in the order of the catalogue, all when none is named.

    Raises Refusal SELFTEST-NAME for a name that is none.
    """
    known = [test.name for test in ALL]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Refusal(
            "SELFTEST-NAME", f"There is no self-test called {unknown[0]}.", f"Name some of: {', '.join(known)}."
        )
    return tuple(test for test in ALL if not names or test.name in names)
