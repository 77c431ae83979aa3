"""The model's own error: what past episodes left over, and how it widens the runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.backtest.model_error import (
    FLOW,
    PRICE,
    ErrorOfKind,
    beside,
    fit,
    kind_of,
    read_errors,
    with_error,
    write_errors,
)


def observed(rng: np.random.Generator, base: float, slope: float, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Runs of a price, and observations that are off by an error of known size."""
    middle = rng.uniform(0.0, 1.5, points)
    runs = np.exp(middle + 0.05 * rng.normal(size=(200, points)))
    return runs, np.exp(middle + (base + slope * middle) * rng.normal(size=points))


def test_a_known_error_is_found_again() -> None:
    rng = np.random.default_rng(4)
    runs, seen = observed(rng, 0.1, 0.3, 1500)
    found = fit(PRICE, [runs], [seen])
    assert found.base == pytest.approx(0.1, abs=0.02)
    assert found.slope == pytest.approx(0.3, abs=0.04)
    assert found.points == 1500


def test_bands_with_a_fitted_error_hold_the_share_they_promise() -> None:
    rng = np.random.default_rng(5)
    errors = {PRICE: fit(PRICE, *map(list, zip(observed(rng, 0.1, 0.3, 1500), strict=True)))}
    runs, seen = observed(rng, 0.1, 0.3, 1500)
    bare = np.quantile(runs, (0.05, 0.95), axis=0)
    wide = np.quantile(with_error(runs, "price_spot_index", errors), (0.05, 0.95), axis=0)
    assert ((seen > bare[0]) & (seen < bare[1])).mean() < 0.5
    assert 0.86 < ((seen > wide[0]) & (seen < wide[1])).mean() < 0.94


def test_runs_without_misses_keep_their_bands() -> None:
    rng = np.random.default_rng(6)
    middle = rng.uniform(0.0, 1.0, 800)
    runs = np.exp(middle + 0.3 * rng.normal(size=(300, 800)))
    found = fit(PRICE, [runs], [np.exp(middle + 0.25 * rng.normal(size=800))])
    assert found.base + found.slope * 0.5 < 0.08


def test_a_stopped_flow_has_little_error_and_no_flow_is_negative() -> None:
    errors = {FLOW: ErrorOfKind(0.03, 0.4, 10)}
    runs = np.tile(np.array([[0.0, 1.0]]), (20, 1))
    wide = with_error(runs, "export_t", errors)
    assert wide.min() >= 0.0
    assert np.ptp(wide[:, 0]) < 0.2 < np.ptp(wide[:, 1])


def test_the_median_stays_where_the_runs_have_it() -> None:
    rng = np.random.default_rng(7)
    runs = np.exp(rng.normal(size=(101, 3)))
    wide = with_error(runs, "price_paid_index", {PRICE: ErrorOfKind(0.2, 0.2, 10)})
    assert np.median(wide, axis=0) == pytest.approx(np.median(runs, axis=0), rel=0.1)


def test_an_unknown_kind_is_left_alone() -> None:
    runs = np.ones((5, 2))
    assert with_error(runs, "stock_cover_weeks", {PRICE: ErrorOfKind(1.0, 1.0, 3)}) is runs
    assert with_error(runs, "price_spot_index", {}) is runs
    assert (kind_of("price_spot_index"), kind_of("export_t"), kind_of("licence_wait_days")) == (PRICE, FLOW, "")


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = beside(tmp_path / "others.csv")
    assert path.name == "others.error.csv"
    assert read_errors(path) == {}
    errors = {PRICE: ErrorOfKind(0.125, 0.25, 30), FLOW: ErrorOfKind(0.03, 0.5, 12)}
    write_errors(path, errors)
    assert read_errors(path) == errors
