"""run, resume, merge as typed: files that appear, words, exit codes."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.results.store import Store

TINY = Path(__file__).parent / "worlds" / "tiny"
TEXT = f"""# a comment that stays
title: China licenses metal
question: Who goes short?
world: {TINY}
horizon: {{start: 2025-01-01, end: 2025-10-31}}
events:
  - name: licences
    type: licence_regime
    products: metal
    origins: CN
    start: 2025-02-01
    capacity: 2 %
policies:
  reserve:
    events:
      - type: strategic_stockpile
        products: metal
        countries: JP
        target: 60 days
        initial: 60 days
monte_carlo: {{runs: 4, seed: 3}}
"""


@pytest.fixture
def call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "squeeze.yaml").write_text(TEXT)

    def invoke(*arguments):
        return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)

    return invoke


def run(call, out, *arguments):
    return call("run", "squeeze.yaml", "--out", out, "--engine", "reference", "--workers", 1, "--no-report", *arguments)


def hash_of(path):
    return json.loads((Path(path) / "manifest.json").read_text())["results_hash"]


def test_run_writes_tables_and_says_who_goes_short(call, tmp_path):
    done = run(call, "x")
    assert done.exit_code == 0, done.output
    names = {p.name for p in (tmp_path / "x").iterdir()}
    assert names == {
        "manifest.json",
        "scenario.yaml",
        "runs.parquet",
        "outcomes.parquet",
        "outcomes.csv",
        "series.parquet",
        "sources.csv",
        "summary.csv",
    }
    assert (tmp_path / "x" / "scenario.yaml").read_text() == TEXT
    assert "  - The quoted price of metal outside" in done.output
    assert done.output.rstrip().endswith("x")
    manifest = json.loads((tmp_path / "x" / "manifest.json").read_text())
    assert manifest["status"] == "finished"
    assert manifest["resolved"]["title"] == "China licenses metal"


def test_the_terminal_gives_the_answer_of_the_report(tmp_path):
    from supplyrisk.commands.shown import summary_lines
    from supplyrisk.experiment.batch import Options, run_batch
    from supplyrisk.report.run import open_run
    from supplyrisk.report.sentences import answer
    from supplyrisk.results.folder import create

    from tests import fakes

    options = Options(engine="tests.fakes:ENGINE", workers=1)
    lines = summary_lines(run_batch(fakes.scenario(runs=30), lambda: create(tmp_path / "x"), options))
    said = answer(open_run(tmp_path / "x"))
    assert lines[0] == "A fake scenario"
    assert lines[1].startswith("30 runs x 3 arms")
    assert lines[2] == "Outlook calm: nothing is in force but what the scenario says."
    assert said.headline in lines
    assert len(said.sentences) >= 3
    assert [line.removeprefix("  - ") for line in lines[lines.index(said.headline) + 1 :]] == [
        *said.sentences,
        *said.notes,
    ]
    assert "magnet" in said.headline


def test_default_folder_is_named_after_scenario_and_time(call, tmp_path):
    done = call("run", "squeeze.yaml", "--engine", "reference", "-w", 1, "-n", 1, "--no-report", "-q")
    (folder,) = (tmp_path / "outputs" / "squeeze").iterdir()
    assert done.output.strip() == str(folder.relative_to(tmp_path))
    assert folder.name.endswith("Z")


def test_never_overwrites_without_force(call, tmp_path):
    run(call, "x", "-n", 1)
    before = hash_of("x")
    refused = run(call, "x", "-n", 2)
    assert refused.exit_code == 2
    assert "--force" in refused.output
    assert hash_of("x") == before
    assert run(call, "x", "-n", 2, "--force").exit_code == 0
    assert hash_of("x") != before


def test_options_are_part_of_the_scenario_as_run(call, tmp_path):
    run(call, "x", "-n", 2, "--seed", 9, "--sampler", "sobol", "--set", "events.licences.capacity=10 %")
    text = (tmp_path / "x" / "scenario.yaml").read_text()
    assert "with --set events.licences.capacity=10 %" in text
    (tmp_path / "again.yaml").write_text(text)
    again = call("run", "again.yaml", "--out", "y", "--engine", "reference", "-w", 1, "--no-report")
    assert again.exit_code == 0, again.output
    assert hash_of("y") == hash_of("x")


def test_a_run_folder_can_be_run_again(call):
    run(call, "x", "-n", 2)
    done = call("run", "x", "--out", "y", "--engine", "reference", "-w", 1, "--no-report")
    assert done.exit_code == 0, done.output
    assert hash_of("y") == hash_of("x")


def test_engines_give_the_same_tables(call):
    run(call, "x", "-n", 2)
    done = call("run", "squeeze.yaml", "-n", 2, "--out", "y", "--engine", "batch", "-w", 1, "--no-report")
    assert done.exit_code == 0, done.output
    assert hash_of("y") == hash_of("x")


def test_shards_and_merge(call):
    run(call, "whole")
    for i in (1, 2):
        assert run(call, f"s{i}", "--shard", f"{i}/2").exit_code == 0
    done = call("merge", "s1", "s2", "--out", "all", "--no-report")
    assert done.exit_code == 0, done.output
    assert hash_of("all") == hash_of("whole")


def test_resume_of_a_finished_and_of_an_unfinished_batch(call, tmp_path):
    run(call, "x")
    done = call("resume", "x")
    assert done.exit_code == 0
    assert "is finished" in done.output
    run(call, "s1", "--shard", "1/2")
    call("merge", "s1", "--out", "half", "--no-report")
    assert json.loads((tmp_path / "half" / "manifest.json").read_text())["status"] == "interrupted"
    done = call("resume", "half", "--engine", "reference", "-w", 1, "--no-report")
    assert done.exit_code == 0, done.output
    assert hash_of("half") == hash_of("x")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resume", "nowhere"], "not a run folder"),
        (["merge", "nowhere", "--out", "y"], "not a run folder"),
        (["run", "squeeze.yaml", "--shard", "3/2"], "meant is I/N"),
        (["run", "squeeze.yaml", "--until-precision", "2"], "such as 2%"),
        (["run", "squeeze.yaml", "--until-precision", "2%", "--shard", "1/2"], "don't go together"),
        (["run", "squeeze.yaml", "--trace"], "need --only-run"),
        (["run", "squeeze.yaml", "--only-run", "9"], "runs 0 to 3"),
        (["run", "squeeze.yaml", "--set", "horizn.start=2025-01-01"], "horizn"),
        (["run", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_mistakes_are_one_plain_line(call, tmp_path, arguments, message):
    done = call(*arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output
    assert {p.name for p in tmp_path.iterdir()} == {"squeeze.yaml"}


def test_one_run_alone_with_its_trace(call, tmp_path):
    run(call, "x")
    done = run(call, "one", "--only-run", 2, "--trace")
    assert done.exit_code == 0, done.output
    alone = pd.read_parquet(tmp_path / "one" / "outcomes.parquet")
    whole = pd.read_parquet(tmp_path / "x" / "outcomes.parquet")
    assert alone.value.equals(whole[whole.run == 2].value.reset_index(drop=True))
    trace = pd.read_parquet(tmp_path / "one" / "trace.parquet")
    assert set(trace.arm) == {"baseline", "scenario", "policy:reserve"}
    assert (trace[trace.event == "market"].groupby("arm", observed=True).size() == 43).all()
    assert (trace.day.diff()[trace.arm == trace.arm.shift()] >= 0).all()
    review = trace[trace.event == "review done"]
    assert len(review) > 0
    assert set(review.origin) == {"CN"}
    assert pd.read_csv(tmp_path / "one" / "trace.csv").shape == trace.shape


def test_following_a_shipment(call):
    listed = run(call, "x", "--only-run", 0, "--follow", "?")
    assert listed.exit_code == 0, listed.output
    name = listed.output.splitlines()[1].strip().split(": ")[0]
    life = run(call, "x", "--only-run", 0, "--follow", name)
    assert life.exit_code == 0, life.output
    assert "review done" in life.output
    assert "2025 (day" in life.output
    wrong = run(call, "x", "--only-run", 0, "--follow", "metal:CN>JO/3")
    assert wrong.exit_code == 2
    assert "did you mean metal:CN>JP" in wrong.output


def test_nothing_happens_is_said(call, tmp_path):
    text = TEXT.split("events:")[0] + "monte_carlo: {runs: 2}\n"
    (tmp_path / "squeeze.yaml").write_text(text)
    done = run(call, "x")
    assert done.exit_code == 0, done.output
    assert "There are no events, and nothing happens." in done.output


def test_a_failed_batch_has_an_exit_code(call, tmp_path, monkeypatch):
    from supplyrisk.engines.simpy_engine import ReferenceEngine
    from supplyrisk.errors import RunFailed

    def fail(*_, **__):
        raise RunFailed("stocks went negative")

    monkeypatch.setattr(ReferenceEngine, "run", fail)
    done = run(call, "x")
    assert done.exit_code == 1
    assert "no run finished" in done.output
    assert "4 failed" in done.output
    assert Store(tmp_path / "x").manifest()["counts"]["failed"] == 4


def test_one_failed_run_among_others_is_no_success(call, tmp_path, monkeypatch):
    from supplyrisk.engines.simpy_engine import ReferenceEngine
    from supplyrisk.errors import RunFailed

    whole = ReferenceEngine.run

    def fail_once(self, model, arm, run, seed, values, trace=False):
        if run == 1:
            raise RunFailed("stocks went negative")
        return whole(self, model, arm, run, seed, values, trace)

    monkeypatch.setattr(ReferenceEngine, "run", fail_once)
    done = run(call, "x")
    assert done.exit_code == 1
    assert "runs failed and are left out of all numbers" in done.output
    assert "stocks went negative" in done.output


def test_several_worlds_are_run_each(call, tmp_path):
    import shutil

    shutil.copytree(TINY, tmp_path / "second")
    (tmp_path / "squeeze.yaml").write_text(TEXT.replace(f"world: {TINY}", f"world: [{TINY}, {tmp_path / 'second'}]"))
    done = run(call, "x", "-n", 1)
    assert done.exit_code == 0, done.output
    assert {p.name for p in (tmp_path / "x").iterdir() if p.is_dir()} == {"tiny", "second"}
    manifest = json.loads((tmp_path / "x" / "manifest.json").read_text())
    assert manifest["worlds"] == ["tiny", "second"]
    assert manifest["status"] == "finished"
