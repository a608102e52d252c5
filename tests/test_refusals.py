"""Bad input gets one sentence that names file, row and what to do; exit code 2; nothing half-written."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import Done, dsmb
from tests.locked import Locked

STUDY = """
[study]
id = "X-1"
title = "A small synthetic study"
cutoff = 2020-12-31
synthetic = true
[arms]
reference = "Placebo"
order = ["Active", "Placebo"]
"""

DM = [
    ["STUDYID", "USUBJID", "RFSTDTC", "RFENDTC", "ARM", "ACTARM", "AGE"],
    ["X-1", "S1", "2020-01-01", "2020-03-01", "Active", "Active", "40"],
    ["X-1", "S2", "2020-01-02", "2020-03-02", "Placebo", "Placebo", "50"],
]
EX = [
    ["STUDYID", "USUBJID", "EXTRT", "EXDOSE", "EXSTDTC", "EXENDTC"],
    ["X-1", "S1", "WONDERDRUG", "10", "2020-01-01", "2020-02-01"],
    ["X-1", "S2", "PLACEBO", "0", "2020-01-02", "2020-02-02"],
]
AE = [
    ["STUDYID", "USUBJID", "AESEQ", "AETERM", "AEDECOD", "AEBODSYS", "AESTDTC", "AESER"],
    ["X-1", "S1", "1", "head ache", "Headache", "Nervous system disorders", "2020-01-05", "N"],
    ["X-1", "S2", "1", "nausea", "Nausea", "Gastrointestinal disorders", "2020-01-06", "N"],
]
Tables = dict[str, list[list[str]]]


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """Return a folder with a small sound delivery and its study file."""
    folder = tmp_path / "delivery"
    folder.mkdir()
    write(folder, {"dm": DM, "ex": EX, "ae": AE})
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


def write(folder: Path, tables: Tables) -> None:
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)


def changed(rows: list[list[str]], row: int, column: str, value: str) -> list[list[str]]:
    place = rows[0].index(column)
    return [[*line[:place], value, *line[place + 1 :]] if i == row else line for i, line in enumerate(rows)]


def lock(delivery: Path) -> Done:
    out = delivery.parent
    files = ["--study", delivery / "study.toml", "--trial", out / "trial.json", "--secrets", out / "secrets.json"]
    return dsmb("lock", delivery, *files, "--out", out / "x.dsmb")


def refused(done: Done, *parts: str) -> None:
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    for part in parts:
        assert part in done.stderr


def test_that_a_sound_delivery_locks_and_says_where_everything_went(delivery: Path) -> None:
    done = lock(delivery)
    assert done.returncode == 0, done.stderr
    assert "EX       names  tells the treatment: EXTRT, EXDOSE" in done.stdout
    made = {"trial.json", "trial.json.lock", "secrets.json", "x.dsmb"}
    assert {path.name for path in delivery.parent.iterdir()} == {"delivery", *made}


def html(folder: Path) -> None:
    (folder / "ae.csv").unlink()
    (folder / "ae.xpt").write_text("<!DOCTYPE html><html><body>Please log in</body></html>", encoding="utf-8")


BAD: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "a missing domain": (lambda f: (f / "ex.csv").unlink(), ("no EX dataset", "ex.xpt or ex.csv", "Ask for it")),
    "a number that is none": (
        lambda f: write(f, {"dm": changed(DM, 2, "AGE", "fifty")}),
        ("dm.csv, row 2", "AGE", "fifty"),
    ),
    "a date column of another type": (
        lambda f: write(f, {"ae": changed(changed(AE, 1, "AESTDTC", "05/01/2020"), 2, "AESTDTC", "06/01/2020")}),
        ("ae.csv, row 1", "AESTDTC", "ISO 8601"),
    ),
    "a subject in AE but not in DM": (
        lambda f: write(f, {"ae": changed(AE, 2, "USUBJID", "S9")}),
        ("ae.csv, row 2", "S9 is not in DM", "same transfer"),
    ),
    "a subject twice in DM": (lambda f: write(f, {"dm": [*DM, DM[1]]}), ("dm.csv, row 3", "earlier row")),
    "a blank subject": (lambda f: write(f, {"ae": changed(AE, 1, "USUBJID", "")}), ("ae.csv, row 1", "blank")),
    "a page called .xpt": (html, ("ae.xpt", "a web page")),
    "an unknown arm": (
        lambda f: write(f, {"dm": changed(DM, 1, "ARM", "Activ")}),
        ("dm.csv, row 1", "'Activ'", "arms.labels"),
    ),
    "an unknown key": (
        lambda f: (f / "study.toml").write_text(STUDY + '[emergent]\nwindows = "on-study"\n', encoding="utf-8"),
        ("study.toml", "'emergent.windows'", "'emergent.window'"),
    ),
    "a flag that is not delivered": (
        lambda f: (f / "study.toml").write_text(STUDY + '[emergent]\nflag = "SUPPAE.AETRTEM"\n', encoding="utf-8"),
        ("emergent.flag", "SUPPAE.AETRTEM", "not in the delivery"),
    ),
    "a treatment column asked for": (
        lambda f: (f / "study.toml").write_text(STUDY + '[blind]\nallow = ["DM.ARMCD"]\n', encoding="utf-8"),
        ("blind.allow", "DM.ARMCD", "never"),
    ),
    "a missing column": (
        lambda f: write(f, {"ae": [[c for i, c in enumerate(r) if AE[0][i] != "AEDECOD"] for r in AE]}),
        ("ae.csv", "AEDECOD is missing"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_that_a_bad_delivery_is_refused_in_one_sentence_and_nothing_is_written(delivery: Path, name: str) -> None:
    spoil, parts = BAD[name]
    spoil(delivery)
    refused(lock(delivery), *parts)
    assert [path.name for path in delivery.parent.iterdir()] == ["delivery"]


def test_that_a_truncated_transport_file_is_refused(delivery: Path, project: Path) -> None:
    data = (project / "resources" / "demo" / "current" / "ae.xpt").read_bytes()
    (delivery / "ae.csv").unlink()
    (delivery / "ae.xpt").write_bytes(data[: len(data) // 2 + 1])
    refused(lock(delivery), "ae.xpt")


def test_that_a_flipped_byte_is_refused(demo: Locked, tmp_path: Path) -> None:
    data = bytearray(demo.file.read_bytes())
    data[len(data) // 2] ^= 1
    file = tmp_path / "flipped.dsmb"
    file.write_bytes(data)
    refused(dsmb("verify", file), "flipped.dsmb", "fresh copy")
    refused(dsmb("ard", file, "--secrets", demo.secrets), "flipped.dsmb", "fresh copy")


def test_that_a_wrong_phrase_is_refused(demo: Locked, tmp_path: Path) -> None:
    secrets = tmp_path / "wrong.json"
    text = demo.secrets.read_text(encoding="utf-8")
    secrets.write_text(text.replace(demo.keys.phrases["main"], "one two three four five six seven"), encoding="utf-8")
    refused(dsmb("ard", demo.file, "--secrets", secrets), "test.dsmb", "phrase")


def test_that_another_signer_is_refused(demo: Locked, delivery: Path) -> None:
    assert lock(delivery).returncode == 0
    out = delivery.parent
    refused(dsmb("ard", demo.file, "--secrets", out / "secrets.json"), "test.dsmb", "sign")


def test_that_a_refused_pack_or_result_leaves_no_file(demo: Locked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    refused(dsmb("ard", demo.file, "--secrets", demo.secrets, "--exhibit", "T99", "--out", out / "r.csv"), "T99")
    refused(
        dsmb("pack", demo.file, "--secrets", demo.secrets, "--level", "masked", "--out", out / "p.xlsx"), "password"
    )
    plain = ("--level", "masked", "--plain", "--out", out / "p.xlsx")
    refused(dsmb("pack", demo.file, "--secrets", demo.secrets, *plain), "--i-understand")
    assert list(out.iterdir()) == []


def test_that_a_pack_that_is_there_is_replaced_only_when_asked(demo: Locked, tmp_path: Path) -> None:
    out = tmp_path / "p.xlsx"
    out.write_bytes(b"the pack of the last meeting")
    command = ("pack", demo.file, "--secrets", demo.secrets, "--out", out)
    refused(dsmb(*command), "p.xlsx", "There is a file of this name already", "--overwrite")
    assert out.read_bytes() == b"the pack of the last meeting"
    assert dsmb(*command, "--overwrite").returncode == 0
    assert out.read_bytes().startswith(b"PK")


def test_that_a_draft_of_a_study_file_is_a_study_file(delivery: Path) -> None:
    (delivery / "study.toml").unlink()
    assert dsmb("init", delivery).returncode == 0
    assert 'order = ["Active", "Placebo"]' in (delivery / "study.toml").read_text(encoding="utf-8")
    assert lock(delivery).returncode == 0
    refused(dsmb("init", delivery), "exists already")
    shutil.rmtree(delivery)
