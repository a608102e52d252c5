"""Subtitles and footnotes: every exhibit says in words what it counted and what it left out."""

from __future__ import annotations

from dsmb_app.analyses.ae_flags import seriousness_conflict
from dsmb_app.model import filters, formats
from dsmb_app.model.choices import FILTERS, RECORD_FILTERS, SUBJECT_FILTERS, UNTOUCHED
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import NOT_RELATED, grading_used
from dsmb_app.model.intensity import initial_column, initial_columns
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
    Order.DIFFERENCE: "by the largest risk difference, from the highest down, ties by pooled frequency",
}
_IN_DOUBT = ("safety population: subjects", "safety population: dosed")
_BY_SIZE = "by the size of the largest risk difference, whichever its sign, ties by pooled frequency"


def window(cut: Cut) -> str:
    """Name the emergent window."""
    if cut.choices.window is Window.ON_TREATMENT:
        return f"on-treatment window (to last dose + {cut.choices.days} days)"
    return "on-study window (no end after first dose)"


def only(cut: Cut, *, records: bool) -> str:
    """Return the filters in force as the end of a subtitle, "" for none; those of records only where these count."""
    found = filters.words(cut, FILTERS if records else SUBJECT_FILTERS)
    return f" · Only: {found}" if found else ""


def not_narrowed(cut: Cut, what: str) -> list[str]:
    """Say of which lines the filters of records leave the counts as they are; nothing without such a filter."""
    found = filters.words(cut, RECORD_FILTERS)
    return [f"{UNTOUCHED} ({found}): {what}."] if found else []


def population(cut: Cut) -> str:
    """Name the population and its size."""
    return f"Safety population, N={int(cut.sizes[-1])}"


def arms(cut: Cut) -> list[str]:
    """Say which arm a subject is counted in; nothing in a pooled exhibit."""
    if cut.level is Level.POOLED:
        return []
    is_planned = cut.choices.arm_source is ArmSource.PLANNED
    what, of_dm = ("planned", "DM.ARM") if is_planned else ("actual", "DM.ACTARM, else DM.ARM")
    of_adsl = _by_adsl(cut, f"{what} arm")
    notes = [f"Arm: {what} ({of_adsl}, else {of_dm})." if of_adsl else f"Arm: {what} ({of_dm})."]
    stray = int((cut.safety & (cut.subjects["ARM"] < 0).to_numpy()).sum())
    if stray:
        notes.append(f"{stray} treated subject(s) have no such arm and are counted in the total alone.")
    return notes


def _by_adsl(cut: Cut, what: str) -> str:
    """Return the column of ADSL that decided something, "" where none did."""
    rules = (rule.removeprefix(f"{what}: ") for rule in cut.counts if rule.startswith(f"{what}: ADSL."))
    return next(rules, "")


def denominators(cut: Cut) -> list[str]:
    """Say what percentages are of."""
    flag = _by_adsl(cut, "safety population")
    who = f"safety population ({flag} = Y)" if flag else "treated subjects (at least one dose)"
    notes = [f"N: {who}. %: 100 n/N, rounded half up. A subject counts once per row."]
    notes += [f"{rule[0].upper()}{rule[1:]}: {n}." for rule, n in cut.counts.items() if rule.startswith(_IN_DOUBT)]
    if cut.level is Level.POOLED and cut.study.open.small_cells:
        notes.append(f"Counts from 1 to {cut.study.open.small_cells - 1} are not shown in open sessions.")
    return notes


def emergent(cut: Cut) -> list[str]:
    """Say what treatment-emergent means here, and how often a rule had to decide."""
    if cut.study.emergent.flag:
        rule = f"flagged {cut.study.emergent.flag} = Y in the source, {window(cut)}"
    else:
        rule = f"began on or after the day of the first dose, {window(cut)}"
    notes = [f"Treatment-emergent: {rule}.", *_worsening(cut), _partial(cut)]
    late = cut.counts.get("ae_after_cutoff", 0)
    notes.append(f"{late} record(s) that begin after the data cut-off ({cut.study.study.cutoff}) are set aside.")
    after = cut.counts.get("ae_after_end", 0)
    if after:
        notes.append(f"{after} record(s) counted begin after the subject's end of study, when person-time has ended.")
    if cut.level is Level.POOLED and cut.held_back:
        notes.append(f"Except held back from open sessions: {', '.join(cut.held_back)}.")
    return notes


