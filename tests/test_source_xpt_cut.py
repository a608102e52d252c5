"""SAS transport files: where the rows end, and what is refused when a file is cut or damaged."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.delivered import Table
from dsmb_app.snapshot.source import read_source
from dsmb_app.snapshot.xpt import read_xpt
from tests.sending import ID_TERM, build, send, write


def refused(data: bytes, file: str = "ae.xpt") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_xpt(data, file)
    return caught.value


# ------------------------------------------------------------------------------------------ where the rows end


def test_that_blank_rows_within_the_padding_are_padding() -> None:
    table = read_xpt(build([("USUBJID", 2, 5)], b"S1   S2   "), "ae.xpt")  # 70 blanks behind: 14 rows would fit
    assert table.frame["USUBJID"].tolist() == ["S1", "S2"]


def test_that_a_blank_row_before_the_padding_is_a_row() -> None:
    rows = b"".join(b"S%-4d" % place for place in range(12)) + b" " * 5 + b"S99  "
    assert len(read_xpt(build([("USUBJID", 2, 5)], rows), "ae.xpt").frame) == 14


def test_that_an_80_byte_record_of_blanks_is_not_padding() -> None:
    wide = [("USUBJID", 2, 80)]
    assert len(read_xpt(build(wide, b"S1".ljust(80) + b" " * 80), "ae.xpt").frame) == 2
    narrow = read_xpt(build([("USUBJID", 2, 40)], b"S1".ljust(40) + b" " * 120), "ae.xpt")
    assert len(narrow.frame) == 3  # 160 bytes: 40 of padding at most keep a row in the second 80


def test_that_blanks_where_a_number_is_due_are_refused_with_their_row() -> None:
    columns = [("USUBJID", 2, 72), ("AESEQ", 1, 8)]
    refusal = refused(build(columns, b"S1".ljust(72) + bytes.fromhex("4110000000000000") + b" " * 80))
    assert (refusal.code, refusal.row) == ("SRC-XPT-BLANK", 2)


def wide_file(tmp_path: Path, version: Literal[5, 8]) -> tuple[bytes, int, int]:
    """Return a file of 100 rows whose every row starts with a letter, where its rows start, and their length."""
    frame = pd.DataFrame({
        "USUBJID": [f"ABC-{place:03d}" for place in range(100)],
        "AESEQ": [float(place) for place in range(100)],
        "AETERM": ["Headache, severe" if place % 3 else "Rash" for place in range(100)],
    })  # fmt: skip
    data = write(tmp_path / "ae.xpt", frame, version)
    start = data.index(b"HEADER RECORD*******OBS") + 80
    return data, start, 7 + 8 + 16


def test_that_a_cut_file_without_manifest_passes_only_where_a_row_and_an_80_byte_record_end(tmp_path: Path) -> None:
    data, start, width = wide_file(tmp_path, 5)
    passed = []
    for length in range(1, len(data)):
        try:
            table = read_xpt(data[:length], "ae.xpt")
        except Refusal as refusal:
            assert refusal.code in {"SRC-XPT-HEADER", "SRC-XPT-CUT"}  # noqa: PT017 - thousands of cuts, one check
        else:
            passed.append(length)
            assert len(table.frame) == (length - start) // width
    assert passed == [length for length in range(start, len(data), 80) if (length - start) % width == 0]
    assert passed == [start, start + 80 * width]  # cut so, only a manifest can tell


def test_that_version_8_with_its_own_row_count_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    data, start, _ = wide_file(tmp_path, 8)
    assert len(read_xpt(data, "ae.xpt").frame) == 100
    for length in [*range(1, start, 13), *range(start, len(data))]:
        assert refused(data[:length]).code in {"SRC-XPT-HEADER", "SRC-XPT-CUT"}


def test_that_version_8_with_more_rows_than_it_declares_is_refused(tmp_path: Path) -> None:
    data, _, _ = wide_file(tmp_path, 8)
    assert refused(data.replace(b"            100 ", b"             80 ", 1)).code == "SRC-XPT-CUT"
    assert len(read_xpt(data.replace(b"            100 ", b"0" * 15 + b" ", 1), "ae.xpt").frame) == 100


def test_that_more_blanks_than_padding_may_have_are_refused() -> None:
    data = build([("USUBJID", 2, 200)], b"S1".ljust(200))
    assert len(read_xpt(data, "ae.xpt").frame) == 1
    assert refused(data + b" " * 80).code == "SRC-XPT-CUT"


def test_that_padding_which_is_not_blank_is_refused(tmp_path: Path) -> None:
    assert refused(build([("USUBJID", 2, 70)], b"S1".ljust(70) + b"x")).code == "SRC-XPT-CUT"
    data, start, width = wide_file(tmp_path, 8)
    assert (len(data) - start) % width
    assert refused(data[:-1] + b"x").code == "SRC-XPT-CUT"


def test_that_a_file_without_columns_is_refused() -> None:
    assert refused(build([], b"")).code == "SRC-XPT-HEADER"


def test_that_a_row_missing_from_the_middle_is_refused(tmp_path: Path) -> None:
    data, start, width = wide_file(tmp_path, 5)
    refusal = refused(data[: start + 3] + data[start + 13 :])
    assert refusal.code == "SRC-XPT-CUT"
    refusal = refused(build([("USUBJID", 2, 100)], b"S1".ljust(100) + b"S2".ljust(40) + b"x" * 20))
    assert (refusal.code, refusal.row) == ("SRC-XPT-CUT", 2)
    assert width == 31


@pytest.mark.parametrize("seed", range(2))
def test_that_with_a_manifest_no_cut_file_passes(tmp_path: Path, seed: int) -> None:
    data, start, width = wide_file(tmp_path, 5)
    lengths = [start, start + 80 * width, *random.Random(seed).sample(range(1, len(data)), 98)]
    folder = tmp_path / "in"
    send(folder, {"ae.xpt": data}, {"ae.xpt": (100, 3)})
    assert len(read_source(folder).datasets["AE"].frame) == 100
    for length in lengths:
        (folder / "ae.xpt").write_bytes(data[:length])
        with pytest.raises(Refusal) as caught:
            read_source(folder)
        assert caught.value.code == "SRC-MANIFEST-HASH"


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page"),
        (b"PK\x03\x04" + bytes(100), "a zip archive"),
        (b"%PDF-1.7", "a PDF"),
        (bytes(12) + b"\xc2\xea\x81\x60" + bytes(100), "a SAS data set"),
        (b"**COMPRESSED** **COMPRESSED** ", "a SAS CPORT file"),
        (b"USUBJID,AETERM\n1,Rash\n", "not a SAS transport file."),
    ],
)
def test_that_a_file_that_is_no_transport_file_is_told_by_what_it_looks_like(data: bytes, words: str) -> None:
    refusal = refused(data)
    assert refusal.code == "SRC-XPT-NOT"
    assert words in refusal.what


@pytest.mark.parametrize(
    ("columns", "positions", "words"),
    [
        ([("A", 2, 4), ("B", 2, 4)], [0, 2], "overlaps"),
        ([("A", 2, 4), ("B", 2, 4)], [0, 6], "gap"),
        ([("A", 2, 4), ("B", 2, 4)], [-4, 0], "overlaps"),
        ([("A", 2, 4), ("B", 1, 9)], None, "length of 9"),
        ([("A", 2, 4), ("B", 1, 1)], None, "length of 1"),
        ([("A", 2, 0)], None, "length of 0"),
        ([("A", 2, 40_000)], None, "length of 40,000"),
        ([("A", 3, 4)], None, "unknown type 3"),
    ],
)
def test_that_columns_which_do_not_fit_together_are_refused(
    columns: list[tuple[str, int, int]], positions: list[int] | None, words: str
) -> None:
    refusal = refused(build(columns, b"", positions=positions))
    assert refusal.code == "SRC-XPT-NAMESTR"
    assert words in refusal.what


def test_that_columns_stored_in_another_order_are_read_by_their_position() -> None:
    data = build([("A", 2, 2), ("B", 2, 3)], b"bbbaaBBBAA", positions=[3, 0])
    assert read_xpt(data, "ae.xpt").frame.to_dict("list") == {"A": ["aa", "AA"], "B": ["bbb", "BBB"]}


@pytest.mark.parametrize(
    ("name", "code"), [("USUBJID", "SRC-COLUMN-TWICE"), ("A B", "SRC-COLUMN-NAME"), ("", "SRC-COLUMN-NAME")]
)
def test_that_a_column_name_which_stands_twice_or_is_none_is_refused(name: str, code: str) -> None:
    assert refused(build([("USUBJID", 2, 4), (name, 2, 4)], b"")).code == code


def test_that_two_data_sets_in_one_file_are_refused() -> None:
    first = build(ID_TERM, b"S1  Fever ")
    assert refused(first + build(ID_TERM, b"S1  Fever ", member="LB")[240:]).code == "SRC-XPT-MEMBERS"


@pytest.mark.parametrize(
    ("where", "bad"),
    [(240, b"HEADER RECORD*******MUMBLE  "), (240 + 74, b"0999"), (560 + 52, b"00000x"), (560 + 52, b"000000"),
     (560 + 52, b"100002"), (560 + 52, b"009999"), (640 + 2 * 140, b"X"), (640 + 320, b"HEADER RECORD*******OOPS    ")],
)  # fmt: skip
def test_that_a_damaged_header_is_refused(where: int, bad: bytes) -> None:
    data = bytearray(build(ID_TERM, b"S1  Fever "))
    data[where : where + len(bad)] = bad
    assert refused(bytes(data)).code == "SRC-XPT-HEADER"


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1199), st.integers(0, 255))
def test_that_a_changed_byte_in_the_header_gives_a_table_or_a_refusal_and_nothing_else(where: int, byte: int) -> None:
    data = bytearray(build([*ID_TERM, ("AESEQ", 1, 8)], (b"S1  Fever " + bytes.fromhex("4110000000000000")) * 3))
    data[where] = byte
    try:
        table = read_xpt(bytes(data), "ae.xpt")
    except Refusal as refusal:
        assert refusal.sentence().startswith("ae.xpt")  # noqa: PT017 - either answer will do
    else:
        assert isinstance(table, Table)
