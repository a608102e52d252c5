"""Small JSON files that this program writes and people carry: read strictly, written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.atomic import write_atomically
from dsmb_app.snapshot.canonical import from_strict

Model = TypeVar("Model", bound=BaseModel)

_MAX_SIZE = 64 * 1024 * 1024


def read_own_file(
    path: Path, model: type[Model], *, kind: str, code: str, version: int, most: int = _MAX_SIZE
) -> Model:
    """Return a file's content checked against ``model``, whose field ``format`` must be ``version``.

    ``kind`` names the file to the reader ("the trial file"); ``most`` bytes is the longest that it can be. Raises
    Refusal with a code that starts with ``code``; no sentence quotes a value, because values are keys and phrases.
    """
    value = _read_object(path, kind, code, most)
    if value.get("format") != version:
        raise Refusal(
            f"{code}-VERSION",
            f"This is not {kind} of format {version}.",
            "Choose the right file, or install the newest version of the program.",
            file=path.name,
        )
    try:
        return model.model_validate(value)
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        where = f'the field "{place[0]}"' if place else "a field"
    # Raised outside the handler, so that no traceback carries the values.
    raise Refusal(
        f"{code}-BAD",
        f"In {kind}, {where} is missing, unknown or malformed.",
        "Use the file as the program wrote it, from a backup if it was edited.",
        file=path.name,
    )


def write_own_file(path: Path, content: BaseModel) -> None:
    """Write ``content`` whole or not at all, for its owner alone. Raises Refusal."""
    text = json.dumps(content.model_dump(), indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False)
    write_atomically(path, f"{text}\n".encode("ascii"), mode=0o600)


def first_line(path: Path, *, what: str, code: str) -> str:
    """Return the first line of a text file that holds a secret such as a phrase. Raises Refusal ``code``."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise Refusal(code, f"It cannot be read: {why}.", "Give a text file.", file=path.name) from None
    line = next(iter(text.splitlines()), "")
    if not line.strip():
        raise Refusal(code, "Its first line is empty.", f"Put the {what} on its first line.", file=path.name)
    return line


def _read_object(path: Path, kind: str, code: str, most: int) -> dict[str, object]:
    try:
        with path.open("rb") as handle:
            data = handle.read(most + 1)
    except FileNotFoundError as error:
        raise Refusal(
            f"{code}-MISSING", f"There is no such file ({kind}).", "Check the name and the folder.", file=path.name
        ) from error
    except OSError as error:
        raise Refusal(
            f"{code}-UNREADABLE",
            f"The file cannot be read ({error.strerror or type(error).__name__}).",
            "Check that it is a file and that you may read it.",
            file=path.name,
        ) from error
    try:
        value = from_strict(data) if len(data) <= most else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refusal(
            f"{code}-JSON",
            f"This is not {kind}: it is no whole JSON object.",
            "Choose the right file, or take it from a backup.",
            file=path.name,
        )
    return value
