"""Opening a snapshot: which file, its opening phrase and, the first time, whose signature to trust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.session import Session
from dsmb_app.views import jobs
from dsmb_app.views.controls import tool
from dsmb_app.views.dialogs.files import ask_for_snapshot
from dsmb_app.views.dialogs.form import Form
from dsmb_app.views.dialogs.phrase_or_key import PhraseOrKey


@dataclass(frozen=True)
class Opening:
    """What opens a snapshot; also what a closed session needs to open it again. ``note`` is said once it is open.

    With a ``key`` file, ``phrase`` is its passphrase.
    """

    file: Path
    phrase: str = field(repr=False)
    signer: str
    note: str = ""
    key: Path | None = None

    def to_keep(self) -> Opening:
        """Return what may be kept while the snapshot is open: a member's key may open more, so no passphrase."""
        return replace(self, phrase="") if self.key else self


@dataclass(frozen=True)
class Opener:
    """How the window opens snapshots: made where the program is put together.

    ``open`` raises Refusal; ``signer_of`` returns the fingerprint pinned for the file's trial, None for a first open,
    and raises Refusal for a file that is no sound snapshot; ``pin`` remembers the signer of a trial; ``read_key`` makes
    of a key file and its passphrase what opens parts, and raises Refusal (None: key files are not offered).
    """

    open: Callable[[Opening], Session]
    signer_of: Callable[[Path], str | None]
    pin: Callable[[str, str], None]
    read_key: Callable[[Path, str], object] | None = None


class OpenDialog(Form):
    """Asks until a snapshot is open or the reader gives up; then holds ``session`` and ``opening``."""

    def __init__(self, opener: Opener, file: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(
            "Open a snapshot",
            "The file and its phrase come from the trial's independent statistician, each by its own way.",
            "Open",
            parent,
        )
        self._opener = opener
        self.session: Session | None = None
        self.opening: Opening | None = None
        choose = tool("Choose a file", "open", self._choose)
        self.file = self.add_field("Snapshot file", hint="….dsmb", beside=choose)
        self.means = PhraseOrKey(self, "Opening phrase", with_key=opener.read_key is not None)
        self.phrase = self.means.field
        self.signer = self.add_field("Signer's fingerprint", hint="from the statistician's letter; asked once")
        self.file.editingFinished.connect(self._look_at_file)
        self._known: str | None = None
        self._note = ""
        self.check()
        if file is not None:
            self.take_file(file)

    def take_file(self, file: Path) -> None:
        """Set the file, and whose signature is known for its trial."""
        self.file.setText(str(file))
        self._look_at_file()

    def use(self, phrase: str, *, key: Path | None = None, signer: str = "", note: str = "") -> None:
        """Open with what is known already; where something is missing or wrong, the dialog asks."""
        if key is not None:
            self.means.take(key)
        self.phrase.setText(phrase)
        # A signer that the program itself vouches for is trusted, and not pinned for later.
        self._known = self._known or signer or None
        self.signer.setText(self._known or "")
        self._note = note
        if not self.missing():
            self.try_to_go()

    def _choose(self) -> None:
        file = ask_for_snapshot(self)
        if file:
            self.take_file(file)

    def _look_at_file(self) -> None:
        self._known = None
        self.say("")
        if self.file.text().strip():
            try:
                self._known = self._opener.signer_of(self._path())
            except Refusal as refusal:
                self.say(refusal.sentence())
        self.signer.setReadOnly(self._known is not None)
        self.signer.setText(self._known or "")
        self.check()

    def _path(self) -> Path:
        return Path(self.file.text().strip())

    def missing(self) -> str:
        """Return the name of the first field that is empty."""
        empty: list[QLineEdit] = [f for f in (self.file, self.phrase, self.signer) if not f.text().strip()]
        return empty[0].accessibleName() if empty else ""

    def try_to_go(self) -> None:
        """Open the snapshot off the main thread."""
        self.say("")
        opening = Opening(self._path(), self.phrase.text(), self.signer.text().strip(), self._note, self.means.key)
        jobs.run(
            "Opening the snapshot",
            lambda progress: self._open(opening, progress),
            parent=self,
            done=lambda session: self._opened(opening, session),
            failed=self._refused,
        )

    def _open(self, opening: Opening, progress: jobs.Progress) -> Session:
        progress("Verifying and decrypting", 0, 0)
        return self._opener.open(opening)

    def _opened(self, opening: Opening, session: Session) -> None:
        try:
            if self._known is None:
                self._opener.pin(session.snapshot.trial, session.snapshot.signer)
        except Refusal as refusal:
            self.say(refusal.sentence())
            return
        self.session, self.opening = session, opening.to_keep()
        self.accept()

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, Refusal):
            raise error
        self.say(error.sentence())
        self.phrase.selectAll()
        self.phrase.setFocus()
