"""The model's memory: one table of every array, its dimensions, unit and meaning.

All numbers of a run live in two flat sequences: `F` (floats) and `I` (integers). `Layout` holds the
length of every dimension (`n_sites`) and the first position of every array (`site_stock`), so that
`F[L.site_stock + s]` is the stock of site `s`. Flat sequences have two uses: the reference engine keeps
them as lists (three times faster than NumPy scalars in CPython), the compiled engine as two arrays (few
large arrays, because counting references to many small ones costs half the time). The functions of this
room read both.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIRMS_PER_USER = 5  # classes of stock cover inside one end use of one country

DIMENSIONS: tuple[tuple[str, str], ...] = (
    ("products", "products, upstream first"),
    ("zones", "price zones"),
    ("cells", "product x zone: product * n_zones + zone"),
    ("nodes", "product x country pairs that buy"),
    ("sites", "stages in countries"),
    ("links", "site x node pairs that trade"),
    ("desks", "purchasing desks: node x channel of end uses"),
    ("lanes", "site x desk pairs that trade"),
    ("users", "end use x country x product (x listed part)"),
    ("inputs", "site x input product"),
    ("holders", "holders of stock: FIRMS_PER_USER per user, then one per site input"),
    ("events", "events and policies of all arms"),
    ("effects", "effect rows"),
    ("points", "points of effect schedules"),
    ("targets", "entities touched by effect rows"),
    ("offices", "licence offices: licence effect x product"),
    ("weeks", "market weeks of the horizon"),
    ("days", "days of the horizon"),
    ("months", "calendar months of the horizon"),
    ("arms", "arms"),
    ("weekly", "recorded weekly columns"),
    ("monthly", "recorded monthly columns"),
    ("weekly_record", "weeks x weekly columns"),
    ("monthly_record", "months x monthly columns"),
)


@dataclass(frozen=True)
class Array:
    """One array of the arena: name, dimension, kind (float or int), unit, meaning."""

    name: str
    dim: str
    kind: str
    unit: str
    meaning: str


def _rows(kind: str, dim: str, text: str) -> tuple[Array, ...]:
    rows = []
    for line in text.strip().splitlines():
        name, unit, meaning = (part.strip() for part in line.split("|"))
        rows.append(Array(name, dim, kind, unit, meaning))
    return tuple(rows)


ARRAYS: tuple[Array, ...] = (
    *_rows(
        "int",
        "products",
        """
        product_contract_origin | 0/1 | contracts follow the seller's zone (1) or the buyer's (0)
        """,
    ),
    *_rows(
        "float",
        "products",
        """
        price_usd_per_kg | USD/kg | baseline price
        processing_days | days | from input to product
        order_adjustment_weeks | weeks | tau of buyers
        order_cap | ratio | largest order / expected use
        expectation_weeks | weeks | smoothing of expected use and orders
        sourcing_elasticity | 1 | sigma
        hoarding_response | weeks/week | lambda
        fear_decay | 1/week | decay of the perceived wait
        wait_cap_weeks | weeks | longest wait reckoned with
        storage_exponent | 1 | beta
        price_adjustment | 1/week | s
        trend_response | 1 | growth of wanted cover with a rising price
        price_memory_weeks | weeks | memory of prices
        pass_through | share | of input costs
        price_floor | index | lowest spot
        price_ceiling | index | highest spot
        contract_share | share | kappa
        contract_lag_weeks | weeks | smoothing of contract prices
        production_adjustment_weeks | weeks | tau of makers
        margin_exponent | 1 | eta
        input_elasticity | 1 | fall of inputs per output with the price paid for them
        stock_price_response | share | part of the storage curve by which dear goods are stocked less
        input_minimum_weeks | weeks | stock of inputs below which makers slow down
        held_order_weight | share | waiting orders that makers keep producing for
        held_credit | share | held goods counted as output stock by makers
        allocation_exponent | 1 | rho
        freight_usd_per_kg | USD/kg | freight
        fear_weeks | weeks | perceived wait when a control becomes known
        balance_start_t | t | tonnes existing at the start
        balance_made_t | t | tonnes made so far
        balance_used_t | t | tonnes used up so far
        balance_lost_t | t | tonnes seized so far
        in_transit_t | t | tonnes under way
        growth_step | ratio | weekly growth of expectations
        """,
    ),
    *_rows(
        "float",
        "cells",
        """
        spot | index | spot price
        contract | index | lagged spot
        cover_start | weeks | cover in the baseline
        cover_now | weeks | cover now
        outside_expected | t/week | smoothed orders from outside the zone, held goods included
        outside_orders | t | this week's orders from outside
        cell_paid | index | mean price paid in the zone
        remembered | log index | slowly smoothed logarithm of spot
        trend | ratio | wanted cover of those who expect prices to go on rising
        cost_now | index | input costs of the zone's suppliers above the baseline
        cost_weight | t/week | work: normal supply of the zone
        spot_weight | 1 | spot ** rho, for rationing
        stock_sum | t | work: stocks of the zone
        use_sum | t/week | work: expected use of the zone
        wanted_sum | t | work: wanted stocks now
        normal_sum | t | work: wanted stocks in the baseline
        """,
    ),
    *_rows(
        "int",
        "nodes",
        """
        node_product | index | product
        node_country | index | country
        node_cell | index | product x zone
        """,
    ),
    *_rows(
        "float",
        "nodes",
        """
        node_need | t/week | baseline purchases
        node_paid | index | paid price
        node_contract | index | price of the tonnes delivered under contract
        stockpile_start_weeks | weeks | public stock in the baseline
        stockpile | t | public stock
        stockpile_target | weeks | aim of the stockpile now
        stockpile_fill | weeks/week | fastest filling
        stockpile_release | weeks/week | fastest release
        stockpile_release_unserved | share | release above this unserved share
        stockpile_release_price | index | release above this spot price
        node_unserved_share | share | last week's unserved / wanted
        node_joint | switch | buys jointly
        """,
    ),
    *_rows(
        "int",
        "sites",
        """
        site_product | index | product
        site_country | index | country
        site_cell | index | product x zone
        site_lane_first | index | first entry in site_lanes
        site_lane_count | count | lanes leaving
        site_input_first | index | first input
        site_input_count | count | inputs
        site_pipe_weeks | weeks | market weeks a batch is in process
        site_days | days | processing time
        site_batches | count | batches started
        site_outages | count | random outages so far
        site_down | 0/1 | random outage now
        """,
    ),
    *_rows(
        "float",
        "sites",
        """
        output_t_per_year | t/yr | observed output
        utilisation | share | output / capacity
        unit_cost | index | price below which it stops
        output_cover_weeks | weeks | wanted output stock
        site_capacity | t/week | capacity of the baseline
        site_output | t/week | output of the baseline
        site_stock | t | output stock
        site_wip | t | work in process
        site_held | t | goods waiting for a licence or at customs
        site_expected | t/week | smoothed orders and grants
        site_signal | t | orders and grants of the week
        site_start | t | batch started this week
        site_loss | share | capacity lost to events now
        site_extra | t/week | capacity of projects now
        site_extra_cost | index | unit cost of project capacity
        site_extra_free | share | part of project capacity that needs no input
        site_floor | index | guaranteed price now
        site_subsidy | index | subsidy now
        site_offtake | index | offtake price now
        site_content | share | tracked origin in the output stock
        site_random_loss | share | capacity lost to random outages while down
        outage_mtbf_days | days | mean time between random outages, 0 = none
        outage_mttr_days | days | mean time to repair
        outage_share | share | capacity lost in a random outage
        site_made | t | output finished in the week
        """,
    ),
    *_rows("int", "lanes", "site_lanes | index | lanes sorted by site"),
    *_rows(
        "int",
        "links",
        """
        link_site | index | seller
        link_node | index | buyer
        """,
    ),
    *_rows(
        "float",
        "links",
        """
        trade_share | share | seed of the balancing
        link_flow | t/week | balanced flow
        """,
    ),
    *_rows(
        "int",
        "desks",
        """
        desk_node | index | node
        desk_lane_first | index | first lane
        desk_lane_count | count | lanes arriving
        desk_holder_first | index | first entry in desk_holders
        desk_holder_count | count | holders served
        desk_main | 0/1 | the node's first desk, which also serves the stockpile
        """,
    ),
    *_rows(
        "float",
        "desks",
        """
        desk_share | share | of the node's purchases in the baseline
        desk_need | t/week | baseline purchases
        desk_in | t | arrived since the last market
        desk_in_content | t | tracked origin in it
        desk_content | share | tracked origin in the holders' stocks
        desk_on_order | t | ordered and not yet arrived
        desk_claim | t | sum of holders' orders of the week
        desk_expected | t/week | sum of holders' expected use
        desk_wait | weeks | perceived wait
        desk_fill_claim | t | the stockpile's order of the week
        desk_arrivals_expected | t/week | smoothed arrivals priced under contract
        """,
    ),
    *_rows(
        "int",
        "lanes",
        """
        lane_site | index | seller
        lane_desk | index | buyer
        lane_link | index | link, -1 for lanes of projects only
        lane_abroad | 0/1 | crosses a zone border
        lane_border | 0/1 | crosses a country border
        lane_month_column | index | monthly export column, -1 none
        lane_days | days | transit
        lane_pipe_weeks | weeks | market weeks a shipment is under way
        lane_office | index | licence office now, -1 none
        lane_cut_day | day | a rule changes on this day of the coming week, -1 none
        lane_filed | count | licence applications so far
        lane_sent | count | shipments so far
        lane_leaked | count | leaked shipments so far
        lane_holds | count | shipments set aside so far
        lane_barred | count | refusals so far
        lane_first | 0/1 | served first (offtake) now
        lane_quota | effect | quota that binds now, -1 none
        """,
    ),
    *_rows(
        "float",
        "lanes",
        """
        lane_flow | t/week | baseline flow
        lane_weight | t/week | weight in sourcing now
        lane_transit | days | transit as given
        lane_project_share | share | of project output meant for this lane
        lane_seed | 0/1 | lane of a desk that buys nothing in the baseline
        tariff_start | share | baseline duty
        lane_close | share | closed now
        lane_tariff | share | duty or tax now
        lane_delay | days | extra days now
        lane_hold | share | share set aside by customs now
        lane_hold_days | days | mean time set aside
        lane_hold_cv | ratio | spread of that time
        lane_general | share | covered by general licences now
        lane_content_threshold | share | licence needed from this content on
        lane_sourcing | factor | preference now
        lane_leak_cap | share | most that can leak now
        lane_leak_growth | 1/week | growth of the leak
        lane_leak_days | days | extra days of leaked goods
        lane_leak_cost | share | extra cost of leaked goods
        lane_leak_seizure | share | probability of seizure
        lane_enforcement | share | leak cut by enforcement now
        lane_enforcement_seizure | share | added probability of seizure
        lane_leak | share | leak now, of the baseline flow
        lane_blocked | share | buyers who may not reapply yet
        lane_unfiled | t | goods short of a full lot
        lane_order | t | ordered this week
        lane_out | t | leaving this week
        lane_late | t | of these, after the cut day
        lane_arrivals | t/week | smoothed arrivals
        lane_arrived | t | arrived since the last market
        lane_held | t | waiting for a licence or at customs
        lane_granted | t | granted in the week
        """,
    ),
    *_rows(
        "int",
        "users",
        """
        user_node | index | node
        user_desk | index | desk
        user_end_use | index | end use
        user_column | index | first of its three weekly columns
        """,
    ),
    *_rows(
        "float",
        "users",
        """
        use_t_per_year | t/yr | baseline use
        elasticity_short | 1 | eps
        elasticity_long | 1 | long-run elasticity
        thrifting_speed | 1/yr | fastest thrifting
        thrifting_return | 1/yr | fastest return
        cover_weeks | weeks | mean cover
        cover_cv | ratio | spread of cover
        working_minimum_weeks | weeks | below which a user slows down
        demand_growth | 1/yr | outlook
        user_thrift | share | x
        user_demand | factor | demand effects now
        user_programme | share | thrifting programme now
        user_obligation | weeks | stock obligation now
        user_added | t/week | new demand now
        """,
    ),
    *_rows("float", "users", "user_use | t/week | baseline use"),
    *_rows(
        "int",
        "inputs",
        """
        input_site | index | site
        input_product | index | product bought
        input_node | index | node it is bought at
        input_holder | index | holder of the stock
        """,
    ),
    *_rows(
        "float",
        "inputs",
        """
        recipe | t/t | input per output
        input_cover_weeks | weeks | wanted cover
        """,
    ),
    *_rows("int", "holders", "desk_holders | index | holders sorted by desk, then priority"),
    *_rows("int", "holders", "holder_desk | index | desk"),
    *_rows("int", "holders", "holder_class | class | rationing class, lower first"),
    *_rows(
        "float",
        "holders",
        """
        holder_stock | t | stock
        holder_expected | t/week | expected use
        holder_cover | weeks | normal wanted cover
        holder_minimum | weeks | working minimum
        holder_extra | weeks | extra wanted cover now (obligation)
        holder_claim | t | order of the week before pipeline correction
        holder_growth | ratio | weekly growth of expected use
        holder_got | t | received this week
        """,
    ),
    *_rows(
        "int",
        "events",
        """
        event_status | code | 0 waiting, 1 dated, 2 never
        event_day | day | first day
        event_notice_day | day | announcement
        event_trigger | code | 0 none, 1 spot, 2 paid in a zone, 3 unserved share, 4 after another event, 5 paid in a country
        event_trigger_index | index | cell, node or event watched
        event_trigger_weeks | weeks | how long the condition must hold
        event_trigger_run | weeks | how long it has held
        event_not_before | day | earliest start of a triggered event
        event_suspended | 0/1 | suspended now
        """,
    ),
    *_rows(
        "float",
        "events",
        """
        event_start | day | first day as given
        event_notice | day | announcement as given
        event_duration | days | length
        event_probability | share | chance that it happens
        event_threshold | any | level watched
        event_delay_low | days | shortest delay
        event_delay_high | days | longest delay
        """,
    ),
    *_rows("int", "events", "event_key | hash | entity of its draws"),
    *_rows(
        "int",
        "effects",
        """
        effect_event | index | event, -1 = outlook (always)
        effect_op | code | position in OPS
        effect_notice | 0/1 | counts from the announcement
        effect_linear | 0/1 | straight lines between points
        effect_point_first | index | first point
        effect_point_count | count | points
        effect_target_first | index | first target
        effect_target_count | count | targets
        effect_office_first | index | first office, -1 none
        effect_done | 0/1 | the jump has been made
        effect_key | hash | entity of its draws
        effect_success | code | project: -1 not drawn, 0 failed, 1 goes ahead
        effect_period | count | quota period
        """,
    ),
    *_rows(
        "float",
        "effects",
        """
        effect_a | any | first further number (see OPS)
        effect_b | any | second
        effect_c | any | third
        effect_d | any | fourth
        effect_e | any | fifth
        effect_f | any | sixth
        effect_g | any | seventh
        effect_h | any | eighth
        effect_i | any | ninth
        effect_left | t | quota left in the period
        effect_asked | t | asked of the quota this week
        effect_level | any | level now
        """,
    ),
    *_rows("float", "points", "point_day | days | offset from the event's start"),
    *_rows("float", "points", "point_level | any | level from then on"),
    *_rows("int", "targets", "target_entity | index | lane, site, user or node"),
    *_rows("float", "targets", "target_value | any | number of its own (project lanes: share)"),
    *_rows(
        "int",
        "offices",
        """
        office_effect | index | licence effect
        office_product | index | product
        office_column | index | first of its four weekly columns
        office_busy | count | officers at work
        office_officers | count | officers now
        office_pending | count | lots waiting or under review
        office_pending_days | days | sum of their filing days
        """,
    ),
    *_rows(
        "float",
        "offices",
        """
        office_normal | t/week | normal exports of its lanes
        office_lot | t | tonnes of a lot
        office_level | any | capacity now
        office_reviewed | lots | running sum of lots the capacity allows
        office_backlog | t | waiting or under review
        office_granted | t | granted in the week
        office_refused | t | refused in the week
        """,
    ),
    *_rows(
        "int",
        "months",
        "month_start | day | first day",
    ),
    *_rows("float", "months", "season_month | index | calendar month 0-11"),
    *_rows("int", "days", "day_month | index | month of the day"),
    *_rows("int", "lanes", "lane_key | hash | entity of its draws"),
    *_rows("int", "sites", "site_key | hash | entity of its draws"),
)

# The records come last: they are long, and start as zeros.
RECORDS: tuple[Array, ...] = (
    Array("weekly_record", "weekly_record", "float", "as declared", "row per week, column per weekly column"),
    Array("monthly_record", "monthly_record", "float", "as declared", "row per month, column per monthly column"),
)

# The compiled engine's calendar, placed by `batch` behind everything else (see `sim.engines.kernel`).
CALENDAR = (
    "calendar",
    "node_ints",
    "node_floats",
    "pool_size",
    "day_nodes",
    "trace_ints",
    "trace_floats",
    "trace_room",
)

# Scalars: single numbers, as arrays of length one on dimension "one".
SCALARS: tuple[Array, ...] = (
    Array("capacity_growth", "one", "float", "1/yr", "outlook growth of capacity"),
    Array("rules", "one", "int", "0/1", "the arm has events that may happen"),
    Array("cuts_ahead", "one", "int", "bits", "days of the coming week on which rules change"),
    Array("tracked", "one", "int", "0/1", "the content share of an origin is tracked"),
    Array("tracked_country", "one", "int", "index", "that origin"),
    Array("weekly_first_spot", "one", "int", "index", "first weekly column of spot prices"),
    Array("weekly_first_paid", "one", "int", "index", "of paid prices by zone"),
    Array("weekly_first_contract", "one", "int", "index", "of contract prices by zone"),
    Array("weekly_first_paid_node", "one", "int", "index", "of paid prices by country"),
    Array("weekly_first_cover", "one", "int", "index", "of cover"),
    Array("weekly_first_made", "one", "int", "index", "of production"),
    Array("weekly_first_leak", "one", "int", "index", "of leakage by node"),
    Array("weekly_first_stockpile", "one", "int", "index", "of public stocks by node"),
    Array("weekly_first_exposure", "one", "int", "index", "of origin exposure by node"),
    Array("season_first", "one", "int", "index", "first of n_end_uses x 12 seasonal factors in F, -1 none"),
)

_ALL = ARRAYS + SCALARS + RECORDS
Layout: Any = namedtuple(  # type: ignore[misc]
    "Layout", [f"n_{name}" for name, _ in DIMENSIONS] + [a.name for a in _ALL] + list(CALENDAR)
)


def make_layout(sizes: Mapping[str, int]) -> tuple[Any, int, int]:
    """Place every array.

    Parameters
    ----------
    sizes : mapping of dimension name to length

    Returns
    -------
    layout : Layout
    n_floats, n_ints : int
        Lengths of `F` and `I`.
    """
    position = {"float": 0, "int": 0}
    offsets: dict[str, int] = dict.fromkeys(CALENDAR, 0) | {f"n_{name}": int(sizes[name]) for name, _ in DIMENSIONS}
    for array in _ALL:
        offsets[array.name] = position[array.kind]
        position[array.kind] += 1 if array.dim == "one" else int(sizes[array.dim])
    return Layout(**offsets), position["float"], position["int"]
