"""How much the data rest on: time watched, labs and visits present of those expected, records set aside, last contact.

Thresholds of a warning (definitions, section 20: fewer than 10% missing): a share of expected labs or visits below
``LEAST`` percent in any column, or arms that differ by more than ``APART`` points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsmb_app.model import formats

LEAST, APART = 90.0, 10.0
TOTAL = "Total"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those expected are there; ``of`` counts subjects at visits."""

    n: int
    of: int

    @property
    def percent(self) -> float | None:
        """Return the share in percent, None where nothing was expected."""
        return 100 * self.n / self.of if self.of else None


@dataclass(frozen=True)
class Maturity:
    """By column (the arms of a closed session, then Total): subjects, patient-years, records set aside, subjects
    overdue for contact (None: not known); ``present``: the share of each panel's expected labs, and of visits.

    ``on_study``: subjects still on study, out of whom some are overdue. ``small``: counts from 1 to below it
    are hidden.
    """

    columns: tuple[str, ...]
    subjects: Mapping[str, int]
    years: Mapping[str, float]
    present: Mapping[str, Mapping[str, Share]]
    set_aside: Mapping[str, int]
    overdue: Mapping[str, int] | None
    on_study: Mapping[str, int]
    small: int = 0

    def warning(self, name: str) -> str:
        """Return why a share calls for care, "" where it does not: below the least share, or arms apart."""
        shares = {c: p for c in self.columns if (p := self.present[name][c].percent) is not None}
        by_arm = [share for column, share in shares.items() if column != TOTAL]
        said = []
        if any(share < LEAST for share in shares.values()):
            said.append(f"below {LEAST:g}%")
        if by_arm and max(by_arm) - min(by_arm) > APART:
            said.append(f"arms over {APART:g} points apart")
        return ", ".join(said)

    def words_of(self, name: str, *, named: bool = True) -> str:
        """Return a share in words: ``Liver tests 93.1% (A 94.3%, B 91.8%)``; ``named``: with the names of the arms."""
        total, *arms = (_percent(self.present[name][c]) for c in (TOTAL, *self._arms))
        return f"{name} {total}{self._beside(arms, named=named)}"

    def exposure(self, *, named: bool = True) -> str:
        """Return the time watched in words."""
        total, *arms = (formats.half_up(self.years[c], 1) for c in (TOTAL, *self._arms))
        return f"{total} patient-years{self._beside(arms, named=named)}"

    def _beside(self, texts: list[str], *, named: bool) -> str:
        words = [f"{arm} {text}" for arm, text in zip(self._arms, texts, strict=True)]
        if not named:
            # What they are parts of has just said it.
            words = [text.removesuffix("%") for text in texts]
        return f" ({', '.join(words)})" if words else ""

    @property
    def left_out(self) -> str:
        """Return how many records were set aside, in words."""
        return f"{self._count(self.set_aside[TOTAL])} record(s) set aside after the cut-off"

    @property
    def contact(self) -> str:
        """Return who was not heard of in time, in words."""
        if self.overdue is None:
            return "last contact not known"
        found = self._count(self.overdue[TOTAL])
        return f"last contact overdue in {found} of {self.on_study[TOTAL]} on study"

    def names(self, about: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the shares that a page is about; all of them where it is about none."""
        return tuple(name for name in about if name in self.present) or tuple(self.present)

    def line(self) -> str:
        """Return everything on one line, for a sheet of a pack."""
        return f"Data so far: {'; '.join(words for words, _ in self.parts())}"

    def brief(self, about: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """Return the same as ``parts`` in fewer words, what calls for care first.

        The arms are named in the first bracket alone, the others keep their order; shares with the same warning, or
        without one, stand together.
        """
        alike: dict[str, list[str]] = {}
        for name in self.names(about):
            alike.setdefault(self.warning(name), []).append(name)
        fine = alike.pop("", [])
        first = next((names[0] for names in alike.values()), "")

        def shares(names: list[str]) -> str:
            return ", ".join(self.words_of(name, named=name == first) for name in names)

        found = [(f"{shares(names)} - CHECK: {why}", why) for why, names in alike.items()]
        found.append((self.exposure(named=not first), ""))
        return [*found, *([(shares(fine), "")] if fine else []), (self.left_out, ""), (self.contact, "")]

    def parts(self, about: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """Return the words of the line one after the other, each with its warning ("" for none)."""
        found = [(self.exposure(), "")]
        for name in self.names(about):
            why = self.warning(name)
            found.append((f"{self.words_of(name)}{f' - CHECK: {why}' if why else ''}", why))
        return [*found, (self.left_out, ""), (self.contact, "")]

    @property
    def _arms(self) -> tuple[str, ...]:
        return tuple(column for column in self.columns if column != TOTAL)

    def _count(self, n: int) -> str:
        return f"<{self.small}" if 0 < n < self.small else formats.count(n)


def _percent(share: Share) -> str:
    return f"{formats.percent(share.percent)}%" if share.of else "none expected"
