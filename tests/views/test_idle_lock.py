"""Nobody there: the warning, the lock, what is left afterwards; and the clipboard of a closed session."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from dsmb_app import app
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.settings import Settings
from dsmb_app.store.audit import AuditLog
from dsmb_app.store.sitting import Sitting
from dsmb_app.views.clipboard import Clipboard
from dsmb_app.views.dialogs.open_snapshot import OpenDialog
from dsmb_app.views.ending import dispose
from dsmb_app.views.idle import IdleWatch
from dsmb_app.views.window import Services, Window
from tests.locked import Locked
from tests.views.conftest import AtLevel, ShowWindow


class Hands:
    """Two clocks that only the test moves: one that stands still in sleep, one that goes on."""

    def __init__(self) -> None:
        self.now = [0.0, 1000.0]

    def __call__(self) -> tuple[float, float]:
        return self.now[0], self.now[1]

    def wait(self, seconds: float, *, asleep: bool = False) -> None:
        self.now[1] += seconds
        self.now[0] += 0 if asleep else seconds


@pytest.fixture
def watched(qtbot) -> Iterator[tuple[IdleWatch, Hands, list[object]]]:
    """Return a watch of ten minutes, its clocks, and what it says: seconds left, "back", "idle"."""
    hands, said = Hands(), []
    watch = IdleWatch(600, clocks=hands)
    watch.left.connect(said.append)
    watch.back.connect(lambda: said.append("back"))
    watch.idle.connect(lambda: said.append("idle"))
    watch.start()
    yield watch, hands, said
    watch.stop()


# ----------------------------------------------------------------------------------------------------------------------
# The watch, by clocks of its own


def test_that_the_last_minute_is_counted_down_and_then_it_is_time(watched) -> None:
    watch, hands, said = watched
    for seconds in (539, 1, 30, 29, 1, 100):
        hands.wait(seconds)
        watch.look()
    assert said == [60, 30, 1, "back", "idle"]


def test_that_sleep_counts_and_a_clock_set_back_does_not_help(watched) -> None:
    watch, hands, said = watched
    hands.now[1] -= 100_000
    hands.wait(590)
    watch.look()
    assert said == [10]
    watch.notice()
    hands.wait(601, asleep=True)
    watch.look()
    assert said == [10, "back", "idle"]


SIGNS: dict[str, Callable[[QLineEdit], None]] = {
    "a key": lambda field: QTest.keyClick(field, Qt.Key.Key_A),
    "shift alone": lambda field: QTest.keyPress(field, Qt.Key.Key_Shift),
    "a click": lambda field: QTest.mouseClick(field, Qt.MouseButton.LeftButton),
    "a move": lambda field: [QTest.mouseMove(field, QPoint(place, 3)) for place in (2, 5, 9)],
}


@pytest.mark.parametrize("sign", SIGNS)
def test_that_a_key_a_click_and_a_move_are_signs_of_a_reader(qtbot, watched, sign: str) -> None:
    watch, hands, said = watched
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    qtbot.waitExposed(field)
    QApplication.processEvents()
    hands.wait(590)
    watch.look()
    SIGNS[sign](field)
    QApplication.processEvents()
    hands.wait(590)
    watch.look()
    assert said == [10, "back", 10]


def test_that_drawing_and_a_move_to_the_same_place_are_none(qtbot, watched) -> None:
    watch, hands, said = watched
    field = QWidget()
    qtbot.addWidget(field)
    field.show()
    qtbot.waitExposed(field)
    for _ in range(2):
        QTest.mouseMove(field, QPoint(5, 5))
        QApplication.processEvents()
    watch.notice()
    hands.wait(601)
    QTest.mouseMove(field, QPoint(5, 5))
    field.update()
    field.resize(300, 200)
    QApplication.processEvents()
    watch.look()
    assert said == ["idle"]


# ----------------------------------------------------------------------------------------------------------------------
# The window, after a short time


@pytest.fixture
def idle_window(qtbot, demo: Locked, state: Path) -> Iterator[Callable[..., Window]]:
    made = []

    def make(level: Level, seconds: float = 0.4) -> Window:
        log = AuditLog(state)
        opener = app.make_opener(log, Pins(state), (demo.keys.signer,))
        window = Window(Services(opener, write_pack=app.write_pack), closed=level is not Level.POOLED)
        window._services = Services(opener, write_pack=app.write_pack, idle_seconds=seconds)
        made.append(window)
        window.take_opening(app.Opening(demo.file, demo.keys.phrases["main"], demo.keys.signer))
        window.show_session(demo.session(level, state))
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in made:
        dispose(window)


def lives(session: Session) -> list[weakref.ref]:
    """Return weak references to everything of a session that holds data."""
    gate = session._gate
    images = [image for image in (gate._main, gate._codes, gate._names) if image is not None]
    frames = [frame for image in images for frame in image._read.values()]
    return [weakref.ref(one) for one in (session, gate, session._cut, *images, *frames, session.table("T09"))]


def test_that_an_open_window_that_locks_itself_forgets_everything_and_asks_again(
    qtbot, idle_window, demo: Locked
) -> None:
    window = idle_window(Level.POOLED)
    window.show_page(1)
    app.settle()
    held = lives(window._session)
    assert all(one() is not None for one in held)
    with qtbot.waitSignal(window.locked, timeout=60_000):
        window._watch_for_nobody()
    app.settle()
    gc.collect()
    assert [one() for one in held] == [None] * len(held)
    assert window.centralWidget() is window.start
    assert window.review is None
    assert window._opening is None
    assert isinstance(window.dialog, OpenDialog)
    assert window.dialog.file.text() == str(demo.file)
    assert window.dialog.phrase.text() == ""
    window.watch.stop()
    qtbot.keyClicks(window.dialog.phrase, demo.keys.phrases["main"])
    qtbot.mouseClick(window.dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.review is not None, timeout=60_000)


def test_that_a_closed_window_that_locks_itself_forgets_everything_and_closes(qtbot, idle_window) -> None:
    window = idle_window(Level.NAMED)
    window.show_page(1)
    window.export()
    app.settle()
    held = lives(window._session)
    assert len(held) > 6
    with qtbot.waitSignal(window.locked, timeout=60_000):
        window._watch_for_nobody()
    app.settle()
    gc.collect()
    assert [one() for one in held] == [None] * len(held)
    assert not window.isVisible()


def test_that_a_session_that_has_forgotten_answers_nothing(demo: Locked, state: Path) -> None:
    session = demo.session(Level.NAMED, state)
    image = session._gate._names
    session.forget()
    for question in (lambda: session.table("T08"), lambda: session.study, lambda: image.table("arms")):
        with pytest.raises(Exception, match=r"no attribute|no such table|closed"):
            question()


def test_that_a_warning_counts_down_over_an_open_dialog_and_a_button_takes_it_away(qtbot, idle_window) -> None:
    window = idle_window(Level.NAMED, seconds=3600)
    window._watch_for_nobody()
    window.export()
    window.watch.left.emit(42)
    window.watch._warned = True
    assert window.warning.isVisible()
    assert window.warning.count.text() == "This closed session ends in 42 s"
    qtbot.mouseClick(window.warning.go_on, Qt.MouseButton.LeftButton)
    assert not window.warning.isVisible()
    assert window.review is not None


def test_that_an_open_window_without_a_session_is_not_bothered(qtbot, state: Path) -> None:
    window = Window(Services(app.no_opener(), idle_seconds=0.2))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitSignal(window.watch.idle, timeout=60_000).wait()
    assert not window.warning.isVisible()
    assert window.dialog is None


# ----------------------------------------------------------------------------------------------------------------------
# Settings


def test_that_the_time_comes_from_the_settings_and_a_closed_session_always_has_one(state: Path) -> None:
    settings = Settings(state)
    assert [app.idle_after(settings, closed=closed) for closed in (False, True)] == [600, 600]
    state.mkdir()
    for minutes, expected in ((0, [0, 600]), (3, [180, 180])):
        (state / "settings.json").write_text(json.dumps({"idle_minutes": minutes}), "utf-8")
        assert [app.idle_after(settings, closed=closed) for closed in (False, True)] == expected
    for wrong in ("-1", "1.5", '"10"', "true", "481", "null"):
        (state / "settings.json").write_text(f'{{"idle_minutes": {wrong}}}', "utf-8")
        with pytest.raises(Refusal, match="SETTINGS-NUMBER"):
            app.idle_after(settings, closed=True)


# ----------------------------------------------------------------------------------------------------------------------
# The clipboard


@pytest.fixture
def board(qapp) -> Iterator[Callable[[], str]]:
    clipboard = QApplication.clipboard()
    clipboard.clear()
    yield clipboard.text
    clipboard.clear()


def test_that_a_copy_of_a_closed_session_goes_when_its_window_closes(
    at_level: AtLevel, show_window: ShowWindow, board: Callable[[], str]
) -> None:
    window = show_window(at_level(Level.MASKED))
    exhibit(window).copy()
    assert "CLOSED – arms masked" in board()
    assert f"audit log {window.review.desk.session.audit_head[:16]}" in board().splitlines()[1]
    window.close()
    assert board() == ""


def test_that_a_copy_of_an_open_session_stays(
    at_level: AtLevel, show_window: ShowWindow, board: Callable[[], str]
) -> None:
    window = show_window(at_level(Level.POOLED))
    exhibit(window).copy()
    window.close()
    assert "OPEN – pooled" in board()


def test_that_what_the_reader_copied_since_is_left_alone(
    at_level: AtLevel, show_window: ShowWindow, board: Callable[[], str]
) -> None:
    window = show_window(at_level(Level.MASKED))
    exhibit(window).copy()
    QApplication.clipboard().setText("a shopping list")
    window.close()
    assert board() == "a shopping list"


def test_that_a_locked_window_has_taken_its_copy_back(qtbot, idle_window, board: Callable[[], str]) -> None:
    window = idle_window(Level.NAMED)
    window.show_page(1)
    exhibit(window).copy()
    assert board()
    with qtbot.waitSignal(window.locked, timeout=60_000):
        window._watch_for_nobody()
    assert board() == ""


def test_that_a_copy_goes_by_itself_after_some_time(qtbot, board: Callable[[], str]) -> None:
    clipboard = Clipboard(seconds=0.2)
    clipboard.put("arm A\t5\n", closed=True)
    assert board() == "arm A\t5\n"
    qtbot.waitUntil(lambda: board() == "", timeout=60_000)
    clipboard.put("pooled\t5\n", closed=False)
    qtbot.wait(500)
    assert board() == "pooled\t5\n"


def exhibit(window: Window):
    """Return the first table of the adverse events page."""
    from tests.views.looking import exhibit as found

    return found(window)


# ----------------------------------------------------------------------------------------------------------------------
# The whole process

PROCESS = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from dsmb_app import app
from dsmb_app.views.application import start_application
from dsmb_app.views.window import Window
from dsmb_app.views.dialogs.unblind import UnblindDialog

given = json.loads(sys.stdin.readline())

def look():
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, Window))
    dialog = window.dialog
    if window.review is None:
        if isinstance(dialog, UnblindDialog) and dialog.isVisible() and not dialog.phrase.text():
            for field in (dialog.name, dialog.role, dialog.reason):
                field.setText("x")
            dialog.phrase.setText(given["codes"])
            dialog.try_to_go()
    else:
        print("shown")
        timer.stop()
        window.watch._seconds = 1  # until here somebody was there

start_application()
timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
code = app.run_open(
    Path(given["file"]), phrase=given["main"], signers=[given["signer"]], closed=True, idle_seconds=3600
)
print("ended", code)
"""


