"""Every number a world may hold: its dimensions, unit, bounds, default and meaning.

A world's CSV rows name one of these parameters. A dimension left blank in a row means "all"; the row
with more dimensions given wins. Scenario paths use the same order: `cover_weeks.ht_magnet.DE`.
A parameter without default must be given for every cell that exists in the world.
"""

from __future__ import annotations

from dataclasses import dataclass

from .parameter_labels import LABELS


@dataclass(frozen=True)
class Parameter:
    """One kind of number.

    `dims` are among product, input, country (place of a site or buyer), partner (selling country of a
    lane), end_use. `creates` says that its rows make sites, users or lanes; a `certain` one decides how the
    model is built and is the same in every run.
    """

    name: str
    dims: tuple[str, ...]
    unit: str
    low: float
    high: float
    default: float | None
    meaning: str
    creates: str = ""
    certain: bool = False

    @property
    def label(self) -> str:
        """What a report calls it."""
        return LABELS[self.name]


_P = Parameter
# Bounds refuse what can't be meant: the largest flow of any mineral is a few billion tonnes of ore a year, the poorest
# ores give a millionth of their mass, the dearest element costs a few hundred thousand USD a kg.
MOST_T_PER_YEAR = 1e10
MOST_USD_PER_KG = 1e7
MOST_USD_PER_T = 1e12  # value added: a gram in every chip

