"""Export quotas: tonnes that several lanes share per period."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="quota",
    target="lane",
    neutral=float("inf"),
    unit="t per period",
    meaning=(
        "tonnes that all selected lanes together may ship per period; `share_of_normal` = 1: the level is a share of what "
        "these lanes together normally ship in a period"
    ),
    rules="quotas",
    way="all",
    more=(
        "what leaves counts against every quota that its lane is under; the quota on fewest lanes is shared out first"
    ),
    params=("period_days", "pro_rata", "share_of_normal"),
    believed=True,
    inside_week=True,
)
PERIOD_DAYS, PRO_RATA, SHARE_OF_NORMAL = OP.slot("period_days"), OP.slot("pro_rata"), OP.slot("share_of_normal")

NOT_IN_FORCE, TO_APPLY, APPLIED = 0, 1, 2  # `effect_turn`


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No quota in force."""
    for lane in range(L.n_lanes):
        I[L.lane_quota + lane] = -1
    for e in range(L.n_effects):
        I[L.effect_turn + e] = NOT_IN_FORCE


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Begin a new period where one is over; of several quotas on a lane the last is remembered, and all hold."""
    I[L.effect_turn + e] = TO_APPLY
    period = int(offset / param(L, F, e, PERIOD_DAYS))
    if period != I[L.effect_period + e]:
        I[L.effect_period + e] = period
        F[L.effect_left + e] = level * quota_unit(L, F, I, e)
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        I[L.lane_quota + I[L.target_entity + t]] = e


def quota_unit(L: Layout, F: Floats, I: Ints, e: int) -> float:
    """Tonnes in one unit of a quota's level: 1, or what its lanes normally ship in a period."""
    if param(L, F, e, SHARE_OF_NORMAL) <= 0.0:
        return 1.0
    normal = 0.0
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        normal += F[L.lane_flow + I[L.target_entity + t]]
    return normal * param(L, F, e, PERIOD_DAYS) / 7.0


def apply_quotas(L: Layout, F: Floats, I: Ints) -> None:
    """Cut orders to what every quota has left: the one on fewest lanes first, then what is left asks the wider."""
    for e in range(L.n_effects):
        if I[L.effect_turn + e] == APPLIED:
            I[L.effect_turn + e] = TO_APPLY
    quota = next_quota(L, I)
    while quota >= 0:
        I[L.effect_turn + quota] = APPLIED
        apply_quota(L, F, I, quota)
        quota = next_quota(L, I)


def next_quota(L: Layout, I: Ints) -> int:
    """The quota still to be applied that is on fewest lanes (the first of equals), or -1."""
    found = -1
    for e in range(L.n_effects):
        if I[L.effect_turn + e] != TO_APPLY:
            continue
        if found < 0 or I[L.effect_target_count + e] < I[L.effect_target_count + found]:
            found = e
    return found


def apply_quota(L: Layout, F: Floats, I: Ints, quota: int) -> None:
    """Share out what a quota has left in proportion to orders; what leaks comes on top."""
    first = I[L.effect_target_first + quota]
    last = first + I[L.effect_target_count + quota]
    asked = 0.0
    for t in range(first, last):
        asked += F[L.lane_order + I[L.target_entity + t]]
    left = F[L.effect_left + quota]
    if param(L, F, quota, PRO_RATA) > 0.0:
        # Pro rata: the period's quota is handed out in equal weekly parts.
        weekly = F[L.effect_level + quota] * quota_unit(L, F, I, quota) * 7.0 / param(L, F, quota, PERIOD_DAYS)
        if weekly < left:
            left = weekly
    if asked <= left:
        return
    for t in range(first, last):
        lane = I[L.target_entity + t]
        allowed = F[L.lane_order + lane] * left / asked
        leak = F[L.lane_leak + lane] * F[L.lane_flow + lane]
        if allowed + leak < F[L.lane_order + lane]:
            F[L.lane_order + lane] = allowed + leak


def count_quotas(L: Layout, F: Floats, I: Ints) -> None:
    """Take what was sent from every quota on the lane."""
    for e in range(L.n_effects):
        if I[L.effect_turn + e] == NOT_IN_FORCE:
            continue
        first = I[L.effect_target_first + e]
        for t in range(first, first + I[L.effect_target_count + e]):
            lane = I[L.target_entity + t]
            # What leaks does not count against the quota.
            legal = F[L.lane_out + lane] - F[L.lane_leak + lane] * F[L.lane_flow + lane]
            if legal > 0.0:
                F[L.effect_left + e] -= legal
            if F[L.effect_left + e] < 0.0:
                F[L.effect_left + e] = 0.0
