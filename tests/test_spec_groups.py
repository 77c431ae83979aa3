"""Groups that a scenario defines: read, checked, laid over one another, and summed like the world's."""

from __future__ import annotations

import pickle
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from supplyrisk.experiment.work import Batch, bench, simulate
from supplyrisk.language.problems import find
from supplyrisk.results.store import Span
from supplyrisk.spec.explain import explain
from supplyrisk.spec.schema import schema

from .spec_files import GOOD, faults, load, put

OWN = GOOD.replace("baseline:\n", "groups: {partners: [JP, US]}\nbaseline:\n")


def test_a_group_stands_wherever_one_of_the_world_may(tmp_path: Path) -> None:
    text = (
        OWN.replace("JP: {value: 12 weeks, source: a survey}", "partners: 12 weeks")
        .replace("metal: {CN: 90 %}", "part: {partners: 30 %}")
        .replace("    products: metal\n    announced", "    destinations: partners\n    products: metal\n    announced")
        .replace("countries: JP", "countries: partners")
        .replace("elasticity_short:", "cover_weeks.metal.partners:")
        .replace("[0.05, 0.12, 0.3]", "[2 weeks, 3 weeks, 9 weeks]")
        + "report: {focus: {places: [partners, JP]}}\n"
    )
    loaded = load(tmp_path, text)
    resolution = loaded.resolutions[0]
    after = resolution.after
    assert after["cover_weeks", "part", "JP", ""] == after["cover_weeks", "part", "US", ""] == 12.0
    made = {key[2]: value for key, value in after.items() if key[0] == "output_t_per_year" and key[1] == "part"}
    assert (made.get("JP", 0) + made.get("US", 0)) / sum(made.values()) == pytest.approx(0.3)
    assert loaded.scenarios[0].report.places == ("partners", "JP")
    assert loaded.scenarios[0].world.groups["partners"] == ("JP", "US")
    assert {c.name for c in loaded.scenarios[0].sampled} >= {"cover_weeks.metal.partners"}
    assert "partners: Japan, United States." in explain(loaded)


def test_the_same_events_with_the_members_written_out(tmp_path: Path) -> None:
    ban = "    origins: CN\n"
    written = OWN.replace(ban, f"{ban}    destinations: [US, JP]\n")
    named = OWN.replace(ban, f"{ban}    destinations: partners\n")
    effects = [load(tmp_path, text).scenarios[0].events[0].effects for text in (written, named)]
    assert effects[0] == effects[1]


def test_members_may_be_groups_and_one_country_is_another_name(tmp_path: Path) -> None:
    text = GOOD.replace("baseline:\n", "groups: {wide: [WEST, CN], solo: JP}\nbaseline:\n")
    text += "report: {focus: {places: [solo, wide]}}\n"
    loaded = load(tmp_path, text.replace("WEST", "allies"))
    scenario = loaded.scenarios[0]
    assert set(scenario.world.groups["wide"]) == {"CN", "JP", "US"}
    assert scenario.report.places == ("JP", "wide")
    assert "solo" not in scenario.world.groups


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ("{allies: [JP, US]}", "groups.allies: allies is already the name of a group of the world"),
        ("{partners: [JP, UX]}", "groups.partners[1]: unknown country (got UX)"),
        ("{partners: [Japan, US]}", "groups.partners[0]: unknown country (got Japan); did you mean JP"),
        ("{partners: []}", "groups.partners: names no country"),
        (
            "{partners: JP, more: [partners, US]}",
            "groups.more[0]: a group is made of countries and groups of the world",
        ),
        ("{CN: [JP, US]}", "groups.CN: CN is already the name of a country"),
        ("{exCN: [JP, US]}", "groups.exCN: exCN is already the name of a price zone"),
        ("{metal: [JP, US]}", "groups.metal: metal is already the name of a product"),
        ("{cars: [JP, US]}", "groups.cars: cars is already the name of an end use"),
        ("{world: [JP, US]}", "groups.world: a name must be"),
        ("{uniform: [JP, US]}", "groups.uniform: a name must be"),
        ("{a b: [JP, US]}", "groups.a b: a name must be"),
        ("{partners: {JP: 1}}", "groups.partners: must be a country or a group"),
        ("[JP, US]", "groups: must be a mapping"),
    ],
)
def test_a_faulty_group_is_refused_at_its_place_and_alone(tmp_path: Path, groups: str, told: str) -> None:
    ban = "    origins: CN\n"
    name = "partners" if "partners" in groups else "JP"
    text = OWN.replace("{partners: [JP, US]}", groups).replace(ban, f"{ban}    destinations: {name}\n")
    found = faults(tmp_path, text)
    assert len(found) == 1
    assert told in str(found[0])
    assert ":5:" in str(found[0])


