"""The same workbook gives the same bytes: fixed times, sorted parts, nothing of the program or the machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date

from dsmb_app.packs.compressed import Compressed

_APP = "docProps/app.xml"
_NO_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)


def clean_bytes(data: bytes, day: date, sheets: Mapping[str, Compressed]) -> bytes:
    """Return the workbook's zip file written anew: parts sorted by name, each dated ``day``, no host system named.

    ``sheets``: the parts that ``data`` leaves out, by name. The part that names the writing program is emptied. A zip
    file cannot hold a day before 1980.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted([*old.namelist(), *sheets]):
            part = zipfile.ZipInfo(name, date_time=(max(day.year, 1980), day.month, day.day, 0, 0, 0))
            part.create_system = 0
            part.compress_type = zipfile.ZIP_DEFLATED
            with new.open(part, "w") as target:
                for piece in _pieces(old, name, sheets):
                    target.write(piece)
    return out.getvalue()


def _pieces(old: zipfile.ZipFile, name: str, sheets: Mapping[str, Compressed]) -> Iterable[bytes]:
    if name in sheets:
        return sheets[name].pieces()
    return [_NO_APP if name == _APP else old.read(name)]
