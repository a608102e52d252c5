"""Handing a pack over: made, encrypted in memory, logged, then written whole; the one way a pack reaches the disk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from dsmb_app.model.result import Stamp
from dsmb_app.model.stopping import past_giving_up
from dsmb_app.model.words import Level
from dsmb_app.packs import encrypt, meeting_pack
from dsmb_app.session import Session
from dsmb_app.snapshot.atomic import write_atomically

Progress = Callable[[str, int, int], None]


def export_pack(
    session: Session,
    path: Path,
    password: str | None,
    *,
    stamp: Stamp | None = None,
    picture: meeting_pack.Picture | None = None,
    progress: Progress | None = None,
) -> str:
    """Write the session's pack to ``path`` and return in words what it is.

    ``password`` encrypts it before anything touches the disk; ``stamp`` is that of this moment where none is given;
    ``picture`` draws figures. The export is logged before the file is there; until then it can be given up. Raises
    Refusal; then nothing is written.
    """
    data = meeting_pack.meeting_pack(session, stamp or _stamp_now(session), picture=picture, progress=progress)
    tell = progress or (lambda *_: None)
    if password:
        tell("Encrypting", 0, 0)
        data = encrypt.encrypted(data, password)
    tell("Writing", 0, 0)
    kind = "pack encrypted" if password else "pack" if session.level is Level.POOLED else "pack in clear"
    past_giving_up()
    session.record_export(kind, data, path.name)
    write_atomically(path, data)
    return kind


def _stamp_now(session: Session) -> Stamp:
    created = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return session.stamp(created=created, audit_head=session.audit_head)
