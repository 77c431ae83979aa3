"""Nothing moves without an event, nothing is lost or made from nothing, nothing is negative: in every run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from supplyrisk.engines.simpy_engine import ReferenceRun
from supplyrisk.events.registry import EVENT_TYPE_BY_NAME
from supplyrisk.experiment.designs import Design
from supplyrisk.model.compile import CompiledModel, compile_scenario
from supplyrisk.model.start import mass_now
from supplyrisk.spec.load import read_world
from supplyrisk.spec.resolved import Outlook, RandomOutages

from .every_event import BY_EXAMPLE, EVERY, by_example, made
from .small_worlds import START, chain, run, scenario, three_stages

# Tonnes of something, and two prices: array of the arena -> what it has one number for.
AMOUNTS = {
    "site_stock": "sites",
    "site_held": "sites",
    "site_wip": "sites",
    "site_start": "sites",
    "holder_stock": "holders",
    "holder_expected": "holders",
    "desk_in": "desks",
    "stockpile": "nodes",
    "lane_out": "lanes",
    "lane_held": "lanes",
    "lane_unfiled": "lanes",
    "lane_late": "lanes",
    "lane_leak": "lanes",
    "lane_blocked": "lanes",
    "office_backlog": "offices",
    "lane_in_transit": "lanes",
    "spot": "cells",
    "contract": "cells",
}


class WatchedRun(ReferenceRun):
    """A run that is looked at after every market."""

    worst = 0.0
    lowest = 0.0

    def after_market(self, day: int) -> None:
        """Masses and signs when the market is over and what it sent is under way."""
        super().after_market(day)
        L, F = self.L, self.F
        for k in range(L.n_products):
            there = F[L.balance_start_t + k] + F[L.balance_made_t + k]
            gone = F[L.balance_used_t + k] + F[L.balance_lost_t + k]
            self.worst = max(self.worst, abs(there - gone - self.now(k)) / there)
        for name, size in AMOUNTS.items():
            first = getattr(L, name)
            values = F[first : first + getattr(L, f"n_{size}")]
            assert np.isfinite(values).all(), name
            self.lowest = min([self.lowest, *values])

    def now(self, product: int) -> float:
        """Tonnes that exist; what a rule inside the week keeps back is neither in stock nor under way."""
        L, F, site_of = self.L, self.F, self.I[self.L.lane_site :]
        product_of = self.I[L.site_product :]
        late = sum(F[L.lane_late + lane] for lane in range(L.n_lanes) if product_of[site_of[lane]] == product)
        return float(mass_now(L, F, self.I, product) + late)


def watch(model: CompiledModel, arm: int, values: Any = (), seed: int = 1) -> tuple[WatchedRun, Any]:
    """One run, and what it recorded."""
    watched = WatchedRun(model, arm, 0, seed, np.asarray(values, dtype=np.float64), False)
    return watched, watched.finish()


def unrest(model: CompiledModel, series: Any) -> float:
    """Largest relative move of any recorded column; monthly flows are taken per day."""
    days = np.diff([*model.month_starts, model.n_days])
    monthly = series.monthly / days[:, None]
    return max(
        float(np.abs(rows - rows[0]).max(initial=0.0) / max(1.0, np.abs(rows).max(initial=0.0)))
        for column in (series.weekly, monthly)
        for rows in column.T
    )


# --- no event, no movement ------------------------------------------------------------------------
def shipped(name: str, years: float) -> tuple[CompiledModel, np.ndarray]:
    """A shipped world without events; its central values and two draws of its default uncertainties."""
    world = read_world(name)
    columns = tuple(world.columns[column] for column in sorted(world.columns))
    model = compile_scenario(scenario(world.world, years=years, sampled=columns, start=dt.date(2025, 1, 1)))
    central = np.array([[column.central for column in columns]])
    return model, np.vstack([central, Design(columns, (), "random", 1, 2).values(0, 2)])


def test_ndfeb_without_events_is_flat_for_ten_years():
    model, values = shipped("ndfeb", 10.0)
    watched, series = watch(model, 0, values[0])
    assert unrest(model, series) < 1e-9
    assert watched.worst < 1e-9


@pytest.mark.parametrize(
    "name", ["ndfeb", "gallium", "antimony", "tungsten", "germanium", "graphite", "bismuth", "magnesium", "cobalt"]
)
def test_shipped_worlds_without_events_are_flat_for_every_draw(name: str):
    model, values = shipped(name, 2.0)
    for row in values[1 if name == "ndfeb" else 0 :]:
        _, series = watch(model, 0, row)
        assert unrest(model, series) < 1e-9
        assert series.totals["misfit"] < 1e-9


def test_the_baseline_of_a_scenario_with_events_is_flat():
    world = three_stages()
    out = run(world, *made(world, "transshipment"), arm=0, years=4)
    assert unrest(out.model, out) < 1e-12


def test_growth_that_everybody_expects_and_builds_for_moves_no_price():
    outlook = Outlook({"cars": 0.05}, capacity_growth_per_year=0.05)
    grown = run(chain(("ore", "metal")), outlook=outlook, arm=0, years=10)
    assert grown.column("wanted_t")[-1] == pytest.approx(100.0 * 1.05 ** (7 * 519 / 365.25), rel=1e-9)
    assert np.abs(grown.price("metal", "Z") - 1.0).max() < 0.05
    assert grown.unserved < 1e-9


# --- masses ---------------------------------------------------------------------------------------
def test_every_event_type_is_among_those_the_laws_are_tried_on():
    assert set(EVERY) | set(BY_EXAMPLE) == set(EVENT_TYPE_BY_NAME)
    assert all(events[-1][0] == name for name, events in EVERY.items())


@pytest.mark.parametrize("name", sorted(EVERY))
def test_masses_balance_and_nothing_is_negative_under_every_event(name: str):
    world = three_stages()
    outages = (RandomOutages((), (), 200.0, 20.0, 0.3),)
    made_up = scenario(world, *made(world, name), years=2.5, tracked="A", outlook=Outlook({}, outages=outages))
    refuse_loss(compile_scenario(made_up))


@pytest.mark.parametrize("name", BY_EXAMPLE)
def test_masses_balance_and_nothing_is_negative_under_the_example_of_a_type(name: str, tmp_path: Path):
    refuse_loss(compile_scenario(by_example(name, tmp_path, 0.75)))


def refuse_loss(model: CompiledModel) -> None:
    """Masses balance, nothing is negative, and it is not the same as nothing happening."""
    watched, series = watch(model, 1)
    assert watched.worst < 1e-9
    assert watched.lowest > -1e-9
    assert np.isfinite(series.weekly).all()
    assert series.weekly.min() > -1e-9
    assert series.monthly.min() > -1e-9
    assert not np.array_equal(series.weekly, watch(model, 0)[1].weekly)


def test_masses_balance_when_everything_happens_at_once():
    world = three_stages()
    events = {event.name: event for name in sorted(EVERY) for event in made(world, name)}
    model = compile_scenario(scenario(world, *events.values(), years=6.0, tracked="A", start=START))
    watched, series = watch(model, 1)
    assert watched.worst < 1e-9
    assert watched.lowest > -1e-9
    assert series.weekly.min() > -1e-9