PARAMETERS: tuple[Parameter, ...] = (
    # --- the physical baseline -------------------------------------------------------------------
    _P(
        "output_t_per_year",
        ("product", "country"),
        "t/yr",
        0,
        MOST_T_PER_YEAR,
        None,
        "observed output; the model keeps the shares and scales the total to the use of the product",
        creates="site",
    ),
    _P("utilisation", ("product", "country"), "share", 0.05, 1, 0.85, "output / available capacity"),
    _P(
        "unit_cost_ratio",
        ("product", "country"),
        "ratio",
        0,
        100,
        0.0,
        "price index below which the site stops (0: it never stops); incumbents cover their cash cost",
    ),
    _P("recipe_t_per_t", ("product", "input"), "t/t", 1e-6, 1e6, None, "t of input per t of product, losses included"),
    _P("processing_time_days", ("product",), "days", 1, 730, None, "from input to finished product"),
    _P("price_usd_per_kg", ("product",), "USD/kg", 1e-4, MOST_USD_PER_KG, None, "baseline price, both zones"),
    _P(
        "use_t_per_year",
        ("product", "country", "end_use"),
        "t/yr",
        0,
        MOST_T_PER_YEAR,
        None,
        "baseline use of a final product",
        creates="user",
    ),
    _P(
        "trade_share",
        ("product", "partner", "country"),
        "share",
        0,
        1,
        None,
        "share of the country's purchases that comes from the partner (seed of the balancing)",
        creates="lane",
    ),
    _P("transit_days", ("partner", "country"), "days", 1, 180, None, "door to door, ordering not included"),
    _P("tariff", ("product", "partner", "country"), "share", 0, 10, 0.0, "duty in the baseline"),
    _P("freight_usd_per_kg", ("product",), "USD/kg", 0, 1e4, 0.0, "international freight and insurance"),
    # --- stocks ----------------------------------------------------------------------------------
    _P(
        "cover_weeks",
        ("product", "country", "end_use"),
        "weeks",
        0.5,
        104,
        None,
        "mean stock of end users, in weeks of use",
    ),
    _P(
        "cover_cv",
        ("product", "country", "end_use"),
        "ratio",
        0,
        2,
        0.7,
        "spread of that cover between firms (lognormal)",
    ),
    _P("working_minimum_weeks", ("product", "end_use"), "weeks", 0.1, 26, 1.0, "stock below which a user slows down"),
    _P(
        "input_cover_weeks",
        ("product", "input", "country"),
        "weeks",
        0.5,
        104,
        6.0,
        "stock of the input held by makers of the product",
    ),
    _P(
        "output_cover_weeks",
        ("product", "country"),
        "weeks",
        0.2,
        104,
        3.0,
        "stock of finished product held by its makers",
    ),
    _P(
        "stockpile_weeks",
        ("product", "country"),
        "weeks",
        0,
        520,
        0.0,
        "public stock, weeks of national use; moves only by a stockpile event",
    ),
    # --- behaviour of buyers ---------------------------------------------------------------------
    _P(
        "elasticity_short",
        ("product", "end_use"),
        "1",
        0.0,
        3,
        0.12,
        "short-run price elasticity of use (positive number)",
    ),
    _P(
        "elasticity_long",
        ("product", "end_use"),
        "1",
        0.0,
        3,
        0.3,
        "further long-run elasticity (thrifting, substitution)",
    ),
    _P(
        "thrifting_speed_per_year",
        ("product", "end_use"),
        "1/yr",
        0,
        2,
        0.10,
        "fastest yearly cut of demand by thrifting",
    ),
    _P(
        "thrifting_return_per_year",
        ("product", "end_use"),
        "1/yr",
        0,
        2,
        0.02,
        "fastest yearly return of thrifted demand",
    ),
    _P(
        "order_adjustment_weeks",
        ("product",),
        "weeks",
        1,
        104,
        8.0,
        "time in which buyers close gaps of stock and pipeline",
    ),
    _P("order_cap", ("product",), "ratio", 1, 20, 2.5, "largest order relative to expected use"),
    _P("expectation_weeks", ("product",), "weeks", 1, 104, 8.0, "smoothing time of expected use and orders"),
    _P("sourcing_elasticity", ("product",), "1", 0, 20, 2.0, "response of supplier shares to landed cost"),
    _P("hoarding_response", ("product",), "weeks/week", 0, 10, 0.5, "extra wanted cover per week of perceived wait"),
    _P(
        "fear_weeks",
        ("product",),
        "weeks",
        0,
        52,
        6.0,
        "perceived wait on the day a control on the product becomes known",
    ),
    _P(
        "fear_decay_per_week",
        ("product",),
        "1/week",
        0,
        1,
        0.085,
        "weekly approach of the perceived wait to the queue's mean age",
    ),
    _P(
        "perceived_wait_cap_weeks",
        ("product",),
        "weeks",
        1,
        104,
        20.0,
        "longest wait buyers reckon with from the queue",
    ),
    _P(
        "trend_response",
        ("product",),
        "1",
        0,
        2,
        0.3,
        "buyers who see prices rise in all zones want more stock: cover x (spot / remembered spot)^this, never below normal",
    ),
    _P(
        "price_memory_weeks",
        ("product",),
        "weeks",
        1,
        260,
        26.0,
        "memory of spot prices against which buyers see a trend",
    ),
    _P(
        "trend_delay_weeks",
        ("product",),
        "weeks",
        1,
        104,
        13.0,
        "mean time in which buyers come to believe that prices rise for long",
    ),
    # --- prices ----------------------------------------------------------------------------------
    _P("storage_exponent", ("product",), "1", 0.1, 5, 1.0, "beta: price ~ cover^-beta"),
    _P(
        "price_adjustment_per_week",
        ("product",),
        "1/week",
        0.01,
        1,
        0.3,
        "share of the gap to the storage-curve price closed per week (logarithm)",
    ),
    _P("price_floor_index", ("product",), "index", 0.001, 1, 0.2, "lowest spot price index"),
    _P("price_ceiling_index", ("product",), "index", 1, 10000, 200.0, "highest spot price index"),
    _P("contract_share", ("product",), "share", 0, 1, 0.5, "share of delivered tonnes priced under contract"),
    _P(
        "contract_lag_weeks",
        ("product",),
        "weeks",
        1,
        260,
        26.0,
        "smoothing time of contract prices behind the spot they follow",
    ),
    _P(
        "cost_pass_through",
        ("product",),
        "share",
        0,
        1,
        0.8,
        "share of a change of input costs that the spot price follows, in money",
    ),
    # --- behaviour of sellers --------------------------------------------------------------------
    _P(
        "production_adjustment_weeks",
        ("product",),
        "weeks",
        1,
        104,
        10.0,
        "time in which makers close gaps of stock and work in process",
    ),
    _P(
        "stock_price_response",
        ("product",),
        "share",
        0,
        1,
        0.5,
        "how far buyers lower the stock they want when the price paid rises: 1 = all the way along the storage curve",
    ),
    _P(
        "input_minimum_weeks",
        ("product",),
        "weeks",
        1,
        26,
        3.0,
        "stock of inputs below which makers of the product slow down",
    ),
    _P(
        "input_elasticity",
        ("product",),
        "1",
        0,
        2,
        0.0,
        "how much less of an input makers of the product use per tonne when it gets dearer (positive number)",
    ),
    _P("margin_exponent", ("product",), "1", 0, 5, 0.3, "response of wanted output to the money margin"),
    _P(
        "held_output_credit",
        ("product",),
        "share",
        0,
        1,
        0.2,
        "share of goods held for a licence that makers count as output stock",
    ),
    _P(
        "held_order_weight",
        ("product",),
        "share",
        0,
        1,
        0.8,
        "share of orders waiting for a licence that makers keep producing for",
    ),
    _P("allocation_exponent", ("product",), "1", 0, 20, 3.0, "rho: rationing by order x price^rho"),
    # --- end uses --------------------------------------------------------------------------------
    _P("priority", ("end_use",), "class", 1, 9, 5, "rationing class, lower is served first", certain=True),
    _P(
        "value_added_usd_per_t",
        ("product", "country", "end_use"),
        "USD/t",
        0,
        MOST_USD_PER_T,
        0.0,
        "value added of the end use per t of the product it uses",
    ),
    _P(
        "dependent_share",
        ("product", "end_use"),
        "share",
        0,
        1,
        1.0,
        "share of that value added that truly stops without the material",
    ),
)

PARAMETER_BY_NAME = {p.name: p for p in PARAMETERS}
