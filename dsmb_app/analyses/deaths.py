"""Deaths on study: the union of what AE, DS, DM and DD tell, and where they disagree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses.ae_flags import is_fatal
from dsmb_app.analyses.ae_lines import with_records
from dsmb_app.model.cut import Cut

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Deaths:
    """Masks over ``cut.subjects``, of treated subjects; ``records``: over ``cut.ae``, the fatal ones by the cut-off.

    ``anyone``: dead by the cut-off in any source. ``late``: dead in some source, always after the cut-off.
    ``ae_alone``: a fatal event by the cut-off, no death in DS, DM or DD. ``no_event``: a death by the cut-off in DS, DM
    or DD, no fatal event. ``ds_or_dm``: a death in one of DS and DM alone (nobody where DS is empty).
    """

    anyone: Bools
    late: Bools
    ae_alone: Bools
    no_event: Bools
    ds_or_dm: Bools
    records: Bools


def deaths(cut: Cut) -> Deaths:
    """Join the sources; emergent or not, without regard to the window. A death after the cut-off is set aside."""
    fatal = is_fatal(cut.ae) & cut.safety[cut.ae["SUBJECT"].to_numpy()]
    timely = fatal & (cut.ae["CUTFL"] != "Y").to_numpy(dtype=bool)
    event, any_event = with_records(cut, timely), with_records(cut, fatal)
    others = [cut.subjects[column].to_numpy(dtype=object) for column in ("DTHDM", "DTHDS", "DTHDD")]
    told = np.logical_or.reduce([source == "Y" for source in others]) & cut.safety
    at_all = np.logical_or.reduce([source != "" for source in others]) & cut.safety
    apart = (others[0] != "") != (others[1] != "")
    return Deaths(
        anyone=event | told,
        late=(any_event | at_all) & ~(event | told),
        ae_alone=event & ~at_all,
        no_event=told & ~any_event,
        ds_or_dm=np.asarray(apart & cut.safety & bool((cut.subjects["EOSREAS"] != "").any()), dtype=bool),
        records=timely,
    )
