"""The composition root: gives the window what it needs, starts the closed session's process, draws pictures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtWidgets import QApplication

from dsmb_app import __version__
from dsmb_app.exporting import export_pack
from dsmb_app.locking import lock
from dsmb_app.model.errors import Refusal
from dsmb_app.model.resource_files import PACKAGE, resource
from dsmb_app.packs import meeting_pack
from dsmb_app.session import Session
from dsmb_app.snapshot import container
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.store.audit import AuditLog
from dsmb_app.store.state_folder import state_folder
from dsmb_app.views import theme, wording
from dsmb_app.views.dialogs.open_snapshot import Opener, Opening
from dsmb_app.views.ending import dispose
from dsmb_app.views.faults import Faults
from dsmb_app.views.jobs import Progress
from dsmb_app.views.pack_picture import pack_picture
from dsmb_app.views.pages import PAGES
from dsmb_app.views.window import SIZE, Services, Window

FAULT_LOG = "faults.log"


def main() -> None:
    """Start the window with its first page; a refusal prints its sentence and exits with 2."""
    try:
        code = run_open(None)
    except Refusal as refusal:
        print(refusal.sentence(), file=sys.stderr)  # noqa: T201 - there is no window to say it in
        code = 2
    raise SystemExit(code)


def run_open(
    file: Path | None,
    *,
    phrase: str | None = None,
    signers: Collection[str] = (),
    closed: bool = False,
    audit: AuditLog | None = None,
    state: Path | None = None,
) -> int:
    """Show the window until the reader closes it; return the exit code.

    ``file``: the snapshot to open, None for the first page. ``phrase``: its opening phrase and ``signers``: whose
    signature to trust; what is missing is asked for, the signer only where none is pinned for the trial. ``closed``:
    this is the closed session's process, which asks for name, role, reason and codes phrase before it shows anything.
    ``state``: folder of settings, audit log and fault notes. Raises Refusal where no window can be shown.
    """
    folder = state or state_folder()
    application = start_application()
    log = audit or AuditLog(folder)
    undo = Faults(folder / FAULT_LOG, application).install()
    window: Window | None = None
    try:
        services = Services(
            opener=make_opener(log, Pins(folder), tuple(signers)),
            write_pack=write_pack,
            start_closed=None if closed else ClosedSession().start,
            demo=None if closed else make_demo,
        )
        window = Window(services, closed=closed)
        window.show()
        window.begin(file, phrase or "")
        return application.exec()
    finally:
        if window is not None:
            dispose(window)
        undo()


# ----------------------------------------------------------------------------------------------------------------------
# Starting Qt


def refuse_without_display(system: str, environment: Mapping[str, str]) -> None:
    """Raise Refusal where no window can be shown; Qt itself would end the process with a misleading text."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if system.startswith("linux") and not any(environment.get(name) for name in names):
        raise Refusal(
            "NO-DISPLAY",
            "There is no display to show a window on.",
            "Start it in a desktop session; dsmb pack and dsmb ard work without a display.",
        )


def start_application() -> QApplication:
    """Return the running application, or start one, dressed. Raises Refusal without a display."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    refuse_without_display(sys.platform, os.environ)
    application = QApplication(sys.argv[:1])
    application.setApplicationName(wording.PROGRAM)
    application.setApplicationVersion(__version__)
    theme.dress(application)
    return application


def _drawing_application() -> QApplication:
    """Return an application to draw pictures with, which needs no display."""
    try:
        return start_application()
    except Refusal:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        return start_application()


# ----------------------------------------------------------------------------------------------------------------------
# What the window is given


def make_opener(audit: AuditLog, pins: Pins, signers: Sequence[str] = ()) -> Opener:
    """Return how the window opens snapshots; ``signers``, where given, go before the pinned one."""

    def signer_of(file: Path) -> str | None:
        found = container.load(file, signers=None)
        trusted = [signer for signer in signers if container.same_fingerprint(signer, found.signer)]
        return trusted[0] if trusted else signers[0] if signers else pins.get(found.trial)

    def open_snapshot(opening: Opening) -> Session:
        return Session.open(opening.file, opening.phrase, signers=[opening.signer], audit=audit)

    return Opener(open=open_snapshot, signer_of=signer_of, pin=pins.set)


def write_pack(session: Session, path: Path, password: str | None) -> Callable[[Progress], None]:
    """Draw the figures of the session's pack; return the work that makes, encrypts, logs and writes it.

    The pack is encrypted before anything touches the disk. Raises Refusal, also in the work; then nothing is written.
    """
    _drawing_application()
    figures = {
        sheet.number: pack_picture(session, sheet.number, sheet.figure)
        for sheet in meeting_pack.pack_sheets(session)
        if sheet.figure
    }

    def work(progress: Progress) -> None:
        export_pack(session, path, password, picture=lambda table: figures.get(table.exhibit), progress=progress)

    return work


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
# The closed session's process


def closed_command(file: Path) -> list[str]:
    """Return the command that starts a closed session on a snapshot; it holds no secret."""
    if getattr(sys, "frozen", False):
        program = [sys.executable]
    elif (PACKAGE.parent / "pyproject.toml").is_file():
        program = [sys.executable, str(PACKAGE.parent / "main.py")]
    else:
        program = [sys.executable, "-m", "dsmb_app"]
    return [*program, "open", str(file.resolve()), "--closed", "--stdin"]


def handover(opening: Opening) -> str:
    """Return the line that tells the closed process how to open main, and nothing that opens codes or names."""
    return json.dumps({"phrase": opening.phrase, "signer": opening.signer}) + "\n"


class ClosedSession:
    """Starts the closed process, one at a time; it lives on when this one ends."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def start(self, opening: Opening) -> None:
        """Start it and hand over, through its standard input, what opens main. Raises Refusal."""
        if self.process is not None and self.process.poll() is None:
            raise Refusal(
                "CLOSED-RUNNING", "A closed session is open already.", "Look for the window with the red frame."
            )
        try:
            self.process = subprocess.Popen(closed_command(opening.file), stdin=subprocess.PIPE, text=True)
            assert self.process.stdin is not None
            # Not an argument and not the environment: other programs of the same user can read both.
            with self.process.stdin as line:
                line.write(handover(opening))
        except OSError as error:
            raise Refusal(
                "CLOSED-START",
                f"The closed session could not be started ({error.strerror or type(error).__name__}).",
                "Start it by hand: dsmb open FILE --closed.",
            ) from error


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
    application = _drawing_application()
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []
    for name in themes:
        theme.dress(application, name)
        for size in sizes:
            drawn += _page_pictures(session, folder, size, name)
    theme.dress(application)
    return drawn


def _page_pictures(session: Session, folder: Path, size: tuple[int, int], theme_name: str) -> list[Path]:
    window = Window(Services(no_opener(), write_pack), closed=wording.is_closed(session.level))
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(*size)
    window.show_session(session)
    window.show()
    drawn = []
    for place, page in enumerate(PAGES):
        window.show_page(place)
        settle()
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
