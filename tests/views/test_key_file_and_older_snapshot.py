"""A member's own key in the dialogs, and what the window says of a file that is older or one of two."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from dsmb_app import app, locking
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.snapshot import container
from dsmb_app.snapshot.lock_plan import LockPlan
from dsmb_app.snapshot.member_key import MemberKey
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.seen import Seen
from dsmb_app.store.audit import AuditLog
from dsmb_app.views import closed_process
from dsmb_app.views.dialogs import phrase_or_key
from dsmb_app.views.dialogs.open_snapshot import Opening
from dsmb_app.views.dialogs.unblind import UnblindDialog
from dsmb_app.views.ending import dispose
from dsmb_app.views.window import Services, Window
from tests.test_refusals import AE, DM, EX, STUDY, write

PASSPHRASE = "correct horse battery staple"
SECONDS = 60_000


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a member's key and two snapshots of a trial, each of its parts locked for that member."""
    folder = tmp_path_factory.mktemp("board")
    source = folder / "delivery"
    source.mkdir()
    write(source, {"dm": DM, "ex": EX, "ae": AE})
    (source / "study.toml").write_text(STUDY, encoding="utf-8")
    key = MemberKey.new("Dr. A. Example")
    key.save(folder / "a.key", PASSPHRASE)
    plan = LockPlan(cards={part: [key.card] for part in ("main", "codes", "names")})
    trial, secrets = folder / "trial.json", folder / "secrets.json"
    for name in ("1.dsmb", "2.dsmb"):
        locking.lock(
            source, study=source / "study.toml", trial=trial, out=folder / name, secrets_path=secrets, plan=plan
        )
    return folder


@pytest.fixture
def made(qtbot, state: Path) -> Iterator[Callable[..., Window]]:
    """Return what makes a window with the log and the settings of this test."""
    windows = []

    def make(*, closed: bool = False, **services: object) -> Window:
        opener = app.make_opener(AuditLog(state), Pins(state), seen=Seen(state))
        window = Window(Services(opener, write_pack=app.write_pack, **services), closed=closed)
        windows.append(window)
        window.show()
        return window

    yield make
    for window in windows:
        dispose(window)


def use_key(qtbot, monkeypatch: pytest.MonkeyPatch, means, key: Path) -> None:
    """Press the button and choose a key file."""
    monkeypatch.setattr(phrase_or_key, "ask_for_key", lambda _parent: key)
    qtbot.mouseClick(means.change, Qt.MouseButton.LeftButton)


def open_with_key(qtbot, monkeypatch: pytest.MonkeyPatch, window: Window, board: Path, name: str) -> None:
    window.begin(board / name)
    use_key(qtbot, monkeypatch, window.dialog.means, board / "a.key")
    qtbot.keyClicks(window.dialog.phrase, PASSPHRASE)
    if not window.dialog.signer.text():
        qtbot.keyClicks(window.dialog.signer, SecretsFile.load(board / "secrets.json").signer)
    qtbot.mouseClick(window.dialog.go, Qt.MouseButton.LeftButton)


# ----------------------------------------------------------------------------------------------------------------------
# Keys


def test_that_a_key_file_opens_a_snapshot_and_its_passphrase_is_not_kept(
    qtbot, made, board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Opening] = []
    window = made(start_closed=kept.append)
    open_with_key(qtbot, monkeypatch, window, board, "2.dsmb")
    qtbot.waitUntil(lambda: window.review is not None, timeout=SECONDS)
    assert window.review.desk.session.level is Level.POOLED
    window.start_closed()
    assert [(opening.key, opening.phrase) for opening in kept] == [(board / "a.key", "")]
    signer = SecretsFile.load(board / "secrets.json").signer
    assert json.loads(closed_process.handover(kept[0])) == {"key": str(board / "a.key"), "signer": signer}


