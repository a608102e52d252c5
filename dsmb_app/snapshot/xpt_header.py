"""The header of a SAS transport file (XPORT v5 and v8): which columns lie where in a record."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.delivered import NEW_COPY, Kind, format_text, looks_like

RECORD = 80
MEMBER_MARK = b"HEADER RECORD*******MEMB"
_LIBRARY, _MEMBER, _DESCRIPTOR, _NAMES, _ROWS = range(5)
_WORDS = {
    5: ("LIBRARY", "MEMBER", "DSCRPTR", "NAMESTR", "OBS"),
    8: ("LIBV8", "MEMBV8", "DSCPTV8", "NAMSTV8", "OBSV8"),
}
_MAX_TEXT = 32_767


class UnknownHeader(Refusal):
    """A header that is whole as far as it goes, but has another record where a known one is due."""


@dataclass(frozen=True)
class Variable:
    """One column: its bytes are ``position`` to ``position + length`` of every record; ``number`` is its place."""

    name: bytes
    label: bytes
    kind: Kind
    length: int
    position: int
    number: int
    format: str


@dataclass(frozen=True)
class Header:
    """All that stands before the data; ``rows`` only where the file says it (v8, written by SAS 9.4 and later)."""

    member: str
    variables: tuple[Variable, ...]
    rows: int | None
    data_start: int

    @property
    def record_length(self) -> int:
        """Bytes in one row."""
        return sum(variable.length for variable in self.variables)


def read_header(data: bytes, file: str) -> Header:
    """Parse the header. Refuse what is no transport file, a cut header, and columns that do not fit together."""
    version = _version(data, file)
    scan = _Scan(data, file, version)
    scan.take(3 * RECORD)
    size = scan.integer(scan.expect(_MEMBER)[74:78])
    scan.expect(_DESCRIPTOR)
    described = scan.take(2 * RECORD)
    count = scan.integer(scan.expect(_NAMES)[52:58])
    if size not in (136, 140) or count == 0:
        raise scan.refuse(f"it declares {count} columns in descriptions of {size} bytes")
    packed = scan.take(count * size)
    variables = [_variable(packed[i * size : (i + 1) * size], version, scan, i + 1) for i in range(count)]
    scan.skip_padding()
    if version == 8 and scan.sees(b"LABELV"):
        variables = _long_labels(scan, variables)
    _check_tiling(variables, file)
    rows = scan.expect(_ROWS)[48:63].strip()
    declared = int(rows) if version == 8 and rows.isdigit() and int(rows) > 0 else None
    member = described[8 : 40 if version == 8 else 16].decode("latin-1").rstrip(" \x00").upper()
    return Header(member, tuple(variables), declared, scan.at)


def _version(data: bytes, file: str) -> int:
    for version, words in _WORDS.items():
        mark = _mark(words[_LIBRARY])
        if data.startswith(mark) or mark.startswith(data):
            return version
    form = looks_like(data)
    what = f"The file is not a SAS transport file{f': it looks like {form}' if form else ''}."
    raise Refusal("SRC-XPT-NOT", what, "Export the data set with the XPORT engine, or as CSV.", file=file)


def _mark(word: str) -> bytes:
    return b"HEADER RECORD*******" + word.ljust(8).encode() + b"HEADER RECORD!!!!!!!"


class _Scan:
    """A place in the file that moves forward and refuses to pass the end."""

    def __init__(self, data: bytes, file: str, version: int) -> None:
        self.data, self.file, self.version, self.at = data, file, version, 0

    def refuse(self, why: str) -> Refusal:
        return Refusal("SRC-XPT-HEADER", f"The header is damaged: {why}.", NEW_COPY, file=self.file)

    def take(self, length: int) -> bytes:
        if self.at + length > len(self.data):
            raise self.refuse(f"the file ends inside it, after {len(self.data):,} bytes")
        self.at += length
        return self.data[self.at - length : self.at]

    def sees(self, word: bytes) -> bool:
        return self.data[self.at + 20 : self.at + 20 + len(word)] == word

    def expect(self, which: int) -> bytes:
        record, word = self.take(RECORD), _WORDS[self.version][which]
        if not record.startswith(_mark(word)):
            known = self.refuse(f"no {word} record at byte {self.at - RECORD:,}")
            raise UnknownHeader(known.code, known.what, known.todo, file=self.file)
        return record

    def integer(self, digits: bytes) -> int:
        if not digits.strip().isdigit():
            raise self.refuse(f"no number where one is due, before byte {self.at:,}")
        return int(digits)

    def skip_padding(self) -> None:
        if self.take(-self.at % RECORD).strip(b" \x00"):
            raise self.refuse(f"no blanks where they are due, before byte {self.at:,}")


def _variable(packed: bytes, version: int, scan: _Scan, place: int) -> Variable:
    """Unpack one NAMESTR: type, length, number, name, label, position (big-endian); in v8 the long name as well."""
    kind, length, number = struct.unpack_from(">H2xHH", packed, 0)
    name, label = packed[8:16], packed[16:56]
    (position,) = struct.unpack_from(">i", packed, 84)
    if version == 8:
        name = packed[88:120].strip(b" \x00") or name
    if kind not in (1, 2):
        raise _inconsistent(scan.file, f"column {place} has the unknown type {kind}")
    if not (2 <= length <= 8 if kind == 1 else 1 <= length <= _MAX_TEXT):
        raise _inconsistent(scan.file, f"column {place} has a length of {length:,} bytes")
    form, width, decimals = struct.unpack_from(">8s2H", packed, 56)
    shown = format_text(_word(form), width, decimals)
    return Variable(name.strip(b" \x00"), label, "number" if kind == 1 else "text", length, position, number, shown)


def _word(raw: bytes) -> str:
    return raw.decode("latin-1").strip(" \x00")


def _long_labels(scan: _Scan, variables: list[Variable]) -> list[Variable]:
    """Read the section of labels over 40 bytes (LABELV8), or of those and long format names (LABELV9)."""
    lengths = 5 if scan.sees(b"LABELV9") else 3
    places = {variable.number: place for place, variable in enumerate(variables)}
    out = list(variables)
    for _ in range(scan.integer(scan.take(RECORD)[48:])):
        number, name, label, *rest = struct.unpack(f">{lengths}H", scan.take(2 * lengths))
        scan.take(name)
        long_label = scan.take(label)
        scan.take(sum(rest))
        if number not in places:
            raise scan.refuse(f"a label for column {number}, which the file does not have")
        out[places[number]] = replace(variables[places[number]], label=long_label)
    scan.skip_padding()
    return out


def _check_tiling(variables: list[Variable], file: str) -> None:
    """Refuse columns that overlap or leave a gap: the length of a record would be a guess."""
    end = 0
    for variable in sorted(variables, key=lambda v: v.position):
        if variable.position != end:
            name = variable.name.decode("latin-1")
            how = "overlaps the one before" if variable.position < end else "leaves a gap after the one before"
            raise _inconsistent(file, f"column {name} {how} (it starts at byte {variable.position:,}, not {end:,})")
        end += variable.length


def _inconsistent(file: str, why: str) -> Refusal:
    return Refusal("SRC-XPT-NAMESTR", f"The description of the columns is inconsistent: {why}.", NEW_COPY, file=file)
