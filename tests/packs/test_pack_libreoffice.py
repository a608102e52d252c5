"""LibreOffice opens the packs and prints them so that they can be read. Skipped where it is not installed."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from dsmb_app.model.words import Level
from dsmb_app.packs.meeting_pack import SHEETS
from tests.locked import Locked
from tests.packs.conftest import Pack
from tests.packs.made_up import table, workbook
from tests.packs.test_pack_hostile import STARTS, TAILS

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PDF_TOOLS = all(shutil.which(tool) for tool in ("pdfinfo", "pdftotext"))

pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
needs_pdf_tools = pytest.mark.skipif(not PDF_TOOLS, reason="pdfinfo and pdftotext (poppler-utils) are not installed")

# Bounding boxes are 1.149 type sizes high for the fonts that LibreOffice puts in Arial's place.
LINE = 1.149


def convert(data: bytes, folder: Path, form: str) -> Path:
    """Convert a workbook with a fresh LibreOffice profile, so that no open window is in the way."""
    source = folder / "pack.xlsx"
    source.write_bytes(data)
    command = [str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", form, "--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    made = folder / f"pack.{form.partition(':')[0]}"
    assert made.is_file(), done.stdout + done.stderr
    return made


def run(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout


def pages(pdf: Path) -> list[str]:
    """Return each page's text with the places of its words."""
    return run("pdftotext", "-bbox", pdf, "-").split("<page ")[1:]


def check_print(found: Pack, folder: Path) -> Counter[str]:
    """Check every printed page of a pack; return how many pages each of its sheets takes."""
    pdf = convert(found.data, folder, "pdf")
    wide, high = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", run("pdfinfo", pdf)).groups()  # type: ignore[union-attr]
    assert float(wide) > float(high)
    texts = run("pdftotext", "-layout", pdf, "-").split("\f")[:-1]
    titles = {plain(sheet["A2"].value): sheet.title for sheet in found.book}
    assert len(titles) == len(found.book.sheetnames)
    order = []
    for place, (text, page) in enumerate(zip(texts, pages(pdf), strict=True), start=1):
        said = [plain(line) for line in text.split("\n")]
        assert "Protocol " in said[0]
        assert "###" not in text
        # The sheet's own title, whole, stands on each of its pages.
        title = next(titles[line] for line in said if line in titles)
        order.append(title)
        assert "SYNTHETIC DATA" in text or "TEST SNAPSHOT" in text
        assert f"Page {place} of {len(texts)}" in text
        assert body_size(page) >= 6.9, title
        assert right_edge(page) <= float(wide) - 20
    assert list(dict.fromkeys(order)) == found.book.sheetnames
    taken = Counter(order)
    reserved = {sheet.title: sheet.page_setup.fitToHeight for sheet in found.book}
    assert {title: n for title, n in taken.items() if n > reserved[title]} == {}
    return taken


def plain(text: str) -> str:
    return " ".join(text.split())


def boxes(page: str) -> list[tuple[float, float, float]]:
    """Return (right edge, top, height) of every word, in points."""
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', page)
    return [(float(right), float(top), float(bottom) - float(top)) for _, top, right, bottom in found]


def body_size(page: str) -> float:
    """Return the type size, in points, that most words of a page have."""
    sizes = Counter(round(height / LINE, 1) for _, top, height in boxes(page) if 45 < top < 555)
    return sizes.most_common(1)[0][0]


def right_edge(page: str) -> float:
    return max(right for right, _, _ in boxes(page))


@needs_pdf_tools
@pytest.mark.parametrize(("level", "least", "most"), [(Level.POOLED, 25, 40), (Level.NAMED, 50, 90)])
def test_that_every_page_of_a_pack_prints_whole_with_its_title_and_can_be_read(
    pack: Callable[[Level], Pack], tmp_path: Path, level: Level, least: int, most: int
) -> None:
    taken = check_print(pack(level), tmp_path)
    assert least <= taken.total() <= most
    assert taken["K03 Closed summary"] == (level is Level.NAMED)


@needs_pdf_tools
def test_that_the_widest_sheets_three_arms_and_all_pairs_print_in_seven_points(
    pilot: Locked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    widest = [sheet for sheet in SHEETS if sheet.number in ("K03", "T05", "T14", "K15", "K19")]
    monkeypatch.setattr("dsmb_app.packs.meeting_pack.SHEETS", widest)
    taken = check_print(Pack.of(pilot.opened(Level.MASKED)), tmp_path)
    assert taken["K03 Closed summary"] == 1
    # Mixed rows, of counts and of measurements, stand on one sheet for all arms.
    assert Counter(title.split()[0] for title in taken) >= Counter({"T05": 1, "T14": 1, "K19": 1})
    assert not any(title.startswith(("T05", "T14", "K19")) and " - " in title for title in taken)


def test_that_libreoffice_takes_hostile_cells_for_text(tmp_path: Path) -> None:
    texts = [start + tail for start in ("=", "+", "-", "@", " =") for tail in TAILS if "\n" not in start + tail]
    assert STARTS[:4] == ["=", "+", "-", "@"]
    made = convert(
        workbook(table(labels=texts)), tmp_path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
    )
    with made.open(encoding="utf-8", newline="") as lines:
        shown = [row[0] for row in csv.reader(lines) if row]
    missing = [text for text in texts if text not in shown and text.strip() not in shown]
    assert missing == []