def test_that_the_dialog_asks_for_the_passphrase_of_the_key_and_back_for_the_phrase(
    qtbot, made, board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = made()
    window.begin(board / "2.dsmb")
    dialog = window.dialog
    qtbot.keyClicks(dialog.phrase, "half a phrase")
    use_key(qtbot, monkeypatch, dialog.means, board / "a.key")
    assert dialog.missing() == "Passphrase of a.key"
    assert dialog.phrase.echoMode() is dialog.phrase.EchoMode.Password
    assert dialog.means.change.text() == "Use the opening phrase"
    qtbot.mouseClick(dialog.means.change, Qt.MouseButton.LeftButton)
    assert dialog.missing() == "Opening phrase"
    assert dialog.means.key is None


def test_that_a_wrong_passphrase_and_a_wrong_file_are_sentences(
    qtbot, made, board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = made()
    window.begin(board / "2.dsmb")
    dialog = window.dialog
    dialog.signer.setText(SecretsFile.load(board / "secrets.json").signer)
    for key, code in (("a.key", "KEY-PASSPHRASE"), ("secrets.json", "KEY-FILE-BAD")):
        dialog.means.take(None)
        use_key(qtbot, monkeypatch, dialog.means, board / key)
        qtbot.keyClicks(dialog.phrase, "not the passphrase")
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda code=code: f"[{code}]" in dialog.fault.text(), timeout=SECONDS)
        assert dialog.isVisible()


def test_that_a_key_file_opens_codes_and_names_in_a_closed_window(
    qtbot, made, board: Path, monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    window = made(closed=True)
    open_with_key(qtbot, monkeypatch, window, board, "2.dsmb")
    qtbot.waitUntil(lambda: isinstance(window.dialog, UnblindDialog), timeout=SECONDS)
    for _ in ("codes", "names"):
        dialog = window.dialog
        for field in (dialog.name, dialog.role, dialog.reason):
            field.setText("x")
        # The key that opened main is proposed; its passphrase is not remembered.
        assert dialog.missing() == "Passphrase of a.key"
        qtbot.keyClicks(dialog.phrase, PASSPHRASE)
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        if window.review is None:
            qtbot.waitUntil(lambda: window.review is not None, timeout=SECONDS)
            assert window.review.desk.session.level is Level.MASKED
            window.show_names()
    qtbot.waitUntil(lambda: window.review.band.level.text() == "CLOSED – arms named", timeout=SECONDS)
    assert PASSPHRASE not in (state / "audit.jsonl").read_text("utf-8")


def test_that_a_window_that_cannot_read_keys_does_not_offer_them(qtbot, board: Path) -> None:
    window = Window(Services(app.no_opener()))
    window.show()
    try:
        window.ask_to_open()
        assert not window.dialog.means.change.isVisible()
    finally:
        dispose(window)


# ----------------------------------------------------------------------------------------------------------------------
# Older files, and two of one number


def shown(qtbot, made, board: Path, file: Path) -> Window:
    keys = SecretsFile.load(board / "secrets.json")
    window = made()
    window.ask_to_open(file).use(keys.phrases["main"], signer=keys.signer)
    qtbot.waitUntil(lambda: window.review is not None, timeout=SECONDS)
    return window


def test_that_an_older_snapshot_is_told_by_a_banner_and_marked(qtbot, made, board: Path) -> None:
    first = shown(qtbot, made, board, board / "1.dsmb")
    assert not first.review.banner.isVisible()
    newer = shown(qtbot, made, board, board / "2.dsmb")
    assert not newer.review.banner.isVisible()
    older = shown(qtbot, made, board, board / "1.dsmb")
    assert older.review.banner.isVisible()
    assert older.review.banner.text.startswith("superseded: this file is number 1 of trial T-")
    assert older.review.banner.text.endswith("number 2 was opened on this computer.")
    older.review.banner.hide()
    assert "SUPERSEDED" in older.review.band.texts
    assert "SUPERSEDED" not in newer.review.band.texts


def test_that_another_file_of_the_same_number_is_told(qtbot, made, board: Path, tmp_path: Path, state: Path) -> None:
    shown(qtbot, made, board, board / "1.dsmb")
    settings = json.loads((state / "settings.json").read_text())
    (trial,) = settings["opened"]
    settings["opened"][trial]["1"] = "0" * 64
    (state / "settings.json").write_text(json.dumps(settings))
    window = shown(qtbot, made, board, board / "1.dsmb")
    assert window.review.banner.text.startswith(f"Two different files are number 1 of trial {trial}")
    assert "FILE IN DOUBT" in window.review.band.texts


def test_that_a_signer_given_on_the_way_in_does_not_go_before_the_pinned_one(board: Path, state: Path) -> None:
    found = container.load(board / "1.dsmb", signers=None)
    pins = Pins(state)
    pins.set(found.trial, "AAAA-" * 7 + "AAAA")
    opener = app.make_opener(AuditLog(state), pins, (found.signer,))
    with pytest.raises(Refusal, match="SIGNER-CHANGED"):
        opener.signer_of(board / "1.dsmb")
