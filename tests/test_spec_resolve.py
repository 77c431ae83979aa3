"""From the typed file to what the compiler reads: numbers, shares, draws, arms."""

from __future__ import annotations

import datetime as dt
import math
import random
from pathlib import Path

import pytest
from supplyrisk.language.numbers import Sampled
from supplyrisk.model.stated import traded
from supplyrisk.spec.apply import output_shares
from supplyrisk.spec.cells import lookup, path_of
from supplyrisk.spec.load import load_world, read_scenario, read_world
from supplyrisk.spec.resolved import Scenario

from .spec_files import GOOD, TINY, faults, load, put

EVENTS = GOOD[GOOD.index("events:") : GOOD.index("policies:")]
BARE = f"title: x\nworld: {TINY.as_posix()}\nhorizon: {{start: 2025-01-01, years: 3}}\n"


def scenario(folder: Path, text: str) -> Scenario:
    return load(folder, BARE + text).scenarios[0]


def central(resolved: Scenario, *key: str) -> float:
    value = lookup(resolved.world.values, key)
    assert value is not None
    if isinstance(value, Sampled):
        columns = {column.name: column.central for column in resolved.sampled}
        return value.offset + value.scale * columns[value.column]
    return value


def test_arms_share_the_scenarios_events(tmp_path: Path) -> None:
    resolved = load(tmp_path).scenarios[0]
    assert [(arm.name, arm.events) for arm in resolved.arms] == [
        ("baseline", ()),
        ("scenario", (0,)),
        ("policy:reserve", (0, 1)),
    ]


def test_days_count_from_the_first_day(tmp_path: Path) -> None:
    resolved = load(tmp_path).scenarios[0]
    ban = resolved.events[0]
    assert (resolved.start, resolved.days) == (dt.date(2025, 1, 1), 365 * 3)
    assert (ban.announced_day, ban.start_day, ban.duration_days) == (78.0, 93.0, 182.0)


def test_horizon_by_its_last_day(tmp_path: Path) -> None:
    text = BARE.replace("years: 3", "end: 2025-12-31")
    assert load(tmp_path, text).scenarios[0].days == 365
    leap = BARE.replace("start: 2025-01-01, years: 3", "start: 2024-02-29, years: 1.5")
    assert load(tmp_path, leap).scenarios[0].days == 365 + 183


@pytest.mark.parametrize("share", [0.05, 0.5, 0.867, 0.9])
def test_shares_are_set_and_the_total_kept(tmp_path: Path, share: float) -> None:
    resolved = scenario(tmp_path, f"baseline: {{shares: {{ore: {{CN: {share}}}}}}}\n")
    values = {key: central(resolved, *key) for key in resolved.world.values}
    assert output_shares(values, "ore")["CN"] == pytest.approx(share)
    total = sum(value for key, value in values.items() if key[:2] == ("output_t_per_year", "ore"))
    assert total == pytest.approx(1875)


def test_a_country_with_the_whole_output_is_the_only_supplier(tmp_path: Path) -> None:
    resolved = scenario(tmp_path, "baseline: {shares: {metal: {CN: 100 %}}}\n")
    assert ("output_t_per_year", "metal", "US") not in resolved.world.values
    assert ("trade_share", "metal", "US", "JP") not in resolved.world.values
    assert central(resolved, "trade_share", "metal", "CN", "JP") == 1.0


def test_a_country_that_makes_nothing_any_more_leaves_its_buyers_to_others(tmp_path: Path) -> None:
    resolved = scenario(tmp_path, "baseline: {shares: {ore: {US: 0 %}}}\n")
    ore = next(item for item in traded(resolved) if item.product == "ore")
    assert [(lane.seller, lane.share, lane.is_stated) for lane in ore.lanes if lane.buyer == "US"] == [
        ("CN", 1.0, False)
    ]


def test_the_rest_keeps_its_proportions(tmp_path: Path) -> None:
    world = tmp_path / "three"
    from supplyrisk.spec.skeleton import write_skeleton

    write_skeleton(world, "three")
    text = f"title: x\nworld: {world}\nhorizon: {{start: 2025-01-01, years: 3}}\nbaseline: {{shares: {{ore: {{CN: 20 %}}}}}}\n"
    values = load(tmp_path, text).scenarios[0].world.values
    shares = output_shares({k: v for k, v in values.items() if not isinstance(v, Sampled)}, "ore")
    assert shares == pytest.approx({"KZ": 0.4, "ROW": 0.4, "CN": 0.2})


def test_an_uncertain_share_moves_the_rest_against_it(tmp_path: Path) -> None:
    resolved = scenario(tmp_path, "baseline: {shares: {ore: {CN: {uniform: [70 %, 90 %]}}}}\n")
    cn, us = (resolved.world.values["output_t_per_year", "ore", country] for country in ("CN", "US"))
    assert isinstance(cn, Sampled)
    assert isinstance(us, Sampled)
    assert cn.column == us.column == "shares.ore.CN"
    for draw in (0.7, 0.8, 0.9):
        assert cn.offset + cn.scale * draw == pytest.approx(1875 * draw)
        assert us.offset + us.scale * draw == pytest.approx(1875 * (1 - draw))


