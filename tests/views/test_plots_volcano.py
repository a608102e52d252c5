"""The volcano: a symbol for every term where its cells say, labels that do not overlap, and the way to the subjects."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage

from dsmb_app.model.result import Column, ResultTable
from dsmb_app.model.words import Level, Stat
from dsmb_app.session import Session
from dsmb_app.views.pack_picture import pack_picture
from dsmb_app.views.pages import adverse_event_views as views
from dsmb_app.views.plots import labels
from dsmb_app.views.plots.volcano import Volcano
from dsmb_app.views.review import Review
from dsmb_app.views.theme import LIGHT, current_theme, mark_of
from tests.locked import Locked
from tests.views.looking import counts
from tests.views.shown import Show, show

__all__ = ["show"]
CLOSED = pytest.mark.parametrize("level", [Level.MASKED, Level.NAMED])


def volcano(show: Show, session: Session) -> tuple[Review, Volcano]:
    review = show(session, "Adverse events")
    review.page.views.show_view(views.VOLCANO)
    return review, review.page.views.volcano.plot


def expected(table: ResultTable, arm: str, ref: str) -> Counter[tuple[float, float]]:
    """Return where every term belongs, from the printed result."""
    found: Counter[tuple[float, float]] = Counter()
    for row in table.rows:
        if len(row.key) == 2:
            difference, p = (table.cell(row.key, Column(arm, stat, ref)) for stat in (Stat.RD, Stat.P_FISHER))
            found[round(difference.value, 9), round(-math.log10(p.value) if p.value else 0.0, 9) + 0.0] += 1
    return found


@CLOSED
def test_that_every_term_is_a_symbol_where_its_cells_say_also_zeros(
    pilot: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = pilot.session(level, tmp_path)
    review, plot = volcano(show, session)
    box, table = review.page.views.volcano.contrast, session.table("T09")
    assert box.count() == (3 if level is Level.MASKED else 2)
    zeros = 0
    for place in range(box.count()):
        box.setCurrentIndex(place)
        drawn = Counter((round(x, 9), round(y, 9)) for x, y in plot.drawn)
        assert drawn == expected(table, *review.page.views.volcano.chosen)
        zeros += drawn[0.0, 0.0]
    assert zeros > 0


@CLOSED
def test_that_a_click_on_a_symbol_shows_the_subjects_of_both_arms(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review, plot = volcano(show, session)
    top = max(range(len(plot.points)), key=lambda i: plot.points[i].y)
    key = plot.points[top].key
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(top).toPoint())
    view = review.stack.currentWidget()
    assert counts(view)[0] == int(session.table("T09").cell(key, Column("Total", Stat.N)).text)
    assert key[-1] in view.question.text()


def test_that_terms_that_lie_on_each_other_are_chosen_by_name(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review, plot = volcano(show, demo.session(Level.MASKED, tmp_path))
    stacks = Counter((p.x, p.y) for p in plot.points)
    place = next(i for i, p in enumerate(plot.points) if stacks[p.x, p.y] == 3)
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(place).toPoint())
    actions = plot.menu.actions()
    assert len(actions) == 3
    assert {a.text() for a in actions} <= {" > ".join(p.key) for p in plot.points}
    plot.menu.close()
    actions[1].trigger()
    assert actions[1].text() in review.stack.currentWidget().question.text()


def test_that_keys_go_from_term_to_term_and_enter_asks(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review, plot = volcano(show, demo.session(Level.MASKED, tmp_path))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(plot, key)
    assert plot.at_hand == len(plot.points) - 1
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert review.is_drilled


def test_that_a_tip_names_the_term_its_difference_and_its_p(demo: Locked, tmp_path: Path, show: Show) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    _, plot = volcano(show, session)
    place = max(range(len(plot.points)), key=lambda i: plot.points[i].y)
    table, key = session.table("T09"), plot.points[place].key
    rd, p = (table.cell(key, Column("hrIL-2", stat, "Placebo")).text for stat in (Stat.RD, Stat.P_FISHER))
    lines = plot.tip_of(place).splitlines()
    assert lines[0].startswith(" > ".join(key))
    assert lines[-1].startswith(f"hrIL-2 − Placebo: {rd} (")
    assert lines[-1].endswith(f"p {p}")


def test_that_an_open_session_has_no_volcano(demo: Locked, tmp_path: Path, show: Show) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    review, _ = volcano(show, session)
    page = review.page.views
    review.desk.show_level(Level.POOLED)
    assert page.shown == views.BY_TERM
    assert not page.buttons[views.VOLCANO].isVisible()
    assert page.volcano.plot.points == []
    assert pack_picture(session, "T09", ("F9V",)) == {}


def test_that_sides_are_drawn_in_the_marks_of_their_arms(pilot: Locked, tmp_path: Path, show: Show) -> None:
    session = pilot.session(Level.NAMED, tmp_path)
    review, _ = volcano(show, session)
    legend = {words: mark for words, mark, _ in review.page.views.volcano._legend(session.table("T09"))}
    arm, ref = review.page.views.volcano.chosen
    for words, name in ((f"more in {arm}", arm), (f"more in {ref}", ref)):
        assert legend[words] == mark_of(current_theme(), session.table("T09"), name)


@CLOSED
def test_that_labels_cover_neither_each_other_nor_a_symbol(
    pilot: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    _, plot = volcano(show, pilot.session(level, tmp_path))
    rooms = [plot.room_of(words) for words in plot._words]
    assert 3 <= len(rooms) <= 8
    every = [*rooms, *plot._taken(plot._places(plot._xy))]
    inside = plot.panel.vb.sceneBoundingRect()
    for place, room in enumerate(rooms):
        assert inside.contains(room)
        assert not [other for i, other in enumerate(every) if i != place and other.intersects(room)]


def test_that_a_label_without_room_is_left_out(qapp) -> None:
    font, inside = qapp.font(), QRectF(0, 0, 400, 60)
    wanted = [labels.Wanted("a term", 200, 30, 5)] * 30
    placed = labels.place(wanted, [QRectF(195, 25, 10, 10)], inside, font, most=30)
    assert 0 < len(placed) < 30
    assert labels.place(wanted, [inside], inside, font, most=30) == []


def test_that_the_picture_is_sharp_and_has_one_panel_a_contrast(pilot: Locked, tmp_path: Path, qapp) -> None:
    session = pilot.session(Level.MASKED, tmp_path)
    image = QImage.fromData(pack_picture(session, "T09", ("F9V",))["F9V"])
    assert image.width() == 2000
    assert image.pixelColor(2, 2).name() == LIGHT.surface


def test_that_nothing_is_near_where_nothing_is_drawn(qapp) -> None:
    assert Volcano()._near(QPointF(10, 10)) == -1
