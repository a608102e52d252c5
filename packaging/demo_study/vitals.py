"""VS: temperature, blood pressure, pulse, weight and height; a fever is measured where one was reported."""

from __future__ import annotations

from datetime import timedelta

from .adverse_events import Event
from .plan import Row, stream
from .subjects import Subject
from .visits import Attended

UNITS = {
    "TEMP": ("Temperature", "C", 1),
    "SYSBP": ("Systolic Blood Pressure", "mmHg", 0),
    "DIABP": ("Diastolic Blood Pressure", "mmHg", 0),
    "PULSE": ("Pulse Rate", "beats/min", 0),
    "WEIGHT": ("Weight", "kg", 1),
    "HEIGHT": ("Height", "cm", 0),
}
EVERY_VISIT = ("TEMP", "SYSBP", "DIABP", "PULSE")
WEIGHED = ("Screening", "Day 1", "Week 12", "Week 24")


def vs_rows(visits: list[Attended], fevers: list[Event], seed: int) -> list[Row]:
    """Return VS by subject and visit. ``fevers``: pyrexia events, of which visits within them show the temperature."""
    rng = stream(seed, "vitals")
    usual: dict[int, dict[str, float]] = {}
    rows: list[Row] = []
    for visit in visits:
        subject = visit.subject
        if subject.number not in usual:
            height = rng.uniform(150, 172) + (12 if subject.sex == "M" else 0)
            usual[subject.number] = {
                "SYSBP": rng.uniform(102, 132),
                "DIABP": rng.uniform(64, 84),
                "PULSE": rng.uniform(66, 88),
                "WEIGHT": height * height * rng.uniform(0.0019, 0.0026),
                "HEIGHT": height,
            }
        values = {code: level * rng.uniform(0.95, 1.05) for code, level in usual[subject.number].items()}
        values["WEIGHT"] = usual[subject.number]["WEIGHT"] * rng.uniform(0.985, 1.015)
        values["TEMP"] = rng.uniform(36.2, 37.1)
        hot = rng.uniform(38.2, 38.9)
        if any(_during(fever, visit) for fever in fevers):
            values["TEMP"] = hot
        wanted = EVERY_VISIT + (("WEIGHT",) if visit.name in WEIGHED else ())
        wanted += ("HEIGHT",) if visit.name == "Screening" else ()
        rows += [_row(subject, visit, code, values[code]) for code in wanted if visit.planned]
    return rows


def _during(fever: Event, visit: Attended) -> bool:
    last = fever.onset + timedelta(days=(fever.days or 1) - 1)
    return fever.subject is visit.subject and fever.onset <= visit.when <= last


def _row(subject: Subject, visit: Attended, code: str, value: float) -> Row:
    name, unit, digits = UNITS[code]
    text = f"{value:.{digits}f}"
    return {
        "USUBJID": subject.usubjid,
        "VSTESTCD": code,
        "VSTEST": name,
        "VSORRES": text,
        "VSORRESU": unit,
        "VSSTRESC": text,
        "VSSTRESN": float(text),
        "VSSTRESU": unit,
        "VSBLFL": "Y" if visit.name == ("Screening" if code == "HEIGHT" else "Day 1") and subject.day1 else "",
        "VISITNUM": visit.num,
        "VISIT": visit.name,
        "VISITDY": visit.planned.day if visit.planned else None,
        "VSDTC": visit.when.isoformat(),
        "VSDY": subject.day_of(visit.when) if subject.day1 else None,
    }
