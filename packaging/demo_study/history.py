"""MH and CM: the lupus and what goes with it, background drugs, and what was given for an adverse event."""

from __future__ import annotations

import random
from datetime import date, timedelta

from .adverse_events import Event
from .ae_rows import subject_end
from .plan import Cut, Row, stream
from .subjects import Subject

LUPUS = ("Systemic lupus erythematosus", "Musculoskeletal and connective tissue disorders")
# preferred term: (SOC, reported text, share of subjects)
OTHER_HISTORY = {
    "Lupus nephritis": ("Renal and urinary disorders", "lupus nephritis", 0.35),
    "Raynaud's phenomenon": ("Vascular disorders", "Raynaud's", 0.25),
    "Hypertension": ("Vascular disorders", "high blood pressure", 0.15),
    "Arthritis": ("Musculoskeletal and connective tissue disorders", "arthritis of hands", 0.40),
    "Sjogren's syndrome": ("Musculoskeletal and connective tissue disorders", "secondary Sjogren's", 0.12),
    "Hypothyroidism": ("Endocrine disorders", "hypothyroidism", 0.10),
    "Anaemia": ("Blood and lymphatic system disorders", "chronic anaemia", 0.20),
    "Osteopenia": ("Musculoskeletal and connective tissue disorders", "low bone density", 0.12),
}
# drug: (ATC code, class, dose, unit, frequency, route)
Drug = tuple[str, str, float, str, str, str]
DRUGS: dict[str, Drug] = {
    "PREDNISONE": ("H02AB07", "GLUCOCORTICOIDS", 10, "mg", "QD", "ORAL"),
    "HYDROXYCHLOROQUINE": ("P01BA02", "AMINOQUINOLINES", 200, "mg", "BID", "ORAL"),
    "MYCOPHENOLATE MOFETIL": ("L04AA06", "SELECTIVE IMMUNOSUPPRESSANTS", 500, "mg", "BID", "ORAL"),
    "AZATHIOPRINE": ("L04AX01", "OTHER IMMUNOSUPPRESSANTS", 50, "mg", "BID", "ORAL"),
    "METHOTREXATE": ("L04AX03", "OTHER IMMUNOSUPPRESSANTS", 10, "mg", "QS", "ORAL"),
    "OMEPRAZOLE": ("A02BC01", "PROTON PUMP INHIBITORS", 20, "mg", "QD", "ORAL"),
    "CALCIUM CARBONATE": ("A12AA04", "CALCIUM", 500, "mg", "QD", "ORAL"),
    "AMLODIPINE": ("C08CA01", "DIHYDROPYRIDINE DERIVATIVES", 5, "mg", "QD", "ORAL"),
    "PARACETAMOL": ("N02BE01", "ANILIDES", 500, "mg", "PRN", "ORAL"),
    "IBUPROFEN": ("M01AE01", "PROPIONIC ACID DERIVATIVES", 400, "mg", "PRN", "ORAL"),
    "ACICLOVIR": ("J05AB01", "NUCLEOSIDES AND NUCLEOTIDES", 500, "mg", "TID", "INTRAVENOUS"),
    "LEVOFLOXACIN": ("J01MA12", "FLUOROQUINOLONES", 500, "mg", "QD", "INTRAVENOUS"),
    "CEFUROXIME": ("J01DC02", "SECOND-GENERATION CEPHALOSPORINS", 250, "mg", "BID", "ORAL"),
    "METHYLPREDNISOLONE": ("H02AB04", "GLUCOCORTICOIDS", 500, "mg", "QD", "INTRAVENOUS"),
}
FOR_EVENT = {
    "Herpes zoster": "ACICLOVIR",
    "Pneumonia": "LEVOFLOXACIN",
    "Neuropsychiatric lupus": "METHYLPREDNISOLONE",
    "Upper respiratory tract infection": "CEFUROXIME",
    "Pyrexia": "PARACETAMOL",
    "Influenza like illness": "PARACETAMOL",
    "Headache": "PARACETAMOL",
    "Arthralgia": "IBUPROFEN",
}
PREDNISONE_MG = (5, 5, 7.5, 10, 10, 10, 15, 15, 20, 20, 25, 30)
IMMUNOSUPPRESSANTS = ("MYCOPHENOLATE MOFETIL", "AZATHIOPRINE", "METHOTREXATE", "")


