"""What prices aim at, on worlds of two and three zones worked out by hand.

A makes 100 t a week, of a capacity of 125, and wants 200 t of them in stock; B uses them and wants 11 weeks' use, the
week's own included: K = 200 + 1100 t. Nobody has more or less in the baseline.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from supplyrisk.model.compile import compile_scenario
from supplyrisk.model.targets import FULL_LINK, HELD_BACK, JOINT, NO_TRADE, RULE, RUSH, aim_prices

from .core_worlds import FIRST, Memory, Stopped, ban, generic, memory_at, seller_and_buyer
from .small_worlds import chain, effect, event, scenario

C = 2808.0 / 131.0  # weeks believed of a rule in force for a week (tests of beliefs)
N = 2600.0  # 26 weeks of use


def sat(loss: float, most: float = N) -> float:
    """Wanted stock for a believed loss."""
    return most * (1.0 - math.exp(-1.5 * loss / most))


def near(gap: float, wanted: float) -> float:
    """Short balance: 13 weeks of a deficit, 20 of a surplus, within half and 0.6 of wanted stock."""
    return max(min(13.0 * gap if gap > 0.0 else 20.0 * gap, 0.5 * wanted), -0.6 * wanted)


def stocked(seller: float = 200.0, buyer: float = 1100.0, values: Any = None) -> Memory:
    """The two-zone world at rest with other stocks, before prices aim."""
    memory = memory_at(seller_and_buyer(values), week=3, arm=0)
    memory["site_stock", 0] = seller
    memory["lane_in_transit", 0] = 0.0
    for h in range(5):
        memory["holder_stock", h] = buyer / 5.0
    return memory


def aimed(memory: Memory) -> tuple[float, float]:
    """ln prices that A's and B's zones aim at, from the memory as it is."""
    aim_prices(memory.L, memory.F, memory.I)
    return told(memory)


def told(memory: Memory) -> tuple[float, float]:
    return memory["target_log", memory.cell("metal", "ZA")], memory["target_log", memory.cell("metal", "ZB")]


def reasons(memory: Memory) -> tuple[float, float]:
    return memory["price_reason", memory.cell("metal", "ZA")], memory["price_reason", memory.cell("metal", "ZB")]


def stop(**options: Any) -> Any:
    return ban("metal", origin="A", to="B", **options)


# --- one market ---------------------------------------------------------------------------------------
def test_at_rest_wanted_is_had() -> None:
    memory = memory_at(seller_and_buyer(), week=3, arm=0)
    for zone, expected in (("ZA", 200.0), ("ZB", 1100.0)):
        c = memory.cell("metal", zone)
        assert memory["wanted_sum", c] == pytest.approx(expected, rel=1e-12)
        assert memory["stock_sum", c] == pytest.approx(expected, rel=1e-12)
    assert told(memory) == (0.0, 0.0)


def test_goods_afloat_are_stock_and_wanted_as_such() -> None:
    """Four weeks at sea: three market weeks under way, 300 t more of both."""
    memory = memory_at(seller_and_buyer({("transit_days", "", ""): 28.0}), week=3, arm=0)
    c = memory.cell("metal", "ZB")
    assert memory["wanted_sum", c] == memory["stock_sum", c] == pytest.approx(1400.0, rel=1e-12)


def test_where_trade_is_free_all_stocks_make_one_price() -> None:
    """B has lost half: 200 + 550 t for 1300 wanted, wherever they lie."""
    memory = stocked(buyer=550.0)
    assert aimed(memory) == pytest.approx((math.log(1300.0 / 750.0),) * 2, rel=1e-12)
    assert aimed(stocked(seller=0.0, buyer=750.0)) == pytest.approx((math.log(1300.0 / 750.0),) * 2, rel=1e-12)
    assert reasons(memory) == (JOINT, JOINT)


@pytest.mark.parametrize(("made", "expected"), [(90.0, 1430.0 / 1300.0), (110.0, 1100.0 / 1300.0)])
def test_output_under_way_counts(made: float, expected: float) -> None:
    """10 t short for 13 weeks are 130 t more wanted; 10 t too much for 20 weeks 200 t less."""
    memory = stocked()
    memory["site_start", 0] = made
    assert aimed(memory) == pytest.approx((math.log(expected),) * 2, rel=1e-12)


def test_dearer_inputs_are_passed_on_by_their_share_in_the_price() -> None:
    """Ore at 10 USD/kg is a third of a metal of 30; half as dear again it adds a sixth."""
    memory = memory_at(chain(("ore", "metal"), makers={"A": 1.0}), week=3, arm=0)
    for n in range(memory.L.n_nodes):
        if memory["node_product", n] == memory.products.index("ore"):
            memory["node_paid_clean", n] = 1.5
    before = {name: memory[name, memory.cell("metal", "Z")] for name in ("wanted_sum", "stock_sum")}
    assert before["wanted_sum"] == pytest.approx(before["stock_sum"])
    c = memory.cell("metal", "Z")
    aim_prices(memory.L, memory.F, memory.I)
    level = memory["wanted_sum", c] / memory["stock_sum", c]
    assert memory["target_log", c] == pytest.approx(math.log(level + 0.5 / 3.0), rel=1e-12)


def test_a_cut_is_borne_by_all_less_what_spare_capacity_makes() -> None:
    """A tenth of 125 t/week is lost for C weeks; 25 t/week are spare, of which the cut leaves 12.5 to start at 1/16 a week.

    X = sat(12.5 C - [25 C - 12.5/(1/C + 1/16)]) is nothing; half lost leaves none to start, X = sat(62.5 C - 25 C). The
    price is (1300 + X)/1300 in both zones.
    """
    small = memory_at(seller_and_buyer(), event(effect("capacity_loss", 0.1, "metal"), start=70.0), week=FIRST)
    assert 12.5 * C - 25.0 * C + 12.5 / (1.0 / C + 1.0 / 16.0) < 0.0
    assert told(small) == (0.0, 0.0)
    memory = memory_at(seller_and_buyer(), event(effect("capacity_loss", 0.5, "metal"), start=70.0), week=FIRST)
    loss = 62.5 * C - 25.0 * C
    assert told(memory) == pytest.approx((math.log((1300.0 + sat(loss)) / 1300.0),) * 2, rel=1e-9)
    assert reasons(memory) == (JOINT, JOINT)


def test_a_cut_that_others_make_good_costs_no_less_the_longer_it_lasts() -> None:
    """A loses all, C has as much idle: until C runs the price rises with the length that is known, and then stays."""
    world = chain(makers={"A": 0.4, "C": 0.6}, values={("utilisation", "", "C"): 0.5})
    found = []
    for weeks in (4.0, 13.0, 26.0, 52.0, 104.0):
        cut = event(effect("capacity_loss", 1.0, "metal", "A"), start=70.0, duration=7.0 * weeks, end_announced=True)
        memory = memory_at(world, cut, week=FIRST)
        found.append(memory["target_log", memory.cell("metal", "Z")])
    assert found == sorted(found)
    assert found[0] > 0.0


def test_excess_demand_is_borne_by_all_for_as_long_as_it_is_believed() -> None:
    """60 % more: of 60 t a week n takes 60/104; the rest, believed to pass at 1/52, is missing for 1/(1/104 + 1/52) weeks.

    25 t/week are spare. K grows with the half year believed; half of the passing demand counts in the short balance.
    """
    memory = memory_at(seller_and_buyer(), event(effect("demand", 0.6), start=70.0), week=FIRST)
    normal = 100.0 + 60.0 / 104.0
    excess = 160.0 - normal
    weeks = 1.0 / (1.0 / 104.0 + 1.0 / 52.0)
    spare = (125.0 - normal) * weeks - 25.0 / (1.0 / weeks + 1.0 / 16.0)
    loss = sat(excess * weeks - spare)
    coming = normal + excess * (1.0 - math.exp(-0.5)) / 0.5
    wanted = 200.0 + 11.0 * coming
    claim = wanted + near(normal + 0.5 * excess - 100.0, wanted) + loss
    assert told(memory) == pytest.approx((math.log(claim / 1300.0),) * 2, rel=1e-9)


# --- two markets -----------------------------------------------------------------------------------------
def test_behind_a_ban_the_block_reckons_with_its_loss() -> None:
    """Nothing comes in, 100 t/week are used: y = 100 C, X = sat(y) and the price (1100 + X)/1100.

    A's 100 t a week have nowhere to go; its goods are held at what all stocks together are worth, 1, less a fourth a year for C.
    """
    memory = memory_at(seller_and_buyer(), stop(), week=FIRST)
    home = -0.25 * 7.0 / 365.25 * C
    assert told(memory) == pytest.approx((home, math.log((1100.0 + sat(100.0 * C)) / 1100.0)), rel=1e-9)
    assert reasons(memory) == (HELD_BACK, RULE)


def test_what_leaves_in_a_rush_is_no_deficit_of_weeks_to_come() -> None:
    """The week before a ban twice as much leaves as is made: when the ban begins A's price falls at once, as without notice."""
    found = [told(memory_at(seller_and_buyer(), stop(notice=weeks), week=FIRST))[0] for weeks in (0.0, 5.0)]
    assert found[0] == pytest.approx(-0.25 * 7.0 / 365.25 * C, rel=1e-9)
    assert -0.3 < found[1] < found[0]  # makers have made more for the rush


