"""Export licences: which office decides about a lane."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ...model.offices import unknown_pace
from ..declare import Op
from ..rows import param

OP = Op(
    name="licence",
    target="lane",
    neutral=None,
    unit="share of the normal exports of the selected lanes, or officers",
    meaning=(
        "the lanes need a licence; level = office capacity. unit_officers = 1: level counts officers, 0: level is a share of "
        "normal exports and the engine derives officers. `content_threshold` > 0: only goods with at least that origin share "
        "of `content_origin` need it (re-exports). `unknown_pace` = 1: nothing is known of its capacity; its pace is drawn in "
        "every run from what past offices let through"
    ),
    rules="licence regimes, content rules",
    way="stricter",
    more=(
        "the office that grants the smaller part of its normal exports (capacity x grant rate) decides about the lane, of "
        "equals the one with fewer exports; a content rule only while its threshold is met. The other office keeps its "
        "capacity as a share of the lanes left to it"
    ),
    params=(
        "unit_officers",
        "review_days",  # mean working time of one officer on one lot
        "review_days_spread",  # coefficient of variation (lognormal); -1 = exponential
        "processing_days",  # calendar days a granted file waits besides (not an officer's time)
        "grant_rate",
        "reapply_weeks",  # a refused buyer's lane files nothing for that long
        "expiry_weeks",  # an application this old lapses; 0 = never
        "lot_t",  # 0 = the engine's default: a fortieth of a week's normal exports
        "content_threshold",
        "unknown_pace",
    ),
    texts=("office", "content_origin", "content_issuer"),
    believed=True,
    inside_week=True,
)
UNIT_OFFICERS = OP.slot("unit_officers")
REVIEW_DAYS = OP.slot("review_days")
REVIEW_DAYS_SPREAD = OP.slot("review_days_spread")
PROCESSING_DAYS = OP.slot("processing_days")
GRANT_RATE = OP.slot("grant_rate")
REAPPLY_WEEKS = OP.slot("reapply_weeks")
EXPIRY_WEEKS = OP.slot("expiry_weeks")
LOT_T = OP.slot("lot_t")
CONTENT_THRESHOLD = OP.slot("content_threshold")
UNKNOWN_PACE = OP.slot("unknown_pace")

LEAST_GRANTED = 0.05  # of an unknown office: what leaves is the pace drawn, what is decided is more, but not endless


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_content_threshold + lane] = 0.0
        I[L.lane_office + lane] = -1
    for o in range(L.n_offices):
        F[L.office_level + o] = -1.0
        F[L.office_lost + o] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Give the row's offices (`target_value`) their level and its lanes an office, the stricter of two."""
    first = I[L.effect_target_first + e]
    last = first + I[L.effect_target_count + e]
    # All offices of the row know their level before any lane asks which of two is stricter.
    for t in range(first, last):
        office = int(F[L.target_value + t])
        F[L.office_level + office] = level
        if param(L, F, e, UNKNOWN_PACE) > 0.0:
            # What leaves is the pace drawn; what is decided is more, by those refused.
            rate = param(L, F, e, GRANT_RATE)
            granted = rate if rate > LEAST_GRANTED else LEAST_GRANTED
            F[L.office_level + office] = level * unknown_pace(L, F, I, key, office, offset) / granted
    for t in range(first, last):
        license_lane(L, F, I, I[L.target_entity + t], int(F[L.target_value + t]))


def license_lane(L: Layout, F: Floats, I: Ints, lane: int, office: int) -> None:
    """Put a lane under an office; if it is under one already, under the stricter of the two.

    The other office loses the lane's normal flow from what its capacity is a share of, so that it is no
    milder to those who are left to it.
    """
    before = I[L.lane_office + lane]
    loser = before
    if before < 0 or is_stricter(L, F, I, lane, office, before) == 1:
        I[L.lane_office + lane] = office
        F[L.lane_content_threshold + lane] = param(L, F, I[L.office_effect + office], CONTENT_THRESHOLD)
    else:
        loser = office
    if loser >= 0:
        F[L.office_lost + loser] += F[L.lane_flow + lane]


def is_stricter(L: Layout, F: Floats, I: Ints, lane: int, one: int, other: int) -> int:
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


def applies_to(L: Layout, F: Floats, I: Ints, lane: int, office: int) -> int:
    """1 if an office's rule on content is met by what leaves on a lane (always, if it has none)."""
    threshold = param(L, F, I[L.office_effect + office], CONTENT_THRESHOLD)
    return 0 if threshold > 0.0 and F[L.site_content + I[L.lane_site + lane]] < threshold else 1


def granted_share(L: Layout, F: Floats, I: Ints, office: int) -> float:
    """Files that an office grants, as a share of the normal exports of its lanes: capacity x grant rate.

    Officers are turned into a capacity by the lots they can review in a week (7 / review days each).
    """
    e = I[L.office_effect + office]
    share = F[L.office_level + office]
    if param(L, F, e, UNIT_OFFICERS) > 0.0:
        normal = F[L.office_normal + office] * param(L, F, e, REVIEW_DAYS)
        share = share * 7.0 * F[L.office_lot + office] / normal if normal > 0.0 else 1e9
    return share * param(L, F, e, GRANT_RATE)
