"""Where prices end: after a lasting loss at the closed form, after a passing shock where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from supplyrisk.spec.resolved import World

from .core_worlds import fast
from .small_worlds import chain, effect, event, three_stages, written

CHAINS = (("metal",), ("ore", "metal"), ("ore", "metal", "part"))
# A dear market needs a ceiling above its price. Cover is wide, so that nobody stands still before prices have done their
# work: then the whole loss is priced out, which is what the closed form says.
WIDE: dict[tuple[str, ...], Any] = {
    ("price_ceiling_index", ""): 1000.0,
    ("cover_weeks", "", "", ""): 20.0,
    ("input_cover_weeks", "", "", ""): 12.0,
    ("output_cover_weeks", "", ""): 4.0,
}


def closed_form(loss: float, elasticity: float) -> float:
    """Price index at which users do without the lost share."""
    return float((1.0 - loss) ** (-1.0 / elasticity))


def lasting_loss(world: World, loss: float = 0.2, years: float = 30.0) -> Any:
    """The first stage loses so much capacity that it makes 1 - `loss` of the baseline, for ever."""
    capacity_left = (1.0 - loss) * world.values["utilisation", "", ""]
    first = world.products[0].id
    return fast(world, event(effect("capacity_loss", 1.0 - capacity_left, first)), years=years)


@pytest.mark.parametrize("stages", CHAINS)
def test_a_lasting_loss_ends_at_the_closed_form(stages: tuple[str, ...]):
    world = chain(stages, values=WIDE)
    # A chain with twenty weeks of cover takes decades to settle.
    out = lasting_loss(world, years=40.0)
    assert out.price(stages[-1], "Z", "paid")[-26:] == pytest.approx(closed_form(0.2, 0.15), rel=1e-3)
    assert out.column("production_t", stages[-1])[-52:].mean() == pytest.approx(80.0, rel=1e-3)
    assert out.column("shortage_unserved_t")[-52:].max() < 1e-6


@pytest.mark.parametrize(
    ("loss", "short", "long", "price"),
    [
        (0.2, 0.15, 0.0, 4.4266),  # 0.8 ** (-1 / 0.15)
        (0.2, 0.12, 0.0, 6.4207),  # thrifting frozen: 0.8 ** (-1 / 0.12)
        (0.2, 0.12, 0.3, 1.7011),  # settled: 0.8 ** (-1 / 0.42)
        (0.1, 0.12, 0.0, 2.4060),  # 0.9 ** (-1 / 0.12)
    ],
)
def test_a_lasting_loss_ends_at_the_known_price(loss: float, short: float, long: float, price: float):
    values = {("elasticity_short", "", ""): short, ("elasticity_long", "", ""): long}
    out = lasting_loss(chain(values={**WIDE, **values}), loss)
    assert out.price("metal", "Z", "paid")[-1] == pytest.approx(price, rel=1e-3)
    assert price == pytest.approx(closed_form(loss, short + long), rel=1e-4)


def test_contracts_delay_a_lasting_loss_but_do_not_change_where_it_ends():
    spot, contract = (lasting_loss(chain(values={**WIDE, ("contract_share", ""): share})) for share in (0.0, 0.9))
    assert contract.price("metal", "Z", "paid")[13] < spot.price("metal", "Z", "paid")[13]
    assert contract.price("metal", "Z", "paid")[-1] == pytest.approx(closed_form(0.2, 0.15), rel=1e-3)


@pytest.mark.parametrize("makers", [{"A": 1.0}, {"A": 0.6, "B": 0.4}])
def test_arbitrage_brings_two_zones_to_one_price_after_a_lasting_loss(makers: Mapping[str, float]):
    """Where trade is free there is one price, and both zones together use what is made."""
    users = {("A", "cars"): 60.0, ("B", "cars"): 40.0}
    world = chain(
        makers=makers, users=users, zones={"ZA": ("A",), "ZB": ("B",)}, values={("price_ceiling_index", ""): 1e3}
    )
    out = lasting_loss(world)
    here, there = (float(out.price("metal", zone, "paid")[-1]) for zone in ("ZA", "ZB"))
    assert 0.6 * here**-0.15 + 0.4 * there**-0.15 == pytest.approx(0.8, rel=1e-4)
    assert (here, there) == pytest.approx((closed_form(0.2, 0.15),) * 2, rel=0.02)


# --- passing shocks -------------------------------------------------------------------------------
def alternations(price: np.ndarray) -> int:
    """How often a price crosses from more than 5 % above its baseline to more than 5 % below, or back."""
    side = np.sign(np.where(np.abs(price - 1.0) > 0.05, price - 1.0, 0.0))
    side = side[side != 0.0]
    return int((np.diff(side) != 0.0).sum())


BANS = [(product, weeks, share) for product in ("ore", "metal", "part") for weeks in (8, 26) for share in (0.5, 1.0)]
SHOCKS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("export_ban", {"origins": "A", "products": p, "duration": f"{w} weeks", "share": s}) for p, w, s in BANS),
    *(
        ("capacity_outage", {"countries": "A", "products": p, "duration": "26 weeks", "share_lost": 0.4})
        for p in ("ore", "metal", "part")
    ),
    ("demand_change", {"change": 0.2, "duration": "26 weeks"}),
    ("demand_change", {"change": -0.2, "duration": "26 weeks"}),
)


@pytest.mark.parametrize(
    ("type_", "fields"), SHOCKS, ids=lambda x: x if isinstance(x, str) else "-".join(map(str, x.values()))
)
def test_after_a_passing_shock_prices_return_without_ringing(type_: str, fields: dict[str, Any]):
    """At most two swings to the other side, and within 2 % of the baseline by the fifth year.

    Upstream of what was struck a third swing is allowed: a supplier of one small customer (C's ore here) sees
    its stops and starts one after the other.
    """
    world = three_stages()
    out = fast(world, written(world, type_, **fields), years=6.5)
    order = [p.id for p in world.products]
    struck = order.index(fields.get("products", "part"))
    moved = 0.0
    for rank, product in enumerate(order):
        for zone in world.zones:
            price = out.price(product, zone)
            moved = max(moved, float(np.abs(price - 1.0).max()))
            assert alternations(price) <= (2 if rank >= struck else 3), (product, zone)
            assert np.abs(price[5 * 52 :] - 1.0).max() < 0.02, (product, zone)
    assert moved > 0.1  # it was a shock
