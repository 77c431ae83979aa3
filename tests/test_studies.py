"""Studies: files and their faults, cells on the same draws, equal ones once, killed and resumed, tables, page, schema."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path

import jsonschema
import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.errors import SupplyriskError
from supplyrisk.experiment.batch import Options, run_batch
from supplyrisk.experiment.pools import Here
from supplyrisk.language.text import parse_text
from supplyrisk.results.folder import contents, create
from supplyrisk.results.store import Store
from supplyrisk.spec.load import read_scenario
from supplyrisk.studies import lab as lab_room
from supplyrisk.studies import run as run_room
from supplyrisk.studies.axis import number_of, spread, unit_of
from supplyrisk.studies.found import statistics
from supplyrisk.studies.kind import is_study
from supplyrisk.studies.load import read_study
from supplyrisk.studies.registry import study_types
from supplyrisk.studies.run import StudyOptions
from supplyrisk.studies.schema import STUDY_SCHEMA_FILE, study_schema, study_schema_text

from .spec_files import put
from .study_files import SHORT, SWEEP, faults, run, study

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "scenarios" / "studies").glob("*.yaml"))


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("swept")
    loaded = study(folder, SWEEP)
    return run(loaded, folder / "out", StudyOptions(engine="reference", workers=1))


def cells(outcome):
    return pd.read_parquet(outcome.store.path / "cells.parquet")


# --- files ------------------------------------------------------------------------------------------


def test_every_fault_is_told_at_once_with_its_place(tmp_path):
    text = SWEEP.replace("outcomes: [shortage_unserved_weeks, price_paid_peak_index]", "outcomes: [shortage_weeks]")
    text = text.replace("runs: 3", "runz: 3\nplaces: [JP, XX]")
    assert [fault.split("; ")[0] for fault in faults(tmp_path, text)] == [
        "study.yaml:8:12: outcomes[0]: unknown outcome (got shortage_weeks)",
        "study.yaml:9:1: runz: unknown key (got runz)",
        "study.yaml:10:14: places[1]: unknown place (got XX)",
    ]


def test_a_wrong_value_is_told_where_the_study_says_it(tmp_path):
    text = SWEEP.replace("12 weeks", "12 wekks").replace("20 weeks", "never")
    found = faults(tmp_path, text)
    assert [re.match(r"study\.yaml:7:\d+", fault)[0] for fault in found] == ["study.yaml:7:23", "study.yaml:7:33"]
    assert "did you mean weeks" in found[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("study: sweep", "study: swep", "study.yaml:1:8: study: unknown type of study (got swep); did you mean sweep"),
        ("scenario: s.yaml\n", "", "has no key scenario, which is needed"),
        ("s.yaml", "gone.yaml", "study.yaml:3:11: scenario: gone.yaml no such file"),
        ("events.ban.duration", "events.bann.duration", "no item is named bann; did you mean ban"),
        ("events.ban.duration", "monte_carlo.runs", "is not varied by a study"),
        ("values: [4 weeks, 12 weeks, 20 weeks]", "range: {low: 9 weeks, high: 2 months}", "must be in the same unit as low"),
        ("values: [4 weeks, 12 weeks, 20 weeks]", "range: {low: 9 weeks, high: 2 weeks}", "must be more than low"),
        ("values: [4 weeks, 12 weeks, 20 weeks]", "note: nothing", "needs either values (a list) or range"),
        ("runs: 3", "points: 8", "is not read in a grid"),
        ("runs: 3", "arms: [reserv]", "no such arm (got reserv); did you mean reserve"),
    ],
)  # fmt: skip
def test_faults(tmp_path, old, new, said):
    assert old in SWEEP
    found = faults(tmp_path, SWEEP.replace(old, new))
    assert any(said in fault for fault in found), found


def test_faults_of_the_scenario_are_those_of_the_scenario(tmp_path):
    found = faults(tmp_path, SWEEP, SHORT.replace("type: export_ban", "type: export_bann"))
    assert any(fault.startswith("s.yaml:") and "export_ban" in fault for fault in found)


def test_a_scenario_may_stand_in_the_study(tmp_path):
    indented = "\n".join(f"  {line}" for line in SHORT.splitlines())
    inside = study(tmp_path, SWEEP.replace("scenario: s.yaml", f"scenario:\n{indented}"))
    beside = study(tmp_path, SWEEP)
    assert run(inside, tmp_path / "a").manifest["results_hash"] == run(beside, tmp_path / "b").manifest["results_hash"]


def test_the_commands_know_studies(tmp_path):
    put(tmp_path, SHORT)
    file = put(tmp_path, SWEEP, "study.yaml")
    assert is_study(file)
    assert not is_study(tmp_path / "s.yaml")
    said = CliRunner().invoke(main, ["check", str(file), str(tmp_path / "s.yaml")])
    assert said.exit_code == 0, said.output
    assert "fine (study sweep; about 3 cells)" in said.output
    told = CliRunner().invoke(main, ["explain", str(file)]).output
    assert "Varies length (events.ban.duration): 4 weeks, 12 weeks, 20 weeks." in told
    told = CliRunner().invoke(main, ["run", str(file), "--out", str(tmp_path / "o")])
    assert (told.exit_code, "is a study, not a scenario" in told.output) == (2, True)
    wrong = CliRunner().invoke(main, ["study", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "o")])
    assert (wrong.exit_code, "has no key study" in wrong.output) == (2, True)
    put(tmp_path, SWEEP.replace("sweep", "swoop", 1), "study.yaml")
    wrong = CliRunner().invoke(main, ["study", str(file), "--out", str(tmp_path / "o")])
    assert wrong.exit_code == 2
    assert not (tmp_path / "o").exists()


def test_ranges_are_in_their_unit():
    assert spread("1 month", "3 months", 5) == ["1 month", "1.5 months", "2 months", "2.5 months", "3 months"]
    assert spread("2026-01-01", "2026-03-02", 3) == ["2026-01-01", "2026-01-31", "2026-03-02"]
    assert [unit_of(text) for text in ("5 %", "3 weeks", "CN", "[1, 2]")] == ["%", "weeks", None, None]
    assert np.isnan(number_of("CN"))


# --- cells ------------------------------------------------------------------------------------------


def test_a_cell_is_the_run_of_its_scenario_bit_by_bit(tmp_path, swept):
    """Draws are keyed by names: an arm computed alone has the outcomes it has in `run`."""
    put(tmp_path, SHORT)
    scenario = read_scenario(tmp_path / "s.yaml", ["events.ban.duration=12 weeks", "monte_carlo.runs=3"]).scenarios[0]
    outcome = run_batch(scenario, lambda: create(tmp_path / "run"), Options(engine="reference", workers=1))
    whole = pd.read_csv(outcome.store.path / "summary.csv")
    few = cells(swept).query("length == '12 weeks' and statistic == 'median'")
    columns = ["metric", "product", "place", "end_use", "arm"]
    both = few.rename(columns={"outcome": "metric"}).astype(dict.fromkeys(columns, str)).merge(
        whole.astype({"end_use": str}), on=columns, validate="1:1"
    )  # fmt: skip
    assert len(both) == len(few) > 50
    assert set(both["arm"]) == {
        "baseline",
        "scenario",
        "policy:reserve",
        "scenario-baseline",
        "policy:reserve-scenario",
    }
    assert np.array_equal(both["value"], both["p50"], equal_nan=True)
    assert np.array_equal(both["hi"], both["p90"], equal_nan=True)


def test_equal_cells_are_computed_once(tmp_path, monkeypatch):
    """The baseline does not know the ban: of three lengths, one of them twice, there are 2 x 2 + 1 different arms."""
    jobs = []
    compute = lab_room.compute
    monkeypatch.setattr(lab_room, "compute", lambda job: jobs.append(job) or compute(job))
    text = SWEEP.replace("[4 weeks, 12 weeks, 20 weeks]", "[4 weeks, 12 weeks, 28 days]")
    outcome = run(study(tmp_path, text), tmp_path / "out")
    assert outcome.manifest["counts"]["units"] == len(jobs) == 5
    found = cells(outcome).query("statistic == 'median' and arm == 'scenario'")
    first, last = (found[found.cell == n]["value"].to_numpy() for n in (0, 2))
    assert np.array_equal(first, last, equal_nan=True)


def test_a_closed_form_comes_out(tmp_path):
    """Concentration of producers is the sum of squared shares, whatever else a run does."""
    text = """\
