"""Dataset-JSON 1.1 as one object and in lines: every value, every refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.dataset_json import read_dataset_json, read_dataset_ndjson
from dsmb_app.snapshot.delivered import Table
from dsmb_app.snapshot.source import read_source
from dsmb_app.snapshot.xpt import read_xpt
from tests.sending import send
from tests.shared_data import SHARED_DATA, needs_shared_data

STUDY = SHARED_DATA / "datasetjson"
ID = {"itemOID": "IT.AE.USUBJID", "name": "USUBJID", "label": "Subject", "dataType": "string", "keySequence": 1}
SEQ = {"itemOID": "IT.AE.AESEQ", "name": "AESEQ", "label": "Number", "dataType": "integer", "length": 8}
ROWS = [["S1", 1], ["S2", None]]


def parts(columns: list[dict[str, Any]] | None = None, rows: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    rows = ROWS if rows is None else rows
    head = {
        "datasetJSONCreationDateTime": "2026-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.AE",
        "records": len(rows),
        "name": "AE",
        "label": "Adverse Events",
        "columns": [ID, SEQ] if columns is None else columns,
        "rows": rows,
    }
    return {key: value for key, value in (head | more).items() if value is not ...}


def one(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()


def lines(content: dict[str, Any]) -> bytes:
    head = {key: value for key, value in content.items() if key != "rows"}
    return b"".join(json.dumps(line).encode() + b"\n" for line in [head, *content["rows"]])


FORMS: list[tuple[Callable[[dict[str, Any]], bytes], Callable[[bytes, str], Table], str]] = [
    (one, read_dataset_json, "ae.json"),
    (lines, read_dataset_ndjson, "ae.ndjson"),
]
both = pytest.mark.parametrize(("make", "read", "file"), FORMS, ids=["object", "lines"])
Make, Read = Callable[[dict[str, Any]], bytes], Callable[[bytes, str], Table]


def refused(data: bytes, read: Read = read_dataset_json, file: str = "ae.json") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(data, file)
    assert caught.value.file == file
    return caught.value


# ------------------------------------------------------------------------------------------------- values


@needs_shared_data
@pytest.mark.parametrize("name", ["dm", "ae", "ex", "lb"])
@pytest.mark.parametrize("in_lines", [False, True])
def test_that_real_data_equal_the_transport_files_beside_them(name: str, in_lines: bool) -> None:
    data = (STUDY / f"{name}.json").read_bytes()
    if in_lines:
        table = read_dataset_ndjson(lines(json.loads(data)), f"{name}.ndjson")
    else:
        table = read_dataset_json(data, f"{name}.json")
    oracle = read_xpt((STUDY / f"{name}.xpt").read_bytes(), f"{name}.xpt")
    # The sender rounded to 15 digits: 8.55 for the double 8.549999999999999.
    pd.testing.assert_frame_equal(table.frame, oracle.frame, rtol=1e-14, atol=0)
    assert table.labels == oracle.labels
    assert table.kinds == oracle.kinds
    assert table.notes == ()


def column(type_: str, **more: Any) -> dict[str, Any]:
    return {"itemOID": "IT.AE.X", "name": "X", "label": "An X", "dataType": type_, **more}


@both
@pytest.mark.parametrize(
    ("described", "values", "kind", "expected", "shown"),
    [
        (column("string"), ["a ", "", None, " b"], "text", ["a", "", "", " b"], ""),
        (column("URI"), ["https://example.org", None], "text", ["https://example.org", ""], ""),
        (column("boolean"), [True, False, None], "text", ["true", "false", ""], ""),
        (column("date"), ["2026-01-03", "2026-01", "", None], "text", ["2026-01-03", "2026-01", "", ""], ""),
        (column("datetime"), ["2026-01-03T10:00"], "text", ["2026-01-03T10:00"], ""),
        (column("time"), ["10:00"], "text", ["10:00"], ""),
        (column("integer"), [1, -7, 0, None, ""], "number", [1, -7, 0, np.nan, np.nan], ""),
        (column("integer", displayFormat="date9"), [21915], "number", [21915], "DATE9."),
        (column("float", displayFormat="8.2"), [1.5, 2, 1e-300], "number", [1.5, 2, 1e-300], "8.2"),
        (column("double"), [0.1, 9007199254740992], "number", [0.1, 2.0**53], ""),
        (column("decimal", targetDataType="decimal"), ["1.10", "-.5", None, 3], "number", [1.1, -0.5, np.nan, 3], ""),
        # Days from 1960-01-01 by the calendar: 366 + 59 to the end of February 1961.
        (column("date", targetDataType="integer"), ["1960-01-01", "1961-03-01", None], "number", [0, 425, np.nan],
         "DATE9."),
        (column("date", targetDataType="integer", displayFormat="E8601DA."), ["1959-12-31"], "number", [-1],
         "E8601DA."),
        (column("datetime", targetDataType="integer"), ["1960-01-02T01:00:05"], "number", [90005], "DATETIME20."),
        (column("time", targetDataType="integer"), ["00:01:30.5"], "number", [90.5], "TIME8."),
    ],
)  # fmt: skip
def test_that_each_type_arrives_as_it_is_meant(
    make: Make, read: Read, file: str, described: dict[str, Any], values: list[Any], kind: str, expected: list[Any],
    shown: str,
) -> None:  # fmt: skip
    table = read(make(parts([described], [[value] for value in values])), file)
    assert table.kinds == {"X": kind}
    assert table.labels == {"X": "An X"}
    assert table.formats.get("X", "") == shown
    np.testing.assert_array_equal(table.frame["X"].to_numpy(dtype=object if kind == "text" else float), expected)


@both
@pytest.mark.parametrize(
    ("described", "good", "bad", "shown"),
    [
        (column("string"), "a", 1, "has 1 here"),
        (column("string"), "a", ["a"], "has ['a'] here"),
        (column("string"), "a", "\ud800", "has '?' here"),
        (column("integer"), 1, "1", "has '1' here"),
        (column("integer"), 1, True, "has True here"),
        (column("integer"), 1, 2**53 + 1, "has 9007199254740993 here"),
        (column("float"), 1, {"x": 1}, "has {'x': 1} here"),
        (column("decimal"), "1", "1,5", "has '1,5' here"),
        (column("decimal"), "1", "1e999", "has '1e999' here"),
        (column("boolean"), True, "Y", "has 'Y' here"),
        (column("date"), "2026-01-03", 21915, "has 21915 here"),
        (column("date", targetDataType="integer"), "2026-01-03", 21915, "has 21915 here"),
        (column("date", targetDataType="integer"), "2026-01-03", "2026-01", "has '2026-01' here"),
        (column("date", targetDataType="integer"), "2026-01-03", "2026-02-30", "has '2026-02-30' here"),
        (column("datetime", targetDataType="integer"), None, "2026-01-03T10:00:00+02:00", "has '2026-01-03T10:00:00"),
        (column("time", targetDataType="integer"), "10:00", "25:00", "has '25:00' here"),
    ],
)
def test_that_a_value_of_another_type_is_refused_with_its_row(
    make: Make, read: Read, file: str, described: dict[str, Any], good: Any, bad: Any, shown: str
) -> None:
    refusal = refused(make(parts([described], [[good], [bad], [good]])), read, file)
    assert (refusal.code, refusal.row) == ("SRC-JSON-VALUE", 2)
    assert shown in refusal.what


@both
def test_that_a_number_beyond_doubles_is_refused(make: Make, read: Read, file: str) -> None:
    data = make(parts([column("float")], [[1.5]])).replace(b"1.5", b"1e999")
    assert refused(data, read, file).code == "SRC-JSON-VALUE"


@both
def test_that_keys_are_cleaned_and_names_put_in_upper_case(make: Make, read: Read, file: str) -> None:
    table = read(make(parts([ID | {"name": "usubjid"}], [["  S1 "]], name="ae")), file)
    assert table.frame.to_dict("list") == {"USUBJID": ["S1"]}


@both
def test_that_rows_beyond_the_first_portion_are_read_and_counted(
    make: Make, read: Read, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dsmb_app.snapshot.dataset_json._PORTION", 3)
    rows = [[f"S{place}", place] for place in range(8)]
    assert read(make(parts(rows=rows)), file).frame["AESEQ"].tolist() == list(range(8))
    assert refused(make(parts(rows=[*rows, ["S8"]])), read, file).row == 9
    assert refused(make(parts(rows=[*rows, ["S8", "x"]])), read, file).row == 9


def test_that_the_order_of_attributes_does_not_matter() -> None:
    content = parts()
    forward, backward = one(content), one(dict(reversed(content.items())))
    pd.testing.assert_frame_equal(
        read_dataset_json(forward, "ae.json").frame, read_dataset_json(backward, "ae.json").frame
    )
    behind = {key: content[key] for key in ("columns", "rows", "datasetJSONVersion", "records", "name")}
    assert read_dataset_json(one(behind), "ae.json").rows == 2


@both
def test_that_a_dataset_without_rows_is_read_with_a_note(make: Make, read: Read, file: str) -> None:
    table = read(make(parts(rows=[])), file)
    assert (table.frame.shape, table.notes) == ((0, 2), (f"{file}: the data set has no rows",))


def test_that_rows_may_be_missing_when_there_are_none() -> None:
    content = parts(rows=[])
    del content["rows"]
    assert read_dataset_json(one(content), "ae.json").rows == 0


@both
def test_that_a_byte_order_mark_and_blank_lines_do_no_harm(make: Make, read: Read, file: str) -> None:
    assert read(b"\xef\xbb\xbf" + make(parts()) + b"\n \n", file).rows == 2


@both
def test_that_extra_attributes_are_noted_and_not_used(make: Make, read: Read, file: str) -> None:
    table = read(make(parts([ID | {"origin": "x"}, SEQ], sponsor={"a": 1})), file)
    assert table.rows == 2
    assert table.notes == (
        f"{file}: attributes that Dataset-JSON 1.1 does not have were not used: 'sponsor', 'origin'",
    )


# ---------------------------------------------------------------------------------------------- refusals of a file

OLD = {"datasetJSONVersion": "1.0.0", "clinicalData": {"itemGroupData": {"IG.AE": {"records": 1, "name": "AE"}}}}


@both
@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"clinicalData": {}}, "SRC-JSON-OLD", "1.0"),
        ({"referenceData": {}}, "SRC-JSON-OLD", "1.0"),
        ({"datasetJSONVersion": "1.0.0"}, "SRC-JSON-VERSION", "'1.0.0'"),
        ({"datasetJSONVersion": "2.0"}, "SRC-JSON-VERSION", "'2.0'"),
        ({"datasetJSONVersion": 1.1}, "SRC-JSON-VERSION", "no text"),
        ({"datasetJSONVersion": ...}, "SRC-JSON-NOT", "no datasetJSONVersion"),
        ({"records": 3}, "SRC-JSON-RECORDS", "2 rows, but says that it has 3"),
        ({"records": 1}, "SRC-JSON-RECORDS", "2 rows, but says that it has 1"),
        ({"records": "2"}, "SRC-JSON-HEAD", "how many records"),
        ({"records": True}, "SRC-JSON-HEAD", "how many records"),
        ({"records": ...}, "SRC-JSON-HEAD", "how many records"),
        ({"name": "LB"}, "SRC-JSON-NAME", "'ae', but the dataset in it 'LB'"),
        ({"name": ...}, "SRC-JSON-HEAD", "no name"),
        ({"columns": ...}, "SRC-JSON-HEAD", "no columns"),
        ({"columns": []}, "SRC-JSON-HEAD", "no columns"),
        ({"columns": [ID, {"dataType": "string"}]}, "SRC-JSON-HEAD", "column 2 has no name"),
        ({"columns": [ID, SEQ | {"dataType": "text"}]}, "SRC-JSON-HEAD", "AESEQ has the type 'text'"),
        ({"columns": [ID, SEQ | {"dataType": ["x"]}]}, "SRC-JSON-HEAD", "AESEQ has the type none"),
        ({"columns": [ID, SEQ | {"targetDataType": "float"}]}, "SRC-JSON-HEAD", "targetDataType"),
        ({"columns": [ID, SEQ | {"label": 1}]}, "SRC-JSON-HEAD", "no text"),
        ({"columns": [ID, SEQ | {"name": "usubjid"}]}, "SRC-COLUMN-TWICE", "number 1 and 2"),
        ({"columns": [ID, SEQ | {"name": "A B"}]}, "SRC-COLUMN-NAME", "'A B'"),
    ],
)
def test_that_a_description_that_cannot_be_used_is_refused(
    make: Make, read: Read, file: str, change: dict[str, Any], code: str, words: str
) -> None:
    refusal = refused(make(parts(**change)), read, file)
    assert refusal.code == code
    assert words in refusal.what


@both
@pytest.mark.parametrize("bad", [["S2"], ["S2", 1, 2], [], {"USUBJID": "S2"}, "S2", None])
def test_that_a_row_of_another_width_is_refused(make: Make, read: Read, file: str, bad: Any) -> None:
    refusal = refused(make(parts(rows=[["S1", 1], bad])), read, file)
    assert (refusal.code, refusal.row) == ("SRC-JSON-RAGGED", 2)


GOOD = one(parts())


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (one(OLD), "SRC-JSON-OLD", "Dataset-JSON 1.0; only 1.1 is read"),
        (GOOD.replace(b"null", b"NaN"), "SRC-JSON-NAN", "NaN is no number of JSON"),
        (GOOD.replace(b"null", b"-Infinity"), "SRC-JSON-NAN", "-Infinity"),
        (GOOD.replace(b'"length"', b'"dataType"'), "SRC-JSON-TWICE", 'the key "dataType" stands twice'),
        (GOOD.replace(b'"itemGroupOID"', b'"name"'), "SRC-JSON-TWICE", 'the key "name" stands twice'),
        (GOOD + b"{}", "SRC-JSON-BROKEN", "goes on after its end"),
        (GOOD.replace(b'"S2"', b'"S2'), "SRC-JSON-BROKEN", "no JSON from character"),
        (GOOD.replace(b'"AE"', b"'AE'"), "SRC-JSON-BROKEN", "no JSON from character"),
        (GOOD.replace(b"null", b"1" * 5000), "SRC-JSON-BROKEN", "no JSON from character"),
        (b'{"datasetJSONVersion": "1.1.0", "extra": ' + b"[" * 200_000, "SRC-JSON-DEEP", "nested too deeply"),
        (GOOD.replace(b"S2", b"S\xe9"), "SRC-JSON-DECODE", "not UTF-8, from byte"),
        (GOOD.decode().encode("utf-16"), "SRC-JSON-DECODE", "not UTF-8, from byte 1 on"),
        (b"<html><body>503</body></html>", "SRC-JSON-NOT", "a web page"),
        (b"[]", "SRC-JSON-NOT", "not one JSON object"),
        (b"null", "SRC-JSON-NOT", "not one JSON object"),
        (b"{}", "SRC-JSON-NOT", "no datasetJSONVersion"),
    ],
)
def test_that_what_is_not_sound_json_is_refused(data: bytes, code: str, words: str) -> None:
    refusal = refused(data)
    assert refusal.code == code
    assert words in refusal.what


@both
def test_that_a_file_cut_anywhere_is_refused(make: Make, read: Read, file: str) -> None:
    whole = make(parts(rows=[[f"S{place}", place] for place in range(30)]))
    ending = len(whole.rstrip())
    for length in range(1, ending):
        assert refused(whole[:length], read, file).code in {"SRC-JSON-BROKEN", "SRC-JSON-RECORDS", "SRC-JSON-NOT"}


def test_that_a_broken_line_is_refused_with_its_row() -> None:
    refusal = refused(lines(parts()).replace(b"null]", b"null"), read_dataset_ndjson, "ae.ndjson")
    assert (refusal.code, refusal.row) == ("SRC-JSON-BROKEN", 2)


def test_that_another_kind_of_file_in_lines_is_refused() -> None:
    assert refused(b"<!DOCTYPE html><p>", read_dataset_ndjson, "ae.ndjson").code == "SRC-JSON-NOT"
    assert refused(b"not json\n", read_dataset_ndjson, "ae.ndjson").code == "SRC-JSON-BROKEN"
    assert refused(b"\xff\xfe{\x00", read_dataset_ndjson, "ae.ndjson").code == "SRC-JSON-DECODE"


# ------------------------------------------------------------------------------------------------------ the folder


def test_that_json_files_are_told_apart_by_what_they_say(tmp_path: Path) -> None:
    mine = one(parts(name="MYDATA"))
    schema = b'{"properties": {"datasetJSONVersion": {"type": "string"}}}'
    other = {
        "dataset.schema.json": schema,
        "settings.json": b"",
        "log.ndjson": b"[1]\n",
        "list.json": b"[{}]",
        "utf.json": b"\xff\xfe{",
    }
    send(tmp_path / "in", {"AE.JSON": GOOD, "mydata.json": mine, "lb.ndjson": lines(parts(name="LB")), **other})
    source = read_source(tmp_path / "in")
    assert sorted(source.datasets) == ["AE", "LB", "MYDATA"]
    (note,) = [note for note in source.notes if note.startswith("not read")]
    assert note.endswith(": dataset.schema.json, list.json, log.ndjson, settings.json, utf.json")


@pytest.mark.parametrize("name", ["dm.json", "SUPPAE.json", "adsl.ndjson", "relrec.json"])
def test_that_a_page_under_the_name_of_a_dataset_is_not_passed_over(tmp_path: Path, name: str) -> None:
    send(tmp_path / "in", {"ae.json": GOOD, name: b"<html>log in</html>"})
    with pytest.raises(Refusal) as caught:
        read_source(tmp_path / "in")
    assert (caught.value.code, caught.value.file) == ("SRC-JSON-NOT", name)


def test_that_a_dataset_under_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae (1).json": GOOD})
    with pytest.raises(Refusal) as caught:
        read_source(tmp_path / "in")
    assert caught.value.code == "SRC-NAME"


def test_that_a_listed_json_file_is_a_dataset_whatever_its_name(tmp_path: Path) -> None:
    mine = one(parts(name="MYDATA"))
    send(tmp_path / "in", {"mydata.json": mine, "run.json": b"{}"}, {"mydata.json": (2, 2)})
    assert list(read_source(tmp_path / "in").datasets) == ["MYDATA"]
    send(tmp_path / "out", {"mydata.json": b'{"half": '}, {"mydata.json": (2, 2)})
    with pytest.raises(Refusal) as caught:
        read_source(tmp_path / "out")
    assert caught.value.code == "SRC-JSON-BROKEN"


def test_that_one_dataset_in_two_forms_is_refused(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.json": GOOD, "ae.csv": b"USUBJID,AESEQ\n"})
    with pytest.raises(Refusal, match=r"Dataset AE is there twice, in ae\.csv and in ae\.json"):
        read_source(tmp_path / "in")
