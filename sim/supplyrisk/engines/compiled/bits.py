"""What `supplyrisk.powers` does to binary digits, as machine code: a few instructions, of which eight run at once. Imports numba."""

# mypy: ignore-errors
# (what numba offers for extensions has no types)
from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ... import powers

INT = ir.IntType(64)
FLOAT = ir.DoubleType()
DIGITS = ir.Constant(INT, 52)  # of a double's fraction; the exponent stands above them
LOWER = ir.Constant(INT, struct.unpack("q", struct.pack("d", powers.LOWER))[0])
EXPONENT = ir.Constant(INT, -1 << 52)
ROUNDER = struct.unpack("q", struct.pack("d", powers.ROUNDER))[0]


def of_floats(count: int, generate: Callable[..., Any]) -> Any:
    """A function of so many floats for compiled code; `generate` writes its instructions for their bits as integers."""

    def body(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(generate(builder, *(builder.bitcast(arg, INT) for arg in args)), FLOAT)

    if count == 1:
        return intrinsic(lambda typing_context, x: (types.float64(types.float64), body))
    return intrinsic(lambda typing_context, x, y: (types.float64(types.float64, types.float64), body))


def _times_power_of_two(builder: Any, x: Any, rounded: Any) -> Any:
    # Of `rounded` only the lowest digits, the whole number, are left when it is moved to the exponent.
    return builder.add(x, builder.shl(rounded, DIGITS))


def _octave(builder: Any, x: Any) -> Any:
    k = builder.ashr(builder.sub(x, LOWER), DIGITS)
    # A whole number becomes a float by the way back from `powers.ROUNDER`.
    whole = builder.bitcast(builder.add(k, ir.Constant(INT, ROUNDER)), FLOAT)
    return builder.bitcast(builder.fsub(whole, ir.Constant(FLOAT, powers.ROUNDER)), INT)


def _within_octave(builder: Any, x: Any) -> Any:
    return builder.sub(x, builder.and_(builder.sub(x, LOWER), EXPONENT))


BODIES = {
    powers.times_power_of_two: of_floats(2, _times_power_of_two),
    powers.octave: of_floats(1, _octave),
    powers.within_octave: of_floats(1, _within_octave),
}
