"""The study file: study.toml read into a checked Study. Its keys are a public interface (docs/study_file.md)."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from dsmb_app.model.errors import Refusal
from dsmb_app.model.pack_numbers import NUMBERS
from dsmb_app.model.words import ArmSource, PartialStart, Window

ColumnName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,7}\.[A-Z][A-Z0-9]{0,7}$")]

# As they stand in the open part, so AE.AESTDY_LO too.
LeakColumn = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,7}\.[A-Z][A-Z0-9_]{0,15}$")]
LeakReason = Annotated[str, Field(pattern=r"\S", max_length=500)]
_ACCEPTED = TypeAdapter(dict[LeakColumn, LeakReason])


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class StudySection(_Section):
    """What the trial is called and where the data end."""

    id: str = Field(min_length=1, max_length=80)
    title: str = Field(min_length=1, max_length=200)
    cutoff: date
    meeting: int = Field(default=1, ge=1)
    synthetic: bool = False


class ArmsSection(_Section):
    """How the arms are named; everything here but ``source`` is sealed under names."""

    source: ArmSource = ArmSource.ACTUAL
    reference: str = ""
    order: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    drug_words: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_agree(self) -> ArmsSection:
        if not self.order:
            return self  # the arms are then those of the data, against which the reference is checked at lock
        if self.reference and self.reference not in self.order:
            raise ValueError(f"reference {self.reference!r} is not one of the arms {sorted(self.order)}")
        # A text mapped to "" is no arm at all ("Not randomised").
        strangers = sorted(set(self.labels.values()) - set(self.order) - {""})
        if strangers:
            raise ValueError(f"labels name arms that order does not hold: {strangers}")
        if len(set(self.order)) != len(self.order):
            raise ValueError("order names an arm twice")
        return self


class EmergentSection(_Section):
    """When an adverse event counts as treatment-emergent."""

    window: Window = Window.ON_STUDY
    days: int = Field(default=30, ge=0, le=3650)
    partial_start: PartialStart = PartialStart.CONSERVATIVE
    flag: str = Field(default="", pattern=r"^$|^[A-Z][A-Z0-9]{1,7}\.[A-Z][A-Z0-9]{0,7}$")


class AeSection(_Section):
    """Adverse events: grading, baskets of special interest, terms held back from open sessions."""

    grading: Literal["AETOXGR", "AESEV"] = "AETOXGR"
    baskets: tuple[str, ...] = ()
    hold_back: tuple[str, ...] = ()


class LabSection(_Section):
    """Laboratory: grading version, tests held back, limits for records that have none."""

    ctcae: Literal["4.03", "5.0"] = "5.0"
    hold_back: tuple[str, ...] = ()
    uln_defaults: dict[str, tuple[float, float, str]] = {}


class Visit(_Section):
    """A planned visit: name, study day, and the days around it that still count."""

    name: str
    day: int
    window: int = Field(default=0, ge=0)


class Cycles(_Section):
    """The trial's rhythm: days per cycle, days of dosing in it, doses per cycle, number of cycles."""

    length: int = Field(ge=1)
    dosing: int = Field(ge=1)
    doses: int = Field(ge=1)
    count: int = Field(ge=1)


class ScheduleSection(_Section):
    """Planned visits and cycles; ``same_in_all_arms`` lets dose days stay in the open part."""

    same_in_all_arms: bool = False
    visits: tuple[Visit, ...] = ()
    cycles: Cycles | None = None


class OpenSection(_Section):
    """What an open session may show."""

    safety: bool = False
    patients: bool = False
    small_cells: int = Field(default=0, ge=0, le=100)


class BlindSection(_Section):
    """Exceptions to the sealing of columns and dates, and leaks accepted with a reason."""

    keep_dates: bool = False
    allow: tuple[ColumnName, ...] = ()
    accept_leaks: dict[LeakColumn, LeakReason] = {}


class DictionarySection(_Section):
    """Versions of the dictionaries used."""

    meddra: str = ""


class PackSection(_Section):
    """What the meeting packs leave out: numbers of tables, figures and listings; a table's figures go with it."""

    leave_out: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> PackSection:
        strangers = [number for number in self.leave_out if number not in NUMBERS]
        if strangers:
            raise ValueError(f"the packs have no sheet {', '.join(strangers)}; known are {', '.join(NUMBERS)}")
        return self