def mh_rows(subjects: list[Subject], seed: int) -> list[Row]:
    """Return MH for all screened; the year of diagnosis is all that most remember."""
    rng = stream(seed, "history")
    rows: list[Row] = []
    for subject in subjects:
        year = subject.consent.year - rng.randint(1, min(20, subject.age - 14))
        since = f"{year}-{rng.randint(1, 12):02d}" if rng.random() < 0.4 else f"{year}"
        rows.append(_history(subject, LUPUS[0], LUPUS[1], "systemic lupus erythematosus", "PRIMARY DIAGNOSIS", since))
        for pt, (soc, text, share) in OTHER_HISTORY.items():
            later = f"{rng.randint(year, subject.consent.year - 1)}"
            if rng.random() < share:
                rows.append(_history(subject, pt, soc, text, "GENERAL MEDICAL HISTORY", later))
    return rows


def _history(subject: Subject, pt: str, soc: str, text: str, category: str, since: str) -> Row:
    return {
        "USUBJID": subject.usubjid,
        "MHTERM": text,
        "MHDECOD": pt,
        "MHBODSYS": soc,
        "MHCAT": category,
        "MHDTC": subject.consent.isoformat(),
        "MHSTDTC": since,
        "MHENRTPT": "ONGOING",
        "MHENTPT": subject.consent.isoformat(),
    }


def cm_rows(subjects: list[Subject], events: list[Event], cut: Cut, seed: int) -> list[Row]:
    """Return CM of the randomised as known at the cut: background first, then drugs for adverse events."""
    rng = stream(seed, "medication")
    rows: list[Row] = []
    for subject in (s for s in subjects if s.arm):
        background = _background(subject, cut, rng)
        treated = [e for e in events if e.subject is subject and e.pt in FOR_EVENT and not e.deleted]
        given = [_for_event(e, cut) for e in sorted(treated, key=lambda e: (e.onset, e.spid)) if not _unknown(e, cut)]
        if subject.day1 is not None and subject.consent <= cut.date:
            rows += background + given
    return rows


def _unknown(event: Event, cut: Cut) -> bool:
    return event.onset > cut.date or event.partial != "" or (event.late and cut.meeting == 1)


def _background(subject: Subject, cut: Cut, rng: random.Random) -> list[Row]:
    """Return the drugs taken at entry; half of those on prednisone go down in dose after about ten weeks."""
    started = f"{subject.consent.year - rng.randint(1, 6)}"
    dose = float(rng.choice(PREDNISONE_MG))
    taper = subject.on(round(rng.triangular(60, 100, 75)))
    tapers, steroid = rng.random() < 0.5 and subject.end_day > 110, rng.random() < 0.92
    rows: list[Row] = []
    if steroid:
        known = tapers and taper <= cut.date
        rows.append(_drug(subject, "PREDNISONE", LUPUS[0], started, taper if known else None, cut, dose))
        if known:
            rows.append(
                _drug(
                    subject,
                    "PREDNISONE",
                    LUPUS[0],
                    (taper + timedelta(days=1)).isoformat(),
                    None,
                    cut,
                    max(2.5, dose / 2),
                )
            )
    chosen = ["HYDROXYCHLOROQUINE"] if rng.random() < 0.85 else []
    chosen += [drug for drug in (rng.choice(IMMUNOSUPPRESSANTS),) if drug]
    rows += [_drug(subject, drug, LUPUS[0], started, None, cut) for drug in chosen]
    for drug, why, share in (
        ("OMEPRAZOLE", "Stomach protection", 0.5),
        ("CALCIUM CARBONATE", "Bone protection", 0.6),
        ("AMLODIPINE", "Hypertension", 0.15),
    ):
        if rng.random() < share:
            rows.append(_drug(subject, drug, why, started, None, cut))
    return rows


def _for_event(event: Event, cut: Cut) -> Row:
    end = event.onset + timedelta(days=min(event.days or 5, 10) - 1)
    drug = FOR_EVENT[event.pt]
    return _drug(event.subject, drug, event.pt, event.onset.isoformat(), end if end <= cut.date else None, cut)


def _drug(
    subject: Subject, drug: str, why: str, start: str, end: date | None, cut: Cut, dose: float | None = None
) -> Row:
    code, family, usual, unit, often, route = DRUGS[drug]
    begun = date.fromisoformat(start) if len(start) == 10 else None
    return {
        "USUBJID": subject.usubjid,
        "CMTRT": drug.capitalize(),
        "CMDECOD": drug,
        "CMINDC": why,
        "CMCLAS": family,
        "CMCLASCD": code,
        "CMDOSE": dose or usual,
        "CMDOSU": unit,
        "CMDOSFRQ": often,
        "CMROUTE": route,
        "CMSTDTC": start,
        "CMENDTC": end.isoformat() if end else "",
        "CMSTDY": subject.day_of(begun) if begun else None,
        "CMENDY": subject.day_of(end) if end else None,
        "CMENRTPT": "" if end else "ONGOING",
        "CMENTPT": "" if end else subject_end(subject, cut).isoformat(),
    }
