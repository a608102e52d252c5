"""Opening, unblinding and exporting: what is asked, what is said when it is wrong, and what is logged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from dsmb_app import app
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.snapshot.pins import Pins
from dsmb_app.store.audit import AuditLog
from dsmb_app.views.dialogs.export_pack import IN_CLEAR, ExportDialog
from dsmb_app.views.dialogs.unblind import CODES, UnblindDialog
from dsmb_app.views.ending import dispose
from dsmb_app.views.window import Services, Window
from tests.locked import Locked
from tests.views.conftest import AtLevel, ShowWindow


@pytest.fixture
def first_start(qtbot, state: Path):
    """Return what makes a window that trusts nobody yet, with the log and the settings of this test."""
    made = []

    def make(*, closed: bool = False) -> Window:
        opener = app.make_opener(AuditLog(state), Pins(state))
        window = Window(Services(opener, write_pack=app.write_pack), closed=closed)
        made.append(window)
        window.show()
        return window

    yield make
    for window in made:
        dispose(window)


def events(state: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (state / "audit.jsonl").read_text("utf-8").splitlines()]


def fill_and_open(qtbot, dialog, phrase: str, signer: str = "") -> None:
    dialog.phrase.clear()
    qtbot.keyClicks(dialog.phrase, phrase)
    if signer:
        qtbot.keyClicks(dialog.signer, signer)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)


# ----------------------------------------------------------------------------------------------------------------------
# Opening


def test_that_a_first_opening_asks_for_the_signer_and_pins_it(qtbot, first_start, demo: Locked, state: Path) -> None:
    window = first_start()
    window.begin(demo.file)
    assert window.dialog.missing() == "Opening phrase"
    qtbot.keyClicks(window.dialog.phrase, demo.keys.phrases["main"])
    assert window.dialog.missing() == "Signer's fingerprint"
    assert not window.dialog.go.isEnabled()
    fill_and_open(qtbot, window.dialog, demo.keys.phrases["main"], demo.keys.signer)
    qtbot.waitUntil(lambda: window.review is not None, timeout=60_000)
    session = window.review.desk.session
    assert session.level is Level.POOLED
    assert Pins(state).get(session.snapshot.trial) == demo.keys.signer
    again = first_start()
    again.begin(demo.file)
    assert again.dialog.signer.text() == demo.keys.signer
    assert again.dialog.signer.isReadOnly()


def test_that_a_wrong_phrase_is_a_sentence_and_the_dialog_asks_again(
    qtbot, first_start, demo: Locked, state: Path
) -> None:
    window = first_start()
    window.begin(demo.file)
    dialog = window.dialog
    fill_and_open(qtbot, dialog, "not the phrase at all", demo.keys.signer)
    qtbot.waitUntil(dialog.fault.isVisible, timeout=60_000)
    assert "phrase" in dialog.fault.text()
    assert "[WRONG-PHRASE]" in dialog.fault.text()
    assert dialog.isVisible()
    assert window.review is None
    fill_and_open(qtbot, dialog, demo.keys.phrases["main"])
    qtbot.waitUntil(lambda: window.review is not None, timeout=60_000)
    assert [(e["ev"], e["result"]) for e in events(state) if e["ev"] == "load"] == [
        ("load", "WRONG-PHRASE"), ("load", "ok"),
    ]  # fmt: skip


def test_that_another_signer_is_refused_and_not_pinned(qtbot, first_start, demo: Locked, state: Path) -> None:
    window = first_start()
    window.begin(demo.file)
    dialog = window.dialog
    wrong = "-".join(["AAAA"] * 8)
    fill_and_open(qtbot, dialog, demo.keys.phrases["main"], wrong)
    qtbot.waitUntil(dialog.fault.isVisible, timeout=60_000)
    assert "[SIGNER-UNKNOWN]" in dialog.fault.text()
    assert not (state / "settings.json").exists()


def test_that_a_file_that_is_no_snapshot_is_a_sentence(qtbot, first_start, tmp_path: Path) -> None:
    file = tmp_path / "letter.dsmb"
    file.write_bytes(b"Dear board members, " * 100)
    window = first_start()
    window.begin(file)
    assert window.dialog.fault.text().startswith("letter.dsmb: This is not a snapshot.")


def test_that_phrases_are_dots_until_the_reader_asks(qtbot, first_start, demo: Locked) -> None:
    window = first_start()
    window.begin(demo.file)
    field = window.dialog.phrase
    assert field.echoMode() is field.EchoMode.Password


def test_that_a_phrase_is_in_no_repr(demo: Locked) -> None:
    assert "secret phrase" not in repr(app.Opening(demo.file, "secret phrase", "signer"))


# ----------------------------------------------------------------------------------------------------------------------
# Unblinding


def test_that_a_closed_window_shows_nothing_before_its_codes_are_open(
    qtbot, first_start, demo: Locked, state: Path
) -> None:
    keys = demo.keys
    window = first_start(closed=True)
    window.begin(demo.file)
    fill_and_open(qtbot, window.dialog, keys.phrases["main"], keys.signer)
    qtbot.waitUntil(lambda: isinstance(window.dialog, UnblindDialog), timeout=60_000)
    assert window.review is None
    dialog = window.dialog
    for field, text in ((dialog.name, "Dr. Example"), (dialog.role, "chair"), (dialog.reason, "closed part")):
        assert not dialog.go.isEnabled()
        qtbot.keyClicks(field, text)
    qtbot.keyClicks(dialog.phrase, keys.phrases["codes"])
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.review is not None, timeout=60_000)
    assert window.review.desk.session.level is Level.MASKED
    unblinded = [event for event in events(state) if event["ev"] == "unblind"]
    assert [(event["obj"], event["result"]) for event in unblinded] == [("codes", "begin"), ("codes", "ok")]
    assert {(event["who"], event["why"]) for event in unblinded} == {("Dr. Example, chair", "closed part")}
    assert keys.phrases["codes"] not in (state / "audit.jsonl").read_text("utf-8")

    window.show_names()
    assert window.dialog.name.text() == "Dr. Example"
    qtbot.keyClicks(window.dialog.reason, "a death")
    qtbot.keyClicks(window.dialog.phrase, keys.phrases["names"])
    qtbot.mouseClick(window.dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.review.desk.session.level is Level.NAMED, timeout=60_000)
    qtbot.waitUntil(lambda: window.review.band.level.text() == "CLOSED – arms named")


def test_that_giving_up_the_codes_ends_the_closed_window(qtbot, first_start, demo: Locked) -> None:
    window = first_start(closed=True)
    window.begin(demo.file)
    fill_and_open(qtbot, window.dialog, demo.keys.phrases["main"], demo.keys.signer)
    qtbot.waitUntil(lambda: isinstance(window.dialog, UnblindDialog), timeout=60_000)
    window.dialog.reject()
    assert not window.isVisible()
    assert window.review is None


def test_that_a_wrong_codes_phrase_is_a_sentence(qtbot) -> None:
    def refuse(_phrase: str, *, why: str, who: str) -> None:
        raise Refusal("WRONG-PHRASE", "The codes phrase is not right.", "Type it again.")

    dialog = UnblindDialog(CODES, refuse)
    qtbot.addWidget(dialog)
    dialog.show()
    for field in (dialog.name, dialog.role, dialog.reason, dialog.phrase):
        field.setText("x")
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.fault.isVisible)
    assert dialog.fault.text() == "The codes phrase is not right. Type it again. [WRONG-PHRASE]"
    assert dialog.isVisible()


def test_that_unblinding_says_which_field_is_empty_and_what_the_log_will_hold(qtbot) -> None:
    dialog = UnblindDialog(CODES, lambda *_, **__: None)
    qtbot.addWidget(dialog)
    dialog.show()
    fields = {
        "Your name": dialog.name,
        "Your role": dialog.role,
        "Reason": dialog.reason,
        "Codes phrase": dialog.phrase,
    }
    for name, field in fields.items():
        assert dialog.needed.isVisible()
        assert dialog.needed.text() == f"Still needed: {name}."
        assert not dialog.go.isEnabled()
        qtbot.keyClicks(field, f"<{name}>")
    assert not dialog.needed.isVisible()
    assert "unblinding by <Your name>, <Your role>; reason: <Reason>;" in dialog.logged.text()
    assert dialog.phrase.text() not in dialog.logged.text()


# ----------------------------------------------------------------------------------------------------------------------
# Exporting


class Writer:
    """Stands for the pack writer; keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Level, str, str | None]] = []

    def __call__(self, session, path: Path, password: str | None):
        self.asked.append((session.level, path.name, password))
        return lambda progress: progress("Writing", 0, 1)