study: sweep
title: Concentration
scenario: s.yaml
over: [{path: baseline.shares.metal.CN, range: {low: 50 %, high: 90 %, steps: 3}}]
outcomes: supplier_hhi
arms: baseline
places: world
runs: 2
"""
    calm = SHORT.replace("outlook:\n  demand_growth: {cars: 3 %/yr}\n", "outlook: calm\n")
    found = cells(run(study(tmp_path, text, calm), tmp_path / "out"))
    rows = found.query("outcome == 'supplier_hhi' and product == 'metal' and statistic == 'mean'").sort_values("cell")
    assert rows["value"].to_numpy() == pytest.approx([0.5**2 + 0.5**2, 0.7**2 + 0.3**2, 0.9**2 + 0.1**2], rel=1e-3)


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_designs_spread_their_points(tmp_path, design):
    text = SWEEP.replace("values: [4 weeks, 12 weeks, 20 weeks]", "range: {low: 4 weeks, high: 20 weeks}")
    loaded = study(tmp_path, text.replace("runs: 3", f"design: {design}\npoints: 16\nruns: 1"))
    lengths = np.sort([cell.numbers["length (weeks)"] for cell in loaded.spec.cells(loaded)])
    assert np.array_equal(np.floor((lengths - 4) / 1.0), np.arange(16))  # one point in each sixteenth


def test_a_design_tells_what_moves_the_outcomes(tmp_path):
    """Of three things one does nothing: that of a rule that never comes into force."""
    text = """\
