"""How the reading process hands datasets over: a line of JSON and plain arrays, never a pickle.

A pickle can run code where it is opened. The reader may have been taken over by the file that it reads, so what it
says is data and no more, and is checked.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from typing import IO, Any

import numpy as np

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.delivered import Column, Table, TextColumn
from dsmb_app.snapshot.reading import Delivered, End, Event, Step

_LENGTH = struct.Struct("<Q")
_CODES, _NUMBERS = np.dtype("<i4"), np.dtype("<f8")


class BrokenPipeFromReaderError(Exception):
    """The reading process ended, or does not keep to the form."""


def send(
    stream: IO[bytes], kind: str, content: Mapping[str, Any], arrays: tuple[np.ndarray[Any, Any], ...] = ()
) -> None:
    """Write one message: length of the head, head (JSON), then the arrays without gaps."""
    head = json.dumps({"kind": kind, **content}, separators=(",", ":")).encode("ascii")
    stream.write(_LENGTH.pack(len(head)) + head)
    for array in arrays:
        stream.write(array.data)
    stream.flush()


def send_event(stream: IO[bytes], event: Event) -> None:
    """Write what ``reading.read_folder`` yields."""
    if isinstance(event, Delivered):
        table = event.table
        columns = [_describe(name, column, table) for name, column in table.columns.items()]
        head = {"name": event.name, "file_name": event.file_name, "sha256": event.sha256, "rows": table.rows}
        arrays = tuple(_array(column) for column in table.columns.values())
        send(stream, "dataset", {**head, "columns_in_file": table.columns_in_file, "columns": columns}, arrays)
    else:
        send(stream, "step" if isinstance(event, Step) else "end", asdict(event))


def send_refusal(stream: IO[bytes], refusal: Refusal) -> None:
    """Write a refusal; it is raised at the other end."""
    parts = {"code": refusal.code, "what": refusal.what, "todo": refusal.todo, "file": refusal.file}
    send(stream, "refusal", {**parts, "row": refusal.row})


def _describe(name: str, column: Column, table: Table) -> dict[str, Any]:
    words = column.words if isinstance(column, TextColumn) else None
    return {"name": name, "label": table.labels[name], "format": table.formats.get(name, ""), "words": words}


def _array(column: Column) -> np.ndarray[Any, Any]:
    if isinstance(column, TextColumn):
        return np.ascontiguousarray(column.codes, dtype=_CODES)
    return np.ascontiguousarray(column, dtype=_NUMBERS)


def receive(stream: IO[bytes]) -> tuple[str, dict[str, Any]]:
    """Read the head of the next message: its kind and its content. Raises BrokenPipeFromReaderError at the end."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    try:
        head = json.loads(_exactly(stream, length))
        return str(head.pop("kind")), head
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenPipeFromReaderError("its answer has no form") from error


def receive_event(stream: IO[bytes], kind: str, head: dict[str, Any]) -> Event:
    """Return the event of a message. Raises Refusal where it is one, BrokenPipeFromReaderError where it is none."""
    try:
        return _event(stream, kind, head)
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenPipeFromReaderError("its answer has no form") from error


def _event(stream: IO[bytes], kind: str, head: dict[str, Any]) -> Event:
    if kind == "refusal":
        raise Refusal(head["code"], head["what"], head["todo"], file=head["file"], row=head["row"])
    if kind == "step":
        return Step(**head)
    if kind == "end":
        return End(tuple(head["notes"]), head["study"])
    if kind != "dataset":
        raise BrokenPipeFromReaderError("its answer has no known kind")
    listed, rows = head["columns"], int(head["rows"])
    table = Table(
        columns={item["name"]: _column(stream, item["words"], rows) for item in listed},
        rows=rows,
        labels={item["name"]: item["label"] for item in listed},
        columns_in_file=int(head["columns_in_file"]),
        formats={item["name"]: item["format"] for item in listed},
    )
    return Delivered(head["name"], head["file_name"], head["sha256"], table)


def _column(stream: IO[bytes], words: list[str] | None, rows: int) -> Column:
    if words is None:
        return np.frombuffer(_exactly(stream, rows * _NUMBERS.itemsize), _NUMBERS)
    codes = np.frombuffer(_exactly(stream, rows * _CODES.itemsize), _CODES)
    if rows and (codes.min() < 0 or codes.max() >= len(words)):
        raise BrokenPipeFromReaderError("a cell has no text")
    return TextColumn(codes, tuple(words))


def _exactly(stream: IO[bytes], length: int) -> bytearray:
    """Read so many bytes, in a buffer of which arrays can be made without a copy."""
    out = bytearray()
    while len(out) < length:
        part = stream.read(min(length - len(out), 1 << 26))
        if not part:
            raise BrokenPipeFromReaderError("it ended")
        out += part
    return out
