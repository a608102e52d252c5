"""The internationally agreed order of MedDRA system organ classes."""

from __future__ import annotations

SOC_ORDER = (
    "Infections and infestations",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "Blood and lymphatic system disorders",
    "Immune system disorders",
    "Endocrine disorders",
    "Metabolism and nutrition disorders",
    "Psychiatric disorders",
    "Nervous system disorders",
    "Eye disorders",
    "Ear and labyrinth disorders",
    "Cardiac disorders",
    "Vascular disorders",
    "Respiratory, thoracic and mediastinal disorders",
    "Gastrointestinal disorders",
    "Hepatobiliary disorders",
    "Skin and subcutaneous tissue disorders",
    "Musculoskeletal and connective tissue disorders",
    "Renal and urinary disorders",
    "Pregnancy, puerperium and perinatal conditions",
    "Reproductive system and breast disorders",
    "Congenital, familial and genetic disorders",
    "General disorders and administration site conditions",
    "Investigations",
    "Injury, poisoning and procedural complications",
    "Surgical and medical procedures",
    "Social circumstances",
    "Product issues",
)

_CODES = (
    "10021881", "10029104", "10005329", "10021428", "10014698", "10027433", "10037175", "10029205", "10015919",
    "10013993", "10007541", "10047065", "10038738", "10017947", "10019805", "10040785", "10028395", "10038359",
    "10036585", "10038604", "10010331", "10018065", "10022891", "10022117", "10042613", "10041244", "10077536",
)  # fmt: skip
SOC_OF_CODE = dict(zip(_CODES, SOC_ORDER, strict=True))
"""The name of each MedDRA code of a system organ class, for deliveries that hold the code alone."""

_PLACE = {name.casefold(): place for place, name in enumerate(SOC_ORDER)}


def soc_place(name: str) -> int:
    """Return the place of a system organ class; an unknown one comes after all known ones."""
    return _PLACE.get(name.strip().casefold(), len(SOC_ORDER))
