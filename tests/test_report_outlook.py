"""The report of a scenario on `today`: what it was laid on, the lead-in beside records, counts from the start."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from supplyrisk.experiment.batch import Options, run_batch
from supplyrisk.report.build import build_report
from supplyrisk.report.case import METRIC, the_case, weeks_lost
from supplyrisk.report.run import Run, open_run
from supplyrisk.report.sentences import answer
from supplyrisk.results.folder import create
from supplyrisk.spec.load import text_scenario

TEXT = """
title: A stop on top of what is in force
world: bismuth
horizon: {start: 2026-07-01, years: 0.5}
outlook: {base: today, simulate_from: 2025-01-03}
baseline: {error_level: 0, error_weekly: 0}
monte_carlo: {runs: 2}
events:
  - {type: export_ban, origins: CN, products: bismuth_metal, start: 2026-10-01}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "today"
    scenario = text_scenario(TEXT, Path("today.yaml")).scenarios[0]
    run_batch(scenario, lambda: create(folder), Options(engine="reference", workers=1))
    build_report(folder)
    return open_run(folder)


def test_it_says_what_it_was_laid_on(run: Run) -> None:
    said = "Outlook today: the rules in force and the projects under way on 26 Nov 2026, in every arm; simulated from 1 Jan 2025"
    for page in ("report.html", "report.md"):
        assert said in (run.path / page).read_text(encoding="utf-8")


def test_what_is_reported_begins_with_the_horizon(run: Run) -> None:
    assert (run.lead_weeks, run.first_day) == (78, dt.date(2025, 1, 1))
    for variable in ("price_spot_index", "export_t", "shortage_unserved_t"):
        for fan in run.fans(variable, "scenario").values():
            assert str(fan.dates[0])[:10] == "2026-07-01"
    short = run.summarised("first_week_short", "scenario")
    assert short["p90"].dropna().between(1, 27).all()


def test_the_lead_in_is_kept_and_the_same_in_every_arm(run: Run) -> None:
    table = pd.read_parquet(run.path / "series.parquet")
    early = table[(table["date"] < "2026-07-01") & table["quantile"].notna()]
    keys = ["variable", "product", "place", "end_use", "date", "quantile"]
    arms = [early[early["arm"] == arm].sort_values(keys)["value"].tolist() for arm in run.arms]
    assert len(arms[0]) > 10_000
    assert arms[0] == arms[1]
    fan = run.lead_fan("price_spot_index", "bismuth_metal", "exCN")
    assert fan is not None
    assert len(fan.dates) == 78
    assert float(fan.at(0.5).max()) > 1.5  # the licences of February 2025 are felt


def test_simulated_stands_beside_recorded(run: Run) -> None:
    drawn = pd.read_csv(run.path / "figures" / "up_to_today.csv")
    recorded = drawn[drawn["arm"] == "recorded"]
    exports = recorded[recorded["variable"] == "export_t"].set_index("date")["value"]
    assert exports["2025-02-01"] == pytest.approx(35.11 + 4.01)
    price = recorded[(recorded["variable"] == "price_spot_index") & (recorded["place"] == "exCN")]
    assert price["value"].max() == pytest.approx(40.0 / 6.0)
    assert set(recorded["source"]) == set(recorded["source"].dropna())
    simulated = drawn[(drawn["arm"] == "scenario") & (drawn["variable"] == "export_t")]
    assert (simulated["date"].min(), simulated["date"].max()) == ("2025-01-16", "2026-12-16")  # the middle of months


def test_no_event_is_not_called_a_normal_world(tmp_path: Path) -> None:
    text = TEXT.partition("events:")[0].replace("runs: 2", "runs: 1")
    scenario = text_scenario(text, Path("none.yaml")).scenarios[0]
    run_batch(scenario, lambda: create(tmp_path / "none"), Options(engine="reference", workers=1))
    build_report(tmp_path / "none")
    said = (tmp_path / "none" / "report.md").read_text(encoding="utf-8")
    assert "No event is added to what is in force today, and nothing changes" in said
    assert "normal level" not in said


def test_the_answer_tells_what_the_events_add(run: Run) -> None:
    """Losses under the rules of today stand there without the events: they are not laid at the events' door."""
    case = the_case(run)
    if case.kind == "price":
        assert "under today's rules" in answer(run).headline
        return
    told = weeks_lost(run, case.loss, run.main_arm, case.product, case.place, case.end_use)
    with_events, without = (
        run.outcomes(METRIC[case.loss], [arm], product=case.product, place=case.place, end_use=case.end_use)
        .sort_values("run")["value"]
        .to_numpy()
        for arm in (run.main_arm, "baseline")
    )
    assert told is not None
    assert told.p50 == pytest.approx(float(np.median(with_events - without)), abs=1e-6)
    said = answer(run)
    assert " more " in said.headline
    assert "today's rules" in f"{said.headline} {said.sentences[0]}"
    before = run.summarised("first_week_short", "baseline", product=case.product, place=case.place)
    if len(before) and int(before["n"].max()) > 0:
        assert " from " not in said.headline.partition(";")[0]
