"""SAS transport files whose header our own reader does not know: pyreadstat reads them, and is checked."""

from __future__ import annotations

import io

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.delivered import Table, check_names
from dsmb_app.snapshot.readstat import columns_of, formats_of, labels_of

_RECORD = 80
_ROWS_MARK = b"HEADER RECORD*******OBS"


def read_unknown(data: bytes, file: str, unknown: Refusal) -> Table:
    """Read the file with pyreadstat. Raises ``unknown``, our reader's refusal, where that cannot be trusted.

    pyreadstat reads a cut file to where it ends and says nothing, so what it found must account for every byte: the
    rows fill the area behind the mark of the rows but for less than one record of blanks.
    """
    import pyreadstat  # noqa: PLC0415 - it starts slowly, and hardly a file needs it

    if len(data) % _RECORD:
        raise unknown
    try:
        values, meta = pyreadstat.read_xport(io.BytesIO(data), output_format="dict", disable_datetime_conversion=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError) as error:
        raise unknown from error
    names = check_names(meta.column_names, file)
    columns = columns_of(values, meta, names)
    rows = int(meta.number_rows or 0)
    width = sum(meta.variable_storage_width.values())
    if not width or not _accounts_for(data, rows * width):
        raise unknown
    what = "its header has a form that this program does not know; pyreadstat read it, see that all is there"
    return Table(
        columns=columns,
        rows=rows,
        labels=labels_of(meta, names),
        columns_in_file=len(names),
        notes=(f"{file}: {what} (rows: {rows:,}, columns: {len(names):,})",),
        formats=formats_of(meta, names),
    )


def _accounts_for(data: bytes, length: int) -> bool:
    """Tell whether rows of ``length`` bytes in all, and less than a record of blanks, are all behind the mark."""
    marks = [at for at in range(0, len(data), _RECORD) if data.startswith(_ROWS_MARK, at)]
    if len(marks) != 1:
        return False
    rest = data[marks[0] + _RECORD + length :]
    return marks[0] + _RECORD + length <= len(data) and len(rest) < _RECORD and not rest.strip(b" ")
