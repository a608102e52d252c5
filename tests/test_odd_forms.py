"""Odd files in a whole delivery: the same results in every form, or one sentence that says what to mend."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dsmb_app import ard, drafting
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from tests.locked import lock_for_test
from tests.sas_files import Sas, sas7bdat
from tests.sending import write as write_xpt
from tests.shared_data import SHARED_DATA, needs_shared_data
from tests.test_refusals import AE, DM, EX, STUDY, Tables, changed, write

NUMBERS = {"AGE", "EXDOSE", "AESEQ", "LBSTRESN", "LBSTNRLO", "LBSTNRHI"}
LB = [
    ["STUDYID", "USUBJID", "LBSEQ", "LBTESTCD", "LBTEST", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "LBDTC"],
    ["X-1", "S1", "1", "ALT", "Alanine Aminotransferase", "30", "U/L", "0", "40", "2019-12-30"],
    ["X-1", "S1", "2", "ALT", "Alanine Aminotransferase", "130", "U/L", "0", "40", "2020-01-10"],
    ["X-1", "S2", "1", "ALT", "Alanine Aminotransferase", "20", "U/L", "0", "40", "2020-01-01"],
]


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """Return a folder with a study file and no datasets yet."""
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


def results(delivery: Path, state: Path) -> str:
    """Return the named results as CSV, without the id that each lock makes anew."""
    locked = lock_for_test(delivery, delivery / "study.toml", delivery.parent)
    found = list(csv.reader(ard.results_csv(locked.session(Level.NAMED, state)).splitlines()))
    return "\n".join(",".join(cell for cell in row if cell != locked.report.snap_id) for row in found)


def refused(delivery: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        lock_for_test(delivery, delivery / "study.toml", delivery.parent)
    return caught.value


# ------------------------------------------------------------------------------------- one delivery in every form


def typed(rows: list[list[str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    return frame.astype({name: float for name in frame if name in NUMBERS})


def to_xpt(folder: Path, name: str, rows: list[list[str]]) -> None:
    write_xpt(folder / f"{name}.xpt", typed(rows))


def to_xpt_v8(folder: Path, name: str, rows: list[list[str]]) -> None:
    write_xpt(folder / f"{name}.xpt", typed(rows), 8)


def to_sas(folder: Path, name: str, rows: list[list[str]]) -> None:
    columns = [Sas(column) if column in NUMBERS else Sas(column, 40) for column in rows[0]]
    cells: list[list[object]] = [
        [float(cell) if column in NUMBERS else cell for column, cell in zip(rows[0], row, strict=True)]
        for row in rows[1:]
    ]
    (folder / f"{name}.sas7bdat").write_bytes(sas7bdat(columns, cells, name=name.upper()))


def described(name: str, rows: list[list[str]]) -> dict[str, object]:
    types = ["double" if column in NUMBERS else "string" for column in rows[0]]
    columns = [
        {"name": column, "itemOID": column, "dataType": type_} for column, type_ in zip(rows[0], types, strict=True)
    ]
    return {"datasetJSONVersion": "1.1.0", "records": len(rows) - 1, "name": name.upper(), "columns": columns}


def values(rows: list[list[str]]) -> list[list[object]]:
    return typed(rows).astype(object).to_numpy().tolist()


def to_json(folder: Path, name: str, rows: list[list[str]]) -> None:
    (folder / f"{name}.json").write_text(json.dumps(described(name, rows) | {"rows": values(rows)}), encoding="utf-8")


def to_lines(folder: Path, name: str, rows: list[list[str]]) -> None:
    made = [json.dumps(line) for line in [described(name, rows), *values(rows)]]
    (folder / f"{name}.ndjson").write_text("\n".join(made) + "\n", encoding="utf-8")


def to_semicolons(folder: Path, name: str, rows: list[list[str]]) -> None:
    (folder / f"{name}.csv").write_bytes("".join(";".join(row) + "\r\n" for row in rows).encode("utf-16"))


def to_upper_case(folder: Path, name: str, rows: list[list[str]]) -> None:
    (folder / f"{name.upper()}.CSV").write_bytes("".join(",".join(row) + "\n" for row in rows).encode())


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the results of the delivery as CSV files with commas."""
    folder = tmp_path_factory.mktemp("plain") / "delivery"
    folder.mkdir()
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    write(folder, TABLES)
    return results(folder, folder.parent / "state")


Writer = Callable[[Path, str, list[list[str]]], None]
TABLES: Tables = {"dm": DM, "ex": EX, "ae": AE, "lb": LB}


@pytest.mark.parametrize(
    "writer", [to_xpt, to_xpt_v8, to_sas, to_json, to_lines, to_semicolons, to_upper_case], ids=lambda one: one.__name__
)
def test_that_every_form_of_a_delivery_gives_the_same_results(
    delivery: Path, state: Path, writer: Writer, expected: str
) -> None:
    for name, rows in TABLES.items():
        writer(delivery, name, rows)
    assert results(delivery, state) == expected


def padded(rows: list[list[str]]) -> list[list[str]]:
    place = rows[0].index("USUBJID")
    body = [[cell.rjust(8) if at == place or rows[0][at] in NUMBERS else cell for at, cell in enumerate(row)]
            for row in rows[1:]]  # fmt: skip
    return [rows[0], *body]


def test_that_right_justified_keys_and_padded_numbers_change_nothing(
    delivery: Path, state: Path, expected: str
) -> None:
    write(delivery, TABLES | {"ae": padded(AE), "lb": padded(LB)})
    assert results(delivery, state) == expected


