"""Studies from Python: the same cells as from files, tables with the answer beside them, faults as Problems."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import supplyrisk
from supplyrisk.errors import Problems, SupplyriskError

from .spec_files import TINY, put
from .study_files import SHORT, SWEEP, run, study

LENGTHS = {"events.ban.duration": ["4 weeks", "12 weeks", "20 weeks"]}
KEPT = ["shortage_unserved_weeks", "price_paid_peak_index"]
HERE = {"engine": "reference", "workers": 1}


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
