"""Random numbers: the published generator, uniform and independent, the same whatever else exists."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from supplyrisk import streams
from supplyrisk.streams import (
    exponential_quantile,
    hash64,
    lognormal_quantile,
    normal_quantile,
    run_key,
    uniform,
)

U32 = np.uint64(0xFFFFFFFF)


def philox4x32(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox4x32-10 as in Salmon et al. (2011), table 2 and section 3.3, written anew."""
    x = [np.uint64(c) for c in counter]
    k = [np.uint64(c) for c in key]
    for _ in range(10):
        first = np.uint64(0xD2511F53) * x[0]
        second = np.uint64(0xCD9E8D57) * x[2]
        x = [
            (second >> np.uint64(32)) ^ x[1] ^ k[0],
            second & U32,
            (first >> np.uint64(32)) ^ x[3] ^ k[1],
            first & U32,
        ]
        k = [(k[0] + np.uint64(0x9E3779B9)) & U32, (k[1] + np.uint64(0xBB67AE85)) & U32]
    return tuple(int(v) for v in x)  # type: ignore[return-value]


# Known answers of Random123 (kat_vectors, philox4x32 10): counter, key, result.
KNOWN = (
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
)


def words(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


def from_words(first: int, second: int) -> float:
    """53 bits of two words as a number inside (0, 1)."""
    return ((first >> 5) * 2.0**26 + (second >> 6) + 0.5) / 2.0**53


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_philox_gives_the_published_known_answers(counter: str, key: str, result: str):
    c, k, r = words(counter), words(key), words(result)
    assert philox4x32(c, k) == r  # type: ignore[arg-type]
    # Counter words are counter, stream and the two halves of the entity; the key's low half comes first.
    value = uniform(k[1] << 32 | k[0], c[1], c[3] << 32 | c[2], c[0])
    assert value == from_words(r[0], r[1])


def test_every_argument_enters_the_generator_in_its_own_word():
    rng = np.random.default_rng(1)
    for _ in range(200):
        key, entity = (int(x) for x in rng.integers(0, 2**63, 2))
        stream, counter = (int(x) for x in rng.integers(0, 2**32, 2))
        result = philox4x32(
            (counter, stream, entity & 0xFFFFFFFF, entity >> 32),
            (key & 0xFFFFFFFF, key >> 32),
        )
        assert uniform(key, stream, entity, counter) == from_words(result[0], result[1])


def counter_that_gives(result: tuple[int, int, int, int], key: int) -> tuple[int, int, int, int]:
    """The counter words from which Philox makes `result`: its rounds are undone one by one."""
    mask = 0xFFFFFFFF
    x0, x1, x2, x3 = result
    for back in range(9, -1, -1):
        k0 = ((key & mask) + back * 0x9E3779B9) & mask
        k1 = ((key >> 32) + back * 0xBB67AE85) & mask
        c2 = x1 * pow(0xCD9E8D57, -1, 2**32) & mask
        c0 = x3 * pow(0xD2511F53, -1, 2**32) & mask
        c1 = x0 ^ (0xCD9E8D57 * c2 >> 32) ^ k0
        c3 = x2 ^ (0xD2511F53 * c0 >> 32) ^ k1
        x0, x1, x2, x3 = c0, c1, c2, c3
    return x0, x1, x2, x3


@pytest.mark.parametrize("word", [0, 0xFFFFFFFF])
def test_the_smallest_and_the_largest_draw_stay_inside_the_interval(word: int):
    c0, c1, c2, c3 = counter_that_gives((word, word, 1, 2), 99)
    assert philox4x32((c0, c1, c2, c3), (99, 0))[:2] == (word, word)
    p = uniform(99, c1, c3 << 32 | c2, c0)
    assert 0.0 < p < 1.0
    assert p < 1e-15 or p > 1.0 - 1e-15
    assert math.isfinite(normal_quantile(p))
    assert math.isfinite(exponential_quantile(p, 1.0))


def draws(n: int, key: int = 5, stream: int = streams.STREAM_REVIEW_DAYS, entity: int = 77) -> np.ndarray:
    return np.array([uniform(key, stream, entity, i) for i in range(n)])


@pytest.mark.parametrize("walk", ["counter", "entity", "run", "stream"])
def test_draws_are_uniform_and_independent_along_every_argument(walk: str):
    n = 4000
    u = {
        "counter": lambda i: uniform(5, 3, 77, i),
        "entity": lambda i: uniform(5, 3, hash64(f"lane:{i}") >> 1, 0),
        "run": lambda i: uniform(run_key(0, i), 3, 77, 0),
        "stream": lambda i: uniform(5, i, 77, 0),
    }[walk]
    x = np.array([u(i) for i in range(n)])
    assert stats.kstest(x, "uniform").pvalue > 1e-3
    # Autocorrelations of white noise are normal with variance 1/n; ten lags, two-sided 1e-3 together.
    z = (x - x.mean()) / x.std()
    lags = [float(z[lag:] @ z[:-lag] / (n - lag)) for lag in range(1, 11)]
    assert max(map(abs, lags)) < stats.norm.isf(0.5e-4) / math.sqrt(n)


def test_neighbouring_streams_entities_and_runs_are_not_correlated():
    n = 4000
    base = draws(n)
    for other in (
        draws(n, stream=streams.STREAM_GRANT),
        draws(n, entity=78),
        draws(n, key=6),
        draws(n, key=5 | 1 << 32),
    ):
        assert abs(float(np.corrcoef(base, other)[0, 1])) < 4.0 / math.sqrt(n)


def test_normal_quantile_is_that_of_scipy():
    p = np.concatenate([np.geomspace(1e-16, 0.5, 300), 1.0 - np.geomspace(1e-15, 0.5, 300)])
    ours = np.array([normal_quantile(float(x)) for x in p])
    np.testing.assert_allclose(ours, stats.norm.ppf(p), rtol=2e-13, atol=1e-15)


@pytest.mark.parametrize("cv", [0.0, 0.3, 0.6, 1.5])
def test_means_of_drawn_times_are_the_means_asked_for(cv: float):
    u = draws(20000)
    x = np.array([lognormal_quantile(float(p), 63.0, cv) for p in u])
    assert abs(x.mean() - 63.0) <= 4.0 * x.std() / math.sqrt(len(x))
    if cv > 0.0:
        assert x.std() / x.mean() == pytest.approx(cv, rel=0.1)
        np.testing.assert_allclose(
            x[:50], stats.lognorm.ppf(u[:50], math.sqrt(math.log1p(cv * cv)), scale=63.0 / math.sqrt(1 + cv * cv))
        )


def test_exponential_times_have_their_mean_and_spread():
    x = np.array([exponential_quantile(float(p), 63.0) for p in draws(20000)])
    assert abs(x.mean() - 63.0) <= 4.0 * 63.0 / math.sqrt(len(x))
    assert stats.kstest(x, stats.expon(scale=63.0).cdf).pvalue > 1e-3


def test_seeds_and_runs_have_keys_of_their_own():
    keys = {run_key(seed, run) for seed in (0, 1, 2, -1, 12, 10**12) for run in range(200)}
    assert len(keys) == 6 * 200
    assert run_key(1, 23) != run_key(12, 3)  # numbers are not run together
    assert all(0 <= key < 2**64 for key in keys)


def test_streams_have_different_numbers():
    numbers = [value for name, value in vars(streams).items() if name.startswith("STREAM_")]
    assert len(set(numbers)) == len(numbers) == 14
