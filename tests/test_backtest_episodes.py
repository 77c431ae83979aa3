"""The eight past events: what is known on day one, and what is added as recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from supplyrisk.backtest.episode import CONTROLS, DAY_ONE, RECORDED, Episode, read_episode, ways_of
from supplyrisk.backtest.measure import central
from supplyrisk.backtest.run import shipped_episodes
from supplyrisk.backtest.scores import PRICE, is_headline, observations

FOLDERS = shipped_episodes()
LOST = ("capacity_loss",)


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def both(request: pytest.FixtureRequest) -> tuple[Episode, Episode]:
    folder: Path = request.param
    return read_episode(folder, DAY_ONE), read_episode(folder, RECORDED)


def offices(episode: Episode) -> list[float]:
    """Whether the pace of each licence office is drawn."""
    effects = [effect for event in episode.scenario.events for effect in event.effects]
    return [float(effect.params["unknown_pace"]) for effect in effects if effect.op == "licence"]  # type: ignore[arg-type]


def test_there_are_eight_and_each_runs_in_two_ways() -> None:
    assert len(FOLDERS) == 8
    assert {ways_of(folder) for folder in FOLDERS} == {(DAY_ONE, RECORDED)}


def test_nobody_knows_an_offices_pace_on_day_one(both: tuple[Episode, Episode]) -> None:
    day_one, recorded = both
    assert len(offices(day_one)) == len(offices(recorded))
    assert set(offices(day_one)) <= {1.0}
    assert set(offices(recorded)) <= {0.0}


def test_nothing_announced_later_is_known_on_day_one(both: tuple[Episode, Episode]) -> None:
    day_one, recorded = both
    assert day_one.start_day == recorded.start_day
    for event in day_one.scenario.events:
        if any(effect.op in (*CONTROLS, *LOST) for effect in event.effects):
            assert central(event.announced_day, day_one.scenario.sampled) <= day_one.start_day, event.name
    names = [event.name for event in recorded.scenario.events]
    assert names[: len(day_one.scenario.events)] == [event.name for event in day_one.scenario.events]


def test_both_ways_are_held_against_the_same(both: tuple[Episode, Episode]) -> None:
    day_one, recorded = both
    assert [t.id for t in day_one.targets] == [t.id for t in recorded.targets]
    key = [(one.kind, one.product, one.place, one.week, one.seen) for one in observations(day_one)]
    assert key == [(one.kind, one.product, one.place, one.week, one.seen) for one in observations(recorded)]
    assert any(is_headline(one) for one in observations(day_one))


def test_targets_are_about_the_time_after_day_one(both: tuple[Episode, Episode]) -> None:
    day_one, _ = both
    assert all(target.period.stop > day_one.start_day for target in day_one.targets)


def test_there_are_as_many_targets_and_prices_as_the_record_says() -> None:
    episodes = [read_episode(folder) for folder in FOLDERS]
    assert sum(len(one.targets) for one in episodes) >= 60
    prices = [point for one in episodes for point in observations(one) if point.kind == PRICE]
    assert sum(is_headline(one) for one in prices) >= 40


def test_an_episode_of_ones_own_needs_no_second_file(tmp_path: Path) -> None:
    for name in ("scenario.yaml", "observed.csv", "targets.csv"):
        (tmp_path / name).write_bytes((FOLDERS[0] / name).read_bytes())
    assert ways_of(tmp_path) == (DAY_ONE,)
    assert read_episode(tmp_path).targets
