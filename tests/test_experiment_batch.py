"""Batches: the same results whatever the workers, chunks, shards, interruptions and deaths."""

from concurrent.futures import BrokenExecutor, Future
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from supplyrisk.errors import SupplyriskError
from supplyrisk.experiment import batch as batch_module
from supplyrisk.experiment import pools
from supplyrisk.experiment.batch import prepare, resume, shard_span
from supplyrisk.experiment.merging import merge
from supplyrisk.experiment.precision import Precision
from supplyrisk.experiment.runner import CHUNK_BYTES, CHUNK_SECONDS, MOST_CHUNKS, chunk_runs
from supplyrisk.experiment.single import run_alone
from supplyrisk.experiment.work import shared_arms
from supplyrisk.results import fans, series, summary
from supplyrisk.results.folder import create
from supplyrisk.results.store import Span, StoreError
from supplyrisk.results.tables import MANIFEST, TABLE_BY_NAME, header, markdown, schema
from supplyrisk.spec.load import load_scenario

from tests import fakes, small_worlds
from tests.batch_runs import HERE, ROOT, hash_of, run

# --- tables ---------------------------------------------------------------------------------------


def test_tables_are_as_declared(whole):
    folder = whole[40].store.path
    for name in ("runs", "outcomes", "series"):
        sampled = ("depth", "length", "value") if name == "runs" else ()
        assert pq.read_schema(folder / f"{name}.parquet").equals(schema(name, sampled), check_metadata=False)
    for name in ("outcomes", "summary"):
        assert (folder / f"{name}.csv").read_text().splitlines()[0].split(",") == header(name)
    assert list(whole[40].store.manifest()) == [key.name for key in MANIFEST]
    for table in TABLE_BY_NAME.values():
        assert all(
            f"`{column.name}`" in markdown().replace("&lt;", "<").replace("&gt;", ">") for column in table.columns
        )


def test_outcomes_hold_what_the_engine_gave(whole):
    table = pd.read_parquet(whole[40].store.path / "outcomes.parquet")
    assert len(table) == 40 * 5 * len(table[(table.run == 0) & (table.arm == "scenario")])
    assert list(table.arm.unique()) == [
        "baseline",
        "scenario",
        "policy:stockpile",
        "scenario-baseline",
        "policy:stockpile-scenario",
    ]
    batch, ready = prepare(fakes.scenario(runs=40), HERE)
    single = run_alone(ready, 17, batch.seed, 40)
    here = table[(table.run == 17) & (table.arm == "scenario")]
    assert np.array_equal(here.value.to_numpy(), single.outcomes[1], equal_nan=True)


def test_differences_are_paired(whole):
    table = pd.read_parquet(whole[40].store.path / "outcomes.parquet")
    rows = table[(table.metric == "shortage_t") & (table.place == "world") & (table.end_use == "all")]
    wide = rows.pivot_table(index="run", columns="arm", values="value", observed=True)
    assert np.array_equal(wide["scenario-baseline"], wide["scenario"] - wide["baseline"])
    assert np.array_equal(wide["policy:stockpile-scenario"], wide["policy:stockpile"] - wide["scenario"])
    assert wide["scenario-baseline"].std() > 0


def test_summary_is_of_the_outcomes(whole):
    folder = whole[40].store.path
    table = pd.read_parquet(folder / "outcomes.parquet")
    summary = pd.read_csv(folder / "summary.csv")
    keys = ["arm", "metric", "product", "place", "end_use"]
    table = table.astype(dict.fromkeys(keys, "str"))
    for metric in ("shortage_t", "first_week_short"):
        rows = summary[summary.metric == metric].set_index(keys)
        groups = table[table.metric == metric].groupby(keys, observed=True).value
        expected = pd.DataFrame({"n": groups.count(), "mean": groups.mean(), "sd": groups.std()})
        for name, q in (("p10", 0.10), ("p50", 0.5), ("p90", 0.90)):
            expected[name] = groups.quantile(q)
        expected["standard_error"] = expected["sd"] / np.sqrt(expected["n"])
        pd.testing.assert_frame_equal(
            rows[expected.columns].sort_index(), expected.sort_index(), check_dtype=False, check_names=False
        )


def test_csv_and_parquet_hold_the_same(whole):
    folder = whole[40].store.path
    parquet = pd.read_parquet(folder / "outcomes.parquet")
    text = pd.read_csv(folder / "outcomes.csv")
    assert np.allclose(parquet.value, text.value, rtol=1e-15, equal_nan=True)
    for name in ("arm", "metric", "product", "place", "end_use", "unit"):
        assert list(parquet[name]) == list(text[name])


