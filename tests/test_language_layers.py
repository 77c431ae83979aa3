"""Files laid over one another, and single values set from outside."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from supplyrisk.errors import Problems
from supplyrisk.spec.load import origins, read_scenario

from .spec_files import GOOD, TINY, faults, load, put


def test_the_extending_file_wins_key_by_key(tmp_path: Path) -> None:
    put(tmp_path, GOOD, "base.yaml")
    loaded = load(tmp_path, "extends: base.yaml\ntitle: Longer\nevents:\n  - {name: ban, duration: 52 weeks}\n")
    scenario = loaded.scenarios[0]
    assert scenario.title == "Longer"
    assert [event.duration_days for event in scenario.events][:1] == [364.0]
    assert [event.start_day for event in scenario.events][:1] == [93.0]
    assert scenario.runs == 100


def test_events_are_matched_by_name_and_new_ones_are_added(tmp_path: Path) -> None:
    put(tmp_path, GOOD, "base.yaml")
    more = "extends: base.yaml\nevents:\n  - {type: export_ban, name: us, origins: US, products: metal, start: 2026-01-01}\n"
    assert [event.name for event in load(tmp_path, more).scenarios[0].events][:2] == ["ban", "us"]


def test_an_event_of_another_type_replaces_the_one_of_its_name(tmp_path: Path) -> None:
    put(tmp_path, GOOD.replace("  events.ban.share: {uniform: [80 %, 100 %]}\n", ""), "base.yaml")
    text = (
        "extends: base.yaml\nevents:\n  - {name: ban, type: export_tax, origins: CN, rate: 10 %, start: 2025-05-01}\n"
    )
    assert load(tmp_path, text).scenarios[0].events[0].type == "export_tax"


def test_distributions_and_schedules_are_replaced_not_mixed(tmp_path: Path) -> None:
    base = GOOD.replace("  events.ban.share: {uniform: [80 %, 100 %]}\n", "")
    base = base.replace("    duration: 26 weeks\n", "    share: {2025-04-04: 50 %, 2025-06-01: 60 %}\n")
    put(tmp_path, base, "base.yaml")
    text = "extends: base.yaml\nuncertain: {elasticity_short: {uniform: [0.1, 0.2]}}\nevents:\n"
    text += "  - {name: ban, share: {2025-04-04: 70 %, 2025-07-01: 90 %}}\n"
    scenario = load(tmp_path, text).scenarios[0]
    assert [point.level for point in scenario.events[0].effects[0].schedule] == [0.7, 0.9]
    assert {column.kind for column in scenario.sampled if column.name == "elasticity_short"} == {"uniform"}


def test_siblings_that_clash_are_refused_with_both_places(tmp_path: Path) -> None:
    good = GOOD.replace("strategic_stockpile\n", "strategic_stockpile\n        name: store\n")
    put(tmp_path, good, "a.yaml")
    put(tmp_path, good.replace("runs: 100", "runs: 300"), "b.yaml")
    found = faults(tmp_path, "extends: [a.yaml, b.yaml]\ntitle: Both\n")
    assert found == [
        "b.yaml:33:21: monte_carlo.runs: set to 300 here and to 100 at a.yaml:33:21; say in the extending file which"
    ]
    settled = "extends: [a.yaml, b.yaml]\ntitle: Both\nmonte_carlo: {runs: 7}\n"
    assert load(tmp_path, settled).scenarios[0].runs == 7


def test_a_library_of_policies_can_be_extended(tmp_path: Path) -> None:
    put(tmp_path, GOOD[GOOD.index("policies:") : GOOD.index("monte_carlo:")], "library.yaml")
    rest = GOOD[: GOOD.index("policies:")] + "extends: library.yaml\n"
    assert [arm.name for arm in load(tmp_path, rest).scenarios[0].arms] == ["baseline", "scenario", "policy:reserve"]


def test_circles_and_missing_files(tmp_path: Path) -> None:
    put(tmp_path, "extends: s.yaml\n" + GOOD, "base.yaml")
    assert faults(tmp_path, "extends: base.yaml\ntitle: x\n") == [
        "base.yaml:1:10: extends: s.yaml extends this file again, in a circle"
    ]
    assert faults(tmp_path, "extends: s.yaml\ntitle: x\n") == [
        "s.yaml:1:10: extends: s.yaml extends this file again, in a circle"
    ]
    assert faults(tmp_path, "extends: bass.yaml\ntitle: x\n") == [
        "s.yaml:1:10: extends: bass.yaml no such file; did you mean base.yaml"
    ]


def test_faults_are_told_where_they_were_written(tmp_path: Path) -> None:
    put(tmp_path, GOOD.replace("origins: CN", "origins: XX"), "base.yaml")
    found = faults(tmp_path, "extends: base.yaml\nmonte_carlo: {runs: 0}\n")
    assert [line.split(" ")[0] for line in found] == ["base.yaml:18:14:", "s.yaml:2:21:"]


def test_paths_count_from_the_file_they_are_written_in(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    shutil.copytree(TINY, tmp_path / "library" / "w")
    put(tmp_path / "library", GOOD.replace(TINY.as_posix(), "w"), "base.yaml")
    assert load(tmp_path, "extends: library/base.yaml\n").scenarios[0].world.name == "w"


def test_set_wins_over_everything(tmp_path: Path) -> None:
    sets = ("monte_carlo.runs=9", "events.ban.duration=52 weeks", "events[0].announced=2025-04-01", "report.months=12")
    loaded = load(tmp_path, GOOD, sets)
    scenario = loaded.scenarios[0]
    assert (scenario.runs, scenario.events[0].duration_days, scenario.report.months) == (9, 364.0, 12)
    assert scenario.events[0].announced_day == 90.0


def test_set_takes_lists_and_mappings(tmp_path: Path) -> None:
    sets = ("baseline.shares.metal={CN: 95 %}", "uncertain={}")
    scenario = load(tmp_path, GOOD, sets).scenarios[0]
    assert not any(column.name.startswith("events") for column in scenario.sampled)
    assert scenario.world.values["output_t_per_year", "metal", "CN"] == pytest.approx(0.95 * 1500)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("monte_carlo.runs", "must be written path=value, like monte_carlo.runs=50"),
        ("=5", "must be written path=value"),
        ("events.bann.share=1", "no item is named bann; did you mean ban"),
        ("events[7].share=1", "[7] is beyond the end of a list of 1"),
        ("events.ban.shere=1", "events[0].shere: unknown key (got shere); did you mean share"),
        ("monte_carlo.runs=[", "not valid YAML"),
        ("monte_carlo.runs=many", "monte_carlo.runs: is not a number (got 'many')"),
        ("a..b=1", "not a path"),
        ("title[0]=1", "asks for a list item where there is no list"),
    ],
)
def test_faulty_sets(tmp_path: Path, text: str, said: str) -> None:
    found = faults(tmp_path, GOOD, (text,))
    assert len(found) == 1
    assert said in found[0]
    assert "--set" in found[0]


def test_every_value_has_its_origin(tmp_path: Path) -> None:
    put(tmp_path, GOOD, "base.yaml")
    loaded = read_scenario(put(tmp_path, "extends: base.yaml\ntitle: Other\n"), ("monte_carlo.seed=5",))
    told = {path: (value, position.file.rpartition("/")[2], position.line) for path, value, position in origins(loaded)}
    assert told["title"] == ("Other", "s.yaml", 2)
    assert told["events.ban.duration"] == ("26 weeks", "base.yaml", 22)
    assert told["monte_carlo.seed"][1].startswith("--set monte_carlo.seed=5")


def test_a_broken_parent_is_not_lost(tmp_path: Path) -> None:
    put(tmp_path, "a: [\n", "base.yaml")
    with pytest.raises(Problems, match=r"base\.yaml:2:1: not valid YAML: the file ends inside a list"):
        load(tmp_path, "extends: base.yaml\n")


# --- events without a name --------------------------------------------------------------------------
DUTY = "{type: tariff, destinations: JP, products: metal, start: 2025-05-01, rate: %s}"
UNNAMED = GOOD.replace(
    "policies:", f"  - {DUTY % '25 %'}\n  - {{type: demand_change, change: 20 %, start: 2025-05-01}}\npolicies:"
)


@pytest.mark.parametrize(
    ("over", "asked"),
    [
        (DUTY % "30 %", "is a second tariff on goods that the one at base.yaml:23:5 is on already"),
        (DUTY.replace("metal", "all") % "30 %", "name: tariff, to add another give it a name of its own"),
        (DUTY.replace("products: metal, ", "origins: CN, ") % "30 %", "s.yaml:3:5: events[3]: is a second tariff"),
        (DUTY.replace("2025-05-01", "2026-05-01") % "30 %", "is a second tariff"),
        (DUTY.replace("metal", "part") % "30 %", ""),  # other goods
        (DUTY.replace("type", "name: more, type") % "30 %", ""),
        ("{type: demand_change, change: 30 %, start: 2025-06-01, end_uses: cars}", "is a second demand_change"),
        ("{type: export_ban, origins: CN, destinations: JP, products: metal, start: 2026-05-01}", "write name: ban"),
    ],
)
def test_an_unnamed_event_on_the_same_goods_asks_for_a_name(tmp_path: Path, over: str, asked: str) -> None:
    put(tmp_path, UNNAMED, "base.yaml")
    found = faults(tmp_path, f"extends: base.yaml\nevents:\n  - {over}\n")
    assert len(found) == (1 if asked else 0), found
    assert all(asked in line for line in found)


def test_within_one_file_two_duties_need_no_names(tmp_path: Path) -> None:
    events = load(tmp_path, UNNAMED.replace("policies:", f"  - {DUTY % '5 %'}\npolicies:")).scenarios[0].events
    assert [event.name for event in events][1:4] == ["tariff", "demand_change", "tariff 2"]


def test_an_unnamed_event_goes_by_its_type(tmp_path: Path) -> None:
    put(tmp_path, UNNAMED, "base.yaml")
    child = "extends: base.yaml\nevents:\n  - {name: tariff, rate: 30 %}\n"
    scenario = load(tmp_path, child, ("events.demand_change.change=50 %",)).scenarios[0]
    levels = [event.effects[0].schedule[0].level for event in scenario.events[1:3]]
    assert levels == [0.3, 0.5]
    drawn = UNNAMED.replace("  elasticity_short:", "  events.tariff.rate: {uniform: [10 %, 30 %]}\n  elasticity_short:")
    assert "events.tariff.rate" in {column.name for column in load(tmp_path, drawn).scenarios[0].sampled}


def test_a_name_goes_before_a_type(tmp_path: Path) -> None:
    """An event called like another's type keeps its name, wherever it stands."""
    named = DUTY.replace("{type", "{name: demand_change, type") % "25 %"
    text = (
        UNNAMED.replace(DUTY % "25 %", "XX").replace("  - XX\n", "").replace("policies:", f"  - {named}\npolicies:", 1)
    )
    events = load(tmp_path, text, ("events.demand_change.rate=40 %",)).scenarios[0].events
    assert [(event.name, event.type) for event in events][1:3] == [
        ("demand_change 2", "demand_change"),
        ("demand_change", "tariff"),
    ]


def test_libraries_may_each_add_an_unnamed_event(tmp_path: Path) -> None:
    put(tmp_path, UNNAMED, "a.yaml")
    put(tmp_path, f"title: More\nevents:\n  - {DUTY.replace('metal', 'part') % '5 %'}\n", "b.yaml")
    events = load(tmp_path, "extends: [a.yaml, b.yaml]\n").scenarios[0].events
    assert [event.name for event in events][:4] == ["ban", "tariff", "demand_change", "tariff 2"]


def test_other_lists_are_replaced(tmp_path: Path) -> None:
    outage = "outages: [{mean_time_between: 2 years, mean_time_to_repair: 4 weeks}]"
    put(tmp_path, GOOD.replace("outlook:", f"outlook:\n  {outage}"), "base.yaml")
    child = "extends: base.yaml\noutlook:\n  outages: [{mean_time_between: 3 years, mean_time_to_repair: 4 weeks}]\n"
    outages = load(tmp_path, child).scenarios[0].outlook.outages
    assert [item.mtbf_days for item in outages] == [3 * 365.25]
