"""Two rules on one lane, site, user or buyer: the table of the reference page against what the model does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from supplyrisk.engines import get_engine
from supplyrisk.engines.simpy_engine import ReferenceRun
from supplyrisk.model.compile import compile_scenario
from supplyrisk.model.compile_effects import ordered_events
from supplyrisk.model.controls import set_rules
from supplyrisk.model.start import start_run
from supplyrisk.model.states import FROZEN, FROZEN_BUT_GENERAL
from supplyrisk.operations.declare import WAYS
from supplyrisk.operations.table import OPS

from .small_worlds import RIGID, World, chain, effect, event, rivals, run, scenario, three_stages, written

DAY = 77
# operation: array that shows what holds, further numbers of both rows
SHOWN: dict[str, tuple[str, dict[str, float]]] = {
    "close": ("lane_close", {}),
    "tariff": ("lane_tariff", {}),
    "delay": ("lane_delay", {}),
    "hold": ("lane_hold", {"hold_days": 10.0, "hold_days_sd": 1.0}),
    "general_licence": ("lane_general", {}),
    "leak": ("lane_leak_cap", {"growth_per_week": 0.1, "extra_days": 1.0, "extra_cost": 0.1}),
    "enforcement": ("lane_enforcement", {"seizure_probability": 0.0}),
    "sourcing": ("lane_sourcing", {}),
    "capacity_loss": ("site_loss", {}),
    "new_capacity": ("site_extra", {"needs_input": 1.0, "success_probability": 1.0}),
    "price_floor": ("site_floor", {}),
    "subsidy": ("site_subsidy", {}),
    "offtake": ("site_offtake", {}),
    "demand": ("user_demand", {"lasts": 0.0}),
    "new_demand": ("user_added", {}),
    "thrift": ("user_programme", {}),
    "cover_obligation": ("user_obligation", {}),
    "stockpile": ("stockpile_target", {}),
}
ELSEWHERE = {
    "freeze",
    "quota",
    "licence",
    "joint_purchase",
    "suspend",
    "project_delay",
    "inspection",  # test_events_home
    "state_trade",  # test_model_states_and_traders
}  # have tests of their own below
EXPECTED = {
    "larger": max,
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "compound": lambda a, b: 1 - (1 - a) * (1 - b),
}


@dataclass(frozen=True)
class State:
    """The model's numbers with all rules of day 77 in force, and the names of its events by index."""

    run: ReferenceRun
    names: list[str]

    def decides(self) -> dict[str, str]:
        """Lane -> name of the event whose office decides about it."""
        L, ints = self.run.L, self.run.I
        found = {}
        for lane in range(L.n_lanes):
            office = ints[L.lane_office + lane]
            if office >= 0:
                event_number = ints[L.effect_event + ints[L.office_effect + office]]
                found[self.run.model.lane_names[lane]] = self.names[event_number]
        return found

    def numbers(self, array: str, count: int) -> np.ndarray:
        first = getattr(self.run.L, array)
        return np.array(self.run.F[first : first + count])


def state(world: World, *events: Any, tracked: str = "") -> State:
    """All rules of day 77 in force."""
    made = scenario(world, *events, tracked=tracked)
    run = ReferenceRun(compile_scenario(made), 1, 0, 1, np.empty(0), False)
    start_run(run.L, run.F, run.I, run.key, run.arm_events)
    set_rules(run.L, run.F, run.I, run.key, DAY)
    return State(run, [event.name for event, _ in ordered_events(made)])


def shown(op: str, *levels: float) -> np.ndarray:
    """The array of an operation while one event for each level is in force, less what is there without any."""
    array, params = SHOWN[op]
    target = next(o.target for o in OPS if o.name == op)
    where: dict[str, Any] = {"products": "part"}
    where |= {"origins": "A"} if target in ("lane", "site") else {"destinations": "B"}
    if op == "new_demand":
        where["end_uses"] = "cars"
    texts = {"hub": "C", "project": "x", "offtake_to": "", "buyer": ""}
    made = state(
        three_stages(),
        *(event(effect(op, level, texts=texts, **where, **params), name=f"e{n}") for n, level in enumerate(levels)),
    )
    L = made.run.L
    count = {"lane": L.n_lanes, "site": L.n_sites, "user": L.n_users, "desk": L.n_nodes}[target]
    return made.numbers(array, L.n_desks if array == "desk_wait" else count)


