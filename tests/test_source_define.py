"""define.xml: labels for files that hold none, and nothing that a hostile one could do."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app import drafting
from dsmb_app.snapshot import define_xml, folder
from dsmb_app.snapshot.define_xml import Define, DefineError, read_define
from dsmb_app.snapshot.source import read_source
from dsmb_app.snapshot.xpt import read_xpt
from tests.sending import ID_TERM, build, send
from tests.shared_data import CDISC_PILOT, needs_shared_data
from tests.test_refusals import AE, DM, EX, write

V1 = b"""<?xml version="1.0"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.2" xmlns:def="http://www.cdisc.org/ns/def/v1.0"><Study OID="S">
<GlobalVariables><StudyName>S-1</StudyName><StudyDescription>A trial
 of rest</StudyDescription><ProtocolName>P-1</ProtocolName></GlobalVariables>
<MetaDataVersion OID="M">
<ItemGroupDef OID="IG" Name="ae"><ItemRef ItemOID="1"/><ItemRef ItemOID="2"/><ItemRef ItemOID="9"/></ItemGroupDef>
<ItemDef OID="1" Name="USUBJID" def:Label="Unique Subject"/><ItemDef OID="2" Name="aeterm" def:Label="Term"/>
</MetaDataVersion></Study></ODM>"""
V2 = (
    V1.replace(b"odm/v1.2", b"odm/v1.3")
    .replace(b"def/v1.0", b"def/v2.1")
    .replace(
        b' def:Label="Term"/>',
        b'><Description><TranslatedText xml:lang="en">Term</TranslatedText></Description></ItemDef>',
    )
)
LABELS = {"AE": {"USUBJID": "Unique Subject", "AETERM": "Term"}}


@pytest.mark.parametrize("data", [V1, V2])
def test_that_each_version_gives_labels_and_the_study(data: bytes) -> None:
    assert read_define(data) == Define(LABELS, "S-1", "P-1", "A trial of rest")


def test_that_a_column_that_is_described_twice_has_the_label_of_its_own_dataset() -> None:
    group = b'<ItemGroupDef OID="I2" Name="LB"><ItemRef ItemOID="3"/></ItemGroupDef>'
    other = group + b'<ItemDef OID="3" Name="USUBJID" def:Label="Other"/>'
    found = read_define(V1.replace(b"</MetaDataVersion>", other + b"</MetaDataVersion>"))
    assert (found.labels["AE"]["USUBJID"], found.labels["LB"]["USUBJID"]) == ("Unique Subject", "Other")


@needs_shared_data
def test_that_the_pilots_define_says_what_its_files_say() -> None:
    define = read_define((CDISC_PILOT / "define.xml").read_bytes())
    assert (define.study, define.description) == ("CDISCPILOT01", "CDISCPILOT01 Data Definition")
    for name in ("dm", "ae", "ex", "lb"):
        labels = read_xpt((CDISC_PILOT / f"{name}.xpt").read_bytes(), f"{name}.xpt").labels
        # The two were not written in the same year; a label may have been polished in between.
        same = [column for column, label in labels.items() if define.labels[name.upper()].get(column) == label]
        assert len(same) >= 0.9 * len(labels)


def test_that_labels_come_from_the_file_first_and_then_from_define(tmp_path: Path) -> None:
    files = {"ae.xpt": build(ID_TERM, b"S1  Rash  "), "Define.XML": V1.replace(b"IG", b"I0")}
    send(tmp_path / "xpt", files)
    assert read_source(tmp_path / "xpt").datasets["AE"].labels["AETERM"] == "AETERM label"
    send(tmp_path / "csv", {"ae.csv": b"USUBJID,AETERM,AEX\nS1,Rash,1\n", "define.xml": V1})
    source = read_source(tmp_path / "csv")
    assert source.datasets["AE"].labels == {"USUBJID": "Unique Subject", "AETERM": "Term", "AEX": ""}
    assert source.study == {"study": "S-1", "protocol": "P-1", "description": "A trial of rest"}


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (V1[:400], "it is not XML, from line"),
        (b"", "the file is empty"),
        (b"<html><body/></html>", "no MetaDataVersion"),
        (b"not xml", "it is not XML"),
        (V1.replace(b"<ODM", BOMB + b"<ODM", 1), "a document type"),
        (V1.replace(b"<ODM", b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><ODM', 1), "a document type"),
        (b"<a>" * 5000, "it is not XML"),
    ],
)
def test_that_a_broken_define_is_a_note_and_never_a_refusal(tmp_path: Path, data: bytes, words: str) -> None:
    send(tmp_path / "in", {"ae.csv": b"USUBJID,AETERM\nS1,Rash\n", "define.xml": data})
    source = read_source(tmp_path / "in")
    assert source.datasets["AE"].labels == {"USUBJID": "", "AETERM": ""}
    (note,) = [note for note in source.notes if note.startswith("define.xml")]
    assert words in note.lower() or words in note


def test_that_entities_are_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DefineError):
        read_define(V1.replace(b"<ODM", BOMB + b"<ODM", 1).replace(b"S-1", b"&b;"))


def test_that_a_huge_define_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(define_xml, "LIMIT", len(V1))
    assert read_define(V1).labels == LABELS
    monkeypatch.setattr(define_xml, "LIMIT", len(V1) - 1)
    with pytest.raises(DefineError, match="the limit is"):
        read_define(V1)


def test_that_a_define_over_the_limit_of_all_files_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send(tmp_path / "in", {"ae.csv": b"USUBJID\nS1\n", "define.xml": V1})
    monkeypatch.setattr(folder, "SIZE_LIMIT", 100)
    assert any(note.startswith("define.xml: not used.") for note in read_source(tmp_path / "in").notes)


def test_that_a_drafted_study_file_takes_its_title_from_define(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", {"dm": DM, "ex": EX, "ae": AE})
    assert 'title = "A trial of rest"' not in drafting.draft(tmp_path / "in")
    (tmp_path / "in" / "define.xml").write_bytes(V2)
    assert 'title = "A trial of rest"' in drafting.draft(tmp_path / "in")
