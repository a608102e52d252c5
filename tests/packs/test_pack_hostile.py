"""Whatever a text says, in a pack it is text: never a formula, a link, an error value or a broken file."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsmb_app.model.result import Cell, ResultTable
from dsmb_app.packs.safe_text import CELL_LIMIT, cell_text, in_header, needs_quote, sheet_name
from tests.packs.made_up import COUNTS, head, table, workbook
from tests.packs.reading import MAIN, as_excel_reads, book, parts, sheet_roots

STARTS = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    " =",
    "'=",
    "\t=",
    "\r=",
    "\ufeff=",
    "\x00=",
    "=\x00",
    "=+-@",
    "-+",
    "\u200b=",
]
TAILS = [
    "1+1",
    'HYPERLINK("http://x.example","y")',
    "cmd|' /C calc'!A0",
    "SUM(A1:A9)",
    'WEBSERVICE("http://x.example")',
    "IMPORTXML(1)",
    "A1",
    "2+5+cmd|' /C calc'!A0",
    "'!A1",
    "[book.xlsx]Sheet1!A1",
    "DDE(1)",
    "",
]
WORDS = [
    "#N/A", "#REF!", "#DIV/0!", "TRUE", "1E5", "0012", "1-2", "2019-06-30", "http://x.example",
    "mailto:a@x.example",
    "\\\\host\\share", "file:///etc/passwd", "<script>", "]]>", "&lt;", "&#0;", "<!--", "<?xml?>", "_x000D_",
    "_x003D_1",
    "__x0041__", "_x005F_x0041_", "&P &N &D &F &Z", "a\nb", "a\r\nb", "a\rb", "a\tb", "\x1b[31m", "\x7f",
    "\ud800", "\udfff",
    "\uffff", "\ufffe", "\u202eabc", "é", "文字化け", "😀" * 5, " leading", "trailing ", "",
]  # fmt: skip
HAND = [start + tail for start in STARTS for tail in TAILS] + WORDS
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
HOSTILE = st.one_of(ANY_TEXT, st.builds(str.__add__, st.sampled_from(STARTS), ANY_TEXT), st.sampled_from(HAND))


def hostile_table(texts: list[str]) -> ResultTable:
    """Put the texts wherever a table can hold one."""
    first = texts[0]
    return table(
        [f"{first} 1", f"{first} 2"],
        labels=texts,
        cell=Cell(first, None),
        title=first,
        footnotes=tuple(texts),
    )


def check(data: bytes, texts: list[str]) -> None:
    roots = sheet_roots(data)
    for root in roots:
        assert not list(root.iter(f"{MAIN}f"))
        assert {cell.get("t", "n") for cell in root.iter(f"{MAIN}c")} <= {"n", "inlineStr"}
        for link in root.iter(f"{MAIN}hyperlink"):
            assert dict(link.attrib) == {"ref": link.get("ref"), "location": "'01 Contents'!A1"}
    assert not [name for name, part in parts(data).items() if b"TargetMode" in part]
    shown = {as_excel_reads(cell) for root in roots for cell in _texts(root)}
    missing = [text for text in texts if text and not any(_stands_for(text, other) for other in shown)]
    assert missing == []


def _texts(root: Any) -> list[str]:
    return ["".join(cell.itertext()) for cell in root.iter(f"{MAIN}c")]


def _stands_for(text: str, shown: str) -> bool:
    """Tell whether a shown text is the text, but for single signs in place of what XML cannot hold."""
    if len(text) != len(shown):
        return False
    return all(
        one == other or (not _xml_holds(one) and _can_be_seen(other)) for one, other in zip(text, shown, strict=True)
    )


def _xml_holds(one: str) -> bool:
    """XML 1.0, production 2; DEL is allowed there but cannot be seen."""
    code = ord(one)
    return (
        code in (9, 10, 13)
        or 0x20 <= code < 0x7F
        or 0x80 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or code > 0xFFFF
    )


def _can_be_seen(one: str) -> bool:
    return unicodedata.category(one) == "So"


def test_that_formulas_links_and_errors_stay_text() -> None:
    assert len(HAND) > 200
    for start in range(0, len(HAND), 60):
        texts = HAND[start : start + 60]
        check(workbook(hostile_table(texts)), texts)


@settings(max_examples=60)
@given(st.lists(HOSTILE, min_size=1, max_size=60))
@example(["=1+1", "_x003D_1+1"])
def test_that_any_text_stays_text(texts: list[str]) -> None:
    check(workbook(hostile_table(texts)), texts)


@settings(max_examples=20)
@given(HOSTILE)
@example("&")
@example("&&G&")
def test_that_any_text_above_a_sheet_and_in_its_margins_gives_a_file_that_opens(text: str) -> None:
    data = workbook(table(), head(text))
    (sheet,) = book(data)
    assert _stands_for(text, as_excel_reads(sheet.cell(1, 1).value) or "")
    margins = sheet_roots(data)[0].findtext(f"{MAIN}headerFooter/{MAIN}oddHeader")
    assert len(margins) <= 255


def test_that_texts_like_formulas_carry_the_mark_of_text() -> None:
    texts = [start + "1+1" for start in ("=", "+", "-", "@", "\t", "\r")]
    (sheet,) = book(workbook(table(labels=[*texts, "1+1"])))
    marks = {as_excel_reads(cell.value): cell.quotePrefix for (cell,) in sheet.iter_rows(max_col=1) if cell.value}
    assert [marks[text] for text in texts] == [True] * 6
    assert not marks["1+1"]


def test_that_a_long_text_is_cut_where_it_can_be_seen() -> None:
    label = "é" * 40_000
    (sheet,) = book(workbook(table(labels=[label], footnotes=(label,))))
    longest = [
        cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str) and "é" in cell.value
    ]
    assert len(longest) >= 2
    for text in longest:
        assert len(text) == CELL_LIMIT
        assert text.endswith(("é ... [cut here: 40000 characters in all]", "é ... [cut here: 40004 characters in all]"))


@pytest.mark.parametrize("text", ["a" * 32_767, "😀" * 16_383, "_x0041_" * 2_500])
def test_that_a_text_of_excels_length_is_not_cut(text: str) -> None:
    assert as_excel_reads(cell_text(text)) == text


@pytest.mark.parametrize("text", ["a" * 32_768, "😀" * 16_384, "_x0041_" * 5_000, "_x0041_" * 50_000])
def test_that_a_longer_text_fits_excels_length_and_says_so(text: str) -> None:
    cut = cell_text(text)
    assert len(cut.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert cut.endswith(f" ... [cut here: {len(text)} characters in all]")
    assert text.startswith(as_excel_reads(cut).split(" ... ")[0])


@given(st.text(max_size=60))
def test_that_a_sheets_name_is_one_that_excel_takes(title: str) -> None:
    name = sheet_name("T09", title, " - rates")
    assert 1 <= len(name) <= 31
    assert not set(name) & set("[]:*?/\\\n\t\r")
    assert name[0] != "'"
    assert name[-1] != "'"
    assert name.startswith("T09")


@given(HOSTILE)
def test_that_a_text_in_a_margin_is_one_short_line_without_codes(text: str) -> None:
    shown = in_header(text, 30)
    assert len(shown.replace("&&", "&")) <= 30
    assert "&" not in shown.replace("&&", "")
    assert not set(shown) & set("\n\r\t")


def test_that_no_other_text_is_marked() -> None:
    assert [text for text in HAND if needs_quote(text) != (text[:1] in set("=+-@\t\r") and text != "")] == []


def test_that_hostile_cells_do_not_reach_the_number_columns_as_numbers() -> None:
    made = table(cell=Cell("=1+1", None), stats=COUNTS)
    (sheet,) = book(workbook(made))
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert len(found) >= len(made.columns)
    assert {cell.data_type for cell in found} == {"s"}
