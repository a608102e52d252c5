"""A Cut: frozen frames with permitted labels, on which every analysis works. Made by the gate alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.baskets import Basket
from dsmb_app.model.choices import Choices
from dsmb_app.model.study import Study
from dsmb_app.model.words import TOTAL, Level

T = TypeVar("T")

OTHERS = ("ds", "mh", "qs", "sc", "sv", "vs", "suppdm")
"""Datasets that a cut holds as delivered: disposition, history, questionnaires, visits, vital signs, qualifiers, and
subject characteristics."""


@dataclass(frozen=True)
class SnapshotInfo:
    """Which file a number comes from; ``test`` marks a snapshot made with a fixed seed."""

    file_name: str
    snap_id: str
    sha256: str
    trial: str
    seq: int
    signer: str
    test: bool = False


@dataclass(frozen=True)
class Cut:
    """The data of one level under one set of choices.

    ``subjects``: all screened subjects, one row each (index 0..n-1): USUBJID as it may be shown, ``ARM`` (place in
    ``arms``, -1 none), ``PLANNEDARM`` (as randomised), flags, study days, ``ENDDY`` (last day of the chosen window),
    ``STRATUM`` (whether the filters of subjects choose it), ``FLAGS`` (its allowed qualifiers of value Y, by blanks).
    ``ae``: all adverse events with ``SUBJECT`` (row in subjects), ``ONSETDY``, ``EMERGENT`` (treatment-emergent, and
    chosen by the filters of records and subjects). ``lb``: laboratory records with ``SUBJECT`` and ``POST``
    (post-baseline, in the window, of a chosen subject). ``doses``: dose days with ``SUBJECT``, at level named
    with their amounts too.
    ``counts``: how often rules had to be applied, for footnotes.
    ``arms`` is empty in a pooled cut; ``reference`` is "" unless arms are named. ``styles``: the look of each of
    ``arms``, the place of its letter in the alphabet. ``cm``: medication with ``SUBJECT``; without columns where the
    delivery has none. ``others``: further datasets by lower-case name (``OTHERS``), each likewise.
    """

    level: Level
    choices: Choices
    study: Study
    snapshot: SnapshotInfo
    arms: tuple[str, ...]
    reference: str
    subjects: pd.DataFrame = field(repr=False)
    ae: pd.DataFrame = field(repr=False)
    lb: pd.DataFrame = field(repr=False)
    doses: pd.DataFrame = field(repr=False)
    counts: Mapping[str, int]
    held_back: tuple[str, ...]
    baskets: tuple[Basket, ...] = ()
    styles: tuple[int, ...] = ()
    cm: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    others: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    # Not handed on by dataclasses.replace: another cut starts with nothing.
    _derived: dict[Callable[[Cut], Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: Callable[[Cut], T]) -> T:
        """Return ``make(cut)``, made when first asked for; it lasts as long as the cut, and all who ask share it.

        ``make``: a function or class of a module, for it is the key. What it returns must not be changed.
        """
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast(T, self._derived[make])

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the arms and, last, the total over all treated subjects."""
        return (*self.arms, TOTAL)

    @cached_property
    def stratum(self) -> npt.NDArray[np.bool_]:
        """Return the mask over ``subjects`` of those whom the filters choose, treated or not; all without a filter."""
        return _fixed(self.subjects["STRATUM"].to_numpy(dtype=bool))

    @property
    def safety(self) -> npt.NDArray[np.bool_]:
        """Return the mask over ``subjects`` of the safety population, within the stratum."""
        return self._members[TOTAL]

    def in_column(self, name: str) -> npt.NDArray[np.bool_]:
        """Return the mask over ``subjects`` of the safety population in an arm, or in all arms for the total.

        Raises KeyError for a name that is neither.
        """
        return self._members[name]

    @cached_property
    def _members(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        """The masks of all columns: tables ask for them once a row, and the frames never change."""
        safety = (self.subjects["SAFFL"] == "Y").to_numpy(dtype=bool) & self.stratum
        arm = self.subjects["ARM"].to_numpy()
        found = {name: _fixed(safety & (arm == place)) for place, name in enumerate(self.arms)}
        return {**found, TOTAL: _fixed(safety)}

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Return N of the safety population by arm, and last in total."""
        found = np.array([int(self.in_column(name).sum()) for name in self.columns], dtype=np.int64)
        found.flags.writeable = False
        return found

    @property
    def contrasts(self) -> tuple[tuple[str, str], ...]:
        """Return (arm, arm_ref) pairs: against the reference where arms are named, else all pairs in letter order."""
        if self.reference:
            return tuple((arm, self.reference) for arm in self.arms if arm != self.reference)
        return tuple((a, b) for i, a in enumerate(self.arms) for b in self.arms[i + 1 :])


def _fixed(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return a copy of a mask that nobody can change: all who ask for it share it."""
    kept = mask.copy()
    kept.flags.writeable = False
    return kept
