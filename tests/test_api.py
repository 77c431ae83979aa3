"""What programs and notebooks use: the same bits as the command line, errors that teach, nothing heavy at import."""

import datetime as dt
import gc
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import supplyrisk
from click.testing import CliRunner
from supplyrisk.api import scenario as api_scenario
from supplyrisk.cli import main
from supplyrisk.errors import Problems, SupplyriskError
from supplyrisk.experiment import held
from supplyrisk.results.store import Store

SCENARIO = """title: China stops exports of gallium for half a year
question: Who goes short in Japan?
world: gallium
horizon: {start: 2026-01-01, years: 1}
outlook: calm
events:
  - {name: ban, type: export_ban, origins: CN, start: 2026-03-01, duration: 6 months}
policies:
  reserve:
    events: [{type: strategic_stockpile, products: pure_gallium, countries: JP, target: 90 days, initial: 90 days}]
monte_carlo: {runs: 12, seed: 3}
"""
SHARE = {"events.ban.share": 0.5}
WHERE = {"product": "gallium_wafer", "place": "JP"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("api") / "ban.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def typed(file: Path) -> supplyrisk.Results:
    """The run folder that the command line writes."""
    out = file.parent / "typed"
    words = ["run", str(file), "--set", "events.ban.share=0.5", "--no-report", "-q", "--out", str(out)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return supplyrisk.open_run(out)


@pytest.fixture(scope="module")
def here(file: Path) -> supplyrisk.Results:
    """The same in memory, in threads."""
    return supplyrisk.run(file, workers=2, **SHARE)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Categories as text: in what order a table lists its names is nobody's business."""
    names = [name for name in table if isinstance(table[name].dtype, pd.CategoricalDtype)]
    return table.astype(dict.fromkeys(names, object)).astype(dict.fromkeys(names, str))


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(plain(one), plain(other), check_exact=True, check_dtype=False)


def test_results_in_memory_are_those_of_the_command_line_bit_by_bit(
    here: supplyrisk.Results, typed: supplyrisk.Results
) -> None:
    assert here.folder is None
    assert typed.finished == here.finished == 12
    same(here.outcomes, typed.outcomes)
    same(here.runs, typed.runs)
    same(here.summary(), typed.summary())
    same(here.metrics, typed.metrics)
    same(here.series(), typed.series())
    assert here.outcomes["value"].isna().any()  # metrics that do not exist in a run are there, and empty


def test_a_saved_result_is_the_folder_of_the_command_line(
    here: supplyrisk.Results, typed: supplyrisk.Results, tmp_path: Path
) -> None:
    saved = here.save(tmp_path / "saved")
    one, other = Store(tmp_path / "saved").manifest(), Store(typed.folder or Path()).manifest()
    for key in ("results_hash", "hashes", "seed", "runs", "sampler", "engine", "arms", "resolved", "counts"):
        assert one[key] == other[key], key
    assert (tmp_path / "saved" / "sources.csv").read_bytes() == ((typed.folder or Path()) / "sources.csv").read_bytes()
    assert supplyrisk.load_scenario(tmp_path / "saved" / "scenario.yaml").resolved.events == api_events()
    with pytest.raises(SupplyriskError, match="already"):
        saved.save(tmp_path / "again")
    with pytest.raises(SupplyriskError, match="not empty"):
        here.save(tmp_path / "saved")


def api_events() -> tuple[object, ...]:
    return supplyrisk.load_scenario(SCENARIO, **SHARE).resolved.events


def test_a_run_folder_can_be_asked_for(file: Path, typed: supplyrisk.Results, tmp_path: Path) -> None:
    found = supplyrisk.run(file, out=tmp_path / "x", keep_series="none", workers=1, **SHARE)
    same(found.outcomes, typed.outcomes)
    assert found.folder == tmp_path / "x"
    command = found.manifest["command"]
    assert command == ["supplyrisk", "run", str(file), "--set", "events.ban.share=0.5"]
    with pytest.raises(SupplyriskError, match="kept no series"):
        found.series()
    with pytest.raises(SupplyriskError, match="not empty"):
        supplyrisk.run(file, out=tmp_path / "x", **SHARE)


def test_values_and_differences(here: supplyrisk.Results, typed: supplyrisk.Results) -> None:
    table = typed.outcomes
    rows = table[
        (table["metric"] == "shortage_percent")
        & (table["product"] == WHERE["product"])
        & (table["place"] == WHERE["place"])
        & (table["end_use"] == "all")
    ]
    wide = rows.pivot(index="run", columns="arm", values="value")
    for found in (here, typed):
        assert found.values("shortage_percent", **WHERE).tolist() == wide["scenario"].tolist()
        by_policy = found.values("shortage_percent", arm="reserve", **WHERE)
        assert by_policy.tolist() == wide["policy:reserve"].tolist()
        apart = found.difference("shortage_percent", **WHERE)
        assert (apart.paired, apart.runs, apart.unit) == (True, 12, "%")
        assert apart.mean == pytest.approx((wide["scenario"] - wide["baseline"]).mean(), rel=1e-12)
        assert apart.p50 == pytest.approx(wide["scenario-baseline"].median(), rel=1e-12)
        assert found.difference("shortage_percent", arm="reserve", **WHERE).mean == pytest.approx(
            wide["policy:reserve-scenario"].mean(), rel=1e-12
        )


def test_results_are_compared_with_others(here: supplyrisk.Results, file: Path) -> None:
    whole = supplyrisk.run(file, **{"events.ban.share": 1.0})
    apart = whole.difference("shortage_percent", other=here, **WHERE)
    assert apart.paired
    gap = whole.values("shortage_percent", **WHERE) - here.values("shortage_percent", **WHERE)
    assert apart.mean == pytest.approx(gap.mean())
    assert whole.difference("shortage_percent", other=here, arm="baseline", **WHERE).mean == 0.0
    other = supplyrisk.run(file, seed=4, **SHARE)
    alone = other.difference("shortage_percent", other=here, **WHERE)
    assert not alone.paired
    assert "seeds differ" in alone.why
    assert "not paired: the seeds differ" in str(alone)


def test_nothing_meaningless_is_answered(here: supplyrisk.Results) -> None:
    for ask, told in (
        (
            lambda: here.values("shortage_percen", **WHERE),
            "there is no metric shortage_percen; did you mean shortage_perc",
        ),
        (lambda: here.values("shortage_percent"), "say which: product= one of crude_gallium, gallium_wafer"),
        (
            lambda: here.values("shortage_percent", product="wafer"),
            "not reported for product wafer; known are crude_gallium, gallium_wafer",
        ),
        (lambda: here.values("shortage_percent", arm="reserv", **WHERE), "no arm reserv; did you mean reserve"),
        (lambda: here.difference("shortage_percent", to="scenario", **WHERE), "can't be compared with itself"),
        (lambda: here.summary(country="JP"), "there is no column country"),
        (lambda: here.series("price_spot_indx"), "no series price_spot_indx; did you mean price_spot_index"),
        (lambda: here.figure("price_fans"), "there is no figure price_fans; did you mean price_fan"),
        (lambda: here.figure("licence_office"), "hold nothing that licence_office could draw"),
        (lambda: here.report(), "held in memory; results.save"),
    ):
        with pytest.raises(SupplyriskError, match=told):
            ask()


def test_figures_and_words(here: supplyrisk.Results, typed: supplyrisk.Results) -> None:
    assert set(here.figures) == set(typed.figures) >= {"price_fan", "shortage_fan"}
    drawn = here.figure("price_fan")
    assert type(drawn).__name__ == "Figure"
    assert drawn.axes
    assert here.answer() == typed.answer()
    shown = here._repr_html_()
    assert here.title in shown
    assert "<ul>" in shown
    assert "12 runs x 3 arms, in memory" in repr(here)


def test_temporary_files_go_with_the_results() -> None:
    found = supplyrisk.run(SCENARIO, runs=2)
    files = found._source.files()
    assert (files / "series.parquet").exists()
    del found
    gc.collect()
    assert not files.parent.exists()


def test_a_batch_that_would_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setattr(held, "MOST_BYTES", 1000)
    with pytest.raises(SupplyriskError, match="12 runs are too many to be held in memory; give a run folder: out="):
        supplyrisk.run(file)


def test_options_are_checked(file: Path, tmp_path: Path) -> None:
    for given, told in (
        ({"pool": "thread"}, "pool='thread': there are threads, processes"),
        ({"pool": "processes"}, "give out="),
        ({"engine": "fast"}, "engine='fast': there are auto, reference, batch"),
        ({"keep_series": "some"}, "keep_series='some': there are all, quantiles, none"),
        ({"workers": 0}, "workers=0"),
        ({"runs": 0}, "monte_carlo.runs: "),
        ({"sampler": "sobl"}, "did you mean sobol"),
    ):
        with pytest.raises(SupplyriskError, match=told):
            supplyrisk.run(file, **given)
    assert not list(tmp_path.iterdir())


def test_overrides_are_told_as_a_file_would_be(tmp_path: Path) -> None:
    wrong = {
        "events.bann.share": (0.5, "no item is named bann; did you mean ban"),
        "events.ban.shar": (0.5, r"events\[0\].shar: unknown key \(got shar\); did you mean share"),
        "evnts": ([], r"evnts: unknown key \(got evnts\); did you mean events"),
        "events.ban.share": (5, r"events\[0\].share: must be between 0 and 1 \(got 5\); did you mean 5 %"),
        "world": ("galium", r"no such world \(got galium\); did you mean gallium"),
        "title": (object(), "can't stand in a scenario"),
        "horizon.years": (float("nan"), "can't stand in a scenario"),
    }
    for path, (value, told) in wrong.items():
        with pytest.raises(SupplyriskError, match=f"^override {path.split('[')[0]}.*{told}"):
            supplyrisk.load_scenario(SCENARIO, **{path: value})
    with pytest.raises(Problems) as both:
        supplyrisk.load_scenario(SCENARIO, **{"events.ban.shar": 1, "evnts": 1})
    assert len(both.value.problems) == 2
    by_file = tmp_path / "wrong.yaml"
    by_file.write_text(SCENARIO.replace("origins: CN", "origins: CN, share: 5"), encoding="utf-8")
    with pytest.raises(Problems) as found:
        supplyrisk.load_scenario(by_file)
    with pytest.raises(Problems) as set_:
        supplyrisk.load_scenario(SCENARIO, **{"events.ban.share": 5})
    assert [p.message for p in found.value.problems] == [p.message for p in set_.value.problems]


def test_values_of_python_become_values_of_a_file() -> None:
    loaded = supplyrisk.load_scenario(
        SCENARIO,
        **{
            "events.ban.share": {"uniform": [np.float64(0.2), 0.6]},
            "events.ban.start": dt.date(2026, 4, 1),
            "events.ban.origins": ("CN",),
            "question": "Who, “exactly”?",
        },
    )
    assert loaded.question == "Who, “exactly”?"
    (ban,) = [event for event in loaded.resolved.events if event.type == "export_ban"]
    assert ban.start_day == 90
    assert [c.args for c in loaded.resolved.sampled if c.name.startswith("events")] == [(0.2, 0.6)]
    assert api_scenario.sets_of({"a": None, "b": True, "c": 1e-7}) == ["a=", "b=true", "c=1e-07"]
    again = loaded.override(**{"events.ban.start": "2026-05-01"})
    assert again.overrides["events.ban.origins"] == ("CN",)
    assert supplyrisk.load_scenario(again.text).resolved.events == again.resolved.events


def test_a_scenario_says_what_it_is(file: Path) -> None:
    loaded = supplyrisk.load_scenario(file)
    assert (loaded.name, loaded.worlds) == ("ban", ("gallium",))
    assert loaded.arms == ("baseline", "scenario", "policy:reserve")
    assert "China stops exports" in repr(loaded)
    assert "<pre" in loaded._repr_html_()
    assert {"name", "central"} <= set(loaded.uncertain)
    two = loaded.override(world=["gallium", "germanium"], policies=None)
    with pytest.raises(SupplyriskError, match=r'names 2 worlds \(gallium, germanium\); choose one, as world="gallium"'):
        supplyrisk.run(two)


def test_a_world_is_a_table_with_sources() -> None:
    numbers = supplyrisk.load_world("gallium").numbers()
    assert (numbers["source"] != "").all()
    made = numbers[numbers["parameter"] == "output_t_per_year"]
    assert set(made["country"]) >= {"CN", "JP"}
    assert (made["value"] >= 0.0).all()
    assert (numbers["low"].isna() | (numbers["low"] <= numbers["value"])).all()
    with pytest.raises(Problems, match="did you mean gallium"):
        supplyrisk.load_world("galium")


def test_folders_that_are_no_results_are_told(tmp_path: Path, file: Path) -> None:
    with pytest.raises(SupplyriskError, match="is not a folder"):
        supplyrisk.open_run(tmp_path / "nothing")
    with pytest.raises(SupplyriskError, match="holds no manifest"):
        supplyrisk.open_run(tmp_path)
    several = tmp_path / "several"
    words = ["run", str(file), "--set", "world=[gallium, germanium]", "--set", "policies=", "-n", "1", "--no-report"]
    assert CliRunner().invoke(main, [*words, "-q", "--out", str(several)]).exit_code == 0
    with pytest.raises(SupplyriskError, match=r"a run folder for each world: open .*gallium or .*germanium"):
        supplyrisk.open_run(several)
    assert supplyrisk.open_run(several / "gallium").finished == 1


def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys, supplyrisk\n"
        "assert not {m for m in sys.modules if m.startswith('supplyrisk.')}, sys.modules\n"
        "assert 'numpy' not in sys.modules\n"
        "assert set(supplyrisk.__all__) <= set(dir(supplyrisk))\n"
        "supplyrisk.load_scenario\n"
        "assert not {'pandas', 'matplotlib', 'numba', 'pyarrow'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there_and_says_what_it_does() -> None:
    for name in supplyrisk.__all__:
        assert getattr(supplyrisk, name).__doc__, name
    assert len(supplyrisk.EVENT_TYPES) > 20
    with pytest.raises(AttributeError, match="has no attribute rum"):
        supplyrisk.__getattr__("rum")


def test_an_unfinished_folder_is_told(tmp_path: Path, typed: supplyrisk.Results) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(typed.folder or Path(), folder)
    store = Store(folder)
    store.write_manifest({**store.manifest(), "status": "interrupted"})
    with pytest.raises(SupplyriskError, match=r"is not finished \(it is interrupted\): .*resume"):
        supplyrisk.open_run(folder)
