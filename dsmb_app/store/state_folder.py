"""Where this machine keeps the audit log and settings."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

VARIABLE = "DSMB_STATE"


def state_folder() -> Path:
    """Return the folder of the audit log and settings; the variable DSMB_STATE moves it."""
    return Path(os.environ.get(VARIABLE) or platformdirs.user_state_dir("dsmb-review", appauthor=False))
