"""The statistician's wizard: from a delivery to a snapshot and its phrases, by keys alone; what is refused; Stop."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QListWidget, QPlainTextEdit, QTableWidget

from dsmb_app import app
from dsmb_app.model.errors import Refusal
from dsmb_app.model.lock_wish import LockWish
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.store.audit import AuditLog
from dsmb_app.views.ending import dispose
from dsmb_app.views.lock_wizard.locker import Locker
from dsmb_app.views.lock_wizard.wizard import LockWizard
from dsmb_app.views.lock_wizard.work import page_to_mend
from dsmb_app.views.window import Services, Window
from tests.ae_study import event, person, study
from tests.oracle import made_up
from tests.quick_stretch import quick_phrases
from tests.views.looking import drop

__all__ = ["quick_phrases"]

LONG = 60_000


@pytest.fixture
def start(qtbot, state: Path) -> Iterator[Callable[..., Window]]:
    """Return what shows a window on its first page, with a locker, and has the wizard asked for."""
    made = []

    def begin(locker: Locker | None = None) -> Window:
        opener = app.make_opener(AuditLog(state), Pins(state))
        window = Window(Services(opener, locker=locker or app.make_locker()))
        made.append(window)
        window.show()
        qtbot.mouseClick(window.start.lock, Qt.MouseButton.LeftButton)
        return window

    yield begin
    for window in made:
        dispose(window)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return the folder of a small made-up delivery of two arms, its study file within."""
    people = [person(f"{number:02}", "Placebo" if number % 2 else "Qarm 1") for number in range(1, 13)]
    source, file = made_up.write(tmp_path / "in", study(people, [event("01")], ("Qarm 1", "Placebo")))
    for path in (file, file.with_name("odd-list.toml")):
        shutil.move(path, source / path.name)
    return source


def key(qtbot, wizard: LockWizard, code: Qt.Key, *, alt: bool = False) -> None:
    """Press a key where the focus is."""
    held = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(wizard.focusWidget() or wizard, code, held)
    # A button pressed by its letter is seen to go down, and acts when it comes up.
    qtbot.waitUntil(lambda: not any(each.isDown() for each in wizard.findChildren(QAbstractButton)))


def to_files(qtbot, wizard: LockWizard, folder: Path) -> None:
    """Type the folder and go on to the third page, by keys alone."""
    qtbot.keyClicks(wizard.delivery.folder, str(folder))
    key(qtbot, wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wizard.delivery.may_go() or wizard.fault.isVisible(), timeout=LONG)
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    assert wizard.step is wizard.study
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    assert wizard.step is wizard.kept, wizard.fault.text()


def test_that_the_demo_is_locked_by_keys_alone_and_opened(qtbot, start, project: Path, tmp_path: Path) -> None:
    source = tmp_path / "delivery"
    shutil.copytree(project / "resources" / "demo" / "current", source)
    (source / "study.toml").unlink()
    window = start()
    wizard = window.dialog
    qtbot.keyClicks(wizard.delivery.folder, str(source))
    key(qtbot, wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(wizard.delivery.may_go, timeout=LONG)
    assert wizard.delivery.summary.text() == "10 datasets, 72 subjects, 12,849 rows"
    key(qtbot, wizard, Qt.Key.Key_Return)

    key(qtbot, wizard, Qt.Key.Key_D, alt=True)
    qtbot.waitUntil(lambda: bool(wizard.study.text.toPlainText()), timeout=LONG)
    assert "cutoff = 2019-07-08   data cut-off" in wizard.study.guesses.item(1).text()
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    assert wizard.fault.text().startswith("Settle every guess first")
    assert not (source / "study.toml").exists()
    key(qtbot, wizard, Qt.Key.Key_E, alt=True)
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    assert "CHECK:" not in (source / "study.toml").read_text("utf-8")

    assert wizard.step is wizard.kept
    key(qtbot, wizard, Qt.Key.Key_Return)
    assert wizard.step is wizard.work
    key(qtbot, wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wizard.step is wizard.report, timeout=LONG)
    keys = SecretsFile.load(tmp_path / "secrets.json")
    assert wizard.report.snap_id.text() == keys.snap_id
    assert wizard.report.signer.text() == keys.signer
    assert "patterns were found that tell the arms" in wizard.report.searched.text()
    assert {wizard.report.leaks.item(row, 0).text() for row in range(wizard.report.leaks.rowCount())} == {"WARN"}
    check_named(wizard)

    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    check_phrases(qtbot, wizard, keys)
    # The wizard goes with this key, so nothing more is asked of it.
    qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: window.review is not None, timeout=LONG)
    assert window.review.desk.session.snapshot.snap_id == keys.snap_id


