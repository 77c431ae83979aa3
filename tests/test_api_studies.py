"""Studies from Python: the same cells as from files, tables with the answer beside them, faults as Problems."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import supplyrisk
from supplyrisk.errors import Problems, SupplyriskError

from .spec_files import TINY, put
from .study_fakes import SCENARIO as DRAWN
from .study_files import SHORT, SWEEP, run, study
from .test_studies_portfolio import SCENARIO as THREE_MEASURES
from .test_studies_sensitivity import options as toy

LENGTHS = {"events.ban.duration": ["4 weeks", "12 weeks", "20 weeks"]}
KEPT = ["shortage_unserved_weeks", "price_paid_peak_index"]
HERE = {"engine": "reference", "workers": 1}


def toyed(name: str) -> dict[str, object]:
    """With an engine of a known answer."""
    return {"engine": f"tests.study_fakes:{name}", "workers": 1}


def test_a_sweep_from_python_has_the_cells_of_the_file(tmp_path: Path) -> None:
    filed = pd.read_parquet(run(study(tmp_path, SWEEP), tmp_path / "out").store.path / "cells.parquet")
    for scenario in (SHORT, put(tmp_path, SHORT), supplyrisk.load_scenario(SHORT)):
        cells = supplyrisk.sweep(scenario, LENGTHS, outcomes=KEPT, runs=3, **HERE)
        assert cells.attrs["headline"]
        columns = ["cell", "arm", "outcome", "product", "place", "statistic", "value", "lo", "hi"]
        assert cells[columns].astype(str).equals(filed[columns].astype(str))


def test_overrides_of_a_scenario_hold_in_every_cell() -> None:
    never = supplyrisk.load_scenario(SHORT, **{"events.ban.probability": 0})
    cells = supplyrisk.sweep(never, LENGTHS, outcomes=KEPT, runs=2, **HERE)
    rows = cells.query("statistic == 'mean' and arm == 'scenario-baseline'")
    assert len(rows) > 20
    assert (rows["value"] == 0.0).all()


def test_a_study_file_runs_from_python(tmp_path: Path) -> None:
    put(tmp_path, SHORT)
    file = put(tmp_path, SWEEP, "study.yaml")
    found = supplyrisk.run_study(file, runs=2, out=tmp_path / "out", **HERE)
    assert found.folder == tmp_path / "out"
    assert (tmp_path / "out" / "study.html").exists()
    assert found.headline in repr(found)
    assert found.headline.split(" (")[0] in found._repr_html_()
    assert set(found.cells["cell"]) == {0, 1, 2}
    again = supplyrisk.run_study(file, runs=2, engine="reference", workers=2)
    assert (again.folder, again.results_hash) == (None, found.results_hash)


def test_a_threshold_is_a_table_with_its_answer() -> None:
    calm = SHORT.replace("outlook:\n  demand_growth: {cars: 3 %/yr}\n", "outlook: calm\n")
    table = supplyrisk.threshold(
        calm,
        "baseline.shares.metal.CN",
        "50 %",
        "90 %",
        outcome="supplier_hhi",
        product="metal",
        at_most=0.5801,
        find="largest",
        arm="baseline",
        steps=3,
        tolerance="1 %",
        runs=2,
        **HERE,
    )
    assert (table.attrs["state"], table.attrs["value"]) == ("found", "70 %")
    assert table["share of runs"].tolist() == sorted(table["share of runs"], reverse=True)


def test_stops_are_a_table_ranked_by_consumer() -> None:
    table = supplyrisk.n_minus_1(
        TINY.as_posix(), places=["JP", "US"], stopped="part", years=1, length="26 weeks", runs=2, **HERE
    )
    assert list(table["consumer"].unique()) == ["JP", "US"]
    of_us = table[table["consumer"] == "US"]["output at risk, mean"].tolist()
    assert of_us == sorted(of_us, reverse=True)
    assert "part" in table.attrs["headline"]


def test_faults_are_told_at_once_and_by_path() -> None:
    with pytest.raises(Problems) as told:
        supplyrisk.sweep(SHORT, {"events.bann.duration": ["4 weeks"]}, outcomes="price", runs=0, **HERE)
    text = str(told.value)
    assert "unknown outcome (got price)" in text
    assert "runs: must be between 1 and 1,000,000" in text
    with pytest.raises(Problems, match="no item is named bann; did you mean ban"):
        supplyrisk.sweep(SHORT, {"events.bann.duration": ["4 weeks"]}, runs=1, **HERE)
    with pytest.raises(SupplyriskError, match="there are threads, processes"):
        supplyrisk.sweep(SHORT, LENGTHS, pool="cluster")


def test_drivers_are_a_table_with_the_indices_of_the_file(tmp_path: Path) -> None:
    text = "study: sensitivity\ntitle: x\nscenario: s.yaml\noutcomes: price_paid_index\nplaces: [JP, US]\nsingles: 3\nruns: 64\n"
    filed = run(study(tmp_path, text, DRAWN), tmp_path / "out", toy("weighted")).answer
    found = supplyrisk.sensitivity(
        DRAWN, outcomes="price_paid_index", places=["JP", "US"], singles=3, runs=64, **toyed("weighted")
    )
    assert found.columns[:5].tolist() == ["outcome", "product", "place", "unit", "input"]
    assert found.attrs["headline"] == filed.headline
    for place, table in zip(("JP", "US"), filed.tables, strict=False):
        mine = found[found["place"] == place].reset_index(drop=True)[table.frame.columns]
        assert mine.equals(table.frame)
    assert found.loc[0, "input"] == "ban: share"
    stocks = supplyrisk.sensitivity(
        DRAWN,
        outcomes="price_paid_index",
        places="JP",
        groups={"the ban": "events.ban.*"},
        runs=64,
        **toyed("weighted"),
    )
    assert stocks.loc[0, "input"] == "the ban"
    still = supplyrisk.sensitivity(DRAWN, outcomes="production_t", places="JP", runs=16, **toyed("weighted"))
    assert (len(still), still.columns.tolist()) == (0, found.columns.tolist())


def test_boxes_are_a_table_of_limits() -> None:
    about = {"outcome": "price_paid_peak_index", "product": "part", "place": "JP", "runs": 400}
    found = supplyrisk.discovery(DRAWN, above="3 times", **about, **toyed("planted"))
    assert set(found["input"]) == {"ban: share", "ban: duration"}
    assert (found["density"] > 0.9).all()
    assert found.attrs["headline"].startswith("In ")
    nothing = supplyrisk.discovery(DRAWN, worst="20 %", **about, **toyed("noise"))
    assert (len(nothing), nothing.attrs["boxes"]) == (0, [])
    assert nothing.columns.tolist() == found.columns.tolist()
    assert "nothing stable found" in nothing.attrs["headline"]


def test_combinations_are_a_table_with_the_front_and_the_choices() -> None:
    measures = ["a", {"policy": "b", "budget": "2 USD"}, {"policy": "c", "budget": 5}]
    about = {"loss": {"outcome": "price_paid_index", "product": "part", "place": "JP"}, "payer": "CN", "runs": 8}
    futures = {"hard": {}, "mild": {"events.ban.share": "50 %"}}
    found = supplyrisk.portfolio(THREE_MEASURES, measures, budget=100, **about, **toyed("toy"))
    front = found[found["on the front"]].sort_values("cost")
    assert front["cost"].tolist() == pytest.approx(
        [0, 2, 7]
    )  # a costs nothing here, so that no measure is no longer on it
    assert front[["a", "b", "c"]].to_numpy().tolist() == [
        ["yes", "none", "none"],
        ["yes", "yes", "none"],
        ["yes", "yes", "yes"],
    ]
    measures[0] = {"policy": "a", "budget": 1}
    parted = supplyrisk.portfolio(
        THREE_MEASURES, measures, futures=futures, weights={"hard": 9}, budget=2, **about, **toyed("toy")
    )
    assert parted.attrs["chosen"]["mean"] == "a"
    assert parted["loss"].is_monotonic_increasing


def test_faults_of_measures_are_told_by_path() -> None:
    with pytest.raises(Problems, match="no such policy in the scenario \\(got aa\\); did you mean a"):
        supplyrisk.portfolio(THREE_MEASURES, ["aa"], runs=2, **toyed("toy"))
    with pytest.raises(Problems, match="needs one of above, below"):
        supplyrisk.discovery(DRAWN, outcome="price_paid_peak_index", above="3 times", worst=0.2, **toyed("noise"))
    with pytest.raises(SupplyriskError, match="weights: no future is called hardd; did you mean hard"):
        supplyrisk.portfolio(THREE_MEASURES, ["a"], futures={"hard": {}}, weights={"hardd": 2}, **toyed("toy"))


def test_a_value_that_the_scenario_draws_can_be_varied() -> None:
    """SHORT draws the share of the ban; half a ban costs less than a whole one."""
    cells = supplyrisk.sweep(SHORT, {"events.ban.share": ["20 %", "100 %"]}, outcomes=KEPT, runs=2, **HERE)
    rows = cells.query(
        "statistic == 'mean' and arm == 'scenario' and outcome == 'price_paid_peak_index' and place == 'exCN' and product == 'part'"
    )
    part, whole = rows["value"].tolist()
    assert part < whole
