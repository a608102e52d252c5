"""The composition root: gives the window what it needs, starts the closed session's process, draws pictures."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtWidgets import QApplication

from dsmb_app import lock_desk
from dsmb_app.exporting import export_pack
from dsmb_app.locking import lock
from dsmb_app.model.errors import Refusal
from dsmb_app.model.resource_files import resource
from dsmb_app.packs import meeting_pack
from dsmb_app.session import Session
from dsmb_app.snapshot import container
from dsmb_app.snapshot.hardening import no_core_dumps
from dsmb_app.snapshot.member_key import MemberKey
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.seen import Seen
from dsmb_app.snapshot.settings import Settings
from dsmb_app.store.audit import AuditLog
from dsmb_app.store.sitting import IDLE, READER, Sitting
from dsmb_app.store.state_folder import state_folder
from dsmb_app.views import jobs, theme, wording
from dsmb_app.views.application import drawing_application, refusals_in_a_box, start_application
from dsmb_app.views.closed_process import ClosedSession
from dsmb_app.views.contact_sheet import write_contact_sheet
from dsmb_app.views.dialogs.open_snapshot import Opener, Opening
from dsmb_app.views.ending import dispose
from dsmb_app.views.faults import Faults
from dsmb_app.views.idle import MINUTES, MOST_MINUTES
from dsmb_app.views.jobs import Progress
from dsmb_app.views.lock_wizard.locker import Locker
from dsmb_app.views.pack_picture import pack_picture
from dsmb_app.views.pages import PAGES
from dsmb_app.views.services import Services
from dsmb_app.views.tidying import Tidying
from dsmb_app.views.turns import turns
from dsmb_app.views.window import SIZE, Window

__all__ = ["main", "pictures", "run_open", "write_contact_sheet", "write_pack"]

FAULT_LOG = "faults.log"
JOB_SECONDS = 10
"""How long a window that is closed waits for what is still being counted or written."""
END_SECONDS = 30
"""After which a locked closed session is ended by force, should something keep it from ending by itself."""


def main() -> None:
    """Start the window with its first page; a refusal prints its sentence and exits with 2."""
    try:
        code = run_open(None)
    except Refusal as refusal:
        print(refusal.sentence(), file=sys.stderr)  # noqa: T201 - there is no window to say it in
        code = 2
    raise SystemExit(code)


@refusals_in_a_box()
def run_open(
    file: Path | None,
    *,
    phrase: str | None = None,
    key: Path | None = None,
    signers: Collection[str] = (),
    closed: bool = False,
    audit: AuditLog | None = None,
    state: Path | None = None,
    idle_seconds: float | None = None,
) -> int:
    """Show the window until the reader closes it; return the exit code.

    ``file``: the snapshot to open, None for the first page. ``phrase``: its opening phrase, or with ``key`` the
    passphrase of that key file; ``signers``: whose signature to trust. What is missing is asked for, the signer only
    where none is pinned for the trial. ``closed``: this is the closed session's process, which asks for name, role,
    reason and codes phrase before it shows anything.
    ``state``: folder of settings, audit log and fault notes. ``idle_seconds``: after how long without a reader it
    locks itself; from the settings where not given. Raises Refusal where no window can be shown.
    """
    no_core_dumps()
    folder = state or state_folder()
    application = start_application()
    log = audit or AuditLog(folder)
    idle, wrong = (idle_seconds, "") if idle_seconds is not None else _idle_or_usual(Settings(folder), closed=closed)
    sitting = Sitting(folder, log, "closed session" if closed else "open session")
    undo = Faults(folder / FAULT_LOG, application).install()
    Tidying(application).start()
    window: Window | None = None
    code, closed_session = 1, ClosedSession(application)
    try:
        opener = make_opener(log, Pins(folder), tuple(signers), Seen(folder))
        services = Services(opener, write_pack, list_pack, idle_seconds=idle)
        if not closed:
            services = replace(services, start_closed=closed_session.start, demo=make_demo, locker=make_locker())
        window = Window(services, closed=closed)
        window.locked.connect(partial(_end_locked, sitting, application) if closed else sitting.locked)
        closed_session.died.connect(window.refuse)
        window.show()
        if wrong:
            window.refuse(wrong)
        window.begin(file, phrase or "", key)
        code = application.exec()
        sitting.stop(READER)
        return code
    finally:
        _end(window, undo, code)


def _end(window: Window | None, undo: Callable[[], None], code: int) -> None:
    """Give up what is still counted or written, then take the window down."""
    ended = jobs.end(JOB_SECONDS)
    if window is not None:
        dispose(window)
    undo()
    if not ended:
        # Nothing is left to be done but to fall over what still counts.
        os._exit(code)


def idle_after(settings: Settings, *, closed: bool) -> float:
    """Return after how many seconds without a reader a window locks itself. Raises Refusal for settings that are wrong.

    0 is never; a closed session is never without: it takes the usual time then.
    """
    minutes = settings.number("idle_minutes", MINUTES, most=MOST_MINUTES)
    return 60.0 * (minutes or (MINUTES if closed else 0))


def _idle_or_usual(settings: Settings, *, closed: bool) -> tuple[float, str]:
    """Return the same; where the settings are wrong, the usual time and the sentence: a window can still be shown."""
    try:
        return idle_after(settings, closed=closed), ""
    except Refusal as refusal:
        return 60.0 * MINUTES, refusal.sentence()


def _end_locked(sitting: Sitting, application: QApplication) -> None:
    """End the closed session's process, which has locked itself: the log first, then the end, whatever stands open."""
    last_resort = threading.Timer(END_SECONDS, os._exit, (0,))
    last_resort.daemon = True
    last_resort.start()
    try:
        sitting.stop(IDLE)
    finally:
        application.quit()


