"""Which adverse events are treatment-emergent, and on which study day they count as begun (definitions 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.choices import Choices
from dsmb_app.model.days import to_offset
from dsmb_app.model.intensity import worsened
from dsmb_app.model.words import PartialStart, Window

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Emergence:
    """By adverse-event record: emergent or not, the study day of onset (NaN none), and how it came about.

    ``worsened``: emergent because an event that began before the first dose worsened under treatment.
    """

    emergent: Bools
    onset: Floats
    worsened: Bools


def emergence(ae: pd.DataFrame, treated: Bools, last_dose: Floats, choices: Choices, *, by_flag: bool) -> Emergence:
    """Apply the window and the partial-date rule to records of AE.

    ``treated`` and ``last_dose`` (study day, NaN unknown) are aligned with the records. With ``by_flag`` the source's
    own flag (column EMFLAG) decides in place of the dates; the on-treatment window still ends it.
    """
    low, high, end = (ae[c].to_numpy(dtype=float) for c in ("AESTDY_LO", "AESTDY_HI", "AEENDY_HI"))
    precision = ae["AESTDY_P"].to_numpy(dtype=object)
    partial, missing = np.isin(precision, ("M", "Y")), precision == ""
    after_cutoff = (ae["CUTFL"] == "Y").to_numpy()
    conservative = choices.partial_start is PartialStart.CONSERVATIVE
    onset = _conservative(low, high, end, partial, missing) if conservative else np.where(precision == "Y", np.nan, low)
    # Day 1 with a known time before the first dose's time is before treatment; without times day 1 is emergent.
    hours_before = (precision == "D") & (low == 1) & (ae["AESTDY_T"] == "before").to_numpy()
    emergent = (onset >= 1) & ~hours_before & ~(end < 1)
    worse = np.zeros(len(ae), dtype=bool)
    if by_flag:
        emergent = (ae["EMFLAG"].str.upper() == "Y").to_numpy()
        # What the source calls emergent began at the first dose at the earliest; its time at risk must say so too.
        onset = np.where(emergent, np.fmax(onset, 1.0), onset)
    else:
        began_before = (onset < 1) | (high < 1) | hours_before
        worse = began_before & ~(end < 1) & worsened(ae)
        emergent, onset = emergent | worse, np.where(worse, 1.0, onset)
    if choices.window is Window.ON_TREATMENT:
        # A wholly missing start cannot be placed after the window, so it stays in.
        late = to_offset(onset) > to_offset(last_dose) + choices.days
        emergent = emergent & ~(late & ~missing)
    emergent = emergent & treated & ~after_cutoff
    return Emergence(emergent, onset, worse & emergent)


def _conservative(low: Floats, high: Floats, end: Floats, partial: Bools, missing: Bools) -> Floats:
    """Place a partial start on its first possible day, raised to the first dose if that lies within, never past the
    event's end; a wholly missing start counts from the first dose."""
    raised = np.where(partial & (low <= 1) & (high >= 1), 1.0, low)
    capped = np.where(partial & (end < raised), end, raised)
    return np.asarray(np.where(missing, 1.0, capped), dtype=float)


def rule_counts(ae: pd.DataFrame, subjects: pd.DataFrame, among: Bools) -> dict[str, int]:
    """Count how often a rule decided over records of AE, for footnotes.

    ``ae``: with SUBJECT (row in ``subjects``), EMERGENT, ONSETDY and WORSENED; ``among``: the records looked at.
    """
    place = ae["SUBJECT"].to_numpy()
    treated = is_treated(subjects)[place] & among
    emergent = ae["EMERGENT"].to_numpy(dtype=bool) & among
    precision, late = ae["AESTDY_P"].to_numpy(dtype=object), (ae["CUTFL"] == "Y").to_numpy()
    missing, end = precision == "", subjects["ENDSTDY"].to_numpy(dtype=float)[place]
    return {
        "ae_partial_start": int((emergent & np.isin(precision, ("M", "Y"))).sum()),
        "ae_missing_start": int((emergent & missing).sum()),
        "ae_missing_start_left_out": int((treated & missing & ~emergent & ~late).sum()),
        "ae_after_end": int((emergent & (ae["ONSETDY"].to_numpy(dtype=float) > end)).sum()),
        "ae_after_cutoff": int((treated & late).sum()),
        "ae_worsened": int((emergent & ae["WORSENED"].to_numpy(dtype=bool)).sum()),
    }


def is_treated(subjects: pd.DataFrame) -> Bools:
    """Tell who is treated from a day that is known: without it nothing can have begun after it."""
    return np.asarray((subjects["SAFFL"] == "Y") & subjects["TRTSDY"].notna(), dtype=bool)
