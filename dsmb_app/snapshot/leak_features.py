"""What can be seen of each subject in the open part: values, spellings, numbers, positions, counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.snapshot.leak_forms import Texts, decimals, leading, shape, spelling_gaps
from dsmb_app.snapshot.leak_roles import (
    KEYS,
    MEASURED_TABLES,
    ROWS,
    Rule,
    column_name,
    is_identifier,
    is_result,
    is_sequence,
    rule_of,
)
from dsmb_app.snapshot.leak_tests import LEAST_HOLDERS

Values = npt.NDArray[np.bool_] | npt.NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """A pattern: DATASET.COLUMN, what about it (value, length ...), its rule, and a bool or a number by subject."""

    column: str
    kind: str
    rule: Rule
    values: Values


@dataclass(frozen=True)
class _Table:
    """Rows of a table that belong to a subject with an arm; ``place``: which; ``at``: row position in the table."""

    name: str
    frame: pd.DataFrame
    place: npt.NDArray[np.intp]
    at: npt.NDArray[np.intp]
    subjects: int

    def rows(self, keep: npt.NDArray[np.bool_]) -> _Table:
        return _Table(
            self.name, self.frame[keep].reset_index(drop=True), self.place[keep], self.at[keep], self.subjects
        )

    def mean(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return each subject's mean of the known values, NaN where there is none."""
        numbers = np.asarray(values, dtype=float)
        known = np.isfinite(numbers)
        count = np.bincount(self.place[known], minlength=self.subjects)
        total = np.bincount(self.place[known], weights=numbers[known], minlength=self.subjects)
        # Rounded, so that sums of equal numbers in another order do not differ in their last bits.
        return np.asarray(np.round(np.where(count > 0, total / np.maximum(count, 1), np.nan), 9))

    def smallest(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return each subject's smallest known value, NaN where there is none."""
        numbers = np.asarray(values, dtype=float)
        known, best = np.isfinite(numbers), np.full(self.subjects, np.inf)
        np.minimum.at(best, self.place[known], numbers[known])
        return np.where(np.isfinite(best), best, np.nan)

    def having(self, codes: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        """Return for each code, 0, 1, ..., that enough subjects have, but not all, who has it (codes x subjects)."""
        number = int(codes.max()) + 1 if len(codes) else 0
        pairs = np.unique(codes.astype(np.int64) * self.subjects + self.place)
        code, place = np.divmod(pairs, max(self.subjects, 1))
        held = np.bincount(code, minlength=number)
        kept = np.flatnonzero((held >= LEAST_HOLDERS) & (held < self.subjects))
        rows = np.full(number, -1)
        rows[kept] = np.arange(len(kept))
        flags = np.zeros((len(kept), self.subjects), dtype=bool)
        wanted = rows[code] >= 0
        flags[rows[code[wanted]], place[wanted]] = True
        return flags


Before = dict[str, tuple[pd.DataFrame, pd.Index, list[Feature]]]
"""The table, its subjects and its patterns, by table name, of the check before."""


def features(frames: Mapping[str, pd.DataFrame], subjects: pd.Index, before: Before | None = None) -> Iterator[Feature]:
    """Yield every pattern of the open part's frames (table name -> rows with USUBJID) for these subjects.

    ``before``: what was found in the very same tables is taken from here, and what is found now is put here.
    """
    before = {} if before is None else before
    for table, frame in frames.items():
        known = before.get(table)
        if not (known and known[0] is frame and known[1].equals(subjects)):
            before[table] = frame, subjects, list(_patterns(table, frame, subjects))
        yield from before[table][2]


def _patterns(table: str, frame: pd.DataFrame, subjects: pd.Index) -> Iterator[Feature]:
    place = subjects.get_indexer(pd.Index(frame["USUBJID"]))
    at = np.flatnonzero(place >= 0)
    yield from _of_table(_Table(table.upper(), frame.iloc[at].reset_index(drop=True), place[at], at, len(subjects)))


def _of_table(table: _Table) -> Iterator[Feature]:
    yield from _positions(table)
    rows = np.bincount(table.place, minlength=table.subjects).astype(float)
    yield Feature(column_name(table.name, ROWS), "number of rows", Rule.COUNT, rows)
    if table.name == "DM":
        yield from _subject_ids(table)
    if {"QNAM", "QVAL"} <= set(table.frame):
        for qualifier in table.frame["QNAM"].unique():
            own = table.rows((table.frame["QNAM"] == qualifier).to_numpy(dtype=bool))
            yield from _of_column(own, str(qualifier), own.frame["QVAL"], Rule.STRUCTURE)
        return
    for column in table.frame.columns:
        if column not in KEYS:
            yield from _of_column(table, column, table.frame[column], rule_of(table.name, column))
    if table.name in MEASURED_TABLES:
        yield from _before_treatment(table)


def _positions(table: _Table) -> Iterator[Feature]:
    """Where a subject's rows stand. Means, not first or last: those follow the number of rows, which is an outcome."""
    column = column_name(table.name, "RECORD")
    numbers = {"row position": table.at.astype(float)}
    if "RECORD" in table.frame:
        numbers["record number"] = table.frame["RECORD"].to_numpy(dtype=float)
    for kind, values in numbers.items():
        yield Feature(column, kind, Rule.STRICT, table.mean(values))
        yield Feature(column, kind, Rule.STRICT, table.mean(values % 2))


def _subject_ids(table: _Table) -> Iterator[Feature]:
    ids = Texts(table.frame["USUBJID"])
    order = np.argsort(np.argsort(table.frame["USUBJID"].to_numpy(dtype=object))).astype(float)
    yield Feature("DM.USUBJID", "order", Rule.STRICT, table.mean(order))
    yield Feature("DM.USUBJID", "length", Rule.STRICT, table.mean(ids.numbers(len)))
    for part in (leading(ids.words), lambda word: word[-1:], shape):
        yield from _flags(table, ids.groups(part), "DM.USUBJID", "spelling", Rule.STRICT)


def _flags(table: _Table, codes: npt.NDArray[np.intp], column: str, kind: str, rule: Rule) -> Iterator[Feature]:
    for flags in table.having(codes):
        yield Feature(column, kind, rule, flags)


def _of_column(table: _Table, column: str, values: pd.Series, rule: Rule) -> Iterator[Feature]:
    name = column_name(table.name, column)
    if pd.api.types.is_numeric_dtype(values.dtype):
        yield from _of_numbers(table, column, values.astype(float), rule)
        return
    texts = Texts(values)
    yield from _text_values(table, name, texts, rule)
    yield from _spelling(table, name, texts)
    if rule is Rule.STRICT:
        yield from _raw_form(table, name, texts)
    elif is_identifier(table.name, column):
        # The shortest id of a subject: the longest follows the number of its events.
        yield Feature(name, "length", Rule.STRUCTURE, table.smallest(texts.numbers(lambda word: len(word) or np.nan)))
        for part in (leading(texts.words), shape):
            yield from _flags(table, texts.groups(part), name, "spelling", Rule.STRUCTURE)


def _text_values(table: _Table, name: str, texts: Texts, rule: Rule) -> Iterator[Feature]:
    yield Feature(name, "blanks", rule, table.mean(texts.numbers(lambda word: not word)))
    filled = pd.Series([word for word in texts.words if word], dtype="str")
    if rule is Rule.OUTCOME and len(filled) > 20 and pd.to_numeric(filled, errors="coerce").notna().mean() > 0.5:
        return  # results as text: their numbers are looked at
    yield from _flags(table, texts.codes, name, "value", rule)


def _raw_form(table: _Table, name: str, texts: Texts) -> Iterator[Feature]:
    order = {word: nth for nth, word in enumerate(sorted(texts.words))}
    yield Feature(name, "order", Rule.STRICT, table.mean(texts.numbers(order.__getitem__)))
    yield Feature(name, "length", Rule.STRICT, table.mean(texts.numbers(len)))
    yield Feature(name, "decimals", Rule.STRICT, table.mean(texts.numbers(decimals)))
    for part in (shape, leading(texts.words)):
        yield from _flags(table, texts.groups(part), name, "spelling", Rule.STRICT)


def _spelling(table: _Table, name: str, texts: Texts) -> Iterator[Feature]:
    """How a subject's texts are written, compared with the same content elsewhere: no outcome, whatever is told."""
    context = [table.frame[c] for c in (f"{table.name}TESTCD", "VISIT") if c in table.frame and not name.endswith(c)]
    for kind, gaps in spelling_gaps(texts, context).items():
        yield Feature(name, kind, Rule.STRICT, table.mean(gaps))


def _of_numbers(table: _Table, column: str, values: pd.Series, rule: Rule) -> Iterator[Feature]:
    name = column_name(table.name, column)
    if is_sequence(table.name, column):
        yield from _sequence(table, name, values)
        return
    yield Feature(name, "blanks", rule, table.mean(values.isna()))
    if rule is not Rule.OUTCOME:
        yield from _flags(table, _codes(values), name, "value", rule)
    if rule is not Rule.STRUCTURE:
        yield from _means(table, name, values, rule)


def _means(table: _Table, name: str, values: pd.Series, rule: Rule) -> Iterator[Feature]:
    """The mean number of a subject, and of each test where the table has tests."""
    tests = f"{table.name}TESTCD"
    if tests not in table.frame:
        yield Feature(name, "number", rule, table.mean(values))
        return
    codes, found = pd.factorize(table.frame[tests].to_numpy(dtype=object), sort=True)
    # Every test of every subject in one pass: as if a subject's tests were so many subjects.
    apart = _Table(table.name, table.frame, table.place * len(found) + codes, table.at, table.subjects * len(found))
    for numbers in apart.mean(values).reshape(table.subjects, len(found)).T:
        yield Feature(name, "number", rule, numbers)


def _sequence(table: _Table, name: str, values: pd.Series) -> Iterator[Feature]:
    """Where a subject's numbers start and in which steps they go. Gaps are outcomes."""
    ordered = pd.DataFrame({"place": table.place, "seq": values}).dropna().sort_values(["place", "seq"])
    step = ordered["seq"].diff().where(ordered["place"] == ordered["place"].shift())
    inner = _Table(table.name, ordered, ordered["place"].to_numpy(), table.at[: len(ordered)], table.subjects)
    yield Feature(name, "sequence number", Rule.STRUCTURE, table.smallest(values))
    yield Feature(name, "sequence number", Rule.STRUCTURE, inner.smallest(step.where(step > 0)))
    yield Feature(name, "sequence gaps", Rule.OUTCOME, inner.mean(step > 1))


def _before_treatment(table: _Table) -> Iterator[Feature]:
    """Units, ranges, methods, blanks and decimals of records before the first dose: no treatment has touched them."""
    early = table.rows(_is_early(table))
    for column in early.frame.columns:
        name = column_name(early.name, column)
        if column in KEYS or is_sequence(early.name, column) or column.endswith(("DY_LO", "DY_HI")):
            continue
        values = early.frame[column]
        if not is_result(early.name, column):
            yield Feature(name, "blanks before the first dose", Rule.STRICT, early.mean(values.isin(["", np.nan])))
            yield from _flags(early, _codes(values), name, "value before the first dose", Rule.STRICT)
        elif not pd.api.types.is_numeric_dtype(values.dtype) and column.endswith(("ORRES", "STRESC")):
            yield from _result_form(early, name, Texts(values))


def _result_form(early: _Table, name: str, texts: Texts) -> Iterator[Feature]:
    tests = early.frame[f"{early.name}TESTCD"]
    for kind, form in (("decimals", decimals), ("length", len)):
        numbers = pd.Series(texts.numbers(form))
        gaps = (numbers - numbers.groupby(tests).transform("mean")).to_numpy(dtype=float)
        yield Feature(name, f"{kind} before the first dose", Rule.STRICT, early.mean(gaps))


def _codes(values: pd.Series) -> npt.NDArray[np.intp]:
    """Return a code for each row, the same one for equal values; what is missing is a value too."""
    return pd.factorize(values.to_numpy(), use_na_sentinel=False)[0]


def _is_early(table: _Table) -> npt.NDArray[np.bool_]:
    """Tell which records lie before the first dose, or are said to be the baseline."""
    frame, name = table.frame, table.name
    early = np.zeros(len(frame), dtype=bool)
    if f"{name}DY_HI" in frame:
        early |= (frame[f"{name}DY_HI"].to_numpy(dtype=float) < 1) | (frame[f"{name}DY_T"] == "before").to_numpy()
    for flag in (f"{name}BLFL", f"{name}LOBXFL", "BASEFL"):
        if flag in frame:
            early |= (frame[flag] == "Y").to_numpy()
    return early


def counts(frames: Mapping[str, pd.DataFrame], subjects: pd.Index) -> npt.NDArray[np.float64]:
    """Return rows, different visits and blank cells of each table (subjects x 3 for each table but DM)."""
    columns: list[npt.ArrayLike] = []
    for table, frame in frames.items():
        place = subjects.get_indexer(pd.Index(frame["USUBJID"]))
        own, at = frame[place >= 0], place[place >= 0]
        columns.append(np.bincount(at, minlength=len(subjects)).astype(np.float64))
        if "VISIT" in own:
            visits = pd.Series(own["VISIT"].to_numpy()).groupby(at).nunique()
            columns.append(visits.reindex(range(len(subjects)), fill_value=0).to_numpy(dtype=float))
        if table != "dm":
            blank = own.isin(["", np.nan]).sum(axis=1).to_numpy()
            columns.append(np.bincount(at, weights=blank, minlength=len(subjects)))
    return np.array(columns, dtype=float).T if columns else np.zeros((len(subjects), 0))
