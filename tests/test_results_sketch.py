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


@pytest.mark.parametrize("places", [1, 40_000, 1 << 20])
def test_merging_adds_up_every_value_once(places, monkeypatch):
    """Zeros, negative numbers and missing ones in any cell of any part, and tables that have to be cut in pieces."""
    monkeypatch.setattr(sketch, "PLACES", places)
    rng = np.random.default_rng(7)
    for _ in range(40):
        runs, cells = int(rng.integers(2, 40)), int(rng.integers(1, 9))
        values = rng.choice([0.0, -0.0, 1.0, np.nan, -2.5, 3e5, 1e-9, 7.25], (runs, cells)).astype(np.float32)
        values[:, rng.random(cells) < 0.5] = rng.choice([0.0, 2.0, 9.5], 1)
        cut = int(rng.integers(1, runs))
        parts = [sketch.count(np.ascontiguousarray(sketch.buckets(v).T)) for v in (values[:cut], values[cut:])]
        merged = sketch.merge(parts)
        keys, counts = np.unique(np.arange(cells)[None] << 16 | sketch.buckets(values).astype(int), return_counts=True)
        assert np.array_equal(merged.cell.astype(int) << 16 | merged.bucket, keys)
        assert np.array_equal(merged.count, counts)


def test_a_bucket_of_very_many_runs_is_packed_in_parts(monkeypatch):
    ranks = np.asarray([[5] * 20, [5] * 13 + [6] * 7], dtype=np.uint16)
    monkeypatch.setattr(sketch, "PACKED_RUNS", 6)
    entries, packed = sketch.packed(ranks, np.asarray([False, True]))
    assert entries.tolist() == [4, 5]
    assert (packed >> 16).tolist() == [6, 6, 6, 2, 6, 6, 1, 6, 1]
    assert (packed & 0xFFFF).tolist() == [5] * 7 + [6] * 2


def test_cells_known_to_be_steady_need_no_counting():
    ranks = np.asarray([[9, 9, 9], [4, 2, 4], [7, 7, 7]], dtype=np.uint16)
    every = sketch.packed(ranks, np.ones(3, dtype=bool))
    some = sketch.packed(ranks, np.asarray([False, True, False]))
    assert [each.tolist() for each in every] == [each.tolist() for each in some]


@given(st.lists(st.floats(min_value=0.0, width=32, allow_nan=False), min_size=1, max_size=50))
def test_plain_numbers_have_the_buckets_of_all_numbers(values):
    array = np.asarray([*values, -0.0], dtype=np.float32)
    found = np.empty(len(array), np.uint16)
    sketch.plain_buckets(array, found)
    assert np.array_equal(found, sketch.buckets(array))


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
