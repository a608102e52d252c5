"""When Python looks for what nobody holds any more: while nothing goes on, not in the middle of a count.

Left to itself it looks through everything whenever a count has made enough, in whichever thread that comes, and all
others wait: half a second with the results of 3,000 subjects.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from dsmb_app.views import jobs

LOOK_MS, QUIET_LOOKS = 500, 4
"""So often it is asked whether something goes on, and for so many times nothing must."""
RARELY = (10_000, 5, 1_000)
"""Python's own looks go on, for work of many minutes: at new objects, some ten thousand at a time, so that none takes
long, and at everything hardly ever."""


class Tidying(QObject):
    """Looks once after each stretch of work, when the window has been quiet for two seconds."""

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        application.aboutToQuit.connect(self.stop)
        self._quiet, self._tidy = 0, True
        self._before = gc.get_threshold()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin, before anything is opened: what the libraries hold now is never looked at again."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(*RARELY)
        self._timer.start()

    def stop(self) -> None:
        """Let Python look as ever."""
        self._timer.stop()
        gc.set_threshold(*self._before)
        gc.unfreeze()

    def look(self) -> None:
        """Look, where work has ended and nothing has gone on since."""
        if jobs.at_work():
            self._quiet, self._tidy = 0, False
            return
        young, older, oldest = gc.get_count()
        if self._tidy and not older and not oldest and young < RARELY[0] // 2:
            return
        self._quiet += 1
        if self._quiet >= QUIET_LOOKS:
            self._quiet, self._tidy = 0, True
            gc.collect()
