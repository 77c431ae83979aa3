"""One other tool on a chain of three stages. Runs in an environment of its own; imports nothing of this project.

    python others.py TOOL CHAINS WEEKS REPEATS      # prints one JSON object

The chain is what all of these tools can express: a mine, a refinery and a factory in each of CHAINS countries, weekly
orders up to a target, weeks of transport between the stages, noisy weekly demand. None of them has prices, export
controls or a market in which users compete; that is what the comparison leaves out, in their favour.
"""

from __future__ import annotations

import importlib.metadata
import json
import random
import sys
import time
import warnings
from collections.abc import Callable

DEMAND_T, NOISE_T = 100.0, 10.0  # a week, and its standard deviation
TRANSIT_WEEKS, MAKING_WEEKS = 3, 1
TARGET_T = DEMAND_T * 10  # stock and goods under way that orders aim at
STAGES = 3
STOPPED_WEEKS = range(10, 36)  # in which the first refinery makes nothing, where a tool can say so


def simpy_by_hand(chains: int, weeks: int) -> Callable[[int], float]:
    """What one writes in an afternoon: a process per site, a timeout per shipment and batch; buyers split orders."""
    import simpy

    class Site:
        def __init__(self, env: simpy.Environment, upstream: list[Site], stopped: range) -> None:
            self.env, self.upstream, self.stopped = env, upstream, stopped
            self.goods, self.inputs, self.coming = TARGET_T, TARGET_T, 0.0
            self.orders: list[tuple[float, Callable[[float], None]]] = []
            env.process(self.work())

        def work(self):
            while True:
                self.order()
                amount = min(self.inputs, DEMAND_T * 1.2) if self.upstream else DEMAND_T * 1.2
                if self.goods < TARGET_T and amount > 0.0 and self.env.now not in self.stopped:
                    self.inputs -= amount if self.upstream else 0.0
                    self.env.process(self.make(amount))
                self.ship()
                yield self.env.timeout(1)

        def order(self):
            missing = TARGET_T - self.inputs - self.coming
            if missing > 0.0:
                for seller in self.upstream:
                    self.coming += missing / len(self.upstream)
                    seller.orders.append((missing / len(self.upstream), self.take))

        def make(self, amount):
            yield self.env.timeout(MAKING_WEEKS)
            self.goods += amount

        def ship(self):
            for amount, deliver in self.orders:
                sent = min(amount, self.goods)
                self.goods -= sent
                self.env.process(self.travel(sent, amount, deliver))
            self.orders.clear()

        def travel(self, sent, amount, deliver):
            yield self.env.timeout(TRANSIT_WEEKS)
            deliver(sent, amount)

        def take(self, sent, amount):
            self.inputs += sent
            self.coming -= amount

    def run(seed: int) -> float:
        env, draw, short = simpy.Environment(), random.Random(seed), 0.0
        rows: list[list[Site]] = [[]]
        for stage in range(STAGES):
            stopped = [STOPPED_WEEKS if (stage, c) == (1, 0) else range(0) for c in range(chains)]
            rows.append([Site(env, rows[-1], each) for each in stopped])

        def use():
            nonlocal short
            while True:
                for site in rows[-1]:
                    wanted = max(0.0, draw.gauss(DEMAND_T, NOISE_T))
                    served = min(wanted, site.goods)
                    site.goods -= served
                    short += wanted - served
                yield env.timeout(1)

        env.process(use())
        env.run(weeks)
        return short

    return run


