"""Writing a file whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from dsmb_app.model.errors import Refusal

# What a file system answers that cannot sync a folder (some network shares); the file itself is synced by then.
_CANNOT_SYNC_FOLDERS = frozenset({errno.EINVAL, errno.ENOTSUP})


def write_atomically(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write ``data`` to ``path`` so that a reader, or a power cut, finds the old file or the new one, never a mixture.

    ``mode`` is the new file's permissions where the system has them. Raises Refusal WRITE-FAILED, with the old file
    as it was and nothing left behind, when the file cannot be written; WRITE-NO-FILE when the name is that of a
    folder or a device, which a rename would replace; WRITE-UNSURE when it was written but the disk
    did not confirm its name.
    """
    if path.exists() and not path.is_file():
        raise Refusal(
            "WRITE-NO-FILE", "There is something of this name that is not a file.", "Give another.", file=path.name
        )
    try:
        _write_and_rename(path, data, mode)
    except OSError as error:
        raise Refusal(
            "WRITE-FAILED",
            f"The file could not be written ({_reason(error)}); nothing was changed.",
            "Check that the folder exists, may be written to and has space, and that no other program has the file "
            "open, then try again.",
            file=path.name,
        ) from error
    try:
        sync_folder(path.parent)
    except OSError as error:
        raise Refusal(
            "WRITE-UNSURE",
            f"The file was written, but the disk did not confirm it ({_reason(error)}).",
            "Check the disk, then write the file again.",
            file=path.name,
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut, where the system can do that. Raises OSError."""
    if os.name == "nt":
        return  # Windows cannot open a folder; its file systems journal the rename.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC_FOLDERS:
            raise
    finally:
        os.close(handle)


def _write_and_rename(path: Path, data: bytes, mode: int) -> None:
    # mkstemp makes the file 0600, so that nobody else can read it while it is being written.
    handle, name = tempfile.mkstemp(prefix=".dsmb-", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if mode != 0o600:
            part.chmod(mode)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
