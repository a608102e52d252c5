"""What the window says of a session in words: level, cut-off, snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from dsmb_app.model.words import Level
from dsmb_app.session import Session

PROGRAM = "DSMB review"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def level_words(level: Level, arms: Sequence[str]) -> str:
    """Return a level in words: ``CLOSED – arms masked A/B``."""
    match level:
        case Level.POOLED:
            return "OPEN – pooled"
        case Level.MASKED | Level.NAMED:
            return f"CLOSED – {arms_words(level, arms)}"


def arms_words(level: Level, arms: Sequence[str]) -> str:
    """Return how a closed level calls the arms: ``arms masked A/B``."""
    return "arms named" if level is Level.NAMED else f"arms masked {'/'.join(arms)}"


def is_closed(level: Level) -> bool:
    """Tell whether what is shown belongs to a closed session."""
    return level is not Level.POOLED


def day(of: date) -> str:
    """Return a day the same on every computer: ``30 Jun 2019``."""
    return f"{of.day} {_MONTHS[of.month - 1]} {of.year}"


def moment(iso: str) -> str:
    """Return a moment, given as ISO 8601 with its zone, in UTC: ``22 Nov 2026, 17:24 UTC``."""
    when = datetime.fromisoformat(iso).astimezone(UTC)
    return f"{day(when.date())}, {when:%H:%M} UTC"


def window_title(session: Session) -> str:
    """Return the window's title; a closed one begins with the word that tells it apart in the task bar."""
    name = f"{session.study.study.id} – {PROGRAM}"
    words = level_words(session.level, session.arms)
    return f"CLOSED SESSION – {words.partition(' – ')[2]} – {name}" if is_closed(session.level) else f"Open – {name}"


def source_line(session: Session) -> str:
    """Return what every copy and picture says of its source: level, trial, cut-off, snapshot id, marks."""
    study = session.study.study
    parts = [
        level_words(session.level, session.arms),
        study.id,
        f"data cut-off {day(study.cutoff)}",
        f"snapshot {session.snapshot.snap_id}",
        *marks(session),
    ]
    return " · ".join(parts)


def marks(session: Session) -> list[str]:
    """Return the warnings that the data carry: SYNTHETIC DATA, TEST; and the file: SUPERSEDED, FILE IN DOUBT."""
    data = (("SYNTHETIC DATA", session.study.study.synthetic), ("TEST", session.snapshot.test))
    said = [word for word, applies in data if applies]
    return [*said, *dict.fromkeys(notice.mark for notice in session.warnings)]
