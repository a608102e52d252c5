"""Where this machine keeps the audit log and settings."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from dsmb_app.model.errors import Refusal

VARIABLE = "DSMB_STATE"


def state_folder() -> Path:
    """Return the folder of the audit log and settings; the variable DSMB_STATE moves it.

    Raises Refusal STATE-FOLDER for a user without a home folder, where there is no place for them.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    try:
        found = Path(platformdirs.user_state_dir("dsmb-review", appauthor=False))
    except (RuntimeError, KeyError, OSError) as error:
        raise _nowhere() from error
    if not found.is_absolute():
        raise _nowhere()
    return found


def _nowhere() -> Refusal:
    return Refusal(
        "STATE-FOLDER",
        "There is no home folder to keep the audit log in.",
        f"Set HOME, or set {VARIABLE} to a folder of your own.",
    )
