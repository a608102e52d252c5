"""secrets.json: what the statistician keeps for one snapshot, its phrases and whose signature to trust."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dsmb_app.snapshot.header import Handle
from dsmb_app.snapshot.own_files import read_own_file, write_own_file
from dsmb_app.snapshot.signing import is_fingerprint

FORMAT = 1


def _whole_fingerprint(text: str) -> str:
    if not is_fingerprint(text):
        raise ValueError("not a fingerprint")
    return text


_Phrase = Annotated[str, Field(min_length=1, max_length=1000)]
_Part = Literal["main", "codes", "names"]


class _Content(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    format: Literal[1]
    signer: Annotated[str, AfterValidator(_whole_fingerprint)]
    snap_id: Handle
    phrases: dict[_Part, _Phrase]  # a part without one opens with members' keys alone


@dataclass(frozen=True)
class SecretsFile:
    """The signer's fingerprint, the snapshot's id, and the phrases by part (main, codes, names), where it has one."""

    signer: str
    snap_id: str
    phrases: dict[str, str] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> SecretsFile:
        """Read a secrets file. Raises Refusal with a code that starts with SECRETS-FILE."""
        found = read_own_file(path, _Content, kind="a secrets file", code="SECRETS-FILE", version=FORMAT)
        return cls(found.signer, found.snap_id, {str(part): phrase for part, phrase in found.phrases.items()})

    def save(self, path: Path) -> None:
        """Write the file whole or not at all, for its owner alone. Raises Refusal when it cannot be written."""
        fields = {"format": FORMAT, "signer": self.signer, "snap_id": self.snap_id, "phrases": self.phrases}
        write_own_file(path, _Content.model_validate(fields))
