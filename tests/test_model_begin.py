"""A run begins at rest, whatever the memory held before."""

from __future__ import annotations

from supplyrisk.model import start as eq

from .tiny import Tiny

SIZES = {
    "products": 1,
    "zones": 1,
    "cells": 1,
    "pairs": 1,
    "sites": 1,
    "nodes": 1,
    "desks": 1,
    "lanes": 1,
    "links": 1,
    "inputs": 1,
    "holders": 1,
}
# What an array holds at rest, one entry each: a site makes 80 t a week, half a tonne of input a tonne, four weeks of it.
STOCKS: dict[str, float] = {
    "desk_in": 0.0,
    "desk_on_order": 60.0,
    "lane_left": 30.0,
    "lane_arrived": 30.0,
    "lane_pace": 1.0,
    "lane_weeks": 0.0,
    "lane_wait": -1.0,
    "holder_cover": 4.0,
    "holder_claim": 40.0,
    "desk_claim": 40.0,
    "desk_expected": 40.0,
    "site_project": 0.0,
    "site_running": -1.0,
    "site_capacity_now": 88.0,
    "site_start": 80.0,
    "site_cut_weeks": 0.0,
    "node_paid": 1.0,
    "node_paid_clean": 1.0,
    "node_contract": 1.0,
    "stockpile_released": 0.0,
}
PRICES: dict[str, float] = {
    "spot": 1.0,
    "spot_log": 0.0,
    "clean": 1.0,
    "clean_log": 0.0,
    "target_log": 0.0,
    "error_now": 0.0,
    "error_share": 0.0,
    "error_shift_share": 0.0,
    "error_grown": 0.0,
    "contract": 1.0,
    "contract_clean": 1.0,
    "sales": 1.0,
    "trend_level": 1.0,
    "cell_full": 0,
    "cell_ruled": 0,
    "pair_wait": -1.0,
    "pair_pace": 1.0,
    "pair_weeks": 0.0,
    "pair_office": 0,
    "need_start": 60.0,
    "output_start": 80.0,
    "own_stock": 160.0,
    "product_output": 80.0,
    "entry_base": 80.0,
    "trade_out": 0.0,
    "trade_in": 0.0,
    "pair_normal": 0.0,
    "cell_linked": 0,
}


def test_stocks_and_expectations_are_those_of_the_baseline() -> None:
    t = Tiny(SIZES, **dict.fromkeys(STOCKS, 7.0))
    given = {
        "site_output": 80.0,
        "site_capacity": 100.0,
        "ready_spare_share": 0.1,
        "recipe": 0.5,
        "input_cover_weeks": 4.0,
    }
    given |= {"input_minimum_weeks": 3.0, "node_need": 60.0, "desk_need": 60.0, "link_flow": 30.0, "lane_pipe_weeks": 2}
    for name, value in {**given, "desk_holder_count": 1}.items():
        t[name] = value
    t.call(eq.start_stocks)
    assert {name: round(t[name][0], 12) for name in STOCKS} == STOCKS


def test_prices_and_trade_are_those_of_the_baseline() -> None:
    t = Tiny(SIZES, **dict.fromkeys(PRICES, 7.0))
    given = {
        "site_output": 80.0,
        "output_cover_weeks": 2.0,
        "entry_share_per_year": 0.1,
        "node_need": 60.0,
        "lane_pair": -1,
    }
    for name, value in given.items():
        t[name] = value
    t.call(eq.start_zones)
    assert {name: t[name][0] for name in PRICES} == PRICES
