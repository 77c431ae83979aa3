"""The model's own exponential and logarithm: exact where it matters, within a unit in the last place, compiled the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from supplyrisk import powers
from supplyrisk.powers import LARGEST, exp, log, octave, within_octave

POINTS = 4000


def units_off(found: float, exact: Decimal) -> float:
    """Distance from the exact number in units of the last place of the found one."""
    return float(abs(Decimal(found) - exact) / Decimal(math.ulp(found)))


def worst(function: Callable[[float], float], exact: Callable[[Decimal], Decimal], points: list[float]) -> float:
    with localcontext() as context:
        context.prec = 40
        return max(units_off(function(x), exact(Decimal(x))) for x in points)


def test_exp_is_within_a_unit_in_the_last_place() -> None:
    rng = np.random.default_rng(1)
    points = [*rng.uniform(-3, 3, POINTS), *rng.uniform(-690, 690, POINTS), *rng.uniform(-1e-3, 1e-3, 500)]
    assert worst(exp, Decimal.exp, [float(x) for x in points]) < 1.0


def test_log_is_within_a_unit_in_the_last_place() -> None:
    rng = np.random.default_rng(2)
    points = [
        *rng.uniform(0.2, 5, POINTS),
        *np.exp(rng.uniform(-600, 600, POINTS)),
        *(1 + rng.uniform(-1e-3, 1e-3, 500)),
    ]
    assert worst(log, Decimal.ln, [float(x) for x in points]) < 1.0


def test_the_baseline_is_exact() -> None:
    assert exp(0.0) == exp(-0.0) == 1.0
    assert log(1.0) == 0.0


def test_beyond_its_range_exp_stays_at_the_end() -> None:
    assert exp(1e6) == exp(LARGEST) == pytest.approx(math.exp(700.0), rel=1e-13)
    assert exp(-1e6) == exp(-LARGEST) > 0.0


@given(st.floats(1e-300, 1e300))
def test_a_number_is_its_octave_and_its_place_in_it(x: float) -> None:
    assert math.ldexp(within_octave(x), int(octave(x))) == x
    assert 0.707 < within_octave(x) < 1.415


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_log_does_not_fall(x: float, y: float) -> None:
    assert log(max(x, y)) >= log(min(x, y))


def compiled(function: Callable[[float], float], numba: Any) -> Any:
    """The function as machine code, as the engine has it."""
    from supplyrisk.engines.compiled.bits import BODIES

    space = {**vars(powers), **{plain.__name__: body for plain, body in BODIES.items()}}
    return numba.njit(FunctionType(function.__code__, space, function.__name__), error_model="numpy")


@pytest.mark.parametrize(("function", "spread"), [(exp, 5.0), (exp, 800.0), (log, 1.0), (log, 600.0)])
def test_compiled_it_is_the_same_to_the_bit_one_by_one_and_in_loops(
    function: Callable[[float], float], spread: float
) -> None:
    numba = pytest.importorskip("numba")
    if numba.config.DISABLE_JIT:
        pytest.skip("the compiler is switched off")
    quick = compiled(function, numba)

    def over(points: Any, found: Any) -> None:
        for i in range(len(points)):
            found[i] = quick(points[i])

    points = np.random.default_rng(3).uniform(-spread, spread, 1003)
    points = np.exp(points) if function is log else points
    found = np.empty(len(points))
    numba.njit(over, error_model="numpy")(points, found)
    expected = [function(float(x)) for x in points]
    assert [float(x) for x in found] == expected
    assert [quick(float(x)) for x in points] == expected
