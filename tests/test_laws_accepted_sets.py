"""The laws hold for every accepted set of the shared behaviour, in shipped worlds, not only for default parameters."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.engines import get_engine
from sim.model.compile import compile_scenario
from sim.spec.load import text_scenario

# World, and what the ban is on.
WORLDS = {
    "ndfeb": "[dytb_oxide, ht_magnet]",
    "gallium": "[crude_gallium, pure_gallium]",
    "antimony": "[antimony_metal, antimony_trioxide]",
}
TEXT = """
title: A ban
question: Do the laws hold?
world: {world}
horizon: {{start: 2026-01-01, years: 4}}
outlook: calm
events:
  - {{type: export_ban, origins: CN, products: {products}, start: 2026-07-01, {ban}}}
"""


@cache
def outcomes(world: str, ban: str) -> tuple[np.ndarray, float, float]:
    """Tonnes that users outside China lack, by accepted set; the worst balance of masses; the smallest number recorded."""
    text = TEXT.format(world=world, products=WORLDS[world], ban=ban)
    scenario = text_scenario(text, Path(__file__).with_suffix(".yaml")).scenarios[0]
    model: Any = compile_scenario(scenario)
    short = [
        j
        for j, c in enumerate(model.weekly_columns)
        if c.variable in ("shortage_unserved_t", "shortage_priced_out_t") and c.place != "CN"
    ]
    engine, tonnes, balance, least = get_engine("batch"), [], 0.0, np.inf
    for row in range(len(next(c for c in model.sampled if c.kind == "table").args)):
        values = np.array([c.args[row] if c.kind == "table" else c.central for c in model.sampled])
        series = engine.run(model, 1, 0, 1, values)
        tonnes.append(series.weekly[:, short].sum())
        balance = max(balance, series.totals["balance_error"])
        least = min(least, series.weekly.min(), series.monthly.min())
    return np.array(tonnes), balance, float(least)


@pytest.mark.parametrize("world", WORLDS)
def test_nothing_is_lost_and_nothing_is_negative(world: str) -> None:
    tonnes, balance, least = outcomes(world, "duration: 52 weeks")
    assert len(tonnes) >= 50
    assert balance < 1e-12
    assert least > -1e-9


@pytest.mark.parametrize("world", WORLDS)
def test_a_longer_ban_never_lessens_the_shortage(world: str) -> None:
    tonnes = np.array([outcomes(world, f"duration: {weeks} weeks")[0] for weeks in (13, 26, 52)])
    assert (np.diff(tonnes, axis=0) > 0.0).all()


@pytest.mark.parametrize("world", WORLDS)
def test_a_harsher_ban_never_lessens_the_shortage(world: str) -> None:
    tonnes = np.array([outcomes(world, f"duration: 52 weeks, share: {share} %")[0] for share in (40, 70, 100)])
    assert (np.diff(tonnes, axis=0) > 0.0).all()