def test_a_smaller_ban_takes_less() -> None:
    """0.3 of exports: y = 30 C. Both zones together have no loss, so the block stands alone."""
    memory = memory_at(seller_and_buyer(), stop(share=0.3), week=FIRST)
    assert told(memory)[1] == pytest.approx(math.log((1100.0 + sat(30.0 * C)) / 1100.0), rel=1e-9)


def three(**more: Any) -> Any:
    """A and C sell to B, which makes 20 of 100 t: 50 come from A and 30 from C, each a zone of its own."""
    return chain(
        makers={"A": 0.5, "B": 0.2, "C": 0.3},
        zones={"ZA": ("A",), "ZB": ("B",), "ZC": ("C",)},
        values={("leak_share", ""): 0.0, ("link_multiple", ""): 1.2, **more},
    )


def test_a_block_counts_on_what_others_can_send_and_on_its_own_spare_capacity() -> None:
    """Of the need D B can make 25 and C's link carries 1.2 x 30 = 36; C is with A, from which it buys a little: at A's price.

    y = (D - 25 - 36) C + idle/(1/C + 1/16), as what B does not make yet starts at 1/16 a week.
    """
    memory = memory_at(three(), stop(), week=FIRST)
    b, c, block = (memory.cell("metal", zone) for zone in ("ZB", "ZC", "ZA"))
    memory["pair_normal", block * memory.L.n_zones + c] = 1e-12
    aim_prices(memory.L, memory.F, memory.I)
    loss = (memory["need_sum", b] - 25.0 - 36.0) * C + memory["idle_sum", b] / (1.0 / C + 1.0 / 16.0)
    wanted, stock = memory["wanted_sum", b], memory["stock_sum", b]
    assert 95.0 < memory["need_sum", b] <= 100.0
    assert 4.0 < memory["idle_sum", b] <= 5.0
    behind = memory.pair("metal", "ZA", "ZB")
    assert memory["block_log", behind] == pytest.approx(math.log((wanted + sat(loss)) / stock), rel=1e-9)
    assert memory["target_log", b] == memory["block_log", behind]
    assert memory["target_log", c] == memory["target_log", block] < memory["target_log", b]
    assert memory["price_reason", c] == memory["price_reason", block] == HELD_BACK


