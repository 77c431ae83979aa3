"""Rules on trade lanes, and how several rules on one lane combine (told in `supplyrisk.events.effects.OPS`).

Called by `supplyrisk.model.controls` for every effect row in force, in the order of the rows; what holds must not
depend on that order.
"""

from __future__ import annotations

from typing import Any

from .arrays import Floats, Ints
from .offices import unknown_pace
from .opcodes import (
    CLOSE,
    DELAY,
    ENFORCEMENT,
    GENERAL_LICENCE,
    HOLD,
    LEAK,
    LICENCE,
    QUOTA,
    SOURCING,
    TARIFF,
)

# States of a quota (`effect_turn`).
NOT_IN_FORCE, TO_APPLY, APPLIED = 0, 1, 2


def set_lanes(L: Any, F: Floats, I: Ints, key: int, e: int, op: int, level: float, offset: int) -> None:
    """Rules on lanes. Where rows overlap the stricter holds; duties and delays add up; every quota binds."""
    if op == QUOTA:
        I[L.effect_turn + e] = TO_APPLY
        period = int(offset / F[L.effect_a + e])
        if period != I[L.effect_period + e]:
            I[L.effect_period + e] = period
            F[L.effect_left + e] = level * quota_unit(L, F, I, e)
    first = I[L.effect_target_first + e]
    last = first + I[L.effect_target_count + e]
    if op == LICENCE:
        # All offices of the row know their level before any lane asks which of two is stricter.
        for t in range(first, last):
            office = int(F[L.target_value + t])
            F[L.office_level + office] = level
            if F[L.effect_j + e] > 0.0:
                # What leaves is the pace drawn; what is decided is more, by those refused.
                granted = F[L.effect_e + e] if F[L.effect_e + e] > 0.05 else 0.05
                F[L.office_level + office] = level * unknown_pace(L, F, I, key, office, offset) / granted
    for t in range(first, last):
        lane = I[L.target_entity + t]
        if op == CLOSE:
            F[L.lane_close + lane] = max(F[L.lane_close + lane], level)
        elif op == QUOTA:
            I[L.lane_quota + lane] = e
        elif op == TARIFF:
            F[L.lane_tariff + lane] += level
        elif op == DELAY:
            F[L.lane_delay + lane] += level
        elif op == HOLD:
            if level > F[L.lane_hold + lane]:
                F[L.lane_hold + lane] = level
                F[L.lane_hold_days + lane] = F[L.effect_a + e]
                F[L.lane_hold_cv + lane] = F[L.effect_b + e] / F[L.effect_a + e] if F[L.effect_a + e] > 0.0 else 0.0
        elif op == LICENCE:
            license_lane(L, F, I, lane, int(F[L.target_value + t]))
        elif op == GENERAL_LICENCE:
            F[L.lane_general + lane] = max(F[L.lane_general + lane], level)
        elif op == LEAK:
            if level > F[L.lane_leak_cap + lane]:
                F[L.lane_leak_cap + lane] = level
                F[L.lane_leak_growth + lane] = F[L.effect_a + e]
                F[L.lane_leak_days + lane] = F[L.effect_b + e]
                F[L.lane_leak_cost + lane] = F[L.effect_c + e]
                F[L.lane_leak_seizure + lane] = F[L.effect_d + e]
        elif op == ENFORCEMENT:
            left = (1.0 - F[L.lane_enforcement + lane]) * (1.0 - level)
            F[L.lane_enforcement + lane] = 1.0 - left
            seizure = F[L.lane_enforcement_seizure + lane]
            F[L.lane_enforcement_seizure + lane] = max(seizure, F[L.effect_a + e])
        elif op == SOURCING:
            F[L.lane_sourcing + lane] *= level


# --- licences -------------------------------------------------------------------------------------
def license_lane(L: Any, F: Floats, I: Ints, lane: int, office: int) -> None:
    """Put a lane under an office; if it is under one already, under the stricter of the two.

    The other office loses the lane's normal flow from what its capacity is a share of, so that it is no
    milder to those who are left to it.
    """
    before = I[L.lane_office + lane]
    loser = before
    if before < 0 or is_stricter(L, F, I, lane, office, before) == 1:
        I[L.lane_office + lane] = office
        F[L.lane_content_threshold + lane] = F[L.effect_i + I[L.office_effect + office]]
    else:
        loser = office
    if loser >= 0:
        F[L.office_lost + loser] += F[L.lane_flow + lane]


