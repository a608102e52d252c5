"""Source files and folders as a sender makes them, for tests."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyreadstat

ID_TERM = [("USUBJID", 2, 4), ("AETERM", 2, 6)]


def send(folder: Path, files: Mapping[str, bytes], listed: Mapping[str, tuple[int, int]] | None = None) -> None:
    """Write files and, with ``listed`` (file name -> rows, columns), a manifest with their true SHA-256."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    if listed is None:
        return
    hashes = {name.casefold(): hashlib.sha256(data).hexdigest() for name, data in files.items()}
    entries = [
        {"name": name, "sha256": hashes.get(name.casefold(), "0" * 64), "rows": rows, "columns": columns}
        for name, (rows, columns) in listed.items()
    ]
    (folder / "manifest.json").write_text(json.dumps({"datasets": entries}), encoding="utf-8")


def write(path: Path, frame: pd.DataFrame, version: Literal[5, 8] = 5, **more: Any) -> bytes:
    """Write a transport file of version 5 or 8 with the reference writer and return its bytes."""
    pyreadstat.write_xport(frame, path, file_format_version=version, table_name=path.stem.upper(), **more)
    return path.read_bytes()


def build(
    columns: list[tuple[str, int, int]], rows: bytes, *, member: str = "AE", positions: list[int] | None = None
) -> bytes:
    """Return a transport file of version 5: columns are (name, 1 number or 2 text, bytes), rows the bytes of all."""
    out = _mark("LIBRARY") + b"SAS".ljust(80) + b"01JAN26:00:00:00".ljust(80)
    out += _mark("MEMBER", "000000000000000001600000000140") + _mark("DSCRPTR")
    out += f"SAS     {member:8}SASDATA ".encode().ljust(80) + b" " * 80
    described, start = b"", 0
    for place, (name, kind, length) in enumerate(columns):
        at = start if positions is None else positions[place]
        described += struct.pack(">4H", kind, 0, length, place + 1) + f"{name:8}{name + ' label':40}".encode("latin-1")
        described += struct.pack(">8s3H2x8s2Hi52x", b" " * 8, 0, 0, 0, b" " * 8, 0, 0, at)
        start += length
    out += _mark("NAMESTR", f"{len(columns):010d}".ljust(30, "0")) + padded(described) + _mark("OBS")
    return out + padded(rows)


def padded(block: bytes) -> bytes:
    """Fill the last record of 80 bytes with blanks."""
    return block + b" " * (-len(block) % 80)


def _mark(word: str, rest: str = "0" * 30) -> bytes:
    return f"HEADER RECORD*******{word:8}HEADER RECORD!!!!!!!{rest:32}".encode()
