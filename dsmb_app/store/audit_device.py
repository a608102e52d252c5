"""The device's own key and random id, with which its audit log is signed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, Field

from dsmb_app.snapshot.own_files import read_own_file, write_own_file


class _Content(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    format: Literal[1]
    host: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Device:
    """A signing key, and an install id that says nothing about the machine."""

    host: str
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> str:
        """Return the raw public key in hexadecimal."""
        return self.key.public_key().public_bytes_raw().hex()


def load_or_create_device(path: Path) -> Device:
    """Return the device in ``path``, made and saved (0600) at the first call. Raises Refusal AUDIT-DEVICE-...

    Two processes must not call this at once for one file: the caller holds the log's lock.
    """
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        content = _Content(format=1, host=secrets.token_hex(8), key=key.private_bytes_raw().hex())
        write_own_file(path, content)
    found = read_own_file(path, _Content, kind="the audit log's device file", code="AUDIT-DEVICE", version=1)
    return Device(found.host, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(found.key)))
