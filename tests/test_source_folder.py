"""The source folder: its files, its manifest, and its columns as numbers and as text."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import folder as folder_module
from dsmb_app.snapshot.source import Dataset, number, read_source, text
from tests.sending import send


def refused_folder(folder: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_source(folder)
    return caught.value


# --------------------------------------------------------------------------------------------- numbers and texts


def dataset(column: str, values: list[str] | list[float]) -> Dataset:
    kind = "text" if isinstance(values[0], str) else "number"
    frame = pd.DataFrame({column: values})
    return Dataset("LB", "lb.csv", "0" * 64, frame, {column: ""}, {column: kind}, 1)  # type: ignore[dict-item]


def test_that_padded_numbers_and_missing_words_become_numbers() -> None:
    values = ["  12 ", "-0.5", "+3", "1e3", ".5", "2.", "", ".", "NA", " N/A "]
    got = number(dataset("LBSTRESN", values), "LBSTRESN")
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, [12, -0.5, 3, 1000, 0.5, 2, np.nan, np.nan, np.nan, np.nan])


@pytest.mark.parametrize(
    "bad", ["<5", "3,5", "1,000", "nan", "inf", "1e999", "12 mg", "0x10", "1_000", "na", "٣", "--1"]
)
def test_that_any_other_text_is_no_number(bad: str) -> None:
    with pytest.raises(Refusal) as caught:
        number(dataset("LBSTRESN", ["1", "2", bad, bad, "oops"]), "LBSTRESN")
    refusal = caught.value
    assert (refusal.code, refusal.file, refusal.row) == ("SRC-NUMBER", "lb.csv", 3)
    assert f"Column LBSTRESN must hold numbers, but has '{bad}' here." == refusal.what


def test_that_a_long_value_is_not_repeated_in_full() -> None:
    with pytest.raises(Refusal) as caught:
        number(dataset("LBSTRESN", ["see the comment of the site\nof 3 May"]), "LBSTRESN")
    assert "has 'see the comment of t...' here" in caught.value.what


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_that_a_written_number_is_the_number_read(values: list[float]) -> None:
    got = number(dataset("LBSTRESN", [repr(value) for value in values]), "LBSTRESN")
    assert got.tolist() == values


def test_that_numbers_as_numbers_pass_unchanged_and_become_short_text() -> None:
    sites = dataset("SITEID", [701.0, 1.5, float("nan"), 701.0, 0.1, -0.0, 1e15, 1e300])
    assert text(sites, "SITEID").tolist() == ["701", "1.5", "", "701", "0.1", "0", "1000000000000000", "1e+300"]
    np.testing.assert_array_equal(number(sites, "SITEID"), [701, 1.5, np.nan, 701, 0.1, 0, 1e15, 1e300])


def test_that_text_passes_unchanged() -> None:
    assert text(dataset("SITEID", ["007", ""]), "SITEID").tolist() == ["007", ""]


@pytest.mark.parametrize("helper", [number, text])
def test_that_an_absent_column_is_refused(helper: Callable[[Dataset, str], object]) -> None:
    with pytest.raises(Refusal, match="Dataset LB has no column LBSEQ") as caught:
        helper(dataset("LBDY", ["1"]), "LBSEQ")
    assert caught.value.code == "SRC-COLUMN-MISSING"


# ------------------------------------------------------------------------------------------------------ the folder

AE, DM = b"USUBJID,AETERM\nS1,Rash\nS2,Pain\n", b"USUBJID,SEX\nS1,F\nS2,M\n"


def test_that_names_and_extensions_may_have_any_case(tmp_path: Path) -> None:
    send(tmp_path / "in", {"Ae.CSV": AE, "DM.csv": DM})
    assert sorted(read_source(tmp_path / "in").datasets) == ["AE", "DM"]


def test_that_companions_are_left_alone_and_strangers_noted(tmp_path: Path) -> None:
    companions = ["define.xml", "study.toml", "Readme.TXT", "acrf.pdf", ".DS_Store", "~$dm.csv", "._ae.xpt"]
    send(tmp_path / "in", {"ae.csv": AE, "run.json": b"{}", "old.zip": b"x"} | dict.fromkeys(companions, b"x"))
    (tmp_path / "in" / "split").mkdir()
    source = read_source(tmp_path / "in")
    assert list(source.datasets) == ["AE"]
    (note,) = [note for note in source.notes if note.startswith("not read")]
    assert note.endswith(": old.zip, run.json, split (a folder)")


@pytest.mark.parametrize(
    ("files", "code", "file"),
    [
        ({"dm.csv": DM, "DM.xpt": b"x"}, "SRC-TWICE", "dm.csv"),
        ({"dm.csv": b""}, "SRC-EMPTY", "dm.csv"),
        ({"dm.xpt": b""}, "SRC-EMPTY", "dm.xpt"),
        ({"dm (1).csv": DM}, "SRC-NAME", "dm (1).csv"),
        ({"readme.txt": b"x"}, "SRC-NONE", "in"),
        ({"dm.xpt": b"<html></html>"}, "SRC-XPT-NOT", "dm.xpt"),
    ],
)
def test_that_a_folder_that_cannot_be_used_is_refused(
    tmp_path: Path, files: dict[str, bytes], code: str, file: str
) -> None:
    send(tmp_path / "in", files)
    refusal = refused_folder(tmp_path / "in")
    assert (refusal.code, refusal.file) == (code, file)


def test_that_a_missing_folder_and_a_file_in_its_place_are_refused(tmp_path: Path) -> None:
    assert refused_folder(tmp_path / "absent").what == "The source folder does not exist."
    (tmp_path / "file").write_bytes(AE)
    refusal = refused_folder(tmp_path / "file")
    assert (refusal.code, refusal.what) == ("SRC-FOLDER", "The source is not a folder.")


def test_that_a_file_over_the_limit_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(tmp_path / "in", {"ae.csv": AE})
    monkeypatch.setattr(folder_module, "SIZE_LIMIT", len(AE))
    assert len(read_source(tmp_path / "in").datasets["AE"].frame) == 2
    monkeypatch.setattr(folder_module, "SIZE_LIMIT", len(AE) - 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    assert refused_folder(tmp_path / "in").code == "SRC-SIZE"


def test_that_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    send(tmp_path / "in", {"ae.csv": AE})
    monkeypatch.setattr(Path, "read_bytes", deny)
    refusal = refused_folder(tmp_path / "in")
    assert (refusal.code, refusal.what) == ("SRC-READ", "It cannot be read (Permission denied).")


def test_that_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.csv": AE, "dm.csv": DM + b"S3,F\n" * 1000})
    seen: list[tuple[str, int, int]] = []
    read_source(tmp_path / "in", progress=lambda file, done, total: seen.append((file, done, total)))
    assert seen == [("ae.csv", 0, 6), ("dm.csv", 1, 6), ("", 6, 6)]


def test_that_a_source_can_be_handed_to_another_process(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.csv": AE})
    source = read_source(tmp_path / "in")
    again = pickle.loads(pickle.dumps(source))
    pd.testing.assert_frame_equal(again.datasets["AE"].frame, source.datasets["AE"].frame)


# ---------------------------------------------------------------------------------------------------- the manifest


def test_that_a_manifest_that_fits_passes_without_a_note(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.csv": AE, "dm.csv": DM}, {"AE.csv": (2, 2), "dm.csv": (2, 2)})
    assert read_source(tmp_path / "in").notes == ()


def test_that_no_manifest_is_noted(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.csv": AE})
    assert read_source(tmp_path / "in").notes == (
        "no manifest.json: the completeness of the files cannot be checked",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("files", "listed", "code", "file"),
    [
        ({"ae.csv": AE}, {"ae.csv": (2, 2), "dm.csv": (2, 2)}, "SRC-MANIFEST-MISSING", "dm.csv"),
        ({"ae.csv": AE, "dm.csv": DM}, {"ae.csv": (2, 2)}, "SRC-MANIFEST-EXTRA", "dm.csv"),
        ({"ae.csv": AE}, {"ae.csv": (3, 2)}, "SRC-MANIFEST-ROWS", "ae.csv"),
        ({"ae.csv": AE}, {"ae.csv": (2, 1)}, "SRC-MANIFEST-COLUMNS", "ae.csv"),
    ],
)
def test_that_what_the_manifest_does_not_say_is_refused(
    tmp_path: Path, files: dict[str, bytes], listed: dict[str, tuple[int, int]], code: str, file: str
) -> None:
    send(tmp_path / "in", files, listed)
    refusal = refused_folder(tmp_path / "in")
    assert (refusal.code, refusal.file) == (code, file)


def test_that_one_other_byte_is_refused(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.csv": AE}, {"ae.csv": (2, 2)})
    (tmp_path / "in" / "ae.csv").write_bytes(AE.replace(b"Rash", b"Rush"))
    assert refused_folder(tmp_path / "in").code == "SRC-MANIFEST-HASH"


GOOD = {"name": "ae.csv", "sha256": hashlib.sha256(AE).hexdigest(), "rows": 2, "columns": 2}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not JSON"),
        (b"\xff\xfe{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", 'no list "datasets"'),
        ('{"datasets": {}}', 'no list "datasets"'),
        (json.dumps({"datasets": ["ae.csv"]}), "entry 1 is not an object"),
        (json.dumps({"datasets": [GOOD, GOOD | {"name": "AE.CSV"}]}), "lists a file twice"),
        (json.dumps({"datasets": [GOOD | {"name": ""}]}), 'no "name"'),
        (json.dumps({"datasets": [GOOD | {"sha256": "12"}]}), 'no "sha256"'),
        (json.dumps({"datasets": [GOOD | {"rows": True}]}), 'no whole numbers "rows"'),
        (json.dumps({"datasets": [GOOD | {"columns": "2"}]}), 'no whole numbers "rows"'),
        (json.dumps({"datasets": [GOOD | {"rows": -2}]}), 'no whole numbers "rows"'),
    ],
)
def test_that_a_manifest_of_another_form_is_refused(tmp_path: Path, content: str | bytes, words: str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    send(tmp_path / "in", {"ae.csv": AE, "manifest.json": raw})
    refusal = refused_folder(tmp_path / "in")
    assert (refusal.code, refusal.file) == ("SRC-MANIFEST-FORM", "manifest.json")
    assert words in refusal.what


def test_that_other_keys_and_a_byte_order_mark_in_the_manifest_do_no_harm(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + json.dumps({"sent": "2026-03-01", "datasets": [GOOD | {"label": "x"}]}).encode()
    send(tmp_path / "in", {"ae.csv": AE, "manifest.json": content})
    assert len(read_source(tmp_path / "in").datasets["AE"].frame) == 2