def export(qtbot, session, folder: Path) -> tuple[ExportDialog, Writer]:
    writer = Writer()
    dialog = ExportDialog(session, writer)
    qtbot.addWidget(dialog)
    dialog.file.setText(str(folder / "pack"))
    dialog.show()
    return dialog, writer


def test_that_a_masked_and_a_named_pack_are_told_apart_before_they_are_written(qtbot, at_level: AtLevel) -> None:
    said = {}
    for level in Level:
        dialog = ExportDialog(at_level(level), Writer())
        qtbot.addWidget(dialog)
        texts = " ".join(part.text() for part in dialog.findChildren(QLabel))
        said[level] = dialog.windowTitle(), Path(dialog.file.text()).name, "(arms named)" in texts, "A/B" in texts
    assert said == {
        Level.POOLED: ("Export the open pack", "IL2-SLE-01_meeting2_open.xlsx", False, False),
        Level.MASKED: (
            "Export the closed pack: arms masked A/B",
            "IL2-SLE-01_meeting2_closed_masked.xlsx",
            False,
            True,
        ),
        Level.NAMED: ("Export the closed pack: arms named", "IL2-SLE-01_meeting2_closed_named.xlsx", True, False),
    }


def test_that_an_open_pack_is_written_at_once_and_needs_no_password(qtbot, at_level: AtLevel, tmp_path: Path) -> None:
    dialog, writer = export(qtbot, at_level(Level.POOLED), tmp_path)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.written is not None)
    assert writer.asked == [(Level.POOLED, "pack.xlsx", None)]


