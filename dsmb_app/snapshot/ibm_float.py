"""IBM hexadecimal floating point, the numbers of a SAS transport file, to IEEE doubles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FRACTION = np.uint64(0x00FF_FFFF_FFFF_FFFF)
_LEAD = np.arange(256)
# First byte: sign, then exponent of 16 with excess 64; the other 56 bits are the fraction. A product with a power of
# two is exact here (2**-312 is still a normal double), so the only rounding is that of a fraction beyond 53 bits.
_SCALE = np.where(_LEAD < 128, 1.0, -1.0) * np.ldexp(1.0, 4 * ((_LEAD & 127) - 64) - 56)
_MISSING = np.isin(_LEAD, list(b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def to_ieee(raw: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Convert an (n, width) array of bytes, width 2 to 8, to n doubles.

    A width below 8 is a number whose last bytes were dropped: they are zero. A missing value of SAS (``.``, ``._``,
    ``.A`` to ``.Z``) is one letter and zeros; all become NaN. Minus zero becomes zero. A fraction of more than 53
    significant bits, which SAS on today's machines cannot write, is rounded to nearest, ties to even.
    """
    whole = np.zeros((len(raw), 8), dtype=np.uint8)
    whole[:, : raw.shape[1]] = raw
    fraction = whole.view(">u8")[:, 0].astype(np.uint64) & _FRACTION
    lead = whole[:, 0]
    values: NDArray[np.float64] = fraction.astype(np.int64).astype(np.float64) * _SCALE[lead] + 0.0
    values[(fraction == 0) & _MISSING[lead]] = np.nan
    return values
