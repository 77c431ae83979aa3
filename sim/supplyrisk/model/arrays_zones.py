"""Arrays of prices: products in zones (cells), pairs of zones and the blocks behind their rules, routes."""

from __future__ import annotations

from .arrays import Array, rows

ZONE_ARRAYS: tuple[Array, ...] = (
    *rows(
        "float",
        "cells",
        """
        spot | index | quoted price, the model's own error included
        spot_log | log index | its logarithm
        clean | index | the same without that error: what holders and makers reckon with
        clean_log | log index | l, its logarithm
        target_log | log index | what l moves to
        error_now | ln | w: the part of the error that wanders
        contract | index | lagged spot
        fob | index | free-on-board price of what left last week
        fob_value | t/week | work: what left times its price
        fob_left | t/week | work: what left
        fob_asked | t/week | work: what normally leaves times its price
        contract_clean | index | the same of the price without error
        cover_now | weeks | stocks / (use + normal sales abroad)
        need_start | t/week | D0: purchases of makers and users in the baseline
        output_start | t/week | Q0: output in the baseline
        wanted_start | t | stock wanted of makers' output and afloat, which nothing changes
        own_stock | t | output stock of makers in the baseline
        trade_out | t/week | normal sales to other zones
        trade_in | t/week | normal purchases from other zones
        sales | ratio | W: sales that makers plan on
        demand_sum | t/week | work: believed mean purchases of the coming half year
        stock_sum | t | S: stocks of makers and users, and goods afloat to the zone
        wanted_sum | t | K: stocks wanted without any loss
        need_sum | t/week | D: needs at last week's price
        passing_sum | t/week | X_u: the part of them that is believed to pass
        plan_sum | t/week | Q: output planned
        capacity_sum | t/week | Qc: capacity
        dormant_sum | t/week | capacity that would have to be restarted and that no cut has taken
        idle_sum | t/week | capacity above the plan that no cut has taken
        made_sum | t/week | batches started last week
        cut_sum | t | output that cuts of capacity are believed to take
        cut_weeks | weeks | the longest that one of them is believed to last
        cost_now | index | input costs of the zone's makers above the baseline
        alone_log | log index | price of a zone behind a full link, by itself
        asked_in | t | what buyers wanted from other zones last week where no rule holds
        rush_sales | t/week | what makers expect to sell more before a rule starts
        cell_paid | index | mean price paid in the zone
        use_sum | t/week | work: purchases of the zone
        """,
    ),
    *rows(
        "float",
        "routes",
        """
        landed_duty | share | work: duty of the lane whose landed cost was reckoned last this week
        landed_extra | share | work: its extra cost
        landed_factor | 1 | work: that landed cost ** -sigma
        route_duty | share | duty in the baseline
        route_freight | USD/kg | freight
        """,
    ),
    *rows(
        "int",
        "cells",
        """
        cell_product | index | product
        cell_lead | index | cell whose price it has: its own, or while no rule parts its zone that of the zone it is joined with
        cell_key | hash | entity of its draws
        cell_linked | 0/1 | trades with other zones in the baseline
        cell_full | 0/1 | buyers wanted more from other zones last week than links carry
        cell_ruled | 0/1 | rules hold on what comes in from other zones, or will
        cell_single | 0/1 | a rule in force singles out its buyers
        cell_split | 0/1 | work: has a price of its own this week
        cell_in | 0/1 | work: is in the set of zones that is priced
        price_reason | code | why its price differs from the joint one (see `targets`)
        """,
    ),
    *rows(
        "float",
        "pairs",
        """
        pair_normal | t/week | normal flow between two zones
        pair_flow | t | what left last week
        pair_open | t/week | work: what rules are believed to let through
        pair_pace | share | the same, of the normal flow, at most 1
        pair_lost | t | work: weekly loss times the weeks it is believed to last
        pair_weeks | weeks | C of its rules, weighted by what they stop
        pair_wait | weeks | to the start of the first of them, -1 without a rule
        block_lost | t/week | work: what the rules on a block are believed to stop; a block is numbered by its first pair
        block_pace | t/week | a E0: what they are believed to let through
        block_normal | t/week | E0: normal sales to the zones that they mean
        block_weeks | weeks | C: discounted weeks for which they are believed to hold
        block_wait | weeks | to their start, 0 in force
        block_loss | t | X_b: what they are believed to lose
        block_log | log index | price of these zones by themselves
        block_rush | t | stock they still want to build before the start, 0 while there is no rush
        block_taken | t | what the rush takes from everybody
        block_sales | t/week | what makers expect to sell more in the rush
        """,
    ),
    *rows(
        "int",
        "pairs",
        """
        pair_office | 0/1 | an office decides about some of it
        pair_class | code | which rules that single out buyers are on it; those with the same number are one class
        pair_block | index | block of the second zone behind the rules on exports from the first, -1 none
        block_on | 0/1 | the block's rules are known
        block_rushing | 0/1 | a rush before their start is on
        block_apart | 0/1 | its zones have a price of their own
        block_binds | 0/1 | ... and the rules are in force
        """,
    ),
    *rows("int", "zones", "zone_lead | index | zone it is joined with, itself if it has prices of its own"),
    *rows("int", "zones", "zone_before | index | work: the same before a rule parted it"),
    *rows("int", "routes", "route_product | index | product"),
    *rows("int", "routes", "route_cell | index | product x zone of the seller"),
    *rows(
        "int",
        "nodes",
        """
        node_product | index | product
        node_country | index | country
        node_zone | index | zone of its own, if rules part it
        node_cell | index | product x zone in which it counts now
        """,
    ),
)
