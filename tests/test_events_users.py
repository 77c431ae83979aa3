"""Demand, savings, stocks that must be held, public reserves, buying together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .small_worlds import RIGID, WEEKS_PER_YEAR, Outcome, chain, pair, run, with_values, written

START = 70
TWO_USES = chain(users={("B", "cars"): 60.0, ("B", "tanks"): 40.0})
TWO_BUYERS = chain(users={("B", "cars"): 50.0, ("C", "cars"): 50.0}, values=RIGID)


def wanted(world: Any, *events: Any, years: float = 2.0, **where: str) -> np.ndarray:
    return run(world, *events, years=years).column("wanted_t", **where)


def ban(world: Any, **fields: Any) -> Any:
    return written(world, "export_ban", start=START, **{"origins": "A", "products": "metal", **fields})


# --- demand ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("change", [0.1, -0.2])
def test_a_change_of_demand_is_wanted_from_its_day_on(change: float):
    event = written(pair(), "demand_change", start=START, change=change, duration="26 weeks")
    tonnes = wanted(pair(), event)
    assert tonnes[:10] == pytest.approx(np.full(10, 100.0))
    assert tonnes[10:36] == pytest.approx(np.full(26, 100.0 * (1.0 + change)))
    assert tonnes[36:] == pytest.approx(np.full(104 - 36, 100.0))


def test_changes_of_demand_add_up_and_keep_to_their_users():
    events = [
        written(TWO_USES, "demand_change", name=name, start=START, change=change, end_uses="tanks")
        for name, change in (("one", 0.5), ("two", 0.25))
    ]
    assert wanted(TWO_USES, *events, end_use="tanks")[20] == pytest.approx(40.0 * 1.75)
    assert wanted(TWO_USES, *events, end_use="cars")[20] == pytest.approx(60.0)


def test_demand_within_capacity_is_met_in_the_end():
    """Mines make 100 P^2 and users use 120 P^-0.15: both meet at P^2.15 = 1.2."""
    out = run(pair(), written(pair(), "demand_change", start=START, change=0.2), years=8)
    price = 1.2 ** (1.0 / 2.15)
    assert out.price("metal", "Z")[-1] == pytest.approx(price, rel=2e-3)
    assert out.column("production_t")[-1] == pytest.approx(100.0 * price**2, rel=2e-3)
    assert out.column("shortage_unserved_t")[-52:].max() == 0.0


def test_more_demand_means_a_dearer_market():
    peaks = [
        run(pair(), written(pair(), "demand_change", start=START, change=x), years=2).price("metal", "Z").max()
        for x in (0.05, 0.1, 0.2, 0.4)
    ]
    assert (np.diff(peaks) > 0.0).all()


def test_new_demand_adds_its_tonnes_where_there_were_none():
    world = chain(users={("B", "cars"): 100.0, ("C", "cars"): 1.0, ("B", "tanks"): 1.0})
    rate = f"{13 * WEEKS_PER_YEAR:.9f} t/yr"
    event = written(world, "new_demand", start=START, products="metal", countries="C", end_uses="tanks", amount=rate)
    out = run(world, event, years=3.0)
    assert out.column("wanted_t", place="C", end_use="tanks")[:10].max() == 0.0
    assert out.column("wanted_t", place="C", end_use="tanks")[10:] == pytest.approx(np.full(146, 13.0))
    assert out.column("wanted_t", place="B").max() == pytest.approx(101.0)
    assert out.column("shortage_unserved_t", place="C", end_use="tanks")[-26:].max() < 0.2  # they get it in the end


def test_new_demand_grows_with_its_ramp():
    rate = f"{20 * WEEKS_PER_YEAR:.9f} t/yr"
    fields = {
        "products": "metal",
        "countries": "B",
        "end_uses": "cars",
        "amount": rate,
        "profile": "ramp over 20 weeks",
    }
    tonnes = wanted(pair(), written(pair(), "new_demand", start=START, **fields))
    assert tonnes[10:35] == pytest.approx(100.0 + np.minimum(np.arange(25.0), 20.0))


# --- savings --------------------------------------------------------------------------------------
@pytest.mark.parametrize("type_", ["thrifting_programme", "substitution_programme"])
def test_a_programme_makes_its_share_unnecessary_in_its_time(type_: str):
    fields = {"products": "metal", "end_uses": "tanks", "saving": "30 %", "reached_after": "20 weeks"}
    out = run(TWO_USES, written(TWO_USES, type_, start=START, **fields), years=4.0)
    tonnes = out.column("wanted_t", end_use="tanks")
    assert tonnes[20] == pytest.approx(40.0 * (1.0 - 0.3 / 2))
    assert tonnes[30:] == pytest.approx(np.full(208 - 30, 40.0 * 0.7))
    assert out.column("wanted_t", end_use="cars") == pytest.approx(np.full(208, 60.0))
    assert out.shortage < 5.0  # what is not needed is not missing
    assert out.column("production_t")[-26:].mean() == pytest.approx(88.0, rel=0.01)


def test_more_saving_means_a_smaller_shortage():
    tonnes = []
    for saving in (0.05, 0.15, 0.3):
        fields = {"products": "metal", "saving": saving, "reached_after": "1 year"}
        programme = written(TWO_USES, "thrifting_programme", start=0, **fields)
        outage = written(TWO_USES, "capacity_outage", start=START, countries="A", share_lost="50 %")
        tonnes.append(run(TWO_USES, programme, outage, years=3.0).shortage)
    assert (np.diff(tonnes) < 0.0).all()


def test_users_thrift_by_themselves_at_most_at_their_speed():
    world = with_values(pair(), {("elasticity_short", "", ""): 0.0, ("elasticity_long", "", ""): 0.3})
    out = run(world, written(world, "capacity_outage", start=START, countries="A", share_lost="50 %"), years=3.0)
    saved = out.column("shortage_priced_out_t") / 100.0
    assert np.diff(saved).max() == pytest.approx(0.10 / WEEKS_PER_YEAR)
    assert saved.max() > 0.1


# --- stocks ---------------------------------------------------------------------------------------
def test_an_obligation_makes_users_hold_their_weeks():
    """B's zone holds its users' stock only: ten weeks, plus the week's use before the market."""
    world = chain(users={("A", "cars"): 50.0, ("B", "cars"): 50.0}, zones={"ZA": ("A",), "ZB": ("B",)})
    event = written(world, "company_stock_obligation", start=START, products="metal", countries="B", cover="20 weeks")
    cover = run(world, event, years=8).column("stock_cover_weeks", "metal", "ZB")
    assert cover[:10] == pytest.approx(np.full(10, 11.0))
    assert cover[-1] == pytest.approx(21.0, rel=0.03)


