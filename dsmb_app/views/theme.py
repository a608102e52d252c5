"""How everything looks: light and dark palettes that follow the system, type sizes, style sheet, arms by letter."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from string import Template
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from dsmb_app.model.resource_files import resource
from dsmb_app.model.words import TOTAL, Level

SPACE = 8
"""The one distance that all others are multiples or halves of, in pixels."""


@dataclass(frozen=True)
class Theme:
    """The colours of one palette, as #rrggbb."""

    name: str
    window: str
    surface: str
    tint: str
    text: str
    muted: str
    line: str
    soft: str
    accent: str
    on_accent: str
    hover: str
    selection: str
    pooled: str
    masked: str
    named: str
    on_level: str
    frame: str
    note: str
    note_text: str
    refusal: str
    refusal_text: str
    total: str
    arms: tuple[str, ...]
    grades: tuple[str, ...]
    """Grades 1 to 5, each further from the ground than the one before; severity takes 1, 3 and 5."""

    def of_level(self, level: Level) -> str:
        """Return the colour of a level's name in the session band."""
        return {Level.POOLED: self.pooled, Level.MASKED: self.masked, Level.NAMED: self.named}[level]


# Okabe and Ito's colours, which readers with any common colour blindness can tell apart; by letter, never by arm name.
LIGHT = Theme(
    name="light", window="#f3f5f8", surface="#ffffff", tint="#f5f7fa", text="#1b2430", muted="#566270", line="#d5dbe2",
    soft="#e9edf1", accent="#1d5fa6", on_accent="#ffffff", hover="#e4ecf6", selection="#d3e3f6", pooled="#0f6b5f",
    masked="#8a4a00", named="#b3261e", on_level="#ffffff", frame="#c62828", note="#fff4d6", note_text="#5c4300",
    refusal="#fde8e6", refusal_text="#7c1d17", total="#5f6b78",
    arms=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07d00", "#56b4e9"),
    grades=("#e6dcef", "#c3abd9", "#9673bb", "#653d8f", "#2f1250"),
)  # fmt: skip
DARK = Theme(
    name="dark", window="#13171c", surface="#1a1f26", tint="#20262e", text="#e7ebf0", muted="#a0acb9", line="#3a434e",
    soft="#272e37", accent="#6fb1f5", on_accent="#0d1620", hover="#253140", selection="#27415f", pooled="#1b8a7a",
    masked="#b8690f", named="#cf3b33", on_level="#ffffff", frame="#e5484d", note="#3a3016", note_text="#f3dc9b",
    refusal="#3d1d1c", refusal_text="#f6bcb7", total="#a0acb9",
    arms=("#56b4e9", "#f08a3c", "#2cc495", "#e59cc6", "#f0e442", "#a9a7ff"),
    grades=("#3f3552", "#655187", "#9176bd", "#c0a6e6", "#f1e6ff"),
)  # fmt: skip
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


@dataclass(frozen=True)
class Mark:
    """How an arm is drawn: a colour, and a shape and a dash that tell it apart without colour; hollow: outline only."""

    colour: str
    symbol: str
    dash: Qt.PenStyle
    hollow: bool = False


Entry = tuple[str, Mark, bool]
"""Of a legend: words, mark, and whether it stands on a line."""

_SYMBOLS = ("o", "s", "t1", "d", "p", "star")
DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
    Qt.PenStyle.SolidLine,
)


class WithArms(Protocol):
    """Any result: its arms, and the style of each."""

    @property
    def arms(self) -> tuple[str, ...]: ...

    @property
    def styles(self) -> tuple[int, ...]: ...


def mark_of(theme: Theme, result: WithArms, arm: str) -> Mark:
    """Return the mark of a result's arm, by its style; of the total where it is none of the arms."""
    arms = tuple(name for name in result.arms if name != TOTAL)
    if arm in arms:
        place = (result.styles or range(len(arms)))[arms.index(arm)] % len(_SYMBOLS)
        return Mark(theme.arms[place], _SYMBOLS[place], DASHES[place])
    # Beside arms the total is a tick in the background; alone it is the message.
    return Mark(theme.total, "|", Qt.PenStyle.SolidLine) if arms else Mark(theme.accent, "o", Qt.PenStyle.SolidLine)


@cache
def colour_of(name: str) -> QColor:
    """Return one of a theme's colours, made once: every cell of a table wants several."""
    return QColor(name)


def current_theme() -> Theme:
    """Return the theme that the application wears, told by its palette (a widget's own is changed by the sheet)."""
    return DARK if QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def dress(application: QApplication, name: str | None = None) -> None:
    """Dress the application in a theme, or in the system's, which it then follows."""
    application.setStyle("Fusion")
    application.setFont(_font())
    _paint(application, THEMES[name] if name else _system_theme())
    if name is None:
        application.styleHints().colorSchemeChanged.connect(lambda _scheme: _paint(application, _system_theme()))


def _system_theme() -> Theme:
    return DARK if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT


def _font() -> QFont:
    """Return the system's font with figures of one width; a better one where the system only says sans serif."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.family() in ("", "Sans Serif", "sans-serif"):
        font.setFamilies(["Inter", "Noto Sans", "Liberation Sans", "DejaVu Sans"])
    font.setPointSizeF(max(font.pointSizeF(), 9.5))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _paint(application: QApplication, theme: Theme) -> None:
    application.setPalette(_palette(theme))
    base = application.font().pointSizeF()
    sizes = {"small": base * 0.92, "body": base, "large": base * 1.15, "title": base * 1.35, "display": base * 1.6}
    words = {**asdict(theme), **{f"{name}_pt": f"{size:.1f}pt" for name, size in sizes.items()}}
    icons = resource("icons").as_posix()
    application.setStyleSheet(Template(_sheet()).substitute(words, icons=icons))


def _sheet() -> str:
    return resource("qss", "window.qss").read_text(encoding="utf-8")


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.tint,
        role.Text: theme.text,
        role.Button: theme.surface,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_accent,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Mid: theme.line,
        role.Light: theme.soft,
    }
    palette = QPalette()
    for place, colour in colours.items():
        palette.setColor(place, QColor(colour))
    for place in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, place, QColor(theme.muted))
    return palette
