"""Arrays of the market: products, zones, sites, lanes, desks, users and what they hold."""

from __future__ import annotations

from .arrays import Array, rows

MARKET_ARRAYS: tuple[Array, ...] = (
    *rows(
        "int",
        "products",
        """
        product_site_first | index | first site
        product_site_count | count | sites
        product_node_first | index | first node
        product_node_count | count | nodes
        product_link_first | index | first link
        product_contract_origin | 0/1 | contracts follow the seller's zone (1) or the buyer's (0)
        """,
    ),
    *rows(
        "float",
        "products",
        """
        price_usd_per_kg | USD/kg | baseline price
        processing_days | days | from input to product
        order_adjustment_weeks | weeks | tau of buyers
        order_rate | 1/week | 1 / tau of buyers
        order_cap | ratio | largest order / expected use
        expectation_weeks | weeks | smoothing of expected use and orders
        expectation_rate | 1/week | 1 / that
        sourcing_elasticity | 1 | sigma
        hoarding_response | weeks/week | lambda
        fear_decay | 1/week | decay of the perceived wait
        wait_cap_weeks | weeks | longest wait reckoned with
        storage_exponent | 1 | beta
        price_adjustment | 1/week | s
        trend_response | 1 | growth of wanted cover with a rising price
        price_memory_weeks | weeks | memory of prices
        price_memory_rate | 1/week | 1 / that
        trend_delay_weeks | weeks | time in which a rise comes to be believed
        trend_rate | 1/week | 1 / that
        trend_seen | log index | rise of the price in all zones that buyers have come to believe in
        pass_through | share | of input costs
        price_floor | index | lowest spot
        price_ceiling | index | highest spot
        contract_share | share | kappa
        contract_lag_weeks | weeks | smoothing of contract prices
        contract_rate | 1/week | 1 / that
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
        growth_step | ratio | weekly growth of expectations
        product_scale | ratio | needs / stated outputs, by which outputs are multiplied
        product_moved | share | of purchases from other sellers than stated
        product_opened | share | of purchases on lanes that are not stated
        """,
    ),
    *rows(
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
        cost_weight | t/week | normal supply of the zone
        spot_weight | 1 | spot ** rho, for rationing
        spot_log | log index | logarithm of spot
        stock_sum | t | work: stocks of the zone
        use_sum | t/week | work: expected use of the zone
        wanted_sum | t | work: wanted stocks now
        normal_sum | t | work: wanted stocks in the baseline
        cover_ratio | ratio | work: cover now / in the baseline
        wanted_ratio | ratio | work: wanted stocks now / in the baseline
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
    *rows("int", "cells", "cell_product | index | product"),
    *rows("int", "routes", "route_product | index | product"),
    *rows("int", "routes", "route_cell | index | product x zone of the seller"),
    *rows(
        "int",
        "nodes",
        """
        node_product | index | product
        node_country | index | country
        node_cell | index | product x zone
        """,
    ),
    *rows(
        "float",
        "nodes",
        """
        node_need | t/week | baseline purchases
        node_pull | 1 | work: logarithm of the factor on stated trade
        node_factor | 1 | work: that factor
        node_step | 1 | work: change of the pull
        node_gap | t/week | work: purchases minus needs
        node_slope | t/week | work: sum of the flows' slopes
        node_paid | index | paid price
        node_log_paid | log index | its logarithm
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
    *rows(
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
    *rows(
        "float",
        "sites",
        """
        output_t_per_year | t/yr | observed output
        utilisation | share | output / capacity
        unit_cost | index | price below which it stops
        output_cover_weeks | weeks | wanted output stock
        site_capacity | t/week | capacity of the baseline
        site_output | t/week | output of the baseline
        site_wanted | t/week | stated share of the output needed
        site_pull | 1 | work: logarithm of the factor on stated trade
        site_step | 1 | work: change of the pull
        site_gap | t/week | work: sales minus that output
        site_slope | t/week | work: sum of the flows' slopes
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
        site_called | t | batch that orders call for and capacity and price allow this week
        site_lacking | t | part of it that inputs do not suffice for
        site_incentive | 1 | work: margin ** eta
        """,
    ),
    *rows("float", "sales", "site_sales | t/week | baseline flow from a site into a zone"),
    *rows("int", "lanes", "site_lanes | index | lanes sorted by site"),
    *rows(
        "int",
        "links",
        """
        link_site | index | seller
        link_node | index | buyer
        link_open | 0/1 | has lanes in this scenario
        """,
    ),
    *rows(
        "float",
        "links",
        """
        trade_share | share | stated share of the buyer's purchases, 0 if none is
        link_stretch | ratio | stretch of stated trade at which a lane opens that is not stated
        link_flow | t/week | balanced flow
        link_slope | t/week | work: its slope in the pulls
        """,
    ),
    *rows("float", "square", "square | t/week | work: equations for the sites' pulls"),
    *rows(
        "int",
        "desks",
        """
        desk_node | index | node
        desk_lane_first | index | first lane
        desk_lane_count | count | lanes arriving
        desk_holder_first | index | first holder served
        desk_holder_count | count | holders served
        desk_main | 0/1 | the node's first desk, which also serves the stockpile
        desk_deadline | day | first day of the latest control its buyers have heard of
        """,
    ),
    *rows(
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
        desk_normal | t | sum of holders' normal stocks for that use
        desk_wait | weeks | perceived wait
        desk_willing | 1 | work: factor on wanted cover of what the price paid is
        desk_fill_claim | t | the stockpile's order of the week
        desk_arrivals_expected | t/week | smoothed arrivals priced under contract
        """,
    ),
    *rows(
        "int",
        "lanes",
        """
        lane_site | index | seller
        lane_desk | index | buyer
        lane_product | index | product
        lane_from_cell | index | product x zone of the seller
        lane_to_cell | index | product x zone of the buyer
        lane_link | index | link, -1 for lanes of projects only
        lane_abroad | 0/1 | crosses a zone border
        lane_route | index | lanes of a route have the same landed cost unless a rule makes a difference
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
        lane_spare | 0/1 | used where its node buys nothing in the baseline of a run
        lane_project | 0/1 | a new plant's output is meant for it
        """,
    ),
    *rows(
        "float",
        "lanes",
        """
        lane_flow | t/week | baseline flow
        lane_weight | t/week | weight in sourcing now
        lane_transit | days | transit as given
        lane_expectation_rate | 1/week | 1 / smoothing of arrivals
        lane_in_transit | t | under way
        lane_project_share | share | of project output meant for this lane
        lane_seed | 0/1 | lane of a desk that buys nothing in this run's baseline
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
    *rows(
        "int",
        "users",
        """
        user_node | index | node
        user_desk | index | desk
        user_end_use | index | end use
        user_column | index | first of its three weekly columns
        user_holder | index | first of its holders
        """,
    ),
    *rows(
        "float",
        "users",
        """
        use_t_per_year | t/yr | baseline use
        elasticity_short | 1 | eps
        elasticity_long | 1 | long-run elasticity
        thrifting_speed | 1/yr | fastest thrifting
        thrifting_return | 1/yr | fastest return
        thrift_up | 1/week | the same a week
        thrift_down | 1/week | the same a week
        cover_weeks | weeks | mean cover
        cover_cv | ratio | spread of cover
        working_minimum_weeks | weeks | below which a user slows down
        demand_growth | 1/yr | outlook
        user_thrift | share | x
        user_demand | factor | demand effects now
        user_programme | share | thrifting programme now
        user_obligation | weeks | stock obligation now
        user_added | t/week | new demand now
        user_used_now | share | work: of normal use, wanted at the price paid
        user_used_at_length | share | work: the same once designs have changed
        """,
    ),
    *rows("float", "users", "user_use | t/week | baseline use"),
    *rows(
        "int",
        "inputs",
        """
        input_site | index | site
        input_product | index | product bought
        input_node | index | node it is bought at
        input_holder | index | holder of the stock
        """,
    ),
    *rows(
        "float",
        "inputs",
        """
        recipe | t/t | input per output
        recipe_now | t/t | work: the same at the prices paid now
        input_cover_weeks | weeks | wanted cover
        """,
    ),
    *rows("int", "holders", "holder_desk | index | desk"),
    *rows("int", "holders", "holder_class | class | rationing class, lower first"),
    *rows(
        "float",
        "holders",
        """
        holder_stock | t | stock
        holder_expected | t/week | expected use
        holder_cover | weeks | normal wanted cover
        holder_minimum | weeks | working minimum
        holder_pace | 1/week | 1 / that: share of the stock that can be used in a week
        holder_extra | weeks | extra wanted cover now (obligation)
        holder_claim | t | order of the week before pipeline correction
        holder_growth | ratio | weekly growth of expected use
        holder_got | t | received this week
        """,
    ),
)
