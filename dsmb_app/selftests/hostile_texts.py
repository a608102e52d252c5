"""Texts that a spreadsheet program would run, follow or choke on if it took them for more than text."""

from __future__ import annotations

import random

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", " =", "'=", "\t=", "\r=", "\ufeff=", "\x00=", "\u200b=", "=+-@", "")
TAILS = (
    "1+1",
    'HYPERLINK("http://x.example","read more")',
    "cmd|' /C calc'!A0",
    "2+5+cmd|' /C calc'!A0",
    'DDE("cmd","/C calc","x")',
    'WEBSERVICE("http://x.example")',
    "[book.xlsx]Sheet1!A1",
    "SUM(A1:A9)",
    "|cmd",
)
WORDS = (
    "#N/A",
    "#REF!",
    "TRUE",
    "1E5",
    "0012",
    "http://x.example",
    "mailto:a@x.example",
    "\\\\host\\share",
    "<f>1+1</f>",
    "</t></is></c>",
    "]]>",
    "&#61;1+1",
    "_x003D_1+1",
    "_x000D_=1+1",
    "&F&Z",
    "\u202e1+1=",
    "\u200f\u061c=1",
    "\x07\x1b[31m",
    "\ud800=",
    "\uffff",
)
_LONG = 33_000  # characters: more than a cell holds
_ALPHABET = "=+-@|'\"!()[]<>&;:,._ \t\r\n\x00\x1f\x7f\u200e\u202e\ufffeabcXYZ019"


def hostile_text(rng: random.Random) -> str:
    """Return one text; about one in fifty is longer than a cell holds."""
    draw = rng.random()
    if draw < 0.55:
        text = rng.choice(STARTS) + rng.choice(TAILS)
    elif draw < 0.75:
        text = rng.choice(STARTS) + rng.choice(WORDS)
    else:
        text = rng.choice(STARTS) + "".join(rng.choices(_ALPHABET, k=rng.randrange(1, 40)))
    return text + rng.choice((" ", "x", "=")) * _LONG if rng.random() < 0.02 else text
