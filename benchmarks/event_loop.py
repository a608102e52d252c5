"""How long a filter change keeps the window from answering, at 3,000 subjects: ``python benchmarks/event_loop.py``.

Prints, for each page and change, the longest time between two turns of the event loop, the most that the window's own
thread worked in one turn, and the time until everything is counted, in milliseconds. The design promises 100 ms for the
first. With a folder as argument the locked study is kept there and used again; ``--page=Liver`` measures one page;
``--profile`` prints what the main thread did.
"""

from __future__ import annotations

import cProfile
import os
import pickle
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from benchmarks.large_study import make_large  # noqa: E402
from dsmb_app import app  # noqa: E402
from dsmb_app.model.words import Level  # noqa: E402
from dsmb_app.snapshot import source  # noqa: E402
from dsmb_app.views import jobs  # noqa: E402
from dsmb_app.views.application import start_application  # noqa: E402
from dsmb_app.views.ending import dispose  # noqa: E402
from dsmb_app.views.pages import PAGES  # noqa: E402
from dsmb_app.views.tidying import Tidying  # noqa: E402
from dsmb_app.views.window import Services, Window  # noqa: E402
from tests.locked import Locked, lock_for_test  # noqa: E402

CHANGES: tuple[dict[str, Any], ...] = ({"sex": "F"}, {"serious": "yes"}, {"sex": "", "serious": ""})
QUIET = 0.3
"""Seconds without work after which everything is taken to be drawn."""
PROFILE = cProfile.Profile() if "--profile" in sys.argv else None


class Beat:
    """A timer of 5 ms that keeps the longest time between two of its turns, and the most work of its thread in one.

    The second says what the window's own thread did, however busy the machine is with other things.
    """

    def __init__(self) -> None:
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._turn)
        self._last = self._last_own = self.longest = self.own = 0.0

    def start(self) -> None:
        """Begin a measurement."""
        self._last, self.longest = time.perf_counter(), 0.0
        self._last_own, self.own = time.thread_time(), 0.0
        self._timer.start()

    def _turn(self) -> None:
        now, own = time.perf_counter(), time.thread_time()
        self._last, self.longest = now, max(self.longest, now - self._last)
        self._last_own, self.own = own, max(self.own, own - self._last_own)


@contextmanager
def large_study(folder: Path | None) -> Iterator[Locked]:
    """Yield the locked study, from the folder where it is there already."""
    with tempfile.TemporaryDirectory() as name:
        place = folder or Path(name)
        place.mkdir(parents=True, exist_ok=True)
        kept = place / "large.pkl"
        if not kept.is_file():
            source.ISOLATED = False
            study = make_large(ROOT / "resources" / "demo" / "current", place / "large")
            kept.write_bytes(pickle.dumps(lock_for_test(study.parent, study, place, shared=True)))
        yield pickle.loads(kept.read_bytes())


def until_quiet() -> float:
    """Turn the event loop until nothing has been at work for a while; return when the last work ended."""
    loop, last = QEventLoop(), time.perf_counter()
    while time.perf_counter() - last < QUIET:
        begun = time.perf_counter()
        loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        if jobs.at_work() or time.perf_counter() - begun > 0.02:
            last = time.perf_counter()
        time.sleep(0.001)
    return last


def main() -> None:
    """Lock or load the study, show it with its arms named, change filters on every page."""
    folders = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")]
    application = start_application()
    assert isinstance(application, QApplication)
    with large_study(folders[0] if folders else None) as locked, tempfile.TemporaryDirectory() as state:
        session = locked.session(Level.NAMED, Path(state))
        window = Window(Services(app.no_opener(), None), closed=True)
        tidying = Tidying(application)
        tidying.start()
        window.show_session(session)
        window.show()
        beat = Beat()
        print(f"{sum(n for arm, n in session.arm_sizes.items() if arm != 'Total')} subjects")
        wanted = [argument.removeprefix("--page=") for argument in sys.argv[1:] if argument.startswith("--page=")]
        for place, page in enumerate(PAGES):
            if wanted and page.title not in wanted:
                continue
            _on_page(window, beat, place, page.title)
        tidying.stop()
        jobs.end(30)
        dispose(window)
    if PROFILE:
        pstats.Stats(PROFILE).sort_stats("cumulative").print_stats(70)


def _on_page(window: Window, beat: Beat, place: int, title: str) -> None:
    window.show_page(place)
    until_quiet()
    for change in CHANGES:
        words = ", ".join(f"{name}={value}" for name, value in change.items())
        begun = time.perf_counter()
        beat.start()
        if PROFILE:
            PROFILE.enable()
        QTimer.singleShot(0, lambda change=change: window.review.desk.choose(**change))
        ended = until_quiet()
        if PROFILE:
            PROFILE.disable()
        print(
            f"{title:18}{words:24}{1000 * beat.longest:8.0f}{1000 * beat.own:8.0f}{1000 * (ended - begun):8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
