"""What the open pack, and the masked one, must not hold: arms, doses, subjects, extremes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyreadstat
import pytest

from dsmb_app.model.result import Column
from dsmb_app.model.words import TOTAL, Level, Stat
from tests.locked import Locked, lock_for_test
from tests.packs.conftest import Pack
from tests.packs.reading import parts, sheet_names, table_sheet
from tests.test_blinding import DEMO_WORDS, PILOT_WORDS, found_words

Packs = Callable[[Level], Pack]


def everything(found: Pack) -> bytes:
    """Return all parts of a pack, names and contents."""
    return b"\n".join(name.encode() + b"\n" + part for name, part in parts(found.data).items())


@pytest.mark.parametrize("level", [Level.POOLED, Level.MASKED])
def test_that_no_part_names_an_arm_a_drug_or_a_dose(pack: Packs, level: Level) -> None:
    assert found_words(everything(pack(level)), DEMO_WORDS) == []


def test_that_the_search_would_find_them(pack: Packs) -> None:
    assert set(found_words(everything(pack(Level.NAMED)), DEMO_WORDS)) >= {"hrIL-2", "Placebo", "IL-2"}


@pytest.mark.parametrize("level", [Level.POOLED, Level.MASKED])
def test_that_no_part_of_the_pilots_pack_names_an_arm_or_a_dose(pilot: Locked, level: Level) -> None:
    assert found_words(everything(Pack.of(pilot.opened(level))), PILOT_WORDS) == []


def ids_of(demo: Locked, found: Pack) -> list[str]:
    original, _ = pyreadstat.read_xport(demo.source / "dm.xpt")
    treated = found.session.drill("T06", ("Treated",), Column(TOTAL, Stat.N)).subjects.subjects
    assert len(treated) == 59
    return sorted({*original["USUBJID"], *treated})


def test_that_no_part_of_the_open_pack_holds_a_subject(demo: Locked, pack: Packs) -> None:
    found = pack(Level.POOLED)
    whole = everything(found)
    assert [usubjid for usubjid in ids_of(demo, found) if usubjid.encode() in whole] == []


@pytest.mark.parametrize("level", [Level.MASKED, Level.NAMED])
def test_that_subjects_stand_in_the_listings_of_a_closed_pack_alone(demo: Locked, pack: Packs, level: Level) -> None:
    found, ids = pack(level), set(ids_of(demo, pack(level)))
    said = {
        sheet.title
        for sheet in found.book
        for row in sheet.iter_rows(values_only=True)
        if ids & {str(value) for value in row if value}
    }
    # Nobody died, so that L2 lists nobody.
    assert {name.split()[0] for name in said} == {"L1", "L3", "L4", "L5"}


def test_that_the_open_pack_has_no_extremes_and_no_arms(pack: Packs) -> None:
    found = pack(Level.POOLED)
    for entry in found.tables:
        one = table_sheet(found.book[entry.sheet])
        said = {*one.kinds.values(), *(kind for _, _, kind, _ in one.printed())}
        assert not said & {"min", "max", "Minimum, maximum", "p", "RD (95% CI)", "RD"}
        # Treated, randomised, screened.
        assert {group for group in one.groups.values() if "(N=" in group} <= {f"Total (N={n})" for n in (59, 60, 72)}


def test_that_settings_about_arms_and_leaks_and_the_receipt_are_closed(pack: Packs) -> None:
    said = {level: _settings(pack(level)) for level in Level}
    assert {name for name in said[Level.POOLED] if name.startswith(("arms", "blind"))} == {"arms.source"}
    assert {name for name in said[Level.MASKED] if name.startswith("arms")} == {"arms.source"}
    assert "arms.reference" in said[Level.NAMED]
    assert [level for level in Level if "study.title" in said[level]] == [Level.NAMED]
    assert [level for level in Level if "dm.xpt" in said[level]] == [Level.MASKED, Level.NAMED]
    for level in Level:
        assert {"emergent.window", "window", "Adverse events that begin after the data cut-off, set aside"} <= said[
            level
        ]


def test_that_an_open_pack_without_safety_has_conduct_alone(demo: Locked, tmp_path: Path, state: Path) -> None:
    study = tmp_path / "study.toml"
    text = demo.study.read_text(encoding="utf-8")
    assert "safety = true" in text
    study.write_text(text.replace("safety = true", "safety = false"), encoding="utf-8")
    locked = lock_for_test(demo.source, study, tmp_path)
    names = sheet_names(Pack.of(locked.session(Level.POOLED, state)).data)
    assert "T06 Exposure" in names
    assert not [name for name in names if name.startswith(("T08", "T09", "T1", "K"))]
    assert "T09 AE by SOC and PT" in sheet_names(Pack.of(locked.session(Level.MASKED, state)).data)


def _settings(found: Pack) -> set[str]:
    sheet = found.book["99 Definitions"]
    return {str(sheet.cell(row, 1).value) for row in range(1, sheet.max_row + 1)}
