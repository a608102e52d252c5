"""The whole trial from one seed, and what of it a data cut holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .adverse_events import Event, background_events, published_events
from .ae_rows import ae_rows
from .conduct import dm_rows, ds_rows, on_file, qs_rows
from .dirt import blur_dates, number, planted_events, revise
from .exposure import Dose, ex_rows, first_and_last, make_doses
from .history import cm_rows, mh_rows
from .lab_rows import lb_rows, untidy_results
from .labs import Result, drawn_by, make_labs
from .plan import STUDYID, Cut, Row
from .subjects import Subject, make_subjects
from .visits import Attended, make_visits, sv_rows
from .vitals import vs_rows


@dataclass(frozen=True)
class Trial:
    """Everything that ever happened in the demo trial, before any data cut."""

    seed: int
    subjects: list[Subject]
    visits: list[Attended]
    doses: list[Dose]
    events: list[Event]
    labs: list[Result]


def make_trial(seed: int) -> Trial:
    """Return the trial of a seed; the same seed gives the same trial on every system."""
    subjects = make_subjects(seed)
    visits = make_visits(subjects, seed)
    doses = make_doses(subjects, seed)
    planted = planted_events(subjects, seed)
    events = published_events(subjects, visits, doses, seed) + background_events(subjects, seed) + planted
    events += revise(events, planted, subjects, seed)
    blur_dates(events, planted, seed)
    number(events)
    return Trial(seed, subjects, visits, doses, events, make_labs(subjects, visits, seed))


def datasets(trial: Trial, cut: Cut) -> dict[str, list[Row]]:
    """Return the rows of each dataset as they stood at the cut."""
    until = cut.date.isoformat()
    subjects = on_file(trial.subjects, cut)
    doses = [d for d in trial.doses if d.when[:10] <= until]
    dosed = {s.number: first_and_last(doses, s, cut.date) for s in subjects}
    first = {number: times[0] for number, times in dosed.items() if times[0]}
    last = {d.subject.number: date.fromisoformat(d.when[:10]) for d in trial.doses}  # in the order of time
    fevers = [e for e in trial.events if e.pt == "Pyrexia"]
    rows = {
        "DM": dm_rows(trial.subjects, doses, cut),
        "EX": ex_rows(doses),
        "AE": ae_rows(trial.events, cut, last),
        "LB": lb_rows(drawn_by(trial.labs, cut.date), first, untidy_results(trial.labs)),
        "DS": ds_rows(subjects, cut),
        "VS": [row for row in vs_rows(trial.visits, fevers, trial.seed) if str(row["VSDTC"]) <= until],
        "MH": [row for row in mh_rows(trial.subjects, trial.seed) if str(row["MHDTC"]) <= until],
        "CM": cm_rows(trial.subjects, trial.events, cut, trial.seed),
        "SV": sv_rows([v for v in trial.visits if v.when <= cut.date]),
        "QS": qs_rows(trial.subjects, cut),
    }
    waiting = {s.usubjid for s in subjects if s.day1 is None or s.day1 > cut.date}
    for domain, held in rows.items():
        _finish(domain, held, waiting)
    return rows


def _finish(domain: str, rows: list[Row], waiting: set[str]) -> None:
    """Add the identifiers and sequence numbers; who has no day 1 yet has no study days and no baseline."""
    count: dict[str, int] = {}
    for row in rows:
        subject = str(row["USUBJID"])
        count[subject] = count.get(subject, 0) + 1
        row |= {"STUDYID": STUDYID, "DOMAIN": domain, f"{domain}SEQ": count[subject]}
        if subject in waiting:
            row |= {name: None for name in row if name.endswith("DY") and name != "VISITDY"}
            row |= {name: "" for name in row if name.endswith("BLFL")}