def test_an_override_wins_over_every_narrower_row(tmp_path: Path) -> None:
    """The world has a row for Japan; the analyst's number for all countries replaces that too."""
    resolved = scenario(tmp_path, "baseline: {cover_weeks: {part: 5 weeks}}\n")
    assert central(resolved, "cover_weeks", "part", "JP", "cars") == 5
    assert not any(column.name.startswith("cover_weeks") for column in resolved.sampled)


def test_groups_stages_and_all_may_stand_in_the_baseline(tmp_path: Path) -> None:
    resolved = scenario(
        tmp_path, "baseline:\n  cover_weeks: {all: {allies: {grid: 3 weeks}}}\n  order_cap: {refining: 3}\n"
    )
    assert central(resolved, "cover_weeks", "part", "US", "grid") == 3
    assert central(resolved, "cover_weeks", "part", "CN", "grid") == 10
    assert central(resolved, "cover_weeks", "part", "US", "cars") == 10
    assert central(resolved, "order_cap", "metal") == 3
    assert lookup(resolved.world.values, ("order_cap", "part")) is None


def test_scale_multiplies_what_is_there(tmp_path: Path) -> None:
    resolved = scenario(tmp_path, "baseline: {use_t_per_year: {part: {JP: {scale: 1.5}}}}\n")
    assert central(resolved, "use_t_per_year", "part", "JP", "cars") == 300
    assert central(resolved, "use_t_per_year", "part", "CN", "cars") == 400


def test_stated_suppliers_keep_their_share_the_others_share_the_rest(tmp_path: Path) -> None:
    resolved = scenario(tmp_path, "baseline: {trade_share: {metal: {CN: {JP: 80 %}}}}\n")
    assert central(resolved, "trade_share", "metal", "CN", "JP") == pytest.approx(0.8)
    assert central(resolved, "trade_share", "metal", "US", "JP") == pytest.approx(0.2)


def test_uncertain_world_numbers_become_columns_with_the_parameters_bounds(tmp_path: Path) -> None:
    resolved = scenario(tmp_path, "uncertain:\n  cover_weeks.part.JP.cars: {lognormal: {p5: 5 weeks, p95: 12 weeks}}\n")
    (column,) = [column for column in resolved.sampled if column.name == "cover_weeks.part.JP.cars"]
    assert (column.kind, column.low, column.high) == ("lognormal", 0.5, 104)
    assert column.central == pytest.approx(math.sqrt(60))
    assert resolved.world.values["cover_weeks", "part", "JP", "cars"] == Sampled("cover_weeks.part.JP.cars")


def test_an_uncertain_scale_multiplies_each_cells_own_value(tmp_path: Path) -> None:
    resolved = scenario(tmp_path, "uncertain: {use_t_per_year.part: {scale: {uniform: [0.9, 1.1]}}}\n")
    for country, use, tonnes in (("CN", "cars", 400), ("US", "grid", 50)):
        assert resolved.world.values["use_t_per_year", "part", country, use] == Sampled("use_t_per_year.part", tonnes)


def test_world_uncertainty_can_be_switched_off(tmp_path: Path) -> None:
    on = scenario(tmp_path, "")
    off = scenario(tmp_path, "monte_carlo: {world_uncertainty: no}\n")
    assert on.sampled
    assert off.sampled == ()
    assert central(off, "utilisation", "ore", "CN") == central(on, "utilisation", "ore", "CN") == 0.85


def test_numbers_of_a_group_share_one_draw() -> None:
    columns = read_world(TINY).columns
    assert columns["elasticity_short"].group == columns["elasticity_long"].group == "elasticity"
    assert columns["utilisation"].group == "utilisation"


def test_distributions_may_stand_anywhere_in_events(tmp_path: Path) -> None:
    text = """events:
  - type: export_ban
    name: ban
    origins: CN
    products: metal
    start: {uniform: [2025-04-01, 2025-04-11]}
    duration: {triangular: [10 weeks, 20 weeks, 52 weeks]}
    probability: {discrete: {0.5: 0.5, 1: 0.5}}
    share: {start: {uniform: [50 %, 60 %]}, 8 weeks: {uniform: [80 %, 90 %]}}
"""
    resolved = scenario(tmp_path, text + "monte_carlo: {world_uncertainty: no}\n")
    assert {column.name for column in resolved.sampled} == {
        "events.ban.start",
        "events.ban.duration",
        "events.ban.probability",
        "events.ban.share.0d",
        "events.ban.share.56d",
    }
    start = resolved.events[0].start_day
    assert isinstance(start, Sampled)
    assert start.offset + start.scale * dt.date(2025, 4, 1).toordinal() == 90.0


