"""LB rows: each result in its laboratory's units and in SI units, with the limits of that very record."""

from __future__ import annotations

from .lab_tests import CENTRAL, CHEMISTRY, CONVENTIONAL, KATAL, SI, TESTS, Unit, limits
from .labs import Result
from .plan import Row

# The central laboratory reported enzymes in ukat/L and haemoglobin in mmol/L for these three months.
KATAL_FROM, KATAL_UNTIL = "2018-08-01", "2018-10-31"
BELOW = "<5"


def unit_of(result: Result) -> Unit:
    """Return the unit in which the laboratory reported this result."""
    if result.lab != CENTRAL:
        return CONVENTIONAL[result.code]
    return (KATAL if KATAL_FROM <= result.when[:10] <= KATAL_UNTIL else SI)[result.code]


def untidy_results(results: list[Result]) -> tuple[Result, Result]:
    """Return the GGT result that is printed ``<5`` and the ALT result that has no upper limit."""
    plain = [r for r in results if r.visit.subject.arm and not r.visit.subject.role and unit_of(r) == SI[r.code]]
    low = min((r for r in plain if r.code == "GGT" and r.visit.num > 2), key=lambda r: (r.value, r.when))
    return low, next(r for r in plain if r.code == "ALT" and r.visit.name == "Week 8")


def lb_rows(results: list[Result], first_dose: dict[int, str], untidy: tuple[Result, Result]) -> list[Row]:
    """Return LB by subject, test and visit. ``first_dose``: date and time by subject number, of the dosed only."""
    order = sorted(results, key=lambda r: (r.visit.subject.number, r.code, r.when))
    return [_row(r, first_dose, untidy) for r in order]


def _row(result: Result, first_dose: dict[int, str], untidy: tuple[Result, Result]) -> Row:
    visit, subject, unit = result.visit, result.visit.subject, unit_of(result)
    low, high = (round(x / unit.factor, unit.digits) for x in limits(result.code, result.lab, subject.sex))
    value = round(result.value / unit.factor, unit.digits)
    day1 = visit.name == "Day 1"
    row: Row = {
        "USUBJID": subject.usubjid,
        "LBTESTCD": result.code,
        "LBTEST": TESTS[result.code].name,
        "LBCAT": TESTS[result.code].category,
        "LBSPEC": "SERUM" if TESTS[result.code].category == CHEMISTRY else "BLOOD",
        "LBORRES": f"{value:.{unit.digits}f}",
        "LBORRESU": unit.name,
        "LBORNRLO": f"{low:.{unit.digits}f}",
        "LBORNRHI": f"{high:.{unit.digits}f}",
        "LBSTRESC": _text(value * unit.factor),
        "LBSTRESN": round(value * unit.factor, 3),
        "LBSTRESU": SI[result.code].name,
        "LBSTNRLO": round(low * unit.factor, 3),
        "LBSTNRHI": round(high * unit.factor, 3),
        "LBNRIND": "LOW" if value < low else "HIGH" if value > high else "NORMAL",
        "LBNAM": result.lab,
        "LBBLFL": "Y" if day1 else "",
        "LBLOBXFL": "Y" if day1 and subject.number in first_dose else "",
        "VISITNUM": visit.num,
        "VISIT": visit.name,
        "VISITDY": visit.planned.day if visit.planned else None,
        "LBDTC": result.when,
        "LBDY": subject.day_of(visit.when) if subject.day1 else None,
    }
    if result is untidy[0]:
        row |= {"LBORRES": BELOW, "LBSTRESC": BELOW, "LBSTRESN": None, "LBNRIND": "LOW"}
    if result is untidy[1]:
        row |= {"LBORNRHI": "", "LBSTNRHI": None, "LBNRIND": ""}
    return row


def _text(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
