"""Made-up ensembles of a squeeze, from formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tests.report_world import (
    COUNTRIES,
    END_USES,
    EVENT_DAY,
    MAKERS,
    PRODUCTS,
    START,
    TONNES,
    USE_T,
)


class Ensemble:
    """Weekly and monthly values of every run: arrays (runs, dates) by (variable, dimensions, arm)."""

    def __init__(self, runs: int, days: int, seed: int, strength: float, arms: Sequence[str], whole: bool) -> None:
        self.buyers = list(COUNTRIES) if whole else ["CN", "JP", "US", "DE", "ROW"]
        self.uses = list(END_USES) if whole else ["ev_traction", "automotive_other", "industrial_motors", "defence"]
        self.rng = np.random.default_rng(seed)
        self.runs, self.arms = runs, list(arms)
        self.weeks = np.arange(0, days, 7)
        self.months = [
            d for d in pd.date_range(START, periods=days // 30 + 1, freq="MS") if (d.date() - START).days < days
        ]
        self.strength = strength
        self.cover = self.rng.uniform(8, 20, runs)
        self.elasticity = self.rng.uniform(0.05, 0.3, runs)
        self.size = 0.28 * np.exp(self.rng.normal(0, 0.3, runs) - 0.05 * (self.cover - 14))
        self.belief = self.rng.uniform(15, 30, runs)
        self.rows: list[tuple[str, str, str, str, str, str, np.ndarray, Any]] = []

    def add(
        self,
        arm: str,
        variable: str,
        values: np.ndarray,
        unit: str,
        product: str = "",
        place: str = "",
        end_use: str = "",
        monthly: bool = False,
    ) -> None:
        dates: Any = (
            pd.DatetimeIndex(self.months) if monthly else pd.Timestamp(START) + pd.to_timedelta(self.weeks, "D")
        )
        self.rows.append((arm, variable, product, place, end_use, unit, values, dates))

    def effect(self, arm: str) -> float:
        if arm == "baseline":
            return 0.0
        if arm.startswith("policy:"):
            return self.strength * (0.55 if "stock" in arm else 0.9)
        return self.strength

    def fill(self) -> None:
        t = (self.weeks - EVENT_DAY) / 7.0
        after = np.maximum(t, 0.0)
        hump = np.where(t >= 0, (after / 6.0) * np.exp(1 - after / 6.0), 0.0)
        slow = np.where(t >= 0, (1 - np.exp(-after / 5.0)) * np.exp(-after / 60.0), 0.0)
        for arm in self.arms:
            e = self.effect(arm)
            for product in [p["id"] for p in PRODUCTS]:
                hit = {"dytb_oxide": 1.0, "ht_magnet": 0.7, "standard_magnet": 0.25}.get(product, 0.05)
                size = np.log(1 + 2.4 * (self.belief / 22.0) ** 1.5) * hit * e
                spot = np.exp(size[:, None] * (0.5 * hump + 0.6 * slow)[None, :])
                inside = np.exp((0.06 * hit * e * (self.cover - 14) / 6.0)[:, None] * slow[None, :])
                paid = 1 + 0.12 * (spot - 1)
                self.add(arm, "price_spot_index", spot, "index", product, "exCN")
                self.add(arm, "price_spot_index", inside, "index", product, "CN")
                self.add(arm, "price_paid_index", paid, "index", product, "exCN")
                self.add(arm, "price_paid_index", 1 + 0.6 * (inside - 1), "index", product, "CN")
                self.add(arm, "stock_cover_weeks", self.cover[:, None] / spot**0.7, "weeks", product, "exCN")
                self.add(arm, "stock_cover_weeks", self.cover[:, None] / inside, "weeks", product, "CN")
                for country, part in MAKERS[product].items():
                    week = TONNES[product] * part / 52.18
                    dip = 0.35 * e * hit * hump if country == "CN" else 0 * hump
                    self.add(
                        arm, "production_t", week * (1 - dip)[None, :] * np.ones((self.runs, 1)), "t", product, country
                    )
            self._users(arm, e, after, t)
            self._exports(arm, e)
            self._office(arm, e, after, t)

    def _users(self, arm: str, e: float, after: np.ndarray, t: np.ndarray) -> None:
        lag = 3 + 0.35 * self.cover
        for product, total in USE_T.items():
            grip = 1.0 if product == "ht_magnet" else 0.25
            for country in self.buyers:
                part = COUNTRIES[country][1]
                for end_use in self.uses:
                    _, slice_, weight = END_USES[end_use]
                    wanted = total * part * slice_ / 52.18 * np.ones((self.runs, len(t)))
                    late = after[None, :] - lag[:, None] * (1.0 if country in ("US", "DE") else 1.2)
                    bump = np.where(late > 0, np.minimum(late / 4, 1) * np.exp(-np.maximum(late - 6, 0) / 5), 0.0)
                    unserved = (
                        wanted * np.clip(self.size[:, None] * e * grip * weight * bump, 0, 0.8) * (country != "CN")
                    )
                    priced = (
                        wanted
                        * 0.1
                        * self.elasticity[:, None]
                        * e
                        * grip
                        * (country != "CN")
                        * np.where(t > 0, np.exp(-after / 50), 0)[None, :]
                    )
                    self.add(arm, "wanted_t", wanted, "t", product, country, end_use)
                    self.add(arm, "shortage_unserved_t", unserved, "t", product, country, end_use)
                    self.add(arm, "shortage_priced_out_t", priced, "t", product, country, end_use)

    def _exports(self, arm: str, e: float) -> None:
        path = {3: 0.45, 4: 0.25, 5: 0.6, 6: 1.05, 7: 1.2, 8: 1.15, 9: 1.1, 10: 1.15, 11: 1.1}
        level = np.array([1 - e * (1 - path.get(i, 1.0)) if e else 1.0 for i in range(len(self.months))])
        noise = np.exp(self.rng.normal(0, 0.08, (self.runs, len(self.months)))) if e else 1.0
        for product in ("standard_magnet", "ht_magnet"):
            for country in self.buyers:
                part = COUNTRIES[country][1]
                if country != "CN":
                    flow = USE_T[product] * part * 0.95 / 12 * level[None, :] * noise * np.ones((self.runs, 1))
                    self.add(arm, "export_t", flow, "t", product, f"CN>{country}", monthly=True)
        flow = 12.0 * np.clip(
            1 - e * np.array([0.98 if 3 <= i <= 6 else (0.4 if i > 6 else 0.0) for i in range(len(self.months))]),
            0,
            None,
        )
        for country, part in (("JP", 0.6), ("KR", 0.4)):
            self.add(
                arm,
                "export_t",
                part * flow[None, :] * noise * np.ones((self.runs, 1)),
                "t",
                "dytb_oxide",
                f"CN>{country}",
                monthly=True,
            )
        for product, origin, part in (("light_concentrate", "US", 900.0), ("heavy_concentrate", "ROW", 110.0)):
            self.add(
                arm,
                "export_t",
                part * np.ones((self.runs, len(self.months))),
                "t",
                product,
                f"{origin}>CN",
                monthly=True,
            )

    def _office(self, arm: str, e: float, after: np.ndarray, t: np.ndarray) -> None:
        if e == 0:
            return
        shape = np.where(t >= 0, after / 12 * np.exp(1 - after / 12), 0.0)[None, :]
        for product, scale in (("ht_magnet", 3000.0), ("dytb_oxide", 60.0)):
            backlog = scale * e * shape * (0.6 + self.belief / 50.0)[:, None]
            self.add(arm, "licence_backlog_t", backlog, "t", product, "CN")
            self.add(
                arm, "licence_wait_days", 60 * e * shape * (0.7 + self.belief / 70)[:, None], "days", product, "CN"
            )
            self.add(
                arm,
                "licence_granted_t",
                scale / 14 * np.where(t >= 0, np.minimum(after / 26, 1), 0.0)[None, :] * np.ones((self.runs, 1)),
                "t",
                product,
                "CN",
            )
            self.add(arm, "licence_refused_t", 0.03 * backlog / 10, "t", product, "CN")