def test_who_sells_to_a_block_alone_is_part_of_it() -> None:
    """C can't be reached from A, so that nothing of A's is stock of its market: B bids for what C makes, 37.5 t at most.

    y = (100 - 25 - 37.5) C + 12.5/(1/C + 1/16): B and C have a fifth of their capacity idle.
    """
    memory = memory_at(three(), stop(), week=FIRST)
    b, c, home = (memory.cell("metal", zone) for zone in ("ZB", "ZC", "ZA"))
    block = memory.pair("metal", "ZA", "ZB")
    loss = (100.0 - 25.0 - 37.5) * C + 12.5 / (1.0 / C + 1.0 / 16.0)
    stock = memory["stock_sum", b] + memory["stock_sum", c]
    assert memory["block_log", block] == pytest.approx(math.log((stock + sat(loss)) / stock), rel=1e-9)
    for cell in (b, c):
        assert memory["target_log", cell] == memory["block_log", block]
        assert memory["price_reason", cell] == RULE
    assert memory["price_reason", home] == HELD_BACK


def test_the_home_price_has_a_floor_as_goods_are_held_against_reopening() -> None:
    """ln of all stocks' ratio less 0.25 a year for the time believed: C of five weeks in force is 1/(1/31 + 1/104)."""
    memory = memory_at(seller_and_buyer(), stop(), week=FIRST + 4)
    a, b = memory.cell("metal", "ZA"), memory.cell("metal", "ZB")
    weeks = 1.0 / (1.0 / 31.0 + 1.0 / 104.0)
    wanted, stock = (memory[name, a] + memory[name, b] for name in ("wanted_sum", "stock_sum"))
    gap = memory["need_sum", b] - memory["made_sum", a]
    held = math.log((wanted + near(gap, wanted)) / stock) - 0.25 * 7.0 / 365.25 * weeks
    alone = memory["wanted_sum", a] + near(-memory["made_sum", a], memory["wanted_sum", a])
    assert held > math.log(alone / memory["stock_sum", a])
    assert memory["target_log", a] == pytest.approx(held, rel=1e-9)
    assert reasons(memory) == (HELD_BACK, RULE)


