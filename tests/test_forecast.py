"""Forecasts revised by what was seen: weights with known answers, and the command from end to end."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from supplyrisk.backtest.scores import crps
from supplyrisk.cli import main
from supplyrisk.errors import Problems
from supplyrisk.forecast.revise import distance, overheard, read_forecast, revise
from supplyrisk.forecast.weights import LEAST_EFFECTIVE, weigh, weighted_crps, weighted_quantiles
from supplyrisk.results.quantiles import quantiles

SCENARIO = """
title: China stops exports of gallium for a year
world: gallium
horizon: {start: 2026-01-01, years: 2}
events:
  - {name: ban, type: export_ban, origins: CN, start: 2026-04-01, duration: 1 year, share: {uniform: [20 %, 100 %]}}
monte_carlo: {runs: 80, seed: 3, sampler: lhs}
"""
HEAD = "series,period,value,unit,source,confidence,variable,product,place,reference\n"
PRICE = "gallium abroad,{period},{value},USD/kg,an agency,high,price_spot_index,crude_gallium,exCN,300\n"


# --- weights ----------------------------------------------------------------------------------------
def test_weights_give_the_posterior_of_a_normal_mean() -> None:
    """Runs are N(0, 0.5²), seen is 0.6 with tolerance 0.2: the posterior is N(0.6 x 0.25/0.29, 0.5² 0.2²/0.29)."""
    runs = np.random.default_rng(1).normal(0.0, 0.5, 40_000)
    found = weigh(((runs - 0.6) / 0.2) ** 2)
    assert found.power == 1.0
    mean = float(found.of_run @ runs)
    sd = math.sqrt(float(found.of_run @ (runs - mean) ** 2))
    error = 0.186 / math.sqrt(found.effective)
    assert mean == pytest.approx(0.6 * 0.25 / 0.29, abs=4.0 * error)
    assert sd == pytest.approx(math.sqrt(0.25 * 0.04 / 0.29), rel=0.04)
    q = weighted_quantiles(runs, found.of_run, (0.1, 0.5, 0.9))
    assert q == pytest.approx([mean - 1.2816 * sd, mean, mean + 1.2816 * sd], abs=0.02)


def test_too_few_near_runs_are_told_and_softened() -> None:
    runs = np.random.default_rng(2).normal(0.0, 0.5, 500)
    found = weigh(((runs - 5.0) / 0.05) ** 2)  # ten deviations off
    assert found.power < 1.0
    assert found.effective == pytest.approx(LEAST_EFFECTIVE, rel=1e-6)
    assert float(found.of_run @ runs) > 0.5  # still towards what was seen


def test_nothing_seen_leaves_all_alike_and_failed_runs_count_nothing() -> None:
    found = weigh(np.array([0.0, 0.0, math.inf, 0.0]))
    assert found.of_run.tolist() == pytest.approx([1 / 3, 1 / 3, 0.0, 1 / 3])
    assert found.effective == pytest.approx(3.0)


def test_equal_weights_give_the_usual_statistics() -> None:
    x = np.random.default_rng(3).normal(size=2001)
    weight = np.full(2001, 1 / 2001)
    assert weighted_quantiles(x, weight, (0.1, 0.5, 0.9)) == pytest.approx(quantiles(x, (0.1, 0.5, 0.9)), abs=1e-2)
    assert weighted_crps(x, weight, 0.3) == pytest.approx(crps(x, 0.3), rel=1e-9)


def test_what_never_happens_is_infinite() -> None:
    x, weight = np.array([1.0, math.inf, math.inf, math.nan]), np.array([0.2, 0.2, 0.2, 0.4])
    assert weighted_quantiles(x, weight, (0.0, 0.5, 1.0)).tolist() == [1.0, math.inf, math.inf]
    assert np.isnan(weighted_quantiles(np.array([math.nan]), np.array([1.0]), (0.5,))).all()


def test_a_run_that_counts_twice_is_a_run_that_is_there_twice() -> None:
    once = weighted_quantiles(np.array([1.0, 2.0, 3.0]), np.array([0.25, 0.5, 0.25]), (0.2, 0.5, 0.8))
    twice = weighted_quantiles(np.array([1.0, 2.0, 2.0, 3.0]), np.full(4, 0.25), (0.2, 0.5, 0.8))
    assert once[1] == twice[1] == 2.0
    assert once == pytest.approx(twice, abs=0.2)


# --- a scenario -------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("forecast")
    (place / "stop.yaml").write_text(SCENARIO)
    rows = [("2026-05", 900), ("2026-06", 1200), ("2026-12", 1500)]
    (place / "seen.csv").write_text(HEAD + "".join(PRICE.format(period=p, value=v) for p, v in rows))
    return place


def test_dear_months_make_the_months_after_dearer(folder: Path) -> None:
    """Three and four times normal were seen, far above the median: runs with more withheld and a higher price count more."""
    import datetime as dt

    revised = revise(read_forecast(folder / "stop.yaml", [folder / "seen.csv"]), 80, 3, dt.date(2026, 7, 1))
    assert [one.at.week > 0 for one in revised.seen] == [True] * 3
    assert len(revised.used) == 2
    later = revised.seen[2].sample
    now = weighted_quantiles(later, revised.weights.of_run, (0.5,))[0]
    assert now > weighted_quantiles(later, revised.equal, (0.5,))[0] + 0.1
    share = revised.measured.values[:, revised.bench.columns.index("events.ban.share")]
    assert revised.weights.of_run @ share > share.mean()
    by_hand = sum(((one.sample - one.value) / 0.2) ** 2 for one in revised.seen[:2])
    assert distance(revised.used, revised.measured) == pytest.approx(by_hand)


def test_what_is_seen_later_changes_nothing(folder: Path) -> None:
    import datetime as dt

    lines = (folder / "seen.csv").read_text().splitlines(keepends=True)
    (folder / "short.csv").write_text("".join(lines[:3]))
    today = dt.date(2026, 7, 1)
    both = [revise(read_forecast(folder / "stop.yaml", [folder / n]), 60, 3, today) for n in ("seen.csv", "short.csv")]
    assert np.array_equal(both[0].weights.of_run, both[1].weights.of_run)


def test_faults_are_told_with_their_place(folder: Path) -> None:
    (folder / "bad.csv").write_text(HEAD + PRICE.format(period="2026-05", value=900).replace("exCN", "exCX"))
    with pytest.raises(Problems, match=r"bad\.csv:2:.*no place is called exCX"):
        read_forecast(folder / "stop.yaml", [folder / "bad.csv"])
    (folder / "bare.csv").write_text("series,period,value,unit,source,confidence\nnothing,2026-05,3,t,x,high\n")
    with pytest.raises(Problems, match="no row is compared with anything"):
        read_forecast(folder / "stop.yaml", [folder / "bare.csv"])


# --- the command ------------------------------------------------------------------------------------
def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["forecast", *words])


@pytest.fixture(scope="module")
def page(folder: Path) -> Path:
    words = ("--observed", str(folder / "seen.csv"), "--as-of", "2026-07-01", "-n", "60", "--out", str(folder / "out"))
    done = call(str(folder / "stop.yaml"), *words)
    assert done.exit_code == 0, done.output
    return folder / "out"


def test_the_page_says_when_from_how_much_and_what(page: Path) -> None:
    text = (page / "forecast.md").read_text()
    assert text.startswith("# Forecast as of 1 July 2026: China stops exports of gallium for a year\n")
    assert "60 runs, drawn as on day one, weighed by 2 observations (2 prices)" in text
    assert "| gallium abroad | September 2026 |" in text
    html = (page / "forecast.html").read_text()
    assert "<script" not in html
    assert html.count("<svg") == 2
    manifest = json.loads((page / "manifest.json").read_text())
    assert (manifest["as_of"], manifest["runs"], manifest["observations_used"]) == ("2026-07-01", 60, 2)
    weights = [float(line.split(",")[1]) for line in (page / "weights.csv").read_text().splitlines()[1:]]
    assert sum(weights) == pytest.approx(1.0)
    assert 1.0 / sum(w * w for w in weights) == pytest.approx(manifest["effective_runs"], abs=0.1)


def test_nothing_is_replaced_unasked_and_nothing_half_stays(folder: Path, page: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    words = (str(folder / "stop.yaml"), "--observed", str(folder / "seen.csv"), "-n", "50", "--out")
    assert "stands there already" in call(*words, str(page)).output
    (folder / "own").mkdir(exist_ok=True)
    assert "is no forecast's folder" in call(*words, str(folder / "own"), "--force").output
    failed = call(str(folder / "nowhere.yaml"), "--observed", str(folder / "seen.csv"), "--out", str(folder / "new"))
    assert failed.exit_code == 2
    (folder / "own").rmdir()
    assert sorted(path.name for path in folder.iterdir()) == before


def test_no_run_is_made_twice(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is weighed is heard of the runs that the page is made of: the same bits as of runs made for it alone."""
    from supplyrisk.backtest.evaluate import Bench

    episode = read_forecast(folder / "stop.yaml", [folder / "seen.csv"])
    alone = revise(episode, 50, 3)
    made: list[int] = []
    fill = Bench.fill

    def counted(self: Bench, record: Any, seed: int) -> None:
        made.append(int((~record.seen).sum()))
        fill(self, record, seed)

    monkeypatch.setattr(Bench, "fill", counted)
    heard, results = overheard(episode, folder / "stop.yaml", 50, 3, None, 2, tmp_path / "run")
    assert made == [0]
    assert results.finished == 50
    assert np.array_equal(heard.weights.of_run, alone.weights.of_run)
    for mine, other in zip(heard.measured.points + heard.measured.fans, alone.measured.points + alone.measured.fans):
        assert np.array_equal(mine, other, equal_nan=True)