def test_that_a_closed_process_that_nobody_uses_ends_itself_and_says_why(
    demo: Locked, state: Path, project: Path
) -> None:
    keys = demo.keys
    given = {"file": str(demo.file), "signer": keys.signer, **keys.phrases}
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROCESS],
        input=json.dumps(given) + "\n", capture_output=True, text=True, check=False, timeout=300, cwd=project,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "DSMB_STATE": str(state)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["shown", "ended", "0"]
    lines = [json.loads(line) for line in (state / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [(line["ev"], line["result"]) for line in lines][-2:] == [("unblind", "ok"), ("stop", "idle")]
    assert not (state / "faults.log").exists()


def test_that_a_locked_closed_process_ends_even_when_the_log_cannot_be_written(
    qtbot, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLog(state)
    sitting = Sitting(state, log, "closed session")
    (state / "audit.jsonl").chmod(0o400)
    left: list[str] = []
    monkeypatch.setattr(log, "append", lambda *_, **__: (_ for _ in ()).throw(Refusal("AUDIT-WRITE", "No.", "No.")))
    started: list[tuple[float, object]] = []

    class Timer:
        def __init__(self, seconds: float, act: object, _with: tuple[int]) -> None:
            started.append((seconds, act))

        def start(self) -> None:
            left.append("by force, later")

    monkeypatch.setattr(app.threading, "Timer", Timer)

    class Ending:
        @staticmethod
        def quit() -> None:
            left.append("quit")

    with pytest.raises(Refusal):
        app._end_locked(sitting, Ending())
    assert left == ["by force, later", "quit"]
    assert started == [(app.END_SECONDS, os._exit)]
