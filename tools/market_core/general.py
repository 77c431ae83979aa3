"""Four zones, several sites, two inputs, transit, gross two-way trade: the laws, and bans on one destination or of unequal harshness.

python tools/market_core/general.py         # about two minutes
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from core import run
from laws import laws
from state import Rule, Week
from world import Site, User, World

ZONES = ("home", "eu", "us", "jp")
PRODUCTS = ("ore", "coke", "refined", "component", "other")
TWO_WAY = {"component": {("eu", "us"): 0.02, ("jp", "eu"): 0.03}}


def sites() -> list[Site]:
    """Thirteen, by-product ore among them."""
    refined, component, other = (
        {"ore": (0.5, 1.0), "coke": (0.1, 1.0)},
        {"refined": (0.3, 0.8)},
        {"refined": (0.2, 0.5)},
    )
    return [
        Site("ore", "home", 0.7, 1.15),
        Site("ore", "us", 0.2, 1.1),
        Site("ore", "us", 0.1, 1.3, eta=0.1, cash=(0.1, 0.4)),
        Site("coke", "home", 0.5, 1.2),
        Site("coke", "eu", 0.5, 1.2),
        Site("refined", "home", 0.55, 1.3, dict(refined)),
        Site("refined", "home", 0.3, 1.1, {"ore": (0.4, 1.0), "coke": (0.2, 1.0)}),
        Site("refined", "jp", 0.15, 1.2, dict(refined)),
        Site("component", "home", 0.75, 1.3, dict(component)),
        Site("component", "eu", 0.1, 1.2, dict(component)),
        Site("component", "jp", 0.15, 1.2, dict(component)),
        Site("other", "home", 0.8, 1.3, dict(other)),
        Site("other", "us", 0.2, 1.3, dict(other)),
    ]


def four_zones(transit: Sequence[int] = (3, 0, 4, 6, 4)) -> World:
    """The world, its sites scaled to need and its trade balanced from users' products to mines."""
    works = sites()
    users = [
        User("component", "home", 0.4, cover=6),
        User("component", "eu", 0.25, cover=12),
        User("component", "us", 0.2, cover=10),
        User("component", "jp", 0.15, cover=14),
        User("other", "eu", 0.25),
        User("other", "home", 0.15),
    ]
    trade = {}
    for product in reversed(PRODUCTS):
        made = [site for site in works if site.product == product]
        need = {
            z: sum(site.inputs[product][1] * site.q0 for site in works if site.zone == z and product in site.inputs)
            + sum(user.use for user in users if user.product == product and user.zone == z)
            for z in ZONES
        }
        output = sum(site.q0 for site in made)
        for site in made:
            site.q0 *= sum(need.values()) / output
        flows = dict(TWO_WAY.get(product, {}))
        balance = {
            z: sum(site.q0 for site in made if site.zone == z)
            - need[z]
            - sum(v for (a, _), v in flows.items() if a == z)
            + sum(v for (_, b), v in flows.items() if b == z)
            for z in ZONES
        }
        deficit = sum(max(-v, 0) for v in balance.values())
        for a in ZONES:
            for b in ZONES:
                if balance[a] > 1e-12 and balance[b] < -1e-12:
                    flows[a, b] = flows.get((a, b), 0) - balance[a] * balance[b] / deficit
        trade[product] = flows
    cover = {"ore": 6, "coke": 5, "refined": (8, 10, 10, 12), "component": 4, "other": 4}
    return World(PRODUCTS, ZONES, works, users, cover, trade=trade, transit=dict(zip(PRODUCTS, transit)))


def bans() -> dict[str, list[Rule]]:
    """On one destination alone, and on all with unequal shares."""
    component = PRODUCTS.index("component")
    return {
        "us only": [Rule(component, 0, [2], 0.0, leak=0.0)],
        "all, us harsher": [Rule(component, 0, [1, 3], 0.5, leak=0.0), Rule(component, 0, [2], 0.0, leak=0.0)],
    }


def main() -> None:
    """Laws with rules on refined and component, then the bans, a year each."""
    held, _ = laws(four_zones(), ruled=(2, 3))
    print([name for name, ok in held.items() if not ok] or "all hold", len(held))
    for name, rules in bans().items():
        record = run(four_zones(), 200, lambda t, rules=rules: Week(rules=rules if 20 <= t < 72 else []))
        weeks = (1, 5, 13, 26, 50, 60, 80, 120)
        print(name, [(t, record.price[20 + t, 3, :, 0].round(2).tolist()) for t in weeks])
        flows = {
            f"{ZONES[o]}-{ZONES[d]}": round(float(flow[45, 0]), 2) for (k, o, d), flow in record.flow.items() if k == 3
        }
        print("   flows of week 25, of normal", flows, f"mass {np.max(record.mass):.0e}")


if __name__ == "__main__":
    main()
