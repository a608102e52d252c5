"""The records behind the cells of the vital signs, against those of the delivered file, read in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from tests.locked import Locked
from tests.oracle.reading import read_folder, whole

SIGNS: Mapping[str, str] = {
    "Temperature (C)": "TEMP",
    "Systolic blood pressure (mmHg)": "SYSBP",
    "Pulse (beats/min)": "PULSE",
}
CROSSED: Mapping[str, Callable[[float], bool]] = {
    ">=38.0 C": lambda value: value >= 38,
    ">=39.0 C": lambda value: value >= 39,
    "<90 mmHg": lambda value: value < 90,
    ">120 beats/min": lambda value: value > 120,
}


def test_that_a_cell_lists_the_records_that_crossed_its_threshold_and_no_other(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    data = read_folder(demo.source)
    first: dict[str, str] = {}
    for dose in data["EX"]:
        first[dose["USUBJID"]] = min(first.get(dose["USUBJID"], "9"), dose["EXSTDTC"][:10])
    cutoff = session.study.study.cutoff.isoformat()
    post = [
        record
        for record in data["VS"]
        if record["VSSTRESN"] and first.get(record["USUBJID"], "9") < str(whole(record["VSDTC"])) <= cutoff
    ]
    table, walked = session.table("T14"), 0
    for row in table.rows:
        sign, *parts = row.key
        mine = [record for record in post if record["VSTESTCD"] == SIGNS[sign]]
        for part in parts:
            is_met = CROSSED.get(part)
            mine = [
                record for record in mine if (is_met(float(record["VSSTRESN"])) if is_met else record["VISIT"] == part)
            ]
        drill = session.drill("T14", row.key, Column("Total", Stat.N))
        shown = [drill.records.headers.index(name) for name in ("Subject", "Test", "Visit", "Standard result")]
        found = Counter(tuple(line[place] for place in shown) for line in drill.records.rows)
        assert found == Counter((r["USUBJID"], r["VSTESTCD"], r["VISIT"], r["VSSTRESC"]) for r in mine), row.path
        cell = table.cell(row.key, Column("Total", Stat.N))
        assert cell is not None
        assert len({line[0] for line in drill.records.rows}) == len(drill.subjects.rows) == cell.value
        walked += len(mine)
    assert walked > 1000


def test_that_the_records_of_an_arm_are_its_own(demo: Locked) -> None:
    session = demo.opened(Level.MASKED)
    row = ("Temperature (C)", ">=38.0 C")
    shown = {arm: session.drill("T14", row, Column(arm, Stat.N)).records for arm in ("A", "B", "Total")}
    assert all(set(who) <= {arm} for arm in "AB" if (who := {line[1] for line in shown[arm].rows}))
    assert len(shown["A"].rows) + len(shown["B"].rows) == len(shown["Total"].rows) > 0
    assert shown["Total"].title.endswith("vital-sign record(s): Temperature (C), >=38.0 C")
