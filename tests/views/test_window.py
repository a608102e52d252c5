"""The window: session band, navigation, frames and titles, names for a screen reader, and nothing cut off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)

from dsmb_app import app
from dsmb_app.app import settle
from dsmb_app.model.words import Level
from dsmb_app.views import theme, wording
from dsmb_app.views.cells import GAP, stands_alone
from dsmb_app.views.controls import ElidedLabel
from dsmb_app.views.pages import PAGES
from dsmb_app.views.table_view import ResultView
from dsmb_app.views.window import LEAST_SIZE, Services, Window
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.looking import drop, exhibit

LEVELS = pytest.mark.parametrize("level", list(Level))
SIZES = pytest.mark.parametrize("size", [(1280, 800), (1024, 700)])

WORDS = {
    Level.POOLED: "OPEN – pooled",
    Level.MASKED: "CLOSED – arms masked A/B",
    Level.NAMED: "CLOSED – arms named",
}
TITLES = {
    Level.POOLED: "Open – IL2-SLE-01 – DSMB review",
    Level.MASKED: "CLOSED SESSION – arms masked A/B – IL2-SLE-01 – DSMB review",
    Level.NAMED: "CLOSED SESSION – arms named – IL2-SLE-01 – DSMB review",
}


@LEVELS
def test_that_the_band_says_level_trial_cut_off_snapshot_and_size(
    at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    session = at_level(level)
    window = show_window(session)
    assert window.review.band.texts == [
        "IL2-SLE-01", WORDS[level], "Data cut-off 30 Jun 2019", f"Snapshot {session.snapshot.snap_id}", "N=59",
        "SYNTHETIC DATA", "TEST",
    ]  # fmt: skip
    assert window.windowTitle() == TITLES[level]


def test_that_the_band_of_a_small_window_gives_up_gaps_and_words_before_the_snapshot_and_never_the_level(
    at_level: AtLevel, show_window: ShowWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = show_window(at_level(Level.MASKED), 0, (1024, 700))
    band = window.review.band

    def cut(*parts: QLabel) -> list[str]:
        return [part.text() for part in parts if part.width() < part.sizeHint().width()]

    window.review.desk.choose(sex="F")
    settle()
    assert band.size.text().endswith("(filtered)")
    assert cut(band.level, band.trial, band.cutoff, band.snapshot, band.size, *band.marks) == []
    assert band.cutoff.text() == "Cut-off 30 Jun 2019"
    monkeypatch.setattr(wording, "marks", lambda _session: ["SYNTHETIC DATA", "TEST", "SUPERSEDED", "FILE IN DOUBT"])
    band.refresh()
    settle()
    assert cut(band.level, band.size, *band.marks) == []
    assert band.marks[-1].geometry().right() < band.width()
    assert "Data cut-off 30 Jun 2019" in band.texts
    monkeypatch.undo()
    window.resize(1280, 800)
    band.refresh()
    settle()
    assert band.cutoff.text() == "Data cut-off 30 Jun 2019"
    assert band.cutoff.isVisible()
    assert cut(band.trial, band.snapshot) == []


@LEVELS
def test_that_a_closed_window_is_framed_in_red(at_level: AtLevel, show_window: ShowWindow, level: Level) -> None:
    window = show_window(at_level(level))
    image = window.grab().toImage()
    size = image.size()
    corners = [(1, 1), (size.width() - 2, 1), (1, size.height() - 2), (size.width() // 2, size.height() - 2)]
    red = [QColor(image.pixel(*corner)).name() == theme.LIGHT.frame for corner in corners]
    assert red == [level is not Level.POOLED] * 4


def test_that_each_level_has_a_colour_of_its_own() -> None:
    for each in theme.THEMES.values():
        assert len({each.of_level(level) for level in Level}) == 3


def test_that_the_band_follows_the_level(at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.NAMED))
    window.show_names()
    assert window.review.band.level.text() == WORDS[Level.MASKED]
    assert window.windowTitle() == TITLES[Level.MASKED]
    window.show_names()
    assert window.review.band.level.text() == WORDS[Level.NAMED]


def test_that_the_number_keys_choose_pages(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.POOLED))
    for place in range(min(len(PAGES), 10)):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + (place + 1) % 10), Qt.KeyboardModifier.ControlModifier)
        assert window.review.stack.currentWidget() is window.review.pages[place]
    assert window.review.navigation.list.item(1).text() == "2  Adverse events"


@LEVELS
def test_that_each_kind_of_session_offers_its_own_pack_and_steps(
    at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    window = show_window(at_level(level), start_closed=lambda _opening: None)
    offered = {found.text() for found in window.review.navigation.findChildren(QAbstractButton)} - {""}
    if level is Level.POOLED:
        assert offered == {"Start closed session…", "Export open pack…", "Open another…"}
    else:
        names = "Mask arms again" if level is Level.NAMED else "Show arm names…"
        assert offered == {names, "Export closed pack…", "End closed session"}


def test_that_without_a_writer_no_export_is_offered(at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.POOLED), write_pack=None)
    texts = [found.text() for found in window.review.navigation.findChildren(QAbstractButton)]
    assert not any("Export" in text for text in texts)


# ----------------------------------------------------------------------------------------------------------------------
# For every reader


@LEVELS
def test_that_every_control_has_a_name_for_a_screen_reader(
    at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    window = show_window(at_level(level))
    nameless = []
    for page in range(len(PAGES)):
        window.show_page(page)
        settle()
        for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView):
            for control in window.findChildren(kind):
                if control.isVisible() and not _is_inside(control) and not _name(control):
                    nameless.append((PAGES[page].title, control))
    assert nameless == []


def _is_inside(control: QWidget) -> bool:
    """Tell whether a control is a part that Qt made of another control."""
    inner = control.objectName().startswith("qt_")
    return inner or isinstance(control.parent(), QLineEdit | QComboBox | QAbstractSpinBox | QAbstractItemView)


def _name(control: QWidget) -> str:
    return control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")


def test_that_the_keyboard_reaches_pages_filters_and_table(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.MASKED))
    window.review.navigation.list.setFocus()
    reached = []
    for _ in range(30):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    page = window.review.page
    for control in (page.window_choice, page.order, page.words, page.exhibit.view, page.exhibit.columns):
        assert control in reached


@LEVELS
@SIZES
def test_that_no_header_and_no_figure_is_cut_off(
    at_level: AtLevel, show_window: ShowWindow, level: Level, size: tuple[int, int]
) -> None:
    window = show_window(at_level(level), size=size)
    window.show_page(len(PAGES) - 1)
    page = window.review.page
    looked_at = 0
    for i in range(page.which.count()):
        page.which.setCurrentIndex(i)
        settle()
        looked_at += _check_columns(page.exhibit.view)
    assert looked_at >= page.which.count() > 5


def _check_columns(view: ResultView) -> int:
    header = view.arm_header
    plain, bold = QFontMetrics(header.font()), QFontMetrics(header.top_font())
    layout = view.model().sourceModel().layout
    spans: dict[str, int] = {}
    for column, head in enumerate(layout.heads):
        width = view.columnWidth(column)
        if view.isColumnHidden(column):
            continue
        after = view.cells.gaps.after
        assert plain.horizontalAdvance(head.sub) <= width - after, head.words
        spans[head.title] = spans.get(head.title, 0) + width
        for line in range(len(layout.lines)):
            slot = layout.slot(line, column)
            if slot:
                needed = bold.horizontalAdvance(slot.parts[0]) + after
                needed += GAP + view.cells.tails[column] if view.cells.tails[column] else 0
                if stands_alone(layout.lines[line], head):
                    needed = bold.horizontalAdvance(slot.text) + after
                    first, last = view.columns_of_arm(column) if view.cells.gaps.reaches else (column, column)
                    width = sum(map(view.columnWidth, range(first, last + 1)))
                assert needed <= width, (head.words, slot.text)
    for head in layout.heads:
        if head.title in spans:
            assert header.width_for_top(head) <= spans[head.title], head.title
    return len(spans)


@LEVELS
@SIZES
def test_that_no_words_are_cut_off(
    at_level: AtLevel, show_window: ShowWindow, level: Level, size: tuple[int, int]
) -> None:
    window = show_window(at_level(level), size=size)
    for page in range(len(PAGES)):
        window.show_page(page)
        settle()
        for found in window.findChildren(QLabel):
            if found.isVisible() and found.text() and not isinstance(found, ElidedLabel):
                height = found.heightForWidth(found.width()) if found.wordWrap() else found.sizeHint().height()
                assert found.height() >= height - 1, (PAGES[page].title, found.text())
                assert found.wordWrap() or found.width() >= found.sizeHint().width() - 1, found.text()
        for found in window.findChildren(QAbstractButton):
            if found.isVisible() and found.text():
                assert found.width() >= found.sizeHint().width(), (PAGES[page].title, found.text())


def test_that_the_window_fits_a_small_screen_at_200_percent(at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.NAMED), size=LEAST_SIZE)
    assert window.size().toTuple() == LEAST_SIZE
    assert LEAST_SIZE[0] <= 1920 // 2
    assert LEAST_SIZE[1] <= 1080 // 2
    view = exhibit(window).view
    assert view.viewport().height() > 4 * view.row_height
    assert view.viewport().width() > 100


# ----------------------------------------------------------------------------------------------------------------------
# Themes


@pytest.fixture
def after_light(qapp):
    yield
    theme.dress(qapp, "light")


@pytest.mark.parametrize("name", ["light", "dark"])
def test_that_a_theme_reaches_every_part_also_of_an_open_window(
    qapp, after_light, at_level: AtLevel, show_window: ShowWindow, name: str
) -> None:
    window = show_window(at_level(Level.MASKED))
    theme.dress(qapp, name)
    settle()
    image = window.grab().toImage()
    wanted = theme.THEMES[name]
    view = exhibit(window)
    for part in (view.view.viewport(), view.plot.drawing.viewport(), window.review.band):
        corner = part.mapTo(window, part.rect().bottomRight())
        ground = QColor(image.pixel(corner.x() - 3, corner.y() - 3)).name()
        assert ground in (wanted.surface, wanted.tint, wanted.soft), part
    arm = next(series for series in view.plot.drawing.series if series.label == "A")
    assert arm.mark.colour == wanted.arms[0]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_that_words_stand_out_from_their_ground(name: str) -> None:
    colours = theme.THEMES[name]
    pairs = [
        (colours.text, colours.surface), (colours.text, colours.window), (colours.muted, colours.window),
        (colours.muted, colours.surface), (colours.accent, colours.surface), (colours.on_accent, colours.accent),
        (colours.note_text, colours.note), (colours.refusal_text, colours.refusal), (colours.text, colours.selection),
        *((colours.on_level, colours.of_level(level)) for level in Level),
    ]  # fmt: skip
    for ink, ground in pairs:
        # 4.5 is what the accessibility guidelines (WCAG 2, AA) ask of text, 3 of bold text.
        least = 3 if ink == colours.on_level else 4.5
        assert _contrast(ink, ground) >= least, (ink, ground, _contrast(ink, ground))
    for arm in colours.arms[:3]:
        assert _contrast(arm, colours.surface) >= 3


def _contrast(one: str, other: str) -> float:
    light = sorted((_luminance(one), _luminance(other)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# ----------------------------------------------------------------------------------------------------------------------
# The first page


def test_that_the_first_page_offers_to_open_and_to_try_the_demo(qtbot) -> None:
    window = Window(Services(app.no_opener(), demo=lambda _progress: None))
    qtbot.addWidget(window)
    window.show()
    assert window.start.open.isVisible()
    assert window.start.demo.isVisible()
    assert window.windowTitle() == "DSMB review"


def test_that_a_session_that_follows_another_is_seen_and_has_the_keys_at_once(
    at_level: AtLevel, show_window: ShowWindow
) -> None:
    session = at_level(Level.POOLED)
    window = show_window(session)
    before = window.review
    # Nothing turns the event loop between these lines: what is true now does not wait for a later turn.
    window.show_session(session)
    window.review.banner.tell("A sentence.")
    assert window.review is not before
    assert window.review.banner.isVisible()
    assert window.review.navigation.list.hasFocus()


def test_that_a_dropped_snapshot_is_asked_for(qtbot, tmp_path) -> None:
    window = Window(Services(app.no_opener()))
    qtbot.addWidget(window)
    window.show()
    drop(window.start, tmp_path / "notes.txt")
    assert window.dialog is None
    drop(window.start, tmp_path / "notes.txt", tmp_path / "a.dsmb")
    assert window.dialog.file.text() == str(tmp_path / "a.dsmb")
    window.dialog.reject()