def test_large_outcomes_csv_holds_the_main_metrics_of_whole_runs_and_says_so(tmp_path, monkeypatch):
    from supplyrisk.results import finish

    full = pd.read_parquet(run(tmp_path / "full", runs=20).store.path / "outcomes.parquet")
    for limit, runs in ((20_000, 20), (1_000, 5)):
        monkeypatch.setattr(finish, "CSV_ROWS", limit)
        told = run(tmp_path / str(limit), runs=20).manifest["outcomes_csv"]
        text = pd.read_csv(tmp_path / str(limit) / "outcomes.csv")
        assert not told["complete"]
        assert told["runs"] == text.run.nunique() == runs
        assert len(text) <= limit
        assert text.run.value_counts().nunique() == 1
        assert {"shortage_t", "price_spot_peak_index"} <= set(text.metric)
        assert set(text.place) == {"CN", "exCN", "world"}
        keys = ["run", "arm", "metric", "product", "place", "end_use"]
        both = text.merge(full.astype(dict.fromkeys(keys[1:], "str")), on=keys, validate="1:1")
        assert len(both) == len(text)
        assert np.allclose(both.value_x, both.value_y, equal_nan=True)


def test_runs_hold_every_sampled_value_in_pandas_and_duckdb(whole):
    import duckdb

    file = whole[40].store.path / "runs.parquet"
    table = pd.read_parquet(file)
    _, ready = prepare(fakes.scenario(runs=40), HERE)
    assert np.array_equal(table[["depth", "length", "value"]].to_numpy(), ready.design.values(0, 40))
    depth = duckdb.sql(f"select depth from '{file}' where status = 'ok' order by run").fetchnumpy()["depth"]
    assert np.array_equal(depth, table.depth)


def test_series_quantiles_are_those_of_the_runs(tmp_path, whole):
    everything = run(tmp_path / "all", replace(HERE, keep="all"), runs=40)
    table = pd.read_parquet(everything.store.path / "series.parquet")
    rows = table[(table.variable == "price_spot_index") & (table["product"] == "magnet") & (table.place == "exCN")]
    rows = rows[(rows.arm == "scenario")]
    runs = rows[rows.run.notna()].groupby("date").value.quantile(0.90)
    stored = rows[rows["quantile"] == 0.90].set_index("date").value
    assert len(stored) == 60
    assert np.allclose(runs, stored)
    assert table[table.run.notna()]["quantile"].isna().all()
    small = pd.read_parquet(whole[40].store.path / "series.parquet")
    assert len(small) == len(table[table.run.isna()])
    assert set(small.arm) == {"baseline", "scenario", "policy:stockpile"}


def test_large_batches_state_their_error_and_keep_it(tmp_path, whole, sketched):
    everything = run(tmp_path / "all", replace(HERE, keep="all"), runs=40)
    told = everything.manifest["series_error"]
    assert 0 < told < 0.005
    table = pd.read_parquet(everything.store.path / "series.parquet")
    keys = ["arm", "variable", "product", "place", "end_use", "date"]
    runs = table[table.run.notna()]
    runs = runs[runs.variable.isin(["price_spot_index", "export_t", "shortage_unserved_t"])]
    exact = runs.groupby(keys, observed=True).value.quantile(0.9)
    stored = table[table["quantile"] == 0.9].set_index(keys).value.reindex(exact.index)
    assert np.all(np.abs(stored - exact) <= 1.001 * told * np.abs(exact))
    assert whole[40].manifest["series_error"] == 0.0


def test_no_series_if_none_are_wanted(tmp_path):
    outcome = run(tmp_path / "none", replace(HERE, keep="none"), runs=5)
    assert not (outcome.store.path / "series.parquet").exists()
    assert outcome.finished == 5


def test_long_large_batches_keep_means_of_four_weeks(tmp_path, sketched):
    outcome = run(tmp_path / "long", runs=11, weeks=209, policies=())
    assert outcome.manifest["series_step_weeks"] == 4
    table = pd.read_parquet(outcome.store.path / "series.parquet")
    rows = table[(table.variable == "wanted_t") & (table["quantile"] == 0.5) & (table.arm == "baseline")]
    assert rows.date.nunique() == 53
    assert np.allclose(rows[rows.place == "DE"].value, 20.0)  # the last, single week too


# --- the same results -----------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 13, 1000])
def test_chunks_change_nothing(tmp_path, whole, chunk):
    assert hash_of(run(tmp_path / "x", replace(HERE, chunk=chunk), runs=40)) == hash_of(whole[40])


