"""What a source folder holds: dataset files, a manifest, a define.xml, and what is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import json_form
from dsmb_app.snapshot import manifest as transfer
from dsmb_app.snapshot.delivered import brief

SIZE_LIMIT = 2 * 1024**3

BY_SUFFIX = frozenset({".xpt", ".csv", ".sas7bdat"})
_BY_CONTENT = frozenset({".json", ".ndjson"})
_DEFINE = "define.xml"
# What lies beside the data in a normal transfer and is not data.
_COMPANION = re.compile(r"\.(toml|xml|xsl|txt|md|pdf|html?|sas|log|lst)")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
# A web page or a cut file under such a name was meant to be data, and must not pass as a companion.
_DATA_NAME = re.compile(r"[A-Z][A-Z0-9]|SUPP[A-Z0-9]{2,4}|RELREC|AD(SL|AE|LB|EX|VS|CM|MH|DS|EG|TTE)")


@dataclass(frozen=True)
class Folder:
    """Dataset files by upper-case dataset name, the manifest's entries by file name in lower case, and notes."""

    files: Mapping[str, Path]
    entries: Mapping[str, transfer.Entry] | None
    define: Path | None
    notes: tuple[str, ...]


def look_around(path: Path) -> Folder:
    """Sort the files of a folder. Refuse what is no folder, holds no dataset, or is not what the manifest lists."""
    visible = _visible(path)
    names = [found.name for found in visible if found.is_file()]
    by_lower = {name.casefold(): name for name in names}
    manifest = by_lower.get(transfer.MANIFEST)
    entries = None if manifest is None else transfer.read_manifest(read_bytes(path / manifest), manifest)
    data, others = [], []
    for name in names:
        if name == manifest:
            continue
        if _is_data(path / name, listed=entries is not None and name.casefold() in entries):
            data.append(name)
        elif not _COMPANION.fullmatch(_suffix(name)):
            others.append(name)
    others += [f"{found.name} (a folder)" if found.is_dir() else f"{found.name} (not a file)"
               for found in visible if not found.is_file()]  # fmt: skip
    files = _by_dataset(path, data)
    if entries is not None:
        transfer.check_files(entries, data)
    define = by_lower.get(_DEFINE)
    return Folder(files, entries, path / define if define else None, _notes(entries is not None, others))


def _visible(path: Path) -> list[Path]:
    if not path.is_dir():
        what = "The source is not a folder." if path.exists() else "The source folder does not exist."
        raise Refusal("SRC-FOLDER", what, "Give the folder that holds the dataset files.", file=path.name or str(path))
    try:
        found = sorted(path.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise _unreadable(path, error) from error
    return [entry for entry in found if not entry.name.startswith((".", "~$"))]


def _notes(has_manifest: bool, others: list[str]) -> tuple[str, ...]:
    notes = [] if has_manifest else ["no manifest.json: the completeness of the files cannot be checked"]
    if others:
        notes.append(f"not read, because they are not datasets in a known form: {', '.join(others)}")
    return tuple(notes)


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _is_data(path: Path, *, listed: bool) -> bool:
    """Tell whether a file is to be read as a dataset: by its ending, and a JSON file by what it says.

    A JSON file that the manifest lists, or that is called like a dataset, is one in any case, so that a damaged one
    is refused by its reader and not passed over.
    """
    suffix = _suffix(path.name)
    if suffix in BY_SUFFIX:
        return True
    if suffix not in _BY_CONTENT:
        return False
    if listed or is_dataset_name(path.stem.upper()):
        return True
    return path.stat().st_size > 0 and json_form.says_dataset(read_bytes(path), lines=suffix == ".ndjson")


def is_dataset_name(name: str) -> bool:
    """Tell whether a name (upper case) is that of a usual dataset, such as DM, SUPPAE or ADSL."""
    return _DATA_NAME.fullmatch(name) is not None


def _by_dataset(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for file in names:
        path = folder / file
        name = path.stem.upper()
        if not _NAME.fullmatch(name):
            what = f"{brief(path.stem)} is not the name of a dataset."
            raise Refusal("SRC-NAME", what, "Rename the file (ae, suppae), or remove it.", file=file)
        if name in files:
            what = f"Dataset {name} is there twice, in {files[name].name} and in {file}."
            raise Refusal("SRC-TWICE", what, "Remove the one that does not belong to this transfer.", file=file)
        files[name] = path
    if not files:
        what = "The folder holds no dataset: no .xpt, .sas7bdat or .csv file, and no Dataset-JSON."
        raise Refusal(
            "SRC-NONE", what, "Give the folder that holds the dataset files.", file=folder.name or str(folder)
        )
    return files


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes. Refuse one that is empty, over the limit, or cannot be read."""
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            what = f"The file has {size:,} bytes; the limit is {SIZE_LIMIT:,}."
            raise Refusal("SRC-SIZE", what, "Leave out what the board does not need.", file=path.name)
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not data:
        raise Refusal("SRC-EMPTY", "The file is empty.", "Ask for the file again.", file=path.name)
    return data


def _unreadable(path: Path, error: OSError) -> Refusal:
    why = error.strerror or type(error).__name__
    return Refusal("SRC-READ", f"It cannot be read ({why}).", "See that you may read it.", file=path.name)
