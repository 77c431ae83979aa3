"""What a market keeps of a rule that is over, and what it makes of one that is only rumoured.

Nothing here acts in worlds whose `memory_of_rules` and `remembered_cover_weeks` are 0, and in scenarios without rumours.
"""

from __future__ import annotations

from ..operations.table import BELIEVED, code
from .arrays import Floats, Ints
from .controls import effect_base, effect_end, effect_now, started
from .economics import WEEKS_PER_YEAR
from .layout_types import Layout

CAPACITY_LOSS, CLOSE = code("capacity_loss"), code("close")


def first_belief(L: Layout, F: Floats, e: int, k: int) -> float:
    """b0 of a rule, weeks: what a new rule is believed to last, moved towards how long the last one like it held.

    b0 <- b0 + mu (held - b0), mu = `memory_of_rules` (share), held = weeks for which the last rule of the same seller on the same
    goods was in force, where one is over. With mu = 1 the second announcement is believed to last as the first did.
    """
    first = F[L.first_belief_weeks + k]
    if F[L.effect_past + e] > 0.0:
        first += F[L.memory_of_rules + k] * (F[L.effect_past + e] - first)
    return first


def remember_rules(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """Count the weeks of every rule in force, and keep what one that is over has taught; stocks wear off.

    A rule that is suspended is not over: it goes on ageing.
    """
    for d in range(L.n_desks):
        k = I[L.node_product + I[L.desk_node + d]]
        F[L.desk_alert + d] -= F[L.desk_alert + d] / F[L.stock_memory_weeks + k]
    for e in range(L.n_effects):
        op = I[L.effect_op + e]
        if BELIEVED[op] == 0 or op == CAPACITY_LOSS or I[L.effect_target_count + e] == 0:
            continue
        base = effect_base(L, F, I, e)
        holds = started(L, F, I, e, base, day)
        if holds == 1 and op == CLOSE and effect_now(L, F, I, e, float(day - base)) <= 0.0:
            holds = 0
        if holds == 1:
            F[L.effect_held + e] += 1.0
        elif F[L.effect_held + e] > 0.0 and not (
            I[L.event_suspended + I[L.effect_event + e]] == 1 and day < effect_end(L, F, I, e)
        ):
            teach(L, F, I, e)
            alert_buyers(L, F, I, e)
            F[L.effect_held + e] = 0.0
    for d in range(L.n_desks):
        k = I[L.node_product + I[L.desk_node + d]]
        F[L.desk_remembered + d] = F[L.desk_alert + d] * F[L.remembered_cover_weeks + k]


def teach(L: Layout, F: Floats, I: Ints, e: int) -> None:
    """Let rules of the same seller on the same goods be believed to last as this one did; not those in force, which have an age."""
    for f in range(L.n_effects):
        if I[L.effect_kin + e * L.n_effects + f] == 1 and (f == e or F[L.effect_held + f] <= 0.0):
            F[L.effect_past + f] = F[L.effect_held + e]


def alert_buyers(L: Layout, F: Floats, I: Ints, e: int) -> None:
    """Buyers from whom a rule withheld goods keep more stock after it.

    alert = max(alert, share of normal purchases withheld at its end x min(weeks in force / 52, 1)): 1 after a year without
    anything. It falls by 1/`stock_memory_weeks` a week; the stock kept on top of normal cover is alert x `remembered_cover_weeks`.
    """
    first = I[L.effect_target_first + e]
    last = first + I[L.effect_target_count + e]
    years = F[L.effect_held + e] / WEEKS_PER_YEAR
    for t in range(first, last):
        lane = I[L.target_entity + t]
        F[L.desk_withheld + I[L.lane_desk + lane]] += (1.0 - F[L.lane_pace + lane]) * F[L.lane_flow + lane]
    for t in range(first, last):
        d = I[L.lane_desk + I[L.target_entity + t]]
        if F[L.desk_need + d] > 0.0:
            level = F[L.desk_withheld + d] / F[L.desk_need + d] * (years if years < 1.0 else 1.0)
            F[L.desk_alert + d] = max(F[L.desk_alert + d], level)
    for t in range(first, last):
        F[L.desk_withheld + I[L.lane_desk + I[L.target_entity + t]]] = 0.0


def rumoured(L: Layout, F: Floats, I: Ints, v: int, day: int) -> float:
    """Probability that buyers give an event today that is rumoured and not announced; 0 where there is no rumour.

    On the day on which it would be announced the rumour has come true, or proves false.
    """
    if I[L.event_rumour_day + v] > day or day >= I[L.event_notice_day + v]:
        return 0.0
    return F[L.event_rumour_share + v]


def known_base(L: Layout, F: Floats, I: Ints, e: int) -> int:
    """Day an effect row counts from, or would count from if the rumour of it were true."""
    base = effect_base(L, F, I, e)
    return base if base >= 0 else I[L.event_day + I[L.effect_event + e]]
