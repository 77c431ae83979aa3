"""Metrics against series whose answer can be read off."""

import importlib
import operator
from dataclasses import replace

import numpy as np
import pytest
from supplyrisk.measures.metrics import METRIC_BY_NAME, METRICS, Of
from supplyrisk.measures.reporter import Reporter
from supplyrisk.measures.statistics import STATS, Users
from supplyrisk.results.fans import VARIABLES

from tests import fakes

WEEKS = 20


class Case:
    """A run written by hand: everything at its baseline unless set."""

    def __init__(self, **given):
        self.model = fakes.FakeModel(fakes.scenario(weeks=WEEKS, **given))
        self.reporter = Reporter(self.model)
        self.weekly = np.zeros((WEEKS, len(self.model.weekly_columns)))
        self.monthly = np.zeros((len(self.model.month_starts), len(self.model.monthly_columns)))
        for j, column in enumerate(self.model.weekly_columns):
            if column.variable.startswith("price"):
                self.weekly[:, j] = 1.0
            if column.variable == "wanted_t":
                self.weekly[:, j] = 10.0

    def set(self, variable, values, product="magnet", place="DE", end_use=""):
        for j, c in enumerate(self.model.weekly_columns):
            if (c.variable, c.product, c.place, c.end_use) == (variable, product, place, end_use):
                self.weekly[:, j] = values
                return
        raise KeyError(variable)

    def lane(self, origin, buyer, values, product="magnet"):
        for j, c in enumerate(self.model.monthly_columns):
            if (c.product, c.place, c.partner) == (product, origin, buyer):
                self.monthly[:, j] = values

    def __call__(self, metric, product="magnet", place="world", end_use="all", values=(0.5, 12.0, 1000.0)):
        found = self.reporter.compute(
            self.reporter.rows(self.weekly, self.monthly), self.reporter.money(np.asarray(values))
        )
        assert len(found) == len(self.reporter.outcomes)
        (number,) = [i for i, o in enumerate(self.reporter.outcomes) if o[:4] == (metric, product, place, end_use)]
        return found[number]


def pulse(first, last, height, base=0.0):
    """`height` in weeks first..last (from 1), `base` elsewhere."""
    values = np.full(WEEKS, float(base))
    values[first - 1 : last] = height
    return values


def test_what_is_not_bought_for_stock_is_no_shortage():
    """A surplus that goes into store is bought, but nobody is short of it: only its own row has it."""
    for stock_uses, lost in (((), 13.0), (("wind",), 8.0), (("cars", "wind"), None)):
        case = Case(groups={"club": ("DE", "JP")}, stock_uses=stock_uses)
        case.set("shortage_unserved_t", pulse(4, 4, 8.0), end_use="cars")
        case.set("shortage_unserved_t", pulse(4, 4, 5.0), end_use="wind")
        assert case("shortage_t", place="DE", end_use="wind") == 5.0
        assert case("shortage_t", place="world", end_use="wind") == 5.0
        for place in ("DE", "exCN", "club", "world"):
            if lost is None:
                with pytest.raises(ValueError, match="unpack"):
                    case("shortage_t", place=place)
            else:
                assert case("shortage_t", place=place) == lost


def test_every_metric_computed_is_declared_and_named_once():
    reporter = Case().reporter
    assert len(set(reporter.outcomes)) == len(reporter.outcomes)
    assert {o.metric for o in reporter.outcomes} <= set(METRIC_BY_NAME)
    assert all(o.unit == METRIC_BY_NAME[o.metric].unit for o in reporter.outcomes)
    computed = {o.metric for o in reporter.outcomes}
    absent = {m.name for m in METRICS} - computed
    # Nothing here touches them; costs of support and of firms' stocks are in test_model_public.
    support = {"public_subsidy_usd", "public_price_floor_usd", "public_offtake_usd", "firms_stock_holding_usd"}
    unstated = {"leakage_t", "origin_exposure_share", "origin_exposure_peak_share", "knock_on_loss_usd"}
    unstated |= {"public_outlay_year_usd"}  # in test_report_budgets
    unstated |= {"export_tax_revenue_usd", "export_rent_paid_usd", "export_rent_earned_usd"}  # in test_events_home
    assert absent == unstated | support