def check_named(wizard: LockWizard) -> None:
    """Every control of every page has a name for a screen reader."""
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QListWidget, QTableWidget)
    controls = [found for kind in kinds for found in wizard.findChildren(kind) if found.focusPolicy()]
    nameless = [found for found in controls if not found.accessibleName() or "&" in found.accessibleName()]
    assert len(controls) > 30
    assert [type(found).__name__ for found in nameless if found.objectName() != "qt_spinbox_lineedit"] == []


def check_phrases(qtbot, wizard: LockWizard, keys: SecretsFile) -> None:
    """Phrases are hidden, shown one at a time, copied and saved on request, and in no other place."""
    cards = wizard.hand_out.cards
    assert [card.field.text() for card in cards.values()] == ["", "", ""]
    key(qtbot, wizard, Qt.Key.Key_C, alt=True)
    assert cards["codes"].field.text() == keys.phrases["codes"]
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    assert [card.field.text() for card in cards.values()] == ["", "", keys.phrases["names"]]
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    assert cards["names"].field.text() == ""
    qtbot.mouseClick(cards["codes"].copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == keys.phrases["codes"]
    assert QApplication.clipboard().mimeData().data("x-kde-passwordManagerHint") == b"secret"
    told = [wizard.windowTitle(), wizard.hand_out.told.text(), wizard.report.text.toPlainText()]
    assert not any(phrase in text for phrase in keys.phrases.values() for text in told)


def test_that_a_phrase_is_saved_for_its_owner_alone_and_leaves_the_clipboard_with_the_wizard(
    qtbot, start, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard = start().dialog
    to_files(qtbot, wizard, small)
    key(qtbot, wizard, Qt.Key.Key_Return)
    key(qtbot, wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wizard.step is wizard.report, timeout=LONG)
    key(qtbot, wizard, Qt.Key.Key_Return)
    file = small.parent / "one.txt"
    monkeypatch.setattr("dsmb_app.views.lock_wizard.hand_out.ask_where_to_save", lambda *_: file)
    card = wizard.hand_out.cards["names"]
    qtbot.mouseClick(card.save, Qt.MouseButton.LeftButton)
    phrases = SecretsFile.load(small.parent / "secrets.json").phrases
    saved = file.read_text("utf-8")
    assert saved.splitlines()[0] == phrases["names"]
    assert phrases["main"] not in saved
    qtbot.mouseClick(card.copy, Qt.MouseButton.LeftButton)
    key(qtbot, wizard, Qt.Key.Key_Escape)
    assert QApplication.clipboard().text() == ""


def test_that_a_spoilt_delivery_is_a_sentence_where_it_can_be_mended(qtbot, start, small: Path) -> None:
    wizard = start().dialog
    good = (small / "ae.csv").read_text("utf-8")
    (small / "ae.csv").write_text(good.replace("01", "99"), encoding="utf-8")
    drop(wizard, small)
    qtbot.waitUntil(wizard.fault.isVisible, timeout=LONG)
    assert wizard.fault.text().startswith("ae.csv, row 1: ")
    assert wizard.fault.text().endswith("[SUBJECT-UNKNOWN]")
    assert not wizard.next.isEnabled()
    (small / "ae.csv").write_text(good, encoding="utf-8")
    key(qtbot, wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(wizard.delivery.may_go, timeout=LONG)
    assert not wizard.fault.isVisible()

    key(qtbot, wizard, Qt.Key.Key_Return)
    typed = wizard.study.text.toPlainText().replace('source = "actual"', 'sorce = "actual"')
    wizard.study.text.setPlainText(typed)
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    assert wizard.fault.text().startswith("study.toml: The key 'arms.sorce' is not known")
    wizard.study.text.setPlainText(typed.replace("sorce", "source").replace("Placebo", "Nobody"))
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    wizard.kept.trial.setText(str(small.parent / "other.json"))
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    key(qtbot, wizard, Qt.Key.Key_L, alt=True)
    qtbot.waitUntil(wizard.fault.isVisible, timeout=LONG)
    assert "[ARM-" in wizard.fault.text()
    assert wizard.step is wizard.study
    assert "Nobody" in wizard.study.text.toPlainText()
    wizard.study.text.setPlainText(wizard.study.text.toPlainText().replace("Nobody", "Placebo"))
    key(qtbot, wizard, Qt.Key.Key_N, alt=True)
    assert wizard.kept.trial.text() == str(small.parent / "other.json")
    assert sorted(path.name for path in small.parent.iterdir()) == ["source"]


class Held:
    """Lets a real lock wait when it begins a step, until the test lets it go on; ``ended`` is set when it is over."""

    def __init__(self, locker: Locker, step: str) -> None:
        self._real, self._step = locker.lock, step
        self.reached, self.on, self.ended = threading.Event(), threading.Event(), threading.Event()

    def lock(self, wish, progress):
        def held(name: str, done: int, total: int) -> None:
            if name == self._step:
                self.reached.set()
                self.on.wait(30)
            progress(name, done, total)

        try:
            return self._real(wish, held)
        finally:
            self.ended.set()


def test_that_a_lock_that_is_stopped_leaves_nothing_and_can_be_begun_again(qtbot, start, small: Path) -> None:
    held = Held(app.make_locker(), "Checking and deriving")
    wizard = start(replace(app.make_locker(), lock=held.lock)).dialog
    to_files(qtbot, wizard, small)
    key(qtbot, wizard, Qt.Key.Key_Return)
    before = sorted(small.parent.rglob("*"))
    key(qtbot, wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(held.reached.is_set, timeout=LONG)
    assert wizard.leave.text() == "Stop"
    key(qtbot, wizard, Qt.Key.Key_Escape)
    assert wizard.isVisible()
    assert wizard.work.doing.text() == "Stopped. Nothing was written."
    held.on.set()
    qtbot.waitUntil(held.ended.is_set, timeout=LONG)
    assert sorted(small.parent.rglob("*")) == before
    qtbot.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: wizard.step is wizard.report, timeout=LONG)


def test_that_a_lock_that_writes_is_not_stopped(qtbot, start, small: Path) -> None:
    held = Held(app.make_locker(), "Done")
    wizard = start(replace(app.make_locker(), lock=held.lock)).dialog
    to_files(qtbot, wizard, small)
    key(qtbot, wizard, Qt.Key.Key_Return)
    key(qtbot, wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(held.reached.is_set, timeout=LONG)
    key(qtbot, wizard, Qt.Key.Key_Escape)
    assert wizard.work.doing.text() == "Too late to stop: the files are being written."
    held.on.set()
    qtbot.waitUntil(lambda: wizard.step is wizard.report, timeout=LONG)


def test_that_esc_asks_only_where_something_would_be_lost(qtbot, start, small: Path) -> None:
    window = start()
    key(qtbot, window.dialog, Qt.Key.Key_Escape)
    qtbot.mouseClick(window.start.lock, Qt.MouseButton.LeftButton)
    wizard = window.dialog
    drop(wizard, small)
    qtbot.waitUntil(wizard.delivery.may_go, timeout=LONG)
    key(qtbot, wizard, Qt.Key.Key_Escape)
    assert wizard.isVisible()
    qtbot.keyClick(wizard.question, Qt.Key.Key_Escape)
    assert wizard.isVisible()
    key(qtbot, wizard, Qt.Key.Key_Escape)
    leave = next(each for each in wizard.question.buttons() if each.text() == "&Leave")
    with qtbot.waitSignal(wizard.finished):
        qtbot.mouseClick(leave, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("code", "file", "page"),
    [
        ("SUBJECT-UNKNOWN", "ae.csv", "delivery"),
        ("SRC-FOLDER", None, "delivery"),
        ("LEAK-BLOCK", None, "study"),
        ("TRIAL-BUSY", "trial.json", "kept"),
        ("WRITE-FAILED", "x.dsmb", "kept"),
        ("SOMETHING-NEW", "study.toml", "study"),
    ],
)
def test_that_a_refused_lock_leads_to_the_page_that_can_mend_it(code: str, file: str | None, page: str) -> None:
    wish = LockWish(Path("in"), Path("in/study.toml"), Path("trial.json"), Path("secrets.json"), Path("x.dsmb"))
    place = page_to_mend(Refusal(code, "What.", "Todo.", file=file), wish)
    assert ("delivery", "study", "kept")[place] == page
