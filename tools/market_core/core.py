"""The market core as an algorithm of its own: one run, any number of products, zones, sites, inputs and users.

See docs/background/market-core.md for every equation. The program has its own, in `sim/supplyrisk/model`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from beliefs import believe
from flows import consume, land, learn, produce, public_stocks, trade
from parameters import Numbers, default
from prices import aim, move
from state import Record, State, Week
from world import World

SERIES = ("price", "paid", "stock", "output", "use", "unserved", "wanted")


def run(
    world: World,
    weeks: int,
    events: Callable[[int], Week],
    numbers: Numbers | None = None,
    rows: int = 1,
    error: np.ndarray | None = None,
    scale: Mapping | None = None,
) -> Record:
    """Run the chain for some weeks.

    Parameters
    ----------
    events
        What happens in week t; numbers of a week may be arrays of rows.
    numbers
        Parameters; central ones if left out.
    rows
        Number of rows reckoned side by side.
    error
        The model's own error of ln price, (week, product, zone, row).
    scale
        See `State`.
    """
    state = State(world, numbers or default(), rows, scale)
    series: dict[str, list] = {name: [] for name in SERIES}
    flows: dict[tuple[int, int, int], list] = {link: [] for link in state.last_flow}
    for t in range(weeks):
        week = events(t)
        landed = land(state)
        beliefs = believe(state, week)
        move(state, aim(state, week, beliefs), None if error is None else error[t])
        made = produce(state, beliefs)
        state.output = made.output
        used = consume(state, beliefs, made, t)
        sent = trade(state, beliefs.rules, made, used, landed)
        learn(state, beliefs.rules, made, used, landed, sent)
        state.last_flow.update(sent)
        public_stocks(state, week)
        state.made = state.made + made.output.sum((0, 1))
        state.used = state.used + used.use.sum(0) + made.intake.sum((0, 1))
        now = (np.exp(state.quoted), state.paid, state.stock, made.output, used.use, used.unserved, used.wanted)
        for name, value in zip(SERIES, now):
            series[name].append(np.array(value))
        for link, flow in sent.items():
            flows[link].append(flow / world.trade[link])
    gap = state.made - state.used + state.public - (state.held() - state.start)
    return Record(
        **{name: np.array(values) for name, values in series.items()},
        flow={link: np.array(values) for link, values in flows.items()},
        mass=abs(gap) / np.maximum(state.made, 1e-9),
        first_short=state.first_short,
    )
