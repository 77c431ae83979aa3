"""Whether markets come to rest again: a year-long stop of a chain's exports, and the years long after it.

No episode is long enough to tell a behaviour that overshoots from one that swings for ever, and some of the sets that
reach the peaks of 2011 do the latter. That prices return after a passing shock is a law of the model
(`tests/test_laws_prices.py`), so it is asked of every parameter set that is accepted.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WORLDS = ("ndfeb", "gallium", "antimony")
CALM = math.log(1.25)  # largest move of a spot price that counts as rest
LAST_WEEKS = 104
STOP = """
title: A stop that passes
question: Do prices come to rest?
world: {world}
horizon: {{start: 2026-01-01, years: 8}}
outlook: calm
events:
  - {{type: export_ban, origins: CN, products: {products}, start: 2026-07-01, duration: 12 months}}
"""


class Stop:
    """A world whose exports from China stop for a year, four and a half years before the weeks that count."""

    def __init__(self, world: str, engine: str = "batch") -> None:
        from ..engines import get_engine
        from ..model.compile import compile_scenario
        from ..spec.load import read_world, text_scenario

        made = [product.id for product in read_world(world).world.products if product.inputs]
        text = STOP.format(world=world, products=f"[{', '.join(made)}]")
        self.model = compile_scenario(text_scenario(text, Path(f"stop_in_{world}.yaml")).scenarios[0])
        self.engine = get_engine(engine)
        self.columns = [column.name for column in self.model.sampled]
        self.prices = [j for j, c in enumerate(self.model.weekly_columns) if c.variable == "price_spot_index"]

    def central(self, runs: int) -> Floats:
        """Rows of central values; of a table its first row."""
        row = [c.args[0] if c.kind == "table" else c.central for c in self.model.sampled]
        return np.tile(np.array(row, dtype=float), (runs, 1))

    def unrest(self, values: Floats, seed: int) -> Floats:
        """How far spot prices still move in the last two years, per row: 0 at rest, 1 at the square of `CALM`."""
        found = np.zeros(len(values))
        for row in range(len(values)):
            weekly: Any = self.engine.run(self.model, 1, 0, seed, values[row]).weekly
            late = np.abs(np.log(np.maximum(weekly[-LAST_WEEKS:, self.prices], 1e-3))).max()
            found[row] = max(0.0, float(late) / CALM - 1.0)
        return found