study: sweep
title: What matters
scenario: s.yaml
over:
  - {path: events.ban.duration, name: length, range: {low: 4 weeks, high: 30 weeks}}
  - {path: policies.reserve.events.strategic_stockpile.target, name: reserve, range: {low: 1 weeks, high: 9 weeks}}
design: lhs
points: 12
arms: scenario
outcomes: shortage_unserved_weeks
runs: 2
"""
    outcome = run(study(tmp_path, text), tmp_path / "out", StudyOptions("reference", workers=1))
    ranks = outcome.answer.tables[0].frame
    assert ranks["length"].iloc[0] > 0.9
    assert abs(ranks["reserve"].iloc[0]) < ranks["length"].iloc[0]
    assert any("rises most of all with length" in text for text in outcome.answer.sentences)
    assert (tmp_path / "out" / "figures" / "study_dots_shortage_unserved_weeks.png").exists()
    assert '"kind":"scatter"' in outcome.page.read_text(encoding="utf-8")


def test_of_three_things_two_are_drawn(tmp_path):
    text = SWEEP.replace("[4 weeks, 12 weeks, 20 weeks]", "[12 weeks, 20 weeks]")
    text = text.replace(
        "outcomes:",
        "  - {path: events.ban.probability, values: [50 %, 100 %]}\n"
        "  - {path: baseline.cover_weeks.part.US, name: cover, values: [4 weeks, 9 weeks]}\narms: scenario\noutcomes:",
    )
    outcome = run(study(tmp_path, text), tmp_path / "out", StudyOptions("reference", workers=1))
    assert outcome.manifest["counts"]["cells"] == 8
    drawn = pd.read_csv(tmp_path / "out" / "figures" / "study_heat_shortage_unserved_weeks.csv")
    assert len(drawn) == 4


def test_the_pool_and_the_chunks_leave_no_trace(tmp_path, swept, monkeypatch):
    monkeypatch.setattr(lab_room, "MOST_AT_ONCE", 2)
    other = run(
        study(tmp_path, SWEEP), tmp_path / "b", StudyOptions("reference", workers=2, pool="threads", page=False)
    )
    assert other.manifest["results_hash"] == swept.manifest["results_hash"]


def test_both_engines_give_the_same_cells(tmp_path, swept):
    other = run(study(tmp_path, SWEEP), tmp_path / "b", StudyOptions("batch", workers=1, page=False))
    assert other.manifest["engine"] == "batch"
    assert other.manifest["results_hash"] == swept.manifest["results_hash"]


def test_statistics_are_those_of_the_runs():
    values = np.array([[0.0, np.nan], [2.0, np.nan], [4.0, 1.0]])
    found = statistics(values)
    assert found.value[:, 0] == pytest.approx([2.0, 2.0, 2 / 3])
    assert found.value[:, 1] == pytest.approx([1.0, 1.0, 1.0])
    assert found.n.tolist() == [3.0, 1.0]
    assert found.high[1, 0] - found.value[1, 0] == pytest.approx(1.959964 * 2.0 / np.sqrt(3))
    assert (found.low[2, 0], found.high[2, 0]) == pytest.approx((0.2077, 0.9385), abs=1e-4)  # Wilson, 2 of 3


# --- interrupted ------------------------------------------------------------------------------------

VICTIM = """
import os, signal, sys
from pathlib import Path
from supplyrisk.results.folder import create
from supplyrisk.results.store import Store
from supplyrisk.studies.load import read_study
from supplyrisk.studies.run import StudyOptions, run_study

