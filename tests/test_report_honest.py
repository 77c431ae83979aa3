"""A report says where its numbers come from, how the model did on this very kind of case, and when events end."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.report import history, style
from supplyrisk.report.build import build_report
from supplyrisk.report.drivers import input_label
from supplyrisk.report.figures.flows import _key
from supplyrisk.report.run import Run, open_run
from supplyrisk.report.sketch import event_groups
from supplyrisk.report.tables import assumptions, confidence_counts
from supplyrisk.report.timeline import timeline
from supplyrisk.spec.load import read_scenario
from supplyrisk.spec.parameter_labels import LABELS
from supplyrisk.spec.parameters import PARAMETERS
from supplyrisk.spec.provenance import COLUMNS, SCENARIO_FILE, sources
from supplyrisk.spec.worldfile import SHIPPED, tables_of

from tests.report_runs import make_run_folder
from tests.test_report_build import only

SCENARIO = """
title: Our own gallium
world: ./gallium
horizon: {start: 2026-01-01, years: 1}
outlook: calm
baseline:
  shares: {pure_gallium: {JP: 25 %}}
  cover_weeks:
    gallium_wafer:
      JP: {value: 9 weeks, source: our survey, confidence: medium}
      US: 7 weeks
  utilisation: {gallium_wafer: {scale: 0.9}}
