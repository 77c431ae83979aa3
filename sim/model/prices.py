"""Phase 2 of a market week: spot prices by zone, contract prices, prices paid, perceived waits."""

from __future__ import annotations

import math
from typing import Any

from ..powers import log
from .arrays import Floats, Ints
from .economics import (
    adjust_price,
    clip,
    fear_step,
    landed_ratio,
    paid_price,
    power_by_log,
    smooth,
    stock_for_trend,
    storage_price,
)
from .movement import needs_licence


def sum_zones(L: Any, F: Floats, I: Ints) -> None:
    """Stocks, expected use and wanted stocks of every product and zone.

    Goods waiting for a licence are sold: they are no one's free stock, and their buyers' normal flow counts
    as demand (`orders.signal_orders`). Counting them as the seller's stock let China's price of magnets fall
    by a quarter in the 2025 episode.
    """
    for c in range(L.n_cells):
        F[L.stock_sum + c] = 0.0
        F[L.use_sum + c] = 0.0
        F[L.wanted_sum + c] = 0.0
        F[L.normal_sum + c] = 0.0
    # Uses and normal stocks are those of the last claim: nothing changes them before the next.
    for s in range(L.n_sites):
        F[L.stock_sum + I[L.site_cell + s]] += F[L.site_stock + s]
    for d in range(L.n_desks):
        node = I[L.desk_node + d]
        cell = I[L.node_cell + node]
        first = I[L.desk_holder_first + d]
        last = first + I[L.desk_holder_count + d]
        stock = 0.0
        for h in range(first, last):
            stock += F[L.holder_stock + h]
        use = F[L.desk_expected + d]
        wanted = F[L.desk_normal + d] + F[L.hoarding_response + I[L.node_product + node]] * F[L.desk_wait + d] * use
        if I[L.obliged] == 1:
            for h in range(first, last):
                wanted += F[L.holder_expected + h] * F[L.holder_extra + h]
        F[L.stock_sum + cell] += stock
        F[L.use_sum + cell] += use
        F[L.wanted_sum + cell] += wanted * F[L.trend + cell]
        F[L.normal_sum + cell] += F[L.desk_normal + d]


def set_spot_prices(L: Any, F: Floats, I: Ints) -> None:
    """Move every zone's spot price towards the storage curve, and contract prices behind it."""
    pass_on_costs(L, F, I)
    count_cover(L, F, I)
    move_spot_prices(L, F, I)
    price_export_zones(L, F, I)
    for c in range(L.n_cells):
        F[L.spot_log + c] = log(F[L.spot + c])
    for c in range(L.n_cells):
        k = I[L.cell_product + c]
        level = F[L.spot_log + c]
        F[L.remembered + c] = smooth(F[L.remembered + c], level, F[L.price_memory_rate + k])
        F[L.contract + c] = smooth(F[L.contract + c], F[L.spot + c], F[L.contract_rate + k])
        F[L.spot_weight + c] = power_by_log(F[L.spot + c], level, F[L.allocation_exponent + k])
    for k in range(L.n_products):
        set_trend(L, F, I, k)


def count_cover(L: Any, F: Floats, I: Ints) -> None:
    """Expected orders from outside every zone; the weeks of all its demand that stocks cover, and how many are wanted."""
    for c in range(L.n_cells):
        k = I[L.cell_product + c]
        outside = smooth(F[L.outside_expected + c], F[L.outside_orders + c], F[L.expectation_rate + k])
        F[L.outside_expected + c] = outside * F[L.growth_step + k]
        demand = F[L.use_sum + c] + F[L.outside_expected + c]
        before = F[L.cover_start + c]
        if before > 0.0 and demand > 0.0:
            F[L.cover_now + c] = F[L.stock_sum + c] / demand
        normal = F[L.normal_sum + c]
        F[L.cover_ratio + c] = F[L.cover_now + c] / before if before > 0.0 else 1.0
        F[L.wanted_ratio + c] = F[L.wanted_sum + c] / normal if normal > 0.0 else 1.0


