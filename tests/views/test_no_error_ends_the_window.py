"""Whatever goes wrong, the window lives: one plain sentence, nothing of the trial beside it, and work goes on."""

from __future__ import annotations

import ast
import errno
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QGraphicsView, QLabel, QTableView

from dsmb_app import app, exporting
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level, Stat
from dsmb_app.packs import meeting_pack
from dsmb_app.session import Session
from dsmb_app.snapshot import atomic
from dsmb_app.store import audit
from dsmb_app.store.audit import AuditLog
from dsmb_app.views import cells, clipboard, jobs, marks
from dsmb_app.views.faults import Faults
from dsmb_app.views.pages import PAGES
from dsmb_app.views.plots import rows
from dsmb_app.views.window import Window
from tests.locked import Locked
from tests.views.conftest import AtLevel, ShowWindow

SECRET = "velvet-anchor-phrase: A is hrIL-2, subject S-CNMV9Q"
PLAIN = "Something in the program went wrong. The snapshot and the audit log are untouched, and you can go on."
LIVER, EVENTS = ([page.title for page in PAGES].index(title) for title in ("Liver", "Adverse events"))


class Panic(BaseException):
    """As a library in another language throws it: no Exception."""


def throw(kind: type[BaseException] = ValueError) -> Callable[..., object]:
    def thrower(*_: object, **__: object) -> object:
        raise kind(SECRET)

    return thrower


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


class Trial:
    """A closed window with all faults of the process watched, as in the program."""

    def __init__(self, qtbot, window: Window, faults: Faults, log: Path) -> None:
        self._qtbot, self.window, self.faults, self._log = qtbot, window, faults, log
        self.now = 0.0

    def is_told(self, sentence: str = PLAIN) -> None:
        """See one dialog with the sentence alone, close it, and go on with the window."""
        self._qtbot.waitUntil(lambda: self.faults.dialog is not None and self.faults.dialog.isVisible(), timeout=60_000)
        dialog = self.faults.dialog
        assert dialog.text().startswith(sentence)
        for text in (dialog.text(), dialog.informativeText(), dialog.detailedText(), self._log.read_text("utf-8")):
            assert not any(word in text for word in ("velvet", "hrIL", "CNMV9Q"))
        dialog.close()
        self.faults.dialog = None
        self.now += 61
        assert self.window.isVisible()

    @property
    def tables(self) -> list[QTableView]:
        return [view for view in self.window.review.page.findChildren(QTableView) if view.isVisible()]

    def lives(self) -> None:
        """See that the window goes on showing pages."""
        assert self.window.isVisible()
        for page in (EVENTS, LIVER):
            self.window.show_page(page)
            app.settle()
            assert all(view.model().rowCount() for view in self.tables)
            assert self.tables

    def later(self, act: Callable[[], object]) -> None:
        """Do something as the event loop would."""
        QTimer.singleShot(0, act)


@pytest.fixture
def trial(qtbot, at_level: AtLevel, show_window: ShowWindow, tmp_path: Path) -> Iterator[Trial]:
    made: list[Trial] = []
    log = tmp_path / "faults.log"
    faults = Faults(log, clock=lambda: made[0].now)
    made.append(Trial(qtbot, show_window(at_level(Level.MASKED), LIVER), faults, log))
    undo = faults.install()
    yield made[0]
    undo()