def test_every_operation_is_tried_here_and_every_way() -> None:
    assert {op.way for op in OPS} == set(WAYS)
    assert set(SHOWN) | ELSEWHERE == {op.name for op in OPS}


@pytest.mark.parametrize("row", [op for op in OPS if op.name in SHOWN], ids=lambda op: op.name)
def test_two_levels_become_one_as_the_table_says(row: Any) -> None:
    low, high = 0.2, 0.6
    first, second = shown(row.name, low), shown(row.name, high)
    touched = first != second
    assert touched.any()
    expected = [EXPECTED[row.way](a, b) for a, b in zip(first[touched], second[touched], strict=True)]
    for both in (shown(row.name, low, high), shown(row.name, high, low)):
        assert both[touched] == pytest.approx(expected)
        assert both[~touched] == pytest.approx(first[~touched])


def test_two_quotas_both_bind_in_any_order() -> None:
    """100 t a week to B and C; all of it may have 60 t, C alone 10 t: C gets 10 and B 50 t, not 25 or 30."""
    world = chain(users={("B", "cars"): 50.0, ("C", "cars"): 50.0}, values=RIGID)
    wide = written(world, "export_quota", name="wide", origins="A", products="metal", tonnes="60 t", period="7 days")
    narrow = written(
        world,
        "export_quota",
        name="a_narrow",
        origins="A",
        destinations="C",
        products="metal",
        tonnes="10 t",
        period="7 days",
    )
    for events in ((wide, narrow), (narrow, wide)):
        out = run(world, *events, years=0.5)
        monthly = out.exports(destination="C")[-3:].sum() / out.exports()[-3:].sum()
        assert monthly == pytest.approx(10 / 60, rel=0.02)


BUYERS = {("B", "cars"): 50.0, ("C", "cars"): 50.0}


def regime(world: World, name: str, **fields: Any) -> Any:
    return written(world, "licence_regime", name=name, origins="A", products="metal", **fields)


@pytest.mark.parametrize(
    ("general", "own", "decides"),
    [
        ({"capacity": "60 %"}, {"capacity": "20 %"}, "own"),
        ({"capacity": "60 %", "grant_rate": "10 %"}, {"capacity": "20 %", "grant_rate": "90 %"}, "general"),
        ({"capacity": "20 %"}, {"capacity": "60 %"}, "general"),
        ({"capacity": "60 %"}, {"capacity": "60 %"}, "own"),
        ({"capacity": "60 %"}, {"officers": "0"}, "own"),
        ({"officers": "1000"}, {"capacity": "100 %"}, "own"),
    ],
)
def test_the_stricter_office_decides_whichever_comes_first(general: Any, own: Any, decides: str) -> None:
    world = chain(users=BUYERS, values=RIGID)
    events = (regime(world, "general", **general), regime(world, "own", destinations="C", **own))
    for order in (events, events[::-1]):
        found = state(world, *order).decides()
        assert found == {"metal:A>B": "general", "metal:A>C": decides}


def test_what_is_left_to_the_general_office_is_not_milder() -> None:
    """60 % of 100 t a week in general and none of C's 50 t: B gets 60 % of its own 50 t, not 60 t."""
    world = chain(users=BUYERS, values=RIGID)
    exact = {"review": "7 days", "review_spread": "0", "grant_rate": "100 %", "expiry": "0 days"}
    general = regime(world, "general", capacity="60 %", **exact)
    own = regime(world, "own", destinations="C", capacity="0 %", **exact)
    alone = run(world, general, years=2).column("licence_granted_t")[20:90].mean()
    both = run(world, general, own, years=2).column("licence_granted_t")[20:90].mean()
    assert alone == pytest.approx(60.0, rel=0.03)
    assert both == pytest.approx(30.0, rel=0.03)


def test_a_content_rule_decides_only_while_its_threshold_is_met() -> None:
    """C refines A's ore: all of its metal is A's; a rule on B's content never applies to it."""
    world = three_stages()
    home = written(world, "licence_regime", name="home", origins="C", products="part", capacity="60 %")
    for origin, decides in (("A", "rule"), ("B", "home")):
        rule = written(
            world, "content_rule", name="rule", content_origin=origin, threshold="1 %", products="part", capacity="5 %"
        )
        names = state(world, home, rule, tracked=origin).decides()
        assert names["part:C>B"] == decides


