"""A checked and derived delivery becomes the clear bytes of the sealed parts: main, codes and names."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dsmb_app import __version__
from dsmb_app.model.baskets import held_terms, study_baskets
from dsmb_app.model.study import Study
from dsmb_app.snapshot.adam import adapted, arm_words
from dsmb_app.snapshot.adam_made import Made
from dsmb_app.snapshot.adam_subjects import is_period
from dsmb_app.snapshot.arms import Arms, resolve_arms
from dsmb_app.snapshot.checks import check
from dsmb_app.snapshot.columns import Policy, built_in_policy
from dsmb_app.snapshot.held_counts import worked_out
from dsmb_app.snapshot.leaks import LeakReport, check_leaks
from dsmb_app.snapshot.source import Dataset, Source, text
from dsmb_app.snapshot.trial import TrialFile
from dsmb_app.snapshot.wording import TreatmentWords, treatment_words
from dsmb_app.store.derive import Derived, derive
from dsmb_app.store.image import build_image
from dsmb_app.store.split import Split, Splitter


@dataclass(frozen=True)
class Prepared:
    """A delivery that can be locked. ``folder`` is that of the study file, where its own baskets lie.

    ``source`` holds the delivered datasets, and those that were made of ADaM for want of SDTM.
    """

    study: Study
    folder: Path
    source: Source
    policy: Policy
    arms: Arms
    derived: Derived

    @property
    def delivered(self) -> tuple[Dataset, ...]:
        """Return the datasets that were delivered, without those made of them."""
        return tuple(dataset for dataset in self.source.datasets.values() if not isinstance(dataset, Made))

    @property
    def held_notes(self) -> tuple[str, ...]:
        """Return what the statistician must know of tests that are held back; not for the receipt, which main opens."""
        lb = self.source.datasets.get("LB")
        tests = () if lb is None else tuple(text(lb, "LBTESTCD").str.strip().unique())
        return worked_out(self.study.lab.hold_back, tests)

    @property
    def treated_notes(self) -> tuple[str, ...]:
        """Return a word of warning where whole arms, or subjects with records of dosing, are not in the safety
        population; like all that an arm decides, not for the open part."""
        treated = (self.derived.subjects["SAFFL"] == "Y").to_numpy()
        arm = self.arms.actual if self.study.arms.source == "actual" else self.arms.planned
        empty = len((set(arm) - {""}) - set(arm[treated]))
        dm = self.source.datasets["DM"]
        dosed = text(dm, "USUBJID").isin(text(self.source.datasets["EX"], "USUBJID")).to_numpy()
        first = (text(dm, "RFXSTDTC") != "").to_numpy() if "RFXSTDTC" in dm.frame else np.zeros(len(dosed), dtype=bool)
        notes = [
            f"{n} subject(s) {what}"
            for n, what in (
                (int((dosed & ~treated).sum()), "with records in EX are not treated: see the rules for dosing records"),
                (
                    int((first & ~dosed & ~treated).sum()),
                    "with RFXSTDTC in DM have no record in EX: they are not treated",
                ),
            )
            if n
        ]
        if empty:
            notes.append(f"CHECK: in {empty} arm(s) nobody counts as treated; all tables would be empty there")
        return tuple(notes)


@dataclass(frozen=True)
class Parts:
    """The images of main, codes and names in clear, how the columns were split among them, and what tells the arms.

    ``leak_hash``: commitment to the leak report, which lies in names with the salt that keeps it from being guessed.
    """

    images: dict[str, bytes]
    split: Split
    leaks: LeakReport
    leak_hash: str


def prepared(source: Source, study: Study, folder: Path) -> Prepared:
    """Check a source and derive from it everything that no choice can change.

    Raises Refusal for a source that cannot be used.
    """
    policy = study_policy(study)
    source, analysis = adapted(source)
    check(source, policy)
    arms = resolve_arms(source.datasets["DM"], study.arms, analysis)
    return Prepared(study, folder, source, policy, arms, derive(source, study, policy, arms, analysis))


def study_policy(study: Study) -> Policy:
    """Return the allow-list of a study: the built-in one, ``blind.allow``, and the emergent flag if one is named."""
    policy = built_in_policy().allowing(study.blind.allow, key="blind.allow")
    with_flag = policy.allowing([study.emergent.flag] if study.emergent.flag else [], key="emergent.flag")
    # Of ADAE the open part gets the flag alone, as yes or no beside each event; the dataset itself stays sealed.
    return policy if study.emergent.flag.startswith("ADAE.") else with_flag


def find_words(source: Source, arms: Arms, study: Study) -> TreatmentWords:
    """Collect the words that name a treatment from the arms, EX and the study file."""
    ex = source.datasets["EX"]
    codes = arm_words(source)
    # Where the doses are made of ADSL, EXTRT is the arm, whose words are ordinary ones in a dictionary.
    columns = () if is_period(ex) else ("EXTRT", "EXLOT")
    dosed = {value for column in columns if column in ex.frame for value in text(ex, column).unique()}
    plain_numbers = {value for value in dosed if value.isdigit()}
    labels = set(arms.source_texts) | set(arms.names) | set(study.arms.labels)
    return treatment_words(labels | codes, dosed - plain_numbers, study.arms.drug_words)


def make_parts(work: Prepared, book: TrialFile, rng: random.Random, *, test: bool) -> Parts:
    """Assign ids and letters, split every column, and build the images.

    The same work, book and ``rng`` give the same bytes; main's bytes depend on nothing that an arm decides. Raises
    Refusal when main would tell the arms (``snapshot.leaks``) and the study file accepts no such thing.
    """
    ids = book.assign_subject_ids(text(work.source.datasets["DM"], "USUBJID").tolist(), rng)
    letters = book.assign_letters(work.arms.names, rng)
    words = find_words(work.source, work.arms, work.study)
    held = held_terms(work.study.ae.hold_back, work.folder)
    split = Splitter(work.study, work.policy, ids, words, held, rng).split(work.source, work.derived)
    subjects = _code_rows(work, ids, letters)
    leaks = check_leaks(split.main, subjects, work.study.blind.accept_leaks)
    leaks.refuse_blocked()
    salt = f"{rng.getrandbits(128):032x}"
    about = {"tool": __version__, "format": 1}
    names = work.arms.names
    arm_rows = pd.DataFrame({"LETTER": [letters[name] for name in names], "ARM": list(names)})
    codes = {"subjects": subjects, **split.codes}
    named = {"arms": arm_rows, **split.names, "leaks": leaks.table()}
    closed = {"arms_settings": work.study.arms_only(), "leaks_salt": salt}
    in_use = sorted(letters[name] for name in names)
    images = {
        "main": build_image(split.main, {**about, **_main_manifest(work, split, test=test)}),
        # Salted: the receipt, which opens with main, holds the hash of codes, and who knows the subjects could guess.
        "codes": build_image(codes, {**about, "letters": in_use, "salt": f"{rng.getrandbits(128):032x}"}),
        "names": build_image(named, {**about, **closed}),
    }
    return Parts(images, split, leaks, leaks.sha256(salt))


def _main_manifest(work: Prepared, split: Split, *, test: bool) -> dict[str, object]:
    study = work.study
    return {
        "study": study.without_arms(),
        "counts": dict(work.derived.counts),
        "classes": [list(row) for row in split.classes if row[2] == "main"],
        "delivered": sorted(dataset.name for dataset in work.delivered),
        "baskets": [basket.to_json() for basket in study_baskets(study.ae.baskets, work.folder)],
        "held_back": {"ae": list(study.ae.hold_back), "lb": list(study.lab.hold_back)},
        "test": test,
    }


def _code_rows(work: Prepared, ids: dict[str, str], letters: dict[str, str]) -> pd.DataFrame:
    originals = text(work.source.datasets["DM"], "USUBJID")
    return pd.DataFrame(
        {
            "USUBJID": originals.map(ids),
            "ORIGID": originals,
            "PLANNED": work.arms.planned.map(letters).astype(object).fillna(""),
            "ACTUAL": work.arms.actual.map(letters).astype(object).fillna(""),
        }
    ).sort_values("USUBJID", ignore_index=True)
