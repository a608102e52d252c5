"""SAS transport files: read as the reference reader reads them."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmb_app.snapshot.ibm_float import to_ieee
from dsmb_app.snapshot.source import read_source
from dsmb_app.snapshot.xpt import read_xpt
from tests.sending import ID_TERM, build, padded, write
from tests.shared_data import SHARED_DATA, needs_shared_data

# Written out here on purpose: which columns of the real files are identifiers.
KEYS = {"STUDYID", "DOMAIN", "RDOMAIN", "USUBJID", "SUBJID", "SITEID", "IDVAR", "IDVARVAL", "QNAM", "RELID"}


# ---------------------------------------------------------------------------------------------------- real files


def real_files() -> list[Any]:
    paths = sorted([*SHARED_DATA.glob("cdiscpilot01/*.xpt"), *SHARED_DATA.glob("datasetjson/*.xpt")])
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in paths]


@needs_shared_data
@pytest.mark.parametrize("path", real_files())
def test_that_every_column_of_a_real_file_is_what_the_reference_reader_reads(path: Path) -> None:
    table = read_xpt(path.read_bytes(), path.name)
    expected, meta = pyreadstat.read_xport(path, disable_datetime_conversion=True, encoding="WINDOWS-1252")
    assert list(table.frame.columns) == [name.upper() for name in expected.columns]
    assert table.labels == {k.upper(): (v or "").rstrip() for k, v in meta.column_names_to_labels.items()}
    assert table.columns_in_file == expected.shape[1]
    assert table.frame.index.equals(pd.RangeIndex(len(expected)))
    for name in expected.columns:
        got, wanted = table.frame[name.upper()], expected[name]
        if meta.readstat_variable_types[name] == "string":
            assert table.kinds[name.upper()] == "text"
            key = name.upper() in KEYS or name.upper().endswith(("SEQ", "SPID", "TESTCD", "GRPID", "LNKID", "REFID"))
            stripped = wanted.fillna("").map(lambda text, key=key: text.strip() if key else text.rstrip(" "))
            assert got.tolist() == stripped.tolist(), name
        else:
            assert table.kinds[name.upper()] == "number"
            np.testing.assert_array_equal(got.to_numpy(), wanted.to_numpy(dtype=np.float64), err_msg=name)


@needs_shared_data
def test_that_a_real_folder_arrives_whole_with_its_known_counts() -> None:
    source = read_source(SHARED_DATA / "cdiscpilot01")
    assert {name: len(source.datasets[name].frame) for name in ("DM", "AE", "EX", "LB", "SUPPAE")} == {
        "DM": 306, "AE": 1191, "EX": 591, "LB": 59580, "SUPPAE": 1191,
    }  # fmt: skip
    assert source.datasets["SUPPAE"].frame["IDVARVAL"].map(lambda text: text == text.strip()).all()
    assert source.datasets["DM"].labels["USUBJID"] == "Unique Subject Identifier"
    assert source.notes == ("no manifest.json: the completeness of the files cannot be checked",)


# --------------------------------------------------------------------------------------------- written and read back

NAMES = {5: ["USUBJID", "AVAL", "AETERM", "N2"], 8: ["USUBJID", "A_LONGER_NAME_THAN_EIGHT", "AETERM", "N2"]}
measures = st.floats(-1e60, 1e60).filter(lambda value: value == 0 or abs(value) > 1e-60)
numbers = st.one_of(st.none(), st.integers(-(10**12), 10**12).map(float), measures)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@pytest.mark.parametrize("version", [5, 8])
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(numbers, words, numbers), max_size=12), label=st.text("Label éß", max_size=40))
def test_that_what_is_written_is_read_back(
    version: Literal[5, 8],
    rows: list[tuple[float | None, str, float | None]],
    label: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    ids = [f"S-{place}" for place in range(len(rows))]
    terms = [row[1] for row in rows]
    values = {NAMES[version][1]: [row[0] for row in rows], "N2": [row[2] for row in rows]}
    frame = pd.DataFrame({name: pd.Series(dtype="object") for name in NAMES[version]}, index=range(len(rows)))
    frame["USUBJID"], frame["AETERM"] = pd.Series(ids, dtype="object"), pd.Series(terms, dtype="object")
    for name, column in values.items():
        frame[name] = pd.Series(column, dtype="float64")
    label = label if len(label.encode()) <= 40 else ""
    data = write(tmp_path_factory.mktemp("x") / "adae.xpt", frame, version, column_labels=["id", label, "", ""])
    table = read_xpt(data, "adae.xpt")
    assert list(table.frame.columns) == NAMES[version]
    assert table.frame["USUBJID"].tolist() == ids
    assert table.frame["AETERM"].tolist() == [term.rstrip(" ") for term in terms]
    for name, column in values.items():
        np.testing.assert_array_equal(table.frame[name].to_numpy(), np.array(column, dtype=np.float64))
    assert table.labels[NAMES[version][1]] == label.strip(" ")


def test_that_a_long_label_of_version_8_arrives_whole(tmp_path: Path) -> None:
    long = "The day on which the event was first seen, counted from the day of the first dose of the study drug"
    frame = pd.DataFrame({"USUBJID": ["1"], "A_LONGER_NAME_THAN_EIGHT": [1.0], "B": ["x"]})
    table = read_xpt(write(tmp_path / "ae.xpt", frame, 8, column_labels=["id", long, "last"]), "ae.xpt")
    assert table.labels == {"USUBJID": "id", "A_LONGER_NAME_THAN_EIGHT": long, "B": "last"}


def test_that_a_label_stored_beside_long_format_names_arrives_whole(tmp_path: Path) -> None:
    long = "The day on which the event was first seen, counted from the first dose"
    frame = pd.DataFrame({"USUBJID": ["1", "2"], "ADY": [1.0, 5.0]})
    data = write(tmp_path / "ae.xpt", frame, 8, column_labels=["id", long])
    start, end = data.index(b"HEADER RECORD*******LABELV8"), data.index(b"HEADER RECORD*******OBSV8")
    entry = struct.pack(">5H", 2, 3, len(long), 12, 11) + b"ADY" + long.encode() + b"LONGFORMAT9." + b"LONGINFORM."
    other = data[start : start + 80].replace(b"LABELV8", b"LABELV9") + padded(entry)
    table = read_xpt(data[:start] + other + data[end:], "ae.xpt")
    assert table.labels == {"USUBJID": "id", "ADY": long}
    assert table.frame["ADY"].tolist() == [1.0, 5.0]


# --------------------------------------------------------------------------------------------- files built by hand


def test_that_the_builder_of_these_tests_writes_what_the_reference_reader_reads(tmp_path: Path) -> None:
    (tmp_path / "ae.xpt").write_bytes(build(ID_TERM, b"S1  Fever S2  Rash  "))
    frame, _ = pyreadstat.read_xport(tmp_path / "ae.xpt")
    assert frame.to_dict("list") == {"USUBJID": ["S1", "S2"], "AETERM": ["Fever", "Rash"]}


def naive_ibm(raw: bytes) -> float:
    """Convert one number with exact fractions; Python rounds a fraction to the nearest double, ties to even."""
    raw = raw.ljust(8, b"\0")
    mantissa = int.from_bytes(raw[1:], "big")
    if mantissa == 0:
        return float("nan") if raw[:1] in b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ" else 0.0
    value = Fraction(mantissa, 2**56) * Fraction(16) ** ((raw[0] & 127) - 64)
    return float(-value if raw[0] & 128 else value)


@given(st.lists(st.binary(min_size=8, max_size=8), min_size=1, max_size=40))
def test_that_any_eight_bytes_become_the_nearest_double(raw: list[bytes]) -> None:
    got = to_ieee(np.frombuffer(b"".join(raw), np.uint8).reshape(-1, 8))
    np.testing.assert_array_equal(got, [naive_ibm(one) for one in raw])


@given(st.integers(2, 8), st.binary(min_size=8, max_size=8))
def test_that_a_shortened_number_is_the_one_with_zeros_behind(width: int, raw: bytes) -> None:
    got = to_ieee(np.frombuffer(raw[:width], np.uint8).reshape(1, width))
    np.testing.assert_array_equal(got, [naive_ibm(raw[:width])])


def test_that_all_28_missing_values_of_sas_are_missing_and_their_letters_as_numbers_are_not() -> None:
    letters = b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    missing = b"".join(bytes([letter]) + bytes(7) for letter in letters)
    one = bytes.fromhex("4110000000000000")  # 0x41 is "A", and this is the number 1
    table = read_xpt(build([("AVAL", 1, 8)], missing + one + bytes(8)), "ae.xpt")
    values = table.frame["AVAL"].to_numpy()
    assert np.isnan(values[:28]).all()
    assert values[28:].tolist() == [1.0, 0.0]


def test_that_known_numbers_come_out() -> None:
    worked = {"4110000000000000": 1.0, "C276A00000000000": -118.625, "4019999999999999": 0.09999999999999999,
              "401999999999999A": 0.1, "8000000000000000": 0.0, "422A000000000000": 42.0}  # fmt: skip
    got = to_ieee(np.frombuffer(bytes.fromhex("".join(worked)), np.uint8).reshape(-1, 8))
    assert got.tolist() == list(worked.values())
    assert not np.signbit(got[4])


def test_that_a_right_justified_key_loses_its_blanks_and_other_text_only_those_behind() -> None:
    table = read_xpt(build([("USUBJID", 2, 4), ("IDVARVAL", 2, 8), ("QVAL", 2, 6)], b"  S1      17  no  "), "a.xpt")
    assert table.frame.iloc[0].tolist() == ["S1", "17", "  no"]


def test_that_missing_text_is_empty_and_never_nan() -> None:
    table = read_xpt(build(ID_TERM, b"S1  " + b" " * 6 + b"S2  Rsh\0 \0"), "ae.xpt")
    assert table.frame["AETERM"].tolist() == ["", "Rsh"]
    assert not table.frame.isna().any().any()


def test_that_bytes_outside_utf8_are_read_as_windows_1252_or_latin_1_and_counted() -> None:
    cells = ["Ménière".encode(), b"M\xe9ni\xe8re", b"M\xe9ni\xe8re", b"x\x81y", b"plain"]
    rows = b"".join(b"S%d  " % place + cell.ljust(10) for place, cell in enumerate(cells))
    table = read_xpt(build([("USUBJID", 2, 4), ("AETERM", 2, 10)], rows), "ae.xpt")
    assert table.frame["AETERM"].tolist() == ["Ménière", "Ménière", "Ménière", "x\x81y", "plain"]
    assert [note for note in table.notes if "Windows-1252" in note and note.endswith("(values: 2)")]
    assert [note for note in table.notes if "Latin-1" in note and note.endswith("(values: 1)")]


def test_that_lower_case_column_names_become_upper_case() -> None:
    assert list(read_xpt(build([("usubjid", 2, 4)], b"S1  S2  "), "ae.xpt").frame.columns) == ["USUBJID"]


def test_that_a_data_set_without_rows_is_read_and_noted() -> None:
    table = read_xpt(build([*ID_TERM, ("AESEQ", 1, 8)], b""), "ae.xpt")
    assert table.frame.shape == (0, 3)
    assert table.frame["AESEQ"].dtype == np.float64
    assert table.notes == ("ae.xpt: the data set has no rows",)


def test_that_another_name_inside_the_file_is_noted() -> None:
    (note,) = read_xpt(build(ID_TERM, b"S1  Fever ", member="LB"), "ae.xpt").notes
    assert "inside, the data set is called LB" in note
