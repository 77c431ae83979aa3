"""What one run reports: every metric with its unit, formula, meaning and computation (put together by `reporter`).

Weeks are numbered from 1, the first seven days of the horizon. A metric that does not exist in a run (the
week of a shortage that never came) is NaN, which the tables store as empty. Groups of countries are places like
countries: their tonnes and USD are summed within each run before anything else is worked out from them, and the price
of a group is that of its members weighted by what they would use at baseline prices, week by week (`groups`).
"""

from __future__ import annotations

from dataclasses import dataclass

SHORT = 0.01  # physically unserved share of wanted above which a country or end use counts as short
DISTURBED = 1.1  # price index above which a price counts as not recovered


@dataclass(frozen=True)
class Of:
    """A statistic over weeks of one recorded variable, place by place.

    Parameters
    ----------
    variable : str
        A weekly series (see *Series* in the reference of files and tables).
    statistic : str
        mean, max, min or sum over the weeks of the horizon (`statistics.STATS`).
    world : bool
        Also the sum over the countries of each product.
    """

    variable: str
    statistic: str
    world: bool = False


@dataclass(frozen=True)
class By:
    """A function that works several metrics out together and gives each under its name, e.g. `statistics.shortages`.

    Named, not imported: the declarations are read where nothing is computed, and without NumPy.
    """

    function: str


Computation = Of | By


@dataclass(frozen=True)
class Metric:
    """One metric: `by` says for which product, place and end use it is given, `computed` how."""

    name: str
    unit: str
    by: str
    formula: str
    meaning: str
    computed: Computation


def _price_metrics(kind: str, what: str) -> tuple[Metric, ...]:
    name, index = f"price_{kind}", f"price_{kind}_index"
    by = "product, zone" if kind == "spot" else "product, zone; index and peak also by country and group that use it"
    return (
        Metric(
            index,
            "index",
            by,
            f"mean over weeks of {index}",
            f"{what}, baseline = 1, mean over the horizon",
            By("statistics.prices"),
        ),
        Metric(
            f"{name}_peak_index",
            "index",
            by,
            f"max over weeks of {index}",
            f"{what}, highest week",
            By("statistics.prices"),
        ),
        Metric(
            f"{name}_above_1_5x_weeks",
            "weeks",
            by,
            f"weeks with {index} > 1.5",
            f"{what} above 1.5 times the baseline",
            By("statistics.prices"),
        ),
        Metric(
            f"{name}_above_2x_weeks",
            "weeks",
            by,
            f"weeks with {index} > 2",
            f"{what} above twice the baseline",
            By("statistics.prices"),
        ),
        Metric(
            f"{name}_above_3x_weeks",
            "weeks",
            by,
            f"weeks with {index} > 3",
            f"{what} above three times the baseline",
            By("statistics.prices"),
        ),
        Metric(
            f"{name}_peak_week",
            "week",
            by,
            "first week of the peak",
            "empty if it never exceeds the baseline",
            By("statistics.prices"),
        ),
        Metric(
            f"{name}_recovery_week",
            "week",
            by,
            f"1 + last week with {index} > {DISTURBED}",
            "week from which the price stays within 10 % of the baseline; one past the horizon if it does not; "
            "empty if it never left",
            By("statistics.prices"),
        ),
        Metric(
            f"{name}_usd_per_kg",
            "USD/kg",
            by,
            "baseline price x mean index",
            f"{what}, mean over the horizon",
            By("statistics.prices"),
        ),
        Metric(
            f"{name}_peak_usd_per_kg",
            "USD/kg",
            by,
            "baseline price x peak index",
            f"{what}, highest week",
            By("statistics.prices"),
        ),
    )


_USERS = "product, country, end use; sums by country, group, zone, world and end use"
_SUMS = (
    "product by country, group, zone and world, and by end use of a group or the world "
    "(also of a country, for the end uses that the report looks at)"
)
_MAKERS = "product with inputs, by country, group and world"

_PAYS = "product by country that pays, group and world, and all products; present value at the start (see the model, what measures cost)"

