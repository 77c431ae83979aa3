"""Goods that go round a control, and what stops them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from .small_worlds import RIGID, Outcome, chain, happenings, run, with_values, written

# A uses half of what it makes, so it has a price of its own; B is cut off, C is a hub.
WORLD = with_values(chain(users={("A", "cars"): 50.0, ("B", "cars"): 50.0}, zones={"ZA": ("A",), "ZB": ("B",)}), RIGID)
START = 70
LANE = "metal:A>B"


def ban() -> Any:
    return written(WORLD, "export_ban", start=START, origins="A", destinations="B", products="metal")


def leak(**fields: Any) -> Any:
    sure = {"extra_days": "0 days", "extra_cost": "5 %", "seizure_probability": "0 %", "growth_per_week": "10 %"}
    routes = {"origins": "A", "destinations": "B", "hubs": "A", "products": "metal", "cap": "40 %"}
    return written(WORLD, "transshipment", **{"start": START, **routes, **sure, **fields})


def police(**fields: Any) -> Any:
    return written(WORLD, "enforcement", **{"start": START, "origins": "A", "products": "metal", **fields})


def outcome(*events: Any, years: float = 2.0, trace: bool = False) -> Outcome:
    return run(WORLD, ban(), *events, years=years, trace=trace)


def leaked(*events: Any) -> np.ndarray:
    """Tonnes a week that came round the ban."""
    return outcome(*events).column("leakage_t")


def test_nothing_leaks_round_a_ban_without_hubs_in_a_world_that_has_no_leaks():
    assert outcome().column("leakage_t").max() == 0.0


def test_the_leak_of_a_world_grows_while_thirty_per_cent_can_be_earned():
    """1 % of 50 t more every week, up to 15 %, from the week in which B pays 1.3 times what A pays."""
    leaky = with_values(WORLD, {("leak_share", ""): 0.15, ("leak_growth_per_week", ""): 0.01})
    out = run(leaky, ban(), years=2.0)
    pays = out.price("metal", "ZB") / out.price("metal", "ZA") > 1.3
    first = int(np.nonzero(pays)[0][0])
    assert first >= START // 7
    tonnes = out.column("leakage_t")
    assert tonnes[:first].max() == 0.0
    assert tonnes[first : first + 15] == pytest.approx(0.5 * np.arange(1.0, 16.0))
    assert tonnes[first + 15 :] == pytest.approx(np.full(104 - first - 15, 7.5))


def test_the_leak_grows_by_its_step_to_its_cap_while_it_pays():
    tonnes = leaked(leak())
    first = int(np.nonzero(tonnes)[0][0])
    assert tonnes[first : first + 6] == pytest.approx([5.0, 10.0, 15.0, 20.0, 20.0, 20.0])  # of 50 t a week
    assert tonnes[-1] == pytest.approx(20.0)


def test_the_leak_starts_when_the_price_gap_exceeds_its_cost():
    out = outcome(leak(extra_cost="50 %"))
    here, there = out.price("metal", "ZA"), out.price("metal", "ZB")
    pays = there / here - 1.0 > 0.5
    assert int(np.nonzero(out.column("leakage_t"))[0][0]) == int(np.nonzero(pays)[0][0])


def test_dearer_detours_start_later():
    """A price rises to 1.8 times what it was in a week at most (0.6 of its logarithm), so all gaps take time."""
    first = [int(np.nonzero(leaked(leak(extra_cost=f"{cost} %")))[0][0]) for cost in (5, 150, 400)]
    assert first[0] < first[1] < first[2]


def test_leaked_goods_arrive_late():
    out = outcome(leak(extra_days="30 days"), trace=True)
    first = 7 * int(np.nonzero(out.column("leakage_t"))[0][0])
    came = [day for day in happenings(out, "arrival", LANE) if day > START]
    assert came[0] == first + 7 + 30


def test_the_cap_follows_its_schedule():
    tonnes = leaked(leak(cap={"start": "40 %", "50 weeks": "10 %"}))
    assert tonnes[50] == pytest.approx(20.0)
    assert tonnes[-20:] == pytest.approx(np.full(20, 5.0))


def test_seizures_take_their_share_of_shipments():
    out = run(WORLD, ban(), leak(seizure_probability="30 %"), years=12, trace=True)
    caught, came = (happenings(out, kind, LANE) for kind in ("seizure", "arrival"))
    arrived = [day for day in came if day > START + 7]
    share = len(caught) / (len(caught) + len(arrived))
    assert share == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / (len(caught) + len(arrived))))
    assert out.totals["balance_error"] < 1e-12


def test_certain_seizure_lets_nothing_arrive():
    out = outcome(leak(seizure_probability="100 %"), trace=True)
    assert max(happenings(out, "arrival", LANE)) == START
    assert out.column("shortage_unserved_t", place="B")[-1] == pytest.approx(50.0)


def test_enforcement_cuts_the_cap_and_traceability_the_rest():
    assert leaked(leak(), police(cut="60 %"))[-1] == pytest.approx(20.0 * 0.4)
    assert leaked(leak(), police(cut="60 %", traceability="50 %"))[-1] == pytest.approx(20.0 * 0.4 * 0.5)


def test_a_crackdown_works_from_its_day():
    tonnes = leaked(leak(), police(start=420, cut="75 %"))
    assert tonnes[58] == pytest.approx(20.0)
    assert tonnes[62:] == pytest.approx(np.full(104 - 62, 5.0))


def test_seizures_by_the_police_come_on_top():
    out = run(
        WORLD,
        ban(),
        leak(seizure_probability="20 %"),
        police(cut="0 %", seizure_probability="50 %"),
        years=12,
        trace=True,
    )
    caught = len(happenings(out, "seizure", LANE))
    arrived = len([day for day in happenings(out, "arrival", LANE) if day > START + 7])
    expected = 1.0 - 0.8 * 0.5
    assert caught / (caught + arrived) == pytest.approx(expected, abs=4 * math.sqrt(0.24 / (caught + arrived)))


def test_more_enforcement_means_less_leakage_and_more_shortage():
    outs = [outcome(leak(), police(cut=f"{cut} %")) for cut in (0, 25, 50, 75, 100)]
    tonnes = np.array([out.column("leakage_t").sum() for out in outs])
    missing = np.array([out.column("shortage_unserved_t", place="B").sum() for out in outs])
    assert (np.diff(tonnes) < 0.0).all()
    assert (np.diff(missing) > 0.0).all()
    assert tonnes[-1] == 0.0


def test_a_leak_round_a_licence_goes_past_the_office():
    rule = written(WORLD, "licence_regime", start=START, origins="A", products="metal", officers=0)
    without = run(WORLD, rule, years=2.0)
    out = run(WORLD, rule, leak(), years=2.0)
    assert without.exports("metal", "A")[4:].max() == 0.0
    tonnes = out.column("leakage_t")
    assert tonnes.max() == pytest.approx(20.0)
    assert out.column("licence_granted_t").max() == 0.0
    leaked_t = out.exports("metal", "A").sum() - without.exports("metal", "A").sum()
    assert leaked_t == pytest.approx(tonnes.sum())


def test_a_leak_round_a_licence_goes_on_while_goods_wait():
    rule = written(WORLD, "licence_regime", start=START, origins="A", products="metal", officers=0)
    tonnes = run(WORLD, rule, leak(), years=3.0).column("leakage_t")
    assert tonnes[-26:].mean() > 0.9 * tonnes.max() > 0.0


def test_the_leak_dries_up_when_the_control_ends():
    short = written(
        WORLD, "export_ban", start=START, origins="A", destinations="B", products="metal", duration="40 weeks"
    )
    tonnes = run(WORLD, short, leak(), years=2.0).column("leakage_t")
    assert tonnes[49] == pytest.approx(20.0)
    assert tonnes[51:].max() == 0.0
