"""Arrays of the market: products, sites, lanes and desks."""

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
        product_user_first | index | first user
        product_user_count | count | users
        product_fob | index | place of its first zone among free-on-board prices, -1 none
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
        price_adjustment | 1/week | s
        price_floor | index | lowest spot
        price_ceiling | index | highest spot
        contract_share | share | kappa
        contract_lag_weeks | weeks | smoothing of contract prices
        contract_rate | 1/week | 1 / that
        margin_exponent | 1 | eta
        input_elasticity | 1 | fall of inputs per output with the price paid for them
        input_minimum_weeks | weeks | stock of inputs below which makers slow down
        freight_usd_per_kg | USD/kg | freight
        stock_response | 1 | phi: wanted stock ~ price paid ** -phi
        carrying_cost_per_year | 1/yr | cost of carrying stock
        carrying_cost_per_week | 1/week | the same a week
        attention_weeks | weeks | e-fold of what still counts in a belief
        attention_rate | 1/week | r = 1 / that
        first_belief_weeks | weeks | a rule in force for b weeks is believed to last this + b
        trust_in_end | share | chi: weight of an announced end
        fob_rent_share | share | part of the gap between prices abroad and at home that exporters get
        memory_of_rules | share | mu: weight of how long the last rule held in what the next is believed to last
        remembered_cover_weeks | weeks | stock kept on top of normal cover after a year in which all was withheld
        stock_memory_weeks | weeks | in which that wears off
        office_pace | share | pace believed of a licence office on its first day
        pace_learning_weeks | weeks | learning an office's pace
        link_multiple | ratio | m: most that a link between zones carries, of its normal flow
        output_up_weeks | weeks | makers raise output
        output_down_weeks | weeks | makers cut output
        output_up_rate | 1/week | 1 / output_up_weeks
        ready_spare_share | share | by which plants that run can raise output
        restart_weeks | weeks | idle plants are restarted
        restart_rate | 1/week | 1 / that
        output_down_rate | 1/week | 1 / output_down_weeks
        demand_memory_weeks | weeks | what demand counts as normal
        demand_memory_rate | 1/week | 1 / that
        demand_return_weeks | weeks | a deviation of demand is believed to pass in this time
        demand_return_rate | 1/week | kappa = 1 / that
        coming_weight | share | part of a deviation of demand believed in the mean of the coming half year
        elasticity_steepening | 1 | eps2: demand curves steepen with the price
        unequal_stocks | ratio | wx: what unequal stocks make of a small believed loss
        longest_cover_weeks | weeks | longest cover that anybody aims at for a loss
        least_stock_share | share | share of wanted stock below which a ratio is not read
        rush_weeks | weeks | a rush starts no sooner before the date
        deficit_weeks | weeks | h: how far ahead a deficit under way is seen
        surplus_weeks | weeks | h_n: the same for a surplus
        leak_share | share | most that leaks round a rule without a transshipment event
        leak_growth | 1/week | growth of that leak
        detour_share | share | most that reaches a singled-out buyer by way of neighbours
        detour_growth | 1/week | growth of that
        detour_cost | share | its extra cost
        error_level | ln | tau: sd over episodes of the model's own error
        error_share | share | g: part of the model's error that acts
        error_shift | ln | mu: median of the model's own error over squeezes
        error_shift_share | share | h: part of that shift that acts
        error_grown | share | f^2: part of the wandering error's variance that is there yet
        error_weekly | ln | sigma: sd of the part that wanders
        whole_loss | t | X_w: what cuts and excess demand are believed to take from everybody
        joint_cost | index | rise of input costs of all makers
        product_output | t/week | baseline output of all sites
        entry_base | t/week | baseline output of the sites that new capacity may join
        trend_level | ratio | growth of demand since the start that everybody expects
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
        "nodes",
        """
        node_need | t/week | baseline purchases
        node_pull | 1 | work: logarithm of the factor on stated trade
        node_factor | 1 | work: that factor
        node_step | 1 | work: change of the pull
        node_gap | t/week | work: purchases minus needs
        node_slope | t/week | work: sum of the flows' slopes
        node_paid | index | paid price
        node_paid_clean | index | the same without the model's own error: what makers reckon with
        node_log_paid | log index | logarithm of the price paid
        node_log_clean | log index | logarithm of the price paid without the model's own error
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
        stockpile_bought | t | put into public stores in the week
        stockpile_sold | t | taken out of them in the week
        stockpile_released | t/week | pace of its release, over four weeks
        node_export_rent | USD | what is paid more than at the seller's home, under rules on exports
        state_buy | t/week | bought by the state for its store now
        state_sell | t/week | sold by the state from its store now
        node_sold | t | work: what it sells in the week
        """,
    ),
    *rows(
        "int",
        "sites",
        """
        site_product | index | product
        site_country | index | country
        site_zone | index | zone of its own, if rules part it
        site_cell | index | product x zone in which it counts now
        site_lane_first | index | first entry in site_lanes
        site_lane_count | count | lanes leaving
        site_input_first | index | first input
        site_input_count | count | inputs
        site_pipe_weeks | weeks | market weeks a batch is in process
        site_days | days | processing time
        site_batches | count | batches started
        site_outages | count | random outages so far
        site_down | 0/1 | random outage now
        site_capped | 0/1 | a quota on output holds now
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
        site_start | t | batch started this week
        site_plan | t/week | q: output planned, without projects; not cut by outages or missing inputs
        site_project | t/week | output planned of projects
        site_running | share | of project capacity that runs, -1 while there is none
        site_ready | t/week | capacity of plants that run or could tomorrow, without projects
        site_dormant | t/week | capacity of plants that would have to be restarted
        closing_price_index | index | price at which the last mine closes
        site_capacity_now | t/week | capacity now if nothing is cut, projects and entry included
        site_cut_weeks | weeks | believed length of the cut of its capacity
        site_loss | share | capacity lost to events now
        site_allowed | share | of capacity now that quotas on output allow
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
        site_export_tax | USD | export tax of the week
        site_export_rent | USD | what exporters earn of the gap between prices abroad and at home
        site_lacking | t | part of it that inputs do not suffice for
        site_incentive | index | work: margin of makers, price of mines
        site_answer | 1 | work: answer of the plan to it
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
        desk_alert | share | memory of squeezes, 1 after a year without anything
        desk_remembered | weeks | stock wanted on top of normal cover for it
        desk_withheld | t/week | work: purchases that a rule that is over withheld
        desk_willing | 1 | work: factor on wanted cover of what the price paid is
        desk_fill_claim | t | the stockpile's order of the week
        desk_state_claim | t | part of it that is served before users
        """,
    ),
    *rows(
        "int",
        "lanes",
        """
        lane_site | index | seller
        lane_desk | index | buyer
        lane_product | index | product
        lane_from_cell | index | product x zone of the seller now
        lane_to_cell | index | product x zone of the buyer now
        lane_link | index | link, -1 for lanes of projects only
        lane_route | index | lanes of a route have the same landed cost unless a rule makes a difference
        lane_border | 0/1 | crosses a country border
        lane_month_column | index | monthly export column, -1 none
        lane_days | days | transit
        lane_pipe_weeks | weeks | market weeks a shipment is under way
        lane_office | index | licence office now, -1 none
        lane_freeze | code | licences frozen now (see `states`)
        lane_cut_day | day | a rule changes on this day of the coming week, -1 none
        lane_filed | count | licence applications so far
        lane_sent | count | shipments so far
        lane_leaked | count | leaked shipments so far
        lane_holds | count | shipments set aside so far
        lane_barred | count | refusals so far
        lane_first | 0/1 | served first (offtake) now
        lane_class | bits | which rules that single out buyers are on it
        lane_pair | index | zones between which it runs, -1 inside one
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
        lane_export_tax | share | part of it that the selling country levies by an event
        lane_delay | days | extra days now
        lane_hold | share | share set aside by customs now
        lane_hold_days | days | mean time set aside
        lane_hold_cv | ratio | spread of that time
        lane_general | share | covered by general licences now
        lane_general_asked | share | covered by them when the week's order was placed
        lane_exempt | share | of the week's order what needed no single licence then
        lane_general_left | t | left under general licences since the last market
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
        lane_rush | t | part of the order that a rush before a rule adds
        lane_room | t | work: what an open lane could be asked for on top
        lane_out | t | leaving this week
        lane_late | t | of these, after the cut day
        lane_arrivals | t/week | smoothed arrivals
        lane_arrived | t | arrived since the last market
        lane_held | t | waiting for a licence or at customs
        lane_left | t | left since the last market
        lane_pace | share | believed to pass of its normal flow under the rules on it
        lane_weeks | weeks | C: discounted weeks for which they are believed to hold
        lane_wait | weeks | to their start, 0 in force, -1 without a rule
        """,
    ),
)
