"""Ways to an arm that were tried and are closed: gaps that held-back rows leave, sums, spellings, guessed hashes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from dsmb_app.snapshot import container
from dsmb_app.snapshot.held_counts import worked_out
from dsmb_app.snapshot.wording import treatment_words, withhold
from dsmb_app.store.image import Image, open_image
from tests.locked import Locked, lock_for_test
from tests.sealed_files import canonical
from tests.test_blinding import parts
from tests.test_refusals import AE, DM, EX, STUDY, write

HOLD = '[ae]\nhold_back = ["Nausea"]\n[blind]\nallow = ["SUPPAE.AESOSP"]\n'
QUALIFIERS = [
    ["USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"],
    ["S1", "AESEQ", "1", "AESOSP", "for the headache"],
    ["S2", "AESEQ", "1", "AESOSP", "for the nausea"],
]


def opened(locked: Locked, part: str) -> Image:
    # In this order, because names open after codes only.
    return open_image(parts(locked, "main", "codes", "names")[part], what=part)


def receipt(locked: Locked) -> bytes:
    return container.load(locked.file, signers=[locked.keys.signer]).unlock("receipt", locked.keys.phrases["main"])


@pytest.fixture
def held(tmp_path: Path) -> Locked:
    """Return a small trial of which the nausea of S2 is held back."""
    source = tmp_path / "delivery"
    source.mkdir()
    write(source, {"dm": DM, "ex": EX, "ae": AE, "suppae": QUALIFIERS})
    (source / "study.toml").write_text(STUDY + HOLD, encoding="utf-8")
    return lock_for_test(source, source / "study.toml", tmp_path)


def test_that_no_number_of_a_record_tells_who_has_rows_held_back(demo: Locked) -> None:
    # In the demo 8 of the 10 subjects with a gap in AESEQ had the drug: its injections make the reactions held back.
    main = opened(demo, "main")
    for table in ("ae", "lb"):
        numbered = {f"{table.upper()}{ending}" for ending in ("SEQ", "SPID", "GRPID", "REFID")}
        assert not numbered & set(main.table(table).columns)
        assert f"{table.upper()}SEQ" in opened(demo, "names").table(f"sealed_{table}").columns
    assert "VSSEQ" in main.table("vs").columns


def test_that_the_report_says_why_the_numbers_of_records_were_sealed(held: Locked) -> None:
    assert "AE       names  its gaps would tell whose rows are held back: AESEQ" in held.report.text()


def test_that_qualifiers_of_a_dataset_with_rows_held_back_are_sealed(held: Locked) -> None:
    data = parts(held, "main", "codes", "names")
    assert b"for the" not in data["main"]
    assert b"for the nausea" in data["names"]
    assert "SUPPAE   names  its gaps would tell whose rows are held back: AESOSP" in held.report.text()


def test_that_a_held_back_count_which_the_others_give_by_subtraction_is_told(demo: Locked) -> None:
    told = "LB: EOS is held back, but can be worked out from LYM, NEUT, WBC: hold one of these back too"
    assert told in demo.report.notes
    assert told not in json.loads(receipt(demo))["notes"]


@pytest.mark.parametrize(
    ("hold_back", "tests", "told"),
    [
        (["EOS"], ["EOS", "WBC", "NEUT", "LYM"], 1),
        (["EOS", "WBC"], ["EOS", "WBC", "NEUT", "LYM"], 0),
        (["EOSLE"], ["EOSLE", "NEUTLE", "LYMLE"], 1),
        (["EOS"], ["EOS", "NEUT", "LYM", "NEUTLE", "LYMLE"], 0),
        (["ALT"], ["ALT", "WBC", "NEUT", "LYM"], 0),
        (["EOS"], ["WBC", "NEUT", "LYM"], 0),
    ],
)
def test_that_only_counts_which_can_be_worked_out_are_told(hold_back: list[str], tests: list[str], told: int) -> None:
    assert len(worked_out(hold_back, tests)) == told


@pytest.mark.parametrize("text", ["IL2 reaction", "after il 2", "IL\u20112 given", "IL_2", "given IL-2."])
def test_that_a_drug_is_found_however_its_name_is_spelt(text: str) -> None:
    words = treatment_words([], [], ["IL-2"])
    assert withhold(pd.Series([text], dtype="str"), words.in_terms)[0].tolist() == ["[withheld]"]


@pytest.mark.parametrize("text", ["IL-20", "MAIL 2", "a vitamin", "vitamin A"])
def test_that_a_text_which_only_resembles_the_name_stays(text: str) -> None:
    words = treatment_words(["A ++"], [], ["IL-2"])
    assert withhold(pd.Series([text], dtype="str"), words.in_free)[0].tolist() == [text]


def test_that_the_hash_of_codes_cannot_be_guessed_from_the_subjects(demo: Locked) -> None:
    codes = opened(demo, "codes").manifest
    assert len(bytes.fromhex(codes["salt"])) == 16
    assert codes["salt"].encode() not in canonical(opened(demo, "main").manifest["study"])
