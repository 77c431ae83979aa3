"""Figures draw what their tables say, look the same each time, and are chosen by what the events touch."""

from __future__ import annotations

import dataclasses
import itertools
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.text import Text
from supplyrisk.errors import Problem, SupplyriskError
from supplyrisk.report import style
from supplyrisk.report.country_losses import country_losses
from supplyrisk.report.drivers import correlations
from supplyrisk.report.figures import FIGURE_BY_NAME, FIGURES, chosen, named
from supplyrisk.report.figures.base import TOPICS
from supplyrisk.report.figures.flows import chain
from supplyrisk.report.figures.policies_compared import MOST_POLICIES
from supplyrisk.report.policy_rank import ranking
from supplyrisk.report.quantities import headline_quantities
from supplyrisk.report.run import Run, open_run
from supplyrisk.report.sketch import Drawn
from supplyrisk.spec.frozen import freeze
from supplyrisk.spec.observed import read_observed
from supplyrisk.spec.scenario import FIGURE_NAMES

from tests.report_runs import make_run_folder

OBSERVED = """# recorded by customs
series,period,value,unit,source,confidence
china_magnet_exports_total,2025-01,6357,t,Customs,high
china_magnet_exports_total,2025-04,2626,t,derived,medium
china_magnet_exports_total,2025-05,1238,t,Customs,high
china_magnet_exports_total,2025,57392,t,Customs,high
china_magnet_exports_to:United States,2025-05,46,t,Customs,high
china_magnet_exports_to:United States,2025-06,353000,kg,Customs,high
china_magnet_exports_to:United States,2025-07,619,t,Customs,high
china_nickel_exports_total,2025-07,619,t,Customs,high
"""
HISTORY = """series,period,value,unit,source,confidence,variable,product,place,reference
magnet exports,2025-05,1238,t,Customs,high,export_t,standard_magnet ht_magnet,CN>,
magnet price abroad,2025-05-03,90,USD/kg,Paper,medium,price_spot_index,ht_magnet,exCN,60
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_run_folder(tmp_path_factory.mktemp("figures") / "run", runs=40, days=500)
    manifest = json.loads((path / "manifest.json").read_text())
    resolved = manifest["resolved"]
    for part, text in (("report", OBSERVED), ("outlook", HISTORY)):
        seen = tmp_path_factory.mktemp("seen") / "seen.csv"
        seen.write_text(text)
        problems: list[Problem] = []
        recorded = [freeze(one) for one, _ in read_observed(seen, "seen.csv", None, problems)]
        assert problems == []
        resolved[part] = {**resolved.get(part, {}), "recorded": recorded}
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return open_run(folder)


def drawn(run: Run, name: str, layout: style.Layout = style.WIDE) -> Drawn:
    with style.house_style():
        return FIGURE_BY_NAME[name].draw(run, layout)


def medians(table: pd.DataFrame, keys: list[str]) -> list[np.ndarray]:
    rows = table[(table["quantile"] == 0.5) & (table["date"] != "")]
    return [g["value"].to_numpy(dtype=float) for _, g in rows.groupby(keys, sort=False)]


def lines(axes: list[Axes], points: int) -> list[np.ndarray]:
    found = []
    for line in itertools.chain.from_iterable(ax.lines for ax in axes):
        y = np.asarray(line.get_ydata(), dtype=float)
        if len(y) == points:
            found.append(y)
    return found


def same_sets(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    """Whether each curve of one list is in the other."""
    return all(any(len(x) == len(y) and np.allclose(x, y) for y in b) for x in a) and all(
        any(len(x) == len(y) and np.allclose(x, y) for x in a) for y in b
    )


@pytest.mark.parametrize("name", ["price_fan", "shortage_fan", "licence_office"])
def test_weekly_fans_draw_the_medians_of_their_table(run: Run, name: str) -> None:
    figure = drawn(run, name)
    curves = medians(figure.table, ["arm", "variable", "product", "place"])
    assert curves
    assert same_sets(lines(figure.figure.axes, len(curves[0])), curves)


def test_bands_are_the_quantiles_of_the_table(run: Run) -> None:
    figure = drawn(run, "price_fan")
    table = figure.table
    edges = [
        table[(table["quantile"] == q) & (table["date"] != "")]["value"].to_numpy(dtype=float) for q in (0.10, 0.90)
    ]
    drawn_y = np.concatenate([c.get_paths()[0].vertices[:, 1] for ax in figure.figure.axes for c in ax.collections])
    for values in edges:
        assert np.isin(values.round(9), drawn_y.round(9)).all()


def test_exports_show_customs_points_in_tonnes(run: Run) -> None:
    figure = drawn(run, "exports_by_month")
    points = figure.table[figure.table["arm"] == "observed"]
    assert sorted(points["value"]) == [46.0, 353.0, 619.0, 1238.0, 2626.0, 6357.0]
    marked = [
        float(y)
        for ax in figure.figure.axes
        for line in ax.lines
        if line.get_marker() == "o"
        for y in np.atleast_1d(np.asarray(line.get_ydata(), dtype=float))
    ]
    assert sorted(marked) == sorted(points["value"])


def test_exports_of_both_grades_are_the_sum(run: Run) -> None:
    parts = [run.fan("export_t", "scenario", product=p, place="CN") for p in ("standard_magnet", "ht_magnet")]
    both = run.fan("export_t", "scenario", product=["standard_magnet", "ht_magnet"], place="CN")
    assert both is not None
    assert both.added
    assert np.allclose(both.values, sum(p.values for p in parts if p is not None))


def test_heat_map_cells_are_the_months_of_the_table(run: Run) -> None:
    figure = drawn(run, "who_short_when")
    mesh = next(c for c in figure.figure.axes[0].collections if isinstance(c, QuadMesh))
    table = figure.table[(figure.table["quantile"] == 0.5) & figure.table["drawn"]]
    assert np.allclose(np.sort(np.asarray(mesh.get_array()).ravel()), np.sort(table["value"].to_numpy(dtype=float)))


def test_histograms_and_exceedance_agree_with_the_outcomes(run: Run) -> None:
    table = drawn(run, "distributions").table
    for q in headline_quantities(run):
        x = run.outcomes(q.metric, ["scenario"], product=q.product, place=q.place, end_use="")["value"].to_numpy()
        rows = table[(table["metric"] == q.metric) & (table["arm"] == "scenario")]
        bars = rows[rows["panel"] == "histogram"]
        assert bars["value"].sum() == pytest.approx(1.0)
        above = rows[rows["panel"] == "exceedance"]
        for _, row in above.iloc[::20].iterrows():
            assert row["value"] == pytest.approx((x > row["from"]).mean(), abs=1e-12)
        middle = rows[(rows["panel"] == "quantiles") & (rows["quantile"] == 0.5)]["value"].iloc[0]
        assert middle == pytest.approx(np.median(x))


def test_policies_are_drawn_at_their_paired_differences(run: Run) -> None:
    figure = drawn(run, "policies_compared")
    table = figure.table[figure.table["quantile"] == 0.5]
    dots = [
        float(np.asarray(line.get_xdata())[0])
        for ax in figure.figure.axes
        for line in ax.lines
        if line.get_marker() == "o"
    ]
    assert np.allclose(sorted(dots), sorted(table["value"]))
    x = run.outcomes("price_spot_peak_index", product="dytb_oxide", place="exCN").pivot(
        index="run", columns="arm", values="value"
    )
    by_hand = (x["policy:stockpile_60_days"] - x["scenario"]).median()
    row = table[(table["metric"] == "price_spot_peak_index") & table["arm"].str.contains("stockpile")]
    assert row["value"].iloc[0] == pytest.approx(by_hand)


def test_correlation_is_spearmans(run: Run) -> None:
    from scipy.stats import spearmanr

    q = headline_quantities(run)[0]
    table = correlations(run, q).set_index("input")
    y = run.outcomes(q.metric, ["scenario"], product=q.product, place=q.place, end_use="").sort_values("run")["value"]
    x = run.runs.sort_values("run")["first_belief_weeks.dytb_oxide"]
    row = table.loc["first_belief_weeks.dytb_oxide"]
    assert row["rho"] == pytest.approx(spearmanr(x, y).statistic)
    assert row["low"] <= row["rho"] <= row["high"]
    assert row["rho"] > 0.95  # the ensemble's price follows this belief


def test_tiles_are_weeks_of_use(run: Run) -> None:
    table = country_losses(run).set_index("place")
    shortage = run.outcomes("shortage_t", ["scenario"], place="JP", end_use="").groupby("run")["value"].sum()
    fans = [run.fan("wanted_t", "baseline", product=p, place="JP", end_use="") for p in run.final_products]
    wanted = sum(float(f.at(0.5).mean()) for f in fans if f is not None)
    assert table.loc["JP", "p50"] == pytest.approx(float(shortage.median()) / wanted)
    assert table.loc["CN", "p50"] == 0.0


def test_flows_follow_the_chain_that_is_touched(run: Run) -> None:
    assert chain(run) == ["heavy_concentrate", "dytb_oxide", "ht_magnet"]
    table = drawn(run, "flows").table
    normal = table[(table["panel"] == "normal") & (table["product"] == "ht_magnet")]
    worst = table[(table["panel"] == "worst") & (table["product"] == "ht_magnet")]
    abroad = [t[(t["origin"] == "CN") & (t["destination"] != "CN")]["value"].sum() for t in (normal, worst)]
    assert abroad[1] < 0.6 * abroad[0]
    made = normal.groupby("origin")["value"].sum()
    assert made["CN"] == pytest.approx(0.90, abs=0.01)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda f: f.name)
@pytest.mark.parametrize("layout", [style.WIDE, style.NARROW], ids=lambda layout: layout.name)
def test_every_figure_fits_its_page(run: Run, figure: Any, layout: style.Layout) -> None:
    if figure.name == "policy_ladder":  # this run has no policy at several sizes
        assert not figure.available(run)
        return
    with style.house_style(), warnings.catch_warnings():
        warnings.simplefilter("error")
        result = figure.draw(run, layout)
        page = result.figure
        page.draw_without_rendering()
        assert page.get_size_inches()[0] == layout.width
        box = page.get_tightbbox()
        assert box.x0 > -0.03
        assert box.x1 < layout.width + 0.03
    assert len(result.table)
    assert "value" in result.table or "rho" in result.table or "p50" in result.table
    assert "unit" in result.table
    assert result.caption.endswith(".")


@pytest.mark.parametrize("name", ["price_fan", "who_short_when", "flows"])
def test_files_are_the_same_to_the_byte(run: Run, folder: Path, name: str) -> None:
    with style.house_style():
        first, again = (FIGURE_BY_NAME[name].draw(r, style.WIDE) for r in (run, open_run(folder)))
        assert style.svg_bytes(first.figure) == style.svg_bytes(again.figure)
        assert style.png_bytes(first.figure) == style.png_bytes(again.figure)
        svg = style.svg_bytes(first.figure)
    assert b"<dc:date>" not in svg
    assert b"Matplotlib" not in svg


def test_drawing_leaves_the_callers_settings_alone(run: Run) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    drawn(run, "price_fan")
    assert dict(mpl.rcParams) == before


def test_figures_are_chosen_by_what_the_events_touch(run: Run, tmp_path: Path) -> None:
    everything = {f.name for f in chosen(run)}
    assert everything == set(FIGURE_BY_NAME) - {"policy_ladder"}  # it has no policy at several sizes
    quiet = open_run(make_run_folder(tmp_path, runs=4, strength=0.0, days=200, arms=("baseline", "scenario")))
    names = {f.name for f in chosen(quiet)}
    assert "price_fan" in names
    assert names.isdisjoint({"licence_office", "exports_by_month", "policies_compared", "sensitivity", "flows"})


def test_the_scenario_may_ask_for_figures(run: Run) -> None:
    asked = dataclasses.replace(run, _cache={})
    report = dataclasses.replace(run.scenario.report, figures=("sensitivity", "price_fan"))
    asked.__dict__["scenario"] = dataclasses.replace(run.scenario, report=report)
    assert [f.name for f in chosen(asked)] == ["sensitivity", "price_fan"]
    with pytest.raises(SupplyriskError, match="price_fan"):
        named(["price_fam"])


def test_every_need_is_a_known_topic_and_every_figure_explains_itself() -> None:
    for figure in FIGURES:
        assert set(figure.needs) <= set(TOPICS)
        assert figure.explains.endswith(".")
        assert figure.name == figure.name.lower()


def test_exact_totals_where_every_runs_series_is_kept(tmp_path: Path) -> None:
    kept = open_run(make_run_folder(tmp_path, runs=9, days=200, keep_runs=True))
    both = kept.fan("export_t", "scenario", product=["standard_magnet", "ht_magnet"], place="CN")
    assert both is not None
    assert not both.added
    rows = pd.read_parquet(kept.path / "series.parquet")
    rows = rows[(rows["variable"] == "export_t") & (rows["arm"] == "scenario") & (rows["place"] == "CN")]
    rows = rows[rows["run"].notna() & rows["product"].isin(["standard_magnet", "ht_magnet"])]
    totals = rows.groupby(["date", "run"], observed=True)["value"].sum().unstack("run")
    assert np.allclose(both.at(0.5), totals.median(axis=1))


def test_labels_are_moved_apart_and_stay_inside() -> None:
    placed = style.spread([0.0, 0.0, 0.01, 0.9], [0.1, 0.2, 0.1, 0.1], -0.02, 1.04)
    order = sorted(range(4), key=lambda i: placed[i])
    heights = [0.1, 0.2, 0.1, 0.1]
    for a, b in itertools.pairwise(order):
        assert placed[b] - placed[a] >= (heights[a] + heights[b]) / 2 - 1e-6
    assert min(placed) >= -0.02 - 1e-9


def test_a_scenario_knows_the_figures_there_are() -> None:
    assert tuple(figure.name for figure in FIGURES) == FIGURE_NAMES


def test_a_run_folder_may_hold_the_figures_there_are() -> None:
    """A figure whose files were not declared would stand in the way of `--force`."""
    from supplyrisk.results.folder import FIGURES as DECLARED

    assert set(DECLARED) == set(FIGURE_NAMES)


# --- many policies ----------------------------------------------------------------------------------


def test_of_very_many_policies_the_best_are_drawn_and_all_are_in_the_table(tmp_path: Path) -> None:
    arms = [f"policy:measure_{number:02d}" for number in range(1, 36)]
    folder = make_run_folder(tmp_path, runs=3, days=150, arms=("baseline", "scenario", *arms))
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    resolved = manifest["resolved"].get("scenario", manifest["resolved"])
    policies = [event for event in resolved["events"] if event["type"] == "stockpile"]
    for number, event in enumerate(policies, start=1):
        event["effects"][0]["params"] = {f"no_ladder_{i}": 1.0 for i in range(number)}
    file.write_text(json.dumps(manifest), encoding="utf-8")
    run = open_run(folder)
    figure = drawn(run, "policies_compared")
    titles = {text.get_text() for text in figure.figure.findobj(Text) if text.get_text().startswith("Measure")}
    best = {run.policy_title(each.policy).capitalize() for each in ranking(run).order[:MOST_POLICIES]}
    assert titles == best
    assert len(titles) == MOST_POLICIES < len(arms)
    assert set(figure.table["arm"]) == {f"{arm}-scenario" for arm in arms}
    assert f"{MOST_POLICIES} of {len(arms)} policies" in figure.caption