def test_a_name_and_its_number_can_not_part():
    """Every function gives exactly the numbers that are named for it, and a metric's row says which function."""
    case = Case()
    rows, money = case.reporter.rows(case.weekly, case.monthly), case.reporter.money(np.asarray((0.5, 12.0, 1000.0)))
    users = Users.of(rows, case.reporter._first_level, len(case.reporter.levels))
    families: dict[str, set[int]] = {}
    for number, (keys, work) in enumerate(case.reporter._blocks):
        assert set(work(rows, users, money)) == set(keys)
        for key in keys:
            metric = METRIC_BY_NAME.get(key) or METRIC_BY_NAME[key.removesuffix(" used").replace(" ", "_")]
            how = metric.computed
            families.setdefault(how.variable if isinstance(how, Of) else how.function, set()).add(number)
    assert all(len(blocks) == 1 for blocks in families.values()), families
    for metric in METRICS:
        if isinstance(metric.computed, Of):
            assert metric.computed.statistic in STATS
            assert any(v.name == metric.computed.variable for v in VARIABLES), metric.name
        else:
            module, _, function = metric.computed.function.partition(".")
            found = importlib.import_module(f"supplyrisk.measures.{module}")
            assert callable(operator.attrgetter(function)(found))


def test_nothing_happens():
    case = Case()
    assert case("price_spot_index", place="exCN") == 1.0
    assert case("price_spot_peak_index", place="exCN") == 1.0
    assert np.isnan(case("price_spot_peak_week", place="exCN"))
    assert np.isnan(case("price_spot_recovery_week", place="exCN"))
    assert case("shortage_t") == 0.0
    assert np.isnan(case("first_week_short"))
    assert np.isnan(case("first_stoppage_week"))
    assert case("weeks_short") == 0.0
    assert case("extra_spend_usd") == 0.0


def test_prices():
    case = Case()
    case.set("price_spot_index", pulse(5, 8, 2.5, 1.0), place="exCN")
    assert case("price_spot_index", place="exCN") == pytest.approx((16 + 4 * 2.5) / 20)
    assert case("price_spot_peak_index", place="exCN") == 2.5
    assert case("price_spot_above_1_5x_weeks", place="exCN") == 4
    assert case("price_spot_above_2x_weeks", place="exCN") == 4
    assert case("price_spot_above_3x_weeks", place="exCN") == 0
    assert case("price_spot_peak_week", place="exCN") == 5
    assert case("price_spot_recovery_week", place="exCN") == 9
    assert case("price_spot_peak_usd_per_kg", place="exCN") == pytest.approx(150.0)
    assert case("price_spot_index", place="CN") == 1.0


def test_a_price_that_stays_high_recovers_one_week_past_the_horizon():
    case = Case()
    case.set("price_paid_index", pulse(5, WEEKS, 1.2, 1.0), place="exCN")
    assert case("price_paid_recovery_week", place="exCN") == WEEKS + 1


def test_shortage_by_place_and_use():
    case = Case()
    case.set("shortage_unserved_t", pulse(6, 7, 4.0), place="DE", end_use="cars")
    case.set("shortage_priced_out_t", pulse(1, 20, 1.0), place="JP", end_use="wind")
    assert case("shortage_unserved_t", place="DE", end_use="cars") == 8.0
    assert case("shortage_t", place="DE") == 8.0
    assert case("shortage_priced_out_t", place="JP") == 20.0
    assert case("shortage_t", place="exCN") == 28.0
    assert case("shortage_t") == 28.0
    assert case("shortage_t", end_use="cars") == 8.0
    assert case("shortage_percent") == pytest.approx(100 * 28 / (20 * 60))
    assert case("shortage_unserved_percent", place="DE") == pytest.approx(100 * 8 / (20 * 20))


