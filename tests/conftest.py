"""Fixtures shared by the tests of batches; where the programs that tests start find the package."""

import os
from pathlib import Path

import pytest
from supplyrisk.experiment.work import _bench
from supplyrisk.results import fans

from tests.batch_runs import run

ROOT = Path(__file__).parents[1]
# As pytest's own `pythonpath`, for the processes that tests start.
os.environ["PYTHONPATH"] = os.pathsep.join(
    dict.fromkeys((str(ROOT), str(ROOT / "sim"), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))))
)


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
