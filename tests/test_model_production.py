"""Plans of makers and mines on numbers worked out by hand: A makes 100 t a week of a capacity of 125."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model.production import margin_ratio, produce

from .core_worlds import FIRST, Memory, ban, memory_at, seller_and_buyer
from .small_worlds import WEEKS_PER_YEAR, chain, effect, event, run


def mine(values: Any = None) -> Memory:
    """At rest: a mine of metal, whose output answers its price by 0.3."""
    return memory_at(seller_and_buyer({("margin_exponent", ""): 0.3, **(values or {})}), week=3, arm=0)


def smelter(values: Any = None) -> Memory:
    """At rest: ore of 10 USD/kg goes into a metal of 30, one to one; A makes both."""
    world = chain(
        ("ore", "metal"),
        makers={"A": 1.0},
        values={("margin_exponent", ""): 2.0, ("input_cover_weeks", "", "", ""): 9.0},
    )
    return memory_at(world if values is None else chain(("ore", "metal"), values=values), week=3, arm=0)


def planned(memory: Memory, site: int, price: float, ore: float = 1.0) -> tuple[float, float]:
    """The plan, and the batch, that a site makes at a price of its product and a price paid for ore."""
    for c in range(memory.L.n_cells):
        if c // memory.L.n_zones == memory["site_product", site]:
            memory["clean", c] = price
    for n in range(memory.L.n_nodes):
        if "ore" in memory.products and memory["node_product", n] == memory.products.index("ore"):
            memory["node_paid_clean", n] = ore
    produce(memory.L, memory.F, memory.I, 28)
    return memory["site_plan", site], memory["site_start", site]


# --- makers -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("price", "ore", "margin"),
    [
        (1.0, 1.0, 1.0),
        (2.0, 4.0, 1.0),  # 2 - 3 x 10/30
        (1.5, 1.0, 1.5),
        (1.0, 1.75, 0.75),
        (1.0, 9.0, 0.02),  # 1 - 8/3, but never nothing
    ],
)
def test_the_money_margin_is_the_price_less_the_rise_of_input_costs(price: float, ore: float, margin: float) -> None:
    memory = smelter()
    site = memory.site("metal", "A")
    planned(memory, site, price, ore)
    assert margin_ratio(memory.L, memory.F, memory.I, site, price) == pytest.approx(margin, rel=1e-12)


@pytest.mark.parametrize(
    ("price", "ore", "plan"),
    [
        (1.0, 1.0, 100.0),
        (1.1, 1.0, 100.0 + (121.0 - 100.0) / 16.0),  # 1.1^2, in 16 weeks
        (1.5, 1.0, 100.0 + 25.0 / 16.0),  # 225 is more than can be made
        (0.8, 1.0, 100.0 - 36.0 / 6.0),  # 0.8^2, in six weeks
        (1.0, 1.75, 100.0 - 43.75 / 6.0),  # 0.75^2
        (2.0, 4.0, 100.0),  # dear ore eats up the dear metal
    ],
)
def test_makers_plan_on_sales_times_margin_squared(price: float, ore: float, plan: float) -> None:
    memory = smelter()
    assert planned(memory, memory.site("metal", "A"), price, ore)[0] == pytest.approx(plan, rel=1e-12)


def test_makers_plan_on_the_sales_they_believe_in_and_on_the_rush() -> None:
    """W = 0.7 and 60 t/week of a rush: 130, of which 125 can be made."""
    memory = smelter()
    site = memory.site("metal", "A")
    memory["sales", memory.cell("metal", "Z")] = 0.7
    assert planned(memory, site, 1.0)[0] == pytest.approx(100.0 - 30.0 / 6.0, rel=1e-12)
    memory = smelter()
    memory["sales", memory.cell("metal", "Z")] = 0.7
    memory["rush_sales", memory.cell("metal", "Z")] = 60.0
    assert planned(memory, site, 1.0)[0] == pytest.approx(100.0 + 25.0 / 16.0, rel=1e-12)


# --- mines ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("price", "plan"),
    [
        (1.0, 100.0),
        (2.0, 100.0 + (100.0 * 2.0**0.3 - 100.0) / 16.0),
        (9.0, 100.0 + 25.0 / 16.0),
        (0.75, 100.0 + (100.0 * 0.75**0.3 * 0.5 - 100.0) / 6.0),  # half of the mines run at three quarters of the price
        (0.5, 100.0 - 100.0 / 6.0),  # the last one closes
    ],
)
def test_mines_answer_the_price_and_close_between_half_and_normal(price: float, plan: float) -> None:
    assert planned(mine(), 0, price)[0] == pytest.approx(plan, rel=1e-12)


def test_a_full_cost_of_the_last_mine_below_the_price_keeps_all_running() -> None:
    """With `unit_cost_ratio` 0.7 all run at 0.75: only the price itself counts, 0.75^0.3."""
    memory = mine({("unit_cost_ratio", "", ""): 0.7})
    assert planned(memory, 0, 0.75)[0] == pytest.approx(100.0 + 100.0 * (0.75**0.3 - 1.0) / 6.0, rel=1e-12)


def test_mines_do_not_plan_on_sales() -> None:
    memory = mine()
    memory["sales", memory.cell("metal", "ZA")] = 0.5
    assert planned(memory, 0, 1.0)[0] == pytest.approx(100.0, rel=1e-12)


def test_a_plan_is_not_cut_by_an_outage_the_batch_is() -> None:
    """Of 125 t/week 60 % are left, 75 t; back in business the site makes 100 at once."""
    memory = mine()
    memory["site_loss", 0] = 0.4
    assert planned(memory, 0, 1.0) == pytest.approx((100.0, 75.0), rel=1e-12)
    memory["site_loss", 0] = 0.0
    assert planned(memory, 0, 1.0) == pytest.approx((100.0, 100.0), rel=1e-12)


def test_makers_run_at_once_when_their_ore_is_back() -> None:
    """Ten weeks without ore leave the plan of the smelter where prices and sales put it."""
    lost = event(effect("capacity_loss", 1.0, "ore"), start=70.0, duration=200.0)
    world = chain(("ore", "metal"), makers={"A": 1.0})
    memory = memory_at(world, lost, week=36)
    site = memory.site("metal", "A")
    assert memory["site_start", site] < 30.0
    assert memory["site_plan", site] > 60.0


# --- entry --------------------------------------------------------------------------------------------------
def test_new_firms_join_where_the_price_is_high_by_output_and_not_where_they_may_not() -> None:
    """At 1.8 half of the fastest: 0.04 x 100 t/week of world output, a 52nd of it a week, spread over C and D by 3 to 1."""
    values = {("entry_share_per_year", "", ""): 0.04, ("entry_share_per_year", "", "A"): 0.0}
    world = chain(makers={"A": 0.6, "C": 0.3, "D": 0.1}, values=values)
    memory = memory_at(world, week=3, arm=0)
    weekly = 0.04 / WEEKS_PER_YEAR * 0.5 * 100.0
    planned(memory, 0, 1.8)
    entered = [memory["site_entry", memory.site("metal", country)] for country in "ACD"]
    assert entered == pytest.approx([0.0, 0.75 * weekly, 0.25 * weekly], rel=1e-12)
    planned(memory, 0, 1.3)
    again = [memory["site_entry", memory.site("metal", country)] for country in "ACD"]
    assert again == pytest.approx(entered)
    assert memory["site_capacity_now", memory.site("metal", "C")] == pytest.approx(37.5 + 0.75 * weekly, rel=1e-12)


def test_entry_is_for_good() -> None:
    """Capacity that has joined stays when the price is back."""
    values = {("entry_share_per_year", "", ""): 0.04, ("entry_share_per_year", "", "A"): 0.0}
    world = chain(
        makers={"A": 0.8, "B": 0.2},
        users={("A", "cars"): 40.0, ("B", "cars"): 60.0},
        zones={"ZA": ("A",), "ZB": ("B",)},
        values=values,
    )
    out = [
        memory_at(world, ban("metal", origin="A", to="B", weeks=26), week=week)
        for week in (FIRST - 1, FIRST + 26, FIRST + 150)
    ]
    site = out[0].site("metal", "B")
    entered = [memory["site_entry", site] for memory in out]
    assert entered[0] == 0.0
    assert entered[2] >= entered[1] > 0.0
    # At most 4 % of world use a year.
    assert entered[1] <= 0.04 * 100.0 * 27.0 / WEEKS_PER_YEAR


def test_nothing_is_made_of_nothing() -> None:
    out = run(seller_and_buyer(), event(effect("capacity_loss", 1.0, "metal"), start=70.0), years=1.0)
    made = out.column("production_t", "metal")
    assert math.isclose(made[:FIRST].sum(), 100.0 * FIRST, rel_tol=1e-12)
    assert made[FIRST + 1 :].sum() == 0.0