left = int(sys.argv[3])
write = Store.write_chunk

def kill(self, *given):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    write(self, *given)

Store.write_chunk = kill
out = Path(sys.argv[2])
run_study(read_study(sys.argv[1]), lambda: create(out), StudyOptions(engine="reference", workers=1, page=False))
"""


def test_killed_and_resumed_it_is_as_if_it_had_not_been(tmp_path, swept):
    loaded = study(tmp_path, SWEEP)
    out = tmp_path / "out"
    words = [sys.executable, "-c", VICTIM, str(loaded.path), str(out), "4"]
    env = os.environ | {"PYTHONPATH": str(ROOT / "sim")}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(Store(out).spans()) == 4
    damaged = next(Store(out).chunk_path(Store(out).spans()[1]).glob("outcomes.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    told = CliRunner().invoke(main, ["resume", str(out), "--engine", "reference", "--workers", "1", "--no-report"])
    assert told.exit_code == 0, told.output
    manifest = Store(out).manifest()
    assert manifest["results_hash"] == swept.manifest["results_hash"]
    assert not Store(out).chunks_path.exists()
    assert contents(out)[2] == []
    again = CliRunner().invoke(main, ["resume", str(out)])
    assert "is finished: 3 cells" in again.output


def test_a_study_that_changed_is_not_resumed(tmp_path, monkeypatch):
    loaded = study(tmp_path, SWEEP)

    def stop(*_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(lab_room, "compute", stop)
        with pytest.raises(KeyboardInterrupt, match="goes on from there"):
            run(loaded, tmp_path / "out")
    assert Store(tmp_path / "out").manifest()["status"] == "interrupted"
    put(tmp_path, SWEEP.replace("20 weeks", "21 weeks"), "study.yaml")
    told = CliRunner().invoke(main, ["resume", str(tmp_path / "out")])
    assert told.exit_code == 2
    assert "has changed since" in told.output


class Dying(Here):
    """A pool of two whose workers die now and then: all jobs under way fail together, as in a pool of processes."""

    workers = 2
    breaks_as_a_whole = True

    def __init__(self, deaths):
        super().__init__()
        self.deaths, self.calls, self.restarts = deaths, 0, 0
        self.under_way = []

    def call(self, function, *given):
        self.calls += 1
        future = Future()
        if self.calls in self.deaths:
            for each in (*self.under_way, future):
                each.set_exception(BrokenExecutor("gone"))
            self.under_way = []
        elif self.calls + 1 in self.deaths:
            self.under_way.append(future)  # still at work when the other dies
        else:
            future.set_result(function(*given))
        return future

    def restart(self):
        self.restarts += 1


def test_workers_that_die_cost_nothing(tmp_path, swept, monkeypatch):
    pool = Dying({3, 6})
    monkeypatch.setattr(run_room, "make_pool", lambda *_given: pool)
    outcome = run(study(tmp_path, SWEEP), tmp_path / "out")
    assert outcome.manifest["results_hash"] == swept.manifest["results_hash"]
    assert pool.restarts == 2


def test_workers_that_always_die_end_the_study(tmp_path, monkeypatch):
    monkeypatch.setattr(run_room, "make_pool", lambda *_given: Dying(set(range(1, 100))))
    with pytest.raises(SupplyriskError, match="workers died 3 times at the same runs"):
        run(study(tmp_path, SWEEP), tmp_path / "out")


# --- what is written --------------------------------------------------------------------------------


def test_the_tables_are_tidy_and_agree(swept):
    folder = swept.store.path
    found = cells(swept)
    text = pd.read_csv(folder / "cells.csv", keep_default_na=False, na_values=[""])
    assert list(text.columns) == list(found.columns)
    assert len(text) == len(found) == swept.manifest["counts"]["rows"]
    assert np.allclose(text["value"], found["value"], equal_nan=True)
    assert list(found.columns[:4]) == ["cell", "length", "length (weeks)", "world"]
    keys = ["cell", "world", "arm", "outcome", "product", "place", "end_use", "statistic"]
    assert not found.duplicated(keys).any()
    assert contents(folder)[2] == []


def test_the_workbook_holds_numbers_and_charts(swept):
    book = openpyxl.load_workbook(swept.store.path / "study.xlsx")
    assert book.sheetnames[0] == "answer"
    assert book.sheetnames[-1] == "cells"
    table = book[swept.answer.tables[0].name]
    assert isinstance(table["B2"].value, (int, float))
    assert len(table._charts) == 1
    assert {type(row[1].value) for row in book["cells"].iter_rows(min_row=2, max_row=4)} == {str}


def test_the_page_stands_alone(swept):
    text = (swept.store.path / "study.html").read_text(encoding="utf-8")
    outside = text.replace("http://www.w3.org", "")
    assert not re.search(r"(src|href)=[\"']https?:|url\(https?:|@import", outside)
    assert "default-src 'none'" in text
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert data["kind"] == "curve"
    assert [cell["k"] for cell in data["cells"]] == [["4 weeks"], ["12 weeks"], ["20 weeks"]]
    found = cells(swept)
    metric, product, place, _ = data["columns"][0]
    assert metric == "shortage_unserved_weeks"  # as the study lists them
    arm = [name for name, _, _ in data["arms"]].index("scenario")
    shown = [next(row[1] for row in data["stats"][n][arm] if row[0] == 0) for n in range(3)]
    rows = found[(found.arm == "scenario") & (found.outcome == metric) & (found["product"] == product)]
    rows = rows[(rows.place == place) & (rows.statistic == "median") & (rows.end_use == "all")].sort_values("cell")
    assert shown == pytest.approx(rows["value"].tolist(), rel=1e-3)
    assert text.count("plotly.js") < 5  # the library lies in it compressed


def test_a_study_folder_is_no_run_folder(swept):
    for words in (["report"], ["run"], ["plot"]):
        told = CliRunner().invoke(main, [*words, str(swept.store.path)])
        assert told.exit_code == 2
        assert "holds a study, not a run" in told.output


def test_what_a_study_says_is_shown_literally(tmp_path):
    text = SWEEP.replace("How long the ban", "'<script>alert(1)</script> & =1+1'")
    outcome = run(study(tmp_path, text), tmp_path / "out", StudyOptions("reference", workers=1))
    page = outcome.page.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- types and schema -------------------------------------------------------------------------------


def test_every_type_is_declared_and_shipped():
    assert {read_study(path).spec.study for path in SHIPPED} <= set(study_types())
    for kind in study_types().values():
        assert kind.__doc__
        assert all(info.description for info in kind.model_fields.values())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_study_is_copied_with_its_scenario(path, tmp_path):
    mine = tmp_path / "mine.yaml"
    told = CliRunner().invoke(main, ["new", str(mine), "--from", path.stem])
    assert told.exit_code == 0, told.output
    assert f"study {mine}" in told.output
    assert mine.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema/study.schema.json\n")
    assert (tmp_path / "schema" / "study.schema.json").exists()
    copy, shipped = read_study(mine), read_study(path)
    assert [cell.keys for cell in copy.spec.trial(copy)] == [cell.keys for cell in shipped.spec.trial(shipped)]
    again = CliRunner().invoke(main, ["new", str(mine), "--from", path.stem])
    assert (again.exit_code, "stands there already" in again.output) == (2, True)


def test_shipped_studies_are_listed():
    told = CliRunner().invoke(main, ["scenarios"]).output
    assert all(path.stem in told for path in SHIPPED)


def test_the_committed_schema_is_current():
    committed = (ROOT / STUDY_SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == study_schema_text(), f"write it anew: supplyrisk schema --study -o {STUDY_SCHEMA_FILE}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_studies_fit_the_schema(path):
    document = study_schema()
    for kind in document["$defs"].values():  # the scenario's schema has a test of its own
        if "scenario" in kind.get("properties", {}):
            kind["properties"]["scenario"] = {"type": ["string", "object"]}
    jsonschema.Draft202012Validator.check_schema(document)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schema/study.schema.json\n")
    root = parse_text(text, path.name).plain()
    plain = json.loads(json.dumps(root))
    assert [error.message for error in jsonschema.Draft202012Validator(document).iter_errors(plain)] == []


def test_a_fault_is_one_in_an_editor_too():
    validator = jsonschema.Draft202012Validator(study_schema())
    assert not list(
        validator.iter_errors(
            {"study": "sweep", "title": "x", "scenario": "s.yaml", "over": [{"path": "a", "values": ["1"]}]}
        )
    )
    assert list(validator.iter_errors({"study": "sweep", "title": "x", "scenario": "s.yaml"}))
    assert list(validator.iter_errors({"study": "swoop", "title": "x"}))
