"""The window: start page or session, keys that work everywhere, what a session can do. No content of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.views import jobs, keys, wording
from dsmb_app.views.clipboard import Clipboard
from dsmb_app.views.controls import Button, button
from dsmb_app.views.copying import copies_list
from dsmb_app.views.desk import Desk
from dsmb_app.views.dialogs.export_pack import ExportDialog
from dsmb_app.views.dialogs.open_snapshot import OpenDialog, Opening
from dsmb_app.views.dialogs.unblind import CODES, NAMES, UnblindDialog
from dsmb_app.views.dropping import SnapshotDrop
from dsmb_app.views.idle import IdleWatch, LockWarning
from dsmb_app.views.lock_wizard.wizard import LockWizard, opening_of
from dsmb_app.views.locking import file_dialog_of, let_go_of_dialogs, let_go_of_session
from dsmb_app.views.pages.start import StartPage
from dsmb_app.views.review import Review
from dsmb_app.views.services import Services
from dsmb_app.views.tab_order import ReadingOrder

SIZE = (1280, 800)
LEAST_SIZE = (860, 480)
"""Fits a small laptop's screen at 200% scaling."""


class Window(ReadingOrder, QMainWindow):
    """One window of one process: an open one, or a closed one from the start to the end.

    ``locked`` says that it has forgotten everything because nobody was there.
    """

    locked = Signal()

    def __init__(self, services: Services, *, closed: bool = False) -> None:
        super().__init__()
        self._services, self._closed = services, closed
        self._opening: Opening | None = None
        self._who = ("", "")
        self._session: Session | None = None
        self._clipboard = Clipboard(self, closed=closed)
        self.review: Review | None = None
        self.dialog: QWidget | None = None
        self.setWindowTitle(f"CLOSED SESSION – {wording.PROGRAM}" if closed else wording.PROGRAM)
        self.resize(*SIZE)
        self.setMinimumSize(*LEAST_SIZE)
        self._show_start()
        self._bind_keys()
        SnapshotDrop(self, self._dropped)
        self._watch_for_nobody()

    def _show_start(self) -> None:
        offered = {"with_demo": self._services.demo, "with_lock": self._services.locker}
        self.start = StartPage(**{name: bool(made) and not self._closed for name, made in offered.items()})
        self.start.open_wanted.connect(self.ask_to_open)
        self.start.demo_wanted.connect(self.try_demo)
        self.start.lock_wanted.connect(self.lock_snapshot)
        self.setCentralWidget(self.start)

    def _bind_keys(self) -> None:
        keys.bind(self, {"Ctrl+O": self.ask_to_open, "Ctrl+E": self.export, "Ctrl+W": self.close, "Ctrl+Q": self.close})
        keys.bind(self, dict.fromkeys(("F1", "?"), partial(keys.show, self)))

    def show_page(self, place: int) -> None:
        """Show a page of the session by its place."""
        self._with_review(lambda review: review.choose(place))

    def _with_review(self, act: Callable[[Review], None]) -> None:
        if self.review is not None:
            act(self.review)

    # ------------------------------------------------------------------------------------------------------------------
    # Opening

    def begin(self, file: Path | None, phrase: str = "", key: Path | None = None) -> None:
        """Open a file at once, ask for what is missing to open it, or without one wait for the reader."""
        if file is not None or self._closed:
            self.ask_to_open(file).use(phrase, key=key)

    def ask_to_open(self, file: Path | None = None) -> OpenDialog:
        """Ask which snapshot to open and with what."""
        dialog = OpenDialog(self._services.opener, file, self)
        dialog.accepted.connect(lambda: self._opened(dialog))
        if self._closed and self.review is None:
            dialog.rejected.connect(self.close)
        self._show(dialog)
        return dialog

    def _dropped(self, file: Path) -> None:
        if self._closed:
            self._with_review(lambda review: review.banner.tell("Another snapshot opens in the open window."))
        else:
            self.ask_to_open(file)

    def try_demo(self) -> None:
        """Make the demonstration's snapshot and open it."""
        if self._services.demo is not None:
            jobs.run(
                "Preparing the demo study",
                self._services.demo,
                parent=self,
                done=self._open_demo,
                failed=self._failed,
            )

    def _open_demo(self, opening: Opening) -> None:
        self.ask_to_open(opening.file).use(opening.phrase, signer=opening.signer, note=opening.note)

    def lock_snapshot(self) -> None:
        """Show the statistician's wizard; what it locked can be opened at its end."""
        wizard = LockWizard(self._services.locker, self)
        wizard.open_wanted.connect(lambda done: self.ask_to_open(done.file).use(**opening_of(done)))
        self._show(wizard)

    def _opened(self, dialog: OpenDialog) -> None:
        if dialog.session is None or dialog.opening is None:
            return
        self._session = dialog.session
        self.take_opening(dialog.opening)
        if self._closed:
            self._ask_for_codes(dialog.session)
        else:
            self.show_session(dialog.session)
            if dialog.opening.note and not dialog.session.warnings:
                self.review.banner.tell(dialog.opening.note)

    def take_opening(self, opening: Opening) -> None:
        """Keep what opened the snapshot: a closed session needs it to open main again."""
        self._opening = opening

    def _ask_for_codes(self, session: Session) -> None:
        """Show nothing of a closed session before its letters are open."""
        dialog = UnblindDialog(CODES, session.unlock_codes, **self._key_means(), parent=self)
        dialog.rejected.connect(self.close)
        dialog.accepted.connect(lambda: self._unblinded(dialog, session))
        self._show(dialog)

    def _key_means(self) -> dict[str, object]:
        """Return how a dialog reads a key file, and which one the reader has used already."""
        return {"read_key": self._services.opener.read_key, "key": self._opening.key if self._opening else None}

    def _unblinded(self, dialog: UnblindDialog, session: Session) -> None:
        self._who = dialog.who
        self.show_session(session)

    def show_session(self, session: Session) -> None:
        """Show a session in place of the start page or of the session before."""
        self._session = session
        self.review = Review(Desk(session, self._clipboard))
        self._names = button("Show arm names…", "names", self.show_names, hint="Asks for the names phrase")
        for control in self._actions():
            self.review.navigation.add_action(control)
        self.review.desk.results_changed.connect(self._level_changed)
        self.setCentralWidget(self.review)
        # Qt would show it a turn later; until then the focus and what the banner says would go to nothing that is seen.
        self.review.show()
        # The control that had the keys went with the page before.
        self.review.navigation.list.setFocus()
        self._level_changed()
        if session.warnings:
            self.review.banner.refuse("\n".join(notice.sentence for notice in session.warnings))

    def _actions(self) -> list[Button]:
        kind = "closed" if self._closed else "open"
        offered = []
        if self._closed:
            offered.append(self._names)
        elif self._services.start_closed is not None and self._opening is not None:
            offered.append(button("Start closed session…", "closed", self.start_closed, hint="In a window of its own"))
        if self._services.write_pack is not None:
            offered.append(
                button(f"Export {kind} pack…", "export", self.export, hint=f"Export the {kind} pack (Ctrl+E)")
            )
        if self._closed:
            offered.append(button("End closed session", "close", self.close, hint=f"Close the window ({keys.CLOSING})"))
        else:
            offered.append(button("Open another…", "open", self.ask_to_open, hint="Open another snapshot (Ctrl+O)"))
        return offered

    # ------------------------------------------------------------------------------------------------------------------
    # What a session can do

    def start_closed(self) -> None:
        """Start the closed session's process; this one never learns what opens the arms."""
        if self._services.start_closed is None or self._opening is None or self.review is None:
            return
        try:
            self._services.start_closed(self._opening)
        except Refusal as refusal:
            self.review.banner.refuse(refusal.sentence())
        else:
            self.review.banner.tell("The closed session starts in a window of its own and asks there for its phrase.")

    def show_names(self) -> None:
        """Ask for the names phrase; once it was given, change between letters and names."""
        if self.review is None:
            return
        desk = self.review.desk
        if desk.session.highest_level is Level.NAMED:
            desk.show_level(Level.MASKED if desk.level is Level.NAMED else Level.NAMED)
            return
        session = desk.session
        dialog = UnblindDialog(NAMES, session.unlock_names, who=self._who, **self._key_means(), parent=self)
        dialog.accepted.connect(desk.unlocked)
        self._show(dialog)

    def export(self) -> None:
        """Ask where to and write the pack of this session's level."""
        if self.review is None or self._services.write_pack is None:
            return
        banner, desk, given = self.review.banner, self.review.desk, self._services
        dialog = ExportDialog(desk.session, given.write_pack, self, contents=given.list_pack)
        copies_list(dialog.sheets, desk)
        dialog.accepted.connect(lambda: banner.tell(f"The pack was written: {dialog.written}"))
        self._show(dialog)

    def _level_changed(self) -> None:
        if self.review is None:
            return
        session = self.review.desk.session
        self.setWindowTitle(wording.window_title(session))
        named = session.level is Level.NAMED
        words = "Mask arms again" if named else "Show arm names"
        ask = "" if session.highest_level is Level.NAMED else "…"
        self._names.setText(f"{words}{ask}")
        self._names.icon_name = "masked" if named else "names"
        self._names.tint()

    # ------------------------------------------------------------------------------------------------------------------
    # Nobody there, and the end

    def _watch_for_nobody(self) -> None:
        if self._services.idle_seconds:
            # Another one each time, with a warning of its own: the last warning went with the other dialogs.
            self.watch = IdleWatch(self._services.idle_seconds, self)
            self.warning = LockWarning(self._closed, self.watch.notice, self)
            self.watch.left.connect(self._warn)
            self.watch.back.connect(self.warning.hide)
            self.watch.idle.connect(self.lock)
            self.watch.start()

    def _warn(self, seconds: int) -> None:
        # An open window without a session has nothing to forget.
        if self._closed or self._session is not None:
            self.warning.show_left(seconds)

    def lock(self) -> None:
        """Forget everything unlocked. A closed window ends; an open one goes back to its first page and asks again."""
        waiting = file_dialog_of(self)
        if waiting is not None:
            waiting.reject()
            QTimer.singleShot(0, self.lock)
            return
        file = self._opening.file if self._opening else None
        was_open = self._session is not None
        self._clipboard.clear()
        let_go_of_dialogs(self)
        review, session = self.review, self._session
        self.review = self._session = self.dialog = self._opening = None
        self._who = ("", "")
        let_go_of_session(review, session)
        if self._closed:
            self.locked.emit()
            self.close()
            return
        self._show_start()
        self._watch_for_nobody()
        if was_open:
            self.locked.emit()
            self.ask_to_open(file)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Take back what was copied from a closed session."""
        self._clipboard.clear()
        super().closeEvent(event)

    def _show(self, dialog: QWidget) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Refusal):
            raise error
        self.refuse(error.sentence())

    def refuse(self, sentence: str) -> None:
        """Say what went wrong above what is shown."""
        (self.review or self.start).banner.refuse(sentence)
