"""A reader may give long work up until it does what cannot be taken back; then it is carried through and told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from dsmb_app import app, exporting
from dsmb_app.blinding.gate import Gate
from dsmb_app.model.stopping import go_on, past_giving_up
from dsmb_app.model.words import Level
from dsmb_app.packs import meeting_pack
from dsmb_app.session import Session
from dsmb_app.views import jobs
from dsmb_app.views.dialogs.open_snapshot import OpenDialog, Opener
from tests.locked import Locked
from tests.views.conftest import ShowWindow


class Gateway:
    """Holds another thread up where it comes to, until the test lets it go on."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def pass_through(self) -> None:
        self.reached.set()
        assert self.open.wait(60)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.open.set()
    assert jobs.end(60)


def ended() -> bool:
    return all(job.ended.is_set() for job in jobs._RUNNING)


def events(folder: Path) -> list[tuple[str, str, str]]:
    lines = [json.loads(line) for line in (folder / "audit.jsonl").read_text("utf-8").splitlines()]
    return [(line["ev"], line["obj"], line["result"]) for line in lines]


@pytest.mark.parametrize("when", ["before the log has it", "after the log has it"])
def test_that_an_export_is_given_up_until_the_log_has_it_and_then_written_and_told(
    qtbot, demo: Locked, show_window: ShowWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    gateway: Gateway, when: str,
) -> None:  # fmt: skip
    def logged(session: Session, *given: str) -> None:
        record(session, *given)
        if when.startswith("after"):
            gateway.pass_through()

    def made(*_: object, **__: object) -> bytes:
        if when.startswith("before"):
            gateway.pass_through()
        return b"a pack"

    record = Session.record_export
    monkeypatch.setattr(Session, "record_export", logged)
    monkeypatch.setattr(meeting_pack, "pack_sheets", lambda _session: ())
    monkeypatch.setattr(exporting.meeting_pack, "meeting_pack", made)
    window = show_window(demo.session(Level.POOLED, tmp_path / "log"))
    window.export()
    dialog, file = window.dialog, tmp_path / "pack.xlsx"
    dialog.file.setText(str(file))
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    waiting = dialog.findChild(jobs.Waiting)
    qtbot.waitUntil(gateway.reached.is_set, timeout=60_000)
    app.settle()
    assert waiting.buttons.isEnabled() is when.startswith("before")
    waiting.reject()
    assert waiting.isVisible() is when.startswith("after")
    gateway.open.set()
    qtbot.waitUntil(ended, timeout=60_000)
    app.settle()
    assert file.exists() is when.startswith("after")
    assert ("export" in [event for event, _, _ in events(tmp_path / "log")]) is when.startswith("after")
    assert (isValid(dialog) and dialog.isVisible()) is when.startswith("before")
    if when.startswith("after"):
        assert window.review.banner.text == f"The pack was written: {file}"


def test_that_names_whose_unlocking_was_given_up_stay_closed(
    qtbot, demo: Locked, show_window: ShowWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gateway: Gateway
) -> None:
    def slowly(gate: Gate, *given: object) -> object:
        gateway.pass_through()
        return unlock(gate, *given)

    session = demo.session(Level.MASKED, tmp_path)
    window = show_window(session)
    unlock = Gate._open
    monkeypatch.setattr(Gate, "_open", slowly)
    window.show_names()
    dialog = window.dialog
    for field in (dialog.name, dialog.role, dialog.reason):
        field.setText("x")
    dialog.phrase.setText(demo.keys.phrases["names"])
    dialog.try_to_go()
    qtbot.waitUntil(gateway.reached.is_set, timeout=60_000)
    dialog.findChild(jobs.Waiting).reject()
    gateway.open.set()
    qtbot.waitUntil(ended, timeout=60_000)
    app.settle()
    assert (session.level, session.highest_level) == (Level.MASKED, Level.MASKED)
    assert events(tmp_path)[-2:] == [("unblind", "names", "begin"), ("unblind", "names", "given up")]
    assert window.review.band.texts[1] == "CLOSED – arms masked A/B"
    dialog.try_to_go()
    qtbot.waitUntil(lambda: session.level is Level.NAMED, timeout=60_000)
    qtbot.waitUntil(lambda: "named" in window.review.band.texts[1], timeout=60_000)


def test_that_an_opening_given_up_leaves_the_question_open(qtbot, tmp_path: Path, gateway: Gateway) -> None:
    def slowly(_opening: object) -> object:
        gateway.pass_through()
        return object()

    dialog = OpenDialog(Opener(open=slowly, signer_of=lambda _file: "known", pin=lambda *_: None))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.take_file(tmp_path / "a.dsmb")
    dialog.use("a phrase")
    waiting = dialog.findChild(jobs.Waiting)
    qtbot.waitUntil(lambda: gateway.reached.is_set() and waiting.step == "Verifying and decrypting")
    waiting.reject()
    gateway.open.set()
    qtbot.waitUntil(ended, timeout=60_000)
    app.settle()
    assert dialog.session is None
    assert dialog.isVisible()
    assert dialog.go.isEnabled()


def test_that_work_past_giving_up_is_dropped_without_a_word_when_everything_is(qtbot, gateway: Gateway) -> None:
    parent, told, did = QWidget(), [], []
    qtbot.addWidget(parent)

    def work(_progress: jobs.Progress) -> None:
        past_giving_up()
        gateway.pass_through()
        go_on()  # asked in between by whatever it calls: it must not stop half-way
        _progress("Writing", 0, 0)
        did.append("written")

    job = jobs.run("Writing", work, parent=parent, done=told.append, failed=told.append)
    qtbot.waitUntil(gateway.reached.is_set)
    assert not job.give_up()
    jobs.give_up_all()  # nobody there: the dialogs go, what was begun is carried through
    gateway.open.set()
    qtbot.waitUntil(job.ended.is_set)
    app.settle()
    assert (did, told) == (["written"], [])