events:
  - {type: export_ban, name: halt, origins: CN, products: crude_gallium, start: 2026-03-01, duration: 60 days}
  - {type: suspension, events: halt, start: 2026-03-10, duration: 10 days}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a user's own world called gallium, whose sources are the user's."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(SHIPPED / "gallium", folder / "gallium")
    for file in tables_of(folder / "gallium"):
        rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        column = rows[0].index("source")
        for row in rows[1:]:
            row[column] = "our own records"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)
    (folder / "own.yaml").write_text(SCENARIO, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(own: Path) -> Run:
    call = [
        "run",
        str(own / "own.yaml"),
        "--runs",
        "2",
        "--out",
        str(own / "out"),
        "--engine",
        "reference",
        "--no-report",
    ]
    assert CliRunner().invoke(main, call).exit_code == 0
    return open_run(own / "out")


# --- sources ----------------------------------------------------------------------------------------


def test_sources_are_those_of_the_world_that_was_run(run: Run) -> None:
    by_world = [row for row in run.sources if row["stated_in"] == "world"]
    assert len(by_world) > 100
    assert {row["source"] for row in by_world} == {"our own records"}
    shown = {a.source for a in assumptions(run)}
    assert shown <= {"our own records", SCENARIO_FILE}
    assert sum(confidence_counts(run).values()) == len(run.sources)


def test_what_the_scenario_states_is_the_scenarios(own: Path) -> None:
    loaded = read_scenario(own / "own.yaml")
    rows = list(sources(loaded, loaded.resolutions[0]))
    cells = {(r.key[0], *r.key[1:]): r for r in rows}
    assert len(cells) == len(rows)  # every number once
    survey = cells["cover_weeks", "gallium_wafer", "JP", ""]
    assert (survey.value, survey.source, survey.confidence, survey.stated_in) == (
        9.0,
        "our survey",
        "medium",
        "scenario",
    )
    bare = cells["cover_weeks", "gallium_wafer", "US", ""]
    assert (bare.value, bare.source, bare.confidence) == (7.0, SCENARIO_FILE, "not stated")
    scaled = next(r for r in rows if r.key[:2] == ("utilisation", "gallium_wafer"))
    assert "scaled by the scenario file" in scaled.note
    moved = cells["output_t_per_year", "pure_gallium", "JP"]
    assert "moved by the scenario's shares" in moved.note
    held = loaded.resolutions[0].after
    assert all(r.value == pytest.approx(held[r.key]) for r in rows if r.key in held)
    assert all(len(r.cells) == len(COLUMNS) for r in rows)


def test_a_folder_without_sources_says_so(tmp_path: Path) -> None:
    run = open_run(make_run_folder(tmp_path / "run", runs=3, days=100, arms=("baseline", "scenario")))
    assert {a.source for a in assumptions(run)} == {"not kept with this run"}
    assert confidence_counts(run) == {}


# --- words ------------------------------------------------------------------------------------------


def test_every_parameter_has_a_label_of_plain_words() -> None:
    assert set(LABELS) == {parameter.name for parameter in PARAMETERS}
    labels = [parameter.label for parameter in PARAMETERS]
    assert len(set(labels)) == len(labels)
    for label in labels:
        assert label
        assert "_" not in label
        assert not {"elasticity", "exponent", "cv", "coefficient"} & set(label.split())


def test_reports_call_parameters_by_their_labels(run: Run) -> None:
    assert input_label(run, "cover_weeks.gallium_wafer.JP").startswith("users' stocks")
    assert input_label(run, "stock_response") == "how far users run down stocks when prices rise"


# --- the past ---------------------------------------------------------------------------------------

EPISODES = [
    {
        "title": "A",
        "products": ["a1", "a2"],
        "kinds": ["licence"],
        "hits": 1,
        "targets": 6,
        "misses": [],
    },
    {"title": "B", "products": ["b1"], "kinds": ["quota"], "hits": 5, "targets": 5, "misses": ["x"]},
]


class _Event:
    def __init__(self, ops: tuple[str, ...]) -> None:
        self.ops = ops


class _Run:
    def __init__(self, products: tuple[str, ...], ops: tuple[str, ...]) -> None:
        self.products = products
        self.scenario_events = (_Event(ops),)
        self.world = SimpleNamespace(title="its world", name="w")


@pytest.mark.parametrize(
    ("products", "ops", "said", "near"),
    [
        (("a1",), ("licence",), "this kind of event (export licences) the median run hit 1 of 6", ["A"]),
        (("a1",), ("close",), "No past episode of this mineral and this kind of event (stops of exports)", ["A"]),
        (("b1",), ("quota",), "chosen with past episodes in view, so that this is no test", ["B"]),
        (("c1",), ("licence",), "No past episode of this mineral was held against the model", []),
    ],
)
def test_the_record_is_that_of_this_mineral_and_event(
    monkeypatch: pytest.MonkeyPatch, products: tuple[str, ...], ops: tuple[str, ...], said: str, near: list[str]
) -> None:
    monkeypatch.setattr(history, "read_record", lambda: {"episodes": EPISODES})
    runs: Any = [_Run(products, ops)]
    found = history.history(runs)
    assert found is not None
    assert said in " ".join(found.sentences)
    assert [e["title"] for e in found.near] == near
    assert "6 of 11" not in found.sentences[0]


def test_the_packaged_record_knows_every_shipped_episode() -> None:
    record = history.read_record()
    assert record is not None
    told = record["episodes"]
    assert len(told) == 8
    assert (sum(e["hits"] for e in told), sum(e["targets"] for e in told)) == (record["hits"], record["targets"])
    products = {p["id"] for p in _shipped_products()}
    for episode in record["episodes"]:
        assert set(episode["products"]) <= products
        assert set(episode["kinds"]) <= set(history.KINDS)


def _shipped_products() -> list[dict[str, Any]]:
    from ruamel.yaml import YAML

    files = sorted(SHIPPED.glob("*/world.yaml"))
    return [product for file in files for product in YAML(typ="safe").load(file.read_text())["products"]]


# --- ends -------------------------------------------------------------------------------------------


def test_ends_are_rows_of_the_timeline_and_marks(run: Run) -> None:
    rows = [(m.when, m.text) for m in timeline(run) if m.kind == "event"]
    assert ("30 Apr 2026", "The export ban “halt” ends") in rows
    assert ("20 Mar 2026", "The suspension ends, and the export ban “halt” is in force again") in rows
    marks = {date.isoformat(): text for date, text in event_groups(run)}
    assert marks["2026-03-01"] == "halt"
    assert marks["2026-04-30"] == "end of halt"
    assert marks["2026-03-20"] == "end of suspension"


# --- no country is built in -------------------------------------------------------------------------


def test_a_world_without_china_has_its_own_zones_in_figures_and_words(tmp_path: Path) -> None:
    path = make_run_folder(tmp_path / "run", runs=3, days=200, arms=("baseline", "scenario"))
    file = path / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    names = manifest["resolved"]["world"]["country_names"]
    names["CN"] = "Ruritania"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    html = build_report(only(path, "price_fan", "flows"), excel=False).read_text(encoding="utf-8")
    without_events = html.replace("From 4 April 2025 China licenses", "")
    title_free = without_events.replace(manifest["title"], "").replace(manifest["question"], "")
    figures = title_free[title_free.index('id="figures"') : title_free.index('id="assumed"')]
    assert "China" not in figures
    assert "Purple leaves Ruritania, green leaves the countries outside Ruritania" in figures


def test_zones_are_told_apart_whatever_they_are_called() -> None:
    zones = ("north", "south", "islands")
    assert len({style.zone_colour(z, zones) for z in zones}) == 3
    assert len({str(style.zone_dash(z, zones)) for z in zones}) == 3
    assert style.country_colour("X", {"X": "south"}, zones) == style.zone_colour("south", zones)


def test_the_key_of_flows_names_the_zones(run: Run) -> None:
    assert _key(run) == "Purple leaves China, green leaves the countries outside China"
