"""What raising a number does: the signs of supply that answers, and of traders."""

from __future__ import annotations

from .sign_cases import price, total
from .sign_table import DOWN, MADE, UP, Sign

SUPPLY: dict[str, Sign] = {
    "decision_weeks": Sign(
        ("metal",),
        (4.0, 26.0, 104.0),
        "boom for which new plants are built",
        total(MADE, 40, 100),
        DOWN,
        "output a year into a boom: plants are decided later",
    ),
    "entry_price_index": Sign(
        ("metal", ""),
        (1.1, 1.3, 2.0),
        "boom that new firms join",
        total(MADE, 100, 280),
        DOWN,
        "output years into a boom: new capacity pays only at a higher price",
    ),
    "entry_price_span": Sign(
        ("metal", ""),
        (0.5, 1.0, 3.0),
        "boom that new firms join",
        total(MADE, 100, 280),
        DOWN,
        "the same: less of it pays at one price",
    ),
    "entry_limit_share": Sign(
        ("metal", ""),
        (0.03, 0.1, 0.3),
        "boom that new firms join",
        total(MADE, 100, 280),
        UP,
        "the same: there is more of it to come",
    ),
    "entry_lead_weeks": Sign(
        ("metal", ""),
        (0.0, 26.0, 104.0),
        "boom that new firms join",
        total(MADE, 50, 200),
        DOWN,
        "the same: it comes later",
    ),
    "expansion_share": Sign(
        ("metal", ""),
        (0.0, 0.1, 0.3),
        "boom for which new plants are built",
        total(MADE, 60, 150),
        UP,
        "output two years into a boom: more is built",
    ),
    "expansion_price_index": Sign(
        ("metal", ""),
        (1.1, 1.8, 3.0),
        "boom for which new plants are built",
        total(MADE, 31, 60),
        DOWN,
        "the same: less pays at one price",
    ),
    "expansion_lead_weeks": Sign(
        ("metal", ""),
        (10.0, 40.0, 90.0),
        "boom for which new plants are built",
        total(MADE, 0, 120),
        DOWN,
        "the same: it comes later",
    ),
    "unrecorded_share": Sign(
        ("metal", ""),
        (0.0, 0.1, 0.3),
        "boom that unrecorded mines serve",
        total(MADE, 4, 52),
        UP,
        "output in the first year of a boom",
    ),
    "unrecorded_price_index": Sign(
        ("metal", ""),
        (1.1, 1.3, 1.8),
        "boom that unrecorded mines serve",
        total(MADE, 4, 52),
        DOWN,
        "the same: less comes at one price",
    ),
    "unrecorded_weeks": Sign(
        ("metal", ""),
        (4.0, 26.0, 104.0),
        "boom that unrecorded mines serve",
        total(MADE, 4, 40),
        DOWN,
        "the same: it comes later",
    ),
    "mothball_weeks": Sign(
        ("metal",),
        (13.0, 52.0, 208.0),
        "slump that passes",
        total(MADE, 104, 130),
        UP,
        "output in the half-year after a slump: less was laid up",
    ),
    "closure_weeks": Sign(
        ("metal",),
        (26.0, 104.0, 400.0),
        "slump that passes",
        total(MADE, 130, 200),
        UP,
        "output in the years after a slump: less was closed for good",
    ),
    "trader_stock_weeks": Sign(
        ("metal", "B"), (0.0, 3.0, 10.0), "ban", price("ZB", 12), DOWN, "price in a ban: traders sell what they hold"
    ),
    "trader_price_index": Sign(
        ("metal",), (1.0, 1.5, 2.2), "ban that traders soften", price("ZB", 3), UP, "the same: they sell later"
    ),
    "trader_price_span": Sign(
        ("metal",), (0.5, 1.0, 3.0), "ban that traders soften", price("ZB", 3), UP, "the same: fewer sell at one price"
    ),
}
