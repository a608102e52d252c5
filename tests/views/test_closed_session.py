"""The closed session's process: what it is given, what the blinded process never has, and how both end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dsmb_app import __version__
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.views import closed_process
from dsmb_app.views.application import refuse_without_display
from dsmb_app.views.dialogs.open_snapshot import Opening
from tests.locked import Locked
from tests.views.conftest import AtLevel, ShowWindow

# What any program of the same user could read of the process, and what came through its standard input.
SPY = """
import json, os, sys
from pathlib import Path
told = {"argv": sys.argv, "environment": dict(os.environ), "stdin": sys.stdin.read()}
Path(sys.argv[1]).write_text(json.dumps(told), encoding="utf-8")
"""


@pytest.fixture
def spied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Start a spy in place of the program, with the program's own arguments; return where it reports."""
    report, spy = tmp_path / "report.json", tmp_path / "spy.py"
    spy.write_text(SPY, encoding="utf-8")
    real = closed_process.closed_command

    def command(file: Path) -> list[str]:
        return [sys.executable, str(spy), str(report), *real(file)]

    monkeypatch.setattr(closed_process, "closed_command", command)
    return report


def test_that_the_closed_process_gets_main_through_its_standard_input_alone(
    qtbot, demo: Locked, at_level: AtLevel, show_window: ShowWindow, spied: Path
) -> None:
    keys = demo.keys
    starter = closed_process.ClosedSession()
    window = show_window(at_level(Level.POOLED), start_closed=starter.start)
    window.take_opening(Opening(demo.file, keys.phrases["main"], keys.signer))
    window.start_closed()
    assert starter.process is not None
    assert starter.process.wait(timeout=60) == 0
    told = json.loads(spied.read_text("utf-8"))
    assert json.loads(told["stdin"]) == {"phrase": keys.phrases["main"], "signer": keys.signer}
    readable = json.dumps([told["argv"], told["environment"]])
    for phrase in keys.phrases.values():
        assert phrase not in readable
    for part in ("codes", "names"):
        assert keys.phrases[part] not in told["stdin"]
    assert told["argv"][-4:] == ["open", str(demo.file.resolve()), "--closed", "--stdin"]
    assert window.review.banner.text.startswith("The closed session starts in a window of its own")
    assert window.review.desk.session.highest_level is Level.POOLED


def test_that_one_closed_session_is_open_at_a_time(
    monkeypatch: pytest.MonkeyPatch, at_level: AtLevel, show_window: ShowWindow, tmp_path: Path
) -> None:
    # It never answers, nor reads what it is handed.
    wait = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(closed_process, "closed_command", lambda _file: wait)
    starter = closed_process.ClosedSession()
    window = show_window(at_level(Level.POOLED), start_closed=starter.start)
    window.start_closed()
    try:
        window.start_closed()
        assert "A closed session is open already." in window.review.banner.text
        assert f"If there is none, it does not answer: end the process {starter.process.pid}" in (
            window.review.banner.text
        )
    finally:
        starter.process.kill()
        starter.process.wait()


def test_that_a_closed_session_that_cannot_start_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, at_level: AtLevel, show_window: ShowWindow
) -> None:
    monkeypatch.setattr(closed_process, "closed_command", lambda _file: ["no-such-program-anywhere"])
    window = show_window(at_level(Level.POOLED), start_closed=closed_process.ClosedSession().start)
    window.start_closed()
    assert "[CLOSED-START]" in window.review.banner.text
    assert window.isVisible()


def test_that_a_closed_session_that_dies_is_told_and_another_can_be_started(
    qtbot, monkeypatch: pytest.MonkeyPatch, at_level: AtLevel, show_window: ShowWindow
) -> None:
    codes = [3, 0]
    monkeypatch.setattr(
        closed_process, "closed_command", lambda _file: [sys.executable, "-c", f"import sys; sys.exit({codes.pop(0)})"]
    )
    starter = closed_process.ClosedSession()
    window = show_window(at_level(Level.POOLED), start_closed=starter.start)
    starter.died.connect(window.refuse)
    banner = window.review.banner
    window.start_closed()
    qtbot.waitUntil(lambda: banner.text.endswith("[CLOSED-ENDED]"), timeout=60_000)
    assert banner.text.startswith("The closed session ended by an error (3). Start it again.")
    window.start_closed()
    assert starter.process.wait(timeout=60) == 0
    qtbot.wait(1200)
    # One that its reader ended is nothing to tell of.
    assert banner.text.startswith("The closed session starts in a window of its own")


