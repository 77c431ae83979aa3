"""A stand-in for model and engine: series that are a cheap pure function of (seed, run, arm, values).

It records the same columns as the real engines, so that everything behind the engine (metrics, store,
runner) can be tested on thousands of runs without simulating anything.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from supplyrisk.errors import RunFailed
from supplyrisk.events.effects import Effect, Point, Select
from supplyrisk.events.numbers import Sampled
from supplyrisk.spec.resolved import Arm, EndUse, Outlook, Product, ResolvedEvent, SampledColumn, Scenario, World


class Column(NamedTuple):
    variable: str
    product: str
    place: str
    end_use: str
    unit: str
    partner: str = ""


@dataclass(frozen=True)
class FakeSeries:
    weekly: np.ndarray
    monthly: np.ndarray
    totals: dict[str, float] = field(default_factory=lambda: {"misfit": 0.0})
    trace: Any = None


COUNTRIES = ("CN", "DE", "JP")
PRODUCTS = ("oxide", "magnet")
END_USES = ("cars", "wind")


def scenario(
    runs: int = 40,
    weeks: int = 60,
    seed: int = 7,
    sampler: str = "random",
    policies: tuple[str, ...] = ("stockpile",),
    countries: tuple[str, ...] = COUNTRIES,
    sampled: tuple[SampledColumn, ...] | None = None,
    groups: dict[str, tuple[str, ...]] | None = None,
    stock_uses: tuple[str, ...] = (),
) -> Scenario:
    columns = sampled or (
        SampledColumn("depth", "depth", "uniform", (0.1, 0.9), 0.5),
        SampledColumn("length", "length", "lognormal", (2.5, 0.4), 12.0),
        SampledColumn("value", "length", "triangular", (800.0, 1000.0, 1500.0), 1000.0),
    )
    effect = Effect("close", Select(products=("magnet",), origins=("CN",)), (Point(0.0, 1.0),))
    event = ResolvedEvent("ban", "export_ban", "China stops.", 28.0, 28.0, float("inf"), 1.0, None, (effect,))
    pile = ResolvedEvent(
        "pile",
        "strategic_stockpile",
        "",
        0.0,
        0.0,
        float("inf"),
        1.0,
        None,
        (Effect("stockpile", Select(), (Point(0.0, 4.0),)),),
    )
    world = World(
        name="fake",
        title="Fake",
        base_year=2024,
        countries=countries,
        country_names={c: c for c in countries},
        zones=("CN", "exCN"),
        zone_of={c: "CN" if c == "CN" else "exCN" for c in countries},
        products=tuple(Product(p, p.title(), p, "t oxide", PRODUCTS[:i] if i else ()) for i, p in enumerate(PRODUCTS)),
        end_uses=tuple(EndUse(u, u.title(), u in stock_uses) for u in END_USES),
        values={
            ("price_usd_per_kg", "oxide"): 100.0,
            ("price_usd_per_kg", "magnet"): 60.0,
            ("value_added_usd_per_t", "", "", ""): Sampled("value") if not sampled else 1000.0,
            ("dependent_share", "", "wind"): 0.5,
        },
        groups=groups or {},
    )
    arms = (Arm("baseline", ()), Arm("scenario", (0,)), *(Arm(f"policy:{p}", (0, 1)) for p in policies))
    return Scenario(
        name="fake",
        title="A fake scenario",
        question="What if?",
        world=world,
        start=dt.date(2025, 1, 1),
        days=7 * weeks,
        outlook=Outlook({}),
        events=(event, pile),
        arms=arms,
        sampled=columns,
        rank_correlations=(),
        runs=runs,
        seed=seed,
        sampler=sampler,
    )


class FakeModel:
    def __init__(self, made_of: Scenario) -> None:
        self.scenario = made_of
        self.start = made_of.start
        self.n_days = made_of.days
        self.n_weeks = made_of.days // 7
        self.lead_weeks = self.lead_months = 0
        self.arm_names = tuple(arm.name for arm in made_of.arms)
        self.sampled = made_of.sampled
        starts = [0]
        for day in range(1, made_of.days):
            if (made_of.start + dt.timedelta(days=day)).day == 1:
                starts.append(day)
        self.month_starts = tuple(starts)
        countries = made_of.world.countries
        weekly: list[Column] = []
        for p in PRODUCTS:
            for z in made_of.world.zones:
                weekly.append(Column("price_spot_index", p, z, "", "index"))
                weekly.append(Column("price_paid_index", p, z, "", "index"))
                weekly.append(Column("stock_cover_weeks", p, z, "", "weeks"))
            weekly += [Column("production_t", p, c, "", "t") for c in countries]
            weekly += [Column("leakage_t", p, c, "", "t") for c in countries]
            for v in ("stockpile_t", "stockpile_bought_t", "stockpile_sold_t"):
                weekly += [Column(v, p, c, "", "t") for c in countries]
        for v in ("maker_called_t", "maker_lacking_t"):
            weekly += [Column(v, "magnet", c, "", "t") for c in countries]
        for c in countries:
            weekly.append(Column("price_paid_index", "magnet", c, "", "index"))
            for u in END_USES:
                for v in ("wanted_t", "shortage_unserved_t", "shortage_priced_out_t"):
                    weekly.append(Column(v, "magnet", c, u, "t"))
        for v, unit in (
            ("licence_backlog_t", "t"),
            ("licence_wait_days", "days"),
            ("licence_granted_t", "t"),
            ("licence_refused_t", "t"),
        ):
            weekly.append(Column(v, "magnet", "CN", "", unit))
        self.weekly_columns = tuple(weekly)
        self.monthly_columns = tuple(
            Column("export_t", p, a, "", "t", b) for p in PRODUCTS for a in countries for b in countries if a != b
        )


class FakeEngine:
    """An engine that draws instead of simulating. `mischief` makes chosen runs fail, die or dawdle."""

    name = "fake"

    def compile(self, made_of: Scenario) -> FakeModel:
        return FakeModel(made_of)

    def run(
        self, model: FakeModel, arm: int, run: int, seed: int, values: np.ndarray, trace: bool = False
    ) -> FakeSeries:
        self.mischief(run)
        rng = np.random.default_rng([seed, run])
        weeks, months = model.n_weeks, len(model.month_starts)
        depth, length = float(values[0]), float(values[1])
        active = bool(model.scenario.arms[arm].events)
        after = np.clip(np.arange(weeks) - 4.0, 0.0, None) / max(length, 1.0)
        pulse = depth * after * np.exp(1.0 - after) * (1.0 if active else 0.0)
        if arm >= 2:
            pulse = 0.5 * pulse
        weekly = np.empty((weeks, len(model.weekly_columns)))
        noise = rng.uniform(0.5, 1.5, len(model.weekly_columns))
        for j, column in enumerate(model.weekly_columns):
            weekly[:, j] = self.column(column, pulse, noise[j])
        monthly = np.tile(rng.uniform(5.0, 10.0, len(model.monthly_columns)), (months, 1))
        if active:
            for j, lane in enumerate(model.monthly_columns):
                if lane.place == "CN":
                    monthly[1:4, j] *= 1.0 - depth
        return FakeSeries(weekly, monthly)

    @staticmethod
    def column(column: Column, pulse: np.ndarray, noise: float) -> np.ndarray:
        outside = column.place != "CN"
        if column.variable.startswith("price"):
            return 1.0 + (4.0 if outside else 0.2) * pulse * noise
        if column.variable == "wanted_t":
            return np.full(len(pulse), 10.0)
        if column.variable == "shortage_unserved_t":
            return np.where(pulse > 0.3, 8.0 * (pulse - 0.3) * noise, 0.0) if outside else np.zeros(len(pulse))
        if column.variable == "shortage_priced_out_t":
            return pulse * noise
        if column.variable.startswith("licence"):
            return 20.0 * pulse * noise
        if column.variable in ("leakage_t", "maker_lacking_t"):
            return 0.0 * pulse
        return 12.0 - 3.0 * pulse * noise

    def run_many(self, model: FakeModel, arms: Any, runs: Any, seed: int, values: np.ndarray) -> Any:
        for i, run in enumerate(runs):
            for arm in arms:
                try:
                    yield run, arm, self.run(model, arm, run, seed, values[i])
                except RunFailed as failure:
                    yield run, arm, failure

    def mischief(self, run: int) -> None:
        plan = os.environ.get("FAKE_ENGINE", "")
        for rule in plan.split(";"):
            what, _, which = rule.partition("=")
            if what == "fail" and run in [int(x) for x in which.split(",")]:
                raise RunFailed(f"run {run} broke down")
            if what == "bug" and run == int(which):
                raise ZeroDivisionError("a bug in the model")
            if what == "sleep":
                time.sleep(float(which))
            if what == "die" and run == int(which):
                os.kill(os.getpid(), signal.SIGKILL)
            if what == "die_once":
                number, _, marker = which.partition("@")
                if run == int(number) and not Path(marker).exists():
                    Path(marker).write_text("died")
                    os.kill(os.getpid(), signal.SIGKILL)


ENGINE = FakeEngine()
