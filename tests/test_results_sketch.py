"""Sketches: stated error, exact where promised, the same in any order and any split."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from sim.results import sketch

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

numbers = st.floats(min_value=-(2.0**100), max_value=2.0**100, allow_nan=False, width=32).filter(
    lambda x: x == 0.0 or abs(x) > 2.0**-100
)


def quantiles(values: np.ndarray) -> np.ndarray:
    """Sketch quantiles of (runs, cells)."""
    made = sketch.count(np.ascontiguousarray(sketch.buckets(values).T))
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    return sketch.quantiles(made, 0, values.shape[1], LEVELS, low, high)


@given(st.lists(numbers, min_size=1, max_size=50))
@settings(deadline=None, max_examples=200)
def test_bucket_values_are_within_the_stated_error_and_in_order(values):
    array = np.asarray(sorted(values), dtype=np.float32)
    ranks = sketch.buckets(array)
    back = sketch.bucket_values(ranks)
    assert np.all(np.abs(back - array) <= sketch.RELATIVE_ERROR * np.abs(array.astype(float)))
    assert np.all(np.diff(ranks.astype(int)) >= 0)


@pytest.mark.parametrize("value", [0.0, -0.0, 1.0, 2.0, 0.5, -1.0, 255.0])
def test_plain_numbers_are_exact(value):
    assert sketch.bucket_values(sketch.buckets(np.asarray([value], dtype=np.float32)))[0] == value


def test_quantiles_are_within_the_stated_error():
    rng = np.random.default_rng(5)
    for values in (rng.lognormal(0.0, 1.0, (3000, 4)), -rng.pareto(1.5, (3000, 4)), rng.uniform(100, 101, (3000, 4))):
        values = values.astype(np.float32)
        exact = sketch.exact(values, LEVELS)
        assert np.all(np.abs(quantiles(values) - exact) <= sketch.RELATIVE_ERROR * np.abs(exact) * (1 + 1e-9))


def test_exact_is_the_usual_definition():
    values = np.random.default_rng(1).normal(size=(37, 3)).astype(np.float32)
    assert sketch.exact(values, LEVELS) == pytest.approx(np.quantile(values.astype(float), LEVELS, axis=0).T)


def test_a_series_without_spread_is_exact():
    values = np.full((900, 2), 123.456, dtype=np.float32)
    assert np.all(quantiles(values) == np.float32(123.456))


def test_merging_gives_the_whole_in_any_order():
    values = np.random.default_rng(2).lognormal(size=(600, 7)).astype(np.float32)
    whole = sketch.count(np.ascontiguousarray(sketch.buckets(values).T))
    parts = [
        sketch.count(np.ascontiguousarray(sketch.buckets(values[a:b]).T)) for a, b in ((300, 600), (0, 1), (1, 300))
    ]
    merged = sketch.merge([parts[0], sketch.merge(parts[1:]), sketch.EMPTY])
    for name in ("cell", "bucket", "count"):
        assert np.array_equal(getattr(merged, name), getattr(whole, name))
    assert merged.count.sum() == 600 * 7


def test_missing_values_are_left_out():
    values = np.asarray([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]], dtype=np.float32)
    for found in (quantiles(values), sketch.exact(values, LEVELS)):
        assert found[0, 2] == pytest.approx(2.0)
        assert np.all(np.isnan(found[1]))


def test_part_of_a_sketch_holds_its_cells_only():
    values = np.arange(20, dtype=np.float32).reshape(4, 5)
    made = sketch.count(np.ascontiguousarray(sketch.buckets(values).T))
    found = sketch.quantiles(made, 2, 4, (0.0, 1.0), values[:, 2:4].min(axis=0), values[:, 2:4].max(axis=0))
    assert found.tolist() == [[2.0, 17.0], [3.0, 18.0]]
