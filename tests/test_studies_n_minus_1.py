"""N-1 studies: who stops, what it costs whom, pairs, faults, published lists."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from supplyrisk.spec.worldfile import shipped_worlds
from supplyrisk.studies.published import FILE, concordant, published
from supplyrisk.studies.run import StudyOptions
from supplyrisk.studies.stops import matrix_table, ranking, read_hits, telling

from .spec_files import TINY
from .study_files import QUICK, faults, run, study

STOPS = f"""\
study: n_minus_1
title: Who hurts whom
worlds: {TINY.as_posix()}
length: 26 weeks
years: 1
places: [JP, US, allies]
runs: 3
"""


def stops(loaded):
    return [(cell.keys["stopped"], cell.keys["supplier"]) for cell in loaded.spec.cells(loaded)]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stops")
    loaded = study(folder, STOPS + "pairs: [CN, US]\n")
    kept = {}

    class Kept(type(loaded.spec)):  # the outcomes, before their chunks are removed
        def answer(self, found):
            kept["hits"] = read_hits(found)
            return super().answer(found)

    object.__setattr__(loaded, "spec", Kept.model_construct(**dict(loaded.spec)))
    return run(loaded, folder / "out"), kept["hits"]


def test_every_exporter_of_every_product_stops_in_turn(tmp_path):
    """CN sells no ore abroad, US no parts: the largest first."""
    assert stops(study(tmp_path, STOPS)) == [
        ("ore", "US"),
        ("metal", "CN"),
        ("metal", "US"),
        ("part", "CN"),
        ("part", "JP"),
    ]
    made = stops(study(tmp_path, STOPS + "of: production\n"))
    assert made == [("ore", "CN"), ("ore", "US"), ("metal", "CN"), ("metal", "US"), ("part", "CN"), ("part", "JP")]
    assert stops(study(tmp_path, STOPS + "at_least: 20 %\nstopped: [metal, part]\n")) == [
        ("metal", "CN"),
        ("part", "CN"),
        ("part", "JP"),
    ]
    assert ("metal", "CN+US") in stops(study(tmp_path, STOPS + "pairs: [CN, US]\n"))
    assert stops(study(tmp_path, STOPS + "suppliers: allies\nstopped: part\n")) == [("part", "JP")]


def test_losses_are_those_against_the_runs_without_the_stop(outcome):
    done, hits = outcome
    frame = pd.read_parquet(done.store.path / "cells.parquet")
    chosen = frame.query("arm == 'scenario-baseline' and outcome == 'output_at_risk_usd' and statistic == 'mean'")
    chosen = chosen[(chosen["product"] == "all") & (chosen["place"] == "US")].set_index("stop")["value"]
    mine = {hit.stop: hit.risk[0] for hit in hits if hit.place == "US"}
    assert mine
    for stop, risk in mine.items():
        assert risk == pytest.approx(chosen[stop], abs=1.0)
    assert mine["Japan: part"] > mine["China: part"] > 0  # 83 % of US parts come from Japan
    assert {hit.place for hit in hits if hit.placed.cell.keys["supplier"] == "JP"} == {"US", "allies"}


def test_the_worst_is_told_first_and_idle_pairs_are_not(outcome):
    done, hits = outcome
    ranked = ranking(hits, "US")
    assert [hit.risk[0] for hit in ranked] == sorted((hit.risk[0] for hit in ranked), reverse=True)
    assert f"worst is a stop of part from {ranked[0].stop.split(':')[0]}" in " ".join(done.answer.sentences)
    both = next(hit for hit in ranking(hits, "JP") if hit.placed.cell.keys["supplier"] == "CN+US")
    alone = [hit.risk[0] for hit in hits if hit.place == "JP" and hit.stop in ("China: metal", "United States: metal")]
    assert (both in telling(ranking(hits, "JP"))) == (both.risk[0] > 1.05 * max(alone))
    table = matrix_table(hits, ["JP", "US"]).frame
    assert np.isnan(table.set_index("stop").loc["Japan: part", "JP"])


def test_a_stop_of_nothing_costs_nothing(tmp_path):
    done = run(
        study(tmp_path, STOPS.replace("runs: 3", "runs: 2\nshare: 1e-9\nof: production\nstopped: part")), tmp_path / "o"
    )
    frame = pd.read_parquet(done.store.path / "cells.parquet").query(
        "arm == 'scenario-baseline' and statistic == 'mean'"
    )
    worth = frame[frame["outcome"] == "output_at_risk_usd"]["value"]
    assert len(worth)
    assert float(worth.abs().max()) < 1e6  # of 1.3 billion


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (TINY.as_posix(), "tungstn", "study.yaml:3:9: worlds: no such world (got tungstn); did you mean tungsten"),
        ("runs: 3", "start: 2025-12-01", "must lie in the horizon, 2026-01-01 to 2027-01-01"),
        ("runs: 3", "of: production\nnotice: 30 days", "is not read where production stops"),
        ("runs: 3", "notice: 200 days", "reaches back before the horizon"),
        ("runs: 3", "share: 0 %", "share: stops nothing (got 0 %); write more than 0 %"),
        ("runs: 3", "suppliers: JP\nstopped: ore", "nobody stops"),
        ("runs: 3", "suppliers: [XX]", "unknown country (got XX)"),
        ("length: 26 weeks", "length: 26", "has no unit"),
        ("years: 1", "years: 100", "at most 60 years"),
    ],
)
def test_faults(tmp_path, old, new, said):
    found = faults(tmp_path, STOPS.replace(old, new))
    assert any(said in fault for fault in found), found


def test_all_means_every_shipped_world(tmp_path):
    loaded = study(tmp_path, STOPS.replace(TINY.as_posix(), "all").replace("[JP, US, allies]", "[JP, US]"))
    assert set(loaded.bases) == set(shipped_worlds())
    assert len(loaded.spec.cells(loaded)) > 100


def test_orders_are_compared_by_pairs():
    """Three rows: the first two agree, the third turns two pairs round; ties count for neither."""
    assert concordant([(0.9, 30.0), (0.5, 20.0), (0.7, 5.0)]) == (2, 3)
    assert concordant([(0.9, 30.0), (0.9, 20.0), (0.5, 30.0)]) == (0, 1)
    assert concordant([(0.9, 30.0)]) == (0, 0)


def test_published_rows_have_their_source():
    with FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows == [dict(row) for row in published()]
    assert {row["world"] for row in rows} <= set(shipped_worlds())
    for row in rows:
        assert row["source"]
        assert row["period"]
        assert 0 < float(row["leader_share_percent"]) <= 100
        assert bool(row["hhi"]) != bool(row["net_import_reliance_percent"])
        if row["hhi"]:  # at least the leader's share squared
            assert float(row["hhi"]) >= (float(row["leader_share_percent"]) / 100) ** 2 - 0.006


def test_published_lists_stand_beside_the_model(tmp_path):
    text = STOPS.replace(TINY.as_posix(), "[tungsten, bismuth]").replace("[JP, US, allies]", "[EU, US]")
    text = text.replace("runs: 3", "runs: 1\nat_least: 40 %")
    done = run(study(tmp_path, text), tmp_path / "out", QUICK)
    names = [table.name for table in done.answer.tables]
    assert names == ["matrix", "ranked EU", "ranked US", "beside EU", "beside USGS"]
    listed = {table.name: table.frame for table in done.answer.tables}
    assert list(listed["beside EU"]["world"]) == ["tungsten"]
    assert any("Not in the published table that is kept here: bismuth" in note for note in done.answer.notes)
    notes = " ".join(done.answer.notes)
    assert "its own scores of supply risk and economic importance" in notes  # the EU's, which are not kept here
    assert "What is no single country (the rest of the world, the rest of a region) never stops" in notes
    frame = pd.read_parquet(done.store.path / "cells.parquet")
    assert not frame["supplier"].astype(str).str.contains("ROW").any()
    assert any(
        "never stops as one: rest of the world." in text
        for text in study(tmp_path, text).spec.sentences(study(tmp_path, text))
    )


def test_runs_that_fail_are_told_by_cell(tmp_path):
    """In the ban of parts by Japan run 1 of 3 breaks down; its baseline and the other stops are whole."""
    options = StudyOptions(engine="tests.study_fakes:frail", workers=1, pool="threads")
    done = run(study(tmp_path, STOPS.replace("runs: 3", "runs: 3\nstopped: part")), tmp_path / "out", options)
    assert done.answer.notes[0].startswith("Warning: 1 run failed and is left out of every number: stop Japan: part")
    assert "scenario (1 of 3)" in done.answer.notes[0]
    assert done.manifest["counts"]["failed_runs"] == 1
    table = next(table.frame for table in done.answer.tables if table.name == "failed runs")
    assert table[["arm", "failed runs", "of"]].to_numpy().tolist() == [["scenario", 1, 3]]
    page = (tmp_path / "out" / "study.html").read_text(encoding="utf-8")
    assert "Warning: 1 run failed" in page.replace("\u00a0", " ")
    whole = run(study(tmp_path, STOPS), tmp_path / "whole", QUICK)
    assert whole.manifest["counts"]["failed_runs"] == 0
    assert not any("Warning" in note for note in whole.answer.notes)
