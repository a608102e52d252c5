"""Small secrets under a phrase: Argon2id at one fixed cost, then ChaCha20-Poly1305."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import BaseModel, ConfigDict, Field

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.phrases import normalise

# Fixed, not a choice of the sender: 64 MiB, three passes, four lanes. Every laptop can pay it, and no file can ask
# for more memory than this.
MEMORY_KIB, PASSES, LANES = 65536, 3, 4
MIN_PHRASE = 12

Hex = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{2})+$", max_length=4096)]


class Box(BaseModel):
    """The fields of a box, each as it stands in a file; salt, nonce and box in hexadecimal."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    kdf: Literal["argon2id"]
    m: int
    t: int
    p: int
    salt: Annotated[Hex, Field(min_length=32, max_length=32)]
    nonce: Annotated[Hex, Field(min_length=24, max_length=24)]
    box: Hex

    @property
    def has_our_cost(self) -> bool:
        """Tell whether opening asks for exactly the work that every box asks for."""
        return (self.m, self.t, self.p) == (MEMORY_KIB, PASSES, LANES)

    def opened(self, phrase: str, bound_to: bytes) -> bytes | None:
        """Return what is in the box, None for another phrase or another ``bound_to``. Takes 0.2 s and 64 MiB."""
        if not self.has_our_cost:
            raise ValueError("a box of another cost is refused before it is opened")
        cipher = _cipher(phrase, bytes.fromhex(self.salt))
        try:
            return cipher.decrypt(bytes.fromhex(self.nonce), bytes.fromhex(self.box), bound_to)
        except InvalidTag:
            return None


def boxed(data: bytes, phrase: str, bound_to: bytes) -> dict[str, Any]:
    """Return the fields of a fresh box that gives ``data`` back for the phrase and ``bound_to``, which is not in it."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    box = _cipher(phrase, salt).encrypt(nonce, data, bound_to)
    cost = {"kdf": "argon2id", "m": MEMORY_KIB, "t": PASSES, "p": LANES}
    return {**cost, "salt": salt.hex(), "nonce": nonce.hex(), "box": box.hex()}


def refuse_short(phrase: str, name: str) -> None:
    """Raise Refusal PHRASE-SHORT for a phrase that could be guessed; ``name`` says which one it is."""
    if len(normalise(phrase)) < MIN_PHRASE:
        raise Refusal(
            "PHRASE-SHORT",
            f"The {name} is shorter than {MIN_PHRASE} characters, so it could be guessed.",
            "Choose a longer one, such as six words that have nothing to do with each other.",
        )


def _cipher(phrase: str, salt: bytes) -> ChaCha20Poly1305:
    stretch = Argon2id(salt=salt, length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return ChaCha20Poly1305(stretch.derive(normalise(phrase).encode("utf-8")))
