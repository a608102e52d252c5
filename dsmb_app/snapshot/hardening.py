"""What a process asks of the system before it holds clear data: that nothing of its memory is written to the disk."""

from __future__ import annotations

import ctypes
import os
import sys

from dsmb_app.model.errors import Refusal

_PR_SET_DUMPABLE = 4
_SEM_FAILCRITICALERRORS, _SEM_NOGPFAULTERRORBOX = 0x0001, 0x0002


def no_core_dumps() -> None:
    """Turn off core dumps of this process, and the limit for those that it starts. Raises Refusal where it cannot.

    Linux, macOS: no core file. Linux: not dumpable either, because a system that pipes core dumps into a collector
    does not ask for the limit; other programs of the same user then cannot read the memory or attach a debugger.
    Windows: no error report, which would hold parts of the memory.
    """
    try:
        if sys.platform == "win32":
            _no_error_report()
        else:
            _no_core_file()
            if sys.platform == "linux":
                _not_dumpable()
    except OSError as error:
        raise Refusal(
            "CORE-DUMPS",
            f"The system does not let core dumps be turned off ({error.strerror}), so nothing is opened.",
            "Start the program outside the container or sandbox that forbids it.",
        ) from error


def _no_core_file() -> None:
    import resource  # noqa: PLC0415 - Windows has none

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _not_dumpable() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _no_error_report() -> None:
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
