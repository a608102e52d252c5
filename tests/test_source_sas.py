"""SAS data sets and the dates in them; pandas has a reader of its own and is the second opinion."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.sas7bdat import read_sas7bdat
from dsmb_app.snapshot.sas_dates import iso_text, moment_of
from dsmb_app.snapshot.source import read_source
from dsmb_app.snapshot.xpt import read_xpt
from tests.sas_files import LATIN_1, WINDOWS_1252, Sas, sas7bdat
from tests.sending import build, send

ID, START, DOSE = Sas("usubjid", 6, "Subject"), Sas("AESTDT", 0, "Start", ("DATE", 9)), Sas("AEDOSE")
ROWS: list[list[object]] = [[f"S{place}", None if place % 3 == 0 else float(place), place / 7] for place in range(700)]
WHOLE = sas7bdat([ID, START, DOSE], ROWS)


def refused(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_sas7bdat(data, "ae.sas7bdat")
    assert caught.value.file == "ae.sas7bdat"
    return caught.value


def test_that_a_sas_data_set_is_read_to_the_last_row() -> None:
    table = read_sas7bdat(WHOLE, "ae.sas7bdat")
    assert table.frame["USUBJID"].tolist() == [row[0] for row in ROWS]
    np.testing.assert_array_equal(table.frame["AEDOSE"], [row[2] for row in ROWS])
    np.testing.assert_array_equal(table.frame["AESTDT"], [np.nan if row[1] is None else row[1] for row in ROWS])
    assert table.labels == {"USUBJID": "Subject", "AESTDT": "Start", "AEDOSE": ""}
    assert table.formats == {"AESTDT": "DATE9."}
    assert table.kinds == {"USUBJID": "text", "AESTDT": "number", "AEDOSE": "number"}
    assert (table.columns_in_file, table.notes) == (3, ())


def test_that_the_files_of_these_tests_are_what_pandas_reads_too() -> None:
    frame = pd.read_sas(io.BytesIO(WHOLE), format="sas7bdat", encoding="utf-8")
    assert frame["usubjid"].tolist() == [row[0] for row in ROWS]
    assert frame["AEDOSE"].tolist() == [row[2] for row in ROWS]
    assert frame["AESTDT"].iloc[1] == pd.Timestamp("1960-01-02")


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text("abc äß€,;", max_size=4).map(str.rstrip),
                          st.none() | st.floats(allow_nan=False, allow_infinity=False)), min_size=1))  # fmt: skip
def test_that_any_table_reads_back_equal(rows: list[tuple[str, float | None]]) -> None:
    table = read_sas7bdat(sas7bdat([Sas("AETERM", 12), DOSE], [list(row) for row in rows]), "ae.sas7bdat")
    assert table.frame["AETERM"].tolist() == [row[0] for row in rows]
    np.testing.assert_array_equal(table.frame["AEDOSE"], [np.nan if row[1] is None else row[1] for row in rows])


@pytest.mark.parametrize("encoding", [LATIN_1, WINDOWS_1252])
def test_that_text_is_decoded_as_the_file_says(encoding: int) -> None:
    table = read_sas7bdat(
        sas7bdat([Sas("AETERM", 9)], [["Ménière".encode("cp1252")]], encoding=encoding), "ae.sas7bdat"
    )
    assert table.frame["AETERM"].tolist() == ["Ménière"]
    assert table.notes == ()


def test_that_text_in_another_encoding_than_said_is_read_and_noted() -> None:
    data = sas7bdat([Sas("AETERM", 9)], [["Ménière".encode("cp1252")], ["Rash"]])
    table = read_sas7bdat(data, "ae.sas7bdat")
    assert table.frame["AETERM"].tolist() == ["Ménière", "Rash"]
    (note,) = table.notes
    assert note.startswith("ae.sas7bdat: read as Windows-1252, because its own encoding does not fit")


def test_that_another_name_inside_and_no_rows_are_noted() -> None:
    table = read_sas7bdat(sas7bdat([ID], [], name="RAWAE"), "ae.sas7bdat")
    assert table.rows == 0
    assert "inside, the data set is called 'RAWAE'" in table.notes[1]
    assert "no rows" in table.notes[0]


def test_that_a_cut_file_is_refused_wherever_it_is_cut() -> None:
    for length in range(40, len(WHOLE), 97):
        assert refused(WHOLE[:length]).code in {"SRC-SAS-DAMAGED", "SRC-SAS-ROWS"}
    for page in range(1, (len(WHOLE) - 1024) // 4096):
        assert refused(WHOLE[: 1024 + page * 4096]).code in {"SRC-SAS-DAMAGED", "SRC-SAS-ROWS"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html>503</html>", "a web page"),
        (b"x", "not a SAS data set."),
        (b"PK\x03\x04" + bytes(40), "an Excel workbook"),
    ],
)
def test_that_another_kind_of_file_is_refused(data: bytes, words: str) -> None:
    refusal = refused(data)
    assert refusal.code == "SRC-SAS-NOT"
    assert words in refusal.what


def test_that_a_column_that_no_table_can_have_is_refused() -> None:
    assert refused(sas7bdat([Sas("A B")], [[1.0]])).code == "SRC-COLUMN-NAME"


@settings(max_examples=60)
@given(st.data())
def test_that_damage_is_refused_or_read_and_never_an_error_of_the_program(data: st.DataObject) -> None:
    damaged = bytearray(sas7bdat([ID, START], [["S1", 1.0], ["S2", 2.0]]))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(32, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_sas7bdat(bytes(damaged), "ae.sas7bdat")
    except Refusal as refusal:
        assert refusal.code.startswith(("SRC-SAS-", "SRC-COLUMN-"))  # noqa: PT017 - both ends are right


# --------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("DATE9.", "date"), ("YYMMDD10.", "date"), ("E8601DA.", "date"), ("DDMMYYP10.", "date"), ("B8601DA8.", "date"),
        ("DATETIME20.", "datetime"), ("DATETIME22.3", "datetime"), ("E8601DT19.", "datetime"),
        ("IS8601DT.", "datetime"),
        ("TIME5.", "time"), ("HHMM5.", "time"), ("E8601TM8.", "time"),
        ("8.2", None), ("$20.", None), ("BEST12.", None), ("", None), ("MONYY7.", None), ("YEAR4.", None),
    ],
)  # fmt: skip
def test_that_a_display_format_says_what_a_number_counts(shown: str, moment: str | None) -> None:
    assert moment_of(shown) == moment


def test_that_numbers_become_the_dates_that_sas_shows() -> None:
    days = np.array([0.0, 21915.0, np.nan, -1.0, 0.5, 1e9, np.nan])
    assert iso_text(days, "date").texts().tolist() == [
        "1960-01-01",
        "2020-01-01",
        "",
        "1959-12-31",
        "0.5",
        "1000000000.0",
        "",
    ]
    seconds = np.array([0.0, 1893456000.0, 1893456061.5])
    assert iso_text(seconds, "datetime").texts().tolist() == [
        "1960-01-01T00:00:00", "2020-01-01T00:00:00", "2020-01-01T00:01:01.500000",
    ]  # fmt: skip
    assert iso_text(np.array([0.0, 86399.0, 86400.0]), "time").texts().tolist() == ["00:00:00", "23:59:59", "86400.0"]
    assert iso_text(np.empty(0), "date").texts().tolist() == []


def test_that_dtc_columns_become_text_and_analysis_dates_stay_numbers(tmp_path: Path) -> None:
    columns = [ID, Sas("AESTDTC", 0, "", ("DATE", 9)), Sas("AEENDTC", 0), START]
    send(
        tmp_path / "in",
        {"ae.sas7bdat": sas7bdat(columns, [["S1", 21915.0, 21915.0, 21915.0], ["S2", None, None, None]])},
    )
    source = read_source(tmp_path / "in")
    dataset = source.datasets["AE"]
    assert dataset.frame["AESTDTC"].tolist() == ["2020-01-01", ""]
    assert dataset.kinds == {"USUBJID": "text", "AESTDTC": "text", "AEENDTC": "number", "AESTDT": "number"}
    assert dataset.formats == {"USUBJID": "", "AESTDTC": "DATE9.", "AEENDTC": "", "AESTDT": "DATE9."}
    assert any("were read as ISO 8601 dates: AESTDTC" in note for note in source.notes)


def test_that_a_transport_file_says_its_display_formats() -> None:
    data = bytearray(build([("ADT", 1, 8), ("TRTA", 2, 8), ("AVAL", 1, 8)], b""))
    start = data.index(b"HEADER RECORD*******NAMESTR") + 80
    for place, (name, width, decimals) in enumerate([(b"DATE", 9, 0), (b"$", 8, 0), (b"", 8, 2)]):
        at = start + 140 * place + 56
        data[at : at + 12] = name.ljust(8) + bytes([0, width, 0, decimals])
    assert read_xpt(bytes(data), "adae.xpt").formats == {"ADT": "DATE9.", "TRTA": "$8.", "AVAL": "8.2"}
