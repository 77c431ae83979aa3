"""A chain of products in zones at rest: sites, users, trade; and a generic one of three stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

FIRM_QUANTILES = np.array([-1.2816, -0.5244, 0.0, 0.5244, 1.2816])  # of a standard normal: the middles of five fifths


@dataclass
class Site:
    """Works or a mine.

    q0: normal output (flow). cap: capacity, multiple of q0. inputs: by product the share of the input's cost in the price
    (alpha) and tonnes per tonne. eta: a mine's output ~ price^eta; cash: prices between which its cost curve closes mines.
    """

    product: str
    zone: str
    q0: float
    cap: float = 1.11
    inputs: dict[str, tuple[float, float]] = field(default_factory=dict)
    kind: str = ""  # "mine" or "maker"; by default a mine if it has no inputs
    eta: float = 0.3
    cash: tuple[float, float] = (0.5, 1.0)
    k: int = -1
    z: int = -1
    needs: list[tuple[int, float, float]] = field(default_factory=list)  # (product, alpha, tonnes per tonne)


@dataclass
class User:
    """An end use of one zone.

    use: normal (flow). eps, eps_long: price elasticity at once and of lasting thrift. cover: weeks of use in stock, spread
    over five firms with coefficient of variation cv (log-normal).
    """

    product: str
    zone: str
    use: float
    eps: float = 0.15
    eps_long: float = 0.3
    cover: float = 10.0
    cv: float = 0.7
    k: int = -1
    z: int = -1
    firms: np.ndarray = field(default_factory=lambda: np.ones(5))


class World:
    """The chain at rest.

    Parameters
    ----------
    products
        Names, inputs before what is made of them.
    cover
        By product, weeks of the zone's need that makers and traders hold; one number or one for each zone.
    trade
        By product, gross normal flows (origin, destination); left out: net, from surplus to deficit zones in proportion.
    transit
        By product, weeks under way.
    contract
        Share of need under contract, for all or by product.
    origin
        By product, true if contracts follow the price of the first zone.
    eps_in
        By product, elasticity of makers' need of it.
    link_multiple
        By product, most that a link carries, where it differs from the parameter.
    out_weeks
        Weeks of output that makers hold of their own product.
    """

    def __init__(
        self,
        products: Sequence[str],
        zones: Sequence[str],
        sites: list[Site],
        users: list[User],
        cover: Mapping[str, float | Sequence[float]],
        trade: Mapping[str, Mapping[tuple[str, str], float]] | None = None,
        transit: Mapping[str, int] | None = None,
        contract: float | Mapping[str, float] = 0.5,
        origin: Mapping[str, bool] | None = None,
        eps_in: Mapping[str, float] | None = None,
        link_multiple: Mapping[str, float] | None = None,
        out_weeks: float = 2.0,
    ) -> None:
        self.products, self.zones, self.sites, self.users = products, zones, sites, users
        self.number_of_products, self.number_of_zones = len(products), len(zones)
        self.out_weeks = out_weeks
        self._place()
        self._add_up()
        self.trade = np.array([self._trade(k, (trade or {}).get(name)) for k, name in enumerate(products)])
        shape = (self.number_of_zones,)
        shares = [contract.get(name, 0.5) if isinstance(contract, Mapping) else contract for name in products]
        self.contract = np.array([np.broadcast_to(share, shape) for share in shares], float)
        self.cover = np.array([np.broadcast_to(cover[name], shape) for name in products], float)
        self.transit = [int((transit or {}).get(name, 0)) for name in products]
        self.origin = [bool((origin or {}).get(name, False)) for name in products]
        self.eps_in = [(eps_in or {}).get(name, 0.0) for name in products]
        self.link_multiple = [(link_multiple or {}).get(name) for name in products]
        self.links = [tuple(int(i) for i in link) for link in np.argwhere(self.trade > 0)]

    def _place(self) -> None:
        """Number products and zones in sites and users; spread covers over firms."""
        product = {name: k for k, name in enumerate(self.products)}
        zone = {name: z for z, name in enumerate(self.zones)}
        for site in self.sites:
            site.k, site.z = product[site.product], zone[site.zone]
            site.kind = site.kind or ("maker" if site.inputs else "mine")
            site.needs = [(product[name], alpha, per) for name, (alpha, per) in site.inputs.items()]
        for user in self.users:
            user.k, user.z = product[user.product], zone[user.zone]
            spread = np.exp(np.sqrt(np.log(1 + user.cv**2)) * FIRM_QUANTILES)
            user.firms = spread / spread.mean()

    def _add_up(self) -> None:
        """Output, makers' need and all need of every cell at rest."""
        shape = (self.number_of_products, self.number_of_zones)
        self.out0, self.maker_need0, self.user_need0 = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for site in self.sites:
            self.out0[site.k, site.z] += site.q0
            for j, _, per in site.needs:
                self.maker_need0[j, site.z] += per * site.q0
        self.need0 = self.maker_need0.copy()
        for user in self.users:
            self.need0[user.k, user.z] += user.use
            self.user_need0[user.k, user.z] += user.use

    def _trade(self, k: int, stated: Mapping[tuple[str, str], float] | None) -> np.ndarray:
        """Normal flows of product k from zone to zone, which must close every zone's balance."""
        flows = np.zeros((self.number_of_zones, self.number_of_zones))
        if stated:
            zone = {name: z for z, name in enumerate(self.zones)}
            for (origin, destination), flow in stated.items():
                flows[zone[origin], zone[destination]] = flow
        else:
            net = self.out0[k] - self.need0[k]
            exports, imports = np.maximum(net, 0), np.maximum(-net, 0)
            if imports.sum() > 0:
                flows = np.outer(exports, imports) / imports.sum()
        gap = self.out0[k] - self.need0[k] - flows.sum(1) + flows.sum(0)
        if abs(gap).max() >= 1e-9:
            raise ValueError(f"{self.products[k]}: output, need and trade don't balance by zone: {gap}")
        return flows


def generic(
    alpha: tuple[float, float] = (0.5, 0.3),
    use: tuple[float, float] = (0.6, 0.4),
    home: tuple[float, float, float] = (0.9, 0.95, 0.9),
    cover: Sequence[Sequence[float]] = ((8, 8), (8, 12), (4, 4)),
    user_cover: tuple[float, float] = (6, 14),
    cv: tuple[float, float] = (0.5, 0.7),
    eps: float = 0.15,
    eps_long: float = 0.3,
    eta: float = 0.3,
    cap: float | Sequence[Sequence[float]] = 1.11,
    cash: tuple[float, float] = (0.5, 1.0),
    contract: tuple[float, float, float] = (0.5, 0.5, 0.6),
) -> World:
    """Three stages, ore, refined and component, in two zones, home and outside; users buy the component.

    alpha: cost share of ore in refined, of refined in component. use: by zone. home: share of output at home, by stage.
    """
    products, zones = ["ore", "refined", "component"], ["home", "outside"]
    sites = []
    for k, product in enumerate(products):
        inputs = {products[k - 1]: (alpha[k - 1], 1.0)} if k else {}
        for z, zone in enumerate(zones):
            capacity = cap if isinstance(cap, float | int) else cap[k][z]
            share = home[k] if z == 0 else 1 - home[k]
            sites.append(Site(product, zone, share, capacity, dict(inputs), eta=eta, cash=cash))
    users = [
        User("component", zone, use[z], eps, eps_long, user_cover[z], cv[z])
        for z, zone in enumerate(zones)
    ]  # fmt: skip
    return World(
        products, zones, sites, users, dict(zip(products, cover)), contract=dict(zip(products, contract))
    )  # fmt: skip
