"""What the window is given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dsmb_app.views import jobs
from dsmb_app.views.dialogs.export_pack import PackLister, PackWriter
from dsmb_app.views.dialogs.open_snapshot import Opener, Opening
from dsmb_app.views.lock_wizard.locker import Locker


@dataclass(frozen=True)
class Services:
    """What the window cannot do by itself; made where the program is put together. None: not offered.

    ``start_closed`` starts the second process; ``demo`` makes the demonstration's snapshot, off the main thread;
    ``locker`` is what the statistician's wizard locks with.
    ``idle_seconds``: after how long without a reader the window locks itself (0: never).
    """

    opener: Opener
    write_pack: PackWriter | None = None
    list_pack: PackLister | None = None
    start_closed: Callable[[Opening], None] | None = None
    demo: Callable[[jobs.Progress], Opening] | None = None
    idle_seconds: float = 0
    locker: Locker | None = None
