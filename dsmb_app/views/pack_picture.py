"""The picture of a pack's sheet: the session's figure where it has one, else the dot plot of the sheet's table."""

from __future__ import annotations

from dsmb_app.session import Session
from dsmb_app.views import wording
from dsmb_app.views.plots import picture
from dsmb_app.views.plots.dot_plot import DotPlot
from dsmb_app.views.plots.scatter_picture import ScatterPicture


def pack_picture(session: Session, number: str, figure: str) -> bytes | None:
    """Return the picture of exhibit ``number``'s sheet as PNG (200%), with level, cut-off and snapshot id below it.

    ``figure``: the number that the picture has in the pack. None where there is nothing to draw. A long table is drawn
    by its outermost rows. Needs a running application.
    """
    source = wording.source_line(session)
    if figure in session.figures():
        found = session.figure(figure)
        return ScatterPicture(found, source=source).png() if found.points else None
    table = session.table(number)
    return picture.as_png(table, keys=picture.keys_that_fit(table), source=source) if DotPlot.suits(table) else None
