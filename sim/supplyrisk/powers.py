"""Exponential and logarithm of a run, in plain arithmetic: the same bits with any C library, and quick in loops.

A market week takes hundreds of powers of prices. The C library's functions are exact enough, but their last bits
differ from system to system, and a call for each keeps a compiler from reckoning eight at once, as it does with these.
Both are within one unit in the last place (`tests/test_powers.py`); exp(0) is exactly 1, log(1) exactly 0.

The three functions on binary digits have other bodies in machine code (`supplyrisk.engines.compiled.bits`), with the same results.
"""

from __future__ import annotations

import math

LOG2_E = 1.4426950408889634
# ln 2 in two parts: the first has so few digits that its products with whole numbers below 2,000 are exact.
LN2_HIGH = 0.6931471805601177
LN2_LOW = -1.7239444525614835e-13
# Added to a number below 2 ** 51 it rounds that to a whole one, which then stands in the lowest digits of the sum.
ROUNDER = 1.5 * 2.0**52
LARGEST = 700.0
LOWER = 0.7071065902709961  # where an octave begins for logarithms: 1 / sqrt(2) in few digits

# Of the series of exp: 1 / 2!, 1 / 3! ...
E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12, E13 = (1.0 / math.factorial(k) for k in range(2, 14))
# Of the series of 2 artanh(s) / s - 2 in s ** 2: 2 / 3, 2 / 5 ...
A1, A2, A3, A4, A5, A6, A7, A8, A9, A10 = (2.0 / (2 * k + 1) for k in range(1, 11))


def exp(x: float) -> float:
    """e ** x; beyond +-700 as at +-700.

    With n the whole number nearest to x / ln 2 and r = x - n ln 2, at most 0.347 in size, it is 2 ** n (1 + r + r ** 2 / 2! + ...);
    the series is cut after r ** 13, which leaves 4e-18.
    """
    x = LARGEST if x > LARGEST else x
    x = -LARGEST if x < -LARGEST else x
    rounded = x * LOG2_E + ROUNDER
    n = rounded - ROUNDER
    r = x - n * LN2_HIGH - n * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    # Summed in pairs, which wait for each other less than Horner's rule.
    low = (E2 + E3 * r) + (E4 + E5 * r) * r2
    middle = (E6 + E7 * r) + (E8 + E9 * r) * r2
    high = (E10 + E11 * r) + (E12 + E13 * r) * r2
    return times_power_of_two(1.0 + (r + r2 * (low + middle * r4 + high * (r4 * r4))), rounded)


def log(x: float) -> float:
    """Natural logarithm of a number from 1e-300 to 1e300.

    With x = 2 ** k (1 + f), f from -0.293 to 0.414, it is k ln 2 + log(1 + f), and with s = f / (2 + f) the latter is
    2 artanh(s) = 2 s + 2 s ** 3 / 3 + ..., cut after s ** 21, which leaves 1e-17. Written as f - (f ** 2 / 2 - s (f ** 2 / 2 +
    the series)), because f is exact and the rest small.
    """
    k = octave(x)
    f = within_octave(x) - 1.0
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    low = (A1 + A2 * z) + (A3 + A4 * z) * z2
    high = (A5 + A6 * z) + (A7 + A8 * z) * z2
    series = z * (low + high * z4 + (A9 + A10 * z) * (z4 * z4))
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + series) + k * LN2_LOW)) - f)


def times_power_of_two(x: float, rounded: float) -> float:
    """`x` times 2 ** (rounded - ROUNDER)."""
    return math.ldexp(x, int(rounded - ROUNDER))


def octave(x: float) -> float:
    """k, a whole number, such that x / 2 ** k is at least `LOWER` and below twice that."""
    part, k = math.frexp(x)
    return float(k if part >= LOWER else k - 1)


def within_octave(x: float) -> float:
    """x / 2 ** `octave(x)`, exactly."""
    part = math.frexp(x)[0]
    return part if part >= LOWER else 2.0 * part
