"""Subtitles and footnotes: every exhibit says in words what it counted and what it left out."""

from __future__ import annotations

from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.words import ArmSource, IntervalMethod, Level, Order, PartialStart, Window

_INTERVALS = {
    IntervalMethod.MIETTINEN_NURMINEN: "Miettinen-Nurminen score",
    IntervalMethod.NEWCOMBE: "Newcombe (Wilson scores, no continuity correction)",
    IntervalMethod.WALD: "Wald",
}
_ORDERS = {
    Order.MEDDRA: "system organ classes in MedDRA order, terms by pooled frequency",
    Order.ALPHABETICAL: "alphabetical",
    Order.FREQUENCY: "by pooled frequency, ties alphabetical",
}


def window(cut: Cut) -> str:
    """Name the emergent window."""
    if cut.choices.window is Window.ON_TREATMENT:
        return f"on-treatment window (to last dose + {cut.choices.days} days)"
    return "on-study window (no end after first dose)"


def population(cut: Cut) -> str:
    """Name the population and its size."""
    return f"Safety population, N={int(cut.sizes[-1])}"


def arms(cut: Cut) -> list[str]:
    """Say which arm a subject is counted in; nothing in a pooled exhibit."""
    if cut.level is Level.POOLED:
        return []
    source = "planned (DM.ARM)" if cut.choices.arm_source is ArmSource.PLANNED else "actual (DM.ACTARM, else DM.ARM)"
    notes = [f"Arm: {source}."]
    stray = int((cut.safety & (cut.subjects["ARM"] < 0).to_numpy()).sum())
    if stray:
        notes.append(f"{stray} treated subject(s) have no such arm and are counted in the total alone.")
    return notes


def denominators(cut: Cut) -> list[str]:
    """Say what percentages are of."""
    notes = ["N: treated subjects (at least one dose). %: 100 n/N, rounded half up. A subject counts once per row."]
    if cut.level is Level.POOLED and cut.study.open.small_cells:
        notes.append(f"Counts from 1 to {cut.study.open.small_cells - 1} are not shown in open sessions.")
    return notes


def emergent(cut: Cut) -> list[str]:
    """Say what treatment-emergent means here, and how often a rule had to decide."""
    if cut.study.emergent.flag:
        rule = f"flagged {cut.study.emergent.flag} = Y in the source, {window(cut)}"
    else:
        rule = f"began on or after the day of the first dose, {window(cut)}"
    notes = [f"Treatment-emergent: {rule}.", _partial(cut)]
    late = cut.counts.get("ae_after_cutoff", 0)
    notes.append(f"{late} record(s) that begin after the data cut-off ({cut.study.study.cutoff}) are set aside.")
    after = cut.counts.get("ae_after_end", 0)
    if after:
        notes.append(f"{after} record(s) counted begin after the subject's end of study, when person-time has ended.")
    if cut.level is Level.POOLED and cut.held_back:
        notes.append(f"Except held back from open sessions: {', '.join(cut.held_back)}.")
    return notes


def _partial(cut: Cut) -> str:
    partial, missing = cut.counts.get("ae_partial_start", 0), cut.counts.get("ae_missing_start", 0)
    left_out = cut.counts.get("ae_missing_start_left_out", 0)
    if cut.choices.partial_start is PartialStart.FIRST:
        return (
            f"Partial start dates: a month counts from its first day ({partial} record(s) here); a year alone or no "
            f"date is not emergent ({left_out} record(s) without any date left out)."
        )
    return (
        f"Partial start dates count from their first possible day, raised to the first dose where that lies within "
        f"({partial} record(s)); a missing start counts as emergent ({missing} record(s))."
    )


def terms(cut: Cut) -> list[str]:
    """Say how events are counted, coded and ordered."""
    version = cut.study.dictionary.meddra
    notes = [
        "Events: records. System organ class: AESOC, where blank AEBODSYS; uncoded terms are listed as such.",
        f"Dictionary: MedDRA {version or '(version not stated)'}. Rows: {_ORDERS[cut.choices.order]}.",
    ]
    if cut.choices.at_least:
        share = formats.half_up(cut.choices.at_least, 1)
        notes.append(f"Terms listed from a pooled share of {share}% on; totals include the others.")
    return notes


def contrasts(cut: Cut) -> list[str]:
    """Name the interval and the test; nothing in a pooled exhibit."""
    if not cut.contrasts:
        return []
    against = f"against {cut.reference}" if cut.reference else "of the first-named arm minus the second"
    return [
        f"RD: risk difference {against}, percentage points, 95% interval by {_INTERVALS[cut.choices.interval]}; "
        "p: Fisher's exact test, two-sided, blank for 0 v 0.",
        "Intervals and p-values are nominal and descriptive: no adjustment for multiplicity or repeated looks.",
    ]


def rates(cut: Cut) -> list[str]:
    """Say how rates are made; nothing in a pooled exhibit, which has none."""
    if cut.level is Level.POOLED:
        return []
    return [
        "EAIR: subjects with a first event, EAER: events, each per 100 patient-years of 365.25 days, exact Poisson 95% "
        "interval. EAIR time ends at the first onset; EAER time is the whole window."
    ]


def person_time(cut: Cut) -> list[str]:
    """Say when person-time starts and ends."""
    treatment_end = f"; on treatment also at the last dose + {cut.choices.days} days"
    return [
        "Patient-years: from the first dose to the end of study (RFPENDTC, else last disposition event, else last "
        f"record), death or data cut-off ({cut.study.study.cutoff}), both days included; 365.25 days a year.",
        f"Window shown: {window(cut)}{treatment_end if cut.choices.window is Window.ON_TREATMENT else ''}.",
    ]


def laboratory(cut: Cut) -> list[str]:
    """Say how often each rule of the laboratory had to be applied."""
    return [f"Number of {rule}: {n}." for rule, n in cut.counts.items() if rule.startswith("laboratory")]
