"""Demographics, baseline disease, background drugs and history (T05)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import background, conduct, vitals, wording
from dsmb_app.analyses.background import DURATION
from dsmb_app.analyses.conduct import Line, counted, summarised
from dsmb_app.analyses.vitals import HEIGHT, WEIGHT, questionnaires, vital_signs
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, RowKey

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

TITLE = "Demographics and baseline"
AGE, BMI = "Age (years)", "BMI (kg/m2)"
WEIGHT_ROW, HEIGHT_ROW = "Weight (kg)", "Height (cm)"
_SEXES = {"F": "Female", "M": "Male", "U": "Unknown", "UNDIFFERENTIATED": "Undifferentiated"}


def lines(cut: Cut) -> list[Line]:
    """Return the rows, group by group; one whose source is not delivered has none."""
    found = [*_age(cut), *_texts(cut, "Sex", "SEX"), *_race(cut), *_texts(cut, "Ethnicity", "ETHNIC")]
    if len(set(cut.subjects["COUNTRY"][cut.safety])) > 1:
        found += _texts(cut, "Country", "COUNTRY")
    found += [*_body(cut), *background.characteristic_lines(cut), *_duration(cut), *_scores(cut)]
    return [*found, *background.history_lines(cut), *background.drug_lines(cut)]


def _measured(cut: Cut, name: str, values: Floats) -> list[Line]:
    """Return the summary of a quantity; nothing where nobody was measured."""
    known = np.where(cut.safety, values, np.nan)
    return [summarised((name,), known)] if np.isfinite(known).any() else []


def _grouped(cut: Cut, name: str, values: Floats, groups: dict[str, Bools]) -> list[Line]:
    """Return the summary of a quantity, and who is in each of its groups, out of those measured."""
    of = cut.safety & np.isfinite(values)
    summary = _measured(cut, name, values)
    return [*summary, *(counted((name, group), of & inside, of) for group, inside in groups.items() if summary)]


def ages(cut: Cut) -> Floats:
    """Return ages in years, NaN where there is none or in another unit."""
    in_years = cut.subjects["AGEU"].str.upper().isin(("", "YEARS")).to_numpy(dtype=bool)
    return np.where(in_years, cut.subjects["AGE"].to_numpy(dtype=float), np.nan)


def _age(cut: Cut) -> list[Line]:
    age = ages(cut)
    found = _grouped(cut, AGE, age, {"<65": age < 65, "65-80": (age >= 65) & (age < 81), ">80": age >= 81})
    if not (cut.safety & (age < 18)).any():
        return found
    of = cut.safety & np.isfinite(age)
    young = {"<18": age < 18, "18-64": (age >= 18) & (age < 65)}
    return [*found[:2], *(counted((AGE, "<65", name), of & inside, of) for name, inside in young.items()), *found[2:]]


def _texts(cut: Cut, name: str, column: str) -> list[Line]:
    texts = cut.subjects[column].to_numpy(dtype=object)
    if not (texts[cut.safety] != "").any():
        return []
    found = conduct.by_text((name,), texts, cut.safety)
    return [line.labelled(f"{name}: {_SEXES.get(line.row.label, line.row.label)}", 0) for line in found]


def _race(cut: Cut) -> list[Line]:
    """Return the races, each with its ethnicities where the delivery has more than one."""
    ethnic = cut.subjects["ETHNIC"].to_numpy(dtype=object)
    several = len(set(ethnic[cut.safety]) - {""}) > 1
    found = []
    for line in _texts(cut, "Race", "RACE"):
        found += [line, *(conduct.by_text(line.row.key, ethnic, line.members) if several else [])]
    return [line if len(line.row.key) < 3 else line.labelled(line.row.label, 1) for line in found]


def _body(cut: Cut) -> list[Line]:
    weight, height, mass = body(cut)
    groups = {"<25": mass < 25, "25-<30": (mass >= 25) & (mass < 30), ">=30": mass >= 30}
    return [
        *_measured(cut, WEIGHT_ROW, weight),
        *_measured(cut, HEIGHT_ROW, height),
        *_grouped(cut, BMI, mass, groups),
    ]


def body(cut: Cut) -> tuple[Floats, Floats, Floats]:
    """Return baseline weight (kg), height (cm) and of these body mass index (kg/m2) of each subject, NaN for none.

    Without weight or height the index is the one delivered. Each to one decimal, half up, as they are written down:
    24.96 is 25.0, and so not below 25.
    """
    signs = cut.once(vital_signs)
    weight, height = (formats.rounded(signs.baseline(test, len(cut.subjects)), 1) for test in (WEIGHT, HEIGHT))
    tall = np.where(height > 0, height, np.nan)
    mass, delivered = weight / (tall / 100) ** 2, signs.baseline(vitals.BMI, len(cut.subjects))
    return weight, height, formats.rounded(np.where(np.isnan(mass), delivered, mass), 1)


def _duration(cut: Cut) -> list[Line]:
    months, _ = background.months_of_disease(cut)
    return _grouped(cut, DURATION, months, {"<12": months < 12, ">=12": months >= 12})


def _scores(cut: Cut) -> list[Line]:
    scores, names = questionnaires(cut)
    known = {
        name: np.where(cut.safety, scores.baseline(code, len(cut.subjects)), np.nan) for code, name in names.items()
    }
    return [
        summarised(("Score", name), values).labelled(name, 0)
        for name, values in known.items()
        if np.isfinite(values).any()
    ]


def subjects(cut: Cut, key: RowKey) -> Bools:
    """Return who stands on a row, over all columns."""
    return conduct.behind(lines(cut), key)


def beside(cut: Cut) -> dict[str, list[str]]:
    """Return what a list of subjects says besides: the quantities of the table, one text a subject."""
    weight, height, mass = body(cut)
    columns = {WEIGHT_ROW: weight, HEIGHT_ROW: height, BMI: mass, DURATION: background.months_of_disease(cut)[0]}
    shown = {name: values for name, values in columns.items() if np.isfinite(values).any()}
    return {
        name: [formats.half_up(value, 1) if np.isfinite(value) else "" for value in values.tolist()]
        for name, values in shown.items()
    }


def demographics(cut: Cut) -> ResultTable:
    """Summarise who is treated, by arm."""
    return conduct.table(
        cut,
        lines(cut),
        exhibit="T05",
        title=TITLE,
        subtitle="Before the first dose",
        among=conduct.Among(wording.population(cut), cut.safety),
        footnotes=_footnotes(cut),
    )


def _footnotes(cut: Cut) -> list[str]:
    signs, (_, partial) = cut.once(vital_signs), background.months_of_disease(cut)
    body_tests = np.isin(signs.test, (WEIGHT, HEIGHT)) & signs.base & cut.safety[signs.subject]
    unflagged = int((body_tests & ~signs.by_flag).sum())
    notes = [
        *wording.arms(cut),
        *wording.denominators(cut),
        "Groups of age, BMI and duration: % of those measured. n of a summary: subjects measured.",
        "Weight, height, scores: the baseline that the source flags, else the last value before the first dose "
        f"({unflagged} of weight and height here). BMI: weight / height^2, else as delivered. "
        "Each subject's to one decimal.",
        f"{DURATION}: from the onset of the primary diagnosis (MH) to the first visit (SV, else the first dose), in "
        "months of 30.4375 days, to one decimal; a partial onset is the middle of its possible days "
        f"({int((partial & cut.safety).sum())} subjects). Without an onset: DURDIS of SC or ADSL, in months or years.",
        "Background medication: taken on the day of the first dose; begun by then without a word of its end it counts "
        f"as going on ({background.drugs_without_end(cut)} records). Medical history: all but the primary diagnosis, "
        "by MHBODSYS. Rows by frequency over all arms.",
    ]
    if signs.unread:
        notes.append(f"Vital signs in a unit that is not known, not used: {signs.unread}.")
    sources = {"vs": "weight, height, BMI", "mh": "history and duration of disease", "sc": "characteristics"}
    absent = [f"{name.upper()} ({what})" for name, what in sources.items() if "USUBJID" not in cut.others[name]]
    absent += ["QS (scores)"] if "USUBJID" not in cut.others["qs"] else []
    absent += ["CM (background medication)"] if "USUBJID" not in cut.cm else []
    return [*notes, *([f"Not delivered, so without rows: {', '.join(absent)}."] if absent else [])]
