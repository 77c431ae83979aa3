"""The laws of the market core in every shipped world, for the product that its main country controls."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from .law_battery import Battery, central, falls, shipped

# World: controlled product, by whom, zone whose price is looked at.
MAIN = {
    "antimony": ("antimony_trioxide", "CN", "exCN"),
    "bismuth": ("bismuth_oxide", "CN", "exCN"),
    "cobalt": ("cobalt_intermediate", "CD", "CN"),
    "gallium": ("crude_gallium", "CN", "exCN"),
    "germanium": ("germanium", "CN", "exCN"),
    "graphite": ("natural_anode", "CN", "exCN"),
    "magnesium": ("magnesium", "CN", "exCN"),
    "ndfeb": ("ht_magnet", "CN", "exCN"),
    "tungsten": ("apt", "CN", "exCN"),
}
OTHERS = {
    "antimony": ("antimony_metal",),
    "bismuth": ("bismuth_metal",),
    "gallium": ("pure_gallium", "gallium_wafer"),
    "graphite": ("flake_graphite", "synthetic_anode"),
    "ndfeb": ("dytb_oxide", "ndpr_oxide", "standard_magnet"),
    "tungsten": ("carbide", "tungsten_metal"),
}
# Ore and what is made of it comes with another metal, whatever its price: nobody stops making what a ban leaves in stocks.
BY_PRODUCTS = {
    "bismuth": ("bismuth_metal", "bismuth_oxide"),
    "cobalt": ("cobalt_intermediate", "cobalt_chemical", "cobalt_metal"),
    "germanium": ("crude_germanium", "germanium"),
}
# The Congo lies in one zone with all who sell intermediates to China: while others' links carry more, a small stop binds
# nobody. A zone of its own would change that.
SHARED_ZONE = ("cobalt",)


@cache
def battery(name: str) -> Battery:
    return Battery(shipped(name), *MAIN[name])


def check_prices(one: Battery, values: np.ndarray, name: str) -> None:
    """Price of week 5 by share and announced length."""
    found = one.prices(values)
    share, length, dependence = found["share"], found["length"], one.dependence(values)
    assert share[0] < 1.5
    if name in SHARED_ZONE:
        assert not falls(share)
        assert (np.diff(share[2:]) > 0.0).all(), share
        return
    assert (np.diff(share) > 0.0).all(), share
    # Others' spare capacity takes the edge off a total stop. Where it makes most of what is missing, the dearer start of a
    # longer stop has done its work by week 5: the start counts.
    if dependence >= 0.7:
        assert share[-1] >= 1.8 * share[0], (share, dependence)
    if dependence >= 0.4:
        assert (np.diff(length) > 0.0).all(), length
    assert not falls(found["highest"], 0.02), found["highest"]


def check_losses(one: Battery, values: np.ndarray) -> None:
    """Longer and harsher never lessens the loss; notice hardly raises it.

    It narrows the gap of prices, so that less leaks, and the rush moves prices for those it does not help too.
    """
    lost = one.losses(values)
    for what in ("length of all", "length of 30 %", "share"):
        assert not falls(lost[what]), (what, lost[what])
        assert lost[what][-1] > 1.5 * lost[what][0]
    for what in ("notice of all", "notice of half"):
        assert lost[what].max() <= 1.1 * lost[what][0], (what, lost[what])


def most(world: str, name: str, product: str) -> tuple[int, float]:
    """Weeks to be back within 10 %, and the height of a second rise."""
    if product in BY_PRODUCTS.get(world, ()):
        return 400, 1.5
    if world == "ndfeb" and name.startswith("demand"):
        # Six products in a row, of which the mines have least to spare.
        return 90, 1.6 if product.endswith("concentrate") else 1.5
    if world == "cobalt":
        return 200, 1.5
    return (108 if name.startswith("mine") and name.split()[1] == product else 78), 1.5


@pytest.mark.parametrize("name", MAIN)
def test_rest_stays_for_ten_years(name: str) -> None:
    one = battery(name)
    assert one.rest(10.0, central(one.base)) == []


@pytest.mark.parametrize("name", MAIN)
def test_the_price_of_week_5_rises_with_share_and_announced_length(name: str) -> None:
    one = battery(name)
    check_prices(one, central(one.base), name)


@pytest.mark.parametrize("name", MAIN)
def test_longer_and_harsher_bans_never_lessen_the_loss(name: str) -> None:
    one = battery(name)
    check_losses(one, central(one.base))


@pytest.mark.parametrize("name", MAIN)
def test_what_passes_is_over_when_it_is_over(name: str) -> None:
    one = battery(name)
    assert one.returns(central(one.base), lambda event, product: most(name, event, product)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "product"), [(name, product) for name, several in OTHERS.items() for product in several]
)
def test_other_controlled_products_keep_the_laws(name: str, product: str) -> None:
    _, origin, zone = MAIN[name]
    one = Battery(battery(name).base, product, origin, zone)
    values = central(one.base)
    check_prices(one, values, name)
    check_losses(one, values)
    assert one.returns(values, lambda event, of: most(name, event, of)) == []
