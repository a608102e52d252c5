"""Run as a program: append events to the log of a folder and print each number once it is acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from dsmb_app.store.audit import AuditLog

if __name__ == "__main__":
    folder, count, who = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    log = AuditLog(folder, who=who)
    for number in range(count):
        entry = log.append("copy", why=f"{who} {number}")
        sys.stdout.write(f"{entry.n}\n")
        sys.stdout.flush()