def test_two_delays_and_two_suspensions() -> None:
    world = rivals(RIGID)
    plant = event(
        effect(
            "new_capacity", 5000.0, "metal", "A", needs_input=0.0, success_probability=1.0, texts={"project": "plant"}
        ),
        name="plant",
        start=300.0,
    )
    late = [
        event(effect("project_delay", days, texts={"project": "plant"}), name=f"late{days}", start=70.0)
        for days in (30.0, 50.0)
    ]
    made = state(world, plant, *late)
    assert made.run.I[made.run.L.event_day + made.names.index("plant")] == 380
    ban = event(effect("close", 1.0, "metal", "A"), name="ban", start=0.0)
    truces = [event(effect("suspend", 1.0, texts={"event": "ban"}), name=f"t{n}", start=70.0) for n in range(2)]
    for others, closed in (([], 1.0), (truces, 0.0)):
        still = state(world, ban, *others)
        assert still.numbers("lane_close", still.run.L.n_lanes).max() == closed


def test_two_joint_purchases_buy_as_one() -> None:
    world = chain(users=BUYERS, values=RIGID)
    both = [event(effect("joint_purchase", 1.0, destinations=c), name=c) for c in "BC"]
    made = state(world, *both)
    assert made.numbers("node_joint", made.run.L.n_nodes).tolist() == [1.0] * made.run.L.n_nodes


@pytest.mark.parametrize("kind", ["licence", "quota", "leak", "stockpile"])
def test_overlapping_rules_give_the_same_bits_in_both_engines(kind: str) -> None:
    world = chain(users=BUYERS)
    events: dict[str, list[Any]] = {
        "licence": [
            regime(world, "general", capacity="60 %"),
            regime(world, "own", destinations="C", capacity="20 %", start=140),
            regime(world, "later", destinations="B", officers="1", start=200),
        ],
        "quota": [
            written(world, "export_quota", name="w", origins="A", products="metal", share_of_normal="60 %"),
            written(
                world,
                "export_quota",
                name="n",
                origins="A",
                destinations="C",
                products="metal",
                tonnes="400 t",
                allocation="pro_rata",
                start=140,
            ),
        ],
        "leak": [
            written(world, "export_ban", origins="A", products="metal"),
            written(
                world, "transshipment", name="l1", origins="A", destinations="C", hubs="B", products="metal", cap="30 %"
            ),
            written(
                world,
                "transshipment",
                name="l2",
                origins="A",
                destinations="C",
                hubs="B",
                products="metal",
                cap="60 %",
                start=120,
            ),
        ],
        "stockpile": [
            written(world, "export_ban", origins="A", products="metal"),
            written(
                world,
                "strategic_stockpile",
                name="s1",
                products="metal",
                countries="B",
                target="60 days",
                initial="60 days",
            ),
            written(
                world,
                "strategic_stockpile",
                name="s2",
                products="metal",
                countries="B",
                target="30 days",
                release_unserved="50 %",
            ),
        ],
    }
    model = compile_scenario(scenario(world, *events[kind]))
    outs = [get_engine(name).run(model, 1, 3, 1, np.empty(0)) for name in ("reference", "batch")]
    assert outs[0].weekly.tobytes() == outs[1].weekly.tobytes()
    assert outs[0].monthly.tobytes() == outs[1].monthly.tobytes()


def test_of_two_freezes_the_one_that_stops_general_licences_holds() -> None:
    world = chain(users=BUYERS, values=RIGID)
    mild = written(world, "licence_freeze", name="mild", origins="A", products="metal", general_licences_hold="yes")
    strict = written(world, "licence_freeze", name="a_strict", origins="A", destinations="C", products="metal")
    for events in ((mild, strict), (strict, mild)):
        made = state(world, *events)
        first = made.run.L.lane_freeze
        found = dict(zip(made.run.model.lane_names, made.run.I[first : first + made.run.L.n_lanes], strict=True))
        assert found == {"metal:A>B": FROZEN_BUT_GENERAL, "metal:A>C": FROZEN}