def test_layers_merge_groups_by_name(tmp_path: Path) -> None:
    put(tmp_path, OWN.replace("[JP, US]}", "[JP, US], uno: JP}"), "base.yaml")
    loaded = load(tmp_path, "extends: base.yaml\ngroups: {partners: [US, CN], 7more: [JP, CN]}\n")
    assert loaded.spec.groups == {"partners": ("US", "CN"), "uno": ("JP",), "7more": ("JP", "CN")}
    root = find(loaded.root, ("groups", "partners"))
    assert root is not None
    assert root.position.file.endswith("s.yaml")
    changed = load(tmp_path, "extends: base.yaml\n", ("groups.partners=[JP, CN]",))
    assert changed.scenarios[0].world.groups["partners"] == ("CN", "JP")


def test_two_extended_files_that_differ_are_told(tmp_path: Path) -> None:
    put(tmp_path, OWN, "a.yaml")
    put(tmp_path, "groups: {partners: [JP, CN]}\n", "b.yaml")
    assert any("groups.partners" in str(fault) for fault in faults(tmp_path, "extends: [a.yaml, b.yaml]\n"))
    assert load(tmp_path, "extends: [a.yaml, b.yaml]\ngroups: {partners: [JP, CN]}\n").spec.groups["partners"] == (
        "JP",
        "CN",
    )


def test_the_schema_knows_groups() -> None:
    check = jsonschema.Draft202012Validator(schema())
    good = {"title": "x", "world": "ndfeb", "horizon": {"start": "2026-01-01", "years": 1}}
    assert not list(check.iter_errors(good | {"groups": {"partners": ["JP", "US"], "solo": "JP"}}))
    for bad in ({"a b": ["JP"]}, {"partners": []}, {"partners": {"JP": 1}}, ["JP"]):
        assert list(check.iter_errors(good | {"groups": bad}))


def test_a_group_of_the_scenario_is_summed_like_one_of_the_world(tmp_path: Path) -> None:
    scenario = load(tmp_path, OWN).scenarios[0]
    ready = bench(Batch(pickle.dumps(scenario), "reference", 1, 2, "lhs", 2, "none"))
    found = simulate(ready, Span(0, 2), 1).outcomes
    names = {name[:4]: column for column, name in enumerate(ready.layout.outcomes)}
    pairs = [
        (column, names[m, p, "allies", use]) for (m, p, place, use), column in names.items() if place == "partners"
    ]
    assert {m for m, _, place, _ in names if place == "partners"} >= {"shortage_t", "production_t", "export_t"}
    own, worlds = (list(columns) for columns in zip(*pairs))
    assert np.array_equal(found[..., own], found[..., worlds], equal_nan=True)
    assert np.nanmax(found[..., own]) > 0


def test_of_several_worlds_each_tells_the_names_it_has(tmp_path: Path) -> None:
    text = """\
title: Two worlds
world: [gallium, ndfeb]
horizon: {start: 2027-01-01, years: 2}
groups: {partners: [JP, IN, MM]}
events:
  - {type: export_ban, origins: CN, destinations: partners, products: [crude_gallium, ht_magnet], start: 2027-06-01,
     duration: {uniform: [3 months, 10 months]}}
"""
    first, second = load(tmp_path, text).resolutions
    told = [r.scenario.events[0].sentence for r in (first, second)]
    assert "exports of crude gallium (4N) to partners" in told[0]
    assert "NdFeB magnets to partners" in told[1]
    assert not any("all ht magnet" in t or "all crude gallium" in t for t in told)
    assert all("for 198 days (" in t for t in told)
    assert "MM" not in first.world.names.countries
    assert first.scenario.world.groups["partners"] == ("IN", "JP")
    assert second.scenario.world.groups["partners"] == ("IN", "JP", "MM")
