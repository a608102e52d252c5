"""How a cell looks: one small description, made a workbook style the first time it is used."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils.indexed_list import IndexedList

FONT = "Arial"
INK, QUIET, FAINT, LINK = "1A1A1A", "595959", "8C8C8C", "0B5394"
RULE = "BFBFBF"
OPEN_TINT, CLOSED_TINT, CLOSED_INK, OPEN_INK = "E3F1E6", "FBE3E0", "9C1C12", "1E5B2E"
ROW_TINT = "F2F2F2"

# By the arm's place, the same on every sheet and on the screen: Okabe and Ito's colours, which the colour-blind can
# tell apart, as a bar above a tint of the same colour.
ARM_BARS = ("0072B2", "D55E00", "009E73", "CC79A7", "B07D00", "56B4E9")
ARM_TINTS = ("D6E8F5", "FADFCC", "CFEDE3", "F5E1EC", "F3E7C8", "DFF1FC")
TOTAL_TINT, TOTAL_BAR = "E7E7E7", "595959"
CONTRAST_TINT, CONTRAST_BAR = "F7F7F7", "1A1A1A"


@dataclass(frozen=True)
class Look:
    """The appearance of a cell; colours are RGB in hexadecimal, "" none."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    size: float = 10
    ink: str = INK
    fill: str = ""
    bar: str = ""
    across: str = "left"
    down: str = "top"
    wrap: bool = False
    indent: int = 0
    form: str = "General"
    rule: bool = False
    edge: bool = False


PLAIN = Look()


def arm_colours(place: int) -> tuple[str, str]:
    """Return tint and bar of an arm by its place; -1 is the total, -2 a contrast."""
    if place < 0:
        return (TOTAL_TINT, TOTAL_BAR) if place == -1 else (CONTRAST_TINT, CONTRAST_BAR)
    return ARM_TINTS[place % len(ARM_TINTS)], ARM_BARS[place % len(ARM_BARS)]


class Looks:
    """The styles of one workbook; a style is made once, in the order of first use."""

    def __init__(self, book: Workbook) -> None:
        # Column widths are counted in digits of the "Normal" style's font, so that font must be the one measured.
        normal = Font(name=FONT, size=10)
        book._fonts = IndexedList([normal])  # noqa: SLF001 - the library has no other way to its default font
        book._named_styles["Normal"].font = normal  # noqa: SLF001
        self._book = book
        self._styles: dict[Look, StyleArray] = {}

    def style(self, look: Look) -> StyleArray:
        """Return the numbers by which the workbook knows a look; a cell takes them without asking for its name."""
        found = self._styles.get(look)
        if found is None:
            made = _style(f"Pack {len(self._styles) + 1}", look)
            self._book.add_named_style(made)
            found = self._styles[look] = made.as_tuple()
        return found


def _style(name: str, look: Look) -> NamedStyle:
    underline = "single" if look.underline else None
    return NamedStyle(
        name=name,
        font=Font(name=FONT, size=look.size, bold=look.bold, italic=look.italic, underline=underline, color=look.ink),
        fill=PatternFill("solid", fgColor=look.fill) if look.fill else PatternFill(),
        border=Border(
            top=Side("medium", color=look.bar) if look.bar else Side(),
            bottom=Side("hair", color=RULE) if look.rule else Side(),
            left=Side("thin", color=RULE) if look.edge else Side(),
        ),
        alignment=Alignment(
            horizontal=look.across, vertical=look.down, wrap_text=look.wrap or None, indent=look.indent
        ),
        number_format=look.form,
    )
