"""Every shipped scenario loads, tells its story at the top, and has answers to set against it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from supplyrisk.events.registry import EVENT_TYPES, type_name
from supplyrisk.spec.load import load_scenario

FOLDER = Path(__file__).parents[1] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
# Starting points and variants, whose story is elsewhere.
WITHOUT_STORY = {"baseline", "template", "graphite_licences_no_notice"}
STORIES = [file for file in FILES if file.stem not in WITHOUT_STORY]


def header(file: Path) -> str:
    """The comment at the top, as one line of text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    until = next(i for i, line in enumerate(lines) if line and not line.startswith("#"))
    return " ".join(line.lstrip("# ") for line in lines[:until])


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_scenario_loads_and_editors_find_its_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema/scenario.schema.json"
    for scenario in load_scenario(file):
        assert scenario.question or file.stem in WITHOUT_STORY
        names = [arm.name for arm in scenario.arms]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("file", STORIES, ids=lambda f: f.stem)
def test_scenario_tells_what_is_known_assumed_and_where_from(file: Path) -> None:
    text = header(file)
    for word in ("Known:", "Assumed:", "Sources:", "press"):
        assert word in text, f"{file.name} has no {word}"
    for scenario in load_scenario(file):
        assert sum(arm.name.startswith("policy:") for arm in scenario.arms) >= 2


def rules(scenario: Any) -> set[tuple[str, object, str]]:
    """What says that two scenarios are about one event of history: type, day of announcement, who."""
    dated = [event for event in scenario.events if isinstance(event.announced_day, (int, float))]
    return {
        (event.type, scenario.start + dt.timedelta(days=float(event.announced_day)), str(effect.select.origins))
        for event in dated
        for effect in event.effects
    }


def test_an_event_of_history_is_written_once() -> None:
    """A scenario about what an episode is about extends it as recorded: two files would say two things of one office."""
    episodes = {path: load_scenario(path) for path in FOLDER.glob("episodes/*/recorded.yaml")}
    told = {(s.world.name, rule): path for path, found in episodes.items() for s in found for rule in rules(s)}
    assert len(told) > 10
    shared = 0
    for file in STORIES:
        for scenario in load_scenario(file):
            for path in {told[key] for rule in rules(scenario) if (key := (scenario.world.name, rule)) in told}:
                shared += 1
                assert f"extends: {path.relative_to(FOLDER)}" in file.read_text(encoding="utf-8"), (file.name, path)
    assert shared >= 4


@pytest.mark.parametrize("file", STORIES, ids=lambda f: f.stem)
def test_every_event_is_a_plain_sentence(file: Path) -> None:
    for scenario in load_scenario(file):
        for event in scenario.events:
            assert event.sentence.endswith("."), event.name
            assert "None" not in event.sentence


def test_the_scenarios_use_most_of_the_vocabulary() -> None:
    scenarios = [scenario for file in FILES for scenario in load_scenario(file)]
    used = {event.type for s in scenarios for event in (*s.outlook.events, *s.events)}
    unused = {type_name(cls) for cls in EVENT_TYPES} - used
    assert len(unused) <= len(EVENT_TYPES) // 8, unused  # shown in the template and the reference only
