"""One table in every form that is read: the same frame comes back, to the last row."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.csv_text import read_csv
from dsmb_app.snapshot.dataset_json import read_dataset_json, read_dataset_ndjson
from dsmb_app.snapshot.delivered import Table
from dsmb_app.snapshot.sas7bdat import read_sas7bdat
from dsmb_app.snapshot.source import Dataset, number
from dsmb_app.snapshot.xpt import read_xpt
from tests.sas_files import Sas, sas7bdat
from tests.sending import ID_TERM, build, write

# Trailing blanks mean nothing in any form; what only some forms can hold (control characters) is left out.
TERMS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]) | st.sampled_from(' ,;"'), max_size=12).map(
    str.rstrip
)
# Doubles that a transport file holds exactly: its exponent has a smaller range than that of a double.
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False, min_value=1e-30, max_value=1e30).map(
    lambda value: float(f"{value:.12g}")
)  # fmt: skip
TABLES = st.lists(st.tuples(st.integers(1, 999).map("S{}".format), TERMS, NUMBERS), min_size=1, max_size=12)
NAMES = ["USUBJID", "AETERM", "AEDOSE"]


def xpt(rows: list[tuple[Any, ...]], version: Literal[5, 8]) -> Table:
    frame = pd.DataFrame(rows, columns=NAMES).astype({"AEDOSE": float})
    with tempfile.TemporaryDirectory() as folder:
        return read_xpt(write(Path(folder) / "ae.xpt", frame, version), "ae.xpt")


def text(rows: list[tuple[Any, ...]], mark: str, encoding: str) -> Table:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writerows([NAMES, *([name, term, "" if dose is None else repr(dose)] for name, term, dose in rows)])
    return read_csv(out.getvalue().encode(encoding), "ae.csv")


def json_head(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    types = ["string", "string", "double"]
    columns = [
        {"itemOID": name, "name": name, "label": "", "dataType": type_}
        for name, type_ in zip(NAMES, types, strict=True)
    ]
    return {"datasetJSONVersion": "1.1.0", "records": len(rows), "name": "ae", "label": "", "columns": columns}


def as_json(rows: list[tuple[Any, ...]], ascii_only: bool) -> Table:
    content = json_head(rows) | {"rows": rows}
    return read_dataset_json(json.dumps(content, ensure_ascii=ascii_only).encode(), "ae.json")


def in_lines(rows: list[tuple[Any, ...]], ascii_only: bool) -> Table:
    made = [json.dumps(line, ensure_ascii=ascii_only) for line in [json_head(rows), *rows]]
    return read_dataset_ndjson("\n".join(made).encode(), "ae.ndjson")


def sas(rows: list[tuple[Any, ...]]) -> Table:
    columns = [Sas("USUBJID", 4), Sas("AETERM", 48), Sas("AEDOSE")]
    return read_sas7bdat(sas7bdat(columns, [list(row) for row in rows]), "ae.sas7bdat")


def doses(table: Table) -> list[float]:
    dataset = Dataset("AE", "ae", "0" * 64, table.frame, table.labels, table.kinds, 3)
    return number(dataset, "AEDOSE").tolist()


@settings(max_examples=60)
@given(TABLES)
def test_that_a_table_in_every_form_reads_back_equal(rows: list[tuple[str, str, float | None]]) -> None:
    tables = [xpt(rows, 5), xpt(rows, 8), as_json(rows, True), as_json(rows, False), in_lines(rows, True)]
    tables += [in_lines(rows, False)]
    tables += [sas(rows)]
    tables += [text(rows, mark, code) for mark in ",;\t" for code in ("utf-8", "utf-8-sig", "utf-16")]
    for table in tables:
        assert table.rows == len(rows)
        assert table.frame["USUBJID"].tolist() == [row[0] for row in rows]
        assert table.frame["AETERM"].tolist() == [row[1] for row in rows]
        np.testing.assert_array_equal(doses(table), [np.nan if row[2] is None else row[2] for row in rows])


IDS, WORDS = st.text("S0123456789", min_size=1, max_size=4), st.text("abc xyz", max_size=6).map(str.rstrip)


@settings(max_examples=60)
@given(st.lists(st.tuples(IDS, WORDS), min_size=1, max_size=40), st.data())
def test_that_a_cut_transport_file_never_reads_as_the_whole(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    whole = build(ID_TERM, b"".join(one.ljust(4).encode() + two.ljust(6).encode() for one, two in rows))
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        assert read_xpt(cut, "ae.xpt").rows < len(rows)  # cut at a record of 80 bytes and at a row: nothing shows it
        assert len(cut) % 80 == 0
    except Refusal as refusal:
        assert refusal.code in {"SRC-XPT-HEADER", "SRC-XPT-CUT", "SRC-XPT-NOT"}  # noqa: PT017 - both ends are right


# -------------------------------------------------------------------------------- a header that pyreadstat must read


def unknown(rows: int) -> bytes:
    """Return a file whose last mark stands one place further to the left than all writers known here put it."""
    data = build(ID_TERM, b"S1  Rash  " * rows)
    return data.replace(b"OBS     HEADER RECORD!!!!!!!", b"OBS    HEADER RECORD!!!!!!! ")


def test_that_a_header_of_unknown_form_is_read_by_the_other_reader_with_a_note() -> None:
    table = read_xpt(unknown(9), "ae.xpt")
    assert table.frame.to_dict("list") == {"USUBJID": ["S1"] * 9, "AETERM": ["Rash"] * 9}
    assert table.labels == {"USUBJID": "USUBJID label", "AETERM": "AETERM label"}
    (note,) = table.notes
    assert note.startswith("ae.xpt: its header has a form that this program does not know; pyreadstat read it")


def test_that_the_other_reader_hides_no_cut() -> None:
    whole = unknown(100)
    start = whole.index(b"HEADER RECORD*******OBS") + 80
    for length in range(len(whole)):
        fits = length >= start and (length - start) % 80 == 0
        if fits:  # 80 bytes are 8 whole rows here: no reader can see it, and the note says so
            assert read_xpt(whole[:length], "ae.xpt").rows == (length - start) // 10
            continue
        with pytest.raises(Refusal):
            read_xpt(whole[:length], "ae.xpt")


@pytest.mark.parametrize("behind", [b"x" * 80, b" " * 80, b" " * 60 + b"x" * 20])
def test_that_what_the_other_reader_leaves_over_is_refused(behind: bytes) -> None:
    data = build([("USUBJID", 2, 70)], b"S1".ljust(70)).replace(
        b"OBS     HEADER RECORD!!!!!!!", b"OBS    HEADER RECORD!!!!!!! "
    )
    assert read_xpt(data, "ae.xpt").rows == 1
    with pytest.raises(Refusal) as caught:
        read_xpt(data + behind, "ae.xpt")
    assert caught.value.code == "SRC-XPT-HEADER"
