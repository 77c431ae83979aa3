"""Every number a world may hold: its dimensions, unit, bounds, default and meaning.

A world's CSV rows name one of these parameters. A dimension left blank in a row means "all"; the row
with more dimensions given wins. Scenario paths use the same order: `cover_weeks.ht_magnet.DE`.
A parameter without default must be given for every cell that exists in the world.
"""

from __future__ import annotations

from .behaviour import BEHAVIOUR
from .parameter import Parameter

__all__ = ["PARAMETERS", "PARAMETER_BY_NAME", "Parameter"]

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
        1.0,
        "price index from which all of the site runs; only of products without inputs (the others stop by their margin)",
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
    _P(
        "shipment_t",
        ("product",),
        "t",
        0,
        1e7,
        0.0,
        "mean size of a shipment across borders, by which customs' monthly records swing about even flows; moves no run",
        certain=True,
    ),
    *BEHAVIOUR,
    # --- money -----------------------------------------------------------------------------------
    _P(
        "discount_rate_per_year",
        (),
        "1/yr",
        0,
        1,
        0.03,
        "rate at which money of later weeks is discounted to the start; default: what European public bodies take",
    ),
    _P(
        "storage_cost_per_year",
        ("product",),
        "1/yr",
        0,
        2,
        0.02,
        "storing and insuring public stock, share of its value; default: an assumption",
    ),
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
    _P(
        "knock_on_ratio",
        ("country", "end_use"),
        "ratio",
        0,
        50,
        0.0,
        "value added that customers down the chain lose per USD of it that stops for lack of material; default: not counted",
        sourced=True,
    ),
)

PARAMETER_BY_NAME = {p.name: p for p in PARAMETERS}
