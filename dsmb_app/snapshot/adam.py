"""Analysis datasets (ADaM): in place of SDTM ones that are not delivered, and for what they say beside those that are.

What is made of them is an ordinary SDTM-shaped source with an ``Analysis`` beside it, so that nothing further down
asks where a row came from. The delivered ADaM datasets stay in the source and are sealed like any other dataset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import is_arm
from dsmb_app.snapshot import adam_findings, adam_records, adam_subjects
from dsmb_app.snapshot.adam_dates import dated, has_date
from dsmb_app.snapshot.adam_made import Made, first_number, first_text
from dsmb_app.snapshot.checks import check_members, check_subjects
from dsmb_app.snapshot.source import Dataset, Source, text

_ARM_COLUMN = re.compile(r"(ACT)?ARM(CD)?|TRT[PA]|TRT\d\d[PA]|TRT(\d\d)?[PA]G\d|TRTSEQ[PA]|TSEQ[PA]G\d")

YES, NO, UNSAID = "Y", "N", ""


@dataclass(frozen=True)
class Analysis:
    """What ADaM says about the rows of DM and LB; None where it says nothing.

    By row of DM: ``planned`` and ``actual`` arm texts, ``safety`` and ``randomised`` ("Y", "N", "" for a subject that
    ADSL does not hold), ``first`` and ``last`` dose and ``alive`` (last known alive) as ISO 8601 texts. By row of LB:
    ``baseline`` ("Y" or ""). ``names``: which column each of them is, for people. ``counts``: rules that had to be
    used. ``file`` is that of ADSL, ``rows`` the row there (0-based, -1 none) of each row of DM.
    """

    planned: pd.Series | None = None
    actual: pd.Series | None = None
    safety: pd.Series | None = None
    randomised: pd.Series | None = None
    first: pd.Series | None = None
    last: pd.Series | None = None
    alive: pd.Series | None = None
    baseline: pd.Series | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    file: str = ""
    rows: npt.NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))


def adapted(source: Source) -> tuple[Source, Analysis]:
    """Return the source with what ADaM can stand in for, and what ADaM says about subjects and laboratory records.

    Raises Refusal for an ADSL that cannot be used, and for records of subjects that nobody knows.
    """
    given, counts = dict(source.datasets), dict[str, int]()

    def count(rule: str, n: int) -> None:
        if n:
            counts[rule] = counts.get(rule, 0) + n

    adsl = given.get("ADSL")
    if adsl is not None:
        _check_adsl(adsl, given.get("DM"))
    new: dict[str, Made] = _subject_datasets(given)
    known = new.get("DM") or given.get("DM")
    if known is None:
        return source, Analysis()
    first, where = _first_dose(adsl), "ADSL" if isinstance(known, Made) else "DM"
    baseline = None
    if "AE" not in given and "ADAE" in given:
        check_members(given["ADAE"], _ids(known), where)
        new["AE"] = adam_records.events(given["ADAE"], first, count)
    pieces = adam_records.pieces(list(given.values()))
    if "LB" not in given and pieces:
        for piece in pieces:
            check_members(piece, _ids(known), where)
        new["LB"], baseline = adam_records.laboratory(pieces, first, count)
    elif "LB" in given and pieces:
        baseline = _joined_baseline(given["LB"], pieces, count)
    notes = [f"{name} is not delivered: made of {_origin_files(dataset)}" for name, dataset in new.items()]
    new |= _further(given, known, where, first, count)
    analysis = _analysis(known, adsl, baseline if _has_yes(baseline) else None)
    notes += _notes(given, analysis)
    whole = replace(source, datasets={**given, **new}, notes=(*source.notes, *notes))
    return whole, replace(analysis, counts=counts)


def _subject_datasets(given: Mapping[str, Dataset]) -> dict[str, Made]:
    new: dict[str, Made] = {}
    adsl, adex = given.get("ADSL"), given.get("ADEX")
    if adsl is not None and "DM" not in given:
        new["DM"] = adam_subjects.subjects(adsl)
    if "EX" not in given and adex is not None and adam_subjects.keeps_doses(adex):
        new["EX"] = adam_subjects.doses_recorded(adex)
    elif "EX" not in given and adsl is not None and has_date(adsl, "TRTS"):
        new["EX"] = adam_subjects.doses(adsl)
    if adsl is not None and "DS" not in given:
        ended = adam_subjects.disposition(adsl)
        new |= {"DS": ended} if len(ended.frame) else {}
    return new


def _further(
    given: Mapping[str, Dataset], known: Dataset, where: str, first: pd.Series, count: adam_records.Count
) -> dict[str, Made]:
    """Return what ADaM stands in for of vital signs, questionnaires, characteristics, drugs and history."""
    adsl, new = given.get("ADSL"), dict[str, Made | None]()
    used = {"VS": "ADVS", "QS": "ADQS", "CM": "ADCM", "MH": "ADMH"}
    for name, adam in ((name, given.get(of)) for name, of in used.items() if name not in given):
        if adam is None or not (adam_findings.is_findings(adam) if name in ("VS", "QS") else "USUBJID" in adam.frame):
            continue
        check_members(adam, _ids(known), where)
        if name in ("CM", "MH"):
            new[name] = adam_findings.occurrences(adam, name, first, count)
        else:
            new[name] = adam_findings.findings(adam, name, first, count, adsl if name == "VS" else None)
    if adsl is not None:
        new |= {} if "VS" in given or "VS" in new else {"VS": adam_findings.at_baseline(adsl)}
        new |= {} if "SC" in given else {"SC": adam_findings.traits(adsl)}
    return {name: dataset for name, dataset in new.items() if dataset is not None}


def _check_adsl(adsl: Dataset, dm: Dataset | None) -> None:
    if "USUBJID" not in adsl.frame:
        raise Refusal("ADAM-SUBJECT", "ADSL has no column USUBJID.", "Ask for a corrected file.", file=adsl.file_name)
    check_subjects(adsl)
    if dm is not None:
        check_members(adsl, _ids(dm), "DM")


def _ids(dm: Dataset) -> pd.Index:
    return pd.Index(text(dm, "USUBJID"))


def _first_dose(adsl: Dataset | None) -> pd.Series:
    """Return the first dose of ADSL by USUBJID, as ISO 8601 text."""
    if adsl is None:
        return pd.Series([], index=pd.Index([], dtype="str"), dtype="str")
    return pd.Series(dated(adsl, "TRTS").to_numpy(dtype=object), index=_ids(adsl), dtype="str")


def _analysis(dm: Dataset, adsl: Dataset | None, baseline: pd.Series | None) -> Analysis:
    if adsl is None:
        return Analysis(baseline=baseline, names={"baseline": "ADLB.ABLFL"} if baseline is not None else {})
    found: dict[str, pd.Series] = {}
    names: dict[str, str] = {}
    for what, column in (("planned", "TRT01P"), ("actual", "TRT01A")):
        if column in adsl.frame:
            found[what], names[what] = text(adsl, column).str.strip(), f"ADSL.{column}"
    for what, columns in (("safety", ("SAFFL", "SAFFN")), ("randomised", ("RANDFL", "RANDFN", "ITTFL", "ITTFN"))):
        flag = next((c for c in columns if c in adsl.frame), "")
        if flag:
            found[what], names[what] = _population(adsl, flag), f"ADSL.{flag}"
    for what, stem in (("first", "TRTS"), ("last", "TRTE"), ("alive", "LSTALV")):
        if has_date(adsl, stem):
            found[what], names[what] = dated(adsl, stem), f"ADSL.{stem}DT"
    place = pd.Index(_ids(adsl)).get_indexer(_ids(dm))
    by_subject = {
        what: pd.Series(["" if at < 0 else values.iloc[at] for at in place], dtype="str")
        for what, values in found.items()
    }
    if not isinstance(dm, Made):
        by_subject.pop("alive", None)  # the records of SDTM themselves say when a subject was last seen
    if baseline is not None:
        names["baseline"] = "ADLB.ABLFL"
    return Analysis(
        planned=by_subject.get("planned"),
        actual=by_subject.get("actual"),
        safety=by_subject.get("safety"),
        randomised=by_subject.get("randomised"),
        first=by_subject.get("first"),
        last=by_subject.get("last"),
        alive=by_subject.get("alive"),
        baseline=baseline,
        names=names,
        file=adsl.file_name,
        rows=place,
    )


def _population(adsl: Dataset, flag: str) -> pd.Series:
    """Return a population flag as "Y" and "N"; blank is N, as in flags that know only Y and blank."""
    values = text(adsl, flag).str.strip().str.upper()
    strange = ~values.isin(["Y", "N", "", "1", "0"]).to_numpy()
    if strange.any():
        row = int(strange.argmax())
        raise Refusal(
            "ADAM-FLAG",
            f"{flag} is '{values.iloc[row][:8]}', which is neither Y, N, 1, 0 nor blank.",
            "Ask for a corrected file.",
            file=adsl.file_name,
            row=row + 1,
        )
    return values.isin(["Y", "1"]).map({True: YES, False: NO}).astype("str")


def _joined_baseline(lb: Dataset, pieces: list[Dataset], count: adam_records.Count) -> pd.Series | None:
    """Return ABLFL for the rows of LB, joined on USUBJID and LBSEQ; None where that cannot be."""
    flagged = [_keys(piece)[(first_text(piece, ["ABLFL"]).str.upper() == "Y").to_numpy()] for piece in pieces]
    wanted = {key for found in flagged for key in found if key}
    count("ADLB baselines (ABLFL) without LBSEQ, or derived, not used", sum(int((f == "").sum()) for f in flagged))
    if not wanted or "LBSEQ" not in lb.frame:
        return None
    keys = _keys(lb)
    count("ADLB baselines (ABLFL) without a record in LB of that USUBJID and LBSEQ", len(wanted - set(keys)))
    return keys.isin(wanted).map({True: YES, False: ""}).astype("str")


def _keys(dataset: Dataset) -> pd.Series:
    """Return USUBJID and LBSEQ of each row as one text; "" for a row without LBSEQ, and for a derived one."""
    seq = first_number(dataset, ["LBSEQ"])
    known = seq.notna() if dataset.name == "LB" else seq.notna() & (first_text(dataset, ["DTYPE"]) == "")
    return (text(dataset, "USUBJID") + "\t" + seq.map(str)).where(known, "")


def told(analysis: Analysis) -> dict[str, int]:
    """Return the rules that had to be used, and which columns say the arm, with the number of subjects they say it of.

    All of it is for the open part: no number depends on which arm a subject is in.
    """
    by = {f"{what} arm: {name}": int((analysis.rows >= 0).sum()) for what, name in analysis.names.items()
          if what in ("planned", "actual")}  # fmt: skip
    return {**analysis.counts, **by}


def arm_words(source: Source) -> set[str]:
    """Return every text that names an arm or a treatment of an arm in DM and in the ADaM datasets."""
    return {
        value.strip()
        for name, dataset in source.datasets.items()
        if name == "DM" or name.startswith("AD")
        for column in dataset.kinds
        if _ARM_COLUMN.fullmatch(column) and dataset.kinds[column] == "text"
        for value in dataset.frame[column].unique()
        if is_arm(value)
    }


def _has_yes(flag: pd.Series | None) -> bool:
    return flag is not None and bool((flag == YES).any())


def _origin_files(dataset: Made) -> str:
    return ", ".join(dict.fromkeys(of.split(".")[0] for origins in dataset.origins.values() for of in origins))


def _notes(given: Mapping[str, Dataset], analysis: Analysis) -> list[str]:
    """Say which columns decided, and which that one might expect to did not."""
    words = {"planned": "planned arm", "actual": "actual arm", "safety": "safety population",
             "randomised": "randomised subjects", "baseline": "laboratory baseline"}  # fmt: skip
    notes = [f"{words[what]}: {name}" for what, name in analysis.names.items() if what in words]
    adsl, adae = given.get("ADSL"), given.get("ADAE")
    if adsl is not None and {"TRT02A", "TRT02P"} & set(adsl.frame):
        notes.append("ADSL has more than one treatment period; the arms are those of the first (TRT01P, TRT01A)")
    if adae is not None and "TRTEMFL" in adae.frame:
        notes.append('ADAE.TRTEMFL is used only where the study file says emergent.flag = "ADAE.TRTEMFL"')
    if any("ANL01FL" in piece.frame for piece in adam_records.pieces(list(given.values()))):
        notes.append("ANL01FL of ADLB is not used: extremes are taken from every measured record")
    return notes
