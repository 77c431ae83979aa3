"""Quotes, contracts, the model's own error and prices paid, by direct calls on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import prices
from supplyrisk.streams import STREAM_ERROR_LEVEL, STREAM_ERROR_WEEK, normal_quantile, uniform

from .tiny import Tiny

LANES = {"desks": 1, "nodes": 1, "cells": 2, "zones": 2, "products": 1, "lanes": 2, "routes": 2, "sites": 2, "pairs": 4}


# --- what is paid ----------------------------------------------------------------------------------------------
def desk(**more: Any) -> Tiny:
    """30 t arrive from zone 0, 10 t from zone 1, of 50 t of use; half of what is bought is under contract; spot here is 3."""
    given = {
        "node_cell": 1,
        "node_need": 50.0,
        "desk_share": 1.0,
        "desk_expected": 50.0,
        "desk_lane_count": 2,
        "lane_arrivals": [30.0, 10.0],
        "lane_from_cell": [0, 1],
        "contract_share": 0.5,
        "contract": [1.2, 2.0],
        "contract_clean": [1.1, 1.5],
        "spot": [1.0, 3.0],
        "clean": [1.0, 2.0],
        "product_contract_origin": 1,
    }
    return Tiny(LANES, **{**given, **more})


def test_contracts_are_paid_for_what_arrives_and_spot_for_the_rest() -> None:
    """40 of 50 t arrive, half of them under contract: 0.4, at (30 x 1.2 + 10 x 2)/40 = 1.4. 0.4 x 1.4 + 0.6 x 3 = 2.36.

    Without the model's own error 0.4 x (33 + 15)/40 + 0.6 x 2 = 1.68.
    """
    t = desk()
    t.call(prices.set_paid_prices)
    assert t["node_paid"] == pytest.approx([2.36], rel=1e-14)
    assert t["node_paid_clean"] == pytest.approx([1.68], rel=1e-14)
    assert t["node_contract"] == pytest.approx([1.4], rel=1e-14)


def test_contracts_of_some_products_follow_the_buyers_own_zone() -> None:
    """All at 2: 0.4 x 2 + 0.6 x 3."""
    t = desk(product_contract_origin=0)
    t.call(prices.set_paid_prices)
    assert t["node_paid"] == pytest.approx([2.6], rel=1e-14)


def test_duties_are_paid_by_what_arrives() -> None:
    """A fifth on a fourth of what arrives: 1.05 times 2.36. What was there in the baseline is in the price already."""
    t = desk(lane_tariff=[0.1, 0.32], tariff_start=[0.1, 0.1])
    t.call(prices.set_paid_prices)
    assert t["node_paid"] == pytest.approx([2.36 * 1.05], rel=1e-14)


def test_no_more_than_use_is_under_contract_and_without_arrivals_all_is_spot() -> None:
    """80 t for 50 t of use: half at 1.4 and half at 3."""
    t = desk(lane_arrivals=[60.0, 20.0])
    t.call(prices.set_paid_prices)
    assert t["node_paid"] == pytest.approx([2.2], rel=1e-14)
    t = desk(lane_arrivals=0.0)
    t.call(prices.set_paid_prices)
    assert t["node_paid"] == t["node_contract"] == [3.0]


def test_a_node_pays_the_mean_of_its_desks_by_what_they_buy() -> None:
    """The second desk has nothing under contract: 0.75 x 2.36 + 0.25 x 3."""
    given = {"desk_share": [0.75, 0.25], "desk_expected": [50.0, 10.0], "desk_lane_count": [2, 0]}
    t = desk()
    two = Tiny({**LANES, "desks": 2}, **{name: t[name] for name in ("node_need", "node_cell", "lane_arrivals", "spot")})
    for name in ("lane_from_cell", "contract_share", "contract", "clean", "product_contract_origin"):
        two[name] = t[name]
    for name, values in given.items():
        two[name] = values
    two["contract_clean"], two["node_contract"] = t["contract_clean"], 9.0
    two.call(prices.set_paid_prices)
    assert two["node_paid"] == pytest.approx([0.75 * 2.36 + 0.25 * 3.0], rel=1e-14)
    assert two["node_paid_clean"] == pytest.approx([0.75 * 1.68 + 0.25 * 2.0], rel=1e-14)
    assert two["node_contract"] == pytest.approx([0.75 * 1.4 + 0.25 * 3.0], rel=1e-14)


def test_files_are_as_old_as_their_days_say() -> None:
    """Four files of day 10 on average, on day 24: two weeks."""
    t = Tiny({"offices": 1}, office_pending=4, office_pending_days=40)
    assert t.call(prices.office_age_weeks, 0, 24) == 2.0
    t["office_pending"] = 0
    assert t.call(prices.office_age_weeks, 0, 24) == 0.0


def test_landed_cost_has_freight_only_over_a_border() -> None:
    """Twice 10 USD/kg, and 5 of freight: 25/15; at home 2. An extra cost of a tenth: (22 + 5)/15."""
    given = {"clean": [2.0, 1.0], "price_usd_per_kg": 10.0, "freight_usd_per_kg": 5.0}
    t = Tiny(LANES, lane_border=[1, 0], **given)
    assert t.call(prices.lane_cost_ratio, 0, 0.0) == pytest.approx(5.0 / 3.0, rel=1e-14)
    assert t.call(prices.lane_cost_ratio, 1, 0.0) == pytest.approx(2.0, rel=1e-14)
    assert t.call(prices.lane_cost_ratio, 0, 0.1) == pytest.approx(1.8, rel=1e-14)


def test_a_quote_is_off_by_the_errors_of_the_run_and_the_week() -> None:
    """A run that is off by 1.5 times 0.3: exp(0.2 + 0.45). A target of 0.2 with TOUCHED = 2 brings 0.4 of it.

    A cut that takes half of a hundredth of wanted stock brings half, and of a shift of 0.5 half of what ln price 0.2 brings.
    """
    sizes = {"products": 1, "zones": 1, "cells": 1}
    for target, expected in ((0.5, 0.65), (0.2, 0.38)):
        t = Tiny(sizes, target_log=target, clean_log=0.2, error_level=0.3, run_error=1.5, wanted_sum=100.0)
        t.call(prices.quote_with_error, 0, 1, 0)
        assert t["spot_log"] == pytest.approx([expected], rel=1e-14)
        assert t["spot"] == pytest.approx([math.exp(expected)], rel=1e-14)
    t = Tiny(sizes, clean_log=0.2, error_level=0.3, error_shift=0.5, run_error=1.5, wanted_sum=100.0, cut_sum=0.5)
    t.call(prices.quote_with_error, 0, 1, 0)
    assert t["spot_log"] == pytest.approx([0.2 + 0.5 * 0.45 + 0.5 * 0.5 * 0.4], rel=1e-14)


def test_an_error_that_wanders_forgets_a_twentieth_a_week_and_sets_out_from_nothing() -> None:
    """Half of a standard normal number at first; then exp(-1/20) of it and the root of 1 - exp(-1/10) of a new one.

    Of it the root of 1 - exp(-n/10) is in the quote after n weeks, as of a walk that sets out from the right price.
    """
    t = Tiny({"products": 1, "zones": 1, "cells": 1}, target_log=9.0, error_weekly=0.5, wanted_sum=100.0, cell_key=77)
    drawn = [0.5 * normal_quantile(uniform(3, STREAM_ERROR_WEEK, 77, week)) for week in (0, 1)]
    t.call(prices.quote_with_error, 0, 3, 0)
    assert t["error_now"] == pytest.approx([drawn[0]], rel=1e-14)
    assert t["spot_log"] == pytest.approx([math.sqrt(1.0 - math.exp(-0.1)) * drawn[0]], rel=1e-12)
    t.call(prices.quote_with_error, 0, 3, 1)
    expected = math.exp(-0.05) * drawn[0] + math.sqrt(1.0 - math.exp(-0.1)) * drawn[1]
    assert t["error_now"] == pytest.approx([expected], rel=1e-12)
    assert t["spot_log"] == pytest.approx([math.sqrt(1.0 - math.exp(-0.2)) * expected], rel=1e-12)
    t["target_log"], t["error_share"] = 0.0, 0.0  # at rest it is forgotten as it came
    t.call(prices.quote_with_error, 0, 3, 2)
    assert t["error_grown"] == pytest.approx([math.exp(-0.1) * (1.0 - math.exp(-0.2))], rel=1e-12)


def test_the_error_passes_to_what_is_made_of_a_squeezed_product() -> None:
    """Ore is three fourths of the price of metal: a whole error of ore brings three fourths of it, of the shift as well."""
    sizes = {"products": 2, "zones": 1, "cells": 2, "sites": 1, "inputs": 1}
    given = {"recipe": 1.5, "price_usd_per_kg": [10.0, 20.0], "site_product": 1, "wanted_sum": 100.0}
    t = Tiny(sizes, error_share=[1.0, 0.0], error_shift_share=[0.8, 0.0], **given)
    t.call(prices.share_error, 1)
    assert t["error_share"] == pytest.approx([1.0, 0.75], rel=1e-14)
    assert t["error_shift_share"] == pytest.approx([0.8, 0.6], rel=1e-14)


def test_the_error_of_a_run_is_a_t_number_of_the_next_episode() -> None:
    """A normal number over the root of the mean of seven squares, times the root of 1 + 1/8."""
    t = Tiny({})
    for key in (5, 6, 7):
        t.call(prices.draw_run_error, key)
        z = [normal_quantile(uniform(key, STREAM_ERROR_LEVEL, 0, i)) for i in range(8)]
        expected = z[0] / math.sqrt(sum(one * one for one in z[1:]) / 7.0) * math.sqrt(9.0 / 8.0)
        assert t["run_error"] == pytest.approx([expected], rel=1e-12)


def move(**more: Any) -> Tiny:
    """A price at rest that aims at ln 1.5; contracts are ten weeks behind."""
    given = {"target_log": math.log(1.5), "price_adjustment": 0.5, "clean": 1.0, "contract": 1.0, "contract_clean": 1.0}
    t = Tiny({"products": 1, "zones": 1, "cells": 1}, contract_rate=0.1, **{**given, **more})
    t.call(prices.move_prices, 1, 0)
    return t


def test_prices_move_half_of_their_way_and_contracts_follow() -> None:
    """exp(0.5 ln 1.5) = 1.5^0.5; contracts a tenth of the way there."""
    t = move()
    assert t["clean"] == t["spot"] == pytest.approx([math.sqrt(1.5)], rel=1e-12)
    assert t["contract"] == t["contract_clean"] == pytest.approx([0.9 + 0.1 * math.sqrt(1.5)], rel=1e-12)


def test_contracts_follow_quotes_with_their_error_and_makers_the_price_without() -> None:
    """A quote off by 0.3: exp(0.5 ln 1.5 + 0.3)."""
    t = move(rules=1, error_level=0.3, run_error=1.0, target_log=math.log(1.5), error_share=1.0 / 0.951229424500714)
    assert t["spot"] == pytest.approx([math.sqrt(1.5) * math.exp(0.3)], rel=1e-12)
    assert t["contract"] == pytest.approx([0.9 + 0.1 * math.sqrt(1.5) * math.exp(0.3)], rel=1e-12)
    assert t["contract_clean"] == pytest.approx([0.9 + 0.1 * math.sqrt(1.5)], rel=1e-12)
