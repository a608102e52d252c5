"""What a column of the open part is to the leak check: no outcome, structure, or outcome."""

from __future__ import annotations

from enum import StrEnum

from dsmb_app.snapshot.columns import built_in_policy


class Rule(StrEnum):
    """How a pattern is judged.

    STRICT: it cannot be an effect of treatment, so a pure value or any sure difference blocks. STRUCTURE: treatment
    can move it (drop-out ends visits and doses) but hardly make it pure, so only purity blocks, the rest warns.
    OUTCOME: treatment may do anything to it, so it only warns. COUNT: an outcome too, but numbers of rows are few and
    tell much, so they are judged among themselves.
    """

    STRICT = "strict"
    STRUCTURE = "structure"
    OUTCOME = "outcome"
    COUNT = "count"


ROWS = "ROWS"
"""Stands in the place of a column for the number of rows of a table."""

TOGETHER = "ALL.ROWS"
"""Stands for all counts of rows, visits and blanks taken together."""

OUTCOME_TABLES = frozenset({"AE", "LB", "VS", "DS", "DD", "QS", "CM"})
MEASURED_TABLES = frozenset({"LB", "VS", "QS"})
"""Tables with records before the first dose, which no treatment can have touched."""

_DM_OUTCOMES = frozenset(
    {
        "SAFFL",
        "SCRFFL",
        "TRTSDY",
        "TRTEDY",
        "TRTERULE",
        "EOSDY",
        "EOSRULE",
        "EOSREAS",
        "DTHFL",
        "DTHDY",
        "DTHDM",
        "ENDSTDY",
        "LSTCDY",
        "LSTCAGO",
    }
    | {"RFENDTC", "RFXENDTC", "RFPENDTC", "DTHDTC"}
)
_DM_DERIVED = frozenset({"RANDFL", "ENRLMON"})
_RESULTS = ("ORRES", "STRESC", "STRESN", "NRIND", "BLFL", "LOBXFL")
_DERIVED = frozenset(
    {"CUTFL", "EMFLAG", "VALUE", "BOUND", "XULN", "GRVALUE", "GRLLN", "GRULN", "POSTFL", "BASEFL", "BASERULE"}
    | {"LLN", "ULN", "LIMRULE"}
)
_DAY_ENDS = ("DY_LO", "DY_HI", "DY_P", "DY_T")
KEYS = frozenset({"RECORD", "USUBJID"})


def rule_of(table: str, column: str) -> Rule:
    """Return the rule for the values of a column; ``table`` is the dataset in upper case."""
    if table == "DM" and column in _DM_OUTCOMES:
        return Rule.OUTCOME
    if table == "DM" and (column in _DM_DERIVED or column in built_in_policy().datasets["DM"].kinds):
        return Rule.STRICT
    if table not in OUTCOME_TABLES or (table in MEASURED_TABLES and column in ("VISIT", "VISITNUM")):
        return Rule.STRUCTURE
    listed = column in built_in_policy().datasets[table].kinds or column in _DERIVED or column.endswith(_DAY_ENDS)
    # A column that only the study file lets in is of no known kind.
    return Rule.OUTCOME if listed else Rule.STRUCTURE


def is_result(table: str, column: str) -> bool:
    """Tell whether a column of a measured table is what was measured, or follows from it."""
    return column.removeprefix(table) in _RESULTS or column in _DERIVED or column.endswith(_DAY_ENDS)


def is_sequence(table: str, column: str) -> bool:
    """Tell whether a column is the sequence number of a table."""
    return column == f"{table}SEQ"


def is_identifier(table: str, column: str) -> bool:
    """Tell whether a column holds the sponsor's own record or group ids, whose spelling is no outcome."""
    return column in (f"{table}SPID", f"{table}GRPID", f"{table}REFID")


def column_name(table: str, column: str) -> str:
    """Return DATASET.COLUMN, as settings and reports write it."""
    return f"{table}.{column}"
