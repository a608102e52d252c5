"""Six arms, one of them without an event: every plot draws them all, and contrasts are chosen where they are many."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from dsmb_app.model.words import Level
from dsmb_app.views.pack_picture import pack_picture
from dsmb_app.views.pages import adverse_event_views as views
from tests.locked import Locked
from tests.views import six_arms
from tests.views.shown import Show, show

__all__ = ["show"]
CLOSED = pytest.mark.parametrize("level", [Level.MASKED, Level.NAMED])


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Locked:
    return six_arms.locked(tmp_path_factory.mktemp("six"), labs=True)


@CLOSED
def test_that_every_arm_has_its_dots_and_one_contrast_is_drawn_at_a_time(
    six: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = six.session(level, tmp_path)
    exhibit = show(session, "Adverse events").page.exhibit
    plot, table = exhibit.plot.drawing, session.table("T09")
    arms = [s for s in plot.series if not s.limits and s.label != "Total"]
    assert [s.label for s in arms] == list(session.arms)
    assert len({s.mark.colour for s in arms}) == len({s.mark.symbol for s in arms}) == 6
    for series in arms:
        assert plot.drawn_values(series) == [table.cell(row.key, series.estimate).value for row in table.rows]
    assert sum(set(plot.drawn_values(s)) == {0.0} for s in arms) == 1
    assert exhibit.contrast.count() == (15 if level is Level.MASKED else 5)
    exhibit.contrast.setCurrentIndex(3)
    contrasts = [s for s in plot.series if s.limits]
    assert [s.label for s in contrasts] == [exhibit.contrast.currentText()]
    assert plot.drawn_values(contrasts[0]) == [table.cell(row.key, contrasts[0].estimate).value for row in table.rows]
    assert exhibit.legend.texts[-1] == f"{exhibit.contrast.currentText()}, 95% CI"


@CLOSED
def test_that_bars_and_curves_draw_six_arms_and_the_quiet_one_at_zero(
    six: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = six.session(level, tmp_path)
    page = show(session, "Adverse events").page.views
    page.show_view(views.BY_GRADE)
    shares = dict.fromkeys(session.arms, 0.0)
    for segment in page.exhibit.plot.drawing.segments:
        shares[segment.arm] += segment.share
    assert sorted(share > 0 for share in shares.values()) == [False, *[True] * 5]
    page.show_view(views.ONSET)
    drawn = page.onset.curve.plot.drawn
    assert list(drawn) == list(session.arms)
    assert sum(all(y == 0 for _, y in points) for points in drawn.values()) == 1


@CLOSED
def test_that_a_pack_has_every_figure_of_six_arms(six: Locked, tmp_path: Path, qapp, level: Level) -> None:
    session = six.session(level, tmp_path)
    drawn = pack_picture(session, "T09", ("F9", "F9V", "F09")) | pack_picture(session, "T10", ("F10",))
    drawn |= pack_picture(session, "K18", ("F18",)) | pack_picture(session, "K19", ("F19",))
    assert list(drawn) == ["F9", "F9V", "F09", "F10", "F18", "F19"]
    assert [QImage.fromData(png).width() for png in drawn.values()] == [2000] * 5 + [2600]


@CLOSED
def test_that_the_migration_of_six_arms_can_be_read_and_its_last_cell_asked_about(
    six: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = six.session(level, tmp_path)
    review = show(session, "Liver")
    views = review.page.views
    qtbot.mouseClick(views.buttons["Migration"], Qt.MouseButton.LeftButton)
    plot = views.migration.plot
    heights = [plot.position_of(place).y() for place in range(len(plot.moves))]
    rows = sorted({round(y) for y in heights})
    assert len(rows) == 6 * 5
    assert min(after - before for before, after in itertools.pairwise(rows)) >= 20
    # The keys lead to a cell of the last arm, which comes into sight, and there it can be clicked.
    place = next(i for i, move in reversed(list(enumerate(plot.moves))) if move.n)
    assert plot.moves[place].arm == session.arms[-1]
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    plot.point_at(place - 1)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    at = plot.position_of(place).toPoint()
    assert plot.visibleRegion().contains(at)
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert len(review.stack.currentWidget().panels[0].model.listing.rows) == plot.moves[place].n


def test_that_the_picture_of_six_migrations_holds_them_all(six: Locked, tmp_path: Path, show: Show) -> None:
    view = show(six.session(Level.NAMED, tmp_path / "state"), "Liver").page.views
    view.show_view("Migration")
    view.migration.write_picture(tmp_path / "one.png")
    assert QImage(str(tmp_path / "one.png")).height() > 2 * 21 * 6 * 6
