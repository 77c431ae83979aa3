"""Arrays of supply that answers: what lasting prices bring and lasting losses close (`supply`)."""

from __future__ import annotations

from .arrays import Array, rows

SUPPLY_ARRAYS: tuple[Array, ...] = (
    *rows(
        "float",
        "products",
        """
        decision_weeks | weeks | for which a price must have lasted before capacity is decided
        mothball_weeks | weeks | for which capacity must have lost money before it is laid up, 0 = never
        closure_weeks | weeks | capacity laid up closes for good, 0 = never
        trader_price_index | index | price from which traders sell
        trader_price_span | index | above that they sell all
        """,
    ),
    *rows(
        "float",
        "nodes",
        """
        trader_stock_weeks | weeks | stock of traders and surplus stock at the start, of normal use
        trader_start | t | the same
        trader_stock | t | what is left of it
        node_offered | t | work: what is for sale of it now
        """,
    ),
    *rows(
        "float",
        "cells",
        """
        cell_offered | t | work: what traders have for sale
        cell_lacking | t | work: what desks lack of their orders
        """,
    ),
    *rows(
        "float",
        "sites",
        """
        entry_share_per_year | 1/yr | new capacity, share of world use, at a high price
        entry_price_index | index | lasting price at which the first new capacity is decided
        entry_price_span | index | above that price all of it is
        entry_limit_share | share | new capacity that there is on the whole ladder, of world output
        entry_lead_weeks | weeks | from the decision to output
        expansion_share | share | most that is decided anew, of its output at rest
        expansion_price_index | index | lasting price from which it is
        expansion_lead_weeks | weeks | from the decision to output
        unrecorded_share | share | most that nobody records, of its output at rest
        unrecorded_price_index | index | price from which it comes
        unrecorded_weeks | weeks | in which it comes and goes
        site_lasting_log | log index | price that has lasted
        site_entered | t/week | new capacity decided so far
        site_expanded | t/week | expansions decided so far
        site_entry | t/week | capacity of both that has come
        site_unrecorded | t/week | output that nobody records
        site_inspected | share | of it stopped by inspections now
        site_value_share | share | value added in the price at rest
        site_earned | share | of capacity that has earned its cost, mean of the last weeks
        site_laid_up | share | of capacity that is laid up
        site_closed | share | of capacity that is closed for good
        """,
    ),
    Array("coming", "coming", "float", "t/week", "capacity that starts in a week: site * n_weeks + week"),
)
