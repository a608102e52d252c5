"""Start DSMB review: the window without arguments, a command with them."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> None:
    """Start the window (``main.py``) or run a command (``main.py verify FILE.dsmb``)."""
    if sys.argv[1:] == ["--read-source"]:
        # In a frozen program there is no other way to start the process that parses a delivery's files.
        from dsmb_app.snapshot import reading_child  # noqa: PLC0415

        reading_child.main()
        return
    # Each side is imported only when it is wanted: the commands work where Qt cannot load.
    if sys.argv[1:]:
        from dsmb_app import cli  # noqa: PLC0415

        cli.main()
    else:
        from dsmb_app import app  # noqa: PLC0415

        app.main()


if __name__ == "__main__":
    multiprocessing.freeze_support()  # in a frozen program a child process starts here again
    main()
