"""Machine code for what follows a run does what NumPy does, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.measures.loops import LINE, Loops
from supplyrisk.measures.reporter import Reporter
from supplyrisk.results.collect import Kept
from supplyrisk.results.fans import EXACT_RUNS, LONG_WEEKS, Fans

from tests import fakes

pytest.importorskip("numba")
LENGTHS = (1, LINE - 1, LINE, LINE + 1, 4 * LINE + 2, 4 * LINE + 3, LONG_WEEKS + 5)


@pytest.fixture(scope="module")
def loops() -> Loops:
    from supplyrisk.engines.compiled.jit import compiled_loops

    found = compiled_loops()
    if found is None:
        pytest.skip("the compiler is switched off")
    return found


def record(model: Any, seed: int) -> tuple[Any, Any]:
    """Arbitrary numbers, some of them zero, in a record by week and by month."""
    rng = np.random.default_rng(seed)
    weekly = rng.uniform(0.0, 3.0, (model.n_weeks, len(model.weekly_columns)))
    weekly[rng.uniform(size=weekly.shape) < 0.3] = 0.0
    for j, column in enumerate(model.weekly_columns):
        if column.variable == "shortage_unserved_t" and j % 2:
            weekly[:, j] = 0.0
    return weekly, rng.uniform(0.0, 3.0, (len(model.month_starts), len(model.monthly_columns)))


def split(model: Any) -> Any:
    """The same model with firms of three users counted apart."""
    users = [
        c for c in model.weekly_columns if c.variable in ("wanted_t", "shortage_unserved_t", "shortage_priced_out_t")
    ]
    model.weekly_columns = (*model.weekly_columns, *users[3:12])
    return model


def model_of(weeks: int, apart: bool) -> Any:
    model = fakes.FakeModel(fakes.scenario(weeks=weeks, groups={"club": ("DE", "JP"), "every": ("CN", "DE", "JP")}))
    return split(model) if apart else model


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("weeks", LENGTHS)
def test_rows_and_sums_are_the_same(loops: Loops, weeks: int, apart: bool) -> None:
    model = model_of(weeks, apart)
    plain, quick = Reporter(model), Reporter(model)
    for seed in range(3):  # the tables are used again
        weekly, monthly = record(model, seed)
        rows, found = plain.rows(weekly, monthly), quick.rows(weekly, monthly, loops)
        assert rows.table.tobytes() == found.table.tobytes()
        assert rows.monthly.tobytes() == found.monthly.tobytes()


@pytest.mark.parametrize("weeks", LENGTHS)
def test_metrics_are_the_same(loops: Loops, weeks: int) -> None:
    model = model_of(weeks, apart=False)
    plain, quick = Reporter(model), Reporter(model)
    money = plain.money(np.ones(3))
    for seed in range(3):
        weekly, monthly = record(model, seed)
        expected = plain.compute(plain.rows(weekly, monthly), money)
        assert quick.compute(quick.rows(weekly, monthly, loops), money).tobytes() == expected.tobytes()


@pytest.mark.parametrize("runs", [EXACT_RUNS, EXACT_RUNS + 1])
@pytest.mark.parametrize("weeks", LENGTHS)
def test_series_are_the_same(loops: Loops, weeks: int, runs: int) -> None:
    model = model_of(weeks, apart=False)
    reporter = Reporter(model)
    fans = Fans(model, reporter, runs)
    for seed in range(3):
        weekly, monthly = record(model, seed)
        expected = fans.vector(reporter.rows(weekly, monthly)).tobytes()
        assert fans.vector(reporter.rows(weekly, monthly, loops)).tobytes() == expected


class Made:
    """What `Kept` asks of a layout."""

    values_kept, sketched = False, True

    class fans:
        n_cells = 1000


@pytest.mark.parametrize("odd", [None, -1.5, -0.0, np.nan, np.inf, np.float32(3e38)])
def test_buckets_and_extremes_are_the_same(loops: Loops, odd: float | None) -> None:
    plain, quick = Kept(Made, 4), Kept(Made, 4, loops)  # type: ignore[arg-type]
    rng = np.random.default_rng(7)
    for run in range(4):
        vector = np.exp(rng.uniform(-30, 30, Made.fans.n_cells)).astype(np.float32)
        vector[rng.uniform(size=len(vector)) < 0.2] = 0.0
        if odd is not None and run == 2:
            vector[17] = odd
        plain.add(vector)
        quick.add(vector)
    assert np.array_equal(plain.ranks(0, 1000), quick.ranks(0, 1000))
    assert np.array_equal(plain.low, quick.low)
    assert np.array_equal(plain.high, quick.high)
    assert np.array_equal(plain.varying(0, 1000), quick.varying(0, 1000))
