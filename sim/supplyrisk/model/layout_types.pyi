"""Names in the layout of a run's memory. Written by tools/layout_stub.py; not to be edited."""

from typing import NamedTuple

from .arrays import Array

ARRAYS: tuple[Array, ...]
ALL: tuple[Array, ...]
FIELDS: tuple[str, ...]

class Layout(NamedTuple):
    n_products: int
    """how many products, upstream first"""
    n_zones: int
    """how many price zones, those that rules may part included"""
    n_cells: int
    """how many product x zone: product * n_zones + zone"""
    n_pairs: int
    """how many product x zone of the seller x zone of the buyer"""
    n_routes: int
    """how many product x zone of the seller x border crossed or not x duty in the baseline"""
    n_nodes: int
    """how many product x country pairs that buy"""
    n_sites: int
    """how many stages in countries"""
    n_sales: int
    """how many site x zone: site * n_zones + zone"""
    n_links: int
    """how many site x node pairs of a product, by product and site"""
    n_square: int
    """how many the most sites of a product, squared"""
    n_desks: int
    """how many purchasing desks: node x channel of end uses"""
    n_lanes: int
    """how many site x desk pairs that trade"""
    n_users: int
    """how many end use x country x product (x listed part)"""
    n_inputs: int
    """how many site x input product"""
    n_holders: int
    """how many holders of stock, by desk and class: FIRMS_PER_USER per user, one per site input"""
    n_events: int
    """how many events and policies of all arms"""
    n_effects: int
    """how many effect rows"""
    n_codes: int
    """how many effect row x zone: effect * n_zones + zone"""
    n_swaps: int
    """how many pairs of a user and the user of a substitute, by user and substitute"""
    n_kin: int
    """how many effect row x effect row: effect * n_effects + other"""
    n_numbers: int
    """how many further numbers of effect rows: row * MOST_NUMBERS + slot"""
    n_points: int
    """how many points of effect schedules"""
    n_targets: int
    """how many entities touched by effect rows"""
    n_offices: int
    """how many licence offices: licence effect x product"""
    n_weeks: int
    """how many market weeks of the horizon"""
    n_days: int
    """how many days of the horizon"""
    n_months: int
    """how many calendar months of the horizon"""
    n_arms: int
    """how many arms"""
    n_coming: int
    """how many weeks in which capacity may start, by site; none where nothing takes time"""
    n_weekly: int
    """how many recorded weekly columns"""
    n_monthly: int
    """how many recorded monthly columns"""
    n_weekly_record: int
    """how many weeks x weekly columns"""
    n_monthly_record: int
    """how many months x monthly columns"""
    product_site_first: int
    """int by products, index: first site"""
    product_site_count: int
    """int by products, count: sites"""
    product_node_first: int
    """int by products, index: first node"""
    product_node_count: int
    """int by products, count: nodes"""
    product_link_first: int
    """int by products, index: first link"""
    product_user_first: int
    """int by products, index: first user"""
    product_user_count: int
    """int by products, count: users"""
    product_fob: int
    """int by products, index: place of its first zone among free-on-board prices, -1 none"""
    product_contract_origin: int
    """int by products, 0/1: contracts follow the seller's zone (1) or the buyer's (0)"""
    price_usd_per_kg: int
    """float by products, USD/kg: baseline price"""
    processing_days: int
    """float by products, days: from input to product"""
    order_adjustment_weeks: int
    """float by products, weeks: tau of buyers"""
    order_rate: int
    """float by products, 1/week: 1 / tau of buyers"""
    order_cap: int
    """float by products, ratio: largest order / expected use"""
    expectation_weeks: int
    """float by products, weeks: smoothing of expected use and orders"""
    expectation_rate: int
    """float by products, 1/week: 1 / that"""
    sourcing_elasticity: int
    """float by products, 1: sigma"""
    price_adjustment: int
    """float by products, 1/week: s"""
    price_floor: int
    """float by products, index: lowest spot"""
    price_ceiling: int
    """float by products, index: highest spot"""
    contract_share: int
    """float by products, share: kappa"""
    contract_lag_weeks: int
    """float by products, weeks: smoothing of contract prices"""
    contract_rate: int
    """float by products, 1/week: 1 / that"""
    margin_exponent: int
    """float by products, 1: eta"""
    input_elasticity: int
    """float by products, 1: fall of inputs per output with the price paid for them"""
    input_minimum_weeks: int
    """float by products, weeks: stock of inputs below which makers slow down"""
    freight_usd_per_kg: int
    """float by products, USD/kg: freight"""
    stock_response: int
    """float by products, 1: phi: wanted stock ~ price paid ** -phi"""
    carrying_cost_per_year: int
    """float by products, 1/yr: cost of carrying stock"""
    carrying_cost_per_week: int
    """float by products, 1/week: the same a week"""
    attention_weeks: int
    """float by products, weeks: e-fold of what still counts in a belief"""
    attention_rate: int
    """float by products, 1/week: r = 1 / that"""
    first_belief_weeks: int
    """float by products, weeks: a rule in force for b weeks is believed to last this + b"""
    trust_in_end: int
    """float by products, share: chi: weight of an announced end"""
    fob_rent_share: int
    """float by products, share: part of the gap between prices abroad and at home that exporters get"""
    memory_of_rules: int
    """float by products, share: mu: weight of how long the last rule held in what the next is believed to last"""
    remembered_cover_weeks: int
    """float by products, weeks: stock kept on top of normal cover after a year in which all was withheld"""
    stock_memory_weeks: int
    """float by products, weeks: in which that wears off"""
    office_pace: int
    """float by products, share: pace believed of a licence office on its first day"""
    pace_learning_weeks: int
    """float by products, weeks: learning an office's pace"""
    link_multiple: int
    """float by products, ratio: m: most that a link between zones carries, of its normal flow"""
    output_up_weeks: int
    """float by products, weeks: makers raise output"""
    output_down_weeks: int
    """float by products, weeks: makers cut output"""
    output_up_rate: int
    """float by products, 1/week: 1 / output_up_weeks"""
    ready_spare_share: int
    """float by products, share: by which plants that run can raise output"""
    restart_weeks: int
    """float by products, weeks: idle plants are restarted"""
    restart_rate: int
    """float by products, 1/week: 1 / that"""
    output_down_rate: int
    """float by products, 1/week: 1 / output_down_weeks"""
    demand_memory_weeks: int
    """float by products, weeks: what demand counts as normal"""
    demand_memory_rate: int
    """float by products, 1/week: 1 / that"""
    demand_return_weeks: int
    """float by products, weeks: a deviation of demand is believed to pass in this time"""
    demand_return_rate: int
    """float by products, 1/week: kappa = 1 / that"""
    coming_weight: int
    """float by products, share: part of a deviation of demand believed in the mean of the coming half year"""
    elasticity_steepening: int
    """float by products, 1: eps2: demand curves steepen with the price"""
    unequal_stocks: int
    """float by products, ratio: wx: what unequal stocks make of a small believed loss"""
    longest_cover_weeks: int
    """float by products, weeks: longest cover that anybody aims at for a loss"""
    least_stock_share: int
    """float by products, share: share of wanted stock below which a ratio is not read"""
    rush_weeks: int
    """float by products, weeks: a rush starts no sooner before the date"""
    deficit_weeks: int
    """float by products, weeks: h: how far ahead a deficit under way is seen"""
    surplus_weeks: int
    """float by products, weeks: h_n: the same for a surplus"""
    leak_share: int
    """float by products, share: most that leaks round a rule without a transshipment event"""
    leak_growth: int
    """float by products, 1/week: growth of that leak"""
    detour_share: int
    """float by products, share: most that reaches a singled-out buyer by way of neighbours"""
    detour_growth: int
    """float by products, 1/week: growth of that"""
    detour_cost: int
    """float by products, share: its extra cost"""
    error_level: int
    """float by products, ln: tau: sd over episodes of the model's own error"""
    error_share: int
    """float by products, share: g: part of the model's error that acts"""
    error_shift: int
    """float by products, ln: mu: median of the model's own error over squeezes"""
    error_shift_share: int
    """float by products, share: h: part of that shift that acts"""
    error_grown: int
    """float by products, share: f^2: part of the wandering error's variance that is there yet"""
    error_weekly: int
    """float by products, ln: sigma: sd of the part that wanders"""
    whole_loss: int
    """float by products, t: X_w: what cuts and excess demand are believed to take from everybody"""
    joint_cost: int
    """float by products, index: rise of input costs of all makers"""
    product_output: int
    """float by products, t/week: baseline output of all sites"""
    entry_base: int
    """float by products, t/week: baseline output of the sites that new capacity may join"""
    trend_level: int
    """float by products, ratio: growth of demand since the start that everybody expects"""
    balance_start_t: int
    """float by products, t: tonnes existing at the start"""
    balance_made_t: int
    """float by products, t: tonnes made so far"""
    balance_used_t: int
    """float by products, t: tonnes used up so far"""
    balance_lost_t: int
    """float by products, t: tonnes seized so far"""
    growth_step: int
    """float by products, ratio: weekly growth of expectations"""
    product_scale: int
    """float by products, ratio: needs / stated outputs, by which outputs are multiplied"""
    product_moved: int
    """float by products, share: of purchases from other sellers than stated"""
    product_opened: int
    """float by products, share: of purchases on lanes that are not stated"""
    node_need: int
    """float by nodes, t/week: baseline purchases"""
    node_pull: int
    """float by nodes, 1: work: logarithm of the factor on stated trade"""
    node_factor: int
    """float by nodes, 1: work: that factor"""
    node_step: int
    """float by nodes, 1: work: change of the pull"""
    node_gap: int
    """float by nodes, t/week: work: purchases minus needs"""
    node_slope: int
    """float by nodes, t/week: work: sum of the flows' slopes"""
    node_paid: int
    """float by nodes, index: paid price"""
    node_paid_clean: int
    """float by nodes, index: the same without the model's own error: what makers reckon with"""
    node_log_paid: int
    """float by nodes, log index: logarithm of the price paid"""
    node_log_clean: int
    """float by nodes, log index: logarithm of the price paid without the model's own error"""
    node_contract: int
    """float by nodes, index: price of the tonnes delivered under contract"""
    stockpile_start_weeks: int
    """float by nodes, weeks: public stock in the baseline"""
    stockpile: int
    """float by nodes, t: public stock"""
    stockpile_target: int
    """float by nodes, weeks: aim of the stockpile now"""
    stockpile_fill: int
    """float by nodes, weeks/week: fastest filling"""
    stockpile_release: int
    """float by nodes, weeks/week: fastest release"""
    stockpile_release_unserved: int
    """float by nodes, share: release above this unserved share"""
    stockpile_release_price: int
    """float by nodes, index: release above this spot price"""
    node_unserved_share: int
    """float by nodes, share: last week's unserved / wanted"""
    node_joint: int
    """float by nodes, switch: buys jointly"""
    stockpile_bought: int
    """float by nodes, t: put into public stores in the week"""
    stockpile_sold: int
    """float by nodes, t: taken out of them in the week"""
    stockpile_released: int
    """float by nodes, t/week: pace of its release, over four weeks"""
    node_export_rent: int
    """float by nodes, USD: what is paid more than at the seller's home, under rules on exports"""
    state_buy: int
    """float by nodes, t/week: bought by the state for its store now"""
    state_sell: int
    """float by nodes, t/week: sold by the state from its store now"""
    node_sold: int
    """float by nodes, t: work: what it sells in the week"""
    site_product: int
    """int by sites, index: product"""
    site_country: int
    """int by sites, index: country"""
    site_zone: int
    """int by sites, index: zone of its own, if rules part it"""
    site_cell: int
    """int by sites, index: product x zone in which it counts now"""
    site_lane_first: int
    """int by sites, index: first entry in site_lanes"""
    site_lane_count: int
    """int by sites, count: lanes leaving"""
    site_input_first: int
    """int by sites, index: first input"""
    site_input_count: int
    """int by sites, count: inputs"""
    site_pipe_weeks: int
    """int by sites, weeks: market weeks a batch is in process"""
    site_days: int
    """int by sites, days: processing time"""
    site_batches: int
    """int by sites, count: batches started"""
    site_outages: int
    """int by sites, count: random outages so far"""
    site_down: int
    """int by sites, 0/1: random outage now"""
    site_capped: int
    """int by sites, 0/1: a quota on output holds now"""
    output_t_per_year: int
    """float by sites, t/yr: observed output"""
    utilisation: int
    """float by sites, share: output / capacity"""
    unit_cost: int
    """float by sites, index: price below which it stops"""
    output_cover_weeks: int
    """float by sites, weeks: wanted output stock"""
    site_capacity: int
    """float by sites, t/week: capacity of the baseline"""
    site_output: int
    """float by sites, t/week: output of the baseline"""
    site_wanted: int
    """float by sites, t/week: stated share of the output needed"""
    site_pull: int
    """float by sites, 1: work: logarithm of the factor on stated trade"""
    site_step: int
    """float by sites, 1: work: change of the pull"""
    site_gap: int
    """float by sites, t/week: work: sales minus that output"""
    site_slope: int
    """float by sites, t/week: work: sum of the flows' slopes"""
    site_stock: int
    """float by sites, t: output stock"""
    site_wip: int
    """float by sites, t: work in process"""
    site_held: int
    """float by sites, t: goods waiting for a licence or at customs"""
    site_start: int
    """float by sites, t: batch started this week"""
    site_plan: int
    """float by sites, t/week: q: output planned, without projects; not cut by outages or missing inputs"""
    site_project: int
    """float by sites, t/week: output planned of projects"""
    site_running: int
    """float by sites, share: of project capacity that runs, -1 while there is none"""
    site_ready: int
    """float by sites, t/week: capacity of plants that run or could tomorrow, without projects"""
    site_dormant: int
    """float by sites, t/week: capacity of plants that would have to be restarted"""
    closing_price_index: int
    """float by sites, index: price at which the last mine closes"""
    site_capacity_now: int
    """float by sites, t/week: capacity now if nothing is cut, projects and entry included"""
    site_cut_weeks: int
    """float by sites, weeks: believed length of the cut of its capacity"""
    site_loss: int
    """float by sites, share: capacity lost to events now"""
    site_allowed: int
    """float by sites, share: of capacity now that quotas on output allow"""
    site_extra: int
    """float by sites, t/week: capacity of projects now"""
    site_extra_cost: int
    """float by sites, index: unit cost of project capacity"""
    site_extra_free: int
    """float by sites, share: part of project capacity that needs no input"""
    site_floor: int
    """float by sites, index: guaranteed price now"""
    site_subsidy: int
    """float by sites, index: subsidy now"""
    site_offtake: int
    """float by sites, index: offtake price now"""
    site_content: int
    """float by sites, share: tracked origin in the output stock"""
    site_random_loss: int
    """float by sites, share: capacity lost to random outages while down"""
    outage_mtbf_days: int
    """float by sites, days: mean time between random outages, 0 = none"""
    outage_mttr_days: int
    """float by sites, days: mean time to repair"""
    outage_share: int
    """float by sites, share: capacity lost in a random outage"""
    site_made: int
    """float by sites, t: output finished in the week"""
    site_called: int
    """float by sites, t: batch that orders call for and capacity and price allow this week"""
    site_export_tax: int
    """float by sites, USD: export tax of the week"""
    site_export_rent: int
    """float by sites, USD: what exporters earn of the gap between prices abroad and at home"""
    site_lacking: int
    """float by sites, t: part of it that inputs do not suffice for"""
    site_incentive: int
    """float by sites, index: work: margin of makers, price of mines"""
    site_answer: int
    """float by sites, 1: work: answer of the plan to it"""
    site_sales: int
    """float by sales, t/week: baseline flow from a site into a zone"""
    site_lanes: int
    """int by lanes, index: lanes sorted by site"""
    link_site: int
    """int by links, index: seller"""
    link_node: int
    """int by links, index: buyer"""
    link_open: int
    """int by links, 0/1: has lanes in this scenario"""
    trade_share: int
    """float by links, share: stated share of the buyer's purchases, 0 if none is"""
    link_stretch: int
    """float by links, ratio: stretch of stated trade at which a lane opens that is not stated"""
    link_flow: int
    """float by links, t/week: balanced flow"""
    link_slope: int
    """float by links, t/week: work: its slope in the pulls"""
    square: int
    """float by square, t/week: work: equations for the sites' pulls"""
    desk_node: int
    """int by desks, index: node"""
    desk_lane_first: int
    """int by desks, index: first lane"""
    desk_lane_count: int
    """int by desks, count: lanes arriving"""
    desk_holder_first: int
    """int by desks, index: first holder served"""
    desk_holder_count: int
    """int by desks, count: holders served"""
    desk_main: int
    """int by desks, 0/1: the node's first desk, which also serves the stockpile"""
    desk_share: int
    """float by desks, share: of the node's purchases in the baseline"""
    desk_need: int
    """float by desks, t/week: baseline purchases"""
    desk_in: int
    """float by desks, t: arrived since the last market"""
    desk_in_content: int
    """float by desks, t: tracked origin in it"""
    desk_content: int
    """float by desks, share: tracked origin in the holders' stocks"""
    desk_on_order: int
    """float by desks, t: ordered and not yet arrived"""
    desk_claim: int
    """float by desks, t: sum of holders' orders of the week"""
    desk_expected: int
    """float by desks, t/week: sum of holders' expected use"""
    desk_alert: int
    """float by desks, share: memory of squeezes, 1 after a year without anything"""
    desk_remembered: int
    """float by desks, weeks: stock wanted on top of normal cover for it"""
    desk_withheld: int
    """float by desks, t/week: work: purchases that a rule that is over withheld"""
    desk_willing: int
    """float by desks, 1: work: factor on wanted cover of what the price paid is"""
    desk_fill_claim: int
    """float by desks, t: the stockpile's order of the week"""
    desk_state_claim: int
    """float by desks, t: part of it that is served before users"""
    lane_site: int
    """int by lanes, index: seller"""
    lane_desk: int
    """int by lanes, index: buyer"""
    lane_product: int
    """int by lanes, index: product"""
    lane_from_cell: int
    """int by lanes, index: product x zone of the seller now"""
    lane_to_cell: int
    """int by lanes, index: product x zone of the buyer now"""
    lane_link: int
    """int by lanes, index: link, -1 for lanes of projects only"""
    lane_route: int
    """int by lanes, index: lanes of a route have the same landed cost unless a rule makes a difference"""
    lane_border: int
    """int by lanes, 0/1: crosses a country border"""
    lane_month_column: int
    """int by lanes, index: monthly export column, -1 none"""
    lane_days: int
    """int by lanes, days: transit"""
    lane_pipe_weeks: int
    """int by lanes, weeks: market weeks a shipment is under way"""
    lane_office: int
    """int by lanes, index: licence office now, -1 none"""
    lane_freeze: int
    """int by lanes, code: licences frozen now (see `states`)"""
    lane_cut_day: int
    """int by lanes, day: a rule changes on this day of the coming week, -1 none"""
    lane_filed: int
    """int by lanes, count: licence applications so far"""
    lane_sent: int
    """int by lanes, count: shipments so far"""
    lane_leaked: int
    """int by lanes, count: leaked shipments so far"""
    lane_holds: int
    """int by lanes, count: shipments set aside so far"""
    lane_barred: int
    """int by lanes, count: refusals so far"""
    lane_first: int
    """int by lanes, 0/1: served first (offtake) now"""
    lane_class: int
    """int by lanes, bits: which rules that single out buyers are on it"""
    lane_pair: int
    """int by lanes, index: zones between which it runs, -1 inside one"""
    lane_quota: int
    """int by lanes, effect: quota that binds now, -1 none"""
    lane_spare: int
    """int by lanes, 0/1: used where its node buys nothing in the baseline of a run"""
    lane_project: int
    """int by lanes, 0/1: a new plant's output is meant for it"""
    lane_flow: int
    """float by lanes, t/week: baseline flow"""
    lane_weight: int
    """float by lanes, t/week: weight in sourcing now"""
    lane_transit: int
    """float by lanes, days: transit as given"""
    lane_expectation_rate: int
    """float by lanes, 1/week: 1 / smoothing of arrivals"""
    lane_in_transit: int
    """float by lanes, t: under way"""
    lane_project_share: int
    """float by lanes, share: of project output meant for this lane"""
    lane_seed: int
    """float by lanes, 0/1: lane of a desk that buys nothing in this run's baseline"""
    tariff_start: int
    """float by lanes, share: baseline duty"""
    lane_close: int
    """float by lanes, share: closed now"""
    lane_tariff: int
    """float by lanes, share: duty or tax now"""
    lane_export_tax: int
    """float by lanes, share: part of it that the selling country levies by an event"""
    lane_delay: int
    """float by lanes, days: extra days now"""
    lane_hold: int
    """float by lanes, share: share set aside by customs now"""
    lane_hold_days: int
    """float by lanes, days: mean time set aside"""
    lane_hold_cv: int
    """float by lanes, ratio: spread of that time"""
    lane_general: int
    """float by lanes, share: covered by general licences now"""
    lane_general_asked: int
    """float by lanes, share: covered by them when the week's order was placed"""
    lane_exempt: int
    """float by lanes, share: of the week's order what needed no single licence then"""
    lane_general_left: int
    """float by lanes, t: left under general licences since the last market"""
    lane_content_threshold: int
    """float by lanes, share: licence needed from this content on"""
    lane_sourcing: int
    """float by lanes, factor: preference now"""
    lane_leak_cap: int
    """float by lanes, share: most that can leak now"""
    lane_leak_growth: int
    """float by lanes, 1/week: growth of the leak"""
    lane_leak_days: int
    """float by lanes, days: extra days of leaked goods"""
    lane_leak_cost: int
    """float by lanes, share: extra cost of leaked goods"""
    lane_leak_seizure: int
    """float by lanes, share: probability of seizure"""
    lane_enforcement: int
    """float by lanes, share: leak cut by enforcement now"""
    lane_enforcement_seizure: int
    """float by lanes, share: added probability of seizure"""
    lane_leak: int
    """float by lanes, share: leak now, of the baseline flow"""
    lane_blocked: int
    """float by lanes, share: buyers who may not reapply yet"""
    lane_unfiled: int
    """float by lanes, t: goods short of a full lot"""
    lane_order: int
    """float by lanes, t: ordered this week"""
    lane_rush: int
    """float by lanes, t: part of the order that a rush before a rule adds"""
    lane_room: int
    """float by lanes, t: work: what an open lane could be asked for on top"""
    lane_out: int
    """float by lanes, t: leaving this week"""
    lane_late: int
    """float by lanes, t: of these, after the cut day"""
    lane_arrivals: int
    """float by lanes, t/week: smoothed arrivals"""
    lane_arrived: int
    """float by lanes, t: arrived since the last market"""
    lane_held: int
    """float by lanes, t: waiting for a licence or at customs"""
    lane_left: int
    """float by lanes, t: left since the last market"""
    lane_pace: int
    """float by lanes, share: believed to pass of its normal flow under the rules on it"""
    lane_weeks: int
    """float by lanes, weeks: C: discounted weeks for which they are believed to hold"""
    lane_wait: int
    """float by lanes, weeks: to their start, 0 in force, -1 without a rule"""
    decision_weeks: int
    """float by products, weeks: for which a price must have lasted before capacity is decided"""
    mothball_weeks: int
    """float by products, weeks: for which capacity must have lost money before it is laid up, 0 = never"""
    closure_weeks: int
    """float by products, weeks: capacity laid up closes for good, 0 = never"""
    trader_price_index: int
    """float by products, index: price from which traders sell"""
    trader_price_span: int
    """float by products, index: above that they sell all"""
    trader_stock_weeks: int
    """float by nodes, weeks: stock of traders and surplus stock at the start, of normal use"""
    trader_start: int
    """float by nodes, t: the same"""
    trader_stock: int
    """float by nodes, t: what is left of it"""
    node_offered: int
    """float by nodes, t: work: what is for sale of it now"""
    cell_offered: int
    """float by cells, t: work: what traders have for sale"""
    cell_lacking: int
    """float by cells, t: work: what desks lack of their orders"""
    entry_share_per_year: int
    """float by sites, 1/yr: new capacity, share of world use, at a high price"""
    entry_price_index: int
    """float by sites, index: lasting price at which the first new capacity is decided"""
    entry_price_span: int
    """float by sites, index: above that price all of it is"""
    entry_limit_share: int
    """float by sites, share: new capacity that there is on the whole ladder, of world output"""
    entry_lead_weeks: int
    """float by sites, weeks: from the decision to output"""
    expansion_share: int
    """float by sites, share: most that is decided anew, of its output at rest"""
    expansion_price_index: int
    """float by sites, index: lasting price from which it is"""
    expansion_lead_weeks: int
    """float by sites, weeks: from the decision to output"""
    unrecorded_share: int
    """float by sites, share: most that nobody records, of its output at rest"""
    unrecorded_price_index: int
    """float by sites, index: price from which it comes"""
    unrecorded_weeks: int
    """float by sites, weeks: in which it comes and goes"""
    site_lasting_log: int
    """float by sites, log index: price that has lasted"""
    site_entered: int
    """float by sites, t/week: new capacity decided so far"""
    site_expanded: int
    """float by sites, t/week: expansions decided so far"""
    site_entry: int
    """float by sites, t/week: capacity of both that has come"""
    site_unrecorded: int
    """float by sites, t/week: output that nobody records"""
    site_inspected: int
    """float by sites, share: of it stopped by inspections now"""
    site_value_share: int
    """float by sites, share: value added in the price at rest"""
    site_earned: int
    """float by sites, share: of capacity that has earned its cost, mean of the last weeks"""
    site_laid_up: int
    """float by sites, share: of capacity that is laid up"""
    site_closed: int
    """float by sites, share: of capacity that is closed for good"""
    coming: int
    """float by coming, t/week: capacity that starts in a week: site * n_weeks + week"""
    user_node: int
    """int by users, index: node"""
    user_desk: int
    """int by users, index: desk"""
    user_end_use: int
    """int by users, index: end use"""
    user_column: int
    """int by users, index: first of its three weekly columns"""
    user_holder: int
    """int by users, index: first of its holders"""
    use_t_per_year: int
    """float by users, t/yr: baseline use"""
    elasticity_short: int
    """float by users, 1: eps"""
    elasticity_long: int
    """float by users, 1: long-run elasticity"""
    thrifting_speed: int
    """float by users, 1/yr: fastest thrifting"""
    thrifting_return: int
    """float by users, 1/yr: fastest return"""
    thrift_up: int
    """float by users, 1/week: the same a week"""
    thrift_down: int
    """float by users, 1/week: the same a week"""
    cover_weeks: int
    """float by users, weeks: mean cover"""
    cover_cv: int
    """float by users, ratio: spread of cover"""
    working_minimum_weeks: int
    """float by users, weeks: below which a user slows down"""
    demand_growth: int
    """float by users, 1/yr: outlook"""
    user_thrift: int
    """float by users, share: x"""
    user_demand: int
    """float by users, factor: demand effects now"""
    user_programme: int
    """float by users, share: thrifting programme now"""
    user_obligation: int
    """float by users, weeks: stock obligation now"""
    user_added: int
    """float by users, t/week: new demand now"""
    user_lasting: int
    """float by users, factor: demand effects now that are known to last"""
    user_remembered: int
    """float by users, factor: part of the others that has come to count as normal"""
    user_now: int
    """float by users, t/week: demand at the baseline's prices, without season and thrifting"""
    user_normal: int
    """float by users, t/week: n: the part of it that counts as normal"""
    user_coming: int
    """float by users, t/week: mean believed for the coming half year"""
    user_cover_sum: int
    """float by users, weeks: wanted stock in weeks of use, this week's use included"""
    user_used_now: int
    """float by users, share: work: of normal use, wanted at the price paid"""
    user_used_at_length: int
    """float by users, share: work: the same once designs have changed"""
    swap_user: int
    """int by swaps, index: user whose use can go over"""
    swap_to: int
    """int by swaps, index: user of the other product"""
    swap_weight: int
    """float by swaps, share: part of what goes over that this one takes, where a rule splits users"""
    swap_most: int
    """float by swaps, share: most that can go over"""
    swap_cost: int
    """float by swaps, ratio: mean gap of prices from which it pays"""
    swap_speed: int
    """float by swaps, 1/yr: most that goes over or back in a year"""
    swap_ratio: int
    """float by swaps, t/t: t of the other product for one"""
    swap_moved: int
    """float by swaps, share: gone over so far"""
    swap_now: int
    """float by swaps, t/week: work: of demand now"""
    swap_normal: int
    """float by swaps, t/week: work: of the demand that counts as normal"""
    swap_coming: int
    """float by swaps, t/week: work: of the demand believed to come"""
    user_use: int
    """float by users, t/week: baseline use"""
    input_site: int
    """int by inputs, index: site"""
    input_product: int
    """int by inputs, index: product bought"""
    input_node: int
    """int by inputs, index: node it is bought at"""
    input_holder: int
    """int by inputs, index: holder of the stock"""
    recipe: int
    """float by inputs, t/t: input per output"""
    recipe_now: int
    """float by inputs, t/t: work: the same at the prices paid now"""
    input_cover_weeks: int
    """float by inputs, weeks: wanted cover"""
    holder_desk: int
    """int by holders, index: desk"""
    holder_class: int
    """int by holders, class: rationing class, lower first"""
    holder_stock: int
    """float by holders, t: stock"""
    holder_expected: int
    """float by holders, t/week: expected use"""
    holder_cover: int
    """float by holders, weeks: normal wanted cover"""
    holder_minimum: int
    """float by holders, weeks: working minimum"""
    holder_pace: int
    """float by holders, 1/week: 1 / that: share of the stock that can be used in a week"""
    holder_extra: int
    """float by holders, weeks: extra wanted cover now (obligation)"""
    holder_claim: int
    """float by holders, t: order of the week before pipeline correction"""
    holder_growth: int
    """float by holders, ratio: weekly growth of expected use"""
    holder_got: int
    """float by holders, t: received this week"""
    spot: int
    """float by cells, index: quoted price, the model's own error included"""
    spot_log: int
    """float by cells, log index: its logarithm"""
    clean: int
    """float by cells, index: the same without that error: what holders and makers reckon with"""
    clean_log: int
    """float by cells, log index: l, its logarithm"""
    target_log: int
    """float by cells, log index: what l moves to"""
    error_now: int
    """float by cells, ln: w: the part of the error that wanders"""
    contract: int
    """float by cells, index: lagged spot"""
    fob: int
    """float by cells, index: free-on-board price of what left last week"""
    fob_value: int
    """float by cells, t/week: work: what left times its price"""
    fob_left: int
    """float by cells, t/week: work: what left"""
    fob_asked: int
    """float by cells, t/week: work: what normally leaves times its price"""
    contract_clean: int
    """float by cells, index: the same of the price without error"""
    cover_now: int
    """float by cells, weeks: stocks / (use + normal sales abroad)"""
    need_start: int
    """float by cells, t/week: D0: purchases of makers and users in the baseline"""
    output_start: int
    """float by cells, t/week: Q0: output in the baseline"""
    wanted_start: int
    """float by cells, t: stock wanted of makers' output and afloat, which nothing changes"""
    own_stock: int
    """float by cells, t: output stock of makers in the baseline"""
    trade_out: int
    """float by cells, t/week: normal sales to other zones"""
    trade_in: int
    """float by cells, t/week: normal purchases from other zones"""
    sales: int
    """float by cells, ratio: W: sales that makers plan on"""
    demand_sum: int
    """float by cells, t/week: work: believed mean purchases of the coming half year"""
    stock_sum: int
    """float by cells, t: S: stocks of makers and users, and goods afloat to the zone"""
    wanted_sum: int
    """float by cells, t: K: stocks wanted without any loss"""
    need_sum: int
    """float by cells, t/week: D: needs at last week's price"""
    passing_sum: int
    """float by cells, t/week: X_u: the part of them that is believed to pass"""
    plan_sum: int
    """float by cells, t/week: Q: output planned"""
    capacity_sum: int
    """float by cells, t/week: Qc: capacity"""
    dormant_sum: int
    """float by cells, t/week: capacity that would have to be restarted and that no cut has taken"""
    idle_sum: int
    """float by cells, t/week: capacity above the plan that no cut has taken"""
    made_sum: int
    """float by cells, t/week: batches started last week"""
    cut_sum: int
    """float by cells, t: output that cuts of capacity are believed to take"""
    cut_weeks: int
    """float by cells, weeks: the longest that one of them is believed to last"""
    cost_now: int
    """float by cells, index: input costs of the zone's makers above the baseline"""
    alone_log: int
    """float by cells, log index: price of a zone behind a full link, by itself"""
    asked_in: int
    """float by cells, t: what buyers wanted from other zones last week where no rule holds"""
    rush_sales: int
    """float by cells, t/week: what makers expect to sell more before a rule starts"""
    cell_paid: int
    """float by cells, index: mean price paid in the zone"""
    use_sum: int
    """float by cells, t/week: work: purchases of the zone"""
    landed_duty: int
    """float by routes, share: work: duty of the lane whose landed cost was reckoned last this week"""
    landed_extra: int
    """float by routes, share: work: its extra cost"""
    landed_factor: int
    """float by routes, 1: work: that landed cost ** -sigma"""
    route_duty: int
    """float by routes, share: duty in the baseline"""
    route_freight: int
    """float by routes, USD/kg: freight"""
    cell_product: int
    """int by cells, index: product"""
    cell_lead: int
    """int by cells, index: cell whose price it has: its own, or while no rule parts its zone that of the zone it is joined with"""
    cell_key: int
    """int by cells, hash: entity of its draws"""
    cell_linked: int
    """int by cells, 0/1: trades with other zones in the baseline"""
    cell_full: int
    """int by cells, 0/1: buyers wanted more from other zones last week than links carry"""
    cell_ruled: int
    """int by cells, 0/1: rules hold on what comes in from other zones, or will"""
    cell_single: int
    """int by cells, 0/1: a rule in force singles out its buyers"""
    cell_split: int
    """int by cells, 0/1: work: has a price of its own this week"""
    cell_in: int
    """int by cells, 0/1: work: is in the set of zones that is priced"""
    price_reason: int
    """int by cells, code: why its price differs from the joint one (see `targets`)"""
    pair_normal: int
    """float by pairs, t/week: normal flow between two zones"""
    pair_flow: int
    """float by pairs, t: what left last week"""
    pair_open: int
    """float by pairs, t/week: work: what rules are believed to let through"""
    pair_pace: int
    """float by pairs, share: the same, of the normal flow, at most 1"""
    pair_lost: int
    """float by pairs, t: work: weekly loss times the weeks it is believed to last"""
    pair_weeks: int
    """float by pairs, weeks: C of its rules, weighted by what they stop"""
    pair_wait: int
    """float by pairs, weeks: to the start of the first of them, -1 without a rule"""
    block_lost: int
    """float by pairs, t/week: work: what the rules on a block are believed to stop; a block is numbered by its first pair"""
    block_pace: int
    """float by pairs, t/week: a E0: what they are believed to let through"""
    block_normal: int
    """float by pairs, t/week: E0: normal sales to the zones that they mean"""
    block_weeks: int
    """float by pairs, weeks: C: discounted weeks for which they are believed to hold"""
    block_wait: int
    """float by pairs, weeks: to their start, 0 in force"""
    block_loss: int
    """float by pairs, t: X_b: what they are believed to lose"""
    block_log: int
    """float by pairs, log index: price of these zones by themselves"""
    block_rush: int
    """float by pairs, t: stock they still want to build before the start, 0 while there is no rush"""
    block_taken: int
    """float by pairs, t: what the rush takes from everybody"""
    block_sales: int
    """float by pairs, t/week: what makers expect to sell more in the rush"""
    pair_office: int
    """int by pairs, 0/1: an office decides about some of it"""
    pair_class: int
    """int by pairs, code: which rules that single out buyers are on it; those with the same number are one class"""
    pair_block: int
    """int by pairs, index: block of the second zone behind the rules on exports from the first, -1 none"""
    block_on: int
    """int by pairs, 0/1: the block's rules are known"""
    block_rushing: int
    """int by pairs, 0/1: a rush before their start is on"""
    block_apart: int
    """int by pairs, 0/1: its zones have a price of their own"""
    block_binds: int
    """int by pairs, 0/1: ... and the rules are in force"""
    zone_lead: int
    """int by zones, index: zone it is joined with, itself if it has prices of its own"""
    zone_before: int
    """int by zones, index: work: the same before a rule parted it"""
    route_product: int
    """int by routes, index: product"""
    route_cell: int
    """int by routes, index: product x zone of the seller"""
    node_product: int
    """int by nodes, index: product"""
    node_country: int
    """int by nodes, index: country"""
    node_zone: int
    """int by nodes, index: zone of its own, if rules part it"""
    node_cell: int
    """int by nodes, index: product x zone in which it counts now"""
    event_status: int
    """int by events, code: waiting, dated or never (see `states`)"""
    event_day: int
    """int by events, day: first day"""
    event_notice_day: int
    """int by events, day: announcement"""
    event_trigger: int
    """int by events, code: what it waits for (see `states`)"""
    event_trigger_index: int
    """int by events, index: cell, node or event watched"""
    event_trigger_weeks: int
    """int by events, weeks: how long the condition must hold"""
    event_trigger_run: int
    """int by events, weeks: how long it has held"""
    event_not_before: int
    """int by events, day: earliest start of a triggered event"""
    event_first: int
    """int by events, day: nothing of it is seen before: the reported start, 0 for the outlook's"""
    event_suspended: int
    """int by events, 0/1: suspended now"""
    event_end_told: int
    """int by events, 0/1: its end is announced with it"""
    event_rumour_day: int
    """int by events, day: from which on it is rumoured, beyond any horizon if never"""
    event_repeat: int
    """int by events, code: once, every so often or by chance (see `states`)"""
    event_origin: int
    """int by events, day: from which occurrences are counted"""
    event_ahead: int
    """int by events, days: for which an occurrence is announced before it starts"""
    event_turn: int
    """int by events, count: number of the last occurrence that was looked at"""
    event_next: int
    """int by events, day: first day of the occurrence after the one of event_day"""
    event_begun: int
    """int by events, day: first day of the first occurrence that is over, -1 none"""
    event_start: int
    """float by events, day: first day as given"""
    event_notice: int
    """float by events, day: announcement as given"""
    event_duration: int
    """float by events, days: length"""
    event_probability: int
    """float by events, share: chance that it happens"""
    event_threshold: int
    """float by events, any: level watched"""
    event_delay_low: int
    """float by events, days: shortest delay"""
    event_delay_high: int
    """float by events, days: longest delay"""
    event_every: int
    """float by events, days: between the starts of two occurrences"""
    event_chance: int
    """float by events, share/yr: chance to begin within a year in which it is not in force"""
    event_until: int
    """float by events, day: on which no occurrence begins any more"""
    event_rumoured: int
    """float by events, day: rumour as given"""
    event_rumour_share: int
    """float by events, share: probability that buyers give it while it is a rumour"""
    event_last: int
    """float by events, days: for which the last such policy was in force before what is simulated, 0 none"""
    event_age: int
    """float by events, days: for which the policy had been in force before its first day"""
    event_key: int
    """int by events, hash: entity of its draws"""
    effect_event: int
    """int by effects, index: event, -1 = outlook (always)"""
    effect_op: int
    """int by effects, code: operation (see `supplyrisk.operations.table`)"""
    effect_linear: int
    """int by effects, 0/1: straight lines between points"""
    effect_point_first: int
    """int by effects, index: first point"""
    effect_point_count: int
    """int by effects, count: points"""
    effect_target_first: int
    """int by effects, index: first target"""
    effect_target_count: int
    """int by effects, count: targets"""
    effect_parts: int
    """int by effects, 0/1: may part price zones"""
    effect_parted: int
    """int by effects, 0/1: ... and has: it is known"""
    effect_class: int
    """int by effects, bit: of a rule that singles out buyers, 0 of others"""
    effect_office_first: int
    """int by effects, index: first office, -1 none"""
    effect_done: int
    """int by effects, 0/1: the jump has been made"""
    effect_key: int
    """int by effects, hash: entity of its draws"""
    effect_success: int
    """int by effects, code: project: -1 not drawn, 0 failed, 1 goes ahead"""
    effect_period: int
    """int by effects, count: quota period"""
    effect_turn: int
    """int by effects, code: quota: 0 not in force, 1 to be applied to the week's orders, 2 applied"""
    effect_weeks: int
    """float by effects, weeks: C: discounted weeks for which it is believed to hold"""
    effect_wait: int
    """float by effects, weeks: to its start, 0 in force, -1 if nobody knows of it"""
    effect_held: int
    """float by effects, weeks: in force so far"""
    effect_past: int
    """float by effects, weeks: for which the last rule of the same seller on the same goods was in force, 0 none"""
    effect_left: int
    """float by effects, t: quota left in the period"""
    effect_level: int
    """float by effects, any: level now"""
    effect_kin: int
    """int by kin, 0/1: two rules are of one seller on one product"""
    zone_code: int
    """int by codes, code: what a rule takes a zone for: 1 seller, 2 buyer, 3 both, 0 neither"""
    effect_numbers: int
    """float by numbers, any: further numbers of every row (see the operation's `params`)"""
    point_day: int
    """float by points, days: offset from the event's start"""
    point_level: int
    """float by points, any: level from then on"""
    target_entity: int
    """int by targets, index: lane, site, user or node"""
    target_share: int
    """float by targets, any: number of its own as compiled (office, offtaker, share of a split user)"""
    target_value: int
    """float by targets, any: that number or, of new demand, the weight in this run"""
    office_effect: int
    """int by offices, index: licence effect"""
    office_key: int
    """int by offices, hash: entity of its draws"""
    office_product: int
    """int by offices, index: product"""
    office_column: int
    """int by offices, index: first of its four weekly columns"""
    office_busy: int
    """int by offices, count: officers at work"""
    office_officers: int
    """int by offices, count: officers now"""
    office_turns: int
    """int by offices, count: work: officers who may still open a file today"""
    office_pending: int
    """int by offices, count: lots waiting or under review"""
    office_pending_days: int
    """int by offices, days: sum of their filing days"""
    office_weeks: int
    """int by offices, count: market weeks in force"""
    office_month: int
    """int by offices, count: months of an unknown pace drawn so far"""
    office_normal: int
    """float by offices, t/week: normal exports of its lanes"""
    office_lot: int
    """float by offices, t: tonnes of a lot"""
    office_level: int
    """float by offices, any: capacity now"""
    office_lost: int
    """float by offices, t/week: normal exports of its lanes that a stricter office decides about"""
    office_reviewed: int
    """float by offices, lots: running sum of lots the capacity allows"""
    office_backlog: int
    """float by offices, t: waiting or under review"""
    office_granted: int
    """float by offices, t: granted in the week"""
    office_refused: int
    """float by offices, t: refused in the week"""
    office_seen: int
    """float by offices, share: pace that holders have come to believe in"""
    office_between: int
    """float by offices, ln: drawn: how fast an unknown office is, among regimes"""
    office_end: int
    """float by offices, ln: drawn: the level at which it ends"""
    office_relapse: int
    """float by offices, months: left of a relapse"""
    office_drawn: int
    """float by offices, share: its pace this month, of normal exports"""
    month_start: int
    """int by months, day: first day"""
    season_month: int
    """float by months, index: calendar month 0-11"""
    day_month: int
    """int by days, index: month of the day"""
    lane_key: int
    """int by lanes, hash: entity of its draws"""
    site_key: int
    """int by sites, hash: entity of its draws"""
    capacity_growth: int
    """float by one, 1/yr: outlook growth of capacity"""
    lead_days: int
    """int by one, days: lead-in: days simulated before what is reported"""
    rules: int
    """int by one, 0/1: the arm has events that may happen"""
    cuts_ahead: int
    """int by one, bits: days of the coming week on which rules change"""
    supply_answers: int
    """int by one, 0/1: capacity is decided, laid up or unrecorded beyond entry at once"""
    state_trades: int
    """int by one, 0/1: a state buys or sells tonnes now"""
    traders: int
    """int by one, 0/1: traders hold stock in this run"""
    in_force: int
    """int by one, 0/1: an effect is in force now"""
    frozen: int
    """int by one, 0/1: a freeze of licences is in force"""
    remembers: int
    """int by one, 0/1: rules that are over leave something behind"""
    leaking: int
    """int by one, 0/1: goods leak on some lane now"""
    known: int
    """int by one, 0/1: somebody knows of a rule or a cut, in force or to come"""
    singled_out: int
    """int by one, 0/1: rules in force single out buyers"""
    known_before: int
    """int by one, 0/1: the same last week"""
    obliged: int
    """int by one, 0/1: some users must hold more than they want"""
    run_error: int
    """float by one, ln: b: the model's own error that a run keeps, in units of tau"""
    tracked: int
    """int by one, 0/1: the content share of an origin is tracked"""
    tracked_country: int
    """int by one, index: that origin"""
    weekly_first_spot: int
    """int by one, index: first weekly column of spot prices"""
    weekly_first_paid: int
    """int by one, index: of paid prices by zone"""
    weekly_first_contract: int
    """int by one, index: of contract prices by zone"""
    weekly_first_fob: int
    """int by one, index: of free-on-board prices, -1 where no product has one"""
    weekly_first_paid_node: int
    """int by one, index: of paid prices by country"""
    weekly_first_cover: int
    """int by one, index: of cover"""
    weekly_first_firms: int
    """int by one, index: of stocks that firms hold or that are afloat to them"""
    weekly_first_reason: int
    """int by one, index: of the reasons of price gaps"""
    weekly_first_made: int
    """int by one, index: of production"""
    weekly_first_called: int
    """int by one, index: of the batches called for, of sites with inputs"""
    weekly_first_lacking: int
    """int by one, index: of what inputs do not suffice for, of sites with inputs"""
    weekly_first_leak: int
    """int by one, index: of leakage by node, -1 where nothing can leak"""
    weekly_first_stockpile: int
    """int by one, index: of public stocks by node, -1 where no event changes any"""
    weekly_first_bought: int
    """int by one, index: of what is put into them, likewise"""
    weekly_first_sold: int
    """int by one, index: of what is taken out of them, likewise"""
    weekly_first_tax: int
    """int by one, index: of export taxes by site, -1 where no event levies any"""
    weekly_first_rent: int
    """int by one, index: of export rents by site, -1 where no rule can make any"""
    weekly_first_rent_paid: int
    """int by one, index: of the same by node"""
    weekly_first_subsidy: int
    """int by one, index: of subsidies by site, -1 where no event pays any"""
    weekly_first_floor: int
    """int by one, index: of guaranteed prices by site, -1 where there are none"""
    weekly_first_offtake: int
    """int by one, index: of offtake prices by site, -1 where there are none"""
    weekly_first_exposure: int
    """int by one, index: of origin exposure by node"""
    season_first: int
    """int by one, index: first of n_end_uses x 12 seasonal factors in F, -1 none"""
    weekly_record: int
    """float by weekly_record, as declared: row per week, column per weekly column"""
    monthly_record: int
    """float by monthly_record, as declared: row per month, column per monthly column"""
    calendar: int
    node_ints: int
    node_floats: int
    pool_size: int
    day_nodes: int
    carrier_first: int
    carrier_next: int
    carrier_end: int
    slot_counter: int
    slot_amount: int
    slot_content: int
    weekday_first: int
    weekday_carriers: int
    trace_ints: int
    trace_floats: int
    trace_room: int
