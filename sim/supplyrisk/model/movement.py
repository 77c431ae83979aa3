"""What happens to goods between markets: they leave, wait, arrive, come back, or are seized.

The engines own the calendar (which of these happens on which day, in which order); these functions own
what it does to the state.
"""

from __future__ import annotations

from .arrays import Floats, Ints
from .layout_types import Layout


def part_returned(L: Layout, F: Floats, I: Ints, lane: int, amount: float, part: float) -> float:
    """Part of `amount` t that may not leave because the lane closed, t; it goes back to stock.

    A week's allowance of a closed lane is (1 - closed share + leak) of its normal flow; `part` is the
    part of the week over which the goods leave.
    """
    close = F[L.lane_close + lane]
    if close <= 0.0:
        return 0.0
    most = (1.0 - close + F[L.lane_leak + lane]) * F[L.lane_flow + lane] * part
    return amount - most if amount > most else 0.0


def part_leaking(L: Layout, F: Floats, I: Ints, lane: int, amount: float, part: float) -> float:
    """Part of `amount` t that goes round the control through a hub, t."""
    leak = F[L.lane_leak + lane]
    if leak <= 0.0:
        return 0.0
    most = leak * F[L.lane_flow + lane] * part
    close = F[L.lane_close + lane]
    if I[L.lane_office + lane] < 0 and I[L.lane_quota + lane] < 0:
        if close <= 0.0:
            return 0.0
        legal = (1.0 - close) * F[L.lane_flow + lane] * part
        over = amount - legal
        if over <= 0.0:
            return 0.0
        return over if over < most else most
    return amount if amount < most else most


def needs_licence(L: Layout, F: Floats, I: Ints, lane: int) -> int:
    """1 if goods on a lane need a licence today: there is an office, and its rule on content is met."""
    if I[L.lane_office + lane] < 0:
        return 0
    threshold = F[L.lane_content_threshold + lane]
    return 0 if threshold > 0.0 and F[L.site_content + I[L.lane_site + lane]] < threshold else 1


def part_licensed(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> float:
    """Part of `amount` t, none of it under a general licence, that must wait for a single one, t."""
    return amount if needs_licence(L, F, I, lane) == 1 else 0.0


def transit_days(L: Layout, F: Floats, I: Ints, lane: int, leaking: int) -> int:
    """Days from leaving to arrival: the lane's own, slowdowns now, and the hub's for leaked goods."""
    days = I[L.lane_days + lane] + int(F[L.lane_delay + lane] + 0.5)
    if leaking == 1:
        days += int(F[L.lane_leak_days + lane] + 0.5)
    return days if days >= 1 else 1


def hold_goods(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> None:
    """Goods wait at the exporter's, for a licence or at customs."""
    F[L.lane_held + lane] += amount
    F[L.site_held + I[L.lane_site + lane]] += amount


def free_goods(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> None:
    """Goods stop waiting (they leave, or go back)."""
    site = I[L.lane_site + lane]
    F[L.lane_held + lane] -= amount
    F[L.site_held + site] -= amount
    if F[L.lane_held + lane] < 1e-12:
        F[L.lane_held + lane] = 0.0
    if F[L.site_held + site] < 0.0:
        F[L.site_held + site] = 0.0


def return_goods(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> None:
    """Goods go back to the seller's stock; the order is gone."""
    F[L.site_stock + I[L.lane_site + lane]] += amount
    F[L.desk_on_order + I[L.lane_desk + lane]] -= amount


def depart(L: Layout, F: Floats, I: Ints, lane: int, amount: float, day: int, until: int) -> None:
    """Goods leave evenly over the days `day` to `until` - 1; customs record them month by month."""
    F[L.lane_in_transit + lane] += amount
    F[L.lane_left + lane] += amount
    I[L.lane_sent + lane] += 1
    column = I[L.lane_month_column + lane]
    if column < 0:
        return
    last = until - 1
    if last >= L.n_days:
        last = L.n_days - 1
    month = I[L.day_month + day]
    if I[L.day_month + last] == month:
        F[L.monthly_record + month * L.n_monthly + column] += amount
    else:
        before = I[L.month_start + month + 1] - day
        share = before / (until - day)
        F[L.monthly_record + month * L.n_monthly + column] += amount * share
        F[L.monthly_record + (month + 1) * L.n_monthly + column] += amount * (1.0 - share)


def record_leak(L: Layout, F: Floats, I: Ints, lane: int, amount: float, week: int) -> None:
    """Add leaked goods to the buyer's leakage of the week."""
    I[L.lane_leaked + lane] += 1
    node = I[L.desk_node + I[L.lane_desk + lane]]
    F[L.weekly_record + week * L.n_weekly + I[L.weekly_first_leak] + node] += amount


def arrive(L: Layout, F: Floats, I: Ints, lane: int, amount: float, content: float) -> None:
    """A shipment reaches the buyer's desk; it is shared out at the next market."""
    desk = I[L.lane_desk + lane]
    F[L.desk_in + desk] += amount
    if I[L.tracked] == 1:
        F[L.desk_in_content + desk] += amount * content
    F[L.desk_on_order + desk] -= amount
    F[L.lane_in_transit + lane] -= amount
    F[L.lane_arrived + lane] += amount


def seize(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> None:
    """A leaking shipment is lost; the buyer knows and may order again."""
    F[L.desk_on_order + I[L.lane_desk + lane]] -= amount
    F[L.lane_in_transit + lane] -= amount
    F[L.balance_lost_t + I[L.lane_product + lane]] += amount


def complete(L: Layout, F: Floats, I: Ints, s: int, amount: float, content: float) -> None:
    """A batch is finished and joins the site's output stock."""
    if I[L.tracked] == 1:
        stock = F[L.site_stock + s]
        if stock + amount > 0.0:
            F[L.site_content + s] = (F[L.site_content + s] * stock + content * amount) / (stock + amount)
    F[L.site_stock + s] += amount
    F[L.site_wip + s] -= amount
    F[L.site_made + s] += amount
    F[L.balance_made_t + I[L.site_product + s]] += amount


def file_application(L: Layout, F: Floats, I: Ints, office: int, amount: float, day: int) -> None:
    """One more application waits at the office."""
    I[L.office_pending + office] += 1
    I[L.office_pending_days + office] += day
    F[L.office_backlog + office] += amount


def close_application(L: Layout, F: Floats, I: Ints, office: int, amount: float, filed_day: int) -> None:
    """An application is decided or lapses."""
    I[L.office_pending + office] -= 1
    I[L.office_pending_days + office] -= filed_day
    F[L.office_backlog + office] -= amount
    if I[L.office_pending + office] == 0:
        F[L.office_backlog + office] = 0.0


def grant(L: Layout, F: Floats, office: int, amount: float) -> None:
    """A granted lot can leave."""
    F[L.office_granted + office] += amount


def refuse(L: Layout, F: Floats, I: Ints, office: int, lane: int, amount: float) -> float:
    """A refused lot goes back to stock and its buyer may not reapply for a while.

    Returns
    -------
    float
        Share of the lane's buyers now barred; the engine lifts it when the wait is over.
    """
    F[L.office_refused + office] += amount
    return_goods(L, F, I, lane, amount)
    flow = F[L.lane_flow + lane]
    share = amount / flow if flow > 0.0 else 0.0
    room = 1.0 - F[L.lane_blocked + lane]
    if share > room:
        share = room
    F[L.lane_blocked + lane] += share
    return share