# ----------------------------------------------------------------------------------------------------------------------
# What the window is given


def make_opener(audit: AuditLog, pins: Pins, signers: Sequence[str] = (), seen: Seen | None = None) -> Opener:
    """Return how the window opens snapshots.

    ``signers``, where given, are trusted unless another one is pinned for the trial. ``seen``: what was opened on this
    machine, to tell an older file.
    """

    def signer_of(file: Path) -> str | None:
        found = container.load(file, signers=None)
        trusted = [signer for signer in signers if container.same_fingerprint(signer, found.signer)]
        if trusted:
            # A signer given on the way in does not go before the one that this computer knows for the trial.
            pins.agree(found.trial, trusted[0])
        return trusted[0] if trusted else signers[0] if signers else pins.get(found.trial)

    def open_snapshot(opening: Opening) -> Session:
        key = MemberKey.load(opening.key, opening.phrase) if opening.key else opening.phrase
        return Session.open(opening.file, key, signers=[opening.signer], audit=audit, seen=seen)

    return Opener(open=open_snapshot, signer_of=signer_of, pin=pins.set, read_key=MemberKey.load)


def make_locker() -> Locker:
    """Return how the window locks: by the functions of ``dsmb init`` and ``dsmb lock``."""
    return Locker(
        look=lock_desk.look,
        draft=lock_desk.draft,
        ahead=lock_desk.ahead,
        lock=lock_desk.lock,
        save_study=lock_desk.save_study,
        save_secret=lock_desk.save_secret,
        steps=lock_desk.STEPS,
    )


def write_pack(session: Session, path: Path, password: str | None) -> jobs.Stepped:
    """Return the work that makes, encrypts, logs and writes the session's pack, its figures first, one a step.

    The pack is encrypted before anything touches the disk. Raises Refusal in the work; then, and when the work is given
    up, nothing is written.
    """
    drawing_application()
    figures: dict[str, dict[str, bytes]] = {}

    def draw(sheet: str, figure: str) -> None:
        figures.setdefault(sheet, {}).update(pack_picture(session, sheet, [figure]))

    def work(progress: Progress) -> None:
        export_pack(session, path, password, picture=lambda table: figures.get(table.exhibit), progress=progress)

    wanted = [(sheet.number, figure) for sheet in meeting_pack.pack_sheets(session) for figure in sheet.figure]
    return jobs.Stepped([(f"Drawing {figure}", partial(draw, sheet, figure)) for sheet, figure in wanted], work)


def list_pack(session: Session, progress: Progress) -> list[str]:
    """Return what the session's pack will hold, a line a sheet."""
    return [entry.line for entry in meeting_pack.contents(session, figures=True, progress=progress)]


def make_demo(progress: Progress) -> Opening:
    """Lock the demonstration study into a folder of this computer's temporary files; return what opens it."""
    folder = Path(tempfile.mkdtemp(prefix="dsmb-demo-"))
    source, secrets = resource("demo", "current"), folder / "secrets.json"
    file = folder / "demo.dsmb"
    lock(source, study=source / "study.toml", trial=None, out=file, secrets_path=secrets, progress=progress)
    found = SecretsFile.load(secrets)
    note = f"This is a synthetic study. The phrases for its closed session are in {secrets}."
    return Opening(file, found.phrases["main"], found.signer, note)


# ----------------------------------------------------------------------------------------------------------------------
# Pictures


def pictures(
    session: Session,
    folder: Path,
    *,
    sizes: Sequence[tuple[int, int]] = (SIZE,),
    themes: Sequence[str] = ("light",),
) -> list[Path]:
    """Draw every page at the session's level into PNG files; return them in order. Needs no display.

    ``sizes``: of the window in pixels at 100%; ``themes``: "light", "dark". File names: level, page, size, theme.
    """
    application = drawing_application()
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []
    for name in themes:
        theme.dress(application, name)
        for size in sizes:
            drawn += _page_pictures(session, folder, size, name)
    theme.dress(application)
    return drawn


def _page_pictures(session: Session, folder: Path, size: tuple[int, int], theme_name: str) -> list[Path]:
    window = Window(Services(no_opener(), write_pack, list_pack=list_pack), closed=wording.is_closed(session.level))
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(*size)
    window.show_session(session)
    window.show()
    drawn = []
    for place, page in enumerate(PAGES):
        window.show_page(place)
        settle()
        while jobs.at_work() or turns().busy:
            settle()
        settle()  # what came last is laid out
        name = page.title.lower().replace(" ", "_")
        path = folder / f"{session.level}_{name}_{size[0]}x{size[1]}_{theme_name}.png"
        window.grab().save(str(path), "PNG")
        drawn.append(path)
    dispose(window)
    return drawn


def no_opener() -> Opener:
    """Return an opener for a window that is only drawn: it refuses."""

    def refuse(*_: object) -> Session:
        raise Refusal("PICTURE-ONLY", "This window is drawn, not shown.", "Open the snapshot in a window.")

    return Opener(open=refuse, signer_of=lambda _file: None, pin=lambda _trial, _signer: None)


def settle() -> None:
    """Let layouts, delayed drawing and deletions happen."""
    for _ in range(3):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
