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
    layout = SimpleNamespace(lane_out=0, lane_order=2, lane_rush=4, lane_first=0, site_lanes=2)
    floats, ints = [0.0, 0.0, *orders, *rush], [0, 0, 0, 1]
    ration_lanes(layout, floats, ints, 0, 2, stock)
    assert floats[:2] == pytest.approx(sent)
    assert sum(floats[:2]) == pytest.approx(stock)
