"""What customs record of an amount: shipments of differing sizes, by chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from supplyrisk.results.fan import Fan
from supplyrisk.results.quantiles import quantiles
from supplyrisk.results.shipments import DRAWS, STEPS, recorded_fan, records, shipment_of


@pytest.mark.parametrize(("amount", "size"), [(5.0, 0.2), (40.0, 0.5), (2.0, 0.3), (7242.0, 212.0)])
def test_mean_and_variance_of_records(amount: float, size: float) -> None:
    """Mean Q, variance 2 l Q: 40 t in shipments of 0.5 t swing by sqrt(2 x 0.5 x 40) = 6.3 t."""
    found = records(np.array([amount]), size)[0]
    assert found.mean() == pytest.approx(amount, rel=0.01)
    assert found.var() == pytest.approx(2.0 * size * amount, rel=0.05)


def test_against_draws_of_the_law() -> None:
    """Quantiles of 40,000 months thrown by chance: Q/l = 3 expected, so that exp(-3) of the months have none."""
    rng = np.random.default_rng(3)
    thrown = np.array([rng.exponential(0.5, n).sum() for n in rng.poisson(3.0, 40_000)])
    amounts = np.full(200, 1.5)
    levels = (0.03, 0.1, 0.25, 0.5, 0.75, 0.9)
    expected = np.quantile(thrown, levels)
    assert expected[0] == 0.0
    assert quantiles(records(amounts, 0.5).ravel(), levels) == pytest.approx(expected, abs=0.06)
    assert (thrown == 0.0).mean() == pytest.approx(math.exp(-3.0), abs=0.005)


def test_little_or_nothing() -> None:
    assert records(np.array([0.0]), 1.0).tolist() == [[0.0] * DRAWS]
    assert records(np.array([3.0]), 0.0).tolist() == [[3.0] * DRAWS]
    assert np.isnan(records(np.array([math.nan]), 1.0)).all()
    rare = records(np.array([0.01]), 1.0)[0]  # a shipment in a hundred months
    assert np.median(rare) == 0.0
    assert records(np.zeros((2, 3)), 1.0).shape == (2, 3, DRAWS)


def test_smaller_flows_swing_more_and_larger_shipments_too() -> None:
    def spread(amount: float, size: float) -> float:
        found = records(np.array([amount]), size)[0]
        return float(found.std() / found.mean())

    assert spread(1.0, 0.1) > spread(4.0, 0.1) > spread(16.0, 0.1)
    assert spread(4.0, 0.05) < spread(4.0, 0.1) < spread(4.0, 0.4)


def test_fan_of_records_is_wider_and_as_the_law_says() -> None:
    """Runs all at 100 t, shipments of 2 t: the 80 % band is that of a sum of 50 exponential sizes at chance."""
    dates = np.array(["2025-01-01", "2025-02-01"], dtype="datetime64[D]")
    fan = Fan(dates, (0.1, 0.5, 0.9), np.full((2, 3), 100.0), "t")
    found = recorded_fan(fan, 2.0)
    normal = stats.norm(100.0, math.sqrt(2.0 * 2.0 * 100.0))
    assert found.values[0] == pytest.approx([normal.ppf(0.1), 100.0, normal.ppf(0.9)], rel=0.015)
    assert recorded_fan(fan, 0.0) is fan


def test_fan_without_swings_comes_back() -> None:
    """Amounts between a fan's quantiles: with shipments of a gram the normal fan returns."""
    levels = (0.1, 0.25, 0.5, 0.75, 0.9)
    law = stats.norm(100.0, 10.0)
    fan = Fan(np.array(["2025-01-01"], dtype="datetime64[D]"), levels, law.ppf(levels)[None, :], "t")
    assert recorded_fan(fan, 1e-6).values[0] == pytest.approx(law.ppf(levels), abs=0.4)
    assert STEPS >= 20


def test_shipment_of_several_goods_goes_by_output() -> None:
    """(6 x 30 + 2 x 10) / 40 = 5 t."""
    values = {
        ("shipment_t", "a"): 6.0,
        ("shipment_t", "b"): 2.0,
        ("output_t_per_year", "a", "C"): 20.0,
        ("output_t_per_year", "a", "D"): 10.0,
        ("output_t_per_year", "b", "C"): 10.0,
        ("output_t_per_year", "other", "C"): 1000.0,
    }
    assert shipment_of(values, ("a", "b")) == pytest.approx(5.0)
    assert shipment_of(values, ("a",)) == 6.0
    assert shipment_of({("output_t_per_year", "a", "C"): 1.0}, ("a",)) == 0.0
    assert shipment_of({("shipment_t", ""): 3.0, ("output_t_per_year", "a", "C"): 1.0}, ("a",)) == 3.0
