"""CSV files: read as text, with every doubt refused by file and row."""

from __future__ import annotations

import csv
import hashlib
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.csv_text import read_csv
from dsmb_app.snapshot.source import number, read_source
from tests.shared_data import SHARED_DATA, needs_shared_data


def refused(data: str | bytes, file: str = "ae.csv") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_csv(data if isinstance(data, bytes) else data.encode(), file)
    return caught.value


def rows_of(data: str | bytes) -> list[dict[str, str]]:
    frame = read_csv(data if isinstance(data, bytes) else data.encode(), "ae.csv").frame
    return [{str(key): str(value) for key, value in row.items()} for row in frame.to_dict("records")]


# ------------------------------------------------------------------------------------------------- reading


@needs_shared_data
@pytest.mark.parametrize("name", ["ae", "dm", "ds", "ex", "lb"])
def test_that_a_real_csv_file_is_what_a_plain_reader_reads(name: str) -> None:
    path = SHARED_DATA / "statin" / f"{name}.csv"
    header, *rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    table = read_csv(path.read_bytes(), path.name)
    assert list(table.frame.columns) == header[1:]  # the first column, unnamed or OBS, holds row numbers
    assert table.columns_in_file == len(header)
    assert set(table.kinds.values()) == {"text"}
    assert table.frame.to_numpy().tolist() == [[value.strip() for value in row[1:]] for row in rows]


@needs_shared_data
def test_that_a_real_csv_folder_reads_as_datasets_with_numbers() -> None:
    source = read_source(SHARED_DATA / "statin")
    assert sorted(source.datasets) == ["AE", "DM", "DS", "EX", "LB"]
    expected = pd.read_csv(SHARED_DATA / "statin" / "lb.csv")
    np.testing.assert_array_equal(number(source.datasets["LB"], "LBSTRESN"), expected["LBSTRESN"])
    assert source.datasets["LB"].sha256 == hashlib.sha256((SHARED_DATA / "statin" / "lb.csv").read_bytes()).hexdigest()