def test_weeks_of_a_shortage():
    case = Case()
    case.set("shortage_unserved_t", pulse(6, 7, 0.15) + pulse(10, 10, 5.0), place="DE", end_use="cars")
    case.set("shortage_unserved_t", pulse(9, 9, 5.0), place="JP", end_use="wind")
    assert case("first_week_short", place="DE", end_use="cars") == 6  # 1.5 % of its own 10 t
    assert case("first_week_short", place="DE") == 10  # under 1 % of the country's 20 t until then
    assert case("first_stoppage_week") == 9
    assert case("first_stoppage_week", place="exCN") == 9
    assert np.isnan(case("first_stoppage_week", place="CN"))
    assert case("weeks_short", place="DE") == 1
    assert case("short_recovery_week", place="DE") == 11


def test_exactly_one_per_cent_is_not_short():
    case = Case()
    case.set("shortage_unserved_t", pulse(1, 20, 0.1), place="DE", end_use="cars")
    assert np.isnan(case("first_week_short", place="DE", end_use="cars"))


def test_exports_and_concentration():
    case = Case()
    case.lane("CN", "DE", 3.0)
    case.lane("JP", "DE", 1.0)
    months = len(case.model.month_starts)
    assert case("export_t", place="CN") == 3.0 * months
    assert case("export_t", place="CN>DE") == 3.0 * months
    assert case("supplier_hhi", place="DE") == pytest.approx(0.75**2 + 0.25**2)
    assert np.isnan(case("supplier_hhi", place="JP"))


def test_licences():
    case = Case()
    case.set("licence_backlog_t", pulse(3, 6, 8.0), place="CN")
    case.set("licence_wait_days", pulse(3, 6, 30.0), place="CN")
    case.set("licence_granted_t", pulse(5, 6, 3.0), place="CN")
    case.set("licence_refused_t", pulse(5, 5, 2.0), place="CN")
    assert case("licence_backlog_t", place="CN") == pytest.approx(8 * 4 / 20)
    assert case("licence_backlog_peak_t", place="CN") == 8.0
    assert case("licence_wait_days", place="CN") == pytest.approx(30.0)
    assert case("licence_wait_peak_days", place="CN") == 30.0
    assert case("licence_grant_percent", place="CN") == pytest.approx(75.0)


def test_money_follows_the_sampled_numbers():
    case = Case()
    case.set("shortage_unserved_t", pulse(1, 2, 5.0), place="DE", end_use="cars")
    case.set("shortage_priced_out_t", pulse(1, 4, 5.0), place="DE", end_use="wind")
    assert case("output_at_risk_usd", "all", "DE", "cars") == pytest.approx(10 * 1000)
    assert case("output_at_risk_usd", "all", "DE", "wind") == pytest.approx(20 * 1000 * 0.5)
    assert case("output_at_risk_usd", "all") == pytest.approx(20_000)
    assert case("output_at_risk_usd", "all", values=(0.5, 12.0, 2000.0)) == pytest.approx(40_000)
    assert case("output_at_risk_unserved_usd", "all") == pytest.approx(10_000)
    assert case("output_at_risk_usd", "magnet") == case("output_at_risk_usd", "all")


