"""A seller divides what it has, and never more or less than that."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from supplyrisk.model.orders import ration_lanes


@pytest.mark.parametrize(
    ("orders", "rush", "stock", "sent"),
    [
        ((6.0, 4.0), (0.0, 0.0), 5.0, (3.0, 2.0)),
        ((6.0, 6.0), (0.0, 2.0), 11.0, (6.0, 5.0)),  # the rush last
        ((6.0, 1.0), (0.0, 3.0), 5.0, (5.0, 0.0)),  # a rule has left less than what the rush had asked for
        ((6.0, 0.0), (0.0, 3.0), 5.0, (5.0, 0.0)),
    ],
)
def test_usual_orders_come_before_a_rush_and_nothing_is_less_than_none(
    orders: tuple[float, float], rush: tuple[float, float], stock: float, sent: tuple[float, float]
) -> None:
    layout = SimpleNamespace(lane_out=0, lane_order=2, lane_rush=4, lane_first=0, site_lanes=2, singled_out=4)
    floats, ints = [0.0, 0.0, *orders, *rush], [0, 0, 0, 1, 0]
    ration_lanes(layout, floats, ints, 0, 2, stock)
    assert floats[:2] == pytest.approx(sent)
    assert sum(floats[:2]) == pytest.approx(stock)


@pytest.mark.parametrize(
    ("gap", "ruled", "sent"),
    [
        (0.0, False, (3.0, 3.0)),
        (-1.0, False, (3.0, 3.0)),
        (0.025, False, (4.5, 1.5)),  # half of the way from its share to its order
        (0.05, False, (6.0, 0.0)),
        (2.0, False, (6.0, 0.0)),
        (2.0, True, (3.0, 3.0)),  # the site's own rule is what makes it dear
    ],
)
def test_who_is_singled_out_elsewhere_and_pays_more_comes_first(
    gap: float, ruled: bool, sent: tuple[float, float]
) -> None:
    """A site has 6 t for two orders of 6; the first is of a zone that a rule of somebody else singles out."""
    places = {"lane_out": 0, "lane_order": 2, "lane_rush": 4, "clean_log": 6, "lane_wait": 8}
    numbers = {
        "site_lanes": 0,
        "lane_first": 2,
        "lane_to_cell": 4,
        "lane_from_cell": 6,
        "cell_single": 8,
        "singled_out": 10,
    }
    floats = [0.0, 0.0, 6.0, 6.0, 0.0, 0.0, 0.0, gap, 0.0 if ruled else -1.0, -1.0]
    ints = [0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1]
    ration_lanes(SimpleNamespace(**places, **numbers), floats, ints, 0, 2, 6.0)
    assert floats[:2] == pytest.approx(sent)