def test_rank_correlations_name_groups(tmp_path: Path) -> None:
    text = "uncertain: {rank_correlations: [[elasticity_short, utilisation, -0.3]]}\n"
    assert scenario(tmp_path, text).rank_correlations == (("elasticity", "utilisation", -0.3),)
    impossible = """uncertain:
  rank_correlations: [[elasticity_short, utilisation, 0.9], [utilisation, contract_share, 0.9],
                      [elasticity_short, contract_share, -0.9]]
"""
    assert "contradict each other" in faults(tmp_path, BARE + impossible)[0]
    twins = "uncertain: {rank_correlations: [[elasticity_short, elasticity_long, 0.5]]}\n"
    assert "are drawn together already" in faults(tmp_path, BARE + twins)[0]


def test_the_order_of_keys_changes_nothing(tmp_path: Path) -> None:
    """Same columns, same values, same events, however the sections are shuffled."""
    blocks = [block for block in _blocks(GOOD) if block]
    expected = load(tmp_path).scenarios[0]
    for seed in range(5):
        random.Random(seed).shuffle(blocks)
        again = load(tmp_path, "".join(blocks)).scenarios[0]
        assert again == expected


def _blocks(text: str) -> list[str]:
    """The top-level sections of a file."""
    blocks: list[str] = []
    for line in text.splitlines(keepends=True):
        if line[0] not in " -#":
            blocks.append("")
        blocks[-1] += line
    return blocks


def test_outlook_reaches_every_end_use(tmp_path: Path) -> None:
    text = "outlook: {demand_growth: {all: 2 %/yr, cars: {uniform: [3 %, 5 %]}}, capacity_growth: 1 %}\n"
    outlook = scenario(tmp_path, text).outlook
    assert outlook.demand_growth_per_year == {"cars": Sampled("outlook.demand_growth.cars"), "grid": 0.02}
    assert outlook.capacity_growth_per_year == 0.01


def test_seasons_have_a_mean_of_exactly_one(tmp_path: Path) -> None:
    factors = "[1.2, 1.2, 1, 1, 1, 1, 1, 1, 1, 1, 0.8, 0.8]"
    season = scenario(tmp_path, f"outlook: {{season: {{cars: {factors}}}}}\n").outlook.season
    assert season is not None
    assert sum(season["cars"]) == pytest.approx(12, abs=1e-12)
    found = faults(tmp_path, BARE + f"outlook: {{season: {{cars: {factors.replace('0.8', '8')}}}}}\n")
    assert "the twelve factors must have a mean of 1" in found[0]


def test_several_worlds_give_several_scenarios(tmp_path: Path) -> None:
    from supplyrisk.spec.skeleton import write_skeleton

    write_skeleton(tmp_path / "zircon", "zircon")
    text = f"title: x\nworld: [{TINY.as_posix()}, zircon]\nhorizon: {{start: 2025-01-01, years: 3}}\n"
    text += "events:\n  - {type: export_ban, origins: CN, products: [part, metal], start: 2025-03-01}\n"
    text += "  - {type: export_ban, name: kz, origins: KZ, products: ore, start: 2025-03-01}\n"
    first, second = load(tmp_path, text).scenarios
    assert first.events[0].effects[0].select.products == ("metal", "part")
    assert second.events[0].effects[0].select.products == ("metal",)
    assert first.events[1].effects == ()  # the invented world has no Kazakhstan
    assert second.events[1].effects != ()


def test_report_options_are_resolved(tmp_path: Path) -> None:
    row = "china_metal_exports_total,2025-03,1500,kg,customs,high"
    put(tmp_path, f"series,period,value,unit,source,confidence\n{row}\n", "o.csv")
    report = (
        "report: {observed: o.csv, months: 18, figures: [price_fan], focus: {products: refining, places: allies}}\n"
    )
    options = scenario(tmp_path, report).report
    assert [(one.series, one.value, one.first.month) for one in options.recorded] == [
        ("china_metal_exports_total", 1.5, 3)
    ]
    assert (options.products, options.places, options.months, options.figures) == (
        ("metal",),
        ("allies",),  # a group is a place of its own
        18,
        ("price_fan",),
    )


def test_shipped_worlds_load_and_paths_name_their_cells() -> None:
    world = load_world("ndfeb")
    assert {product.id for product in world.products} >= {"ndpr_oxide", "dytb_oxide", "ht_magnet"}
    assert path_of(("cover_weeks", "", "US", "defence")) == "cover_weeks.all.US.defence"
    assert path_of(("cover_weeks", "part", "", "")) == "cover_weeks.part"


def test_one_line_changes_chinas_share_of_refining() -> None:
    path = Path(__file__).parents[1] / "scenarios" / "baseline.yaml"
    loaded = read_scenario(path, ("baseline.shares.ndpr_oxide.CN=80 %",))
    assert output_shares(loaded.resolutions[0].after, "ndpr_oxide")["CN"] == pytest.approx(0.8)
