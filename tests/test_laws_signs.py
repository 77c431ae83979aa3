"""Every parameter a world may hold has a sign: raising it moves a named outcome of a small world one way.

A number that is read in the wrong place, turned round or dropped fails here. A new parameter fails until its sign, and the
reason for it, is in the table.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from supplyrisk.spec.parameters import PARAMETERS

from .sign_cases import CASES, between_zones, exported, highest, lowest, over_runs, price, shipped, total
from .sign_supply import SUPPLY
from .sign_table import DOWN, MADE, MATTER, PRICED_OUT, UP, Sign

BEHAVIOUR: dict[str, Sign] = {
    # --- buyers ------------------------------------------------------------------------------------
    "elasticity_short": Sign(
        ("metal", ""),
        (0.1, 0.2, 0.5),
        "lasting cut",
        price("Z", 400),
        DOWN,
        "price in which a lasting cut ends: (1 - loss)^(-1/eps)",
    ),
    "elasticity_long": Sign(
        ("metal", ""),
        (0.0, 0.2, 0.5),
        "lasting cut",
        price("Z", 400),
        DOWN,
        "price in which a lasting cut ends: (1 - loss)^(-1/(eps + eps_long))",
    ),
    "thrifting_speed_per_year": Sign(
        ("metal", ""),
        (0.02, 0.1, 0.3),
        "lasting cut that users save on",
        price("Z", 100),
        DOWN,
        "price two years into a cut: more is saved by then",
    ),
    "thrifting_return_per_year": Sign(
        ("metal", ""),
        (0.01, 0.03, 0.3),
        "passing cut that users save on",
        total(PRICED_OUT, 78),
        DOWN,
        "use given up half a year after a cut: savings are undone",
    ),
    "order_adjustment_weeks": Sign(
        ("metal",),
        (4.0, 10.0, 30.0),
        "boom",
        exported("metal", "A", (2, 3)),
        DOWN,
        "exports at the start of a boom: gaps of stock are closed more slowly",
    ),
    "order_cap": Sign(
        ("metal",),
        (1.05, 1.3, 2.5),
        "ban inside a zone",
        exported("metal", "A", (5,)),
        UP,
        "exports after a ban: what buyers may order at once",
    ),
    "expectation_weeks": Sign(
        ("metal",),
        (4.0, 8.0, 26.0),
        "boom",
        exported("metal", "A", (2, 3)),
        DOWN,
        "exports at the start of a boom: buyers come to expect it later",
    ),
    "sourcing_elasticity": Sign(
        ("metal",),
        (0.0, 2.0, 6.0),
        "tax",
        exported("metal", "A", (4, 5)),
        DOWN,
        "exports of the taxed country: buyers turn to its rival",
    ),
    "link_multiple": Sign(
        ("metal",),
        (1.05, 1.1, 1.2),
        "ban on one of two sellers",
        exported("metal", "C", (3, 4)),
        UP,
        "exports of the other seller: what its link carries",
    ),
    "stock_response": Sign(
        ("metal",),
        (0.0, 0.6, 1.5),
        "boom",
        exported("metal", "A", (3, 4)),
        DOWN,
        "exports in a boom: dear goods are held less willingly",
    ),
    "elasticity_steepening": Sign(
        ("metal",),
        (0.0, 0.05, 0.3),
        "lasting cut",
        price("Z", 400),
        DOWN,
        "price in which a lasting cut ends: more is given up at high prices",
    ),
    # --- beliefs -------------------------------------------------------------------------------------
    "attention_weeks": Sign(
        ("metal",), (26.0, 104.0, 400.0), "ban", price("ZB", 5), UP, "price in a ban: weeks far off count for more"
    ),
    "first_belief_weeks": Sign(
        ("metal",), (8.0, 26.0, 80.0), "ban", price("ZB", 5), UP, "price in a ban: it is believed to last longer"
    ),
    "trust_in_end": Sign(
        ("metal",),
        (0.0, 0.5, 1.0),
        "ban of 8 weeks, its end announced",
        price("ZB", 2),
        DOWN,
        "price in a ban announced to be shorter than believed",
    ),
    "substitute_share": Sign(
        ("metal", "oxide"),
        (0.1, 0.3, 0.8),
        "a good that takes over",
        total(PRICED_OUT, product="metal"),
        DOWN,
        "use of the dear good given up for nothing: more of it goes over",
    ),
    "substitute_cost": Sign(
        ("metal", "oxide"),
        (0.1, 0.8, 3.0),
        "a good that takes over",
        total(PRICED_OUT, product="metal"),
        UP,
        "use of the dear good given up for nothing: going over pays later",
    ),
    "substitute_speed_per_year": Sign(
        ("metal", "oxide"),
        (0.1, 0.5, 2.0),
        "a good that takes over",
        total(PRICED_OUT, product="metal"),
        DOWN,
        "use of the dear good given up for nothing: more has gone over",
    ),
    "substitute_t_per_t": Sign(
        ("metal", "oxide"),
        (0.1, 0.3, 0.9),
        "a good that takes over",
        total(MADE, product="oxide"),
        UP,
        "output of the good that takes over",
    ),
    "fob_rent_share": Sign(
        ("metal",),
        (0.1, 0.5, 1.0),
        "licences",
        price("ZA", 8, kind="fob"),
        UP,
        "free-on-board price under licences: exporters get more of the gap",
    ),
    "memory_of_rules": Sign(
        ("metal",),
        (0.0, 0.5, 1.0),
        "two bans",
        price("ZB", 194),
        UP,
        "price in a second ban after a long first one: it is believed to last as long",
    ),
    "remembered_cover_weeks": Sign(
        ("metal",),
        (0.0, 6.0, 12.0),
        "two bans",
        total("shortage_unserved_t", 192, 230),
        DOWN,
        "loss in a second ban: stocks are thicker",
    ),
    "stock_memory_weeks": Sign(
        ("metal",),
        (20.0, 100.0, 500.0),
        "two bans",
        total("shortage_unserved_t", 192, 230),
        DOWN,
        "loss in a second ban: what was kept after the first has not worn off",
    ),
    "office_pace": Sign(
        ("metal",),
        (0.05, 0.15, 0.4),
        "licences",
        price("ZB", 1),
        DOWN,
        "price when licences begin: more is believed to pass",
    ),
    "pace_learning_weeks": Sign(
        ("metal",),
        (3.0, 6.0, 20.0),
        "licences",
        price("ZB", 10),
        UP,
        "price ten weeks into licences that let through more than believed: it is learnt later",
    ),
    "demand_memory_weeks": Sign(
        ("metal",),
        (20.0, 104.0, 400.0),
        "boom",
        price("Z", 40),
        DOWN,
        "price late in a boom: as long as it does not count as normal users aim at less stock for it",
    ),
    "demand_return_weeks": Sign(
        ("metal",), (13.0, 52.0, 200.0), "boom", price("Z", 4), UP, "price in a boom: it is believed to last longer"
    ),
    "unequal_stocks": Sign(
        ("metal",), (1.0, 1.5, 2.5), "ban", price("ZB", 2), UP, "price in a ban: firms stock up one by one"
    ),
    "longest_cover_weeks": Sign(
        ("metal",), (13.0, 26.0, 52.0), "ban", price("ZB", 2), UP, "price in a ban: more may be wanted in stock"
    ),
    "rush_weeks": Sign(
        ("metal",),
        (0.0, 2.0, 5.0),
        "ban with notice",
        exported("metal", "A", (0, 1, 2)),
        UP,
        "exports before a ban: the rush begins sooner",
    ),
    # --- prices ----------------------------------------------------------------------------------------
    "price_adjustment_per_week": Sign(
        ("metal",), (0.1, 0.2, 0.4), "ban", price("ZB", 1), UP, "price in the second week of a ban"
    ),
    "price_floor_index": Sign(("metal",), (0.1, 0.5, 0.8), "slump", lowest("Z"), UP, "lowest price of a slump"),
    "price_ceiling_index": Sign(("metal",), (1.5, 2.0, 3.0), "ban", highest("ZB"), UP, "highest price of a ban"),
    "contract_share": Sign(
        ("metal",),
        (0.0, 0.3, 0.6),
        "cut",
        price("B", 4, kind="paid"),
        DOWN,
        "price paid four weeks into a cut: contracts follow the quote later",
    ),
    "contract_lag_weeks": Sign(
        ("metal",),
        (4.0, 26.0, 80.0),
        "cut",
        price("Z", 10, kind="contract"),
        DOWN,
        "contract price ten weeks into a cut",
    ),
    "least_stock_share": Sign(
        ("metal",),
        (0.05, 0.2, 0.5),
        "deep cut",
        highest("Z"),
        DOWN,
        "highest price when stocks are empty: stock is counted with at least this",
    ),
    "deficit_weeks": Sign(
        ("metal",),
        (0.0, 6.0, 13.0),
        "cut",
        price("Z", 2),
        UP,
        "price in a cut: the deficit under way is seen further ahead",
    ),
    "surplus_weeks": Sign(
        ("metal",),
        (0.0, 5.0, 20.0),
        "slump",
        price("Z", 2),
        DOWN,
        "price in a slump: the surplus is seen further ahead",
    ),
    "carrying_cost_per_year": Sign(
        ("metal",), (0.0, 0.2, 0.6), "ban", price("ZA", 6), DOWN, "price at home in a ban: goods held back cost more"
    ),
    "error_level": Sign(
        ("metal",), (0.0, 0.2, 0.5), "cut in eight runs", over_runs(6), UP, "spread of a price over runs"
    ),
    "error_weekly": Sign(
        ("metal",),
        (0.0, 0.2, 0.5),
        "cut in eight runs",
        between_zones,
        UP,
        "gap between the prices of zones that trade freely: each has an error of its own",
    ),
    "error_shift": Sign(
        ("metal",), (-0.3, 0.0, 0.4), "ban", price("ZB", 6), UP, "quoted price behind a ban: its median shift"
    ),
    # --- sellers -----------------------------------------------------------------------------------------
    "input_minimum_weeks": Sign(
        ("metal",),
        (1.0, 3.0, 5.0),
        "ore stop",
        total(MADE, 0, 18, product="metal"),
        DOWN,
        "metal made as ore runs low: makers slow down sooner",
    ),
    "input_elasticity": Sign(
        ("metal",), (0.0, 0.1, 0.3), "dear ore", price("Z", 26, "ore"), DOWN, "price of ore in a cut: makers stretch it"
    ),
    "margin_exponent": Sign(
        ("metal",), (0.3, 1.0, 2.0), "boom", total(MADE, 4, 30), UP, "output in a boom: makers answer the price"
    ),
    "output_up_weeks": Sign(
        ("metal",), (4.0, 16.0, 60.0), "lasting boom", total(MADE, 2, 16), DOWN, "output at the start of a boom"
    ),
    "output_down_weeks": Sign(
        ("metal",), (2.0, 6.0, 30.0), "slump", total(MADE, 2, 12), UP, "output at the start of a slump"
    ),
    "ready_spare_share": Sign(
        ("metal",),
        (0.0, 0.05, 0.15),
        "cut of an idle rival",
        total(MADE, 0, 26, place="C"),
        UP,
        "output of the others in an outage: what runs can give more at once",
    ),
    "restart_weeks": Sign(
        ("metal",),
        (13.0, 26.0, 104.0),
        "cut of an idle rival",
        total(MADE, 0, 52, place="C"),
        DOWN,
        "output of the others in an outage: idle plants come back later",
    ),
    "closing_price_index": Sign(
        ("metal", ""), (0.2, 0.5, 0.8), "slump", total(MADE, 4, 26), DOWN, "output in a slump: mines close sooner"
    ),
    "entry_share_per_year": Sign(
        ("metal", ""),
        (0.0, 0.04, 0.15),
        "boom beyond capacity",
        total(MADE, 200, 280),
        UP,
        "output years into a boom: new firms join",
    ),
    "leak_share": Sign(
        ("metal",), (0.0, 0.1, 0.3), "ban", exported("metal", "A", (9, 10)), UP, "exports under a ban, nine months on"
    ),
    "leak_growth_per_week": Sign(
        ("metal",),
        (0.005, 0.01, 0.02),
        "leaking ban",
        exported("metal", "A", (4, 5)),
        UP,
        "exports under a ban, two months on",
    ),
    "detour_share": Sign(
        ("metal",),
        (0.0, 0.3, 0.6),
        "ban on one of two buyers",
        shipped("metal", "A", "C", (9, 10)),
        UP,
        "what reaches the singled-out buyer by way of the other, nine months on",
    ),
    "detour_growth_per_week": Sign(
        ("metal",),
        (0.005, 0.01, 0.02),
        "ban on one of two buyers",
        shipped("metal", "A", "C", (4, 5)),
        UP,
        "the same two months on: the way is found sooner",
    ),
    "detour_cost": Sign(
        ("metal",),
        (0.3, 1.0, 3.0),
        "ban on one of two buyers",
        shipped("metal", "A", "C", (2, 3, 4, 5)),
        DOWN,
        "the same: it pays only at a wider gap of prices",
    ),
}

SIGNS = {**MATTER, **BEHAVIOUR, **SUPPLY}
# About records of runs (`test_results_shipments`).
MOVES_NO_RUN = {"shipment_t"}


def test_every_case_is_used() -> None:
    assert {sign.case for sign in SIGNS.values()} == set(CASES)


def test_every_declared_parameter_has_a_sign() -> None:
    assert {parameter.name for parameter in PARAMETERS} == set(SIGNS) | MOVES_NO_RUN


@pytest.mark.parametrize("name", SIGNS)
def test_raising_it_moves_the_outcome_the_stated_way(name: str) -> None:
    sign = SIGNS[name]
    found = [sign.outcome(CASES[sign.case]({(name, *sign.cell): value})) for value in sign.values]
    assert all(sign.sign * (after - before) > 1e-6 * abs(before) for before, after in pairwise(found)), (
        sign.why,
        found,
    )