def test_that_words_for_a_missing_number_are_missing(delivery: Path, state: Path) -> None:
    many = [*LB, *(["X-1", "S2", str(place), *LB[1][3:5], "", *LB[1][6:9], "2020-01-20"] for place in range(2, 5))]
    write(delivery, TABLES | {"lb": many})
    blank = results(delivery, state)
    worded = many
    for row, word in ((4, "NA"), (5, " . "), (6, "N/A")):
        worded = changed(worded, row, "LBSTRESN", word)
    write(delivery, {"lb": worded})
    assert results(delivery, state / "again") == blank


def test_that_a_comma_for_a_point_is_refused_with_its_row(delivery: Path) -> None:
    write(delivery, TABLES | {"lb": changed(LB, 2, "LBSTRESN", "130,5")})
    refusal = refused(delivery)
    assert (refusal.code, refusal.file, refusal.row) == ("SRC-NUMBER", "lb.csv", 2)


def test_that_bytes_outside_utf8_are_read_and_noted(delivery: Path) -> None:
    write(delivery, TABLES)
    to_xpt(delivery, "ae", changed(AE, 1, "AETERM", "Meniere"))
    (delivery / "ae.csv").unlink()
    (delivery / "ae.xpt").write_bytes((delivery / "ae.xpt").read_bytes().replace(b"Meniere", b"M\xe9ni\xe8re"))
    report = lock_for_test(delivery, delivery / "study.toml", delivery.parent).report
    assert any(note.startswith("ae.xpt: read as Windows-1252") for note in report.notes)


def test_that_a_blank_arm_is_nobodys_arm(delivery: Path, state: Path) -> None:
    third = ["X-1", "S3", "", "", "", "", "60"]
    write(delivery, TABLES | {"dm": [*DM, third]})
    found = results(delivery, state)
    assert "S3" not in found
    assert lock_for_test(delivery, delivery / "study.toml", delivery.parent).report.rows["dm"] == 3


def test_that_two_units_for_one_test_are_never_mixed_in_silence(delivery: Path) -> None:
    write(delivery, TABLES)
    write(delivery, {"lb": changed(changed(LB, 2, "LBSTRESU", "ukat/L"), 2, "LBSTRESN", "2.2")})
    report = lock_for_test(delivery, delivery / "study.toml", delivery.parent).report
    said = "lb.csv: one test has results in several standard units, check that they may be compared: ALT (U/L, ukat/L)"
    assert said in report.notes
    write(delivery, {"lb": LB})
    report = lock_for_test(delivery, delivery / "study.toml", delivery.parent).report
    assert not any("several standard units" in note for note in report.notes)


@pytest.mark.parametrize(
    ("file", "data", "code", "words"),
    [
        ("ae.csv", b"", "SRC-EMPTY", "empty"),
        ("ae.xpt", b"<!DOCTYPE html><title>Sign in</title>", "SRC-XPT-NOT", "a web page"),
        ("ae.sas7bdat", b"<html>", "SRC-SAS-NOT", "a web page"),
        ("ae.json", b"<html>", "SRC-JSON-NOT", "a web page"),
        ("ae.json", b'{"fileOID": "x", "datasetJSONVersion": "1.0.0", "clinicalData": {}}', "SRC-JSON-OLD", "1.0"),
        ("ae.ndjson", b'{"datasetJSONVersion": "1.1.0"', "SRC-JSON-BROKEN", "not whole"),
    ],
)
def test_that_what_cannot_be_read_is_refused_with_its_reason(
    delivery: Path, file: str, data: bytes, code: str, words: str
) -> None:
    write(delivery, {"dm": DM, "ex": EX})
    (delivery / file).write_bytes(data)
    refusal = refused(delivery)
    assert (refusal.code, refusal.file) == (code, file)
    assert words in refusal.what
    assert not list(delivery.parent.glob("*.dsmb"))


@needs_shared_data
@pytest.mark.isolated
@pytest.mark.parametrize(
    "names", [["dm.json", "ae.json", "ex.json", "lb.json"], ["dm.xpt", "ae.json", "ex.xpt", "lb.xpt"]]
)
def test_that_real_dataset_json_drafts_locks_and_gives_results(tmp_path: Path, state: Path, names: list[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes((SHARED_DATA / "datasetjson" / name).read_bytes())
    (folder / "study.toml").write_text(drafting.draft(folder), encoding="utf-8")
    locked = lock_for_test(folder, folder / "study.toml", tmp_path)
    assert locked.report.rows == {"dm": 18, "ae": 74, "lb": 3488}
    rows = list(csv.DictReader(ard.results_csv(locked.session(Level.NAMED, state)).splitlines()))
    # 5 subjects with Placebo, 7 with the high and 5 with the low dose, one screen failure: counted in dm.json by hand.
    sizes = {row["arm"]: row["stat"] for row in rows if row["exhibit"] == "T09" and row["stat_name"] == "N"}
    assert {float(size) for size in sizes.values()} <= {5.0, 7.0, 17.0, 18.0}


@needs_shared_data
def test_that_both_forms_of_one_trial_in_one_folder_are_refused_in_words() -> None:
    with pytest.raises(Refusal, match=r"Dataset AE is there twice, in ae\.json and in ae\.xpt") as caught:
        drafting.draft(SHARED_DATA / "datasetjson")
    assert caught.value.todo == "Remove the one that does not belong to this transfer."
