"""What the design promises of speed, as ratios within one run: ``python benchmarks/ratios.py`` in the environment.

Last, the memory that a pack's listing of 5,000 and of 50,000 lines takes while it is written, beside its file's size.
Seconds differ from machine to machine, ratios hardly do. Times are of this process's CPU and the best of three.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from dsmb_app.model.sheet import Sheet, column_of  # noqa: E402
from dsmb_app.model.words import Level  # noqa: E402
from dsmb_app.packs.book import Book  # noqa: E402
from dsmb_app.packs.heading import Heading  # noqa: E402
from dsmb_app.packs.listing_sheet import add_listing_sheet, listing_sheet  # noqa: E402
from tests.locked import Locked, lock_for_test  # noqa: E402


def best(work: Callable[[], object], times: int = 3) -> float:
    """Return the least CPU seconds that the work took."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def main() -> None:
    """Lock the demo, open it, count its main table under changing filters, and print each beside the opening."""
    source = ROOT / "resources" / "demo" / "current"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.process_time()
        locked = lock_for_test(source, source / "study.toml", folder)
        locking = time.process_time() - begun
        opening = best(lambda: locked.session(Level.NAMED, folder / "audit"))
        told = {"lock the demo": locking, **_counting(locked, folder)}
    print(f"{'open the demo, arms named':34}{1.0:8.2f}   ({1000 * opening:.0f} ms)")
    for what, seconds in told.items():
        print(f"{what:34}{seconds / opening:8.2f}")
    for lines in (5_000, 50_000):
        grown, size = _listing_memory(lines)
        print(f"{f'write a listing of {lines:,} lines':34}{grown:8.1f} MB more memory, {size:.1f} MB written")


def _counting(locked: Locked, folder: Path) -> dict[str, float]:
    session = locked.session(Level.NAMED, folder / "audit")
    shares, sexes = iter(range(1, 100)), cycle("FM")

    def change_and_count() -> None:
        session.choose(at_least=float(next(shares)))
        session.table("T09")

    def narrow_and_count() -> None:
        session.choose(sex=next(sexes))
        session.table("T09")

    return {
        "change a choice, count events": best(change_and_count),
        "filter by sex, count events": best(narrow_and_count),
    }


def _listing_memory(lines: int) -> tuple[float, float]:
    """Return by how many MB the process grew while it wrote a listing of 14 columns, and the MB written."""
    ids = [f"S-{7919 * place % 100_003:06d}" for place in range(lines)]
    columns = [column_of("Subject", ids)]
    columns += [column_of(f"Column {n}", [f"{one[-3:]} term {n}" for one in ids]) for n in range(13)]
    sheet = listing_sheet(Sheet("L1", "Listing", tuple(columns)), "Listing")
    book, before = Book(date(2020, 1, 1)), _most_memory()
    head = Heading("P", "B", closed=True, marks=(), population="", source="", audit="", footer="")
    add_listing_sheet(book, sheet, head, (), lambda _line: None)
    written = len(book.data())
    return _most_memory() - before, written / 1e6


def _most_memory() -> float:
    """Return the most memory that the process has taken so far, in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
