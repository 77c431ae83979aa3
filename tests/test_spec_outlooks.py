"""`outlook: today | calm`, a world's `today.yaml`, and what a scenario lays on it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from supplyrisk.errors import Problems
from supplyrisk.spec.explain import explain
from supplyrisk.spec.load import Loaded, read_scenario, read_world, text_scenario
from supplyrisk.spec.worldfile import SHIPPED, shipped_worlds

RULES = ("close", "quota", "licence")
HEAD = "title: x\nworld: copied\nhorizon: {start: 2026-01-01, years: 1}\n"
TODAY = """\
as_of: 2026-06-30
notes: invented
outlook:
  simulate_from: 2025-01-01
  events:
    - {name: licences, type: licence_regime, origins: CN, products: antimony_metal, start: 2025-03-01, capacity: 50 %}
    - {name: US ban, type: export_ban, origins: CN, destinations: US, products: antimony_metal, start: 2025-04-01}
    - {name: truce, type: suspension, events: [US ban], start: 2025-11-10, end: 2030-11-27}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a copy of a shipped world that has an outlook of its own."""
    world = tmp_path / "copied"
    world.mkdir()
    for file in (SHIPPED / "antimony").iterdir():
        if file.name not in ("today.yaml", "recorded.csv"):
            shutil.copy(file, world)
    (world / "today.yaml").write_text(TODAY, encoding="utf-8")
    return tmp_path


def read(folder: Path, text: str = "", *, head: str = HEAD, sets: tuple[str, ...] = ()) -> Loaded:
    return text_scenario(head + text, folder / "scenario.yaml", sets)


def problems(folder: Path, text: str, *, head: str = HEAD) -> str:
    with pytest.raises(Problems) as caught:
        read(folder, text, head=head)
    return str(caught.value)


def standing(loaded: Loaded) -> list[str]:
    return [event.name for event in loaded.scenarios[0].outlook.events]


def test_today_is_the_default_from_2026_on(folder: Path) -> None:
    loaded = read(folder)
    scenario = loaded.scenarios[0]
    assert standing(loaded) == ["licences", "US ban", "truce"]
    assert (scenario.outlook.base, scenario.outlook.as_of) == ("today", "2026-06-30")
    assert scenario.lead_weeks == 53  # 365 days, in whole weeks
    assert str(scenario.first_day) == "2024-12-26"
    assert scenario.outlook.events[0].start_day == -306.0
    earlier = read(folder, head=HEAD.replace("2026", "2025"))
    assert (earlier.scenarios[0].outlook.base, earlier.scenarios[0].lead_weeks) == ("calm", 0)
    assert not standing(earlier)


def test_calm_stays_to_be_had_and_is_what_it_was(folder: Path) -> None:
    said = read(folder, "outlook: calm\n")
    assert not standing(said)
    assert said.scenarios[0].lead_weeks == 0
    (folder / "copied" / "today.yaml").unlink()
    assert said.scenarios[0] == read(folder).scenarios[0]


@pytest.mark.parametrize("text", ["outlook: today\n", "outlook: {base: today}\n"])
def test_today_can_be_asked_for_earlier(folder: Path, text: str) -> None:
    loaded = read(folder, text, head=HEAD.replace("2026", "2025"))
    assert len(standing(loaded)) == 3
    assert loaded.scenarios[0].lead_weeks == 0


def test_a_standing_rule_is_changed_by_its_name(folder: Path) -> None:
    own = "outlook: {events: [{name: licences, capacity: 80 %}, {type: tariff, destinations: US, rate: 10 %, start: 2025-05-05}]}\n"
    scenario = read(folder, own).scenarios[0]
    licences = scenario.outlook.events[0]
    assert [event.name for event in scenario.outlook.events] == ["licences", "US ban", "truce", "tariff"]
    assert licences.effects[0].schedule[0].level == 0.8
    assert licences.start_day == -306.0


def test_a_value_is_set_from_outside(folder: Path) -> None:
    one = read(folder, sets=("outlook.events.licences.capacity=30 %",)).scenarios[0]
    assert one.outlook.events[0].effects[0].schedule[0].level == 0.3
    own = "outlook: {demand_growth: 3 %/yr}\n"
    calm = read(folder, own, sets=("outlook=calm",)).scenarios[0]
    assert not calm.outlook.events
    assert set(calm.outlook.demand_growth_per_year.values()) == {0.03}


def test_layers_keep_what_they_do_not_change(folder: Path) -> None:
    (folder / "base.yaml").write_text(HEAD + "outlook: {demand_growth: 3 %/yr}\n", encoding="utf-8")
    for word, count in (("calm", 0), ("today", 3)):
        (folder / "over.yaml").write_text(f"extends: base.yaml\ntitle: y\noutlook: {word}\n", encoding="utf-8")
        found = read_scenario(folder / "over.yaml").scenarios[0].outlook
        assert len(found.events) == count
        assert set(found.demand_growth_per_year.values()) == {0.03}


def test_a_scenario_lifts_a_standing_rule_by_its_name_or_lays_a_stricter_one_on_it(folder: Path) -> None:
    loaded = read(
        folder,
        "events:\n"
        "  - {type: suspension, events: [licences], start: 2026-03-01}\n"
        "  - {name: strict, type: licence_regime, origins: CN, products: antimony_metal, start: 2026-06-01,"
        " capacity: 10 %}\n",
    )
    assert [event.name for event in loaded.scenarios[0].events] == ["suspension", "strict"]
    milder = "events: [{name: mild, type: licence_regime, origins: CN, products: antimony_metal, start: 2026-06-01, capacity: 90 %}]\n"
    assert "events[0]: does nothing: of two rules on one lane the stricter holds, and 'licences'" in problems(
        folder, milder
    )


def test_what_stands_may_end_and_begin_after_the_horizon(folder: Path) -> None:
    assert not read(folder).notes
    late = HEAD.replace("2026-01-01", "2024-01-01")
    assert len(standing(read(folder, "outlook: today\n", head=late))) == 3


def test_what_is_wrong_is_said_where_it_stands(folder: Path) -> None:
    assert "4:10: outlook.base: must be one of today, calm (got todday)" in problems(folder, "outlook: todday\n")
    early = "outlook: {events: [{type: tariff, destinations: US, rate: 10 %, start: 2024-01-01}]}\n"
    assert "lies before the first day that is simulated, 2024-12-26 (got 2024-01-01)" in problems(folder, early)
    after = "outlook: {base: calm, simulate_from: 2027-01-01}\n"
    assert "outlook.simulate_from: must not be after the start of the horizon" in problems(folder, after)
    long = "outlook: {base: calm, simulate_from: 1950-01-01}\n"
    assert "outlook.simulate_from: must be within 60 years" in problems(folder, long)
    file = folder / "copied" / "today.yaml"
    file.write_text(TODAY.replace("50 %", "50 parrots"), encoding="utf-8")
    assert "today.yaml:6:" in problems(folder, "")
    file.write_text(TODAY.replace("name: truce, ", "").replace("as_of: 2026-06-30", "asof: x"), encoding="utf-8")
    said = problems(folder, "")
    assert "today.yaml:1:1: asof: unknown key; did you mean as_of" in said
    assert "today.yaml:8:" in said
    assert "needs a name" in said
    file.unlink()
    assert "outlook.base: there is no today.yaml in the world's folder" in problems(folder, "outlook: today\n")


def test_explain_tells_what_stands(folder: Path) -> None:
    said = explain(read(folder))
    assert "Outlook: today, what is in force and under way on 30 June 2026, in every arm:" in said
    assert "  US ban: From 1 April 2025" in said
    assert "Simulated from 26 December 2024 (53 market weeks before the horizon" in said
    assert "Outlook: calm." in explain(read(folder, "outlook: calm\n"))


@pytest.mark.parametrize("world", shipped_worlds())
def test_shipped_outlooks_run_in_their_world(world: str) -> None:
    """Each is fine, all that it names exists, and the squeeze it leads to is there when the horizon starts."""
    text = f"title: x\nworld: {world}\nhorizon: {{start: 2026-07-01, years: 1}}\n"
    loaded = text_scenario(text, Path("x.yaml"))
    (resolution,) = loaded.resolutions
    assert all(item.resolved.effects for item in resolution.placed)
    assert resolution.scenario.outlook.base == "today"
    assert resolution.scenario.first_day >= dt.date(2023, 1, 1)
    assert "outlook.simulate_from" not in str(loaded.notes)


def test_shipped_outlooks_share_no_name() -> None:
    """A scenario of several worlds is laid on all of them: an event of one must not change one of another."""
    found = [read_world(world).today for world in shipped_worlds()]
    names = [name for today in found if today is not None for name in today.names]
    assert len(names) == len(set(names))
    loaded = text_scenario(
        "title: x\nworld: [gallium, ndfeb]\nhorizon: {start: 2026-01-01, years: 1}\n", Path("x.yaml")
    )
    assert {str(each.first_day) for each in loaded.scenarios} == {"2023-06-29"}  # that of the earlier one
    assert (
        next(
            event.name
            for event in loaded.scenarios[1].outlook.events
            if event.effects[:1] and event.type != "suspension"
        )
        == "magnet licences"
    )


def test_who_controls_exports_has_a_price_zone_of_its_own() -> None:
    """Rules act between price zones: one inside a zone says who gets the goods, and no price answers as it should."""
    alone = set()
    for name in (world for world in shipped_worlds() if (SHIPPED / world / "today.yaml").exists()):
        head = f"title: x\nworld: {name}\nhorizon: {{start: 2026-01-01, years: 1}}\n"
        scenario = text_scenario(head, Path("x.yaml")).scenarios[0]
        zones = list(scenario.world.zone_of.values())
        for effect in (effect for event in scenario.outlook.events for effect in event.effects if effect.op in RULES):
            # (A rule on content touches what other countries make; it is not theirs.)
            if len(effect.select.origins) == 1:
                (origin,) = effect.select.origins
                assert zones.count(scenario.world.zone_of[origin]) == 1, (name, origin)
                alone.add(origin)
    assert {"CN", "CD"} <= alone
