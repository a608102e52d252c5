"""What the design promises of speed, as ratios within one run: ``python benchmarks/ratios.py`` in the environment.

Seconds differ from machine to machine, ratios hardly do. Times are of this process's CPU and the best of three.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from dsmb_app.model.words import Level  # noqa: E402
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


if __name__ == "__main__":
    main()