@pytest.mark.qt_log_ignore("QPainter::end: Painter ended with")
def test_that_our_own_mistakes_wherever_they_happen_are_told_plainly_and_end_nothing(
    qtbot, trial: Trial, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    window = trial.window
    trial.later(throw())
    trial.is_told()
    # Python keeps no hold of what was thrown.
    assert not hasattr(sys, "last_value")
    for kind in (KeyError, MemoryError, SystemExit, Panic):
        jobs.run("Working", throw(kind), parent=window, done=print, failed=window._failed)
        trial.is_told()
        assert not jobs.at_work()
        assert not any(dialog.isVisible() for dialog in window.findChildren(QDialog))
    with monkeypatch.context() as broken:
        # A mark of a legend, half drawn.
        broken.setattr(marks, "draw", throw())
        broken.setattr(marks, "draw_interval", throw())
        trial.later(lambda: window.review.write_page(tmp_path / "half.pdf"))
        qtbot.waitUntil(lambda: trial.faults.dialog is not None)
    trial.is_told()
    assert not (tmp_path / "half.pdf").exists()
    with monkeypatch.context() as broken, warnings.catch_warnings():
        # Points of a plot, by our own drawing and by the library's, which prints what it swallows.
        warnings.simplefilter("default")
        warnings.showwarning = trial.faults.warned
        broken.setattr(pg.ScatterPlotItem, "deviceTransform", throw())
        redraw(trial)
        qtbot.waitUntil(lambda: trial.faults.dialog is not None)
        broken.undo()
        trial.is_told()
        window.show_page(EVENTS)
        app.settle()
        broken.setattr(rows, "QPen", throw())
        redraw(trial)
        qtbot.waitUntil(lambda: trial.faults.dialog is not None)
    trial.is_told()
    with monkeypatch.context() as broken:
        broken.setattr(cells, "current_theme", throw())
        for view in trial.tables:
            view.viewport().update()
        qtbot.waitUntil(lambda: trial.faults.dialog is not None)
    trial.is_told()
    trial.lives()
    assert not any(word in "".join(capfd.readouterr()) for word in ("velvet", "hrIL", "CNMV9Q"))


def redraw(trial: Trial) -> None:
    for view in trial.window.review.page.findChildren(QGraphicsView):
        view.viewport().update()


def test_that_a_mistake_that_comes_with_every_repaint_is_told_once_a_minute(qtbot, trial: Trial) -> None:
    thrower = throw()
    for _ in range(50):
        trial.later(thrower)
    qtbot.waitUntil(lambda: trial.faults.dialog is not None)
    qtbot.wait(50)
    first = trial.faults.dialog
    first.close()
    trial.now += 59
    trial.later(thrower)
    qtbot.wait(50)
    assert trial.faults.dialog is first
    assert not first.isVisible()
    trial.now += 2
    trial.later(thrower)
    trial.is_told()
    # Noted often enough to be seen, and the log does not fill the disk.
    assert trial._log.read_text("utf-8").count("ValueError") == 20


def test_that_a_refusal_that_nobody_took_is_told_by_its_own_sentence_also_after_the_dialogs_went(trial: Trial) -> None:
    def refuse() -> None:
        raise Refusal("AUDIT-WRITE", "The audit log cannot be written.", "Make space.", file="audit.jsonl")

    trial.later(refuse)
    trial.is_told("audit.jsonl: The audit log cannot be written. Make space. [AUDIT-WRITE]")
    assert "Refusal AUDIT-WRITE\n" in trial._log.read_text("utf-8")


def test_that_what_the_world_refuses_is_a_sentence_above_the_page(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    review, banner = trial.window.review, trial.window.review.banner
    board = QApplication.clipboard()
    board.setText("before")

    def says(code: str) -> None:
        assert banner.isVisible()
        assert banner.text.endswith(f"[{code}]")
        banner.hide()

    def copy() -> None:
        trial.tables[0].copy_wanted.emit()

    with monkeypatch.context() as world:
        world.setattr(audit.os, "fsync", full)
        copy()
    says("AUDIT-WRITE")
    assert board.text() == "before"
    with monkeypatch.context() as world:
        world.setattr(clipboard.QApplication, "clipboard", Busy)
        copy()
    says("COPY-NOT-TAKEN")
    (tmp_path / "file").write_text("no folder")
    review.write_page(tmp_path / "file" / "page.pdf")
    says("PAGE-WRITE")
    (tmp_path / "page.pdf").write_bytes(b"before")
    with little_room():
        review.write_page(tmp_path / "page.pdf")
    says("PAGE-WRITE")
    assert (tmp_path / "page.pdf").read_bytes() == b"before"
    assert len(list(tmp_path.glob("page*"))) == 1
    copy()
    assert board.text() != "before"
    trial.lives()


@contextmanager
def little_room() -> Iterator[None]:
    """Let no file of this process grow beyond 20 kB, which is what a full disk does."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Busy:
    """A clipboard that another program holds: it takes nothing and says nothing."""

    def setText(self, _text: str) -> None:  # noqa: N802 - Qt's own name
        return

    def text(self) -> str:
        return "before"


def test_that_names_go_off_the_screen_also_when_the_page_below_them_cannot_be_made_anew(
    qtbot, at_level: AtLevel, show_window: ShowWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    session = at_level(Level.NAMED)
    window = show_window(session, EVENTS)
    trial = Trial(qtbot, window, faults := Faults(tmp_path / "faults.log"), tmp_path / "faults.log")
    undo = faults.install()
    try:
        assert any("hrIL" in text for text in heads(trial))
        with monkeypatch.context() as broken:
            broken.setattr(Session, "maker", throw())
            trial.later(lambda: window.review.desk.show_level(Level.MASKED))
            trial.is_told()
        assert session.level is Level.MASKED
        assert not any("hrIL" in text for text in heads(trial))
        window.review.desk.results_changed.emit()
        trial.lives()
    finally:
        undo()


def heads(trial: Trial) -> list[str]:
    """Return what stands above the columns of every table in sight, and every word in sight."""
    across = Qt.Orientation.Horizontal
    found = [
        str(view.model().headerData(i, across)) for view in trial.tables for i in range(view.model().columnCount())
    ]
    return found + [label.text() for label in trial.window.review.page.findChildren(QLabel) if label.isVisible()]


def test_that_a_snapshot_that_is_gone_once_opened_is_no_loss_until_it_is_opened_again(
    demo: Locked, show_window: ShowWindow, tmp_path: Path
) -> None:
    file = tmp_path / "copied.dsmb"
    shutil.copy(demo.file, file)
    keys = demo.keys
    session = Session.open(file, keys.phrases["main"], signers=[keys.signer], audit=AuditLog(tmp_path / "log"))
    opener = app.make_opener(AuditLog(tmp_path / "log"), app.Pins(tmp_path), (keys.signer,))
    window = show_window(session, LIVER, opener=opener)
    file.unlink()
    session.unlock_codes(keys.phrases["codes"], why="still there")
    window.review.desk.unlocked()
    table = session.table("K18")
    column = next(column for column in table.columns if column.stat is Stat.N)
    window.review.drill("K18", ("ALT", "high", ">3 x ULN"), column)
    assert window.review.is_drilled
    dialog = window.ask_to_open(file)
    assert "copied.dsmb" in dialog.fault.text()
    dialog.reject()
    assert window.isVisible()


def test_that_an_export_that_cannot_be_written_says_so_and_can_be_tried_again(
    qtbot, demo: Locked, show_window: ShowWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting_pack, "pack_sheets", lambda _session: ())
    monkeypatch.setattr(exporting.meeting_pack, "meeting_pack", lambda *_, **__: b"a pack")
    (tmp_path / "out").mkdir()
    window = show_window(demo.session(Level.POOLED, tmp_path / "log"))
    window.export()
    dialog = window.dialog

    def press(name: str) -> str:
        dialog.file.setText(name)
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: bool(dialog.fault.text()), timeout=60_000)
        return dialog.fault.text()

    for name in (str(tmp_path / "out"), "/", ".", str(tmp_path / ("long" * 100))):
        assert press(name).endswith("[PACK-NAME]")
    for name in (tmp_path / "no such folder" / "pack", tmp_path / "log" / "audit.jsonl" / "pack"):
        assert press(str(name)).endswith("[WRITE-FAILED]")
    with monkeypatch.context() as world:
        world.setattr(atomic.os, "fsync", full)
        assert press(str(tmp_path / "out" / "pack")).endswith("[AUDIT-WRITE]")
        world.setattr(session_of(window), "record_export", lambda *_: None)
        said = press(str(tmp_path / "out" / "pack"))
    assert said.endswith("[WRITE-FAILED]")
    assert "No space left on device" in said
    assert list((tmp_path / "out").iterdir()) == []
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.review.banner.isVisible, timeout=60_000)
    assert window.review.banner.text == f"The pack was written: {tmp_path / 'out' / 'pack.xlsx'}"
    assert (tmp_path / "out" / "pack.xlsx").read_bytes() == b"a pack"


def session_of(window: Window) -> Session:
    return window.review.desk.session


def test_that_no_painter_is_left_to_luck(project: Path) -> None:
    # One that is not ended when drawing fails ends the process: its picture is taken down beneath it.
    loose = []
    for file in (project / "dsmb_app").rglob("*.py"):
        text = file.read_text("utf-8")
        if "QPainter(" not in text:
            continue
        tree = ast.parse(text)
        held = {id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
        for node in ast.walk(tree):
            made = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QPainter"
            if made and id(node) not in held:
                loose.append(f"{file.name}:{node.lineno}")
    assert loose == []
