"""Every number in a pack is the session's own: as text where it is printed, as value where it is for computing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from dsmb_app.model.result import Cell, Column, ResultTable
from dsmb_app.model.words import Level, Stat
from dsmb_app.packs.meeting_pack import SHEETS
from tests.locked import Locked
from tests.packs.conftest import Pack
from tests.packs.reading import TableSheet, table_sheet

LEVELS = list(Level)

NUMBER_HEADERS = {
    "n": "n", "N": "N", "%": "pct", "events": "events", "patient-years": "py", "EAIR": "eair", "EAIR low": "eair_low",
    "EAIR high": "eair_high", "EAER": "eaer", "EAER low": "eaer_low", "EAER high": "eaer_high", "RD": "rd",
    "RD low": "rd_low", "RD high": "rd_high", "p": "p_fisher", "z": "z", "rate diff": "rate_diff",
    "rate diff low": "rate_diff_low", "rate diff high": "rate_diff_high", "rate ratio": "rate_ratio",
    "rate ratio low": "rate_ratio_low", "rate ratio high": "rate_ratio_high", "patient-weeks": "pw",
    "per 100 weeks": "eaer_week", "per 100 weeks low": "eaer_week_low", "per 100 weeks high": "eaer_week_high",
    "days since dose": "dose_lag", "mean": "mean", "SD": "sd",
    "median": "median", "min": "min", "max": "max", "Q1": "q1", "Q3": "q3",
}  # fmt: skip


def sheets_of(found: Pack, number: str) -> list[TableSheet]:
    return [table_sheet(sheet) for sheet in found.book if sheet.title.startswith(f"{number} ")]


def printed_rows(table: ResultTable) -> ResultTable:
    """Return K20 without terms that under five, or one in twenty, of all subjects had; any other table as it is."""
    if table.exhibit != "K20":
        return table
    told, total = ("dosing", "rest", "present"), Column("Total", Stat.N)
    had: Counter[str] = Counter()
    for row in table.rows:
        if len(row.key) > 1 and row.key[-1] not in told and "present" not in row.key:
            had[row.key[-1]] += int(table.cells[row.key, total].value or 0)
    kept = {*told, *(term for term, n in had.items() if n >= max(5, 0.05 * table.arm_sizes["Total"]))}
    return replace(table, rows=tuple(row for row in table.rows if len(row.key) == 1 or row.key[-1] in kept))


def header_of(table: ResultTable, column: Column) -> str:
    if column.arm_ref:
        return f"{column.arm} minus {column.arm_ref}"
    return f"{column.arm} (N={table.arm_sizes[column.arm]})"


def one_word(*texts: str) -> bool:
    """Tell whether there is nothing but one word to say: NE three times, or a text with nothing after it."""
    return not any(texts[1:]) or (len(set(texts)) == 1 and not texts[0][-1:].isdigit())


def in_brackets(first: str, *others: str) -> str:
    return first if one_word(first, *others) else f"{first} ({', '.join(others)})"


def in_line(first: str, second: str) -> str:
    return first if one_word(first, second) else f"{first}, {second}"


PRINTED: dict[str, Callable[[dict[str, str]], str]] = {
    "": lambda _: "",
    "n": lambda t: t["n"],
    "n/N (%)": lambda t: f"{t['n']}/{t['N']}" + ("" if t["n"] == "0" or not t["pct"] else f" ({t['pct']})"),
    "n (%)": lambda t: "0" if t["n"] == "0" else in_brackets(t["n"], t["pct"]),
    "N": lambda t: t["N"],
    "Events": lambda t: t["events"],
    "Patient-years": lambda t: t["py"],
    "EAIR (95% CI)": lambda t: in_brackets(t["eair"], t["eair_low"], t["eair_high"]),
    "EAER (95% CI)": lambda t: in_brackets(t["eaer"], t["eaer_low"], t["eaer_high"]),
    "RD (95% CI)": lambda t: in_brackets(t["rd"], t["rd_low"], t["rd_high"]),
    "Rate difference (95% CI)": lambda t: in_brackets(t["rate_diff"], t["rate_diff_low"], t["rate_diff_high"]),
    "Rate ratio (95% CI)": lambda t: in_brackets(t["rate_ratio"], t["rate_ratio_low"], t["rate_ratio_high"]),
    "Patient-weeks": lambda t: t["pw"],
    "Events/100 weeks (95% CI)": lambda t: in_brackets(t["eaer_week"], t["eaer_week_low"], t["eaer_week_high"]),
    "Days since dose": lambda t: t["dose_lag"],
    "p": lambda t: t["p_fisher"],
    "z": lambda t: t["z"],
    "Mean (SD)": lambda t: in_brackets(t["mean"], t["sd"]),
    "Median (Q1, Q3)": lambda t: in_brackets(t["median"], t["q1"], t["q3"]),
    "Minimum, maximum": lambda t: in_line(t["min"], t["max"]),
}


def check_numbers(found: Pack, number: str) -> int:
    """Compare every filled number cell of an exhibit's sheets with the session's cells, both ways; return how many."""
    table = printed_rows(found.session.table(number))
    expected: dict[tuple[str, str, str], Cell] = {
        (row.path, header_of(table, column), column.stat.value): cell for row, column, cell in table.walk()
    }
    seen: Counter[tuple[str, str, str]] = Counter()
    for one in sheets_of(found, number):
        for path, group, header, cell in one.numbers():
            key = (path, group, NUMBER_HEADERS[header])
            seen[key] += 1
            wanted = expected[key]
            if wanted.value is None:
                assert (cell.data_type, cell.value) == ("s", wanted.text), key
            else:
                assert cell.data_type == "n", key
                assert cell.value == float(f"{wanted.value:.16g}"), key
    filled = {key for key, cell in expected.items() if cell.value is not None or cell.text}
    assert set(seen) == filled
    assert set(seen.values()) == {1}
    return len(seen)


def check_texts(found: Pack, number: str) -> int:
    """Compare every printed text of an exhibit's sheets with the session's texts joined here; return how many."""
    table = found.session.table(number)
    texts: dict[tuple[str, str], dict[str, str]] = {}
    for row in table.rows:
        for column in table.columns:
            cell = table.cell(row.key, column)
            own = texts.setdefault((row.path, header_of(table, column)), {stat.value: "" for stat in Stat})
            own[column.stat.value] = cell.text if cell else ""
    count = 0
    for one in sheets_of(found, number):
        for path, group, kind, text in one.printed():
            assert text == PRINTED[kind](texts[path, group]), (path, group, kind)
            count += 1
    return count


@pytest.mark.parametrize("level", LEVELS)
def test_that_every_number_cell_is_the_sessions_value_and_none_is_left_out(
    pack: Callable[[Level], Pack], level: Level
) -> None:
    found = pack(level)
    numbers = {entry.sheet.split()[0] for entry in found.tables}
    assert {"T06", "T08", "T09"} <= numbers
    assert sum(check_numbers(found, number) for number in numbers) > 300


@pytest.mark.parametrize("level", LEVELS)
def test_that_every_printed_text_is_the_sessions_text(pack: Callable[[Level], Pack], level: Level) -> None:
    found = pack(level)
    numbers = {entry.sheet.split()[0] for entry in found.tables}
    assert sum(check_texts(found, number) for number in numbers) > 150


@pytest.mark.parametrize("level", [Level.POOLED, Level.NAMED])
def test_that_rows_stand_in_the_tables_order_with_label_and_indent(pack: Callable[[Level], Pack], level: Level) -> None:
    found = pack(level)
    for one in sheets_of(found, "T09"):
        rows = found.session.table("T09").rows
        shown = [(one.text(r, 1), int(one.sheet.cell(r, 1).alignment.indent)) for r in one.body()]
        assert shown == [(row.label, row.depth) for row in rows]


def test_that_a_number_is_shown_with_the_decimals_of_its_text(pack: Callable[[Level], Pack]) -> None:
    found = pack(Level.NAMED)
    forms = {header: cell.number_format for one in sheets_of(found, "T09") for _, _, header, cell in one.numbers()
             if cell.data_type == "n" and header != "p"}  # fmt: skip
    assert forms["n"] == forms["N"] == forms["events"] == "0"
    assert forms["%"] == forms["EAIR"] == forms["RD"] == "0.0"


def test_that_the_pilot_pack_holds_the_254_rows_of_its_table(pilot: Locked, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [sheet for sheet in SHEETS if sheet.number == "T09"]
    monkeypatch.setattr("dsmb_app.packs.meeting_pack.SHEETS", alone)
    found = Pack.of(pilot.opened(Level.NAMED))
    assert check_numbers(found, "T09") > 10_000
    assert check_texts(found, "T09") > 254 * 12
    assert [len(list(one.body())) for one in sheets_of(found, "T09")] == [254, 254]
