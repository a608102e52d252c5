"""``python -m dsmb_app COMMAND``: the command line without an installed script."""

from __future__ import annotations

from dsmb_app.cli import main

main()
