"""Pictures of pages and of plots: drawn without a display, not empty, with their source, arms told apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer

from dsmb_app import app
from dsmb_app.model.words import Level
from dsmb_app.views import theme
from dsmb_app.views.pack_picture import pack_picture
from dsmb_app.views.pages import PAGES
from dsmb_app.views.plots import row_picture
from tests.locked import Locked
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.looking import exhibit

LEVELS = pytest.mark.parametrize("level", list(Level))


def colours(image: QImage) -> set[str]:
    """Return every colour of a picture as #rrggbb."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), dtype=np.uint32)
    return {f"#{pixel & 0xFFFFFF:06x}" for pixel in np.unique(pixels).tolist()}


@LEVELS
def test_that_every_page_is_drawn_and_none_is_empty(qapp, at_level: AtLevel, tmp_path: Path, level: Level) -> None:
    drawn = app.pictures(at_level(level), tmp_path)
    assert len(drawn) == len(set(drawn)) == len(PAGES)
    assert drawn[1].name == f"{level}_adverse_events_1280x800_light.png"
    for path in drawn:
        assert len(colours(QImage(str(path)))) > 20, path.name
    light = colours(QImage(str(drawn[1])))
    assert theme.LIGHT.of_level(level) in light
    assert (theme.LIGHT.frame in light) is (level is not Level.POOLED)
    arms = set(theme.LIGHT.arms[:2])
    assert (arms <= light) if level is not Level.POOLED else not (arms & light)


@LEVELS
def test_that_an_exhibits_plot_is_drawn_for_the_pack(qapp, at_level: AtLevel, level: Level) -> None:
    session = at_level(level)
    png = pack_picture(session, "T09", ("F9",))["F9"]
    image = QImage.fromData(png)
    assert image.width() == 2000
    assert image.height() > 500
    assert len(colours(image)) > 20
    assert png == pack_picture(session, "T09", ("F9",))["F9"]


def test_that_an_exhibit_without_percentages_has_no_plot(qapp, at_level: AtLevel) -> None:
    assert pack_picture(at_level(Level.POOLED), "T06", ("F6",)) == {}


def test_that_a_picture_says_where_it_comes_from(qapp, at_level: AtLevel) -> None:
    table = at_level(Level.POOLED).table("T09")
    keys = row_picture.keys_that_fit(table)
    assert b"one source" in row_picture.Picture(table, keys=keys, source="one source", width=1000).svg()
    assert row_picture.as_png(table, keys=keys, source="one") != row_picture.as_png(table, keys=keys, source="other")


def test_that_a_long_table_is_drawn_by_its_outer_rows_and_says_so(qapp, at_level: AtLevel) -> None:
    table = at_level(Level.NAMED).table("T09")
    keys = row_picture.keys_that_fit(table)
    assert len(table.rows) > row_picture.MOST_ROWS
    assert keys == [row.key for row in table.rows if row.depth == 0]
    drawing = row_picture.Picture(table, keys=keys, source="", width=1000)
    assert drawing.left_out == f"{len(keys)} of {len(table.rows)} rows shown."


def test_that_a_saved_picture_is_logged_and_holds_the_rows_shown(
    demo: Locked, show_window: ShowWindow, tmp_path: Path
) -> None:
    session = demo.session(Level.MASKED, tmp_path / "log")
    view = exhibit(show_window(session))
    view.search("headache")
    before = session.audit_head
    view.write_picture(tmp_path / "plot.png")
    assert session.audit_head != before
    image = QImage(str(tmp_path / "plot.png"))
    assert len(colours(image)) > 10
    assert image.height() < 500
    view.write_picture(tmp_path / "plot.svg")
    svg = (tmp_path / "plot.svg").read_bytes()
    assert QSvgRenderer(QByteArray(svg)).isValid()
    assert session.snapshot.snap_id.encode() in svg


def test_that_a_picture_that_cannot_be_written_is_a_sentence(
    at_level: AtLevel, show_window: ShowWindow, tmp_path: Path
) -> None:
    window = show_window(at_level(Level.MASKED))
    exhibit(window).write_picture(tmp_path / "no such folder" / "plot.png")
    assert window.review.banner.isVisible()
    assert "[PICTURE-WRITE]" in window.review.banner.text