METRICS: tuple[Metric, ...] = (
    *_price_metrics("spot", "spot price"),
    *_price_metrics("paid", "average price paid, contracts and spot"),
    Metric("shortage_t", "t", _USERS, "unserved + priced out", "use lost over the horizon", By("statistics.shortages")),
    Metric(
        "shortage_unserved_t",
        "t",
        _USERS,
        "sum over weeks",
        "wanted at the price paid and not to be had",
        By("statistics.shortages"),
    ),
    Metric(
        "shortage_priced_out_t",
        "t",
        _USERS,
        "sum over weeks",
        "no longer wanted because of price and thrifting",
        By("statistics.shortages"),
    ),
    Metric(
        "shortage_percent",
        "%",
        _SUMS,
        "100 x shortage_t / wanted_t",
        "share of normal use lost",
        By("statistics.shortages"),
    ),
    Metric(
        "shortage_unserved_percent",
        "%",
        _SUMS,
        "100 x shortage_unserved_t / wanted_t",
        "share physically missing",
        By("statistics.shortages"),
    ),
    Metric(
        "shortage_unserved_weeks",
        "weeks",
        _SUMS,
        "shortage_unserved_t / mean weekly wanted_t",
        "weeks of normal use that are physically missing; unlike a share they do not shrink with the horizon",
        By("statistics.shortages"),
    ),
    Metric(
        "shortage_priced_out_weeks",
        "weeks",
        _SUMS,
        "shortage_priced_out_t / mean weekly wanted_t",
        "weeks of normal use given up because of the price",
        By("statistics.shortages"),
    ),
    Metric(
        "first_week_short",
        "week",
        _USERS,
        f"first week with unserved > {SHORT} x wanted",
        "first week in which more than 1 % of wanted use is physically missing; empty if never",
        By("statistics.shortages"),
    ),
    Metric(
        "first_stoppage_week",
        "week",
        "product by zone, group and world",
        "min over countries of first_week_short",
        "first week in which any country of the place is short; empty if never",
        By("statistics.shortages"),
    ),
    Metric(
        "weeks_short",
        "weeks",
        _SUMS,
        f"weeks with unserved > {SHORT} x wanted",
        "how long the shortage lasts in all",
        By("statistics.shortages"),
    ),
    Metric(
        "short_recovery_week",
        "week",
        _SUMS,
        "1 + last short week",
        "one past the horizon if still short; empty if never",
        By("statistics.shortages"),
    ),
    Metric(
        "cover_minimum_weeks",
        "weeks",
        "product, zone",
        "min over weeks of stock_cover_weeks",
        "thinnest stock cover",
        Of("stock_cover_weeks", "min"),
    ),
    Metric(
        "production_t",
        "t",
        "product by country, group and world",
        "sum over weeks",
        "output over the horizon",
        Of("production_t", "sum", world=True),
    ),
    Metric(
        "maker_short_percent",
        "%",
        _MAKERS,
        "100 x batches not started for lack of inputs / batches called for, t, sums over weeks",
        "output lost because makers lack inputs, of what orders, capacity and prices call for",
        By("statistics.makers"),
    ),
    Metric(
        "maker_first_week_short",
        "week",
        _MAKERS,
        f"first week with lacking > {SHORT} x called for",
        "first week in which makers start over 1 % less than called for because inputs are lacking; empty if never",
        By("statistics.makers"),
    ),
    Metric(
        "maker_weeks_short",
        "weeks",
        _MAKERS,
        f"weeks with lacking > {SHORT} x called for",
        "how long makers lack inputs in all",
        By("statistics.makers"),
    ),
    Metric(
        "export_t",
        "t",
        "product by origin (country or group), and by lane ORIGIN>DESTINATION",
        "sum over months",
        "cross-border exports; of a group those that leave it",
        By("statistics.flows"),
    ),
    Metric(
        "supplier_hhi",
        "1",
        "product by buying country or group (imports) and world (production)",
        "sum over suppliers of share^2",
        "concentration of suppliers, 1 = a single one; trade within a group left out; empty without imports",
        By("statistics.flows"),
    ),
    Metric(
        "licence_backlog_t",
        "t",
        "product, country of the office",
        "mean over weeks",
        "goods waiting for a licence",
        Of("licence_backlog_t", "mean"),
    ),
    Metric(
        "licence_backlog_peak_t",
        "t",
        "product, country of the office",
        "max over weeks",
        "longest queue",
        Of("licence_backlog_t", "max"),
    ),
    Metric(
        "licence_wait_days",
        "days",
        "product, country of the office",
        "mean of licence_wait_days over weeks with a queue, weighted by the queue's tonnes",
        "mean age of the applications in the queue; empty without a queue",
        By("statistics.waits"),
    ),
    Metric(
        "licence_wait_peak_days",
        "days",
        "product, country of the office",
        "max over weeks",
        "highest mean age",
        By("statistics.waits"),
    ),
    Metric(
        "licence_granted_t",
        "t",
        "product, country of the office",
        "sum over weeks",
        "tonnes granted",
        Of("licence_granted_t", "sum"),
    ),
    Metric(
        "licence_refused_t",
        "t",
        "product, country of the office",
        "sum over weeks",
        "tonnes refused",
        Of("licence_refused_t", "sum"),
    ),
    Metric(
        "licence_grant_percent",
        "%",
        "product, country of the office",
        "100 x granted / (granted + refused)",
        "grant rate",
        By("statistics.waits"),
    ),
    Metric(
        "leakage_t",
        "t",
        "product by buying country, group and world",
        "sum over weeks",
        "goods that came round a control",
        Of("leakage_t", "sum", world=True),
    ),
    Metric(
        "export_tax_revenue_usd",
        "USD",
        "product by taxing country, group and world",
        "sum over weeks",
        "what export taxes bring in, paid by foreign buyers",
        Of("export_tax_usd", "sum", world=True),
    ),
    Metric(
        "export_rent_paid_usd",
        "USD",
        "product by buying country, group and world",
        "sum over weeks",
        "what buyers pay more than prices at the seller's home, under rules on exports",
        Of("export_rent_paid_usd", "sum", world=True),
    ),
    Metric(
        "export_rent_earned_usd",
        "USD",
        "product by selling country, group and world",
        "sum over weeks",
        "the part of it that exporters with licences or quotas earn",
        Of("export_rent_earned_usd", "sum", world=True),
    ),
    Metric(
        "stockpile_minimum_t",
        "t",
        "product by country and group",
        "min over weeks",
        "lowest public stock",
        Of("stockpile_t", "min"),
    ),
    Metric(
        "origin_exposure_share",
        "share",
        "product, country",
        "mean over weeks",
        "content of the tracked origin in stocks",
        Of("origin_exposure", "mean"),
    ),
    Metric(
        "origin_exposure_peak_share",
        "share",
        "product, country",
        "max over weeks",
        "highest content of that origin",
        Of("origin_exposure", "max"),
    ),
    Metric(
        "output_at_risk_usd",
        "USD",
        "country and end use; sums by country, group, end use, product and world",
        "value added x dependent share x shortage_t",
        "value added of the output that the lost tonnes would have gone into",
        By("statistics.money"),
    ),
    Metric(
        "output_at_risk_unserved_usd",
        "USD",
        "country and end use; sums by country, group, end use, product and world",
        "value added x dependent share x shortage_unserved_t",
        "the part of it that stops for lack of material, not for its price",
        By("statistics.money"),
    ),
    Metric(
        "extra_spend_usd",
        "USD",
        "product by country, group and world",
        "sum over weeks of (paid index - 1) x baseline price x tonnes used",
        "what users pay more than at baseline prices for what they do get",
        By("statistics.money"),
    ),
    Metric(
        "priced_out_surplus_usd",
        "USD",
        "country and end use; sums by country, group, end use, product and world",
        "sum over weeks of half of max(paid index - 1, 0) x baseline price x priced-out tonnes",
        "what users lose who give up use because it is dear (surplus, an upper bound); beside output_at_risk_unserved_usd, never in it",
        By("statistics.money"),
    ),
    Metric(
        "knock_on_loss_usd",
        "USD",
        "country and end use; sums by country, group, end use, product and world; only where knock_on_ratio is given",
        "value added x dependent share x shortage_unserved_t x knock_on_ratio",
        "value added that customers down the chain lose, by a multiplier that the analyst states; never in any other metric",
        By("statistics.money"),
    ),
    *(
        Metric(f"public_{name}_usd", "USD", _PAYS, formula, meaning, By("public.PublicMoney.values"))
        for name, formula, meaning in (
            (
                "stock_opening",
                "sum of d_w (S_w - S_(w-1) - B_w + V_w) P_w p",
                "worth of public stocks on the first day, and of those with which measures begin",
            ),
            ("stock_bought", "sum of d_w B_w P_w p", "public stocks bought at the simulated price"),
            ("stock_sold", "sum of d_w V_w P_w p", "revenue of public stocks released and sold"),
            ("stock_left", "d_W S_W P_W p", "worth of the public stock that is left at the end, at that week's price"),
            ("stock_storage", "sum of d_w S_w p k 7/365.25", "storing the public stock"),
            (
                "stock_interest",
                "sum of d_w S_w p r 7/365.25",
                "interest on it; in public_cost_usd through d, never added",
            ),
            ("subsidy", "sum of d_w s_w p Q_w", "subsidies paid on what plants sell"),
            ("price_floor", "sum of d_w max(f_w - max(P_w, o_w), 0) p Q_w", "what guaranteed prices cost"),
            ("offtake", "sum of d_w (o_w - P_w) p Q_w", "loss of taking output at an agreed price; a gain if below 0"),
            (
                "cost",
                "opening + bought - sold - left + storage + subsidy + price floor + offtake",
                "public money in all; programmes whose budget the model doesn't know are not in it",
            ),
            (
                "outlay_peak_year",
                "max over years of bought + storage + subsidy + price floor + offtake's losses, not discounted",
                "most that is paid out in any year of the horizon, sales and what was in store before left out",
            ),
        )
    ),
    Metric(
        "public_outlay_year_usd",
        "USD",
        "country, group or world that pays a policy's yearly budget; by year of the horizon in place of the end use (`year 1`)",
        "sum over the year of opening + bought + storage + subsidy + price floor + offtake's losses, not discounted",
        "what a yearly budget is held against: what a policy adds to it, year by year",
        By("public.PublicMoney.values"),
    ),
    Metric(
        "firms_stock_holding_usd",
        "USD",
        "product, zone; sums by zone, product and world",
        "sum of d_w F_w p c 7/365.25",
        "what it costs firms to hold their stocks and goods afloat",
        By("public.PublicMoney.values"),
    ),
)
METRIC_BY_NAME = {metric.name: metric for metric in METRICS}
