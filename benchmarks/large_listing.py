"""A listing of 500,000 rows as its page shows it: ``python benchmarks/large_listing.py [ROWS]``.

Prints for each thing that a reader does the longest time between two turns of the event loop and the most that the
window's own thread worked in one turn, in milliseconds - the design promises 100 for the first - and the latter as a
multiple of numpy's own sorting of as many numbers, in the same run. The last line is what the listing takes of memory
for a row, and what its reader adds to it.
"""

from __future__ import annotations

import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt, QTimer  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget  # noqa: E402

from benchmarks.event_loop import Beat, until_quiet  # noqa: E402
from dsmb_app.model.sheet import Sheet, SheetColumn, coded_column  # noqa: E402
from dsmb_app.views import copying  # noqa: E402
from dsmb_app.views.application import start_application  # noqa: E402
from dsmb_app.views.pages.listings import MOST_COPIED  # noqa: E402
from dsmb_app.views.sheet_model import SheetModel  # noqa: E402
from dsmb_app.views.sheet_view import SheetView  # noqa: E402

ROWS = 500_000
_TESTS = ("ALT", "AST", "ALP", "BILI", "WBC", "NEUT", "LYM", "HGB", "PLAT", "EOS", "CREAT", "K", "NA", "ALB", "GLUC")


def large_sheet(rows: int = ROWS, *, seed: int = 1) -> Sheet:
    """Return a made-up listing like that of laboratory results: few tests, many subjects, values and moments."""
    made = np.random.default_rng(seed)

    def drawn(header: str, texts: list[str]) -> SheetColumn:
        return coded_column(header, made.integers(0, len(texts), rows), texts)

    subjects = [f"TRIAL-{site:03}-{number:04}" for site in range(60) for number in range(50)]
    return Sheet(
        "LB",
        "All laboratory results",
        (
            coded_column("Subject", np.sort(made.integers(0, len(subjects), rows)), subjects),
            drawn("Arm", ["A", "B", "(no arm)"]),
            drawn("Test", list(_TESTS)),
            drawn("Value", [f"{value / 100:.2f}" for value in range(60_000)]),
            drawn("Unit", ["U/L", "10^9/L", "g/L", "umol/L", ""]),
            drawn("Lower limit", [f"{value / 10:.1f}" for value in range(400)]),
            drawn("Upper limit", [f"{value / 10:.1f}" for value in range(400)]),
            drawn("Day", [str(day) for day in range(-30, 800)]),
            drawn("Visit", [f"Week {week}" for week in range(100)] + ["Unscheduled"]),
            drawn(
                "Date", [f"20{y:02}-{m:02}-{d:02}" for y in range(18, 24) for m in range(1, 13) for d in range(1, 29)]
            ),
            coded_column("Record", np.arange(rows), [f"LB{number:07}" for number in range(rows)]),
            drawn("After cut-off", ["", "yes"]),
        ),
        ("Every record of screened subjects, whatever its date.",),
    )


class Reader:
    """A reader of a listing: a search, the table, and the keys and clicks that go to them."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.model, self.view, self.words = sheet, SheetModel(), SheetView("Listing"), QLineEdit()
        self.view.setModel(self.model)
        self.words.textChanged.connect(self.model.search)
        self.window = QWidget()
        column = QVBoxLayout(self.window)
        for part in (self.words, self.view):
            column.addWidget(part)
        self.window.resize(1280, 800)
        self.window.show()

    def show(self) -> None:
        """Show the listing as its page does."""
        self.model.show_sheet(self.sheet)
        self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.view.resizeColumnsToContents()

    def sort(self, column: int) -> None:
        """Click a column's header."""
        header = self.view.horizontalHeader()
        at = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def type(self, letter: str) -> None:
        """Type one letter into the search."""
        QTest.keyClicks(self.words, letter)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.ControlModifier) -> None:
        """Press a key in the table."""
        QTest.keyClick(self.view, key, modifier)


def main() -> None:
    """Make the listing, show it, and do what a reader does, one thing after the other."""
    start_application()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    tracemalloc.start()
    sheet = large_sheet(count)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    keys = np.random.default_rng(2).random(count)
    begun = time.thread_time()
    np.sort(keys)
    unit = 1000 * (time.thread_time() - begun)
    reader, beat = Reader(sheet), Beat()
    none = Qt.KeyboardModifier.NoModifier
    things: list[tuple[str, Callable[[], object]]] = [("first show", reader.show)]
    for name, column in (("sort by value", 3), ("again, falling", 3), ("sort by record", 10), ("sort by subject", 0)):
        things.append((name, lambda column=column: reader.sort(column)))
    things += [(f"type “{letter}”", lambda letter=letter: reader.type(letter)) for letter in "alt week 4"]
    things += [
        ("clear the search", reader.words.clear),
        ("to the last row", lambda: reader.press(Qt.Key.Key_End)),
        ("a page up", lambda: reader.press(Qt.Key.Key_PageUp, none)),
        ("select all", lambda: reader.press(Qt.Key.Key_A)),
    ]
    print(f"{count} rows; longest gap, own work of one turn (ms), and that by sorting as many numbers ({unit:.0f} ms)")
    for name, act in things:
        beat.start()
        QTimer.singleShot(0, act)
        until_quiet()
        print(f"{name:20}{1000 * beat.longest:8.0f}{1000 * beat.own:8.0f}{1000 * beat.own / unit:8.2f}", flush=True)
    begun = time.thread_time()
    reader.view.clearSelection()
    rows = reader.model.shown[:MOST_COPIED]
    copying.sheet_text(sheet, rows, title="Listing", source="")
    print(f"{'copy ' + str(len(rows)):20}{1000 * (time.thread_time() - begun):16.0f}")
    print(f"memory: {held / count:.0f} bytes a row")


if __name__ == "__main__":
    main()