@given(st.lists(st.tuples(st.text("ab,\"\r\n é;'\t=", max_size=8), st.text('xy \n"', max_size=5)), max_size=20))
def test_that_quoted_fields_come_back_as_they_were_written(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("AETERM", "AEOUT"), *rows])
    table = read_csv(out.getvalue().encode(), "ae.csv")
    assert table.frame.to_numpy().tolist() == [[value.rstrip(" ") for value in row] for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_that_the_usual_encodings_and_line_ends_read_alike(encoding: str, end: str) -> None:
    data = end.join(["usubjid,AETERM", "S1,Ménière", "S2,Rash", ""]).encode(encoding)
    assert rows_of(data) == [{"USUBJID": "S1", "AETERM": "Ménière"}, {"USUBJID": "S2", "AETERM": "Rash"}]


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16-le", "utf-16-be"])
def test_that_semicolons_and_tabs_separate_too_and_are_noted(mark: str, word: str, encoding: str) -> None:
    rows = [['""', "usubjid", "AETERM"], ["1", "S1", '"Ménière, left"'], ["2", "S2", '"a;b\tc"']]
    text = "".join(mark.join(row) + "\n" for row in rows)
    start = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    table = read_csv(start + text.encode(encoding), "ae.csv")
    assert table.frame.to_numpy().tolist() == [["S1", "Ménière, left"], ["S2", "a;b\tc"]]
    assert any(note == f"ae.csv: the fields are separated by {word}" for note in table.notes)


def test_that_commas_in_a_header_of_one_column_do_not_matter() -> None:
    assert rows_of("USUBJID\nS1;S2\n") == [{"USUBJID": "S1;S2"}]


def test_that_big_endian_utf16_reads_too() -> None:
    data = b"\xfe\xff" + "USUBJID,AETERM\nS1,Ménière\n".encode("utf-16-be")
    assert rows_of(data) == [{"USUBJID": "S1", "AETERM": "Ménière"}]


def test_that_windows_1252_is_noted_with_the_count_of_its_lines() -> None:
    (note,) = read_csv("USUBJID,AETERM\nS1,Ménière\nS2,Rash\nS3,Sjögren\n".encode("cp1252"), "ae.csv").notes
    assert "Windows-1252" in note
    assert note.endswith("(lines with such: 2)")


def test_that_blanks_around_a_key_and_behind_a_text_go() -> None:
    (row,) = rows_of('USUBJID,AESPID,AETERM\n"  S1 ", 7 ,"  Rash  "\n')
    assert row == {"USUBJID": "S1", "AESPID": "7", "AETERM": "  Rash"}


def test_that_numbers_missing_words_and_leading_zeros_arrive_as_text() -> None:
    assert rows_of("SITEID,AGE,DTHFL\n007,NA,\n") == [{"SITEID": "007", "AGE": "NA", "DTHFL": ""}]


@pytest.mark.parametrize(
    ("header", "first", "left"),
    [
        ('""', ["1", "2"], ["USUBJID"]),
        ("", ["a", "b"], ["USUBJID"]),
        ("Unnamed: 0", ["0", "1"], ["USUBJID"]),
        ("obs", ["1", "2"], ["USUBJID"]),
        ("OBS", ["3", "17"], ["USUBJID"]),
        ("OBS", ["2", "1"], ["OBS", "USUBJID"]),
        ("OBS", ["1", "1"], ["OBS", "USUBJID"]),
        ("OBS", ["yes", "no"], ["OBS", "USUBJID"]),
    ],
)
def test_that_row_numbers_are_dropped_and_nothing_else(header: str, first: list[str], left: list[str]) -> None:
    table = read_csv(f"{header},USUBJID\n{first[0]},S1\n{first[1]},S2\n".encode(), "ae.csv")
    assert list(table.frame.columns) == left
    assert table.columns_in_file == 2


def test_that_blank_lines_are_no_rows() -> None:
    assert len(rows_of("\nUSUBJID,AETERM\n\nS1,Rash\n\n\nS2,Rash\n\n")) == 2


def test_that_a_header_alone_is_a_data_set_without_rows() -> None:
    table = read_csv(b"USUBJID,AETERM\n", "ae.csv")
    assert table.frame.shape == (0, 2)
    assert table.notes == ("ae.csv: the data set has no rows",)


def test_that_a_last_line_without_its_end_is_noted() -> None:
    (note,) = read_csv(b"USUBJID,AETERM\nS1,Ra", "ae.csv").notes
    assert "the last line does not end" in note


def test_that_rows_beyond_the_first_portion_are_read_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsmb_app.snapshot.csv_text._PORTION", 3)
    lines = ["USUBJID,AETERM"] + [f"S{place},Rash" for place in range(8)]
    assert [row["USUBJID"] for row in rows_of("\n".join(lines) + "\n")] == [f"S{place}" for place in range(8)]
    assert refused("\n".join([*lines, "S8"])).row == 9


# ------------------------------------------------------------------------------------------------ refusals of a file


@pytest.mark.parametrize(
    ("data", "code", "row", "words"),
    [
        ("USUBJID,AETERM\nS1,Rash\nS2,Pain, severe\n", "SRC-CSV-RAGGED", 2, "3 fields, the header 2"),
        ("USUBJID,AETERM\nS1,Rash\nS2", "SRC-CSV-RAGGED", 2, "1 fields"),
        ('USUBJID,AETERM\nS1,"Rash\nS2,Pain\n', "SRC-CSV-QUOTE", 1, "do not fit together"),
        ('USUBJID,AETERM\nS1,Rash\nS2,"Pain" severe\n', "SRC-CSV-QUOTE", 2, "do not fit together"),
        ("\n\n", "SRC-CSV-HEADER", None, "names no column"),
        ('"",""\n', "SRC-CSV-HEADER", None, "names no column"),
        ('""\n1\n', "SRC-CSV-HEADER", None, "names no column"),
        ("OBS\n1\n", "SRC-CSV-HEADER", None, "row numbers alone"),
        ("S1,Rash,2026-01-03\nS2,Pain,2026-01-04\n", "SRC-CSV-HEADER", None, "'2026-01-03' is a value"),
        ("1,ABC,AE\n", "SRC-CSV-HEADER", None, "'1' is a value"),
        ("USUBJID|AETERM\nS1|Rash\n", "SRC-CSV-SEPARATOR", None, "'|'"),
        ("USUBJID;AETERM\nS1;Rash;2\n", "SRC-CSV-RAGGED", 1, "3 fields, the header 2"),
        ("USUBJID,AETERM,aeterm\n", "SRC-COLUMN-TWICE", None, "number 2 and 3"),
        ("USUBJID,AETERM,\n", "SRC-COLUMN-NAME", None, "Column 3 cannot be used: the column has no name"),
        ('USUBJID,"AETERM; DROP TABLE ae"\n', "SRC-COLUMN-NAME", None, "'AETERM; DROP TABLE A...'"),
        (b"USUBJID,AETERM\nS1,R\x81sh\n", "SRC-CSV-DECODE", None, "neither UTF-8 nor Windows-1252"),
        ("USUBJID,AETERM\n".encode("utf-16-le"), "SRC-CSV-DECODE", None, "zero bytes"),
        (b"\xff\xfe" + b"A\x00\x00", "SRC-CSV-DECODE", None, "breaks the encoding"),
        (b"\xef\xbb\xbfUSUBJID\n\xe9\n", "SRC-CSV-DECODE", None, "breaks the encoding"),
        (b"<html><body>503</body></html>", "SRC-CSV-NOT", None, "a web page"),
        (b"PK\x03\x04" + bytes(40), "SRC-CSV-NOT", None, "an Excel workbook"),
    ],
)
def test_that_a_doubtful_file_is_refused(data: str | bytes, code: str, row: int | None, words: str) -> None:
    refusal = refused(data)
    assert (refusal.code, refusal.row, refusal.file) == (code, row, "ae.csv")
    assert words in refusal.what
