"""AE as a data cut holds it: what was entered by then, ongoing where it was, with the values of the day."""

from __future__ import annotations

from datetime import date, timedelta

from .adverse_events import Event
from .ae_terms import TERMS
from .plan import EARLIER, Cut, Row
from .subjects import Subject


def ae_rows(events: list[Event], cut: Cut, last_dose: dict[int, date]) -> list[Row]:
    """Return AE by subject and onset. ``last_dose``: the day of each subject number's last dose of all."""
    held = [e for e in events if _entered(e, cut)]
    held.sort(key=lambda e: (e.subject.number, e.onset, e.spid))
    return [_row(e, cut, last_dose) for e in held]


def _entered(event: Event, cut: Cut) -> bool:
    if cut is EARLIER:
        return event.onset <= cut.date and not event.late
    return not event.deleted  # the later transfer also brought one event of after its cut-off


def _row(event: Event, cut: Cut, last_dose: dict[int, date]) -> Row:
    subject, end = event.subject, _end(event, cut)
    ongoing = end is None and event.onset <= subject_end(subject, cut)
    soc = TERMS[event.pt].soc if event.pt else ""
    row: Row = {
        "USUBJID": subject.usubjid,
        "AESPID": event.spid,
        "AETERM": event.text,
        "AELLT": event.llt,
        "AEDECOD": event.pt,
        "AEBODSYS": soc,
        "AESOC": soc,
        "AETOXGR": str(event.grade),
        "AESER": "Y" if event.serious else "N",
        "AESHOSP": "Y" if event.hospital else "N",
        "AESDTH": "N",
        "AESLIFE": "N",
        "AESDISAB": "N",
        "AESCONG": "N",
        "AESMIE": "N",
        "AEREL": event.related,
        "AEACN": event.action or _action(event, last_dose),
        "AEOUT": "RECOVERED/RESOLVED" if end else _unfinished(event, cut),
        "AESTDTC": event.onset.isoformat()[: {"month": 7, "year": 4}.get(event.partial, 10)],
        "AEENDTC": end.isoformat() if end else "",
        "AESTDY": None if event.partial else event.start,
        "AEENDY": subject.day_of(end) if end else None,
        "AEENRTPT": "ONGOING" if ongoing else "",
        "AEENTPT": subject_end(subject, cut).isoformat() if ongoing else "",
    }
    if cut is EARLIER:
        row.update(event.before)
    return row


def subject_end(subject: Subject, cut: Cut) -> date:
    """Return the subject's last day on study as known at the cut."""
    return min(subject.end_date, cut.date)


def _end(event: Event, cut: Cut) -> date | None:
    if event.days is None:
        return None
    end = event.onset + timedelta(days=event.days - 1)
    return end if end <= subject_end(event.subject, cut) else None


def _unfinished(event: Event, cut: Cut) -> str:
    return "RECOVERING/RESOLVING" if event.serious and cut is not EARLIER else "NOT RECOVERED/NOT RESOLVED"


def _action(event: Event, last_dose: dict[int, date]) -> str:
    last = last_dose.get(event.subject.number)
    return "DOSE NOT CHANGED" if last and event.onset <= last else "NOT APPLICABLE"