def test_users_go_back_to_their_own_stocks_when_an_obligation_ends():
    world = chain(users={("A", "cars"): 50.0, ("B", "cars"): 50.0}, zones={"ZA": ("A",), "ZB": ("B",)})
    fields = {"products": "metal", "countries": "B", "cover": "20 weeks", "duration": "3 years"}
    cover = run(world, written(world, "company_stock_obligation", start=START, **fields), years=9).column(
        "stock_cover_weeks", "metal", "ZB"
    )
    assert cover[160] > 17.0
    assert cover[-1] == pytest.approx(11.0, rel=0.03)


def test_an_obligation_below_what_is_held_does_nothing():
    event = written(pair(), "company_stock_obligation", start=START, products="metal", countries="B", cover="9 weeks")
    assert np.abs(run(pair(), event, years=2).price("metal", "Z") - 1.0).max() < 1e-12


def test_a_larger_obligation_held_in_time_lessens_a_later_shortage():
    tonnes = []
    for weeks in (0, 13, 16, 20):
        fields = {"products": "metal", "countries": "B", "cover": f"{weeks} weeks"}
        rule = [written(TWO_BUYERS, "company_stock_obligation", start=0, **fields)] if weeks else []
        stop = written(TWO_BUYERS, "export_ban", start=4 * 364, origins="A", destinations="B", duration="26 weeks")
        tonnes.append(run(TWO_BUYERS, *rule, stop, years=6.0).column("shortage_unserved_t", place="B").sum())
    assert (np.diff(tonnes) < 0.0).all()