def test_knock_on_losses_are_what_stops_times_the_stated_ratio_and_in_nothing_else():
    """Cars: 10 t missing at 1000 USD/t, 0.8 USD lost by customers for each: 8000. Given up for the price: none of it counts."""

    def lost(case):
        case.set("shortage_unserved_t", pulse(1, 2, 5.0), place="DE", end_use="cars")
        case.set("shortage_priced_out_t", pulse(1, 4, 5.0), place="DE", end_use="wind")
        return case

    plain = lost(Case())
    assert "knock_on_loss_usd" not in {outcome.metric for outcome in plain.reporter.outcomes}
    scenario = fakes.scenario(weeks=WEEKS)
    values = {**scenario.world.values, ("knock_on_ratio", "DE", "cars"): 0.8, ("knock_on_ratio", "DE", "wind"): 3.0}
    stated = Case()
    stated.model = fakes.FakeModel(replace(scenario, world=replace(scenario.world, values=values)))
    stated.reporter = Reporter(stated.model)
    lost(stated)
    assert stated("knock_on_loss_usd", "all", "DE", "cars") == pytest.approx(8000)
    assert stated("knock_on_loss_usd", "all") == pytest.approx(8000)
    assert stated("knock_on_loss_usd", "all", "DE", "wind") == 0.0
    for metric in ("output_at_risk_usd", "output_at_risk_unserved_usd", "priced_out_surplus_usd"):
        assert stated(metric, "all") == plain(metric, "all")


def test_extra_spend_is_on_what_was_used():
    case = Case()
    case.set("price_paid_index", pulse(3, 4, 1.5, 1.0), place="DE")
    case.set("shortage_unserved_t", pulse(4, 4, 10.0), place="DE", end_use="cars")
    assert case("extra_spend_usd", place="DE") == pytest.approx(0.5 * 60.0 * 1000 * (20 + 10))
    assert case("extra_spend_usd") == case("extra_spend_usd", place="DE")


def test_order_of_countries_changes_nothing():
    rng = np.random.default_rng(0)
    one, other = Case(), Case(countries=("JP", "DE", "CN"))
    for column in one.model.weekly_columns:
        values = rng.uniform(1.0, 2.0, WEEKS)
        for case in (one, other):
            case.set(column.variable, values, column.product, column.place, column.end_use)
    assert one.reporter.outcomes == other.reporter.outcomes
    money = one.reporter.money(np.ones(3))
    found = [c.reporter.compute(c.reporter.rows(c.weekly, c.monthly), money).tobytes() for c in (one, other)]
    assert found[0] == found[1]


def test_listed_parts_of_a_user_are_added_up():
    """Two columns of the same country and end use (some of its firms are on a list) are one user here."""
    whole, split = Case(), Case()
    model = split.model
    j = next(
        i for i, c in enumerate(model.weekly_columns) if (c.variable, c.place, c.end_use) == ("wanted_t", "DE", "cars")
    )
    for offset, variable in enumerate(("wanted_t", "shortage_unserved_t", "shortage_priced_out_t")):
        assert model.weekly_columns[j + offset].variable == variable
    extra = tuple(model.weekly_columns[j : j + 3])
    model.weekly_columns = (*model.weekly_columns, *extra)
    split.reporter = Reporter(model)
    split.weekly = np.hstack([split.weekly, np.zeros((WEEKS, 3))])
    split.weekly[:, j] = 4.0
    split.weekly[:, -3] = 6.0
    split.weekly[:, -2] = 3.0
    whole.set("shortage_unserved_t", 3.0, place="DE", end_use="cars")
    for name in ("shortage_t", "shortage_percent", "first_week_short"):
        assert split(name) == whole(name)
    assert split("shortage_unserved_t", place="DE", end_use="cars") == 60.0


def test_layout_in_memory_makes_no_difference():
    case = Case()
    case.weekly[:] = np.random.default_rng(3).uniform(1.0, 2.0, case.weekly.shape)
    money = case.reporter.money(np.ones(3))
    plain = case.reporter.compute(case.reporter.rows(case.weekly, case.monthly), money)
    fortran = case.reporter.compute(case.reporter.rows(np.asfortranarray(case.weekly), case.monthly), money)
    assert plain.tobytes() == fortran.tobytes()


