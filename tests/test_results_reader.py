"""One reader of run folders: a typed scenario, plain words for folders that are none, tables as they were written."""

import json
import math
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.results.reader import NotARunFolder, RunFolder, manifest_of, run_folders
from supplyrisk.spec.frozen import freeze
from supplyrisk.spec.resolved import Scenario

from tests import fakes
from tests.batch_runs import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reader") / "x"
    run(path, runs=12)
    return path


def opened(path: Path) -> RunFolder:
    return RunFolder(path, manifest_of(path))


def changed(folder: Path, to: Path, **keys: object) -> Path:
    shutil.copytree(folder, to)
    file = to / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | keys))
    return to


def test_the_scenario_comes_back_typed_and_whole(folder: Path) -> None:
    found = opened(folder)
    assert isinstance(found.scenario, Scenario)
    assert freeze(found.scenario) == json.loads((folder / "manifest.json").read_text())["resolved"]
    assert found.scenario.world == fakes.scenario(runs=12).world
    assert found.arms == tuple(arm.name for arm in found.scenario.arms)
    assert found.main_arm == "scenario"
    assert found.centrals == {column.name: column.central for column in found.sampled}
    assert (found.n_ok, found.n_failed, found.failure_messages) == (12, 0, [])
    assert found.text("scenario.yaml") == "title: x\n"
    assert found.text("nothing.yaml") == ""
    assert found.sources == ()


def test_tables_are_those_of_the_files(folder: Path) -> None:
    import pandas as pd

    found = opened(folder)
    stored = pd.read_parquet(folder / "outcomes.parquet")
    metric = str(stored["metric"].iloc[0])
    rows = found.outcomes(metric, ["scenario"])
    here = stored[(stored["metric"] == metric) & (stored["arm"] == "scenario")]
    assert rows["value"].tolist() == here["value"].tolist()
    assert found.stored_outcomes(None, 3)["run"].nunique() == 3
    assert len(found.summary) == len(stored.drop_duplicates(["arm", "metric", "product", "place", "end_use"]))
    assert [status for status, _ in found.messages] == found.runs["status"].astype(str).tolist()
    series = pd.read_parquet(folder / "series.parquet")
    name = str(series["variable"].iloc[0])
    fans = found.fans(name, "scenario")
    assert sum(fan.values.size for fan in fans.values()) == len(
        series[(series["variable"] == name) & (series["arm"] == "scenario") & series["quantile"].notna()]
    )
    assert not any(math.isnan(fan.at(0.5)[0]) for fan in fans.values())


def test_folders_that_are_none_are_told_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    for path, told in (
        (tmp_path / "nothing", "is not a folder"),
        (tmp_path, "is not a run folder: it holds no manifest.json"),
        (changed(folder, tmp_path / "old", format=0), "not the manifest of a run folder of this version"),
    ):
        with pytest.raises(NotARunFolder, match=told):
            run_folders(path)
    several = tmp_path / "several"
    several.mkdir()
    (several / "manifest.json").write_text(json.dumps({"format": 1, "worlds": ["a", "b"]}))
    with pytest.raises(NotARunFolder, match="names the worlds a, b, but holds no run of any of them"):
        run_folders(several)
    shutil.copytree(folder, several / "b")
    assert run_folders(several) == [several / "b"]
    assert run_folders(folder) == [folder]
    begun = tmp_path / "begun"
    begun.mkdir()
    (begun / "manifest.json").write_text(json.dumps({"format": 1, "status": "emptied"}))
    with pytest.raises(NotARunFolder, match="holds no runs yet"):
        run_folders(begun)
    # Run again, they are told the same, without a traceback.
    for path, told in ((begun, "holds no runs yet"), (several, "a run folder for each world: run .*b again")):
        done = CliRunner().invoke(main, ["run", str(path), "--out", str(tmp_path / "again")])
        assert done.exit_code == 2, done.output
        assert not isinstance(done.exception, KeyError)
        assert told.partition(".*")[0] in done.output
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("broken", [{"title": "x"}, {"name": 1}, {"world": None}, [], {"start": "soon"}])
def test_a_scenario_of_another_version_is_told(folder: Path, tmp_path: Path, broken: object) -> None:
    whole = json.loads((folder / "manifest.json").read_text())["resolved"]
    resolved = broken if not isinstance(broken, dict) or "title" in broken else whole | broken
    if isinstance(broken, dict) and "name" in broken:
        del resolved["world"]
    path = changed(folder, tmp_path / "x", resolved=resolved)
    with pytest.raises(
        NotARunFolder, match=r"the scenario in its manifest is not one of this version .*; run it again"
    ):
        _ = opened(path).scenario
