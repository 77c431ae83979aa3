"""Fixtures shared by the tests of batches."""

import pytest

from sim.experiment.work import _bench
from sim.results import fans
from tests.batch_runs import run


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An unbroken batch of 40 runs, small enough for exact quantiles."""
    return {40: run(tmp_path_factory.mktemp("whole") / "x", runs=40)}


@pytest.fixture
def sketched(monkeypatch):
    """From here on 40 runs are too many for exact quantiles."""
    monkeypatch.setattr(fans, "EXACT_RUNS", 10)
    _bench.cache_clear()
    yield
    _bench.cache_clear()
