"""THE GATE: the only reader of the sealed parts and the only maker of a Cut."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dsmb_app.blinding.amounts import with_amounts
from dsmb_app.blinding.deaths import with_deaths
from dsmb_app.blinding.flags import with_flags
from dsmb_app.blinding.levels import LETTERS, permit
from dsmb_app.model.baskets import Basket
from dsmb_app.model.choices import Choices
from dsmb_app.model.cut import OTHERS, Cut, SnapshotInfo
from dsmb_app.model.days import from_offset, to_offset
from dsmb_app.model.emergence import emergence, is_treated, rule_counts
from dsmb_app.model.errors import Refusal
from dsmb_app.model.filters import chosen, stratum
from dsmb_app.model.stopping import past_giving_up
from dsmb_app.model.study import Study
from dsmb_app.model.words import ArmSource, Level, Window
from dsmb_app.snapshot import container
from dsmb_app.snapshot.container import Snapshot
from dsmb_app.snapshot.locks import Key
from dsmb_app.snapshot.seen import Place
from dsmb_app.snapshot.words_for_people import codes_first
from dsmb_app.store.image import Image, open_image

LAB_COLUMNS = {"LBTESTCD": True, "LBSPEC": True, "LBSTRESU": True, "VISIT": True, "VISITNUM": False, "LBDY_LO": False,
               "VALUE": False, "BOUND": True, "LLN": False, "ULN": False, "XULN": False, "GRVALUE": False,
               "GRLLN": False, "BASEFL": True, "CUTFL": True, "RECORD": False}  # fmt: skip
"""What analyses read of LB (True: text), so that a delivery without LB gives tables of nobody measured."""


class Gate:
    """An opened snapshot. Starts pooled; codes give letters, names give arm names; nothing else reads them."""

    def __init__(self, snapshot: Snapshot, key: str | Key) -> None:
        self._snapshot = snapshot
        self._receipt: dict[str, Any] = json.loads(snapshot.unlock("receipt", key))
        self._main = self._open("main", key)
        self._codes: Image | None = None
        self._names: Image | None = None
        self._rows: dict[tuple[str, Level], pd.DataFrame] = {}
        self._last: Cut | None = None
        self._narrow: Cut | None = None
        self.study = Study.model_validate(self._main.manifest["study"])

    @classmethod
    def open(cls, path: Path, key: str | Key, *, signers: Collection[str]) -> Gate:
        """Verify a snapshot and open its main part with a phrase or a member's key.

        Raises Refusal for a file, signer, phrase or key that is not right.
        """
        return cls(container.load(path, signers=signers), key)

    @property
    def highest(self) -> Level:
        """Return the highest level that what has been unlocked so far allows."""
        if self._names:
            return Level.NAMED
        return Level.MASKED if self._codes else Level.POOLED

    @property
    def info(self) -> SnapshotInfo:
        """Return what identifies the snapshot on screens and sheets."""
        s = self._snapshot
        test = bool(self._main.manifest["test"])
        return SnapshotInfo(s.path_name, s.snap_id, s.sha256, s.trial, s.seq, s.signer, test)

    @property
    def receipt(self) -> dict[str, Any]:
        """Return where the data came from: source files with hashes, lock time."""
        return dict(self._receipt)

    @property
    def place(self) -> Place:
        """Return where the snapshot stands among those of its trial."""
        s = self._snapshot
        return Place(s.trial, s.seq, s.sha256, s.prev_sha256)

    def unlock_codes(self, key: str | Key) -> None:
        """Open the letters, the original ids and the held-back rows."""
        codes = self._open("codes", key)
        permit(Level.MASKED, codes.manifest["letters"])
        past_giving_up()
        self._codes = codes

    def unlock_names(self, key: str | Key) -> None:
        """Open the arm names and every sealed column; codes must be open first.

        Without codes the file itself gives nothing (snapshot.locks.NEEDS); older files leave it to this check.
        """
        if self._codes is None:
            raise codes_first(self._snapshot.path_name)
        names = self._open("names", key)
        past_giving_up()
        self.study = Study.model_validate({**self._main.manifest["study"], "arms": names.manifest["arms_settings"]})
        self._names = names

    def forget(self) -> None:
        """Let go of everything that was unlocked; nothing can be read after that."""
        for image in (self._main, self._codes, self._names):
            if image is not None:
                image.close()
        self._rows.clear()
        self._snapshot.forget()
        self._codes = self._names = self._last = self._narrow = None

    def cut(self, level: Level, choices: Choices) -> Cut:
        """Make the data of one level under one set of choices. Raises Refusal for a level not yet unlocked."""
        if _rank(level) > _rank(self.highest):
            raise Refusal(
                "LEVEL-LOCKED",
                f"The level {level} is not open in this session.",
                "Give the codes phrase for masked, and the names phrase too for named.",
            )
        if not (self._last and self._last.level is level and self._last.choices.same_data(choices)):
            self._last, self._narrow = self._make(level, choices.without()), None
        # Asked for some times in a row; narrowing millions of records is what a reader would wait for.
        if self._narrow is None or self._narrow.choices != choices:
            self._narrow = _narrowed(self._last, choices)
        return self._narrow

    def _make(self, level: Level, choices: Choices) -> Cut:
        arms, letters = self._labels(level)
        subjects = self._subjects(level, choices, letters)
        ae = _with_emergence(self._records("ae", level), subjects, choices, by_flag=bool(self.study.emergent.flag))
        closed_study = self.study if level is Level.NAMED else Study.model_validate(self._main.manifest["study"])
        return Cut(
            level=level,
            choices=choices,
            study=closed_study,
            snapshot=self.info,
            arms=permit(level, arms),
            reference=self.study.arms.reference if level is Level.NAMED else "",
            subjects=subjects,
            ae=ae,
            lb=_with_window(self._with_subject(self._records("lb", level), subjects), subjects, choices),
            doses=self._with_subject(self._dose_days(level), subjects),
            counts=self._main.manifest["counts"],
            held_back=self._held_back() if level is Level.POOLED else (),
            baskets=self._baskets(level),
            # Masked, this says no more than the letters themselves; pooled, there are none.
            styles=tuple(LETTERS.index(letter) for letter in letters),
            cm=self._delivered("cm", level, subjects),
            others={table: self._delivered(table, level, subjects) for table in OTHERS},
        )

    def _labels(self, level: Level) -> tuple[list[str], list[str]]:
        """Return the labels of the level in printed order, and the letters in the same order."""
        if level is Level.POOLED or self._codes is None:
            return [], []
        letters = sorted(self._codes.manifest["letters"])
        if level is Level.MASKED or self._names is None:
            return letters, letters
        rows = self._names.table("arms")
        return rows["ARM"].tolist(), rows["LETTER"].tolist()

    def _subjects(self, level: Level, choices: Choices, letters: list[str]) -> pd.DataFrame:
        subjects = self._main.table("dm")
        subjects["KEY"] = subjects["USUBJID"]
        subjects["ARM"] = subjects["PLANNEDARM"] = -1
        subjects = with_flags(subjects, self._main.table("suppdm"))
        if level is not Level.POOLED and self._codes is not None:
            codes = self._codes.table("subjects").set_index("USUBJID").loc[subjects["KEY"]]
            places = {name: place for place, name in enumerate(letters)}
            planned, actual = (codes[c].map(places).fillna(-1).to_numpy(dtype=int) for c in ("PLANNED", "ACTUAL"))
            subjects["ARM"] = planned if choices.arm_source is ArmSource.PLANNED else actual
            subjects["PLANNEDARM"] = planned
            subjects["USUBJID"] = codes["ORIGID"].to_numpy()
        # The file's order is random; a reader's lists are in the order of the ids that the reader sees.
        subjects = subjects.sort_values("USUBJID", ignore_index=True)
        subjects["ENDDY"], subjects["STRATUM"] = _window_end(subjects, choices), True
        return with_deaths(subjects, self._main.table("ds"), self._main.table("dd"))

    def _records(self, table: str, level: Level) -> pd.DataFrame:
        """Return a dataset: main's rows, the held-back ones when closed, withheld texts restored when named."""
        if (table, level) not in self._rows:
            self._rows[table, level] = self._read_records(table, level)
        return self._rows[table, level].copy(deep=False)

    def _read_records(self, table: str, level: Level) -> pd.DataFrame:
        rows = self._main.table(table)
        if level is Level.POOLED or self._codes is None:
            return rows
        held = self._codes.table(f"held_{table}")
        if len(held):
            rows = pd.concat([rows, held], ignore_index=True).sort_values("RECORD", ignore_index=True)
        if level is Level.NAMED and self._names is not None:
            rows = _restored(rows, self._names.table("withheld"), table)
        return rows

    def _dose_days(self, level: Level) -> pd.DataFrame:
        """Return dose days: from main where the schedule is the same in all arms, else at level named only.

        Amounts stand beside them at level named.
        """
        rows = self._main.table("ex")
        if level is Level.NAMED and self._names is not None:
            rows = with_amounts(rows if len(rows) else self._names.table("ex"), self._names.table("sealed_ex"))
        return rows if len(rows) else pd.DataFrame({"RECORD": [], "USUBJID": [], "EXSTDY": [], "EXENDY": []})

    def _delivered(self, table: str, level: Level, subjects: pd.DataFrame) -> pd.DataFrame:
        """Return the records of a dataset; an empty frame without columns where none was delivered."""
        rows = self._records(table, level)
        return self._with_subject(rows, subjects) if "USUBJID" in rows else rows

    @staticmethod
    def _with_subject(rows: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
        if "USUBJID" not in rows:
            return rows.assign(SUBJECT=np.zeros(0, dtype=np.int64))
        place = pd.Index(subjects["KEY"]).get_indexer(pd.Index(rows["USUBJID"]))
        return rows.assign(SUBJECT=place)

    def _held_back(self) -> tuple[str, ...]:
        held = self._main.manifest["held_back"]
        return (*held["ae"], *held["lb"])

    def _baskets(self, level: Level) -> tuple[Basket, ...]:
        """Return the term lists; a list held back as a whole is left out of open sessions (its zeros would mislead)."""
        found = tuple(Basket.from_json(entry) for entry in self._main.manifest["baskets"])
        held = set(self._held_back()) if level is Level.POOLED else set()
        return tuple(basket for basket in found if f"basket:{basket.name}" not in held)

    def _open(self, part: str, key: str | Key) -> Image:
        data = self._snapshot.unlock(part, key)
        if hashlib.sha256(data).hexdigest() != self._receipt["images"][part]:
            raise Refusal(
                "IMAGE-CHANGED",
                f"The {part} part is not the one that was locked.",
                "Ask the statistician for a fresh copy of the file.",
                file=self._snapshot.path_name,
            )
        return open_image(data, what=part)


def _rank(level: Level) -> int:
    return list(Level).index(level)


def _window_end(subjects: pd.DataFrame, choices: Choices) -> np.ndarray:
    """Return the last study day of each subject's window: on study, or W days after the last dose if sooner."""
    end = subjects["ENDSTDY"].to_numpy(dtype=float)
    if choices.window is Window.ON_TREATMENT:
        after_dose = from_offset(to_offset(subjects["TRTEDY"].to_numpy(dtype=float)) + choices.days)
        return np.asarray(np.fmin(end, after_dose))
    return np.asarray(end)


def _with_window(lb: pd.DataFrame, subjects: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Mark the post-baseline records of treated subjects in the chosen window; none after the cut-off."""
    if not len(lb.columns.intersection(list(LAB_COLUMNS))):
        empty = {name: pd.Series(dtype="str" if is_text else float) for name, is_text in LAB_COLUMNS.items()}
        return pd.DataFrame({**empty, "SUBJECT": np.zeros(0, np.int64), "POST": np.zeros(0, dtype=bool)})
    place = lb["SUBJECT"].to_numpy()
    post = ((lb["POSTFL"] == "Y") & (lb["CUTFL"] != "Y")).to_numpy() & (subjects["SAFFL"] == "Y").to_numpy()[place]
    if choices.window is Window.ON_TREATMENT:
        last_dose = to_offset(subjects["TRTEDY"].to_numpy(dtype=float)[place])
        post &= ~(to_offset(lb["LBDY_LO"].to_numpy(dtype=float)) > last_dose + choices.days)
    return lb.assign(POST=post)


def _with_emergence(ae: pd.DataFrame, subjects: pd.DataFrame, choices: Choices, *, by_flag: bool) -> pd.DataFrame:
    place = pd.Index(subjects["KEY"]).get_indexer(pd.Index(ae["USUBJID"]))
    last_dose = subjects["TRTEDY"].to_numpy(dtype=float)[place]
    found = emergence(ae, is_treated(subjects)[place], last_dose, choices, by_flag=by_flag)
    return ae.assign(SUBJECT=place, EMERGENT=found.emergent, ONSETDY=found.onset, WORSENED=found.worsened)


def _narrowed(cut: Cut, choices: Choices) -> Cut:
    """Return a cut without filters as the choices' filters leave it. Only masks change: nothing is read anew."""
    inside = stratum(cut.subjects, choices)
    among = inside[cut.ae["SUBJECT"].to_numpy()] & chosen(cut.ae, choices, cut.study.ae.grading, cut.baskets)
    return replace(
        cut,
        choices=choices,
        subjects=cut.subjects.assign(STRATUM=inside),
        ae=cut.ae.assign(EMERGENT=cut.ae["EMERGENT"] & among),
        lb=cut.lb.assign(POST=cut.lb["POST"] & inside[cut.lb["SUBJECT"].to_numpy()]),
        counts={**cut.counts, **rule_counts(cut.ae, cut.subjects, among)},
    )


def _restored(rows: pd.DataFrame, withheld: pd.DataFrame, table: str) -> pd.DataFrame:
    mine = withheld[withheld["DATASET"] == table] if len(withheld) else withheld
    for column, cells in mine.groupby("COLUMN") if len(mine) else ():
        values = rows["RECORD"].map(dict(zip(cells["RECORD"], cells["VALUE"], strict=True)))
        rows = rows.assign(**{str(column): values.fillna(rows[str(column)])})
    return rows
