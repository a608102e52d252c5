"""DM, DS and QS as a data cut holds them: who is where in the trial, and the disease activity at entry."""

from __future__ import annotations

from datetime import date

from .exposure import Dose, first_and_last
from .plan import ARM_CODES, SITEID, Cut, Row
from .subjects import Subject


def on_file(subjects: list[Subject], cut: Cut) -> list[Subject]:
    """Return those who had given consent by the cut."""
    return [s for s in subjects if s.consent <= cut.date]


def dm_rows(subjects: list[Subject], doses: list[Dose], cut: Cut) -> list[Row]:
    """Return DM; whoever is still being screened at the cut is Not Assigned."""
    rows: list[Row] = []
    for subject in on_file(subjects, cut):
        first, last = first_and_last(doses, subject, cut.date)
        arm, actual = _arms(subject, bool(first), cut)
        ended = subject.end_date <= cut.date
        started = bool(subject.day1 and subject.day1 <= cut.date)
        rows.append(
            {
                "USUBJID": subject.usubjid,
                "SUBJID": f"{subject.number:03d}",
                "SITEID": SITEID,
                "RFSTDTC": first or (subject.day1.isoformat() if subject.day1 and started else ""),
                "RFENDTC": subject.end_date.isoformat() if started and ended else "",
                "RFXSTDTC": first,
                "RFXENDTC": last,
                "RFICDTC": subject.consent.isoformat(),
                "RFPENDTC": subject.end_date.isoformat() if ended else "",
                "DTHDTC": "",
                "DTHFL": "",
                "AGE": subject.age,
                "AGEU": "YEARS",
                "SEX": subject.sex,
                "RACE": "ASIAN",
                "ETHNIC": "NOT HISPANIC OR LATINO",
                "ARMCD": ARM_CODES[arm],
                "ARM": arm,
                "ACTARMCD": ARM_CODES[actual],
                "ACTARM": actual,
                "COUNTRY": "CHN",
                "DMDTC": subject.consent.isoformat(),
                "DMDY": subject.day_of(subject.consent) if started else None,
            }
        )
    return rows


def _arms(subject: Subject, dosed: bool, cut: Cut) -> tuple[str, str]:
    """Return planned and actual arm."""
    if subject.randomised and subject.randomised <= cut.date:
        gone = not subject.dosed and subject.end_date <= cut.date
        return subject.arm, subject.arm if dosed else "Not Treated" if gone else "Not Assigned"
    failed = not subject.arm and subject.end_date <= cut.date
    return ("Screen Failure", "Screen Failure") if failed else ("Not Assigned", "Not Assigned")


def ds_rows(subjects: list[Subject], cut: Cut) -> list[Row]:
    """Return DS: consent, randomisation, and how participation ended; nothing of after the cut."""
    rows: list[Row] = []
    for subject in subjects:
        milestones: list[tuple[date | None, str, str, str]] = [
            (subject.consent, "INFORMED CONSENT OBTAINED", "Informed consent obtained", "PROTOCOL MILESTONE"),
            (subject.randomised, "RANDOMIZED", "Randomized", "PROTOCOL MILESTONE"),
            (subject.end_date, *subject.end, "DISPOSITION EVENT"),
        ]
        rows += [
            {
                "USUBJID": subject.usubjid,
                "DSTERM": term,
                "DSDECOD": decod,
                "DSCAT": category,
                "DSDTC": when.isoformat(),
                "DSSTDTC": when.isoformat(),
                "DSSTDY": subject.day_of(when) if subject.day1 and subject.day1 <= cut.date else None,
            }
            for when, decod, term, category in milestones
            if when is not None and when <= cut.date
        ]
    return rows


def qs_rows(subjects: list[Subject], cut: Cut) -> list[Row]:
    """Return QS: the SLEDAI total at screening, 8 or more in everyone randomised."""
    return [
        {
            "USUBJID": s.usubjid,
            "QSTESTCD": "SLEDAI",
            "QSTEST": "SLEDAI Total Score",
            "QSCAT": "SLEDAI-2K",
            "QSORRES": f"{s.sledai}",
            "QSSTRESC": f"{s.sledai}",
            "QSSTRESN": s.sledai,
            "QSBLFL": "Y" if s.day1 and s.day1 <= cut.date else "",
            "VISITNUM": 1,
            "VISIT": "Screening",
            "VISITDY": -14,
            "QSDTC": s.consent.isoformat(),
            "QSDY": s.day_of(s.consent) if s.day1 and s.day1 <= cut.date else None,
        }
        for s in on_file(subjects, cut)
    ]
