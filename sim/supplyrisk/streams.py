"""Counter-based random numbers: any draw of any run can be made alone, in any order.

A uniform is a pure function of (run key, stream, entity, counter): Philox4x32-10 (Salmon, Moraes,
Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), keyed by seed and run. There is no
generator state to share, so a scenario and its baseline, which use the same keys, differ only by what
the scenario does. Other distributions are inverse CDFs of one uniform, in the same scalar form.

Every function takes and returns plain numbers and runs unchanged in CPython and under numba: integers
stay below 2**64 and are masked explicitly.
"""

from __future__ import annotations

import hashlib
import math

from .powers import exp, log

# Streams: one per kind of decision. Values are part of the results' identity; never renumber.
STREAM_EVENT_HAPPENS = 1
STREAM_TRIGGER_DELAY = 2
STREAM_REVIEW_DAYS = 3
STREAM_GRANT = 4
STREAM_HOLD_DAYS = 5
STREAM_SEIZURE = 6
STREAM_PROJECT_SUCCESS = 7
STREAM_OUTAGE_GAP = 8
STREAM_OUTAGE_LENGTH = 9
STREAM_DESIGN = 10
STREAM_ERROR_LEVEL = 11
STREAM_ERROR_WEEK = 12
STREAM_OFFICE = 13
STREAM_EVENT_AGAIN = 14

MASK32 = 0xFFFFFFFF
_TWO_NEG_53 = 1.0 / 9007199254740992.0


def hash64(text: str) -> int:
    """64-bit hash of an entity's name, the same on every machine and Python."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")


def run_key(seed: int, run: int) -> int:
    """64-bit key of one run of one seed (0 is a seed like any other)."""
    return hash64(f"seed={seed};run={run}")


def uniform(key: int, stream: int, entity: int, counter: int) -> float:
    """Uniform on the open interval (0, 1), 53 bits.

    Parameters
    ----------
    key : int
        From `run_key`, 0 <= key < 2**64.
    stream, counter : int
        Kind of decision and its number, 0 <= x < 2**32.
    entity : int
        From `hash64`, 0 <= entity < 2**63 (the compiler masks the top bit).
    """
    c0 = counter & MASK32
    c1 = stream & MASK32
    c2 = entity & MASK32
    c3 = (entity >> 32) & MASK32
    k0 = key & MASK32
    k1 = (key >> 32) & MASK32
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        n0 = ((p1 >> 32) & MASK32) ^ c1 ^ k0
        n2 = ((p0 >> 32) & MASK32) ^ c3 ^ k1
        c1 = p1 & MASK32
        c3 = p0 & MASK32
        c0 = n0
        c2 = n2
        k0 = (k0 + 0x9E3779B9) & MASK32
        k1 = (k1 + 0xBB67AE85) & MASK32
    bits = (c0 >> 5) * 67108864 + (c1 >> 6)
    value = (float(bits) + 0.5) * _TWO_NEG_53
    # Of the largest number the half is lost to rounding; 1 would make infinite times of it.
    return value if value < 1.0 else 1.0 - _TWO_NEG_53


# Coefficients of AS 241 (PPND16), highest power first: near the median, in the tails, far out in the tails.
_CENTRE_NUM = (
    2509.0809287301226727,
    33430.575583588128105,
    67265.770927008700853,
    45921.953931549871457,
    13731.693765509461125,
    1971.5909503065514427,
    133.14166789178437745,
    3.387132872796366608,
)
_CENTRE_DEN = (
    5226.495278852545925,
    28729.085735721942674,
    39307.89580009271061,
    21213.794301586595867,
    5394.1960214247511077,
    687.1870074920579083,
    42.313330701600911252,
    1.0,
)
_NEAR_NUM = (
    7.7454501427834140764e-4,
    0.0227238449892691845833,
    0.24178072517745061177,
    1.27045825245236838258,
    3.64784832476320460504,
    5.7694972214606914055,
    4.6303378461565452959,
    1.42343711074968357734,
)
_NEAR_DEN = (
    1.05075007164441684324e-9,
    5.475938084995344946e-4,
    0.0151986665636164571966,
    0.14810397642748007459,
    0.68976733498510000455,
    1.6763848301838038494,
    2.05319162663775882187,
    1.0,
)
_FAR_NUM = (
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    0.0012426609473880784386,
    0.026532189526576123093,
    0.29656057182850489123,
    1.7848265399172913358,
    5.4637849111641143699,
    6.6579046435011037772,
)
_FAR_DEN = (
    2.04426310338993978564e-15,
    1.4215117583164458887e-7,
    1.8463183175100546818e-5,
    7.868691311456132591e-4,
    0.0148753612908506148525,
    0.13692988092273580531,
    0.59983220655588793769,
    1.0,
)


def polynomial(x: float, coefficients: tuple[float, ...]) -> float:
    """Value of a polynomial by Horner's rule, highest power first."""
    total = 0.0
    for c in coefficients:
        total = total * x + c
    return total


def normal_quantile(p: float) -> float:
    """Standard normal quantile, relative error below 1e-15 (Wichura 1988, algorithm AS 241, PPND16)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * polynomial(r, _CENTRE_NUM) / polynomial(r, _CENTRE_DEN)
    r = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-log(r))
    if r <= 5.0:
        z = polynomial(r - 1.6, _NEAR_NUM) / polynomial(r - 1.6, _NEAR_DEN)
    else:
        z = polynomial(r - 5.0, _FAR_NUM) / polynomial(r - 5.0, _FAR_DEN)
    return -z if q < 0.0 else z


def exponential_quantile(p: float, mean: float) -> float:
    """Quantile of the exponential distribution with the given mean."""
    return -mean * log(1.0 - p)


def lognormal_quantile(p: float, mean: float, cv: float) -> float:
    """Quantile of the lognormal distribution with the given mean and coefficient of variation.

    The underlying normal has variance ln(1 + cv^2), so that the mean is exactly `mean`.
    """
    if cv <= 0.0:
        return mean
    variance = log(1.0 + cv * cv)
    return mean * exp(math.sqrt(variance) * normal_quantile(p) - 0.5 * variance)
