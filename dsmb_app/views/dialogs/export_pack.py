"""Exporting a meeting pack: where to, and for a closed pack its password or a typed confirmation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QListWidget, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.session import Session
from dsmb_app.views import jobs, wording
from dsmb_app.views.controls import label, tool
from dsmb_app.views.dialogs.files import ask_where_to_save
from dsmb_app.views.dialogs.form import Form
from dsmb_app.views.theme import SPACE

PackWriter = Callable[[Session, Path, str | None], Callable[[jobs.Progress], None]]
"""Takes session, file and password (None: not encrypted); returns the work, as a ``jobs.Stepped`` where the main thread
has a part in it. Both raise Refusal."""
PackLister = Callable[[Session, jobs.Progress], Sequence[str]]
"""Returns what the pack will hold, a line a sheet; in any thread."""

HOLDS = "What the pack will hold (a figure only where there is something to draw)"
_LIST_HEIGHT, _WIDE = 150, 600
IN_CLEAR = "NOT ENCRYPTED"
_OPEN = "Pooled tables only. The open pack names no arm and holds no patient's row."
_CLOSED = (
    "CONFIDENTIAL: comparative data ({arms}) and patients' rows for the board alone. The pack is encrypted with the "
    f"password that you choose; without one it is written in clear, for which you must type {IN_CLEAR}. "
    "The export is logged."
)


def narrowed(session: Session) -> str:
    """Return what the reader must know of filters before the pack is written, "" where none is in force."""
    only = session.only()
    return f"Filters are in force. The pack will hold only: {only}." if only else ""


class ExportDialog(Form):
    """Asks for file and password; writes the pack of the session's own level, the only one that it can write."""

    def __init__(
        self,
        session: Session,
        write_pack: PackWriter,
        parent: QWidget | None = None,
        *,
        contents: PackLister | None = None,
    ) -> None:
        self._closed = wording.is_closed(session.level)
        # Masked and named packs lie in one folder, and go to different readers.
        title, explanation, name = "Export the open pack", _OPEN, "open"
        if self._closed:
            arms = wording.arms_words(session.level, session.arms)
            title, explanation = f"Export the closed pack: {arms}", _CLOSED.format(arms=arms)
            name = f"closed_{session.level}"
        super().__init__(title, explanation, "Export", parent)
        self._session, self._write_pack = session, write_pack
        if narrowed(session):
            # By itself, or it would be overlooked: a pack of a part looks like a pack of all.
            self.fields.addWidget(label(narrowed(session), "warning", wraps=True))
        study = session.study.study
        self.file = self.add_field("File", beside=tool("Choose a folder", "open", self._choose))
        if self._closed:
            self.password = self.add_field("Password", secret=True)
            self.again = self.add_field("Password again", secret=True)
            self.in_clear = self.add_field("Or, instead of a password", hint=f"type {IN_CLEAR}")
        self.sheets = QListWidget()
        self._listing = self._list(contents) if contents else None
        self.written: Path | None = None
        self._replaces: Path | None = None
        self.file.setText(str(Path.home() / f"{study.id}_meeting{study.meeting}_{name}.xlsx"))

    def _list(self, contents: PackLister) -> jobs.Job:
        """Show what the pack will hold, once that is known: its tables are counted for it."""
        self.sheets.setAccessibleName(HOLDS)
        self.sheets.setFixedHeight(_LIST_HEIGHT)
        self.sheets.setUniformItemSizes(True)
        self.sheets.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.sheets.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(_WIDE)
        self.sheets.addItem("Counting the tables …")
        self.fields.addSpacing(SPACE // 2)
        self.fields.addWidget(label(HOLDS, "small"))
        self.fields.addWidget(self.sheets)
        session = self._session
        return jobs.start(lambda progress: contents(session, progress), done=self._listed, failed=self._not_listed)

    def _listed(self, lines: Sequence[str]) -> None:
        self.sheets.clear()
        self.sheets.addItems(list(lines))

    def _not_listed(self, error: Exception) -> None:
        self.sheets.clear()
        self._refused(error)

    def done(self, code: int) -> None:
        """Close; nobody waits for the list any longer."""
        self._stop_listing()
        super().done(code)

    def _stop_listing(self) -> None:
        if self._listing is not None:
            self._listing.cancel()
            self._listing = None

    def showEvent(self, event: QShowEvent) -> None:
        """Take the height that the explanation needs at the dialog's own width."""
        super().showEvent(event)
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():
            self.setMinimumHeight(layout.totalHeightForWidth(self.width()))

    def _choose(self) -> None:
        path = ask_where_to_save(self, self.windowTitle(), self.file.text(), "Excel workbooks (*.xlsx)")
        if path:
            self.file.setText(str(path))

    def missing(self) -> str:
        """Return what is still needed."""
        if not self.file.text().strip():
            return "File"
        if not self._closed:
            return ""
        if self.password.text():
            return "" if self.password.text() == self.again.text() else "The two passwords differ"
        return "" if self.in_clear.text().strip() == IN_CLEAR else "Password"

    def check(self) -> None:
        """Let the reader go on when all is there, and say when two passwords differ."""
        super().check()
        differ = self._closed and self.again.text() and self.missing() == "The two passwords differ"
        self.say("The two passwords differ." if differ else "")

    def try_to_go(self) -> None:
        """Write the pack: its figures here, between which the window lives, and the rest off the main thread."""
        self.say("")
        password = self.password.text() or None if self._closed else None
        try:
            path, there = _file_named(self.file.text())
            if there and self._replaces != path:
                self._replaces = path
                self.say(f"There is a file of this name already: {path.name}. Press Export again to replace it.")
                return
            work = self._write_pack(self._session, path, password)
        except Refusal as refusal:
            self.say(refusal.sentence())
            return
        jobs.run("Writing the pack", work, parent=self, done=lambda _nothing: self._wrote(path), failed=self._refused)

    def _wrote(self, path: Path) -> None:
        self.written = path
        self.accept()

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, Refusal):
            raise error
        self.say(error.sentence())


def _file_named(words: str) -> tuple[Path, bool]:
    """Return the workbook that a reader names, and whether it is there. Raises Refusal where none can be."""
    path = Path(words.strip())
    try:
        if path.is_dir():
            raise Refusal("PACK-NAME", "This is a folder.", "Add the name of a file.", file=path.name)
        path = path if path.suffix.lower() == ".xlsx" else path.with_name(f"{path.name}.xlsx")
        return path, path.exists()
    except OSError as error:
        raise Refusal(
            "PACK-NAME",
            f"No file can be there ({error.strerror or type(error).__name__}).",
            "Give another name or folder.",
            file=path.name,
        ) from error
