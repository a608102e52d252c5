"""Exporting a pack: the window lives meanwhile, shows the steps, and a pack that was given up leaves nothing behind."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer

from dsmb_app import app
from dsmb_app.model.words import Level
from dsmb_app.packs import meeting_pack
from dsmb_app.session import Session
from dsmb_app.views import jobs
from dsmb_app.views.dialogs.export_pack import ExportDialog
from tests.locked import Locked
from tests.views.conftest import ShowWindow


def exporting(qtbot, demo: Locked, show_window: ShowWindow, folder: Path) -> tuple[object, jobs.Waiting]:
    """Press Export in a window of the open session; return the window and what waits for the pack."""
    window = show_window(demo.session(Level.POOLED, folder / "log"))
    window.export()
    window.dialog.file.setText(str(folder / "out" / "pack.xlsx"))
    (folder / "out").mkdir()
    qtbot.mouseClick(window.dialog.go, Qt.MouseButton.LeftButton)
    return window, window.dialog.findChild(jobs.Waiting)


def check_nothing_left(qtbot, window, folder: Path) -> None:
    qtbot.wait(50)
    assert list((folder / "out").iterdir()) == []
    events = [json.loads(line)["ev"] for line in (folder / "log" / "audit.jsonl").read_text("utf-8").splitlines()]
    assert "export" not in events
    assert window.dialog.isVisible()
    assert window.dialog.go.isEnabled()
    assert window.dialog.written is None
    assert not jobs.at_work()
    assert window.isVisible()


def test_that_an_export_given_up_at_a_figure_leaves_nothing(
    qtbot, demo: Locked, show_window: ShowWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, turns = [], []
    monkeypatch.setattr(app, "pack_picture", lambda _session, _sheet, figures: drawn.extend(figures) or {})
    ticking = QTimer(interval=1)
    ticking.timeout.connect(lambda: turns.append(len(drawn)))
    ticking.start()
    window, waiting = exporting(qtbot, demo, show_window, tmp_path)
    qtbot.waitUntil(lambda: len(drawn) == 2)
    assert waiting.step.startswith("Drawing F")
    assert waiting.bar.maximum() > 3
    waiting.reject()
    check_nothing_left(qtbot, window, tmp_path)
    assert len(drawn) == 2
    # The event loop ran before the first figure and between them.
    assert {0, 1, 2} <= set(turns)


def test_that_an_export_given_up_at_a_sheet_leaves_nothing(
    qtbot, demo: Locked, show_window: ShowWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    monkeypatch.setattr(app, "pack_picture", lambda *_: {})
    made = meeting_pack.add_table_sheet

    def add(book, sheet, head) -> None:
        if sheet.table.exhibit == "T02":
            reached.set()
            go_on.wait(60)
        made(book, sheet, head)

    def export(*given, **named):
        try:
            return exported(*given, **named)
        finally:
            ended.set()

    exported = app.export_pack
    monkeypatch.setattr(app, "export_pack", export)
    monkeypatch.setattr(meeting_pack, "add_table_sheet", add)
    window, waiting = exporting(qtbot, demo, show_window, tmp_path)
    qtbot.waitUntil(reached.is_set, timeout=60_000)
    qtbot.waitUntil(lambda: waiting.step == "T02 Disposition")
    waiting.reject()
    go_on.set()
    qtbot.waitUntil(ended.is_set, timeout=60_000)
    check_nothing_left(qtbot, window, tmp_path)


def test_that_the_dialog_lists_what_the_pack_will_hold(qtbot, demo: Locked, tmp_path: Path) -> None:
    session: Session = demo.session(Level.MASKED, tmp_path)
    dialog = ExportDialog(session, lambda *_: lambda _progress: None, contents=app.list_pack)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.sheets.count() > 1, timeout=60_000)
    lines = [dialog.sheets.item(place).text() for place in range(dialog.sheets.count())]
    assert lines[:2] == ["00 Cover  Cover", "01 Contents  Contents"]
    assert "L1 Serious AE  Serious adverse events (3 record(s) of 3 subject(s))" in lines
    assert [line for line in lines if line.startswith("F9V AE differences")]
    assert lines[-1] == "99 Definitions  Definitions and source"
