"""What becomes of goods that wait when the rules of their lane change, one function at a time: a lot of 5 t of a lane."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.model import applications as eq
from supplyrisk.model.controls import set_officers
from supplyrisk.model.states import FROZEN, FROZEN_BUT_GENERAL
from supplyrisk.operations.declare import MOST_NUMBERS
from supplyrisk.operations.ops.licence import EXPIRY_WEEKS, GRANT_RATE, REVIEW_DAYS

from .tiny import Tiny

LOT, FILED, DAY = 5.0, 100, 120


def waiting(**more: Any) -> Tiny:
    """One lane under the second of two offices, with 30 t held there, of which 20 t in four files, and 2 t without one."""
    sizes = {"lanes": 1, "sites": 1, "desks": 1, "nodes": 1, "products": 1, "offices": 2, "effects": 2}
    given: dict[str, Any] = {
        "lane_office": 1,
        "lane_quota": -1,
        "lane_flow": 70.0,
        "lane_held": 30.0,
        "lane_unfiled": 2.0,
        "site_held": 30.0,
        "site_stock": 40.0,
        "desk_on_order": 90.0,
        "office_level": [0.5, 0.5],
        "office_effect": [0, 1],
        "office_lot": LOT,
        "office_pending": [4, 4],
        "office_pending_days": [4 * FILED, 4 * FILED],
        "office_backlog": [20.0, 20.0],
    }
    t = Tiny(sizes, **{**given, **more})
    # Numbers of both licence rows: files lapse after four weeks, all are granted.
    for e in (0, 1):
        t.F[t.L.effect_numbers + MOST_NUMBERS * e + EXPIRY_WEEKS] = 4.0
        t.F[t.L.effect_numbers + MOST_NUMBERS * e + GRANT_RATE] = 1.0
    return t


def state(t: Tiny) -> tuple[float, ...]:
    """Held on the lane and at the site, in stock, on order, without a file."""
    return tuple(t[name][0] for name in ("lane_held", "site_held", "site_stock", "desk_on_order", "lane_unfiled"))


BEFORE = (30.0, 30.0, 40.0, 90.0, 2.0)
BACK = (25.0, 25.0, 45.0, 85.0, 2.0)  # a lot is in the seller's stock again, and nobody's order
ANEW = (30.0, 30.0, 40.0, 90.0, 7.0)  # it goes on waiting, without a file
WHOLE, HALF = {"lane_close": 1.0}, {"lane_close": 0.99}


def test_only_a_ban_of_all_makes_licences_void() -> None:
    for rules, forbidden in ((WHOLE, 1), (HALF, 0), ({}, 0)):
        t = waiting(**rules)
        assert eq.is_forbidden(t.L, t.F, 0) == forbidden


def test_a_freeze_is_on_what_needs_a_licence() -> None:
    assert waiting(lane_freeze=FROZEN).call(eq.is_frozen, 0) == 1
    assert waiting(lane_freeze=FROZEN_BUT_GENERAL).call(eq.is_frozen, 0) == 1
    assert waiting().call(eq.is_frozen, 0) == 0
    assert waiting(lane_freeze=FROZEN, lane_office=-1).call(eq.is_frozen, 0) == 0
    # A content rule licenses nothing below its threshold.
    assert waiting(lane_freeze=FROZEN, lane_content_threshold=0.2, site_content=0.1).call(eq.is_frozen, 0) == 0


@pytest.mark.parametrize(
    ("rules", "office", "elsewhere"),
    [
        ({}, 0, 0),  # the first office still works: what was filed there stays there
        ({"office_level": [-1.0, 0.5]}, 0, 1),
        ({"office_level": [-1.0, -1.0]}, 1, 0),  # it is the lane's own
        ({"office_level": [-1.0, 0.5], "lane_office": -1}, 0, 0),  # none is left
    ],
)
def test_files_move_when_their_office_has_gone_and_another_stands(rules: Any, office: int, elsewhere: int) -> None:
    assert waiting(**rules).call(eq.answers_elsewhere, office, 0) == elsewhere


@pytest.mark.parametrize(
    ("rules", "filed", "waits"),
    [
        ({}, FILED, 0),
        ({"lane_freeze": FROZEN}, FILED, 1),
        ({"lane_freeze": FROZEN}, DAY - 28, 1),
        ({"lane_freeze": FROZEN}, DAY - 29, 0),  # it has lapsed and can be closed
        ({"lane_freeze": FROZEN, **WHOLE}, FILED, 0),  # it is void and can be closed
    ],
)
def test_files_of_frozen_lanes_wait(rules: Any, filed: int, waits: int) -> None:
    assert waiting(**rules).call(eq.must_wait, 1, 0, filed, DAY) == waits


@pytest.mark.parametrize(
    ("rules", "office", "filed", "out", "after"),
    [
        ({}, 1, FILED, 0, BEFORE),
        ({}, 1, DAY - 29, 1, BACK),
        (WHOLE, 1, FILED, 1, BACK),
        (HALF, 1, FILED, 0, BEFORE),
        ({"office_level": [-1.0, 0.5]}, 0, FILED, 1, ANEW),
    ],
)
def test_what_needs_no_review_is_seen_to(rules: Any, office: int, filed: int, out: int, after: Any) -> None:
    t = waiting(**rules)
    assert t.call(eq.struck_out, office, 0, filed, LOT, DAY) == out
    assert state(t) == after
    # The file is closed if it is struck out, and only then.
    assert t["office_pending"][office] == 4 - out
    assert t["office_pending_days"][office] == 4 * FILED - out * filed
    assert t["office_backlog"][office] == 20.0 - out * LOT


@pytest.mark.parametrize(
    ("rules", "office", "said"),
    [
        ({}, 1, eq.GRANTED),
        (WHOLE, 1, eq.VOID),
        ({"lane_freeze": FROZEN}, 1, eq.ANEW),
        ({"lane_freeze": FROZEN, **WHOLE}, 1, eq.VOID),
        ({"office_level": [-1.0, 0.5]}, 0, eq.ANEW),
        ({"office_level": [-1.0, -1.0], "lane_office": -1}, 0, eq.GRANTED),
    ],
)
def test_what_a_review_comes_to(rules: Any, office: int, said: int) -> None:
    assert waiting(**rules).call(eq.verdict, 12345, office, 0, 0) == said


def test_a_review_may_refuse() -> None:
    t = waiting()
    t.F[t.L.effect_numbers + MOST_NUMBERS + GRANT_RATE] = 0.0
    assert t.call(eq.verdict, 12345, 1, 0, 0) == eq.REFUSED


@pytest.mark.parametrize(
    ("rules", "kept", "after"),
    [
        ({}, 0, BEFORE),
        (WHOLE, 1, BACK),
        ({"lane_freeze": FROZEN}, 1, ANEW),
        ({"lane_freeze": FROZEN, **WHOLE}, 1, BACK),
    ],
)
def test_a_licence_in_hand(rules: Any, kept: int, after: Any) -> None:
    t = waiting(**rules)
    assert t.call(eq.keep_back, 0, LOT) == kept
    assert state(t) == after


@pytest.mark.parametrize(("rules", "kept", "after"), [({"lane_freeze": FROZEN}, 0, BEFORE), (WHOLE, 1, BACK)])
def test_goods_that_customs_let_go(rules: Any, kept: int, after: Any) -> None:
    t = waiting(**rules)
    assert t.call(eq.keep_back_ordinary, 0, LOT) == kept
    assert state(t) == after


@pytest.mark.parametrize(
    ("rules", "leaves", "after"),
    [
        ({}, 0.0, BEFORE),
        (WHOLE, 0.0, (28.0, 28.0, 42.0, 88.0, 0.0)),
        ({"lane_office": -1}, 2.0, (28.0, 28.0, 40.0, 90.0, 0.0)),
        ({"lane_office": -1, "lane_unfiled": 0.0}, 0.0, (30.0, 30.0, 40.0, 90.0, 0.0)),
    ],
)
def test_goods_without_a_file(rules: Any, leaves: float, after: Any) -> None:
    t = waiting(**rules)
    assert t.call(eq.settle_unfiled, 0) == leaves
    assert state(t) == after


def test_a_lot_held_back_is_due() -> None:
    assert waiting().call(eq.is_due, 0) == 0
    assert waiting(lane_unfiled=LOT).call(eq.is_due, 0) == 1
    assert waiting(lane_unfiled=LOT, lane_office=-1).call(eq.is_due, 0) == 0


@pytest.mark.parametrize(("frozen", "officers"), [((0, 0), 10), ((1, 0), 7), ((0, 2), 3), ((1, 2), 0)])
def test_an_office_has_no_officers_for_frozen_lanes(frozen: tuple[int, int], officers: int) -> None:
    """Half of 30 and 70 t a week in lots of 5 t, a week each: ten officers for both, three for the first lane alone."""
    t = Tiny(
        {"lanes": 2, "offices": 1, "effects": 1, "targets": 2, "products": 1},
        lane_flow=[30.0, 70.0],
        lane_freeze=list(frozen),
        frozen=int(any(frozen)),
        target_entity=[0, 1],
        effect_target_count=2,
        office_level=0.5,
        office_normal=100.0,
        office_lot=LOT,
        office_reviewed=0.5,
    )
    t.F[t.L.effect_numbers + REVIEW_DAYS] = 7.0
    t.call(set_officers, 0)
    assert t["office_officers"] == [officers]