def move_spot_prices(L: Any, F: Floats, I: Ints) -> None:
    """A week's step of the spot price of every zone that holds stocks, towards its storage curve and the cost of inputs."""
    for c in range(L.n_cells):
        k = I[L.cell_product + c]
        spot = F[L.spot + c]
        cost = F[L.cost_now + c]
        speed = F[L.price_adjustment + k]
        floor = F[L.price_floor + k]
        ceiling = F[L.price_ceiling + k]
        before = F[L.cover_start + c]
        normal = F[L.normal_sum + c]
        curve = storage_price(F[L.cover_ratio + c], F[L.wanted_ratio + c], F[L.storage_exponent + k], floor, ceiling)
        moved = adjust_price(spot, clip(curve + cost, floor, ceiling), speed)
        moved = moved if before > 0.0 else spot
        F[L.spot + c] = moved if normal > 0.0 else spot


def set_trend(L: Any, F: Floats, I: Ints, k: int) -> None:
    """What buyers everywhere expect of a product's price: the rise that all zones have in common, once believed.

    A gap that a licence or a ban opens between zones ends with it: the zone behind it bids for what there is, but
    no one lays in stock for a lasting rise while the price stays flat where the goods come from. In 2010-11 prices
    rose on both sides of China's border (neodymium fourfold inside it, still, in March 2012), in 2023 to 2025 on
    one. And a rise has to last before it is believed (first-order smoothing): the rush before a rule draws down
    stocks at home for a few weeks, and a quick response made of it a doubling of antimony's price in China in 2024,
    which fell. Assumptions; chosen because no response to each zone's own and latest rise could have 2010 and the
    others.
    """
    rise = math.inf
    for z in range(L.n_zones):
        c = k * L.n_zones + z
        if F[L.use_sum + c] > 0.0:
            rise = min(rise, F[L.spot_log + c] - F[L.remembered + c])
    if rise < 0.0 or rise == math.inf:
        rise = 0.0
    F[L.trend_seen + k] = smooth(F[L.trend_seen + k], rise, F[L.trend_rate + k])
    trend = stock_for_trend(F[L.trend_seen + k], F[L.trend_response + k])
    for z in range(L.n_zones):
        F[L.trend + k * L.n_zones + z] = trend


def pass_on_costs(L: Any, F: Floats, I: Ints) -> None:
    """What dearer or cheaper inputs add to a zone's price, as an index of the product's baseline price.

    Makers pass the money cost of their inputs on (oxide clauses in magnet contracts; magnets followed oxides
    in 2011); the storage curve prices the scarcity of the product itself on top. Without it a dear input stops
    its users long before their own customers see a price. Suppliers count by what they normally send.
    """
    for c in range(L.n_cells):
        F[L.cost_now + c] = 0.0
    for s in range(L.n_sites):
        added = 0.0
        first = I[L.site_input_first + s]
        for q in range(first, first + I[L.site_input_count + s]):
            paid = F[L.node_paid + I[L.input_node + q]] - 1.0
            added += F[L.recipe + q] * paid * F[L.price_usd_per_kg + I[L.input_product + q]]
        if added != 0.0:
            c = I[L.site_product + s] * L.n_zones
            for z in range(L.n_zones):
                F[L.cost_now + c + z] += F[L.site_sales + s * L.n_zones + z] * added
    for k in range(L.n_products):
        for z in range(L.n_zones):
            c = k * L.n_zones + z
            if F[L.cost_weight + c] > 0.0:
                share = F[L.pass_through + k] / F[L.price_usd_per_kg + k]
                F[L.cost_now + c] = share * F[L.cost_now + c] / F[L.cost_weight + c]


def price_export_zones(L: Any, F: Floats, I: Ints) -> None:
    """A zone that only exports has no cover of its own: its price is its customers' average."""
    for c in range(L.n_cells):
        if F[L.normal_sum + c] > 0.0 or F[L.cover_start + c] <= 0.0:
            continue
        value = 0.0
        weight = 0.0
        for lane in range(L.n_lanes):
            if I[L.lane_from_cell + lane] == c:
                flow = F[L.lane_flow + lane]
                value += flow * F[L.spot + I[L.lane_to_cell + lane]]
                weight += flow
        if weight > 0.0:
            F[L.spot + c] = value / weight


