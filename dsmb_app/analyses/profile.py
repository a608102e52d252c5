"""One patient: doses, cycles, adverse events, laboratory results, medication and disposition on one axis of days."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from dsmb_app.analyses import listing
from dsmb_app.analyses.cycles import Rhythm
from dsmb_app.analyses.lab_grades import directions, version
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.analyses.profile_labs import OwnLabs, count_courses
from dsmb_app.analyses.profile_spans import drug_spans, event_spans, own
from dsmb_app.analyses.time_course import dose_spans, liver_courses
from dsmb_app.model.closed import patients_closed
from dsmb_app.model.cut import Cut
from dsmb_app.model.cycle_rows import DOSING
from dsmb_app.model.errors import Refusal
from dsmb_app.model.profile import DISPOSITION, EVENTS, LABS, MEDICATION, DayMark, PatientProfile, Phase
from dsmb_app.model.result import Listing
from dsmb_app.model.words import Level

_BEFORE = 28
"""The axis begins at most so many days before the first record with a day of the study, whatever began years ago."""


def profile(cut: Cut, usubjid: str) -> PatientProfile:
    """Return everything the level may know of a subject up to the data cut-off, whatever window and filters.

    Raises Refusal where the open session shows no patients, and for a subject that the level does not know.
    """
    if cut.level is Level.POOLED and not (cut.study.open.patients and cut.study.open.safety):
        raise patients_closed()
    found = np.flatnonzero((cut.subjects["USUBJID"] == usubjid).to_numpy())
    if not len(found):
        raise Refusal("SUBJECT-NOT-HERE", f"No subject is called '{usubjid}' here.", "Choose one of a list or plot.")
    at = int(found[0])
    return _Maker(cut, at).made()


class _Maker:
    """The records of one subject, read once, and what is made of them."""

    def __init__(self, cut: Cut, at: int) -> None:
        self.cut, self.at, self.person = cut, at, cut.subjects.iloc[at]
        self.ae, late_ae = own(cut.ae, at, ["ONSETDY"])
        self.lb, late_lb = own(cut.lb, at, ["LBTESTCD", "LBDY_LO"])
        self.cm, late_cm = own(cut.cm, at, ["CMSTDY_LO"])
        self.ds, late_ds = own(cut.others.get("ds", pd.DataFrame()), at, ["DSSTDY_LO"])
        self.late = late_ae + late_lb + late_cm + late_ds
        self.labs = OwnLabs(self.lb, cut.subjects)
        self.doses = dose_spans(cut, at)
        self.visits = _visits(cut, self.lb, at)
        self.death = self._death_day()
        self.last = max([1.0, *self._known_days(starts=True)])

    def made(self) -> PatientProfile:
        """Put the profile together."""
        cut, person = self.cut, self.person
        liver, left_liver = liver_courses(Labs(self.labs), self.labs.lb, self.at)
        counts, left_counts = count_courses(self.labs, directions(cut))
        arm = int(person["ARM"])
        return PatientProfile(
            subject=str(person["USUBJID"]),
            arm=(cut.arms[arm] if arm >= 0 else "(no arm)") if cut.arms else "",
            level=cut.level,
            arms=cut.arms,
            facts=self._facts(),
            doses=self.doses,
            phases=_phases(cut, self.at),
            visits=self.visits,
            events=event_spans(cut, self.ae, self.last),
            liver=liver,
            counts=counts,
            drugs=drug_spans(self.cm, self.last),
            marks=self._marks(),
            first_day=self._first_day(),
            last_day=self.last,
            records=self._records(),
            footnotes=self._footnotes(left_liver, left_counts),
            styles=cut.styles,
        )

    def _number(self, column: str) -> float:
        return float(self.person[column])

    def _death_day(self) -> float:
        """Return the study day of a death by the cut-off, NaN for none or an unknown day."""
        if not self._died():
            return float("nan")
        if self.person["DTHDM"] == "Y" and np.isfinite(self._number("DTHDY")):
            return self._number("DTHDY")
        told = self.ds.loc[self.ds["DSDECOD"].str.upper() == "DEATH", "DSSTDY_LO"] if len(self.ds) else pd.Series([])
        return float(np.nanmin(told.to_numpy(dtype=float), initial=np.inf)) if told.notna().any() else float("nan")

    def _died(self) -> bool:
        return any(self.person[column] == "Y" for column in ("DTHDM", "DTHDS", "DTHDD"))

    def _known_days(self, *, starts: bool) -> list[float]:
        """Return study days on which something of the trial happened; ``starts``: those of events and drugs too."""
        days = [self._number(column) for column in ("ENDSTDY", "TRTEDY")] + [self.death]
        days += [day for pair in self.doses for day in pair] + [day for day, _ in self.visits]
        days += self.lb["LBDY_LO"].tolist() if len(self.lb) else []
        if starts:
            for frame, names in ((self.ae, ("AESTDY_LO", "AEENDY_HI")), (self.cm, ("CMSTDY_LO",))):
                days += [day for name in names if name in frame for day in frame[name].tolist()]
        return [float(day) for day in days if np.isfinite(day)]

    def _first_day(self) -> float:
        days = [1.0, *self._known_days(starts=False)]
        earlier = self.ae["AESTDY_LO"].dropna().tolist()
        floor = min(days) - _BEFORE
        return float(max(min([*days, *earlier]), floor))

    def _facts(self) -> dict[str, str]:
        person = self.person
        age = f"{self._number('AGE'):g}" if np.isfinite(self._number("AGE")) else ""
        unit = str(person["AGEU"]).lower() if age and person["AGEU"] not in ("", "YEARS") else ""
        facts = {
            "Age": " ".join(part for part in (age, unit) if part),
            "Sex": str(person["SEX"]),
            "Race": str(person["RACE"]).capitalize(),
            "Site": str(person["SITEID"]),
            "Treated": self._treated(),
            "Last day watched": _day(self._number("ENDSTDY")),
            "End of study": ", ".join(
                part for part in (str(person["EOSREAS"]).capitalize(), _day(self._number("EOSDY"), "day "))
                if part and person["EOSREAS"]
            ),
            "Died": (_day(self.death, "day ") or "day not known") if self._died() else "",
        }  # fmt: skip
        return {name: text for name, text in facts.items() if text}

    def _treated(self) -> str:
        if self.person["SAFFL"] != "Y":
            return "not treated"
        first, last = _day(self._number("TRTSDY")), _day(self._number("TRTEDY"))
        return f"day {first or 'not known'} to {last or 'not known'}"

    def _marks(self) -> tuple[DayMark, ...]:
        end, dead, ended = self._number("ENDSTDY"), self.death, self.person["EOSREAS"] != ""
        found = [DayMark("death", dead, "Death")] if np.isfinite(dead) else []
        if np.isfinite(end) and end != dead:
            # Without a reason in DS nobody said that the study was over: the data may just end here.
            found.append(DayMark("end", end, "End of study" if ended else "Last day watched"))
        last = self._number("TRTEDY")
        if np.isfinite(last) and not self.doses:
            found.append(DayMark("last dose", last, "Last dose"))
        return tuple(found)

    def _records(self) -> dict[str, Listing]:
        who = self.person["USUBJID"]
        without = ("CMINDC",) if self.cut.level is Level.POOLED and self.cut.held_back else ()
        frames = {
            EVENTS: ("ae", self.ae),
            LABS: ("lb", self.lb),
            MEDICATION: ("cm", self.cm),
            DISPOSITION: ("ds", self.ds),
        }
        return {
            title: listing.own_listing(frame, table, f"{title} of {who}", str(who), without=without)
            for title, (table, frame) in frames.items()
        }

    def _footnotes(self, left_liver: int, left_counts: int) -> tuple[str, ...]:
        cut = self.cut
        notes = [
            "All records up to the data cut-off, whatever window and filters; day 1 is the day of the first dose. "
            f"{self.late} record(s) that begin after the cut-off are left out." if self.late else
            "All records up to the data cut-off, whatever window and filters; day 1 is the day of the first dose.",
            "A bar's pale ends are days that a date known to the month or year leaves open; an arrow stands where no "
            "start or end is known.",
            f"Liver tests over the upper limit (ULN) of their record. {left_liver} result(s) without a day or an upper "
            f"limit, and {left_counts} blood count(s) without a day or in another unit, are not drawn. Grades: "
            f"{version(cut)}.",
        ]  # fmt: skip
        if not len(cut.doses):
            notes.append("Dose days are not shown at this level.")
        if cut.level is Level.POOLED and cut.held_back:
            notes.append(f"Except held back from open sessions: {', '.join(cut.held_back)}.")
        return tuple(notes)


def _day(day: float, before: str = "") -> str:
    return f"{before}{day:g}" if np.isfinite(day) else ""


def _phases(cut: Cut, at: int) -> tuple[Phase, ...]:
    """Return the subject's days of dosing and rest, where the study has cycles."""
    if cut.study.schedule.cycles is None:
        return ()
    found = []
    for part in Rhythm(cut).parts[:-1]:  # the last one is the time after the cycles
        first, last = float(part.first[at]), float(part.last[at])
        if np.isfinite(first) and last >= first:
            found.append(Phase(part.key[0], part.key[-1] == DOSING, first, last))
    return tuple(found)


def _visits(cut: Cut, lb: pd.DataFrame, at: int) -> tuple[tuple[float, str], ...]:
    """Return the visits with a known day: those of SV, without it those of the laboratory."""
    sv, _ = own(cut.others.get("sv", pd.DataFrame()), at, ["SVSTDY_LO"])
    pairs: Iterable[tuple[float, str]] = zip(sv["SVSTDY_LO"], sv["VISIT"], strict=True) if len(sv) else ()
    if not len(sv) and len(lb) and "VISIT" in lb:
        first = lb[lb["VISIT"] != ""].groupby("VISIT")["LBDY_LO"].min()
        pairs = ((float(day), str(name)) for name, day in first.items())
    return tuple(sorted((float(day), str(name).capitalize()) for day, name in pairs if np.isfinite(day)))