def test_chunks_change_nothing_in_sketches(tmp_path, sketched, whole):
    found = {hash_of(run(tmp_path / str(chunk), replace(HERE, chunk=chunk), runs=40)) for chunk in (1, 13, 40)}
    assert len(found) == 1
    assert found != {hash_of(whole[40])}


@pytest.mark.parametrize("pool", ["processes", "threads"])
def test_workers_change_nothing(tmp_path, whole, pool):
    outcome = run(tmp_path / "x", replace(HERE, workers=2, pool=pool, chunk=9), runs=40)
    assert hash_of(outcome) == hash_of(whole[40])


class Dead:
    """Workers that die as soon as they are asked."""

    def __init__(self, at_once):
        self.at_once = at_once

    def submit(self, *_):
        if self.at_once:
            raise BrokenExecutor("dead")
        future = Future()
        future.set_exception(BrokenExecutor("dead"))
        return future


@pytest.mark.parametrize("at_once", [None, False, True])
def test_who_joins_the_tables_changes_nothing(tmp_path, sketched, monkeypatch, at_once):
    here = hash_of(run(tmp_path / "here", runs=40))
    monkeypatch.setattr(summary, "NUMBERS", 4000)  # statistics too go through a file
    monkeypatch.setattr(series, "PLACES", 3000)  # counts do not fit into memory at once
    if at_once is not None:
        monkeypatch.setattr(pools.Threads, "helpers", lambda _: Dead(at_once).submit)
    helped = run(tmp_path / "helped", replace(HERE, workers=2, pool="threads", chunk=9), runs=40)
    assert hash_of(helped) == here


def test_processes_join_the_tables_of_a_large_batch(tmp_path):
    given = {"runs": fans.EXACT_RUNS + 1, "weeks": 8, "policies": ()}
    options = replace(HERE, chunk=200)
    here = run(tmp_path / "here", options, **given)
    assert here.manifest["series_error"] > 0.0
    assert hash_of(run(tmp_path / "processes", replace(options, workers=2), **given)) == hash_of(here)


def test_something_does_change_the_hash(tmp_path, whole):
    found = {
        hash_of(whole[40]),
        hash_of(run(tmp_path / "seed", replace(HERE, seed=8), runs=40)),
        hash_of(run(tmp_path / "runs", HERE, runs=41)),
        hash_of(run(tmp_path / "lhs", replace(HERE, sampler="lhs"), runs=40)),
        hash_of(run(tmp_path / "zero", replace(HERE, seed=0), runs=40)),
    }
    assert len(found) == 5


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
def test_shards_merge_to_the_whole(tmp_path, sampler):
    options = replace(HERE, sampler=sampler)
    unbroken = run(tmp_path / "whole", options, runs=40)
    shards = [run(tmp_path / f"shard{i}", replace(options, shard=(i, 3)), runs=40) for i in (1, 2, 3)]
    assert [s.finished for s in shards] == [13, 13, 14]
    assert all(s.manifest["status"] == "shard finished" for s in shards)
    merged = merge([s.store for s in reversed(shards)], lambda: create(tmp_path / "merged"))
    assert hash_of(merged) == hash_of(unbroken)
    assert merged.manifest["status"] == "finished"
    assert not merged.store.chunks_path.exists()
    assert (tmp_path / "merged" / "scenario.yaml").exists()


def test_shards_cover_every_run_once():
    for runs in (1, 7, 40):
        for n in (1, 3, 7, 40, 50):
            spans = [shard_span(runs, (i, n)) for i in range(1, n + 1)]
            assert [r for span in spans for r in range(*span)] == list(range(runs))


def test_merging_what_does_not_belong_together_is_refused(tmp_path):
    shard = run(tmp_path / "a", replace(HERE, shard=(1, 2)), runs=10).store
    other = run(tmp_path / "b", replace(HERE, shard=(2, 2), seed=1), runs=10).store
    with pytest.raises(StoreError, match="seed differs"):
        merge([shard, other], lambda: create(tmp_path / "c"))
    with pytest.raises(StoreError, match="run 0 is in"):
        merge([shard, run(tmp_path / "d", replace(HERE, shard=(1, 2)), runs=10).store], lambda: create(tmp_path / "c"))
    done = run(tmp_path / "e", runs=10).store
    with pytest.raises(StoreError, match="keeps no chunks"):
        merge([done], lambda: create(tmp_path / "c"))


