"""Our own mistakes end no window and quote no data; long work runs off the main thread and can be given up."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from dsmb_app import app
from dsmb_app.model.words import Level
from dsmb_app.views import jobs
from dsmb_app.views.faults import Faults
from tests.views.conftest import AtLevel, ShowWindow


def thrown() -> tuple[type[BaseException], BaseException, object]:
    try:
        raise ValueError("subject IL2SLE01-01-019 had a headache")
    except ValueError:
        return sys.exc_info()  # type: ignore[return-value]


def test_that_a_fault_is_told_and_noted_without_its_message(qapp, tmp_path: Path) -> None:
    faults = Faults(tmp_path / "faults.log")
    faults.take(*thrown())
    app.settle()
    note = (tmp_path / "faults.log").read_text("utf-8")
    assert os.name == "nt" or (tmp_path / "faults.log").stat().st_mode & 0o777 == 0o600
    assert "ValueError" in note
    assert "test_faults_and_jobs.py" in note
    assert faults.dialog.isVisible()
    for text in (note, faults.dialog.text(), faults.dialog.informativeText(), faults.dialog.detailedText()):
        assert "IL2SLE01" not in text
        assert "headache" not in text
    faults.dialog.close()


def test_that_a_note_that_cannot_be_kept_is_told_all_the_same(qapp, tmp_path: Path) -> None:
    faults = Faults(tmp_path / "no such folder" / "faults.log")
    faults.take(*thrown())
    app.settle()
    assert "could not be kept" in faults.dialog.detailedText()
    faults.dialog.close()


def test_that_many_faults_are_one_dialog(qapp, tmp_path: Path) -> None:
    faults = Faults(tmp_path / "faults.log")
    faults.take(*thrown())
    app.settle()
    first = faults.dialog
    faults.take(*thrown())
    app.settle()
    assert faults.dialog is first
    assert (tmp_path / "faults.log").read_text("utf-8").count("ValueError") == 2
    first.close()


def test_that_the_window_lives_on_after_a_fault(
    qtbot, at_level: AtLevel, show_window: ShowWindow, tmp_path: Path
) -> None:
    window = show_window(at_level(Level.POOLED))
    faults = Faults(tmp_path / "faults.log")
    # The tests' library watches the hook too, so what a slot throws goes to ours by hand.
    with qtbot.captureExceptions() as caught:
        QTimer.singleShot(0, lambda: 1 / 0)
        qtbot.waitUntil(lambda: len(caught) == 1)
    faults.take(*caught[0])
    app.settle()
    faults.dialog.close()
    assert window.isVisible()
    window.show_page(0)
    assert window.review.page is window.review.pages[0]


def test_that_the_hooks_are_set_and_put_back(qapp, tmp_path: Path) -> None:
    before = sys.excepthook, threading.excepthook
    faults = Faults(tmp_path / "faults.log")
    undo = faults.install()
    assert sys.excepthook == faults.take
    worker = threading.Thread(target=lambda: 1 / 0)
    worker.start()
    worker.join()
    QApplication.processEvents()
    assert "ZeroDivisionError" in (tmp_path / "faults.log").read_text("utf-8")
    faults.dialog.close()
    undo()
    assert (sys.excepthook, threading.excepthook) == before


# ----------------------------------------------------------------------------------------------------------------------
# Jobs


class Outcome:
    """Keeps what a job came to, and in which thread it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, object]] = []
        self.threads: set[threading.Thread] = set()

    def done(self, result: object) -> None:
        self._keep("done", result)

    def failed(self, error: object) -> None:
        self._keep("failed", error)

    def _keep(self, how: str, what: object) -> None:
        self.told.append((how, what))
        self.threads.add(threading.current_thread())


@pytest.fixture
def parent(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_that_work_runs_elsewhere_and_its_result_arrives_in_the_main_thread(qtbot, parent) -> None:
    outcome = Outcome()
    here = threading.current_thread
    jobs.run("Working", lambda _progress: here(), parent=parent, done=outcome.done, failed=outcome.failed)
    qtbot.waitUntil(lambda: bool(outcome.told))
    assert outcome.told[0][0] == "done"
    assert outcome.told[0][1] is not threading.main_thread()
    assert outcome.threads == {threading.main_thread()}


def test_that_a_failure_is_handed_over(qtbot, parent) -> None:
    outcome = Outcome()
    jobs.run("Working", lambda _progress: 1 / 0, parent=parent, done=outcome.done, failed=outcome.failed)
    qtbot.waitUntil(lambda: bool(outcome.told))
    assert isinstance(outcome.told[0][1], ZeroDivisionError)


def test_that_steps_are_shown_and_work_can_be_given_up(qtbot, parent) -> None:
    outcome, go_on, ended = Outcome(), threading.Event(), threading.Event()

    def work(progress: jobs.Progress) -> None:
        try:
            progress("Second step", 1, 3)
            go_on.wait(60)
            progress("Third step", 2, 3)
        finally:
            ended.set()

    jobs.run("Working", work, parent=parent, done=outcome.done, failed=outcome.failed)
    waiting = parent.findChild(jobs.Waiting)
    qtbot.waitUntil(lambda: waiting.step == "Second step")
    assert (waiting.bar.value(), waiting.bar.maximum()) == (1, 3)
    waiting.reject()
    go_on.set()
    qtbot.waitUntil(ended.is_set)
    qtbot.wait(50)
    assert outcome.told == []
