"""A small audit log for the tests, and lines forged by the documented rule."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsmb_app.store.audit import AuditLog

SNAP = "5a" * 32


def log_of(folder: Path, events: int = 5) -> AuditLog:
    log = AuditLog(folder, who="chair")
    for number in range(events):
        log.append("load", snap=SNAP, why=f"reason {number}")
    return log


def lines_of(log: AuditLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


def resign(line: bytes, key: Ed25519PrivateKey, **changes: Any) -> bytes:
    """Return a line with fields changed and hash and signature made anew, by the documented rule."""
    value = {**json.loads(line), **changes, "key": key.public_key().public_bytes_raw().hex()}
    content = {name: value[name] for name in value if name not in ("h", "sig")}
    value["h"] = hashlib.sha256(dumped(content)).hexdigest()
    value["sig"] = key.sign(b"dsmb-audit/v1\n" + value["h"].encode()).hex()
    return dumped(value) + b"\n"


def dumped(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def device_key(folder: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex(json.loads((folder / "audit.device.json").read_text())["key"])
    )
