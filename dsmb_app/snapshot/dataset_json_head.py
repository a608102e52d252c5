"""What a Dataset-JSON file says of itself before its rows: version, name, number of records, columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.delivered import Kind, brief, check_names, format_text

_KNOWN = frozenset({
    "datasetJSONCreationDateTime", "datasetJSONVersion", "fileOID", "dbLastModifiedDateTime", "originator",
    "sourceSystem", "studyOID", "metaDataVersionOID", "metaDataRef", "itemGroupOID", "records", "name", "label",
    "columns", "rows",
})  # fmt: skip
_KNOWN_IN_COLUMN = frozenset({
    "itemOID", "name", "label", "dataType", "targetDataType", "length", "displayFormat", "keySequence",
})  # fmt: skip
_NUMBERS = frozenset({"integer", "float", "double", "decimal"})
_TEXTS = frozenset({"string", "URI", "boolean"})
# A numeric date without a display format is shown as SAS would show it, so that later steps know what it counts.
_TIMES = {"date": "DATE9.", "datetime": "DATETIME20.", "time": "TIME8."}


@dataclass(frozen=True)
class JsonColumn:
    """One column: its type in the file, what it holds in the table, and its label and display format."""

    name: str
    label: str
    type: str
    kind: Kind
    format: str


@dataclass(frozen=True)
class Head:
    """The attributes that matter; ``notes`` name those that the standard does not have."""

    records: int
    columns: tuple[JsonColumn, ...]
    notes: tuple[str, ...]


def read_head(attributes: Mapping[str, Any], file: str, *, whole: bool = True) -> Head:
    """Check the attributes of a file. ``whole`` is false while those behind the rows are not known yet."""
    version = attributes.get("datasetJSONVersion")
    if not isinstance(version, str) or not re.fullmatch(r"1\.1(\.(0|[1-9][0-9]*))?", version):
        said = brief(version) if isinstance(version, str) else "no text"
        what = f"The file is Dataset-JSON of version {said}; only 1.1 is read."
        raise Refusal("SRC-JSON-VERSION", what, "Ask for it as Dataset-JSON 1.1, XPT or CSV.", file=file)
    columns = _columns(attributes.get("columns"), file)
    if not whole:
        return Head(0, columns, ())
    records = attributes.get("records")
    if type(records) is not int or records < 0:
        _refuse("it does not say how many records it has", file)
    _check_name(attributes.get("name"), file)
    return Head(records, columns, _notes(attributes, file))


def _refuse(why: str, file: str) -> NoReturn:
    what = f"The description of the dataset cannot be used: {why}."
    raise Refusal("SRC-JSON-HEAD", what, "Have it written again as Dataset-JSON 1.1.", file=file)


def _check_name(name: Any, file: str) -> None:
    stem = file.rpartition(".")[0]
    if not isinstance(name, str) or not name:
        _refuse("it has no name", file)
    if name.upper() != stem.upper():
        what = f"The file is called {brief(stem)}, but the dataset in it {brief(name)}."
        raise Refusal("SRC-JSON-NAME", what, "Ask which of the two is right, and rename the file.", file=file)


def _columns(listed: Any, file: str) -> tuple[JsonColumn, ...]:
    if not isinstance(listed, list) or not listed:
        _refuse("it lists no columns", file)
    for place, item in enumerate(listed, start=1):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            _refuse(f"column {place} has no name", file)
    names = check_names((item["name"] for item in listed), file)
    return tuple(_column(name, item, file) for name, item in zip(names, listed, strict=True))


def _column(name: str, item: Mapping[str, Any], file: str) -> JsonColumn:
    kind, shown = item.get("dataType"), item.get("displayFormat", "")
    label = item.get("label", "")
    if not isinstance(kind, str) or kind not in _NUMBERS | _TEXTS | set(_TIMES):
        said = brief(kind) if isinstance(kind, str) else "none"
        _refuse(f"column {name} has the type {said}, which Dataset-JSON 1.1 does not have", file)
    target = item.get("targetDataType")
    if target not in (None, "integer", "decimal"):
        _refuse(f"column {name} has a targetDataType other than integer and decimal", file)
    if not isinstance(shown, str | None) or not isinstance(label, str | None):
        _refuse(f"column {name} has a label or format that is no text", file)
    is_number = kind in _NUMBERS or (kind in _TIMES and target is not None)
    form = format_text(shown or "") or (_TIMES.get(kind, "") if is_number else "")
    return JsonColumn(name, (label or "").strip(), kind, "number" if is_number else "text", form)


def _notes(attributes: Mapping[str, Any], file: str) -> tuple[str, ...]:
    extra = sorted(set(attributes) - _KNOWN)
    extra += sorted({key for item in attributes["columns"] for key in item} - _KNOWN_IN_COLUMN)
    if not extra:
        return ()
    shown = ", ".join(brief(key) for key in extra[:10]) + (", ..." if len(extra) > 10 else "")
    return (f"{file}: attributes that Dataset-JSON 1.1 does not have were not used: {shown}",)
