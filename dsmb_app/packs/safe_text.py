"""Text on its way into a workbook: no formula, no forbidden character, no silent cut."""

from __future__ import annotations

import re

CELL_LIMIT = 32_767
SHEET_NAME_LIMIT = 31

_RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
# Excel reads _x0041_ in a cell as the letter A; with its underscore spelt out the text stays what it was.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def needs_quote(text: str) -> bool:
    """Tell whether a cell with this text must carry Excel's "this is text" mark."""
    return text.startswith(_RISKY_STARTS)


def visible(text: str) -> str:
    """Return the text with every character that a workbook cannot hold replaced by a sign that can be seen.

    Control characters become their pictures (U+2400 and on), halves of surrogate pairs and non-characters U+FFFD.
    """
    pictured = _CONTROLS.sub(lambda found: "\u2421" if found[0] == "\x7f" else chr(0x2400 + ord(found[0])), text)
    return _NOT_XML.sub("\ufffd", pictured)


def cell_text(text: str) -> str:
    """Return the text as it is written into a cell: visible, escaped for Excel, cut where Excel would cut it.

    A cut text says so at its end, with the number of characters it had. Lengths are those of Excel (UTF-16 units).
    """
    shown = visible(text)
    escaped = _ESCAPE.sub("_x005F_", shown)
    if _units(escaped) <= CELL_LIMIT:
        return escaped
    tail = f" ... [cut here: {len(text)} characters in all]"
    # Six more units for each underscore that is spelt out, as if all of them stood before the cut.
    room = CELL_LIMIT - len(tail) - 6 * len(_ESCAPE.findall(shown))
    return _ESCAPE.sub("_x005F_", _first_units(shown, max(room, 0))) + tail


def sheet_name(number: str, title: str, suffix: str = "") -> str:
    """Return ``number title suffix`` as a sheet name: at most 31 characters, none that Excel refuses."""
    room = SHEET_NAME_LIMIT - len(number) - 1 - len(suffix)
    shown = _FORBIDDEN_IN_NAMES.sub("-", visible(f"{number} {title[:room].rstrip()}{suffix}"))
    return shown.replace("\n", " ").replace("\t", " ").replace("\r", " ").strip("' ")


def in_header(text: str, limit: int) -> str:
    """Return a text for a page's header or footer, where & starts a code: on one line, at most ``limit`` characters."""
    shown = " ".join(visible(text).split())
    if len(shown) > limit:
        shown = shown[: limit - 3].rstrip() + "..."
    return shown.replace("&", "&&")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _first_units(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")