def test_the_rows_of_a_run_leave_no_trace_in_the_next():
    used, fresh = Case(), Case()
    money = used.reporter.money(np.ones(3))
    used.set("shortage_unserved_t", pulse(6, 7, 4.0), place="DE", end_use="cars")
    used.lane("CN", "DE", 3.0)
    used.reporter.rows(used.weekly, used.monthly)
    rows = used.reporter.rows(fresh.weekly, fresh.monthly)
    expected = fresh.reporter.rows(fresh.weekly, fresh.monthly)
    assert used.reporter.compute(rows, money).tobytes() == fresh.reporter.compute(expected, money).tobytes()
    assert np.array_equal(rows.table, expected.table)


# --- groups of countries and makers ---------------------------------------------------------------


class Grouped(Case):
    """The same with a group of two of the three countries."""

    def __init__(self) -> None:
        super().__init__(groups={"club": ("DE", "JP")})


def test_a_group_is_summed_before_anything_is_worked_out():
    case = Grouped()
    case.set("shortage_unserved_t", pulse(6, 7, 4.0), place="DE", end_use="cars")
    case.set("shortage_unserved_t", pulse(9, 9, 0.3), place="JP", end_use="wind")
    case.set("shortage_priced_out_t", pulse(1, 20, 1.0), place="JP", end_use="wind")
    assert case("shortage_t", place="club") == pytest.approx(28.3)
    assert case("shortage_percent", place="club") == pytest.approx(100 * 28.3 / (20 * 40))
    assert case("shortage_unserved_percent", place="club") == pytest.approx(100 * 8.3 / (20 * 40))
    assert case("shortage_unserved_weeks", place="club") == pytest.approx(8.3 / 40)
    assert case("shortage_priced_out_weeks", place="club") == pytest.approx(20 / 40)
    assert case("weeks_short", place="JP") == 1  # 1.5 % of its own 20 t
    assert case("weeks_short", place="club") == 2  # but under 1 % of the group's 40 t
    assert case("first_week_short", place="club") == 6
    assert case("short_recovery_week", place="club") == 8
    assert case("first_stoppage_week", place="club") == 6
    assert case("shortage_unserved_t", place="club", end_use="wind") == pytest.approx(0.3)
    assert case("shortage_percent", place="club", end_use="wind") == pytest.approx(100 * 20.3 / (20 * 20))


def test_a_group_price_is_weighted_by_what_its_members_would_use():
    case = Grouped()
    case.set("wanted_t", pulse(1, 20, 30.0), place="JP", end_use="wind")  # Japan uses 40, Germany 20
    case.set("price_paid_index", pulse(3, 4, 4.0, 1.0), place="JP")
    assert case("price_paid_peak_index", place="club") == pytest.approx((40 * 4 + 20) / 60)
    assert case("price_paid_index", place="club") == pytest.approx(1 + 2 * (3 * 40 / 60) / 20)


def test_a_group_sums_output_money_and_stores():
    case = Grouped()
    case.set("production_t", pulse(1, 20, 2.0), place="DE")
    case.set("production_t", pulse(1, 20, 3.0), place="JP")
    case.set("production_t", pulse(1, 20, 5.0), place="CN")
    case.set("stockpile_t", pulse(1, 3, 1.0, 7.0), place="DE")
    case.set("stockpile_t", pulse(5, 6, 2.0, 7.0), place="JP")
    case.set("price_paid_index", pulse(1, 1, 2.0, 1.0), place="DE")
    case.set("shortage_unserved_t", pulse(6, 6, 4.0), place="JP", end_use="wind")
    assert case("production_t", place="club") == 100.0
    assert case("production_t") == 200.0
    assert case("supplier_hhi") == pytest.approx(0.2**2 + 0.3**2 + 0.5**2)  # the group is no fourth maker
    assert case("stockpile_minimum_t", place="club") == 8.0
    assert case("extra_spend_usd", place="club") == case("extra_spend_usd", place="DE") == case("extra_spend_usd")
    for metric in ("output_at_risk_usd", "output_at_risk_unserved_usd"):
        lost = case(metric, product="all", place="JP")
        assert lost > 0
        assert (
            case(metric, product="all", place="club")
            == lost
            == case(metric, product="all", place="club", end_use="wind")
        )


