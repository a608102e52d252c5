"""The Qt in use keeps count of ``None``: one that does not aborts the process after a few thousand calls."""

from __future__ import annotations

import subprocess
import sys

LOOP = """
from PySide6.QtWidgets import QApplication

application = QApplication([])
for _ in range(20_000):
    QApplication.processEvents()
print("still here")
"""


def test_that_twenty_thousand_turns_of_the_event_loop_do_not_end_the_process() -> None:
    ended = subprocess.run([sys.executable, "-c", LOOP], capture_output=True, text=True, check=False, timeout=300)
    assert (ended.returncode, ended.stdout.strip()) == (0, "still here"), ended.stderr
