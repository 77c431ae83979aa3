"""A rule on top of a licence regime: what becomes of goods that wait, when a ban, a freeze or another office comes or goes.

Of several rules on one trade the strictest holds: a ban before a freeze, a freeze before the offices, of two offices the one
that grants less, and a general licence takes its share out of whatever office decides. What waits meanwhile:

- *ban of all of a trade*: applications and licences not yet used are void, the goods go back to the seller's stock. After its
  end buyers order and apply anew;
- *freeze*: applications keep their place, and lapse at their age as ever. What was under review or granted and has not left is
  applied for anew: nothing is let through;
- *another office on top*: what it finds in hand stays with the office where it was filed. When the upper one ends, what
  waits there is applied for anew at the office that still stands; where none stands, it leaves.
"""

from __future__ import annotations

from .arrays import Floats, Ints
from .draws import has_expired, is_granted
from .layout_types import Layout
from .movement import close_application, free_goods, needs_licence, return_goods
from .states import NOT_FROZEN

REFUSED, GRANTED, VOID, ANEW = 0, 1, 2, 3  # what becomes of an application


def is_forbidden(L: Layout, F: Floats, lane: int) -> int:
    """1 if a lane is closed altogether: no licence is worth anything."""
    return 1 if F[L.lane_close + lane] >= 1.0 else 0


def is_frozen(L: Layout, F: Floats, I: Ints, lane: int) -> int:
    """1 if nothing is decided about a lane."""
    return needs_licence(L, F, I, lane) if I[L.lane_freeze + lane] != NOT_FROZEN else 0


def answers_elsewhere(L: Layout, F: Floats, I: Ints, office: int, lane: int) -> int:
    """1 if an office's rule has ended and its lane is left to another that stands."""
    if F[L.office_level + office] >= 0.0 or I[L.lane_office + lane] == office:
        return 0
    return needs_licence(L, F, I, lane)


def must_wait(L: Layout, F: Floats, I: Ints, office: int, lane: int, filed: int, day: int) -> int:
    """1 if no officer may open a file filed on day `filed`: its lane is frozen. One that lapses or is void can be closed."""
    if is_frozen(L, F, I, lane) == 0 or is_forbidden(L, F, lane) == 1:
        return 0
    return 1 - has_expired(L, F, I, office, filed, day)


def struck_out(L: Layout, F: Floats, I: Ints, office: int, lane: int, filed: int, lot: float, day: int) -> int:
    """1 if a file that is opened needs no review: it has lapsed, is void, or goes to another office. Its goods are seen to."""
    if has_expired(L, F, I, office, filed, day) == 1 or is_forbidden(L, F, lane) == 1:
        close_application(L, F, I, office, lot, filed)
        give_back(L, F, I, lane, lot)
        return 1
    if answers_elsewhere(L, F, I, office, lane) == 1:
        close_application(L, F, I, office, lot, filed)
        F[L.lane_unfiled + lane] += lot
        return 1
    return 0


def verdict(L: Layout, F: Floats, I: Ints, key: int, office: int, lane: int, number: int) -> int:
    """What becomes of an application whose review is done."""
    if is_forbidden(L, F, lane) == 1:
        return VOID
    if is_frozen(L, F, I, lane) == 1 or answers_elsewhere(L, F, I, office, lane) == 1:
        return ANEW
    return GRANTED if is_granted(L, F, I, key, office, lane, number) == 1 else REFUSED


def keep_back(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> int:
    """1 if goods that were free to leave, by licence or from customs, may not any more; they are seen to."""
    if is_forbidden(L, F, lane) == 1:
        give_back(L, F, I, lane, amount)
        return 1
    if is_frozen(L, F, I, lane) == 1:
        F[L.lane_unfiled + lane] += amount
        return 1
    return 0


def keep_back_ordinary(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> int:
    """1 if ordinary goods that customs let go may not leave any more, as their lane has been closed; they go back."""
    if is_forbidden(L, F, lane) == 0:
        return 0
    give_back(L, F, I, lane, amount)
    return 1


def give_back(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> None:
    """Goods that waited go back to the seller's stock."""
    free_goods(L, F, I, lane, amount)
    return_goods(L, F, I, lane, amount)


def settle_unfiled(L: Layout, F: Floats, I: Ints, lane: int) -> float:
    """Goods that waited for a licence without an application, when a lane's rules have changed, t that may now leave.

    On a closed lane they go back, without an office they leave; else they are filed with what comes next.
    """
    waiting = F[L.lane_unfiled + lane]
    if waiting <= 0.0:
        return 0.0
    if is_forbidden(L, F, lane) == 1:
        F[L.lane_unfiled + lane] = 0.0
        give_back(L, F, I, lane, waiting)
        return 0.0
    if I[L.lane_office + lane] >= 0:
        return 0.0
    F[L.lane_unfiled + lane] = 0.0
    free_goods(L, F, I, lane, waiting)
    return waiting


def is_due(L: Layout, F: Floats, I: Ints, lane: int) -> int:
    """1 if goods without an application fill a lot: they were held back, and are applied for anew."""
    office = I[L.lane_office + lane]
    return 1 if office >= 0 and F[L.lane_unfiled + lane] >= F[L.office_lot + office] else 0