def test_trade_within_a_group_is_neither_export_nor_import():
    case = Grouped()
    case.lane("DE", "JP", 8.0)
    case.lane("DE", "CN", 2.0)
    case.lane("CN", "JP", 3.0)
    case.lane("CN", "DE", 1.0)
    months = len(case.model.month_starts)
    assert case("export_t", place="club") == 2.0 * months
    assert case("export_t", place="DE") == 10.0 * months
    assert case("supplier_hhi", place="club") == 1.0
    assert case("supplier_hhi", place="JP") == pytest.approx((8 / 11) ** 2 + (3 / 11) ** 2)


def test_makers_that_lack_inputs():
    case = Grouped()
    for country in ("CN", "DE", "JP"):
        case.set("maker_called_t", pulse(1, 20, 10.0), place=country)
    case.set("maker_lacking_t", pulse(4, 5, 10.0) + pulse(9, 9, 0.15), place="DE")
    case.set("maker_lacking_t", pulse(2, 2, 0.1), place="JP")
    assert case("maker_first_week_short", place="DE") == 4
    assert case("maker_weeks_short", place="DE") == 3
    assert case("maker_short_percent", place="DE") == pytest.approx(100 * 20.15 / 200)
    assert np.isnan(case("maker_first_week_short", place="JP"))  # exactly 1 %
    assert case("maker_weeks_short", place="club") == 2
    assert case("maker_short_percent") == pytest.approx(100 * 20.25 / 600)
    assert case("maker_weeks_short", place="CN") == 0


def test_uses_the_report_looks_at_are_told_by_country_too():
    from dataclasses import replace

    from supplyrisk.spec.resolved import ReportOptions

    plain = fakes.scenario(weeks=WEEKS)
    asked = Reporter(fakes.FakeModel(replace(plain, report=ReportOptions(end_uses=("wind",)))))
    named = {o[:4] for o in asked.outcomes}
    more = named - {o[:4] for o in Reporter(fakes.FakeModel(plain)).outcomes}
    assert {(product, use) for _, product, _, use in more} == {("magnet", "wind")}
    assert ("shortage_percent", "magnet", "DE", "wind") in more
    case = Case()
    case.set("shortage_unserved_t", pulse(6, 7, 4.0), place="DE", end_use="wind")
    numbers = asked.compute(asked.rows(case.weekly, case.monthly), asked.money(np.asarray((0.5, 12.0, 1000.0))))
    found = {o[:4]: number for o, number in zip(asked.outcomes, numbers, strict=True)}
    assert found["shortage_unserved_percent", "magnet", "DE", "wind"] == pytest.approx(100 * 8 / 200)
    assert found["shortage_unserved_percent", "magnet", "DE", "all"] == pytest.approx(100 * 8 / 400)
    assert found["weeks_short", "magnet", "DE", "wind"] == 2


def test_use_given_up_is_valued_by_half_of_what_it_got_dearer():
    """10 t at thrice the price lose 10 x 2/2 x 60,000 USD, at or below the price before nothing; unserved tonnes never."""
    for stock_uses, lost in (((), 600_000.0), (("cars",), 0.0)):
        case = Case(groups={"club": ("DE", "JP")}, stock_uses=stock_uses)
        case.set("price_paid_index", pulse(3, 3, 3.0, 1.0) - pulse(7, 7, 0.5))
        case.set("shortage_priced_out_t", pulse(3, 7, 10.0), end_use="cars")
        case.set("shortage_unserved_t", pulse(3, 3, 99.0), end_use="cars")
        for place, end_use in (("DE", "cars"), ("DE", "all"), ("club", "all"), ("world", "cars"), ("world", "all")):
            assert case("priced_out_surplus_usd", "all", place, end_use) == pytest.approx(lost)
        assert case("priced_out_surplus_usd", "all", "JP") == 0.0
