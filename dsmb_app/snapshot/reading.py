"""Reading a source folder file by file, without pandas: what the reading process does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import manifest as transfer
from dsmb_app.snapshot.csv_text import read_csv
from dsmb_app.snapshot.dataset_json import read_dataset_json, read_dataset_ndjson
from dsmb_app.snapshot.delivered import Table, TextColumn
from dsmb_app.snapshot.folder import look_around, read_bytes
from dsmb_app.snapshot.sas7bdat import read_sas7bdat
from dsmb_app.snapshot.sas_dates import iso_text, moment_of
from dsmb_app.snapshot.xpt import read_xpt

_READERS: dict[str, Callable[[bytes, str], Table]] = {
    ".xpt": read_xpt,
    ".csv": read_csv,
    ".json": read_dataset_json,
    ".ndjson": read_dataset_ndjson,
    ".sas7bdat": read_sas7bdat,
}


@dataclass(frozen=True)
class Step:
    """The reader turns to a file of ``size`` bytes; ``done`` of ``total`` KiB of dataset files lie behind it."""

    file: str
    done: int
    total: int
    size: int


@dataclass(frozen=True)
class Delivered:
    """One dataset, read and checked against the manifest."""

    name: str
    file_name: str
    sha256: str
    table: Table


@dataclass(frozen=True)
class End:
    """All is read: warnings in plain sentences, and how define.xml describes the study ("" where it does not)."""

    notes: tuple[str, ...] = ()
    study: Mapping[str, str] = field(default_factory=dict)


Event = Step | Delivered | End


def read_folder(path: Path) -> Iterator[Event]:
    """Read every dataset file of a folder, in the order of their names; yield a Step before each, at last an End.

    Raises ``Refusal`` (codes ``SRC-...``) for whatever cannot be used; nothing is skipped or repaired.
    """
    folder = look_around(path)
    notes = list(folder.notes)
    labels, study, said = _define(folder.define)
    notes.extend(said)
    sizes = {name: file.stat().st_size for name, file in folder.files.items()}
    done, total = 0, sum(_kib(size) for size in sizes.values())
    for name, file in folder.files.items():
        yield Step(file.name, done, total, sizes[name])
        entry = folder.entries[file.name.casefold()] if folder.entries is not None else None
        dataset = _read_dataset(name, file, entry, labels.get(name, {}))
        notes.extend(dataset.table.notes)
        yield dataset
        done += _kib(sizes[name])
    yield End(tuple(notes), study)


def _kib(size: int) -> int:
    return -(-size // 1024)


def _define(path: Path | None) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, str], tuple[str, ...]]:
    """Return labels and study of define.xml, and a note where it cannot be used: nothing depends on it."""
    if path is None:
        return {}, {}, ()
    from dsmb_app.snapshot.define_xml import DefineError, read_define  # noqa: PLC0415 - most folders have none

    try:
        define = read_define(read_bytes(path))
    except DefineError as error:
        return {}, {}, (f"{path.name}: not used, because {error}",)
    except Refusal as refusal:
        return {}, {}, (f"{path.name}: not used. {refusal.what}",)
    study = {"study": define.study, "protocol": define.protocol, "description": define.description}
    return define.labels, study, ()


def _read_dataset(name: str, path: Path, entry: transfer.Entry | None, labels: Mapping[str, str]) -> Delivered:
    data = read_bytes(path)
    sha256 = hashlib.sha256(data).hexdigest()
    if entry:
        transfer.check_hash(entry, sha256, path.name)
    table = _READERS[path.suffix.lower()](data, path.name)
    if entry:
        transfer.check_counts(entry, table.rows, table.columns_in_file, path.name)
    table = _with_iso_dates(table, path.name)
    known = {column: table.labels.get(column) or labels.get(column, "") for column in table.columns}
    return Delivered(name, path.name, sha256, replace(table, labels=known))


def _with_iso_dates(table: Table, file: str) -> Table:
    """Turn numbers that are dates into the text that an SDTM --DTC column holds; others stay numbers."""
    columns, changed = dict(table.columns), []
    for name, column in table.columns.items():
        moment = moment_of(table.formats.get(name, ""))
        if name.endswith("DTC") and moment and not isinstance(column, TextColumn):
            columns[name] = iso_text(column, moment)
            changed.append(name)
    if not changed:
        return table
    note = f"{file}: numbers that SAS shows as dates were read as ISO 8601 dates: {', '.join(changed)}"
    return replace(table, columns=columns, notes=(*table.notes, note))
