"""What measures cost, worked out by hand: two weeks, round prices, one country that stores and one that supports."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from supplyrisk.events.effects import Effect, Point, Select
from supplyrisk.measures.public import YEARS_PER_WEEK, discounts, offtakers, year_starts
from supplyrisk.measures.reporter import Reporter
from supplyrisk.spec.resolved import ResolvedEvent

from tests import fakes

WEEKS = 5
P = 60_000.0  # USD/t of magnet in the fake world
STOCK = "public_stock"


class Model(fakes.FakeModel):
    """The fake model with the columns that costs are read from."""

    def __init__(self, scenario):
        super().__init__(scenario)
        extra = [fakes.Column("firms_stock_t", "magnet", z, "", "t") for z in ("CN", "exCN")]
        for op in ("subsidy", "price_floor", "offtake"):
            extra += [fakes.Column(f"{op}_index", "magnet", c, "", "index") for c in fakes.COUNTRIES]
        made = [c for c in self.weekly_columns if (c.variable, c.product) != ("production_t", "oxide")]
        self.weekly_columns = (*made, *extra)


class Case:
    """Series by hand: prices at 1, nothing else."""

    def __init__(self, discount=0.0, storage=0.0, carrying=0.0, offtake_for="", weeks=WEEKS):
        scenario = fakes.scenario(weeks=weeks, groups={"club": ("DE", "JP")})
        world = scenario.world
        rates = {("discount_rate_per_year",): discount, ("storage_cost_per_year", ""): storage}
        rates |= {("carrying_cost_per_year", ""): carrying}
        scenario = SimpleNamespace(**vars(scenario))
        scenario.world = SimpleNamespace(**vars(world))
        scenario.world.values = {**world.values, **rates}
        scenario.world.whole_zone = world.whole_zone
        if offtake_for:
            texts = {"buyer": offtake_for}
            row = Effect("offtake", Select(("magnet",), ("DE",)), (Point(0.0, 1.5),), texts=texts)
            bought = ResolvedEvent("buy", "offtake_contract", "", 0.0, 0.0, float("inf"), 1.0, None, (row,))
            scenario.events = (*scenario.events, bought)
        self.model = Model(scenario)
        self.reporter = Reporter(self.model)
        self.weekly = np.zeros((weeks, len(self.model.weekly_columns)))
        for j, column in enumerate(self.model.weekly_columns):
            if column.variable.startswith("price_") and column.variable != "price_floor_index":
                self.weekly[:, j] = 1.0

    def set(self, variable, values, place="DE"):
        at = [(c.variable, c.product, c.place) for c in self.model.weekly_columns]
        self.weekly[:, at.index((variable, "magnet", place))] = values
        return self

    def store(self, stock, place="DE", bought=None, sold=None):
        """A public stock; bought and sold is what it changes by, unless they are given."""
        moved = np.diff(np.asarray(stock, dtype=float), prepend=0.0)
        self.set("stockpile_bought_t", np.maximum(moved, 0.0) if bought is None else bought, place)
        self.set("stockpile_sold_t", np.maximum(-moved, 0.0) if sold is None else sold, place)
        return self.set("stockpile_t", stock, place)

    def __call__(self, metric, place="DE", product="magnet"):
        monthly = np.zeros((len(self.model.month_starts), len(self.model.monthly_columns)))
        money = self.reporter.money(np.asarray([0.5, 12.0, 1000.0]))
        found = self.reporter.compute(self.reporter.rows(self.weekly, monthly), money)
        (at,) = [i for i, o in enumerate(self.reporter.outcomes) if o[:3] == (metric, product, place)]
        return found[at]


def test_a_reserve_is_bought_kept_and_sold_at_the_price_of_the_week():
    """10 t bought at 1, 5 t at 2; 9 t sold at 4; 6 t left, worth 2 each."""
    case = Case(storage=0.1).store([10, 15, 15, 6, 6])
    case.set("price_spot_index", [1, 2, 2, 4, 2], "exCN")
    assert case(f"{STOCK}_bought_usd") == pytest.approx((10 + 5 * 2) * P)
    assert case(f"{STOCK}_sold_usd") == pytest.approx(9 * 4 * P)
    assert case(f"{STOCK}_left_usd") == pytest.approx(6 * 2 * P)
    storage = 0.1 * (10 + 15 + 15 + 6 + 6) * P * 7 / 365.25
    assert case(f"{STOCK}_storage_usd") == pytest.approx(storage)
    assert case(f"{STOCK}_interest_usd") == 0.0
    assert case("public_cost_usd") == pytest.approx((20 - 36 - 12) * P + storage)


def test_a_steady_reserve_costs_storage_and_interest():
    """Bought at 1, left at 1: the cost is what time takes, 1 - d_W, and storage. Over a year that is about r and k."""
    case = Case(discount=0.05, storage=0.02).store([100] * WEEKS)
    worth = [1.05 ** (-7 * week / 365.25) for week in range(WEEKS)]
    assert discounts(0.05, WEEKS) == pytest.approx(worth)
    storage = 0.02 * 100 * sum(worth) * P * YEARS_PER_WEEK
    assert case("public_cost_usd") == pytest.approx(100 * P * (1 - worth[-1]) + storage)
    assert case(f"{STOCK}_interest_usd") == pytest.approx(0.05 * 100 * sum(worth) * P * YEARS_PER_WEEK)
    # In the cost through d alone: the two ways of reckoning differ by a week at its ends and by compounding.
    assert 100 * P * (1 - worth[-1]) == pytest.approx(case(f"{STOCK}_interest_usd"), rel=0.25)


def test_what_is_in_store_before_is_not_bought():
    """30 t on the first day, 5 t bought at 2 and 12 t given to the store at 3; in week 4 10 t are bought and 15 sold, at 4."""
    stock, bought, sold = [30, 35, 47, 42, 42], [0, 5, 0, 10, 0], [0, 0, 0, 15, 0]
    case = Case(storage=0.1).store(stock, bought=bought, sold=sold).set("price_spot_index", [1, 2, 3, 4, 1], "exCN")
    assert case(f"{STOCK}_opening_usd") == pytest.approx((30 + 12 * 3) * P)
    assert case(f"{STOCK}_bought_usd") == pytest.approx((5 * 2 + 10 * 4) * P)
    assert case(f"{STOCK}_sold_usd") == pytest.approx(15 * 4 * P)
    storage = 0.1 * sum(stock) * P * YEARS_PER_WEEK
    assert case("public_outlay_peak_year_usd") == pytest.approx(50 * P + storage)
    assert case("public_cost_usd") == pytest.approx((66 + 50 - 60 - 42) * P + storage)
    # What passes through within the week is bought and sold, though nothing is ever in store.
    through = Case().store([0.0] * WEEKS, bought=[0, 8, 0, 0, 0], sold=[0, 8, 0, 0, 0])
    assert through(f"{STOCK}_bought_usd") == through(f"{STOCK}_sold_usd") == pytest.approx(8 * P)
    assert through("public_cost_usd") == pytest.approx(0.0, abs=1e-6)


def test_a_subsidy_is_paid_on_what_is_made():
    case = Case().set("production_t", [10, 20, 0, 0, 0]).set("subsidy_index", [0.5, 0.25, 1, 1, 1])
    assert case("public_subsidy_usd") == pytest.approx((5 + 5) * P)
    assert case("public_cost_usd") == pytest.approx(10 * P)
    assert case("public_subsidy_usd", "JP") == 0.0


def test_a_floor_costs_only_below_it():
    case = Case().set("production_t", [10] * WEEKS).set("price_floor_index", [1.5] * 4 + [0])
    case.set("price_spot_index", [1, 1.25, 1.5, 3, 1], "exCN")
    assert case("public_price_floor_usd") == pytest.approx((5 + 2.5) * P)


def test_offtake_loses_below_and_gains_above():
    case = Case().set("production_t", [10] * WEEKS).set("offtake_index", [1.5, 1.5, 1.5, 0, 0])
    case.set("price_spot_index", [1, 1.5, 1.75, 3, 3], "exCN")
    assert case("public_offtake_usd") == pytest.approx((5 - 2.5) * P)


def test_a_floor_under_an_offtake_pays_what_the_offtake_leaves():
    case = Case().set("production_t", [10] + [0] * 4).set("offtake_index", [1.5] + [0] * 4)
    case.set("price_floor_index", [2.0] + [0] * 4)
    assert case("public_offtake_usd") == pytest.approx(5 * P)
    assert case("public_price_floor_usd") == pytest.approx(5 * P)
    assert case("public_cost_usd") == pytest.approx(10 * P)


def test_the_dearest_year_is_what_a_budget_has_to_hold():
    """Two years of 53 weeks (365.25 days hold 52.2) and 52: year one buys 10 t at 1, year two 6 t at 3 and sells them again.

    Subsidies of a quarter on 4 t a week in the last two weeks come on top: 6 x 3 + 2 = 20, against 10. Storage of 1 a year
    on 10 t for a year makes 10 more in year one, on 10 t and for a week 16 t in year two a little more than that.
    """
    weeks = 105
    stock = np.full(weeks, 10.0)
    stock[100] = 16.0
    price = np.ones(weeks)
    price[100] = 3.0
    made, subsidy = np.zeros(weeks), np.zeros(weeks)
    made[-2:], subsidy[-2:] = 4.0, 0.25

    def case(**rates):
        found = Case(weeks=weeks, **rates).store(stock).set("price_spot_index", price, "exCN")
        return found.set("production_t", made).set("subsidy_index", subsidy)

    assert year_starts(weeks).tolist() == [0, 53]
    assert case(discount=0.5)("public_outlay_peak_year_usd") == pytest.approx(20 * P)  # not discounted, sales left out
    kept = (10 * 52 + 6) * YEARS_PER_WEEK
    assert case(storage=1.0)("public_outlay_peak_year_usd") == pytest.approx((20 + kept) * P)
    club = case()
    club.store(np.full(weeks, 15.0), "JP")
    # Japan's 15 t make year one the dearest of the club's two, though Germany's is year two: 25 and 20.
    assert club("public_outlay_peak_year_usd", "club") == pytest.approx(25 * P)
    assert club("public_outlay_peak_year_usd", "JP") == pytest.approx(15 * P)


def test_gains_of_an_offtake_are_no_room_in_a_budget():
    case = Case().set("production_t", [10] * WEEKS).set("offtake_index", [1.5, 1.5, 1.5, 0, 0])
    case.set("price_spot_index", [1, 1.5, 1.75, 3, 3], "exCN")
    assert case("public_outlay_peak_year_usd") == pytest.approx(5 * P)


def test_buyers_pay_their_offtake_in_equal_parts():
    case = Case(offtake_for="JP CN").set("production_t", [10] + [0] * 4).set("offtake_index", [2.0] + [0] * 4)
    assert offtakers(case.model.scenario) == {("magnet", "DE"): ("JP", "CN")}
    assert case("public_offtake_usd", "JP") == case("public_offtake_usd", "CN") == pytest.approx(5 * P)
    with pytest.raises(ValueError, match="unpack"):
        case("public_offtake_usd", "DE")
    assert case("public_cost_usd", "JP") == pytest.approx(5 * P)


def test_who_pays_adds_up():
    case = Case().store([10] * WEEKS, "JP").store([20] * WEEKS, "DE")
    case.set("production_t", [10] * WEEKS).set("subsidy_index", [0.1] * WEEKS)
    for metric in (f"{STOCK}_bought_usd", "public_cost_usd"):
        parts = case(metric, "JP") + case(metric, "DE")
        for place in ("club", "world"):
            for product in ("magnet", "all"):
                assert case(metric, place, product) == pytest.approx(parts)
    assert case(f"{STOCK}_bought_usd", "club") == pytest.approx(30 * P)


def test_firms_pay_for_what_they_hold():
    case = Case(carrying=0.25).set("firms_stock_t", [100] * WEEKS, "exCN").set("firms_stock_t", [50] * WEEKS, "CN")
    assert case("firms_stock_holding_usd", "exCN") == pytest.approx(0.25 * 100 * P * WEEKS * YEARS_PER_WEEK)
    assert case("firms_stock_holding_usd", "world", "all") == pytest.approx(0.25 * 150 * P * WEEKS * YEARS_PER_WEEK)


@pytest.mark.parametrize("rate", [0.0, 0.03, 0.5])
def test_discounting_is_that_of_the_rate(rate):
    found = discounts(rate, 106)
    assert found[0] == 1.0
    assert found[-1] == pytest.approx((1 + rate) ** (-105 * 7 / 365.25))
