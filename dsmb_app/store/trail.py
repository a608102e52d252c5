"""What one session tells the audit log, each line before (when less is shown: after) what it tells of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from dsmb_app.model.errors import Refusal
from dsmb_app.model.stopping import Stopped
from dsmb_app.model.words import Level
from dsmb_app.store.audit import AuditLog

_PART = {Level.MASKED: "codes", Level.NAMED: "names"}


class Trail:
    """A log with the snapshot (SHA-256) that every line is about. Each method raises the log's Refusals."""

    def __init__(self, log: AuditLog, snap: str) -> None:
        self._log, self._snap = log, snap

    @property
    def head(self) -> str:
        """Return the head of the chain."""
        return self._log.head()

    def unblind(self, part: str, unlock: Callable[[], None], *, why: str, who: str) -> None:
        """Open a part: the log says so, and who does it, before the phrase or key is used, and then how it went.

        A reader who gives up meanwhile has opened nothing.
        """
        if who:
            self._log.identify(who)
        self._write("unblind", why=why, result="begin", obj=part)
        try:
            unlock()
        except Refusal as refusal:
            self._write("unblind", why=why, result=refusal.code, obj=part)
            raise
        except Stopped:
            self._write("unblind", why=why, result="given up", obj=part)
            raise
        self._write("unblind", why=why, result="ok", obj=part)

    def change_level(self, before: Level, after: Level, show: Callable[[], None]) -> None:
        """Show another level, already unlocked: told before it is shown when it shows more, afterwards when less."""
        order = list(Level)
        if order.index(after) > order.index(before):
            self._write("unblind", result="again", obj=_PART[after])
        show()
        if order.index(after) < order.index(before):
            self._write("reblind", result="ok", obj=str(after))

    def export(self, kind: str, level: Level, data: bytes, file_name: str) -> None:
        """Tell of an export: what is written (its SHA-256), as which file."""
        self._write("export", why=f"{kind} {level}", result=hashlib.sha256(data).hexdigest(), obj=file_name)

    def copy(self, what: str, level: Level) -> None:
        """Tell of a copy to the clipboard, or of a picture."""
        self._write("copy", why=str(level), result="ok", obj=what)

    def _write(self, ev: str, *, why: str = "", result: str, obj: str) -> None:
        self._log.append(ev, snap=self._snap, why=why, result=result, obj=obj)
