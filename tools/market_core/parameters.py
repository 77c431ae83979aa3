"""Numbers of the market core with their priors, and draws from them.

Prices are multiples of the baseline, times are weeks, flows are shares of the world's weekly use of the chain, stocks are
weeks of that. Priors are judgement unless a source is named; none is fitted.
"""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np


class Parameter(NamedTuple):
    """Central value, ends of the prior (log-uniform; uniform where it begins at nought), symbol, unit, meaning."""

    value: float
    low: float
    high: float
    symbol: str
    unit: str
    meaning: str


YEAR = 52.0
# The order is that of the draws: a new number goes to the end.
PARAMETERS = {
    "attention_weeks": Parameter(
        104, 52, 156, "Hr", "weeks", "e-fold of what still counts in a belief: two budget years"
    ),
    "first_belief_weeks": Parameter(
        26, 13, 52, "b0", "weeks", "a rule in force for b weeks is believed to last b0 + b"
    ),
    "trust_in_end": Parameter(0.7, 0.4, 0.95, "chi", "-", "weight of an announced end"),
    "office_pace": Parameter(0.15, 0.05, 0.3, "a_office", "-", "pace believed on a licence office's first day"),
    "pace_learning_weeks": Parameter(
        6, 4, 12, "tau_b", "weeks", "learning an office's pace: monthly customs data, twice"
    ),
    "quote_speed": Parameter(
        0.5, 0.35, 0.7, "s", "1/week", "share of the way to its target that a quote goes in a week"
    ),
    "link_multiple": Parameter(3, 2.5, 4, "m", "-", "most that a link carries, of its normal gross trade"),
    "stock_weeks": Parameter(10, 6, 16, "tau_s", "weeks", "closing a gap of stocks"),
    "stock_response": Parameter(0.6, 0.3, 0.9, "phi", "-", "stock that a user wants ~ price paid^-phi"),
    "carrying_cost": Parameter(0.25 / 52, 0.15 / 52, 0.35 / 52, "c", "1/week", "cost of carrying stock"),
    "margin_response": Parameter(2, 1, 4, "eta", "-", "makers' plan ~ margin^eta"),
    "output_up_weeks": Parameter(16, 12, 26, "up", "weeks", "makers raise output"),
    "output_down_weeks": Parameter(6, 3, 8, "down", "weeks", "makers cut output"),
    "thrift_up": Parameter(0.10 / 52, 0.06 / 52, 0.15 / 52, "v_up", "1/week", "most that use thrifts in a week"),
    "thrift_down": Parameter(0.04 / 52, 0.02 / 52, 0.06 / 52, "v_dn", "1/week", "most of it undone in a week"),
    "memory_weeks": Parameter(104, 78, 156, "memory", "weeks", "what demand counts as normal"),
    "demand_return": Parameter(
        1 / 52.0, 1 / 104.0, 1 / 26.0, "kappa", "1/week", "a deviation of demand is believed to pass"
    ),
    "steepening": Parameter(0.02, 0, 0.05, "eps2", "-", "demand curves steepen with the price"),
    "contract_weeks": Parameter(26, 13, 39, "lag", "weeks", "contract prices behind spot"),
    "entry": Parameter(
        0.04 / 52, 0.02 / 52, 0.06 / 52, "entry", "1/week", "new capacity abroad, share of world use, at 2.3 or more"
    ),
    "cover_spread": Parameter(1.5, 1.2, 1.8, "wx", "-", "1 + cv^2 of covers: stocks are unequal and not resold"),
    "longest_cover_weeks": Parameter(26, 20, 39, "Xm", "weeks", "longest cover that anybody aims at"),
    "least_stock": Parameter(0.15, 0.1, 0.2, "smin", "-", "share of wanted stock below which a ratio is not read"),
    "mine_down_weeks": Parameter(16, 8, 26, "down_mine", "weeks", "mines close"),
    "mine_up_weeks": Parameter(16, 8, 26, "up_mine", "weeks", "mines open"),
    "rush_weeks": Parameter(6, 4, 8, "rush_w", "weeks", "a rush starts no sooner before the date"),
    "deficit_weeks": Parameter(13, 8, 20, "h", "weeks", "how far ahead a deficit of output under way is seen"),
    "surplus_weeks": Parameter(20, 13, 26, "h_n", "weeks", "the same for a surplus"),
    "leak_step": Parameter(
        0.01, 0.005, 0.02, "leak_up", "1/week", "leak round a rule grows while the gap pays, of normal flow"
    ),
    "leak_most": Parameter(0.15, 0.05, 0.3, "leak_cap", "-", "most that leaks, of normal flow"),
}
Numbers = SimpleNamespace  # one attribute for each parameter: a number or an array of rows


def default(**changed: float) -> Numbers:
    """Central values, some of them changed."""
    unknown = set(changed) - set(PARAMETERS)
    if unknown:
        raise ValueError(f"no parameter {sorted(unknown)}")
    values = {name: parameter.value for name, parameter in PARAMETERS.items()} | changed
    return Numbers(**{name: np.asarray(value, float) for name, value in values.items()})


def draw(rows: int, seed: int = 0, only: Collection[str] | None = None) -> Numbers:
    """Draw rows from the priors (Latin hypercube); with `only`, the others stay central."""
    generator = np.random.default_rng(seed)
    out = {}
    for name, (value, low, high, *_) in PARAMETERS.items():
        u = (generator.permutation(rows) + generator.random(rows)) / rows
        drawn = low + (high - low) * u if low <= 0 else low * (high / low) ** u
        out[name] = np.full(rows, float(value)) if only is not None and name not in only else drawn
    return Numbers(**out)
