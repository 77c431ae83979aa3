"""What callers hand in by mistake is told in a sentence, never by a bare TypeError."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import supplyrisk
from supplyrisk.errors import SupplyriskError

from .study_files import SHORT

HERE: dict[str, Any] = {"runs": 2, "engine": "reference", "workers": 1}
NOTHING: list[Any] = [None, 5, 3.5, [], {}, b"x"]


@pytest.fixture(scope="module")
def results() -> supplyrisk.Results:
    return supplyrisk.run(SHORT, **HERE)


@pytest.mark.parametrize("value", NOTHING)
@pytest.mark.parametrize("call", ["load_scenario", "load_world", "open_run", "run_study", "run", "sensitivity"])
def test_what_is_no_path(call: str, value: Any) -> None:
    with pytest.raises(SupplyriskError, match=r"must be (the path|the name)"):
        getattr(supplyrisk, call)(value)


@pytest.mark.parametrize("workers", ["2", 2.5, True, [1], 0, -1])
def test_what_is_no_number_of_workers(workers: Any) -> None:
    for call in (supplyrisk.run, supplyrisk.sensitivity):
        with pytest.raises(SupplyriskError, match=r"workers=.*must be a whole number"):
            call(SHORT, runs=16, engine="reference", workers=workers)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: supplyrisk.sweep(SHORT, None, **HERE), "over: must be a mapping"),
        (lambda: supplyrisk.sweep(SHORT, {"events.ban.share": 5}, **HERE), "over['events.ban.share']: must be a list"),
        (
            lambda: supplyrisk.sweep(SHORT, {"events.ban.share": "50 %"}, **HERE),
            "must be a list of values (got '50 %')",
        ),
        (lambda: supplyrisk.threshold(SHORT, None, 1, 2, outcome="x", **HERE), "path: must be a list of paths"),
        (lambda: supplyrisk.portfolio(SHORT, None, **HERE), "measures: must be a list of policies"),
        (lambda: supplyrisk.portfolio(SHORT, [5], **HERE), "measures[0]: must be a mapping"),
        (lambda: supplyrisk.portfolio(SHORT, ["reserve"], futures=["a"], **HERE), "futures: must be a mapping"),
        (lambda: supplyrisk.portfolio(SHORT, ["reserve"], futures={"a": 5}, **HERE), "futures['a']: must be a mapping"),
        (lambda: supplyrisk.sensitivity(SHORT, groups=["a"], **HERE), "groups: must be a mapping"),
        (lambda: supplyrisk.run(SHORT, runs=1, engine=5), "engine=5: there are auto, "),
        (lambda: supplyrisk.run(SHORT, runs=1, pool=None), "pool=None: there are threads"),
        (lambda: supplyrisk.run(SHORT, runs=1, engine="reference", out=5), "out: must be the path of a run folder"),
    ],
)
def test_what_is_of_another_kind(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(SupplyriskError) as told:
        call()
    assert said in str(told.value)


@pytest.mark.parametrize("name", [None, 5, "pric"])
def test_names_that_there_are_not(results: supplyrisk.Results, name: Any) -> None:
    for call in (results.values, results.difference, results.figure):
        with pytest.raises(SupplyriskError, match=r"there (is no|are)|no metric|no figure"):
            call(name)
    with pytest.raises(SupplyriskError):
        results.values("shortage_percent", product="part", arm=name)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"place": "exCNN"}, "there is no series price_spot_index for place exCNN; did you mean exCN"),
        ({"product": "parts"}, "there is no series price_spot_index for product parts; did you mean part"),
        ({"product": "part", "place": "JP"}, "there is no series price_spot_index for place JP"),
        ({"place": 5}, "place: must be a text (got 5)"),
        ({"plac": "exCN"}, "there is no column plac; did you mean place"),
    ],
)
def test_an_unknown_place_of_a_series_is_no_empty_table(
    results: supplyrisk.Results, where: dict[str, Any], said: str
) -> None:
    with pytest.raises(SupplyriskError) as told:
        results.series("price_spot_index", "scenario", **where)
    assert said in str(told.value)
    assert len(results.series("price_spot_index", "scenario", product="part", place="exCN"))
