"""What goes wrong before there is a window, or after: told where a reader sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from dsmb_app import app
from dsmb_app.model.errors import Refusal
from dsmb_app.views import application
from dsmb_app.views.idle import MINUTES
from dsmb_app.views.window import Window


def the_window() -> Window:
    return next(found for found in QApplication.topLevelWidgets() if isinstance(found, Window) and found.isVisible())


def test_that_settings_that_cannot_be_read_are_told_in_the_window(qapp, state: Path) -> None:
    (state / "settings.json").mkdir(parents=True)
    seen: list[object] = []

    def look() -> None:
        window = the_window()
        seen.extend((window.start.banner.isVisible(), window.start.banner.text, window._services.idle_seconds))
        window.close()

    QTimer.singleShot(0, look)
    assert app.run_open(None, state=state) == 0
    assert (seen[0], seen[2]) == (True, 60 * MINUTES)
    assert seen[1].endswith("[SETTINGS-BAD]")
    assert "Move the file away." in seen[1]
    lines = [json.loads(line) for line in (state / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line["ev"] for line in lines] == ["start", "stop"]


def test_that_without_a_log_there_is_a_box_instead_of_a_window_that_never_comes(
    qapp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    boxes: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda _parent, _title, words: boxes.append(words))
    for unseen in (application._UNSEEN, frozenset()):
        monkeypatch.setattr(application, "_UNSEEN", unseen)
        with pytest.raises(Refusal, match="AUDIT-WRITE"):
            app.run_open(None, state=tmp_path / "file" / "state", closed=True)
    # Drawn offscreen nobody would ever close it.
    (words,) = boxes
    assert words.startswith("audit.jsonl: The audit log cannot be opened")