class Study(_Section):
    """A whole study file."""

    study: StudySection
    arms: ArmsSection = ArmsSection()
    emergent: EmergentSection = EmergentSection()
    ae: AeSection = AeSection()
    lab: LabSection = LabSection()
    schedule: ScheduleSection = ScheduleSection()
    open: OpenSection = OpenSection()
    blind: BlindSection = BlindSection()
    dictionary: DictionarySection = DictionarySection()
    pack: PackSection = PackSection()

    def without_arms(self) -> dict[str, Any]:
        """Return the settings that a blinded reader may see.

        Of ``[arms]`` only ``source`` stays; accepted leaks, whose reasons may tell an arm, are left out.
        """
        settings = self.model_dump(mode="json")
        settings["arms"] = {"source": self.arms.source.value}
        del settings["blind"]["accept_leaks"]
        return settings

    def accepting(self, leaks: Mapping[str, str]) -> Study:
        """Return the study with further accepted leaks (DATASET.COLUMN -> reason), which go before its own."""
        blind = self.blind.model_copy(update={"accept_leaks": {**self.blind.accept_leaks, **leaks}})
        return self.model_copy(update={"blind": blind})

    def arms_only(self) -> dict[str, Any]:
        """Return the ``[arms]`` settings, which are sealed under names."""
        return self.arms.model_dump(mode="json")


def read_study(path: Path) -> Study:
    """Read a study file.

    Raises Refusal with the file and the key when the file is missing, is not TOML, holds an unknown key (the
    nearest known one is named) or a value that does not fit.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Refusal(
            "STUDY-MISSING", "There is no such study file.", "Draft one with: dsmb init SOURCE.", file=path.name
        ) from None
    except OSError as error:
        raise Refusal(
            "STUDY-UNREADABLE", f"It cannot be read ({error.strerror}).", "Give a study file.", file=path.name
        ) from error
    except ValueError as error:
        raise _not_toml(error, path.name) from error
    return study_of(text, path.name)


def study_of(text: str, file: str) -> Study:
    """Return the study of a study file's text; ``file`` is its name. Raises Refusal as ``read_study`` does."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, lists in lists without end
        raise _not_toml(error, file) from error
    try:
        return Study.model_validate(data)
    except ValidationError as error:
        raise _refusal(error, file) from error


def _not_toml(error: Exception, file: str) -> Refusal:
    return Refusal("STUDY-NOT-TOML", f"The study file is not TOML: {error}.", "Mend that line.", file=file)


def accepted_leaks(options: Iterable[str]) -> dict[str, str]:
    """Return DATASET.COLUMN -> reason of ``COLUMN=REASON`` texts.

    Raises Refusal for another form, an empty reason, or a column given twice.
    """
    found: dict[str, str] = {}
    for option in options:
        column, _, reason = (part.strip() for part in option.partition("="))
        try:
            _ACCEPTED.validate_python({column: reason})
        except ValidationError:
            raise Refusal(
                "LEAK-OPTION",
                f"--accept-leak '{option}' is not DATASET.COLUMN=REASON with a reason of 1 to 500 characters.",
                'Write it as in --accept-leak "DM.SITEID=one site enrolled one arm alone".',
            ) from None
        if column in found:
            raise Refusal("LEAK-TWICE", f"--accept-leak gives two reasons for {column}.", "Give one.")
        found[column] = reason
    return found


def _refusal(error: ValidationError, file: str) -> Refusal:
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        section, key = place[:-1], place[-1]
        near = difflib.get_close_matches(key, _known_keys(section), n=1, cutoff=0.0)
        nearest = ".".join([*section, near[0]]) if near else "no other key"
        return Refusal(
            "STUDY-UNKNOWN-KEY",
            f"The key '{'.'.join(place)}' is not known; the nearest known key is '{nearest}'.",
            "Correct or remove it.",
            file=file,
        )
    what = "is missing" if first["type"] == "missing" else f"does not fit: {first['msg']}"
    return Refusal(
        "STUDY-BAD-VALUE", f"The key '{'.'.join(place) or 'study'}' {what}.", "Correct it in the study file.", file=file
    )


def _known_keys(section: list[str]) -> list[str]:
    model: Any = Study
    for part in section:
        if part.isdigit():
            continue
        annotation = model.model_fields[part].annotation
        model = _model_in(annotation)
    return list(model.model_fields)


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return (
        next(found for found in map(_model_in, getattr(annotation, "__args__", ())) if found is not None)
        if getattr(annotation, "__args__", ())
        else None
    )