def test_a_missing_shard_can_be_computed_later(tmp_path, whole):
    first = run(tmp_path / "a", replace(HERE, shard=(1, 2)), runs=40)
    merged = merge([first.store], lambda: create(tmp_path / "m"))
    assert merged.manifest["status"] == "interrupted"
    assert merged.manifest["counts"]["missing"] == 20
    assert hash_of(resume(merged.store, HERE)) == hash_of(whole[40])


# --- arms, precision, one run ---------------------------------------------------------------------


def test_arms_with_the_same_events_are_run_once(tmp_path, monkeypatch):
    scenario = fakes.scenario(runs=4)
    arms = (*scenario.arms, replace(scenario.arms[0], name="policy:nothing"))
    scenario = replace(scenario, arms=arms)
    assert shared_arms(scenario) == (0, 1, 2, 0)
    calls = []
    plain = fakes.FakeEngine.run
    monkeypatch.setattr(fakes.FakeEngine, "run", lambda self, *a, **k: calls.append(a[1]) or plain(self, *a, **k))
    outcome = run(tmp_path / "x", scenario=scenario)
    assert sorted(set(calls)) == [0, 1, 2]
    assert len(calls) == 12
    table = pd.read_parquet(outcome.store.path / "outcomes.parquet")
    same = [table[table.arm == name].value.to_numpy() for name in ("baseline", "policy:nothing")]
    assert np.array_equal(*same, equal_nan=True)


def test_until_precision_stops_when_sure_enough(tmp_path):
    outcome = run(tmp_path / "x", replace(HERE, precision=Precision(0.10, step=20), runs=2000, chunk=11))
    told = outcome.manifest["precision"]
    assert told["reached"] <= 0.10
    assert told["runs"] == outcome.finished
    assert 20 <= outcome.finished < 2000
    assert outcome.finished % 20 == 0
    table = pd.read_parquet(tmp_path / "x" / "outcomes.parquet")
    rows = table[(table.metric == "shortage_t") & (table.place == "world") & (table.end_use == "all")]
    values = rows[rows.arm == "scenario-baseline"].value
    assert values.std() / np.sqrt(len(values)) / values.mean() == pytest.approx(told["reached"])
    before = values[: len(values) - 20]
    assert before.std() / np.sqrt(len(before)) / before.mean() > 0.10
    again = run(tmp_path / "y", replace(HERE, precision=Precision(0.10, step=20), runs=2000, chunk=20, workers=2))
    assert hash_of(again) == hash_of(outcome)


def test_until_precision_interrupted_and_resumed(tmp_path, monkeypatch):
    options = replace(HERE, precision=Precision(0.10, step=20), runs=2000, chunk=7)
    whole = run(tmp_path / "whole", options)
    plain = fakes.FakeEngine.run

    def interrupted(self, model, arm, number, *rest):
        if number == 33:
            raise KeyboardInterrupt
        return plain(self, model, arm, number, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(fakes.FakeEngine, "run", interrupted)
        broken = run(tmp_path / "x", options)
    assert broken.manifest["status"] == "interrupted"
    resumed = resume(broken.store, HERE)
    assert hash_of(resumed) == hash_of(whole)
    assert resumed.manifest["precision"] == whole.manifest["precision"]


def test_until_precision_gives_up_at_the_limit(tmp_path):
    outcome = run(tmp_path / "x", replace(HERE, precision=Precision(1e-6, step=20), runs=40))
    assert outcome.finished == 40
    assert outcome.manifest["status"] == "finished"
    assert outcome.manifest["precision"]["reached"] > 1e-6


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("shortage", "no metric is called shortage; did you mean"),
        ("shortage_t/magnets", "did you mean magnet"),
        ("shortage_t@policy:stockpil", "did you mean policy:stockpile"),
    ],
)
def test_unknown_precision_metrics_are_said(tmp_path, name, message):
    with pytest.raises(SupplyriskError, match=message):
        run(tmp_path / "x", replace(HERE, precision=Precision(0.1, name)))


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
def test_any_run_can_be_repeated_alone(tmp_path, sampler):
    options = replace(HERE, sampler=sampler)
    outcome = run(tmp_path / "x", options, runs=30)
    table = pd.read_parquet(outcome.store.path / "outcomes.parquet")
    batch, ready = prepare(fakes.scenario(runs=30), options)
    for number in (0, 13, 29):
        single = run_alone(ready, number, batch.seed, 30)
        assert np.array_equal(table[table.run == number].value.to_numpy(), single.outcomes.reshape(-1), equal_nan=True)
    with pytest.raises(SupplyriskError, match="runs 0 to 29"):
        run_alone(ready, 30, batch.seed, 30)


