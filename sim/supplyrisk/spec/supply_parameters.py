"""The numbers of supply that answers: what comes at a price that lasts, how long that takes, what closes, what nobody records.

At their defaults new capacity comes at once and for good, and nothing of the rest happens.
"""

from __future__ import annotations

from .parameter import Parameter

_P = Parameter
_SITE = ("product", "country")

SUPPLY: tuple[Parameter, ...] = (
    _P(
        "closing_price_index",
        _SITE,
        "index",
        0,
        1,
        0.5,
        "price index at which the last site without inputs closes; up to unit_cost_ratio more run, in a straight line",
    ),
    _P(
        "decision_weeks",
        ("product",),
        "weeks",
        0,
        520,
        0.0,
        "time for which a price must have lasted before new capacity is decided (e-fold); 0: at the price of the week",
    ),
    _P(
        "entry_share_per_year",
        _SITE,
        "1/yr",
        0,
        1,
        0.04,
        "capacity under way that comes in a year, share of world use, at prices at which all of it pays (none at entry_price_index)",
    ),
    _P("entry_price_index", _SITE, "index", 0, 100, 1.3, "price index at which the first of that pays"),
    _P(
        "entry_price_span",
        _SITE,
        "index",
        0.01,
        100,
        1.0,
        "how far above the first price all of it pays, in a straight line; of capacity under way, decided anew and unrecorded alike",
    ),
    _P(
        "entry_limit_share",
        _SITE,
        "share",
        0,
        1000,
        1000.0,
        "all capacity under way, share of world use; 1000: no limit",
    ),
    _P(
        "entry_lead_weeks",
        _SITE,
        "weeks",
        0,
        2080,
        0.0,
        "time until it comes; decided at a price that has lasted if that is a week or more",
    ),
    _P(
        "expansion_share",
        _SITE,
        "ratio",
        0,
        10,
        0.0,
        "most capacity that is decided anew while high prices last, relative to the country's output",
    ),
    _P("expansion_price_index", _SITE, "index", 0, 100, 1.1, "lasting price index at which the first of it pays"),
    _P(
        "expansion_lead_weeks",
        _SITE,
        "weeks",
        0,
        1040,
        78.0,
        "time from the decision to the output of capacity decided anew",
    ),
    _P(
        "unrecorded_share",
        _SITE,
        "share",
        0,
        10,
        0.0,
        "most that mines or plants make on top that nobody records, share of output; no quota or outage cuts it",
    ),
    _P("unrecorded_price_index", _SITE, "index", 0, 100, 1.3, "price index of the week from which that comes"),
    _P("unrecorded_weeks", _SITE, "weeks", 1, 520, 26.0, "time in which it comes and goes"),
    _P(
        "mothball_weeks",
        ("product",),
        "weeks",
        0,
        1040,
        0.0,
        "time for which capacity must have failed to earn its cost before it is laid up (e-fold); 0: it never is",
    ),
    _P(
        "closure_weeks",
        ("product",),
        "weeks",
        0,
        2080,
        0.0,
        "time in which capacity that is laid up closes for good (e-fold); 0: never",
    ),
    _P(
        "trader_stock_weeks",
        _SITE,
        "weeks",
        0,
        1040,
        0.0,
        "stock of traders and surplus stock that no user wants, in weeks of the country's use; sold as the price rises",
    ),
    _P("trader_price_index", ("product",), "index", 0, 100, 1.1, "price index from which traders sell"),
    _P(
        "trader_price_span",
        ("product",),
        "index",
        0.01,
        100,
        1.0,
        "how far above that all of it is for sale, in a straight line",
    ),
)
