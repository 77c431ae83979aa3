"""What an event does to the model, as data: rows of the operations in `supplyrisk.operations`.

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
        Name of an operation.
    select : Select
        What it touches.
    schedule : tuple of Point
        Level over time; before the first point and after the event's end the level is the
        operation's neutral value.
    linear : bool
        Between points: straight lines (True) or steps (False).
    params : dict of str to Num
        Further numbers, as its operation names them.
    texts : dict of str to str
        Further names, as its operation names them.
    """

    op: str
    select: Select
    schedule: tuple[Point, ...]
    linear: bool = False
    params: dict[str, Num] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
