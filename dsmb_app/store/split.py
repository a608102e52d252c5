"""Every cell of the source to its part: main, codes or names."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from dsmb_app.model.study import Study
from dsmb_app.snapshot.adam_made import Made
from dsmb_app.snapshot.columns import DatasetPolicy, Kind, Policy
from dsmb_app.snapshot.source import Dataset, Source, number, text
from dsmb_app.snapshot.wording import TreatmentWords, withhold
from dsmb_app.store.derive import Derived

_ADMINISTRATIVE = ("STUDYID", "DOMAIN", "RDOMAIN", "USUBJID")
_NUMBERING = ("SEQ", "SPID", "GRPID", "REFID", "LNKID", "LNKGRP")
_GAPS = "its gaps would tell whose rows are held back"


@dataclass
class Split:
    """Frames by part. ``classes``: (dataset, column, part, why) for the statistician's report."""

    main: dict[str, pd.DataFrame] = field(default_factory=dict)
    codes: dict[str, pd.DataFrame] = field(default_factory=dict)
    names: dict[str, pd.DataFrame] = field(default_factory=dict)
    classes: list[tuple[str, str, str, str]] = field(default_factory=list)
    withheld: list[pd.DataFrame] = field(default_factory=list)


@dataclass(frozen=True)
class Splitter:
    """Carries what every dataset's split needs: rules, ids (original to random), words, and the shuffle."""

    study: Study
    policy: Policy
    ids: Mapping[str, str]
    words: TreatmentWords
    held_terms: frozenset[str]
    rng: random.Random

    def split(self, source: Source, derived: Derived) -> Split:
        """Assign every column of every dataset to one part, and shuffle the rows of what stays in main."""
        out = Split()
        self._subjects(source.datasets["DM"], derived, out)
        for name, rules in self.policy.datasets.items():
            if name in source.datasets and name not in ("DM", "EX"):
                dataset = source.datasets[name]
                if f"held_{name.removeprefix('SUPP').lower()}" in out.codes:
                    self._seal_whole(dataset, out, _GAPS)
                elif name.startswith("SUPP"):
                    self._qualifiers(dataset, rules, out)
                else:
                    self._records(dataset, rules, derived.days.get(name), out)
        self._doses(source.datasets["EX"], derived, out)
        for name, dataset in source.datasets.items():
            if name not in self.policy.datasets:
                self._seal_whole(dataset, out)
        columns = {"DATASET": "", "RECORD": 0, "COLUMN": "", "VALUE": ""}
        out.names["withheld"] = pd.concat(
            [pd.DataFrame({k: pd.Series([v])[:0] for k, v in columns.items()}), *out.withheld], ignore_index=True
        )
        return out

    def _subjects(self, dm: Dataset, derived: Derived, out: Split) -> None:
        rules = self.policy.datasets["DM"]
        kept = pd.concat([self._kept(dm, rules, out), derived.subjects], axis=1)
        kept["EOSREAS"], _ = withhold(kept["EOSREAS"].astype("str"), self.words.in_terms)
        out.main["dm"], order = self._shuffled(dm, kept)
        self._seal_rest(dm, rules, order, out)
        out.classes += [("DM", column, "main", "derived") for column in derived.subjects.columns]
        out.classes.append(("DM", "USUBJID", "codes", "a random id stands for it in every table of main"))

    def _records(self, dataset: Dataset, rules: DatasetPolicy, days: pd.DataFrame | None, out: Split) -> None:
        held = self._held(dataset)
        if held.any():
            # Numbers 1, 2, 5 would say that this subject has two rows more, and so, likely, which arm.
            numbering = tuple(dataset.name + ending for ending in _NUMBERING)
            rules = replace(rules, kinds={c: kind for c, kind in rules.kinds.items() if c not in numbering})
        kept = self._kept(dataset, rules, out)
        if days is not None:
            kept = pd.concat([kept, days], axis=1)
            out.classes += [(dataset.name, column, "main", "derived") for column in days.columns]
        frame, order = self._shuffled(dataset, kept)
        frame = self._without_treatment_words(dataset.name, frame, rules, out)
        held = held[order]
        table = dataset.name.lower()
        out.main[table] = frame[~held].reset_index(drop=True)
        if held.any():
            out.codes[f"held_{table}"] = frame[held].reset_index(drop=True)
            out.classes.append((dataset.name, f"{int(held.sum())} rows", "codes", "held back from open sessions"))
        self._seal_rest(dataset, rules, order, out)

    def _kept(self, dataset: Dataset, rules: DatasetPolicy, out: Split) -> pd.DataFrame:
        """Return the allow-listed columns; one that is not delivered is there, empty, so that reads need not ask."""
        columns: dict[str, pd.Series] = {}
        for column, kind in rules.kinds.items():
            delivered = column in dataset.frame
            if kind is Kind.DATE and not self.study.blind.keep_dates:
                continue
            if kind is Kind.NUMBER:
                columns[column] = number(dataset, column) if delivered else pd.Series(np.nan, dataset.frame.index)
            else:
                blank = pd.Series("", dataset.frame.index, dtype="str")
                columns[column] = text(dataset, column).str.strip() if delivered else blank
            if delivered:
                out.classes.append((dataset.name, column, "main", kind.value + _taken_from(dataset, column)))
        return pd.DataFrame(columns, index=dataset.frame.index)

    def _shuffled(self, dataset: Dataset, kept: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
        """Put rows in random order, number them (RECORD), and name their subjects by random ids."""
        order = list(range(len(kept)))
        self.rng.shuffle(order)
        places = np.array(order, dtype=np.intp)
        frame = kept.iloc[places].reset_index(drop=True)
        ids = text(dataset, "USUBJID").map(self.ids).iloc[places].to_numpy()
        frame.insert(0, "RECORD", np.arange(1, len(kept) + 1))
        frame.insert(1, "USUBJID", pd.Series(ids, dtype="str"))
        return frame, places

    def _without_treatment_words(
        self, name: str, frame: pd.DataFrame, rules: DatasetPolicy, out: Split
    ) -> pd.DataFrame:
        for kind, pattern in ((Kind.FREE, self.words.in_free), (Kind.TERM, self.words.in_terms)):
            for column in rules.of_kind(kind):
                clean, removed = withhold(frame[column], pattern)
                if len(removed):
                    frame = frame.assign(**{column: clean})
                    cells = {"RECORD": frame.loc[removed.index, "RECORD"], "COLUMN": column, "VALUE": removed}
                    out.withheld.append(pd.DataFrame({"DATASET": name.lower(), **cells}))
                    out.classes.append((name, f"{column}, {len(removed)} cells", "names", "text names a treatment"))
        return frame

    def _held(self, dataset: Dataset) -> np.ndarray:
        if dataset.name == "AE" and self.held_terms:
            named = text(dataset, "AEDECOD").str.strip().str.casefold().isin(self.held_terms)
            if "AEPTCD" in dataset.frame:
                named |= text(dataset, "AEPTCD").str.strip().isin(self.held_terms)
            return named.to_numpy()
        if dataset.name == "LB" and self.study.lab.hold_back:
            return text(dataset, "LBTESTCD").str.strip().isin(self.study.lab.hold_back).to_numpy()
        return np.zeros(len(dataset.frame), dtype=bool)

    def _seal_rest(self, dataset: Dataset, rules: DatasetPolicy, order: np.ndarray, out: Split) -> None:
        kept = [c for c, kind in rules.kinds.items() if kind is not Kind.DATE or self.study.blind.keep_dates]
        rest = [c for c in dataset.frame.columns if c not in kept and c not in _ADMINISTRATIVE]
        # What a dataset was made of is sealed where it stands.
        if rest and not isinstance(dataset, Made):
            sealed = dataset.frame[rest].iloc[order].reset_index(drop=True)
            sealed.insert(0, "RECORD", np.arange(1, len(sealed) + 1))
            out.names[f"sealed_{dataset.name.lower()}"] = sealed
            out.classes += [(dataset.name, column, "names", self._why_sealed(dataset.name, column)) for column in rest]

    def _why_sealed(self, dataset: str, column: str) -> str:
        if self.policy.forbids(dataset, column):
            return "tells the treatment"
        listed = self.policy.datasets[dataset].kinds.get(column)
        if listed is None:
            return "not on the allow-list"
        return "date; study days stand for it in main" if listed is Kind.DATE else _GAPS

    def _qualifiers(self, dataset: Dataset, rules: DatasetPolicy, out: Split) -> None:
        allowed = text(dataset, "QNAM").isin(rules.qualifiers)
        columns = [c for c in ("IDVAR", "IDVARVAL", "QNAM", "QVAL") if c in dataset.frame]
        kept = dataset.frame.loc[allowed, columns].astype("str").reset_index(drop=True)
        picked = replace(dataset, frame=dataset.frame[allowed].reset_index(drop=True))
        frame, _ = self._shuffled(picked, kept)
        value_rules = DatasetPolicy(dataset.name, {"QVAL": Kind.FREE})
        out.main[dataset.name.lower()] = self._without_treatment_words(dataset.name, frame, value_rules, out)
        out.classes += [(dataset.name, qnam, "main", "allowed by the study file") for qnam in sorted(rules.qualifiers)]
        rest = replace(dataset, frame=dataset.frame[~allowed].reset_index(drop=True))
        self._seal_whole(rest, out)

    def _doses(self, ex: Dataset, derived: Derived, out: Split) -> None:
        """Dose days stay in main only where the schedule tells no arm; amounts and treatments never do."""
        days = derived.doses[["EXSTDY", "EXENDY"]]
        numbered = replace(ex, frame=derived.doses[["USUBJID"]])
        frame, order = self._shuffled(numbered, days)
        in_main = self.study.schedule.same_in_all_arms
        (out.main if in_main else out.names)["ex"] = frame
        why = "the schedule is the same in all arms" if in_main else "the schedule may tell the arm"
        out.classes.append(("EX", "EXSTDY, EXENDY", "main" if in_main else "names", why))
        if isinstance(ex, Made):
            return  # sealed where it stands, in ADSL or ADEX
        sealed = ex.frame.drop(columns=[c for c in _ADMINISTRATIVE if c in ex.frame])
        dose_of_row = np.zeros(len(ex.frame), dtype=np.int64)  # 0: not a dose that counts
        dose_of_row[derived.doses["row"].to_numpy()[order]] = frame["RECORD"].to_numpy()
        sealed.insert(0, "RECORD", dose_of_row)
        sealed.insert(1, "USUBJID", text(ex, "USUBJID").map(self.ids))
        out.names["sealed_ex"] = sealed
        out.classes += [("EX", column, "names", "tells the treatment") for column in sealed.columns[2:]]

    def _seal_whole(self, dataset: Dataset, out: Split, reason: str = "") -> None:
        if dataset.frame.empty:
            return
        sealed = dataset.frame.copy()
        if "USUBJID" in sealed:
            own = text(dataset, "USUBJID")
            sealed["USUBJID"] = own.map(self.ids).fillna(own)
        out.names[f"sealed_{dataset.name.lower()}"] = sealed
        never = dataset.name in self.policy.never_datasets
        why = reason or ("a dataset that is never open" if never else "not on the allow-list")
        # A reader of the report asks which qualifiers went, not in which columns all of them stand.
        what = text(dataset, "QNAM").unique() if "QNAM" in dataset.frame else dataset.frame.columns
        out.classes += [(dataset.name, str(one), "names", why) for one in what]


def _taken_from(dataset: Dataset, column: str) -> str:
    """Say which ADaM columns a column of a dataset that was made of them holds; nothing for a delivered one."""
    if not isinstance(dataset, Made):
        return ""
    pairs = [of.split(".") for of in dataset.origins[column]]
    files, columns = (", ".join(dict.fromkeys(part)) for part in zip(*pairs, strict=True)) if pairs else ("", "")
    if not files:
        return f", by {dataset.file_name}"
    return f", from {files}" if columns == column else f", from {columns} of {files}"
