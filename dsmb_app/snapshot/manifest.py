"""The transfer manifest: what the sender says that the folder holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dsmb_app.model.errors import Refusal

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """One dataset file as the sender counted it; ``columns`` are those of the file, a row-number column included."""

    name: str
    sha256: str
    rows: int
    columns: int


def read_manifest(data: bytes, file: str) -> dict[str, Entry]:
    """Read ``{"datasets": [{"name": "dm.xpt", "sha256": "...", "rows": 306, "columns": 25}, ...]}`` by file name.

    Names are compared without regard to case, and the keys of the answer are in lower case. Other keys may stand
    beside these four and are not read. A form other than this is refused.
    """
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _bad_form(file, "it is not JSON") from error
    listed = content.get("datasets") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise _bad_form(file, 'it has no list "datasets"')
    entries = [_entry(item, place, file) for place, item in enumerate(listed, start=1)]
    out = {entry.name.casefold(): entry for entry in entries}
    if len(out) < len(entries):
        raise _bad_form(file, "it lists a file twice")
    return out


def _entry(item: Any, place: int, file: str) -> Entry:
    if not isinstance(item, dict):
        raise _bad_form(file, f"entry {place} is not an object")
    name, sha256 = item.get("name"), item.get("sha256")
    if not isinstance(name, str) or not name:
        raise _bad_form(file, f'entry {place} has no "name"')
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise _bad_form(file, f'entry {place} has no "sha256" of 64 hexadecimal digits')
    counts = [item.get(key) for key in ("rows", "columns")]
    if not all(type(count) is int and count >= 0 for count in counts):
        raise _bad_form(file, f'entry {place} has no whole numbers "rows" and "columns"')
    return Entry(name, sha256.lower(), item["rows"], item["columns"])


def _bad_form(file: str, why: str) -> Refusal:
    todo = "Correct it; each dataset needs name, sha256, rows and columns."
    return Refusal("SRC-MANIFEST-FORM", f"The manifest cannot be used: {why}.", todo, file=file)


def check_files(manifest: dict[str, Entry], files: Iterable[str]) -> None:
    """Refuse a folder that lacks a listed file, or holds a dataset file that is not listed."""
    present = {name.casefold(): name for name in files}
    for key, entry in manifest.items():
        if key not in present:
            raise Refusal(
                "SRC-MANIFEST-MISSING",
                "The manifest lists this file, but it is not among the dataset files.",
                "Ask for the missing file.",
                file=entry.name,
            )
    for key, name in present.items():
        if key not in manifest:
            raise Refusal(
                "SRC-MANIFEST-EXTRA",
                "The file is in the folder, but the manifest does not list it.",
                "Remove the file, or ask for a manifest that lists it.",
                file=name,
            )


def check_hash(entry: Entry, sha256: str, file: str) -> None:
    """Refuse a file whose bytes are not those that the sender hashed."""
    if entry.sha256 != sha256:
        what = f"The file is not the one that was sent: its SHA-256 is {sha256[:12]}..., not {entry.sha256[:12]}..."
        raise Refusal("SRC-MANIFEST-HASH", f"{what}.", "Ask for the file again.", file=file)


def check_counts(entry: Entry, rows: int, columns: int, file: str) -> None:
    """Refuse a file whose rows or columns are not those that the sender counted."""
    for code, word, found, told in (
        ("SRC-MANIFEST-ROWS", "rows", rows, entry.rows),
        ("SRC-MANIFEST-COLUMNS", "columns", columns, entry.columns),
    ):
        if found != told:
            what = f"The file has {found:,} {word}, the manifest says {told:,}."
            raise Refusal(code, what, "Ask which of the two is right.", file=file)
