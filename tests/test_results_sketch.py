"""Sketches: stated error, exact where promised, the same in any order and any split."""

from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from supplyrisk.measures.loops import Loops
from supplyrisk.results import sketch

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

numbers = st.floats(min_value=-(2.0**100), max_value=2.0**100, allow_nan=False, width=32).filter(
    lambda x: x == 0.0 or abs(x) > 2.0**-100
)


def counts(*chunks: np.ndarray, loops: Loops | None = None) -> sketch.Counts:
    """Counts of chunks of (runs, cells)."""
    packed = []
    for values in chunks:
        ranks = np.ascontiguousarray(sketch.buckets(values).T)
        packed.append(sketch.packed(ranks, np.ones(len(ranks), dtype=bool)))
    whole = np.concatenate(chunks)
    low = np.fmin.reduce(whole, axis=0, initial=np.float32(np.inf))
    high = np.fmax.reduce(whole, axis=0, initial=np.float32(-np.inf))
    least = np.min([sketch.least_ranks(*each) for each in packed], axis=0)
    made = sketch.Counts(low, high, least, loops)
    for each in packed:
        made.add(*each)
    return made


def quantiles(values: np.ndarray) -> np.ndarray:
    """Sketch quantiles of (runs, cells)."""
    return counts(values).quantiles(LEVELS)


def rounded(values: np.ndarray) -> np.ndarray:
    """What buckets make of numbers."""
    return sketch.bucket_values(sketch.buckets(values)).reshape(values.shape).astype(np.float32)


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


ODD = (0.0, -0.0, 1.0, np.nan, -2.5, 3e5, 1e-9, 7.25, -3e-12)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("packed_runs", [2, 0x7FFF])
def test_every_value_of_every_chunk_is_counted_once(compiled, packed_runs, monkeypatch):
    """Zeros, negative numbers, missing ones in any cell of any chunk, and entries that hold only two runs."""
    loops = machine_code() if compiled else None
    monkeypatch.setattr(sketch, "PACKED_RUNS", packed_runs)
    rng = np.random.default_rng(7)
    for _ in range(40):
        runs, cells = int(rng.integers(2, 40)), int(rng.integers(1, 9))
        values = rng.choice(ODD, (runs, cells)).astype(np.float32)
        values[:, rng.random(cells) < 0.5] = rng.choice([0.0, 2.0, 9.5], 1)
        cut = int(rng.integers(1, runs))
        found = counts(values[:cut], values[cut:], loops=loops)
        for cell in range(cells):
            some = np.sort(rounded(values[:, cell])[~np.isnan(values[:, cell])])
            if not len(some):
                assert np.isnan(found.quantiles((0.5,))[cell, 0])
                continue
            nth = np.arange(len(some)) / max(1, len(some) - 1)
            low, high = np.fmin.reduce(values[:, cell]), np.fmax.reduce(values[:, cell])
            with np.errstate(invalid="ignore"):
                assert found.quantiles(nth)[cell] == pytest.approx(np.clip(some, low, high), rel=1e-12, nan_ok=True)


def test_chunks_give_the_whole_in_any_order():
    values = np.random.default_rng(2).lognormal(size=(600, 7)).astype(np.float32)
    whole = quantiles(values)
    for cuts in ((0, 300, 600), (0, 1, 300, 600), (0, 599, 600)):
        parts = [values[a:b] for a, b in pairwise(cuts)]
        assert np.array_equal(counts(*parts).quantiles(LEVELS), whole)
        assert np.array_equal(counts(*reversed(parts)).quantiles(LEVELS), whole)


def test_nothing_is_added_to_counts_that_were_read():
    made = counts(np.ones((3, 1), np.float32))
    assert made.quantiles((0.5,)) == made.quantiles((0.5,)) == 1.0
    with pytest.raises(ValueError, match="already"):
        made.add(np.ones(1, np.int32), np.asarray([1 << 16 | 0xBF80], np.int32))


def test_compiled_counting_is_the_same():
    loops = machine_code()
    rng = np.random.default_rng(3)
    chunks = [rng.choice([*ODD[:5], *rng.lognormal(size=50)], (70, 40)).astype(np.float32) for _ in range(3)]
    levels = np.linspace(0.0, 1.0, 101)
    assert counts(*chunks, loops=loops).quantiles(levels).tobytes() == counts(*chunks).quantiles(levels).tobytes()


def machine_code() -> Loops:
    pytest.importorskip("numba")
    from supplyrisk.engines.compiled.jit import compiled_loops

    return compiled_loops() or pytest.skip("the compiler is switched off")


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
