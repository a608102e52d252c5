"""Keys that reach every page, the list of them, a page on paper, and a snapshot dropped onto the window."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton

from dsmb_app.app import settle
from dsmb_app.model.words import Level
from dsmb_app.store.audit import AuditLog
from dsmb_app.views import jobs, printing
from dsmb_app.views.dialogs.open_snapshot import OpenDialog
from dsmb_app.views.keys import CLOSING, KEYS, KeysDialog
from dsmb_app.views.pages import PAGES
from tests.locked import Locked
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.looking import drop

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def shown_title(window) -> str:
    return PAGES[[page is window.review.stack.currentWidget() for page in window.review.pages].index(True)].title


def test_that_keys_reach_the_pages_after_the_ninth(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.POOLED))
    qtbot.keyClick(window, Qt.Key.Key_0, CTRL)
    assert shown_title(window) == PAGES[9].title
    for place in range(10, len(PAGES)):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_1 + place - 10), ALT)
        assert shown_title(window) == PAGES[place].title
        assert f"Alt+{place - 9}" in window.review.navigation.list.item(place).toolTip()
    qtbot.keyClick(window, Qt.Key.Key_PageDown, CTRL)
    assert shown_title(window) == PAGES[-1].title
    qtbot.keyClick(window, Qt.Key.Key_PageUp, CTRL)
    assert shown_title(window) == PAGES[-2].title


def test_that_the_search_key_finds_the_search_of_each_page_or_says_that_there_is_none(
    qtbot, at_level: AtLevel, show_window: ShowWindow
) -> None:
    window = show_window(at_level(Level.MASKED))
    searched = set()
    for place, page in enumerate(PAGES):
        window.show_page(place)
        settle()
        window.review.banner.hide()
        window.review.navigation.list.setFocus()
        qtbot.keyClick(window, Qt.Key.Key_F, CTRL)
        found = isinstance(QApplication.focusWidget(), QLineEdit)
        assert found is not window.review.banner.isVisible(), page.title
        boxes = [box for box in window.review.page.findChildren(QLineEdit) if "Ctrl+F" in box.toolTip()]
        assert found or not any(box.isVisible() for box in boxes), page.title
        searched |= {page.title} if found else set()
    assert {"Adverse events", "Infections", "Laboratory", "Listings", "Data quality", "All exhibits"} <= searched


@pytest.mark.parametrize("way", ["F1", "question mark", "button"])
def test_that_the_keys_can_be_listed(qtbot, at_level: AtLevel, show_window: ShowWindow, way: str) -> None:
    window = show_window(at_level(Level.POOLED))
    if way == "button":
        keys = [b for b in window.review.navigation.findChildren(QToolButton) if b.accessibleName() == "Keys"]
        qtbot.mouseClick(keys[0], Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(window, Qt.Key.Key_F1 if way == "F1" else "?")
    (dialog,) = window.findChildren(KeysDialog)
    words = [found.text() for found in dialog.findChildren(QLabel)]
    assert all(keys in words and what in words for keys, what in KEYS)
    dialog.reject()


@pytest.mark.parametrize(("level", "key"), [(Level.POOLED, Qt.Key.Key_Q), (Level.MASKED, Qt.Key.Key_W)])
def test_that_a_key_closes_the_window_but_not_while_a_pack_is_written(
    qtbot, at_level: AtLevel, show_window: ShowWindow, tmp_path: Path, level: Level, key: Qt.Key
) -> None:
    at_work, go_on = threading.Event(), threading.Event()

    def work(_progress: object) -> None:
        at_work.set()
        go_on.wait(60)

    window = show_window(at_level(level), write_pack=lambda *_: work)
    window.export()
    dialog = window.dialog
    dialog.file.setText(str(tmp_path / "pack.xlsx"))
    if level is Level.MASKED:
        dialog.in_clear.setText("NOT ENCRYPTED")
    # As from the desktop, a window waits for the dialog before it.
    for where in (dialog, window):
        qtbot.keyClick(where, key, CTRL)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(at_work.is_set)
    for where in (dialog.findChild(jobs.Waiting), window):
        qtbot.keyClick(where, key, CTRL)
    assert jobs.at_work()
    assert window.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: not jobs.at_work())
    assert window.isVisible()
    ends = [b for b in window.review.navigation.findChildren(QPushButton) if b.text() == "End closed session"]
    assert [CLOSING in b.toolTip() for b in ends] == [True] * (level is Level.MASKED)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, key, CTRL)
    assert not window.isVisible()


def test_that_a_question_mark_can_still_be_typed(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.POOLED))
    qtbot.keyClicks(window.review.page.words, "pain?")
    assert window.review.page.words.text() == "pain?"
    assert not window.findChildren(KeysDialog)


def test_that_a_page_is_saved_as_pdf_with_its_source_once_the_log_has_it(
    demo: Locked, qtbot, show_window: ShowWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = demo.session(Level.MASKED, tmp_path / "log")
    window = show_window(session)
    said: list[str] = []
    draw = printing.page_pdf
    monkeypatch.setattr(
        printing, "page_pdf", lambda widget, **words: (said.append(words["source"]), draw(widget, **words))[1]
    )
    path = tmp_path / "page.pdf"
    monkeypatch.setattr("dsmb_app.views.review.ask_where_to_save", lambda *_: path)
    qtbot.keyClick(window, Qt.Key.Key_P, CTRL)
    pdf = path.read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert len(pdf) > 20_000, "a page with a picture"
    for words in ("CLOSED – arms masked A/B", "data cut-off 30 Jun 2019", session.snapshot.snap_id, "SYNTHETIC DATA"):
        assert words in said[0]
    last = AuditLog(tmp_path / "log").path.read_text("utf-8").splitlines()[-1]
    assert "copy" in last
    assert "page Adverse events" in last


def test_that_a_page_that_cannot_be_written_is_a_sentence(
    at_level: AtLevel, show_window: ShowWindow, tmp_path: Path
) -> None:
    window = show_window(at_level(Level.POOLED))
    window.review.write_page(tmp_path / "no such folder" / "page.pdf")
    assert "[PAGE-WRITE]" in window.review.banner.text


@pytest.mark.parametrize("level", [Level.POOLED, Level.MASKED])
def test_that_a_snapshot_dropped_onto_an_open_session_is_asked_for_and_onto_a_closed_one_is_not(
    at_level: AtLevel, show_window: ShowWindow, tmp_path: Path, level: Level
) -> None:
    window = show_window(at_level(level))
    drop(window.review.stack, tmp_path / "other.DSMB")
    if level is Level.POOLED:
        assert isinstance(window.dialog, OpenDialog)
        assert window.dialog.file.text() == str(tmp_path / "other.DSMB")
        window.dialog.reject()
    else:
        assert window.dialog is None
        assert "Another snapshot" in window.review.banner.text