def supplynetpy(chains: int, weeks: int) -> Callable[[int], float]:
    """Supplier, manufacturer, distributor; a manufacturer orders from one supplier per material."""
    import SupplyNetPy.Components as scm

    def run(seed: int) -> float:
        draw = random.Random(seed)
        nodes, links, demands = [], [], []
        ordering = {"replenishment_policy": scm.SSReplenishment, "policy_param": {"s": TARGET_T * 0.9, "S": TARGET_T}}
        stock = {"capacity": 4 * TARGET_T, "initial_level": TARGET_T, "inventory_holding_cost": 0.01}
        for c in range(chains):
            ore = scm.RawMaterial(f"ore{c}", "ore", 4 * DEMAND_T, 1, 1.0, 1.0)
            part = scm.Product(f"part{c}", "part", 1.0, MAKING_WEEKS, 10.0, [(ore, 1)], 4 * int(DEMAND_T))
            nodes += [
                {"ID": f"mine{c}", "name": "mine", "node_type": "supplier", "raw_material": ore, **stock},
                {"ID": f"maker{c}", "name": "maker", "node_type": "manufacturer", "product": part, **stock}
                | {"product_sell_price": 10.0, **ordering},
                {"ID": f"user{c}", "name": "user", "node_type": "distributor", **stock}
                | {"product_buy_price": 10.0, "product_sell_price": 11.0, **ordering},
            ]
            for number, (source, sink) in enumerate((("mine", "maker"), ("maker", "user"))):
                link = {"ID": f"L{number}{c}", "source": f"{source}{c}", "sink": f"{sink}{c}", "cost": 1.0}
                links.append({**link, "lead_time": lambda: TRANSIT_WEEKS})
            demands.append(
                {"ID": f"D{c}", "name": "use", "demand_node": f"user{c}", "order_arrival_model": lambda: 1}
                | {"order_quantity_model": lambda: max(1, round(draw.gauss(DEMAND_T, NOISE_T)))}
            )
        net = scm.create_sc_net(nodes, links, demands)
        return float(scm.simulate_sc_net(net, sim_time=weeks, logging=False)["shortage"][1])

    return run


def stockpyl(chains: int, weeks: int) -> Callable[[int], float]:
    """Serial systems with base-stock policies."""
    from stockpyl.sim import simulation
    from stockpyl.supply_chain_network import serial_system

    def run(seed: int) -> float:
        cost = 0.0
        for c in range(chains):
            network = serial_system(
                STAGES,
                local_holding_cost=[0.1, 0.2, 0.3],
                stockout_cost=10.0,
                shipment_lead_time=TRANSIT_WEEKS,
                demand_type="N",
                mean=DEMAND_T,
                standard_deviation=NOISE_T,
                policy_type="BS",
                base_stock_level=[TARGET_T] * STAGES,
            )
            cost += simulation(network, weeks, rand_seed=seed * chains + c, progress_bar=False)
        return cost

    return run


def boario(chains: int, weeks: int) -> Callable[[int], float]:
    """Three sectors in each region, one weekly step, production stopped in one place for half a year."""
    import logging

    import numpy as np
    import pandas as pd
    import pymrio
    from boario import event
    from boario.extended_models import ARIOPsiModel
    from boario.simulation import Simulation

    logging.disable(logging.CRITICAL)
    regions, sectors = [f"R{c}" for c in range(chains)], ["ore", "metal", "part"]
    industries = pd.MultiIndex.from_product([regions, sectors], names=["region", "sector"])
    flows = np.zeros((len(industries), len(industries)))
    final = np.zeros((len(industries), chains))
    for buyer in range(chains):
        for seller in range(chains):
            for stage in range(1, STAGES):
                flows[seller * STAGES + stage - 1, buyer * STAGES + stage] = 1000.0 * stage / chains
            final[seller * STAGES + STAGES - 1, buyer] = 5000.0 / chains
    users = pd.MultiIndex.from_product([regions, ["Final demand"]], names=["region", "category"])

    def run(seed: int) -> float:
        table = pymrio.IOSystem(
            Z=pd.DataFrame(flows, index=industries, columns=industries),
            Y=pd.DataFrame(final, index=industries, columns=users),
        )
        table.calc_all()
        model = ARIOPsiModel(table, temporal_units_by_step=7, main_inv_dur=70)
        sim = Simulation(model, n_temporal_units_to_sim=7 * weeks)
        stop = pd.Series([0.5], index=pd.MultiIndex.from_tuples([("R0", "metal")], names=["region", "sector"]))
        sim.add_event(event.from_series(stop, event_type="arbitrary", occurrence=70, duration=182, recovery_tau=28))
        sim.loop()
        return float(np.nansum(sim.final_demand_unmet.to_numpy()))

    return run


TOOLS = {
    "simpy": ("simpy", simpy_by_hand),
    "supplynetpy": ("supplynetpy", supplynetpy),
    "stockpyl": ("stockpyl", stockpyl),
    "boario": ("boario", boario),
}


def main() -> None:
    tool, chains, weeks, repeats = sys.argv[1], *map(int, sys.argv[2:5])
    warnings.simplefilter("ignore")
    package, make = TOOLS[tool]
    run = make(chains, weeks)
    results, seconds = [run(0)], []  # the first run loads and fills caches
    for seed in range(1, repeats + 1):
        start = time.process_time()
        results.append(run(seed))
        seconds.append(time.process_time() - start)
    print(json.dumps({"version": importlib.metadata.version(package), "seconds": seconds, "results": results}))


if __name__ == "__main__":
    main()