def test_chunks_never_hold_more_than_their_runs(tmp_path):
    outcome = run(tmp_path / "x", replace(HERE, shard=(1, 1), chunk=7), runs=20)
    assert outcome.store.spans() == [Span(0, 7), Span(7, 14), Span(14, 20)]


def test_the_engine_that_suits_the_work(monkeypatch):
    """Compiling pays for much work only, and how much there is depends on the world's size, not on runs alone."""
    told = []

    def chosen(scenario, runs, wanted="auto"):
        return batch_module.choose_engine(wanted, batch_module.place_weeks(scenario, runs), told.append)

    small = small_worlds.scenario(small_worlds.pair(), years=1)
    large = load_scenario(ROOT / "scenarios" / "china_export_ban_refined.yaml")[0]
    monkeypatch.setattr(batch_module, "machine_code_at_hand", lambda: False)
    assert (chosen(small, 200), chosen(large, 200)) == ("reference", "batch")
    assert (chosen(small, 10**6), chosen(large, 2)) == ("batch", "reference")
    assert chosen(small, 1, "batch") == "batch"
    monkeypatch.setattr(batch_module, "machine_code_at_hand", lambda: True)
    assert (chosen(small, 200), chosen(large, 20)) == ("reference", "batch")
    assert chosen(large, 10**6, "reference") == "reference"
    assert told == []


def test_arms_with_the_same_events_are_the_same_work():
    large = load_scenario(ROOT / "scenarios" / "china_export_ban_refined.yaml")[0]
    twice = replace(large, arms=(*large.arms, *large.arms))
    assert batch_module.place_weeks(twice, 10) == batch_module.place_weeks(large, 10)
    assert batch_module.place_weeks(large, 10) == 10 * batch_module.place_weeks(large, 1)
    assert batch_module.place_weeks(replace(large, days=large.days * 2), 1) == 2 * batch_module.place_weeks(large, 1)


def test_without_numba_the_reference_engine_does_it_and_says_so_once(monkeypatch):
    told = []

    def broken(name):
        raise ImportError("libLLVM is missing")

    with monkeypatch.context() as patch:
        patch.setattr(batch_module.importlib, "import_module", broken)
        assert batch_module.choose_engine("batch", 1e9, told.append) == "reference"
    assert len(told) == 1
    assert "libLLVM is missing" in told[0]
    monkeypatch.setattr(batch_module.importlib.util, "find_spec", lambda name: None)
    assert batch_module.choose_engine("auto", 1e9, told.append) == "reference"
    assert "not installed" in told[1]
    assert batch_module.choose_engine("auto", 4, told.append) == "reference"
    assert len(told) == 2


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@pytest.mark.parametrize("todo", [1, 7, 40, 999, 10_000])
def test_chunks_fit_in_memory_and_leave_no_worker_waiting(todo, workers):
    fans = SimpleNamespace(n_cells=60_000)
    made = SimpleNamespace(fans=fans, values_kept=False, sketched=True, columns="abc", outcomes=range(1000))
    ready, batch = SimpleNamespace(same=(0, 1), layout=made), SimpleNamespace(keep="quantiles", engine="batch")
    size = chunk_runs(ready, batch, todo, workers)
    assert 1 <= size * (2 * 2 * 60_000 + 8 * 3 * 1000) <= CHUNK_BYTES
    turns = np.ceil(np.ceil(todo / size) / workers)  # chunks of the busiest worker
    assert turns * size <= todo / workers + turns


def test_a_chunk_is_some_seconds_of_work_so_that_little_is_lost_with_it():
    made = SimpleNamespace(
        fans=SimpleNamespace(n_cells=60), values_kept=False, sketched=True, columns="a", outcomes="a"
    )
    ready = SimpleNamespace(same=(0, 1), layout=made)
    batch, reference = (SimpleNamespace(keep="quantiles", engine=engine) for engine in ("batch", "reference"))
    assert chunk_runs(ready, batch, 30, 2) == 15  # nothing known of what a run costs
    assert chunk_runs(ready, batch, 30, 2, run_seconds=CHUNK_SECONDS / 2) == 2
    assert chunk_runs(ready, reference, 100, 2, run_seconds=2 * CHUNK_SECONDS) == 1
    assert chunk_runs(ready, batch, 200 * MOST_CHUNKS, 2, run_seconds=CHUNK_SECONDS) == 200  # not thousands of files