def set_paid_prices(L: Any, F: Floats, I: Ints) -> None:
    """Price paid at every node, and of what arrives under contract: contract tonnes that arrive, spot for what is missing, and duties."""
    for n in range(L.n_nodes):
        F[L.node_paid + n] = 0.0
        F[L.node_contract + n] = 0.0
    for d in range(L.n_desks):
        node = I[L.desk_node + d]
        k = I[L.node_product + node]
        own = I[L.node_cell + node]
        spot = F[L.spot + own]
        arrivals = 0.0
        value = 0.0
        duty = 0.0
        first = I[L.desk_lane_first + d]
        for lane in range(first, first + I[L.desk_lane_count + d]):
            flow = F[L.lane_arrivals + lane]
            if flow <= 0.0:
                continue
            follows = I[L.lane_from_cell + lane] if I[L.product_contract_origin + k] == 1 else own
            arrivals += flow
            value += flow * F[L.contract + follows]
            now = F[L.lane_tariff + lane]
            start = F[L.tariff_start + lane]
            duty += flow if now == start else flow * (1.0 + now) / (1.0 + start)
        use = F[L.desk_expected + d]
        part = 0.0
        worth = 0.0
        factor = 1.0
        if arrivals > 0.0 and use > 0.0:
            part = arrivals / use
            if part > 1.0:
                part = 1.0
            part = part * F[L.contract_share + k]
            worth = part * value / arrivals
            factor = duty / arrivals
        # A node that buys nothing in the baseline (new demand) has one desk, which speaks for it.
        share = F[L.desk_share + d] if F[L.node_need + node] > 0.0 else float(I[L.desk_main + d])
        F[L.node_paid + node] += share * paid_price(spot, worth, part) * factor
        F[L.node_contract + node] += share * (value / arrivals if arrivals > 0.0 else spot)


def set_waits(L: Any, F: Floats, I: Ints, day: int) -> None:
    """Perceived waits decay towards the mean age of the licence queues the desk depends on.

    They do not before the first day of a control that was announced ahead: the date keeps the fear.
    """
    for d in range(L.n_desks):
        if day < I[L.desk_deadline + d]:
            continue
        target = 0.0
        need = F[L.desk_need + d]
        first = I[L.desk_lane_first + d]
        if L.n_offices > 0 and need > 0.0:
            for lane in range(first, first + I[L.desk_lane_count + d]):
                if needs_licence(L, F, I, lane) == 1:
                    age = office_age_weeks(L, F, I, I[L.lane_office + lane], day)
                    target += F[L.lane_flow + lane] / need * age
        k = I[L.node_product + I[L.desk_node + d]]
        if target > F[L.wait_cap_weeks + k]:
            target = F[L.wait_cap_weeks + k]
        if target > 0.0 or F[L.desk_wait + d] > 0.0:
            F[L.desk_wait + d] = fear_step(F[L.desk_wait + d], target, F[L.fear_decay + k])


def office_age_weeks(L: Any, F: Floats, I: Ints, office: int, day: int) -> float:
    """Mean age of the applications an office has not decided, weeks."""
    pending = I[L.office_pending + office]
    if pending <= 0:
        return 0.0
    return (float(day) * pending - I[L.office_pending_days + office]) / pending / 7.0


def lane_cost_ratio(L: Any, F: Floats, I: Ints, lane: int, extra: float) -> float:
    """Landed cost of a lane relative to the baseline (see `economics.landed_ratio`)."""
    k = I[L.lane_product + lane]
    freight = F[L.freight_usd_per_kg + k] if I[L.lane_border + lane] == 1 else 0.0
    return landed_ratio(
        F[L.spot + I[L.lane_from_cell + lane]],
        F[L.price_usd_per_kg + k],
        freight,
        F[L.lane_tariff + lane],
        F[L.tariff_start + lane],
        extra,
    )
