"""Writing a small file whole or not at all: a picture, a page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileDevice, QIODevice, QSaveFile

from dsmb_app.model.errors import Refusal


def write_whole(path: Path, data: bytes, *, what: str, code: str) -> None:
    """Write a file beside the one that is there, then in its place. Raises Refusal ``code``; then nothing changed.

    ``what``: the file in words, as in "the page".
    """
    file = QSaveFile(str(path))
    if file.open(QIODevice.OpenModeFlag.WriteOnly) and file.write(data) == len(data) and file.commit():
        return
    # Of what was cut off in the middle the library says nothing.
    reason = "not all of it found room" if file.error() is QFileDevice.FileError.NoError else file.errorString()
    file.cancelWriting()
    raise Refusal(
        code,
        f"{what.capitalize()} cannot be written: {reason.rstrip('.')}.",
        "Choose another folder, with space and where you may write.",
        file=path.name,
    )
