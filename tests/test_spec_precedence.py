"""The order of lines carries no meaning: of several changes of a number the one that names more holds."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from supplyrisk.engines.prepare import fill_floats
from supplyrisk.errors import Problems
from supplyrisk.language.numbers import Sampled
from supplyrisk.model.compile import compile_scenario
from supplyrisk.spec.apply import output_shares
from supplyrisk.spec.cells import lookup
from supplyrisk.spec.explain import explain
from supplyrisk.spec.load import Loaded, read_scenario, text_scenario

from .spec_files import GOOD, TINY, load, put

HEAD = f"title: x\nworld: {TINY.as_posix()}\nhorizon: {{start: 2025-01-01, years: 3}}\n"
NDFEB = "title: x\nworld: ndfeb\nhorizon: {start: 2026-01-01, years: 2}\noutlook: calm\n"


def read(baseline: Any = None, uncertain: Any = None, head: str = HEAD, sets: tuple[str, ...] = ()) -> Loaded:
    """A scenario with these sections, without a file."""
    out = io.StringIO()
    YAML(typ="safe").dump({k: v for k, v in (("baseline", baseline), ("uncertain", uncertain)) if v is not None}, out)
    return text_scenario(head + out.getvalue(), Path("s.yaml"), sets)


def central(loaded: Loaded, *key: str) -> float:
    value = lookup(loaded.resolutions[0].after, key)
    assert value is not None
    return value


def said(baseline: Any, uncertain: Any = None, head: str = HEAD) -> list[str]:
    try:
        read(baseline, uncertain, head)
    except Problems as problems:
        return [str(problem) for problem in problems.problems]
    return []


def orders(value: Any) -> list[Any]:
    """Every order of the keys of a mapping, at all depths."""
    if not isinstance(value, dict):
        return [value]
    found = []
    for keys in itertools.permutations(value):
        for items in itertools.product(*(orders(value[key]) for key in keys)):
            found.append(dict(zip(keys, items, strict=True)))
    return found


# Changes, and what must come of them: (parameter and cell, value).
RULES: tuple[tuple[str, Any, dict[tuple[str, ...], float]], ...] = (
    (
        "the one that names more",
        {"cover_weeks": {"part": {"JP": "26 weeks"}, "all": "8 weeks"}},
        {("cover_weeks", "part", "JP", "cars"): 26, ("cover_weeks", "part", "US", "cars"): 8},
    ),
    (
        "of equally many the earlier dimension",
        {"cover_weeks": {"part": "5 weeks", "all": {"JP": "9 weeks"}}},
        {("cover_weeks", "part", "JP", "cars"): 5, ("cover_weeks", "part", "US", "cars"): 5},
    ),
    (
        "a country before its group",
        {"cover_weeks": {"part": {"allies": "20 weeks", "JP": "4 weeks"}}},
        {("cover_weeks", "part", "JP", "cars"): 4, ("cover_weeks", "part", "US", "cars"): 20},
    ),
    (
        "a product before its stage, though it is the only one",
        {"order_cap": {"refining": 3, "metal": 4}},
        {("order_cap", "metal"): 4},
    ),
    (
        "a value that names more is not scaled",
        {"use_t_per_year": {"part": {"US": {"grid": "300 t/yr"}}, "all": {"scale": 1.2}}},
        {("use_t_per_year", "part", "US", "grid"): 300},
    ),
    (
        "a scale that names more multiplies a wider value",
        {"cover_weeks": {"all": "8 weeks", "part": {"JP": {"scale": 1.5}}}},
        {("cover_weeks", "part", "JP", "cars"): 12, ("cover_weeks", "part", "US", "cars"): 8},
    ),
    (
        "of two scales the one that names more",
        {"cover_weeks": {"all": {"scale": 2}, "part": {"JP": {"scale": 3}}}, "transit_days": {"all": {"scale": 2}}},
        {("cover_weeks", "part", "JP", "cars"): 3 * 14, ("cover_weeks", "part", "US", "cars"): 2 * 10},
    ),
)


def values(loaded: Loaded) -> dict[tuple[str, ...], Any]:
    return dict(loaded.scenarios[0].world.values)


@pytest.mark.parametrize(("what", "baseline", "expected"), RULES, ids=[rule[0] for rule in RULES])
def test_a_rule_holds_in_every_order_of_lines(what: str, baseline: Any, expected: dict[tuple[str, ...], float]) -> None:
    found = [read(one) for one in orders(baseline)]
    for key, value in expected.items():
        assert central(found[0], *key) == pytest.approx(value)
    assert all(values(loaded) == values(found[0]) for loaded in found)
    assert all(loaded.scenarios[0].sampled == found[0].scenarios[0].sampled for loaded in found)


LEAF = st.sampled_from(["6 weeks", "9 weeks", {"scale": 1.5}, {"uniform": ["6 weeks", "10 weeks"]}])
NAMES = (("all", "part", "parts", "metal"), ("all", "JP", "US", "allies", "exCN"), ("all", "cars", "grid"))


def nested(names: tuple[tuple[str, ...], ...]) -> st.SearchStrategy[Any]:
    if not names:
        return LEAF
    inner = st.dictionaries(st.sampled_from(names[0]), nested(names[1:]), min_size=1, max_size=3)
    return st.one_of(LEAF, inner) if len(names) < 3 else inner


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_order_of_lines_changes_a_number(data: Any) -> None:
    written = {"cover_weeks": data.draw(nested(NAMES)), "order_cap": {"all": 3, "metal": {"scale": 1.2}}}
    mixed = data.draw(st.randoms(use_true_random=False))

    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict) or set(value) & {"uniform", "scale"}:
            return value
        keys = list(value)
        mixed.shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}

    other = shuffled(written)
    first = said(written)
    assert sorted(message.split(": ", 1)[-1] for message in first) == sorted(
        message.split(": ", 1)[-1] for message in said(other)
    )
    if not first:
        assert values(read(written)) == values(read(other))


def test_changes_that_overlap_in_no_order_are_refused() -> None:
    """Two groups of which neither is a part of the other, with other numbers for what they share."""
    found = said({"cover_weeks": {"part": {"allies": "8 weeks", "exCN": "9 weeks"}}})
    assert len(found) == 1
    assert "contradicts cover_weeks.part.allies" in found[0]
    assert "give part JP its own" in found[0]
    assert not said({"cover_weeks": {"part": {"allies": "8 weeks", "exCN": "8 weeks"}}})
    crossing = {"parts": {"JP": "8 weeks"}, "part": {"allies": "9 weeks"}}
    assert len(said({"cover_weeks": crossing})) == 0  # Japan is one country of the group
    twice = said(None, {"cover_weeks.part": {"uniform": [5, 6]}, "cover_weeks.part.all": {"uniform": [6, 7]}})
    assert any("contradicts cover_weeks.part" in message for message in twice)


# --- sections and layers --------------------------------------------------------------------------
def test_uncertain_does_not_move_what_baseline_names_more_closely() -> None:
    loaded = read({"cover_weeks": {"part": {"JP": "26 weeks"}}}, {"cover_weeks": {"uniform": ["4 weeks", "6 weeks"]}})
    assert central(loaded, "cover_weeks", "part", "JP", "cars") == 26
    assert central(loaded, "cover_weeks", "part", "US", "cars") == 5
    same = read({"cover_weeks": {"part": "26 weeks"}}, {"cover_weeks.part": {"uniform": ["4 weeks", "6 weeks"]}})
    assert central(same, "cover_weeks", "part", "JP", "cars") == 5


def test_a_drawn_scale_keeps_the_draw_of_what_it_multiplies() -> None:
    scale = {"scale": {"uniform": [0.5, 1.5]}}
    loaded = read(None, {"elasticity_short": scale})
    number = lookup(values(loaded), ("elasticity_short", "part", "cars"))
    assert isinstance(number, Sampled)
    assert number.columns == ("elasticity_short", "elasticity_short.scale")
    columns = {column.name: column for column in loaded.scenarios[0].sampled}
    assert [columns[name].kind for name in number.columns] == ["lognormal", "uniform"]
    model = compile_scenario(loaded.scenarios[0])
    row = np.array([column.central for column in loaded.scenarios[0].sampled])
    for name, value in (("elasticity_short", 0.2), ("elasticity_short.scale", 1.25)):
        row[[column.name for column in loaded.scenarios[0].sampled].index(name)] = value
    assert fill_floats(model, row)[model.layout.elasticity_short] == pytest.approx(0.25)


@pytest.mark.parametrize("general_first", [True, False])
def test_a_layer_adds_cells_and_replaces_the_same_cell(tmp_path: Path, general_first: bool) -> None:
    general, narrow = "cover_weeks: 8 weeks", "cover_weeks: {part: {JP: 26 weeks}}"
    below, above = (general, narrow) if general_first else (narrow, general)
    put(tmp_path, f"{HEAD}baseline: {{{below}}}\n", "below.yaml")
    path = put(tmp_path, f"extends: below.yaml\nbaseline: {{{above}}}\n", "above.yaml")
    loaded = read_scenario(path)
    assert central(loaded, "cover_weeks", "part", "JP", "cars") == 26
    assert central(loaded, "cover_weeks", "part", "US", "cars") == 8
    again = read_scenario(path, ("baseline.cover_weeks.part.JP=30 weeks",))
    assert central(again, "cover_weeks", "part", "JP", "cars") == 30
    wide = read_scenario(path, ("baseline.cover_weeks=9 weeks",))
    assert central(wide, "cover_weeks", "part", "JP", "cars") == 26
    assert central(wide, "cover_weeks", "part", "US", "cars") == 9


def test_explain_shows_the_numbers_that_are_used() -> None:
    told = explain(read({"cover_weeks": {"part": {"allies": "20 weeks", "JP": "4 weeks"}}}))
    assert "cover_weeks.part.JP: 14 -> 4 weeks" in told
    assert "cover_weeks.part.JP: 14 -> 20" not in told


# --- shares of groups and members -----------------------------------------------------------------
def shares(stated: Any, uncertain: Any = None) -> dict[str, float]:
    return output_shares(read({"shares": {"ht_magnet": stated}}, uncertain, NDFEB).resolutions[0].after, "ht_magnet")


def makers() -> dict[str, float]:
    return output_shares(read({}, None, NDFEB).resolutions[0].after, "ht_magnet")


def test_a_group_and_its_member_both_hold() -> None:
    before = makers()
    names = read({}, None, NDFEB).resolutions[0].world.names
    members = set(names.expand_countries(("EU",)))
    for order in orders({"EU": "10 %", "DE": "2 %"}):
        after = shares(order)
        assert sum(share for country, share in after.items() if country in members) == pytest.approx(0.1)
        assert after["DE"] == pytest.approx(0.02)
        assert sum(after.values()) == pytest.approx(1.0)
        assert after["CN"] / after["JP"] == pytest.approx(before["CN"] / before["JP"])


REFUSED: tuple[tuple[Any, str], ...] = (
    ({"EU": "10 %", "DE": "12 %"}, "is less than the shares of DE"),
    ({"EU": "60 %", "CN": "50 %"}, "more than all of it"),
    ({"EU": "10 %", "DE": {"uniform": ["2 %", "12 %"]}}, "is less than the shares of DE"),
    ({"EU": {"uniform": ["1 %", "4 %"]}, "DE": "2 %"}, "is less than the shares of DE"),
)


@pytest.mark.parametrize(("stated", "message"), REFUSED)
def test_shares_that_cannot_hold_together_are_refused(stated: Any, message: str) -> None:
    for order in ({name: stated[name] for name in names} for names in itertools.permutations(stated)):
        found = said({"shares": {"ht_magnet": order}}, None, NDFEB)
        assert len(found) == 1
        assert message in found[0]


def test_a_drawn_share_leaves_the_stated_ones_alone() -> None:
    loaded = read(
        {"shares": {"ht_magnet": {"JP": "10 %"}}}, {"shares.ht_magnet.CN": {"uniform": ["70 %", "80 %"]}}, NDFEB
    )
    after = output_shares(loaded.resolutions[0].after, "ht_magnet")
    assert after["JP"] == pytest.approx(0.1)
    assert after["CN"] == pytest.approx(0.75)


# --- suppliers ------------------------------------------------------------------------------------
def test_other_suppliers_make_room_for_what_a_run_draws() -> None:
    drawn = values(read({"trade_share": {"part": {"CN": {"JP": {"uniform": ["10 %", "50 %"]}}}}}))
    for share in (0.1, 0.2, 0.5):
        known = values(read({"trade_share": {"part": {"CN": {"JP": share}}}}))
        for seller in ("CN", "JP"):
            number = drawn["trade_share", "part", seller, "JP"]
            assert isinstance(number, Sampled)
            found = number.at({"trade_share.part.CN.JP": share})
            assert found == pytest.approx(known["trade_share", "part", seller, "JP"])


def test_suppliers_that_can_sum_to_more_than_all_are_refused() -> None:
    lanes = {"CN": {"JP": {"uniform": ["10 %", "50 %"]}}, "JP": {"JP": "60 %"}}
    assert any("sum to 1.1, more than 1" in message for message in said({"trade_share": {"part": lanes}}))


@pytest.mark.parametrize(
    ("path", "value", "column"),
    [
        ("events.ban.share", "0.5", "events.ban.share"),
        ("events[0].share", "0.5", "events.ban.share"),
        ("baseline.elasticity_short", "0.2", "elasticity_short"),
    ],
)
def test_what_is_set_from_outside_is_no_longer_drawn(tmp_path: Path, path: str, value: str, column: str) -> None:
    """`--set`, overrides and studies: a variant that sets a drawn value was the same as all others."""

    def drawn(*sets: str) -> list[str]:
        return [each.name for each in load(tmp_path, GOOD, sets).scenarios[0].sampled]

    assert column in drawn()
    assert column not in drawn(f"{path}={value}")
    assert len(drawn(f"{path}={value}")) == len(drawn()) - 1
    assert column in drawn("events.ban.start=2025-05-01")


def test_a_draw_that_scales_multiplies_what_is_set(tmp_path: Path) -> None:
    text = GOOD.replace(
        "elasticity_short: {pert: [0.05, 0.12, 0.3]}", "elasticity_short: {scale: {uniform: [0.5, 1.5]}}"
    )
    (scenario,) = load(tmp_path, text, ("baseline.elasticity_short=0.2",)).scenarios
    assert any("elasticity_short" in each.name for each in scenario.sampled)