def reserve(world: Any = None, **fields: Any) -> Any:
    base = {"products": "metal", "countries": "B", "target": "8 weeks", "release_price_index": "1000 times"}
    return written(world or pair(), "strategic_stockpile", **{"start": 0, **base, **fields})


def test_a_reserve_fills_at_its_rate_to_its_target():
    pile = run(pair(), reserve(), years=3.0).column("stockpile_t", "metal", "B")
    assert np.diff(pile).max() <= 10.0 + 1e-9  # a tenth of 100 t a week
    assert np.diff(pile).min() >= -1e-9
    assert pile[-1] == pytest.approx(800.0)


def test_a_reserve_with_stock_leaves_a_quiet_market_alone():
    out = run(pair(), reserve(initial="8 weeks"), years=2.0)
    assert out.column("stockpile_t") == pytest.approx(np.full(104, 800.0))
    assert np.abs(out.price("metal", "Z") - 1.0).max() < 1e-12


def test_every_tonne_released_is_one_tonne_less_missing():
    world = pair(RIGID)
    missing = []
    for weeks in (0, 2, 4, 8):
        event = [reserve(initial=f"{weeks} weeks", target=f"{weeks} weeks")] if weeks else []
        out = run(world, ban(world), *event, years=2.0)
        missing.append(out.unserved)
        if weeks:
            assert out.column("stockpile_t")[-1] == pytest.approx(0.0, abs=1e-9)
    assert missing[0] - np.array(missing) == pytest.approx([0.0, 200.0, 400.0, 800.0])


def test_a_reserve_is_released_at_its_rate():
    world = pair(RIGID)
    event = reserve(initial="8 weeks", release_share="25 %")
    pile = run(world, ban(world), event, years=2.0).column("stockpile_t")
    assert np.diff(pile).min() == pytest.approx(-25.0)
    assert pile[-1] == 0.0


def test_a_reserve_is_released_when_the_price_is_high():
    event = reserve(initial="8 weeks", release_price_index="1.5", release_unserved="100 %")
    apart = chain(zones={"ZA": ("A",), "ZB": ("B",)})
    out = run(apart, ban(apart), event, years=2.0)
    dear = out.price("metal", "ZB") > 1.5
    first = int(np.nonzero(np.diff(out.column("stockpile_t")) < 0.0)[0][0]) + 1
    # This week's release looks at last week's price.
    assert first == int(np.nonzero(dear)[0][0]) + 1


# --- together -------------------------------------------------------------------------------------
def apart() -> Any:
    """B buys from A, C from D; A fails."""
    shares = {("A", "B"): 1.0, ("D", "B"): 0.0, ("A", "C"): 0.0, ("D", "C"): 1.0}
    users = {("B", "cars"): 50.0, ("C", "cars"): 50.0}
    world = chain(makers={"A": 0.5, "D": 0.5}, users=users, shares=shares, values=RIGID)
    return world, written(world, "capacity_outage", start=START, countries="A", share_lost="100 %")


def last(out: Outcome, place: str) -> float:
    return float(out.column("shortage_unserved_t", place=place)[-1])


def test_joint_purchasing_shares_what_there_is_by_need():
    world, stop = apart()
    alone = run(world, stop, years=4.0)
    joint = run(world, stop, written(world, "joint_purchasing", countries=["B", "C"], products="metal"), years=4.0)
    assert last(alone, "B") == pytest.approx(50.0)
    assert last(alone, "C") == pytest.approx(0.0, abs=1e-6)
    # D's 62.5 t a week for 100: both lack the same.
    assert last(joint, "B") == pytest.approx(18.75, rel=0.02)
    assert last(joint, "C") == pytest.approx(18.75, rel=0.02)


def test_joint_purchasing_of_equals_changes_nothing():
    stop = written(TWO_BUYERS, "capacity_outage", start=START, countries="A", share_lost="60 %")
    joint = written(TWO_BUYERS, "joint_purchasing", countries=["B", "C"], products="metal")
    one, two = run(TWO_BUYERS, stop, years=2.0), run(TWO_BUYERS, stop, joint, years=2.0)
    assert two.unserved == pytest.approx(one.unserved, rel=1e-9)
