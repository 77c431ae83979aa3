"""What raising a number does: the signs of all that a world says about goods, trade and stocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .sign_cases import exported, highest, money, price, shipped, told, total
from .small_worlds import WEEKS_PER_YEAR

UP, DOWN = 1, -1
UNSERVED = "shortage_unserved_t"
PRICED_OUT = "shortage_priced_out_t"
MADE = "production_t"


@dataclass(frozen=True)
class Sign:
    """What raising a parameter does.

    Attributes
    ----------
    cell : tuple of str
        Dimensions of the parameter, as in `World.values`.
    values : sequence of float
        Rising; the outcome must move with every step.
    case : str
        Key of `CASES`.
    outcome : function
        Of a run, a number.
    sign : int
        `UP` or `DOWN`.
    why : str
        The reason, with the outcome's name.
    """

    cell: tuple[str, ...]
    values: Sequence[float]
    case: str
    outcome: Callable[[Any], float]
    sign: int
    why: str


def per_year(*weekly: float) -> list[float]:
    return [tonnes * WEEKS_PER_YEAR for tonnes in weekly]


# Numbers of goods, trade and stocks; those of how people behave are in `test_laws_signs`.
MATTER: dict[str, Sign] = {
    # --- the physical baseline -------------------------------------------------------------------
    "output_t_per_year": Sign(
        ("metal", "C"),
        per_year(10.0, 20.0, 40.0),
        "rest",
        total(MADE, place="C", product="metal"),
        UP,
        "output of C at rest: the total is the world's use, the shares are as given",
    ),
    "utilisation": Sign(
        ("", ""), (0.6, 0.75, 0.9), "boom", highest("Z"), UP, "price in a boom: with less idle less can be made"
    ),
    "unit_cost_ratio": Sign(
        ("", ""),
        (0.7, 0.85, 1.0),
        "slump",
        total(MADE, 4, 26),
        DOWN,
        "output in a slump: the higher the cost of the last mine, the earlier mines close",
    ),
    "recipe_t_per_t": Sign(
        ("metal", "ore"), (1.0, 1.5, 3.0), "rest", total(MADE, product="ore"), UP, "ore mined at rest"
    ),
    "processing_time_days": Sign(
        ("metal",),
        (7.0, 28.0, 56.0),
        "metal boom",
        total(MADE, 0, 12, product="metal"),
        DOWN,
        "metal finished in the first weeks of a boom: it was started earlier",
    ),
    "price_usd_per_kg": Sign(
        ("ore",),
        (3.0, 10.0, 20.0),
        "dear ore",
        price("Z", 12),
        UP,
        "price of metal while ore is dear: costs are passed on by the share of ore in the price",
    ),
    "use_t_per_year": Sign(
        ("metal", "B", "cars"),
        per_year(50.0, 100.0, 200.0),
        "rest",
        total(MADE, product="metal"),
        UP,
        "output at rest: it follows from use",
    ),
    "trade_share": Sign(
        ("metal", "C", "B"),
        (0.3, 0.5, 0.7),
        "rest of four lanes",
        shipped("metal", "C", "B", (0, 1)),
        UP,
        "what C sells to B at rest",
    ),
    "transit_days": Sign(
        ("", ""),
        (7.0, 28.0, 56.0),
        "ban",
        total(UNSERVED, 0, 20),
        DOWN,
        "use missing in the first weeks of a ban: what is afloat still comes",
    ),
    "tariff": Sign(
        ("", "A", "B"),
        (0.0, 0.5, 2.0),
        "duty",
        exported("metal", "A", (4, 5)),
        UP,
        "A's exports under a further duty: relative to a higher price it is less",
    ),
    "freight_usd_per_kg": Sign(
        ("metal",),
        (0.0, 5.0, 20.0),
        "tax",
        exported("metal", "A", (4, 5)),
        UP,
        "A's exports under a tax: relative to a price with freight it is less",
    ),
    # --- stocks ----------------------------------------------------------------------------------
    "cover_weeks": Sign(
        ("metal", "", ""),
        (5.0, 10.0, 20.0),
        "ban of 26 weeks",
        total(UNSERVED),
        DOWN,
        "use missing in a ban: stocks bridge it",
    ),
    "cover_cv": Sign(
        ("metal", "", ""),
        (0.0, 0.5, 1.0),
        "short cut",
        total(UNSERVED),
        UP,
        "use missing in a short outage: firms with little stop while others have enough",
    ),
    "working_minimum_weeks": Sign(
        ("metal", ""),
        (1.0, 3.0, 6.0),
        "ban",
        total(UNSERVED, 0, 12),
        UP,
        "use missing in the first weeks of a ban: users slow down before they run out",
    ),
    "input_cover_weeks": Sign(
        ("metal", "ore", ""),
        (4.0, 8.0, 16.0),
        "ore stop",
        total(MADE, 0, 26, product="metal"),
        UP,
        "metal made while no ore is mined: from stock",
    ),
    "output_cover_weeks": Sign(
        ("metal", ""),
        (0.5, 1.0, 1.5),
        "short cut",
        total(UNSERVED),
        DOWN,
        "use missing in an outage: sellers ship from stock",
    ),
    "stockpile_weeks": Sign(
        ("metal", "B"),
        (0.0, 4.0, 12.0),
        "reserve",
        total(UNSERVED),
        DOWN,
        "use missing in a ban: the reserve is released",
    ),
    # --- end uses ------------------------------------------------------------------------------------------
    "priority": Sign(
        ("cars",), (1, 5, 9), "cut of one of two uses", total(UNSERVED, end_use="cars"), UP, "cars missing in a cut"
    ),
    "value_added_usd_per_t": Sign(
        ("metal", "B", "cars"), (0.0, 1e3, 1e4), "cut", money, UP, "value added at risk, USD"
    ),
    "dependent_share": Sign(
        ("metal", "cars"), (0.1, 0.5, 1.0), "cut with money", money, UP, "value added at risk, USD"
    ),
    "knock_on_ratio": Sign(
        ("B", "cars"),
        (0.0, 0.5, 2.0),
        "deep cut with money",
        told("knock_on_loss_usd"),
        UP,
        "what customers of stopped makers lose, USD",
    ),
    "discount_rate_per_year": Sign(
        (),
        (0.0, 0.03, 0.2),
        "reserve in store",
        told("public_stock_storage_usd"),
        DOWN,
        "present value of storing a reserve: later years count less",
    ),
    "storage_cost_per_year": Sign(
        ("metal",),
        (0.01, 0.02, 0.1),
        "reserve in store",
        told("public_stock_storage_usd"),
        UP,
        "cost of storing a reserve",
    ),
}
