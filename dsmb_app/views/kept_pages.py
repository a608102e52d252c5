"""The pages of a session: each made when it is first shown, and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dsmb_app.views.pages.page import Page


class Pages(Sequence[Page]):
    """The pages by their places, each made by ``make`` when it is first asked for, and kept."""

    def __init__(self, count: int, make: Callable[[int], Page]) -> None:
        self._made: list[Page | None] = [None] * count
        self._make = make

    def __len__(self) -> int:
        return len(self._made)

    def is_made(self, place: int) -> bool:
        """Tell whether a page was asked for already."""
        return self._made[place] is not None

    def __getitem__(self, place: int) -> Page:
        found = self._made[place]
        if found is None:
            found = self._made[place] = self._make(place)
        return found

    def __contains__(self, widget: object) -> bool:
        # Of those made: to ask must not make the others.
        return any(page is widget for page in self._made if page is not None)