def test_that_a_closed_pack_needs_a_password_typed_twice(qtbot, at_level: AtLevel, tmp_path: Path) -> None:
    dialog, writer = export(qtbot, at_level(Level.MASKED), tmp_path)
    assert not dialog.go.isEnabled()
    qtbot.keyClicks(dialog.password, "one")
    qtbot.keyClicks(dialog.again, "two")
    assert not dialog.go.isEnabled()
    assert dialog.fault.text() == "The two passwords differ."
    dialog.again.setText("one")
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.written is not None)
    assert writer.asked == [(Level.MASKED, "pack.xlsx", "one")]


def test_that_a_closed_pack_in_clear_needs_the_words_typed(qtbot, at_level: AtLevel, tmp_path: Path) -> None:
    dialog, writer = export(qtbot, at_level(Level.NAMED), tmp_path)
    qtbot.keyClicks(dialog.in_clear, IN_CLEAR.lower())
    assert not dialog.go.isEnabled()
    dialog.in_clear.setText(IN_CLEAR)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.written is not None)
    assert writer.asked == [(Level.NAMED, "pack.xlsx", None)]


def test_that_the_words_typed_write_a_plain_pack_which_the_log_calls_so(
    qtbot, demo: Locked, show_window: ShowWindow, tmp_path: Path
) -> None:
    window = show_window(demo.session(Level.MASKED, tmp_path / "log"))
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = window.dialog
    dialog.file.setText(str(tmp_path / "plain.xlsx"))
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert not dialog.go.isEnabled()
    for letter in IN_CLEAR[:-1]:
        qtbot.keyClicks(dialog.in_clear, letter)
        assert not dialog.go.isEnabled()
    qtbot.keyClicks(dialog.in_clear, IN_CLEAR[-1])
    assert not (tmp_path / "plain.xlsx").exists()
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.review.banner.isVisible, timeout=60_000)
    assert (tmp_path / "plain.xlsx").read_bytes().startswith(b"PK\x03\x04")
    exported = [event for event in events(tmp_path / "log") if event["ev"] == "export"]
    assert [(event["obj"], event["why"]) for event in exported] == [("plain.xlsx", "pack in clear masked")]


def test_that_a_password_in_the_window_writes_a_pack_that_asks_for_it(
    qtbot, demo: Locked, show_window: ShowWindow, tmp_path: Path
) -> None:
    window = show_window(demo.session(Level.MASKED, tmp_path / "log"))
    window.export()
    dialog = window.dialog
    dialog.file.setText(str(tmp_path / "sealed.xlsx"))
    for field in (dialog.password, dialog.again):
        qtbot.keyClicks(field, "a board password")
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.review.banner.isVisible, timeout=60_000)
    assert (tmp_path / "sealed.xlsx").read_bytes().startswith(b"\xd0\xcf\x11\xe0")
    exported = [event for event in events(tmp_path / "log") if event["ev"] == "export"]
    assert [(event["obj"], event["why"]) for event in exported] == [("sealed.xlsx", "pack encrypted masked")]


def test_that_a_file_is_replaced_only_when_asked_twice(qtbot, at_level: AtLevel, tmp_path: Path) -> None:
    dialog, writer = export(qtbot, at_level(Level.POOLED), tmp_path)
    (tmp_path / "pack.xlsx").write_bytes(b"earlier")
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert writer.asked == []
    assert "pack.xlsx" in dialog.fault.text()
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.written is not None)
    assert len(writer.asked) == 1


def test_that_a_refused_export_is_a_sentence(qtbot, at_level: AtLevel, tmp_path: Path) -> None:
    def refuse(_progress) -> None:
        raise Refusal("WRITE", "The folder is full.", "Choose another.")

    dialog = ExportDialog(at_level(Level.POOLED), lambda *_: refuse)
    qtbot.addWidget(dialog)
    dialog.file.setText(str(tmp_path / "pack.xlsx"))
    dialog.show()
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.fault.isVisible)
    assert dialog.fault.text() == "The folder is full. Choose another. [WRITE]"


def test_that_the_real_writer_writes_and_logs_the_pack_of_the_sessions_level(
    qtbot, demo: Locked, show_window: ShowWindow, tmp_path: Path
) -> None:
    session = demo.session(Level.POOLED, tmp_path / "log")
    window = show_window(session)
    window.export()
    window.dialog.file.setText(str(tmp_path / "open.xlsx"))
    qtbot.mouseClick(window.dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil((tmp_path / "open.xlsx").exists, timeout=60_000)
    qtbot.waitUntil(window.review.banner.isVisible)
    exported = [event for event in events(tmp_path / "log") if event["ev"] == "export"]
    assert [(event["obj"], event["why"]) for event in exported] == [("open.xlsx", "pack pooled")]