def test_a_zone_behind_full_links_stands_alone() -> None:
    """B has half of its 1100 t: alone ln 2, jointly ln(1300/750); A, left alone, has what it wants."""
    memory = stocked(buyer=550.0)
    memory["cell_full", memory.cell("metal", "ZB")] = 1
    assert aimed(memory) == pytest.approx((0.0, math.log(2.0)), rel=1e-12, abs=1e-12)
    assert reasons(memory) == (JOINT, FULL_LINK)


def test_a_full_link_into_a_zone_that_has_enough_changes_nothing() -> None:
    memory = stocked(seller=100.0)
    memory["cell_full", memory.cell("metal", "ZB")] = 1
    assert aimed(memory) == pytest.approx((math.log(1300.0 / 1200.0),) * 2, rel=1e-12)


def test_a_zone_that_trades_with_nobody_has_a_price_of_its_own() -> None:
    world = chain(
        makers={"A": 0.5, "B": 0.5},
        users={("A", "cars"): 50.0, ("B", "cars"): 50.0},
        zones={"ZA": ("A",), "ZB": ("B",)},
        shares={("A", "A"): 1.0, ("B", "B"): 1.0},
    )
    memory = memory_at(world, event(effect("capacity_loss", 0.5, "metal", "A"), start=70.0), week=FIRST)
    assert reasons(memory) == (NO_TRADE, NO_TRADE)
    assert told(memory)[0] > 0.1
    assert told(memory)[1] == 0.0


def test_a_zone_that_sells_more_than_it_buys_is_behind_no_full_link() -> None:
    """A could keep what it sells to B: its own buyers' wish for more of B's goods makes no price of A's own."""
    world = chain(
        makers={"A": 0.8, "B": 0.2},
        users={("A", "cars"): 50.0, ("B", "cars"): 50.0},
        zones={"ZA": ("A",), "ZB": ("B",)},
        shares={("A", "A"): 0.98, ("B", "A"): 0.02, ("A", "B"): 0.62, ("B", "B"): 0.38},
        values={("link_multiple", ""): 1.1, ("sourcing_elasticity", ""): 2.0, ("leak_share", ""): 0.0},
    )
    for country, full in (("A", 0), ("B", 1)):
        boom = event(effect("demand", 0.6, destinations=country), start=70.0)
        memory = memory_at(world, boom, week=FIRST + 2)
        c = memory.cell("metal", f"Z{country}")
        assert memory["asked_in", c] > 1.1 * memory["trade_in", c]
        assert memory["cell_full", c] == full


