"""What an event does to the model, as data: the list of operations every engine implements.

An event or policy class never sees an engine. It *lowers* itself to effect rows. A row says which
operation (`op`), on what (`select`), how strongly over time (`schedule`), with which further numbers
(`params`). Days in a schedule count from the event's own start, so that a triggered event needs no
other treatment than a dated one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .numbers import Num


@dataclass(frozen=True)
class Select:
    """Which lanes, sites or users a row touches. An empty tuple means "all".

    Country codes are single countries (groups are already expanded); `origins` is the selling side of
    a lane or the place of a site, `destinations` the buying side of a lane or the place of a user.
    `end_uses` restricts a lane to goods bought for those uses: the compiler then gives those users a
    purchasing desk (and so lanes) of their own. `entity_share` < 1 restricts further to that share of
    the selected users' demand (named firms on an entity list).
    """

    products: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    end_uses: tuple[str, ...] = ()
    entity_share: float = 1.0
    include_domestic: bool = False


@dataclass(frozen=True)
class Point:
    """Level `level` from day `day` (counted from the event's start) on."""

    day: Num
    level: Num


@dataclass(frozen=True)
class Effect:
    """One effect row.

    Parameters
    ----------
    op : str
        Name of a row of `OPS`.
    select : Select
        What it touches.
    schedule : tuple of Point
        Level over time; before the first point and after the event's end the level is the
        operation's neutral value.
    linear : bool
        Between points: straight lines (True) or steps (False).
    params : dict of str to Num
        Further numbers, as named in `OPS`.
    texts : dict of str to str
        Further names, as named in `OPS`.
    """

    op: str
    select: Select
    schedule: tuple[Point, ...]
    linear: bool = False
    params: dict[str, Num] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Op:
    """One operation: what its level means, its neutral level, and the params it reads."""

    name: str
    target: str  # lane | site | user | desk
    neutral: float
    unit: str
    meaning: str
    params: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


OPS: tuple[Op, ...] = (
    Op("close", "lane", 0.0, "share", "share of the lane's normal flow that may not leave (1 = ban)"),
    Op(
        "quota",
        "lane",
        float("inf"),
        "t per period",
        "tonnes that all selected lanes together may ship per period; `share_of_normal` = 1: the level is "
        "a share of what these lanes together normally ship in a period",
        ("period_days", "pro_rata", "share_of_normal"),
    ),
    Op("tariff", "lane", 0.0, "share", "duty or export tax on the value shipped, paid by the buyer"),
    Op("delay", "lane", 0.0, "days", "extra days in transit of every shipment that leaves", ()),
    Op(
        "hold",
        "lane",
        0.0,
        "share",
        "share of shipments that customs set aside for `hold_days` before they leave",
        ("hold_days", "hold_days_sd"),
    ),
    Op(
        "licence",
        "lane",
        0.0,
        "share of the normal exports of the selected lanes, or officers",
        "the lanes need a licence; level = office capacity. unit_officers = 1: level counts officers, "
        "0: level is a share of normal exports and the engine derives officers. `content_threshold` > 0: "
        "only goods with at least that origin share of `content_origin` need it (re-exports). `unknown_pace` = 1: "
        "nothing is known of its capacity; its pace is drawn in every run from what past offices let through",
        (
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
        ("office", "content_origin", "content_issuer"),
    ),
    Op(
        "general_licence",
        "lane",
        0.0,
        "share",
        "share of the lane's goods that need no single licence any more",
    ),
    Op(
        "leak",
        "lane",
        0.0,
        "share",
        "most that can reach the buyer through a hub, as share of the lane's normal flow; the leak "
        "grows by `growth_per_week` while the price gap exceeds the extra cost",
        ("growth_per_week", "extra_days", "extra_cost", "seizure_probability"),
        ("hub",),
    ),
    Op(
        "enforcement",
        "lane",
        0.0,
        "share",
        "share by which enforcement and traceability cut leaks on the selected lanes",
        ("seizure_probability",),
    ),
    Op("sourcing", "lane", 1.0, "factor", "preference for the lane relative to its baseline share"),
    Op("capacity_loss", "site", 0.0, "share", "share of the site's capacity that is lost"),
    Op(
        "new_capacity",
        "site",
        0.0,
        "t/yr",
        "new capacity at a site (made if the country has none); feed 0: needs no input (recycling)",
        ("unit_cost_ratio", "needs_input", "success_probability", "slip_days"),
        ("project", "offtake_to"),
    ),
    # the three below: level in units of the baseline price, or in USD/kg where `usd_per_kg` = 1
    Op("price_floor", "site", 0.0, "index", "output price guaranteed to the site, baseline = 1", ("usd_per_kg",)),
    Op(
        "subsidy",
        "site",
        0.0,
        "index",
        "paid to the site per unit sold, in units of the baseline price",
        ("usd_per_kg",),
    ),
    Op(
        "offtake",
        "site",
        0.0,
        "index",
        "price at which `buyer` (country codes, blank separated; empty: whoever) takes the site's output "
        "whatever the market",
        ("usd_per_kg",),
        ("buyer",),
    ),
    Op(
        "project_delay",
        "site",
        0.0,
        "days",
        "the named project, if it has not started by the row's first day, starts this much later",
        (),
        ("project",),
    ),
    Op(
        "demand",
        "user",
        0.0,
        "share",
        "change of demand (0.1 = 10 % more). `lasts` = 1: known to last; 0: taken for passing, and got used to in time",
        ("lasts",),
    ),
    Op(
        "new_demand",
        "user",
        0.0,
        "t/yr",
        "demand added to the selected users together, in proportion to their baseline use (a user is made, "
        "with the end use's mean parameters, where the country has none)",
    ),
    Op("thrift", "user", 0.0, "share", "demand that a programme has made unnecessary"),
    Op("cover_obligation", "user", 0.0, "weeks", "stock that users must hold at least, in weeks of use"),
    Op(
        "stockpile",
        "desk",
        0.0,
        "weeks",
        "public stock aimed at, in weeks of the country's normal use of the product; bought at most at "
        "`fill_weeks_per_week`; released while users' unserved share exceeds `release_unserved` or spot "
        "exceeds `release_price_index`, at most `release_weeks_per_week`; starts with `initial_weeks`",
        (
            "initial_weeks",
            "fill_weeks_per_week",
            "release_weeks_per_week",
            "release_unserved",
            "release_price_index",
        ),
    ),
    Op("joint_purchase", "desk", 0.0, "switch", "selected countries buy as one and share by need"),
    Op(
        "suspend",
        "event",
        0.0,
        "switch",
        "the named event is suspended while this is 1: its rows stand at their neutral levels",
        (),
        ("event",),
    ),
)

OP_BY_NAME = {op.name: op for op in OPS}