def is_stricter(L: Any, F: Floats, I: Ints, lane: int, one: int, other: int) -> int:
    """1 if office `one` is the stricter for a lane: its rule applies, and it grants the smaller part.

    Of two that grant the same, the one with fewer exports to decide about; then the one that comes first.
    """
    applies = applies_to(L, F, I, lane, one)
    if applies != applies_to(L, F, I, lane, other):
        return applies
    granted = granted_share(L, F, I, one)
    others = granted_share(L, F, I, other)
    if granted != others:
        return 1 if granted < others else 0
    if F[L.office_normal + one] != F[L.office_normal + other]:
        return 1 if F[L.office_normal + one] < F[L.office_normal + other] else 0
    return 1 if one < other else 0


def applies_to(L: Any, F: Floats, I: Ints, lane: int, office: int) -> int:
    """1 if an office's rule on content is met by what leaves on a lane (always, if it has none)."""
    threshold = F[L.effect_i + I[L.office_effect + office]]
    return 0 if threshold > 0.0 and F[L.site_content + I[L.lane_site + lane]] < threshold else 1


def granted_share(L: Any, F: Floats, I: Ints, office: int) -> float:
    """Files that an office grants, as a share of the normal exports of its lanes: capacity x grant rate.

    Officers are turned into a capacity by the lots they can review in a week (7 / review days each).
    """
    e = I[L.office_effect + office]
    share = F[L.office_level + office]
    if F[L.effect_a + e] > 0.0:
        normal = F[L.office_normal + office] * F[L.effect_b + e]
        share = share * 7.0 * F[L.office_lot + office] / normal if normal > 0.0 else 1e9
    return share * F[L.effect_e + e]


# --- quotas ---------------------------------------------------------------------------------------
def clear_quotas(L: Any, I: Ints) -> None:
    """No quota in force."""
    for e in range(L.n_effects):
        I[L.effect_turn + e] = NOT_IN_FORCE


def quota_unit(L: Any, F: Floats, I: Ints, e: int) -> float:
    """Tonnes in one unit of a quota's level: 1, or what its lanes normally ship in a period."""
    if F[L.effect_c + e] <= 0.0:
        return 1.0
    normal = 0.0
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        normal += F[L.lane_flow + I[L.target_entity + t]]
    return normal * F[L.effect_a + e] / 7.0


def apply_quotas(L: Any, F: Floats, I: Ints) -> None:
    """Cut orders to what every quota has left: the one on fewest lanes first, then what is left asks the wider."""
    for e in range(L.n_effects):
        if I[L.effect_turn + e] == APPLIED:
            I[L.effect_turn + e] = TO_APPLY
    quota = next_quota(L, I)
    while quota >= 0:
        I[L.effect_turn + quota] = APPLIED
        apply_quota(L, F, I, quota)
        quota = next_quota(L, I)


def next_quota(L: Any, I: Ints) -> int:
    """The quota still to be applied that is on fewest lanes (the first of equals), or -1."""
    found = -1
    for e in range(L.n_effects):
        if I[L.effect_turn + e] != TO_APPLY:
            continue
        if found < 0 or I[L.effect_target_count + e] < I[L.effect_target_count + found]:
            found = e
    return found


def apply_quota(L: Any, F: Floats, I: Ints, quota: int) -> None:
    """Share out what a quota has left in proportion to orders; what leaks comes on top."""
    first = I[L.effect_target_first + quota]
    last = first + I[L.effect_target_count + quota]
    asked = 0.0
    for t in range(first, last):
        asked += F[L.lane_order + I[L.target_entity + t]]
    left = F[L.effect_left + quota]
    if F[L.effect_b + quota] > 0.0:
        # Pro rata: the period's quota is handed out in equal weekly parts.
        weekly = F[L.effect_level + quota] * quota_unit(L, F, I, quota) * 7.0 / F[L.effect_a + quota]
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


def count_quotas(L: Any, F: Floats, I: Ints) -> None:
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