# --- the rush ---------------------------------------------------------------------------------------------
def test_a_rush_starts_when_what_can_be_had_can_be_carried_in_time() -> None:
    """Of A's 200 t links carry 200 a week beyond normal: one week ahead, no sooner. It takes 200 t less the 25 spare.

    X of C = 20.8 exp(-1/104); 200 t less are feared then, and B's price is (1100 + X - 200)/1100.
    """
    early = memory_at(seller_and_buyer(), stop(notice=5.0), week=FIRST - 2)
    assert told(early) == (0.0, 0.0)
    memory = memory_at(seller_and_buyer(), stop(notice=5.0), week=FIRST - 1)
    a = memory.cell("metal", "ZA")
    loss = sat(100.0 * 20.8 * math.exp(-1.0 / 104.0))
    block = memory.pair("metal", "ZA", "ZB")
    assert memory["block_rushing", block] == 1
    assert memory["block_rush", block] == pytest.approx(loss, rel=1e-9)
    assert memory["block_taken", block] == pytest.approx(175.0, rel=1e-9)
    assert memory["rush_sales", a] == pytest.approx(200.0, rel=1e-9)
    assert told(memory) == pytest.approx((0.0, math.log((900.0 + loss) / 1100.0)), rel=1e-9, abs=1e-12)
    assert reasons(memory) == (JOINT, RUSH)


def test_a_rush_starts_no_sooner_than_rush_weeks_ahead() -> None:
    """With 1000 t at A there would be five weeks to rush; it is on from week 4 if nobody starts sooner than 4."""
    values = {("output_cover_weeks", "", ""): 10.0, ("rush_weeks", ""): 4.0}
    on = []
    for weeks in (5, 4, 1):
        memory = memory_at(seller_and_buyer(values), stop(notice=9.0), week=FIRST - weeks)
        on.append(memory["block_rushing", memory.pair("metal", "ZA", "ZB")])
    assert on == [0, 1, 1]


# --- reasons ----------------------------------------------------------------------------------------------
class Watched(Stopped):
    """A run that notes what prices of all products aim at, and why they differ, every week."""

    def finish(self) -> Any:
        self.weeks: list[tuple[int, int, list[float], list[int]]] = []
        return super().finish()

    def after_market(self, day: int) -> None:
        L = self.L
        for k in range(L.n_products):
            first = k * L.n_zones
            aims = [self.F[L.target_log + c] for c in range(first, first + L.n_zones)]
            codes = [self.I[L.price_reason + c] for c in range(first, first + L.n_zones)]
            self.weeks.append((day // 7, k, aims, codes))
        super().after_market(day)


GAPS = {
    "a ban": ban(weeks=26),
    "half a ban of refined goods, announced": ban("refined", 0.5, 26, notice=8.0),
    "demand": event(effect("demand", 0.2), duration=182.0),
    "an outage abroad": event(effect("capacity_loss", 0.5, "ore", "O"), duration=182.0),
}


@pytest.mark.parametrize("name", GAPS)
def test_two_prices_differ_for_a_reason_and_else_not_by_a_bit(name: str) -> None:
    one = Watched(compile_scenario(scenario(generic(), GAPS[name], years=2.0)), 1, 0, 1, np.zeros(0), False)
    one.finish()
    gaps = 0
    for week, k, aims, codes in one.weeks:
        if aims[0] != aims[1]:
            gaps += 1
            assert any(codes), (week, k, aims)
        elif codes == [JOINT, JOINT]:
            assert aims[0] == aims[1]
    assert (gaps > 20) == ("ban" in name), gaps
