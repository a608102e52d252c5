"""The pages of the window, in their order: a new one is one line in ``PAGES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from dsmb_app.model.choices import FILTERS, SUBJECT_FILTERS
from dsmb_app.views.desk import Desk
from dsmb_app.views.pages.adverse_events import AdverseEvents
from dsmb_app.views.pages.all_exhibits import AllExhibits
from dsmb_app.views.pages.blood_counts import BloodCounts
from dsmb_app.views.pages.conduct import Conduct
from dsmb_app.views.pages.cycles import Cycles
from dsmb_app.views.pages.data_quality import DataQuality
from dsmb_app.views.pages.infections import Infections
from dsmb_app.views.pages.laboratory import Laboratory
from dsmb_app.views.pages.listings import Listings
from dsmb_app.views.pages.liver import Liver
from dsmb_app.views.pages.overview import Overview
from dsmb_app.views.pages.page import Page
from dsmb_app.views.pages.patients import Patients
from dsmb_app.views.pages.plotted_page import PlottedPage


@dataclass(frozen=True)
class PageInfo:
    """A page: its title, its icon, how it is made, and the filters that touch what it shows."""

    title: str
    icon: str
    make: Callable[[Desk], Page]
    filtered_by: tuple[str, ...] = FILTERS


PAGES = (
    PageInfo("Overview", "overview", Overview),
    PageInfo("Adverse events", "adverse_events", AdverseEvents),
    PageInfo("Liver", "liver", Liver, SUBJECT_FILTERS),
    PageInfo("Blood counts", "blood_counts", BloodCounts, SUBJECT_FILTERS),
    PageInfo("Infections", "infections", Infections),
    PageInfo("Cycles", "cycles", Cycles),
    PageInfo("Patients", "patients", Patients, SUBJECT_FILTERS),
    PageInfo("Listings", "listings", Listings),
    PageInfo("Data quality", "data_quality", DataQuality),
    PageInfo("Conduct", "conduct", Conduct, SUBJECT_FILTERS),
    PageInfo("Laboratory", "laboratory", Laboratory, SUBJECT_FILTERS),
    PageInfo("Special interest", "special_interest", partial(PlottedPage, number="K14")),
    PageInfo("All exhibits", "exhibits", AllExhibits),
)
