"""A result as data: rows, columns, cells that hold the printed word and the number together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dsmb_app.model.figures import BoxFigure, CourseFigure, PointFigure, Waterfall
from dsmb_app.model.flow import FlowFigure
from dsmb_app.model.time_course import TimeCourse
from dsmb_app.model.words import Level, Stat

RowKey = tuple[str, ...]
SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class Cell:
    """One statistic: ``text`` as printed, ``value`` unrounded (None: not evaluable or suppressed, see ``note``)."""

    text: str
    value: float | None
    note: str = ""

    @property
    def drills(self) -> bool:
        """Tell whether the subjects behind the cell may be asked for (a suppressed cell keeps them)."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: one statistic of one arm, or of a contrast ``arm`` minus ``arm_ref``."""

    arm: str
    stat: Stat
    arm_ref: str = ""

    @property
    def is_contrast(self) -> bool:
        """Tell whether the column compares two arms."""
        return bool(self.arm_ref)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: ``key`` is its address (levels from the outside in), ``label`` what is printed, ``depth`` its indent."""

    key: RowKey
    label: str
    depth: int = 0

    @property
    def path(self) -> str:
        """Return the row's name in the analysis results: levels joined by `` > ``."""
        return SEPARATOR.join(level.replace(SEPARATOR, " >> ") for level in self.key)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every printed exhibit says of its source; a fixed stamp makes two outputs comparable byte for byte."""

    snap_id: str
    sha256: str
    created: str
    audit_head: str

    @property
    def short_sha(self) -> str:
        """Return the first twelve digits of the snapshot's SHA-256."""
        return self.sha256[:12]


@dataclass(frozen=True)
class ResultTable:
    """One exhibit as computed, before anyone lays it out.

    ``cells`` is addressed by (row key, column); an address that is absent was never defined for that row (a
    contrast on a row of means, say), which differs from a cell without a value. ``styles``: the look of each of
    ``arms`` as a number from 0; it follows the arm's letter, so that an arm looks the same masked and named.
    """

    exhibit: str
    title: str
    subtitle: str
    level: Level
    population: str
    arms: tuple[str, ...]
    arm_sizes: Mapping[str, int]
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[RowKey, Column], Cell] = field(repr=False)
    footnotes: tuple[str, ...] = ()
    styles: tuple[int, ...] = ()

    def cell(self, row: RowKey, column: Column) -> Cell | None:
        """Return the cell at an address, or None where none is defined."""
        return self.cells.get((row, column))

    def walk(self) -> Iterator[tuple[Row, Column, Cell]]:
        """Yield every defined cell, row by row, in printed order."""
        for row in self.rows:
            for column in self.columns:
                cell = self.cells.get((row.key, column))
                if cell is not None:
                    yield row, column, cell


@dataclass(frozen=True)
class ExhibitInfo:
    """What a contents list needs of an exhibit."""

    id: str
    title: str


@dataclass(frozen=True)
class Listing:
    """Records as a reader sees them: header texts and rows of printed values, with the subject of each row."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    subjects: tuple[str, ...]
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drill:
    """What stands behind one cell: its subjects, their records, and the question in words."""

    question: str
    subjects: Listing
    records: Listing


@dataclass(frozen=True, slots=True)
class Point:
    """One subject in a scatter plot; ``subject`` is "" where the level shows no patients, ``marked`` an open symbol,
    ``quadrant`` a place in the figure's quadrants."""

    subject: str
    arm: str
    x: float
    y: float
    marked: bool
    quadrant: int = 0


@dataclass(frozen=True)
class Scatter:
    """A scatter plot as computed: log axes, lines that cut it into named quadrants (upper left, upper right, lower
    left, lower right), one point per subject; ``floor``: where lower values are drawn;
    ``tests``: the laboratory tests that explain a point; ``counts``: how many subjects each quadrant has, in words;
    ``panelled``: each quadrant is a panel with scales and lines of its own, in which its points stand."""

    exhibit: str
    title: str
    subtitle: str
    level: Level
    population: str
    arms: tuple[str, ...]
    x_label: str
    y_label: str
    x_line: float
    y_line: float
    quadrants: tuple[str, str, str, str]
    marked_label: str
    points: tuple[Point, ...] = field(repr=False)
    footnotes: tuple[str, ...] = ()
    floor: float = 0.0
    tests: tuple[str, ...] = ()
    styles: tuple[int, ...] = ()
    counts: tuple[str, ...] = ()
    panelled: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """One arm's step curve: from each day of ``x`` the value ``y`` holds until the next, with limits (NaN: none);
    ``censored``: days that carry a censoring mark."""

    arm: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    censored: tuple[float, ...] = ()


@dataclass(frozen=True)
class CurveFigure:
    """A figure of step curves over study days as computed, with the numbers at risk printed below it: ``at_risk`` holds
    one number for each of ``at_risk_days``; an arm's curve is not drawn from its day in ``hidden_from`` on, because too
    few are still at risk."""

    exhibit: str
    title: str
    subtitle: str
    level: Level
    population: str
    arms: tuple[str, ...]
    x_label: str
    y_label: str
    curves: tuple[Curve, ...] = field(repr=False)
    at_risk_days: tuple[float, ...]
    at_risk: Mapping[str, tuple[int, ...]]
    footnotes: tuple[str, ...] = ()
    hidden_from: Mapping[str, float] = field(default_factory=dict)
    styles: tuple[int, ...] = ()


@dataclass(frozen=True)
class Histogram:
    """Events by day of the cycle, or by week of the study without cycles: ``bins`` are the days or weeks, each arm's
    ``counts`` and ``watched`` (subject-days on them) are parallel to these; ``shaded``: up to which bin doses are
    given, 0 where the study has no cycles; ``subjects``: by arm the ids behind each bar, empty where the level shows
    none."""

    exhibit: str
    title: str
    subtitle: str
    level: Level
    population: str
    arms: tuple[str, ...]
    x_label: str
    y_label: str
    bins: tuple[int, ...]
    counts: Mapping[str, tuple[int, ...]]
    watched: Mapping[str, tuple[int, ...]]
    shaded: int = 0
    footnotes: tuple[str, ...] = ()
    styles: tuple[int, ...] = ()
    subjects: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PeriodFigure:
    """Some events by cycle and phase (by weeks without cycles): ``table`` holds the numbers in the rows of K20.

    ``periods``: the periods in order; ``parts``: their phases in order, the periods themselves where they have none;
    ``subjects``: by row and arm the ids of those counted, ``with_events`` of those with an event begun there; both
    empty where the level shows none.
    """

    exhibit: str
    title: str
    subtitle: str
    level: Level
    population: str
    arms: tuple[str, ...]
    x_label: str
    periods: tuple[RowKey, ...]
    parts: tuple[RowKey, ...]
    table: ResultTable = field(repr=False)
    subjects: Mapping[tuple[RowKey, str], tuple[str, ...]] = field(default_factory=dict, repr=False)
    with_events: Mapping[tuple[RowKey, str], tuple[str, ...]] = field(default_factory=dict, repr=False)
    footnotes: tuple[str, ...] = ()
    styles: tuple[int, ...] = ()


Figure = (
    Scatter
    | CurveFigure
    | Histogram
    | PeriodFigure
    | TimeCourse
    | BoxFigure
    | CourseFigure
    | PointFigure
    | Waterfall
    | FlowFigure
)