CHILD = """
import os, sys, time
from pathlib import Path
given, parent = sys.stdin.readline(), int(sys.argv[2])
while os.getppid() == parent:
    time.sleep(0.02)
Path(sys.argv[1]).write_text(given)
"""
PARENT = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from dsmb_app.views import closed_process
from dsmb_app.views.dialogs.open_snapshot import Opening

application = QCoreApplication([])
closed_process.closed_command = lambda _file: [sys.executable, "-c", sys.argv[2], sys.argv[1], str(os.getpid())]
closed_process.ClosedSession().start(Opening(Path("a.dsmb"), "a phrase", "a signer"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no process that its parent is gone")
def test_that_the_closed_process_lives_on_when_the_open_one_is_killed(qtbot, tmp_path: Path, project: Path) -> None:
    report = tmp_path / "report.json"
    ended = subprocess.run([sys.executable, "-c", PARENT, str(report), CHILD], check=False, timeout=60, cwd=project)
    assert ended.returncode == -9
    qtbot.waitUntil(lambda: report.is_file() and report.read_text("utf-8") != "", timeout=60_000)
    assert json.loads(report.read_text("utf-8")) == {"phrase": "a phrase", "signer": "a signer"}


def test_that_the_command_starts_this_program(tmp_path: Path) -> None:
    command = closed_process.closed_command(tmp_path / "a.dsmb")
    assert command[0] == sys.executable
    asked = subprocess.run([*command[:-4], "version"], capture_output=True, text=True, check=False, timeout=120)
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip() == __version__


# ----------------------------------------------------------------------------------------------------------------------
# Whole processes, each in an interpreter of its own, as a reader starts and ends them

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
seen = []

def look():
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, Window))
    dialog = window.dialog
    if isinstance(dialog, UnblindDialog) and window.review is None and dialog.isVisible():
        if not dialog.phrase.text():
            for field in (dialog.name, dialog.role, dialog.reason):
                field.setText("x")
            dialog.phrase.setText(given["codes"])
            dialog.try_to_go()
    elif window.review is not None:
        for page in range(len(window.review.pages)):
            window.show_page(page)
            window.grab()
        print(json.dumps(window.review.band.texts))
        window.close()

start_application()
timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
code = app.run_open(Path(given["file"]), phrase=given["main"], signers=[given["signer"]], closed=given["closed"])
sys.exit(code)
"""


@pytest.mark.parametrize("closed", [False, True])
def test_that_a_whole_session_begins_and_ends_without_a_fault(
    demo: Locked, state: Path, project: Path, closed: bool
) -> None:
    keys = demo.keys
    given = {"file": str(demo.file), "signer": keys.signer, "closed": closed, **keys.phrases}
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROCESS],
        input=json.dumps(given) + "\n", capture_output=True, text=True, check=False, timeout=300, cwd=project,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "DSMB_STATE": str(state)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    level = "CLOSED – arms masked A/B" if closed else "OPEN – pooled"
    assert json.loads(ended.stdout.splitlines()[-1])[1] == level
    assert not (state / "faults.log").exists()
    lines = [json.loads(line) for line in (state / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line["ev"] for line in lines] == ["start", "load", *["unblind"] * 2 * closed, "stop"]
    assert lines[0]["obj"] == lines[-1]["obj"]
    assert lines[0]["obj"].startswith("closed session " if closed else "open session ")
    assert lines[-1]["result"] == "closed"
    assert [line["who"] for line in lines[2:]] == (["x, x"] * 3 if closed else ["reader"])
    assert list(state.glob("session-*")) == []


def test_that_without_a_display_there_is_a_sentence() -> None:
    with pytest.raises(Refusal, match="There is no display to show a window on"):
        refuse_without_display("linux", {"HOME": "/tmp"})
    for there in ({"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}, {"QT_QPA_PLATFORM": "offscreen"}):
        refuse_without_display("linux", there)
    refuse_without_display("darwin", {})
    refuse_without_display("win32", {})


def test_that_without_a_display_the_program_says_so_and_exits_with_2(project: Path, state: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ended = subprocess.run(
        [sys.executable, "main.py"],
        capture_output=True, text=True, check=False, timeout=120, cwd=project,
        env={key: value for key, value in os.environ.items() if key not in hidden},
    )  # fmt: skip
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux is ever without a display")
    assert ended.returncode == 2
    assert ended.stderr.strip().endswith("[NO-DISPLAY]")
    assert "Traceback" not in ended.stderr
