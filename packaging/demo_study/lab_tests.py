"""The twelve lab tests: two laboratories with their own limits, three systems of units."""

from __future__ import annotations

from dataclasses import dataclass

CENTRAL, HOSPITAL = "Central Laboratory", "Hospital Laboratory"


@dataclass(frozen=True)
class LabTest:
    """A lab test and its (low, high) limits in SI units, by laboratory; ``male`` where men have others."""

    name: str
    category: str
    limits: dict[str, tuple[float, float]]
    male: dict[str, tuple[float, float]] | None = None


def _test(
    name: str,
    category: str,
    central: tuple[float, float],
    hospital: tuple[float, float],
    male: tuple[tuple[float, float], tuple[float, float]] | None = None,
) -> LabTest:
    men = {CENTRAL: male[0], HOSPITAL: male[1]} if male else None
    return LabTest(name, category, {CENTRAL: central, HOSPITAL: hospital}, men)


CHEMISTRY, HEMATOLOGY = "CHEMISTRY", "HEMATOLOGY"
TESTS: dict[str, LabTest] = {
    "ALT": _test("Alanine Aminotransferase", CHEMISTRY, (7, 40), (5, 50)),
    "AST": _test("Aspartate Aminotransferase", CHEMISTRY, (13, 35), (8, 40)),
    "ALP": _test("Alkaline Phosphatase", CHEMISTRY, (35, 100), (40, 129)),
    "BILI": _test("Bilirubin", CHEMISTRY, (3, 21), (3.42, 20.52)),
    "GGT": _test("Gamma Glutamyl Transferase", CHEMISTRY, (7, 45), (8, 61)),
    "CREAT": _test("Creatinine", CHEMISTRY, (41, 81), (44.2, 88.4), ((57, 97), (61.88, 106.08))),
    "WBC": _test("Leukocytes", HEMATOLOGY, (4.0, 10.0), (3.8, 10.8)),
    "NEUT": _test("Neutrophils", HEMATOLOGY, (1.8, 6.3), (1.5, 7.8)),
    "LYM": _test("Lymphocytes", HEMATOLOGY, (1.1, 3.2), (0.85, 3.9)),
    "EOS": _test("Eosinophils", HEMATOLOGY, (0.02, 0.52), (0.015, 0.5)),
    "HGB": _test("Hemoglobin", HEMATOLOGY, (115, 150), (117, 155), ((130, 175), (132, 171))),
    "PLAT": _test("Platelets", HEMATOLOGY, (125, 350), (140, 400)),
}
ENZYMES = ("ALT", "AST", "ALP", "GGT")


@dataclass(frozen=True)
class Unit:
    """A unit; a value in it times ``factor`` is the value in the SI unit; ``digits`` as the laboratory prints it."""

    name: str
    factor: float
    digits: int


SI = {
    **dict.fromkeys(ENZYMES, Unit("U/L", 1, 0)),
    "BILI": Unit("umol/L", 1, 1),
    "CREAT": Unit("umol/L", 1, 0),
    **dict.fromkeys(("WBC", "NEUT", "LYM", "EOS"), Unit("10^9/L", 1, 2)),
    "HGB": Unit("g/L", 1, 0),
    "PLAT": Unit("10^9/L", 1, 0),
}
CONVENTIONAL = {
    **dict.fromkeys(ENZYMES, Unit("U/L", 1, 0)),
    "BILI": Unit("mg/dL", 17.1, 1),
    "CREAT": Unit("mg/dL", 88.4, 2),
    "WBC": Unit("10^3/uL", 1, 2),
    **dict.fromkeys(("NEUT", "LYM", "EOS"), Unit("cells/uL", 0.001, 0)),
    "HGB": Unit("g/dL", 10, 1),
    "PLAT": Unit("10^3/uL", 1, 0),
}
KATAL = {**SI, **dict.fromkeys(ENZYMES, Unit("ukat/L", 60, 2)), "HGB": Unit("mmol/L", 16.114, 2)}


def limits(code: str, lab: str, sex: str) -> tuple[float, float]:
    """Return the (low, high) limits of a test in SI units at a laboratory for a sex."""
    test = TESTS[code]
    return (test.male if sex == "M" and test.male else test.limits)[lab]
