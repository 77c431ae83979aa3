"""The record of a back-test, and the tables made from it, on synthetic runs."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from supplyrisk.backtest.episode import Episode, episodes_in
from supplyrisk.backtest.error import OwnError, Residual
from supplyrisk.backtest.evaluate import Measured
from supplyrisk.backtest.record import OVERVIEW, blocks, fill, headline, overview_rows, point_rows, record, target_rows
from supplyrisk.backtest.run import EpisodeScore, TargetScore
from supplyrisk.backtest.scores import is_headline, score_points

EPISODES = Path(__file__).parents[1] / "scenarios" / "episodes"
FACTOR = {"day one": 2.0, "recorded": 1.1}  # what the runs are off by
LEFT = [Residual(way, name, "p", "abroad", 4.0, 2.0, 1.0) for way in FACTOR for name in ("a", "b")]


def scored(episode: Episode) -> EpisodeScore:
    """Runs that are off by a factor, with a spread of a tenth; every other target is hit."""
    spread = np.exp(np.linspace(-0.1, 0.1, 41))[:, None] * FACTOR[episode.way]
    levels = [np.array([point.level for point in series.points]) for series in episode.series]
    sample = [np.tile(level, (41, 1)) * spread for level in levels]
    targets = [
        TargetScore(t, t.low if k % 2 else t.high + 1.0, t.low, t.high, 0.5) for k, t in enumerate(episode.targets)
    ]
    measured = Measured(np.empty((41, 0)), sample, [], np.empty((41, 0)), ())
    bench: Any = None
    return EpisodeScore(
        episode, bench, measured, tuple(targets), tuple(score_points(episode, sample)), OwnError(0.3, 0.2, 7)
    )


@pytest.fixture(scope="module")
def scores() -> list[EpisodeScore]:
    return [
        scored(one) for one in episodes_in([EPISODES / "gallium_licences_2023", EPISODES / "bismuth_licences_2025"])
    ]


@pytest.fixture(scope="module")
def found(scores: list[EpisodeScore]) -> dict[str, Any]:
    return record(scores, LEFT, 41, 1)


def test_the_record_adds_up_and_can_be_written(scores: list[EpisodeScore], found: dict[str, Any]) -> None:
    assert json.loads(json.dumps(found)) == found
    day_one = [one for one in scores if one.episode.way == "day one"]
    assert found["hits"] == found["ways"]["day one"]["hits"] == sum(one.hits for one in day_one)
    assert found["targets"] == sum(len(one.targets) for one in day_one) == sum(e["targets"] for e in found["episodes"])
    for episode in found["episodes"]:
        assert episode["hits"] + len(episode["misses"]) == episode["targets"]
        assert set(episode["ways"]) == {"day one", "recorded"}
    assert found["ways"]["recorded"]["error"]["events"] == 2


def test_errors_over_episodes(scores: list[EpisodeScore], found: dict[str, Any]) -> None:
    for way, factor in FACTOR.items():
        total = found["ways"][way]["overall"]
        mine = [one.points for one in scores if one.episode.way == way]
        plain = [[p.no_change for p in points if is_headline(p.at)] for points in mine]
        wanted = math.log(factor) / np.mean([np.mean(values) for values in plain])
        assert total["ratio"] == pytest.approx(wanted, rel=1e-3)
        assert total["in_80"] == 0.0
        assert total["pit_bins"] == [1.0, 0.0, 0.0, 0.0, 0.0]


def test_tables_have_a_cell_for_every_column(found: dict[str, Any]) -> None:
    for way in found["ways"]:
        rows = overview_rows(found, way)
        assert len(rows) == 3  # two episodes and all
        assert {len(row) for row in rows} == {len(OVERVIEW)}
    for episode in found["episodes"]:
        for header, rows in (target_rows(episode), point_rows(episode, "price"), point_rows(episode, "flow")):
            assert rows
            assert {len(row) for row in rows} == {len(header)}
        assert sum("**miss**" in row[2] for row in target_rows(episode)[1]) == len(episode["misses"])


def test_a_page_is_filled_and_filled_again(found: dict[str, Any]) -> None:
    names = list(blocks(found))
    page = (
        "# Title\n"
        + "".join(f"\nBefore {n}.\n\n<!-- record: {n} -->\n<!-- end of record -->\n" for n in names)
        + "\nEnd.\n"
    )
    once = fill(page, found)
    assert fill(once, found) == once
    assert once.endswith("\nEnd.\n")
    assert all(f"Before {name}." in once for name in names)
    assert all(line in once for line in headline(found))
    assert "China licenses gallium" in once


def test_the_note_says_how_many_episodes(found: dict[str, Any]) -> None:
    assert "in 2 past episodes" in found["note"]
    assert "80 % bands held 0% (day-one forecast) and 0% (office as recorded) of" in found["note"]