def _worsening(cut: Cut) -> list[str]:
    """Say how events that began before treatment and worsened are found; the source's own flag says it itself."""
    if cut.study.emergent.flag:
        return []
    initial = initial_column(cut.ae)
    if not initial:
        return ["Worsening under treatment of an event that began before it can only be seen as a new record."]
    worse = f"{initial_columns()[initial]} is above {initial}, or either is missing"
    n = cut.counts.get("ae_worsened", 0)
    return [f"{n} record(s) that began before the first dose and worsened ({worse}) count from day 1."]


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
        f"Dictionary: MedDRA {version or '(version not stated)'}. Rows: {_order(cut)}.",
    ]
    return [*notes, *share_listed(cut)]


def share_listed(cut: Cut) -> list[str]:
    """Say from which pooled share on terms are listed, where not all are."""
    if not cut.choices.at_least:
        return []
    share = formats.half_up(cut.choices.at_least, 1)
    return [f"Terms listed from a pooled share of {share}% on; totals include the others."]


def _order(cut: Cut) -> str:
    if cut.choices.order is Order.DIFFERENCE and cut.level is Level.MASKED:
        return _BY_SIZE
    return _ORDERS[cut.choices.order]


def grading(cut: Cut) -> list[str]:
    """Say so where severity stands in for grades that were not delivered."""
    if grading_used(cut.ae, cut.study.ae.grading) == cut.study.ae.grading:
        return []
    return ["The study file asks for AETOXGR, of which no record has a value: AESEV is used instead."]


def seriousness(cut: Cut) -> list[str]:
    """Say what serious means, and in how many emergent records the criteria disagree."""
    if len(cut.ae) and not (cut.ae["AESER"] != "").any():
        return ["Serious: AESER = Y. AESER is empty in every record, so that no event can be told to be serious."]
    n = int((seriousness_conflict(cut.ae) & cut.ae["EMERGENT"].to_numpy(dtype=bool)).sum())
    return [f"Serious: AESER = Y. In {n} emergent record(s) a criterion or a fatal outcome disagrees with AESER."]


def related(cut: Cut) -> list[str]:
    """Say what related means, and how many emergent records say nothing."""
    n = int(((cut.ae["AEREL"] == "") & cut.ae["EMERGENT"]).sum())
    return [f"Related: AEREL given, and not one of {', '.join(NOT_RELATED)}. AEREL is blank in {n} emergent record(s)."]


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


def rate_contrasts(cut: Cut) -> list[str]:
    """Name the intervals of rate differences and ratios; nothing in a pooled exhibit."""
    if not cut.contrasts:
        return []
    return [
        "Rate difference and rate ratio: of EAIR; 95% intervals by MOVER from the exact limits of each rate, and exact "
        "given the total number of subjects with an event. The ratio of 0 v 0, and of some v 0, is not evaluable (NE)."
    ]


def robust_rates(n: int) -> list[str]:
    """Say where the interval of an event rate is not the exact one, and in how many cells."""
    return [
        "EAER: where a column has over 1.5 events of a row per subject, or their variance over subjects exceeds 1.5 "
        f"times their mean, events are not independent and the 95% interval is robust (log scale): {n} cell(s) here."
    ]


def person_time(cut: Cut) -> list[str]:
    """Say when person-time starts and ends."""
    end = _by_adsl(cut, "end of study") or "last disposition event"
    treatment_end = f"; on treatment also at the last dose + {cut.choices.days} days"
    return [
        f"Patient-years: from the first dose to the end of study (RFPENDTC, else {end}, else last "
        f"record), death or data cut-off ({cut.study.study.cutoff}), both days included; 365.25 days a year.",
        f"Window shown: {window(cut)}{treatment_end if cut.choices.window is Window.ON_TREATMENT else ''}.",
    ]


def laboratory(cut: Cut) -> list[str]:
    """Say how often each rule of the laboratory had to be applied."""
    return [f"Number of {rule}: {n}." for rule, n in cut.counts.items() if rule.startswith("laboratory")]
