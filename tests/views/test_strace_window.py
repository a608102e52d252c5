"""The closed window at work, seen by the system: copies, pages, an encrypted pack with its figures; no other file."""

from __future__ import annotations

import json
from pathlib import Path

from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.tracing import needs_strace, python, traced

pytestmark = needs_strace

PROCESS = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from dsmb_app import app
from dsmb_app.views.application import start_application
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.window import Window
from dsmb_app.views.dialogs.export_pack import ExportDialog
from dsmb_app.views.dialogs.unblind import UnblindDialog

given = json.loads(sys.stdin.readline())
done = []

def look():
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, Window))
    dialog = window.dialog
    if window.review is None:
        if isinstance(dialog, UnblindDialog) and dialog.isVisible() and not dialog.phrase.text():
            for field in (dialog.name, dialog.role, dialog.reason):
                field.setText("x")
            dialog.phrase.setText(given["codes"])
            dialog.try_to_go()
    elif not done:
        done.append("pages")
        for page in range(len(window.review.pages)):
            window.show_page(page)
            window.grab()
            for shown in window.review.page.findChildren(ExhibitView):
                shown.copy()
        window.export()
        window.dialog.file.setText(given["out"])
        window.dialog.password.setText("a board password")
        window.dialog.again.setText("a board password")
        window.dialog.try_to_go()
    elif Path(given["out"]).exists() and "written" in window.review.banner.text:
        print("exported")
        timer.stop()
        window.close()

start_application()
timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
sys.exit(app.run_open(Path(given["file"]), phrase=given["main"], signers=[given["signer"]], closed=True))
"""


def test_that_a_closed_window_writes_the_log_and_the_export_alone_and_nothing_in_clear(
    demo: Locked, tmp_path: Path
) -> None:
    keys, target, state = demo.keys, tmp_path / "target", tmp_path / "state"
    target.mkdir()
    out = target / "pack.xlsx"
    given = {"file": str(demo.file), "signer": keys.signer, "out": str(out), **keys.phrases}
    environment = {"DSMB_STATE": str(state), "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    # Fonts are looked up in a cache that has nothing to do with what is shown; it is given a place of its own.
    cache = tmp_path / "cache"
    seen = traced(
        python(PROCESS), tmp_path / "traces", given=json.dumps(given) + "\n",
        environment={**environment, "XDG_CACHE_HOME": str(cache)},
    )  # fmt: skip
    assert seen.code == 0, seen.errors
    assert seen.output.split() == ["exported"]
    assert seen.outside(state, target, cache) == []
    whole = any(bytes(data) == out.read_bytes() for data in seen.written.values())
    assert whole, "the trace has not seen the whole export"
    session = demo.session(Level.MASKED, tmp_path / "other")
    subjects = [str(one) for one in session._cut.subjects["USUBJID"][:20]]
    for word in (*subjects, "CLOSED –", "PK\x03\x04", "<sheetData", "\x89PNG"):
        data = word.encode("latin-1") if word.startswith("\x89") else word.encode()
        assert [path for path, written in seen.written.items() if data in written] == []
    copies = [line for line in (state / "audit.jsonl").read_text("utf-8").splitlines() if '"ev":"copy"' in line]
    assert copies, "something was copied"
