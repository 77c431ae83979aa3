"""A portfolio study: loss, cost and regret of every combination, the front, and what robust rules choose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..measures.aggregate import ALL
from ..measures.metrics import METRIC_BY_NAME
from ..measures.reporter import Outcome
from ..report.rounding import quantity, share, with_interval
from .answer import Answer, Table
from .charts import heat, unit_words
from .choices import RULES, WORDS, Floats, affordable, decide, front, regret, resampled
from .frontier import front_chart
from .words import place_said, whose

if TYPE_CHECKING:
    from .answer import Chart
    from .found import Found, Placed
    from .types.portfolio import Portfolio

COST = "public_cost_usd"
SURE = 0.9  # share of resamples from which on a choice is called sure


@dataclass(frozen=True)
class Results:
    """Loss and cost by combination, future and run; cost is what is paid more than without measures."""

    combinations: list[tuple[int, ...]]
    loss: Floats
    cost: Floats
    enough: Floats | None  # share of runs in which the criterion holds (combinations, futures)
    weights: Floats

    @classmethod
    def of(cls, spec: Portfolio, found: Found) -> Results:
        combos, futures = spec.combinations(), spec.in_futures
        shape = (len(futures), len(combos))
        loss, cost = (np.empty((*shape, found.runs)) for _ in range(2))
        good = np.zeros((*shape, found.runs)) if spec.enough is not None else None
        for number, placed in enumerate(found.placed):
            f, c = divmod(number, len(combos))
            loss[f, c] = found.values(placed, _arm(placed), spec.loss.outcome, spec.loss.product, spec.loss.place)
            cost[f, c] = _paid(found, placed, spec.payer) + spec.budgets(combos[c])
            if good is not None and spec.enough is not None:
                e = spec.enough
                value = found.values(placed, _arm(placed), e.outcome, e.product, e.place, e.end_use)
                good[f, c] = e.holds(value, found.inputs(placed, _arm(placed)).values[:, 0])
        none = combos.index((-1,) * len(spec.measures))
        cost -= cost[:, none : none + 1].copy()
        fine = np.isfinite(loss).all(axis=(0, 1)) & np.isfinite(cost).all(axis=(0, 1))
        loss, cost = (np.swapaxes(each[:, :, fine], 0, 1) for each in (loss, cost))
        weights = np.asarray([future.weight for future in futures])
        enough = None if good is None else np.nanmean(np.swapaxes(good[:, :, fine], 0, 1), axis=2)
        return cls(combos, loss, cost, enough, weights / weights.sum())

    @property
    def mean_loss(self) -> Floats:
        return np.asarray(self.loss.mean(axis=2))

    @property
    def mean_cost(self) -> Floats:
        return np.asarray(self.cost.mean(axis=2))


def _arm(placed: Placed) -> str:
    return next(iter(placed.units))


def _paid(found: Found, placed: Placed, payer: str) -> Floats:
    """Public money of a cell; nothing where nothing is paid for."""
    try:
        return found.values(placed, _arm(placed), COST, ALL, payer)
    except KeyError:
        return np.zeros(found.runs)


@dataclass(frozen=True)
class Weighed:
    """Everything that is told of the combinations."""

    spec: Portfolio
    results: Results
    loss: Floats  # weighted means over futures
    cost: Floats
    regret: Floats  # (combinations, futures)
    front: list[int]
    chosen: dict[str, int]
    sure: dict[str, float]  # share of resamples in which the rule chooses the same
    bands: tuple[Floats, Floats]  # 95 % intervals of USD averted per USD spent

    @classmethod
    def of(cls, spec: Portfolio, results: Results, seed: int) -> Weighed:
        w, budget = results.weights, spec.budget
        loss, cost = results.mean_loss @ w, results.mean_cost @ w
        chosen = decide(results.mean_loss, results.mean_cost, w, budget)
        choices, losses, costs = resampled(results.loss, results.cost, w, budget, seed)
        sure = {rule: float(np.mean([each[rule] == chosen[rule] for each in choices])) for rule in RULES}
        burden = results.mean_loss + (results.mean_cost if budget is None else 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (losses[:, :1] - losses) / costs
        # A ratio means nothing where the cost may as well be a saving.
        ratio[:, (costs <= 0.0).mean(axis=0) > 0.025] = np.nan
        low, high = np.quantile(ratio, (0.025, 0.975), axis=0)
        # Regret is for what could have been afforded, and of it.
        allowed = affordable(results.mean_cost, w, budget)
        regrets = np.full(burden.shape, np.nan)
        regrets[allowed] = regret(burden[allowed])
        return cls(spec, results, loss, cost, regrets, front(cost, loss), chosen, sure, (low, high))

    def ratio(self, c: int) -> tuple[float, float, float]:
        """USD averted per USD spent with its interval; NaN where nothing is spent, or the loss is no money."""
        if METRIC_BY_NAME[self.spec.loss.outcome].unit != "USD" or math.isnan(self.bands[0][c]):
            return math.nan, math.nan, math.nan
        return float((self.loss[0] - self.loss[c]) / self.cost[c]), float(self.bands[0][c]), float(self.bands[1][c])

    def name(self, c: int) -> str:
        """ "reserve 60 days, thrifting", or "no measure"."""
        taken = []
        for n, choice in enumerate(self.results.combinations[c]):
            if choice >= 0:
                measure = self.spec.measures[n]
                taken.append(f"{measure.label} {self.spec.said(n, choice)}" if measure.values else measure.label)
        return ", ".join(taken) or "no measure"


def portfolio_answer(spec: Portfolio, found: Found) -> Answer:
    """Headline, sentences, tables and figures."""
    results = Results.of(spec, found)
    if not results.loss.shape[2]:
        return Answer("In every run some combination failed: there is nothing to compare.", [])
    weighed = Weighed.of(spec, results, found.runs)
    world = found.placed[0].world
    unit = METRIC_BY_NAME[spec.loss.outcome].unit
    outcome = Outcome(spec.loss.outcome, spec.loss.product, spec.loss.place, ALL, unit)
    said = whose(world, outcome)
    sentences = [*_chosen(weighed, said, unit), _front(weighed, said, unit), *_enough(weighed)]
    counted = (
        f"A dollar of public money counts as a dollar of the {said}: the rules add them. Name a budget to have them kept apart."
        if spec.budget is None
        else f"The rules choose the least {said} among combinations that cost at most {quantity(spec.budget, 'USD')} on average."
    )
    notes = [
        f"Means over {results.loss.shape[2]:,} runs, the same draws in every combination and future. {counted}",
        f"Cost is public money of {place_said(world, spec.payer)} beyond that without measures, in present value, with the stock "
        "that is left valued at the last price, and the budgets that the file states. What programmes cost is known only as far as "
        "the file says it.",
    ]
    table = _table(weighed, unit)
    on_front = table.iloc[weighed.front]
    units = {"cost": "USD", "loss": unit, "largest regret": unit, "good enough in": "share"}
    tables = [
        Table("front", "The Pareto front, the cheapest first", on_front, _RATIO, units),
        _choices_table(weighed, unit),
        _futures_table(weighed, unit),
        Table("combinations", "Every combination", table.sort_values("loss"), _RATIO, units, most_rows=20),
    ]
    charts: list[Chart] = [_scatter(weighed, said, unit, table)]
    if len(spec.in_futures) > 1:
        charts.append(_regret_chart(weighed, unit))
    facts = {
        "front": [weighed.name(c) for c in weighed.front],
        "chosen": {rule: weighed.name(c) for rule, c in weighed.chosen.items()},
        "sure": weighed.sure,
    }
    return Answer(sentences[0], sentences[1:], notes, tables, charts, facts=facts)


_RATIO = "USD averted per USD spent with its 95 % interval; empty where money may as well be earned."


def _chosen(weighed: Weighed, said: str, unit: str) -> list[str]:
    """What the rules choose, and where they disagree."""
    by: dict[int, list[str]] = {}
    for rule, c in weighed.chosen.items():
        by.setdefault(c, []).append(rule)
    if len(by) == 1:
        ((c, _),) = by.items()
        least = min(weighed.sure.values())
        lead = f"Whether the worst future counts, the regret or the mean: {_what(weighed, c, said, unit)}"
        return [f"{lead}. {_sure(least)}"]
    found = []
    for c, rules in by.items():
        words = " and ".join(WORDS[rule] for rule in rules)
        least = min(weighed.sure[rule] for rule in rules)
        found.append(f"{words[0].upper()}{words[1:]} is {_what(weighed, c, said, unit)}. {_sure(least)}")
    return [f"The rules disagree. {found[0]}", *found[1:]]


def _what(weighed: Weighed, c: int, said: str, unit: str) -> str:
    loss, none = weighed.loss[c], weighed.loss[0]
    text = f"{weighed.name(c)} ({said} {quantity(float(loss), unit)} instead of {quantity(float(none), unit)}"
    cost = float(weighed.cost[c])
    text += f", for {quantity(cost, 'USD')}" if cost >= 0 else f", and earns {quantity(-cost, 'USD')}"
    value, low, high = weighed.ratio(c)
    if not math.isnan(value) and c != 0:
        ratio, band = with_interval(value, low, high, "USD")
        text += f"; {ratio} averted per USD spent{f', {band}' if band else ''}"
    return f"{text})"


def _sure(least: float) -> str:
    if least >= SURE:
        return f"Chosen as well in {share(least)} of the times the runs are drawn again."
    return f"That is not sure: it is chosen in {share(least)} of the times the runs are drawn again; take more runs."


def _front(weighed: Weighed, said: str, unit: str) -> str:
    ends = [weighed.front[0], weighed.front[-1]]
    told = [
        f"{weighed.name(c)} ({quantity(float(weighed.loss[c]), unit)} for {quantity(float(weighed.cost[c]), 'USD')})"
        for c in dict.fromkeys(ends)
    ]
    n, of = len(weighed.front), len(weighed.loss)
    if n == 1:
        return f"One of {of:,} combinations is both cheapest and best: {told[0]}."
    return f"{n} of {of:,} combinations are worth thinking about, as none is both cheaper and better: from {told[0]} to {told[1]}."


def _enough(weighed: Weighed) -> list[str]:
    """How often the criterion holds, in the worst future."""
    enough = weighed.results.enough
    if enough is None:
        return []
    worst = enough.min(axis=1)
    best = int(np.argmax(worst))
    return [
        f"Good enough is {weighed.name(best)} most often in its worst future: in {share(float(worst[best]))} of the runs, without "
        f"measures in {share(float(worst[0]))}."
    ]


def _table(weighed: Weighed, unit: str) -> Any:
    import pandas as pd

    spec = weighed.spec
    columns: dict[str, list[Any]] = {m.label: [] for m in spec.measures}
    for combination in weighed.results.combinations:
        for n, choice in enumerate(combination):
            columns[spec.measures[n].label].append(spec.said(n, choice))
    ratios = [weighed.ratio(c) if c else (math.nan,) * 3 for c in range(len(weighed.loss))]
    frame = pd.DataFrame(columns)
    frame["cost"], frame["loss"] = weighed.cost, weighed.loss
    for place, head in enumerate(("averted per USD", "low", "high")):
        frame[head] = [each[place] for each in ratios]
    frame["largest regret"] = weighed.regret.max(axis=1)
    if weighed.results.enough is not None:
        frame["good enough in"] = weighed.results.enough.min(axis=1)
    return frame


def _choices_table(weighed: Weighed, unit: str) -> Table:
    import pandas as pd

    rows = [
        (WORDS[rule], weighed.name(c), weighed.loss[c], weighed.cost[c], weighed.regret[c].max(), weighed.sure[rule])
        for rule, c in weighed.chosen.items()
    ]
    heads = ["rule", "combination", "loss", "cost", "largest regret", "chosen again in"]
    units = {"loss": unit, "cost": "USD", "largest regret": unit, "chosen again in": "share"}
    note = "Chosen again: share of the times that the runs are drawn again."
    return Table("choices", "What each rule chooses", pd.DataFrame(rows, columns=heads), note, units)


def _futures_table(weighed: Weighed, unit: str) -> Table:
    """Loss of no measure and of what is chosen, future by future."""
    import pandas as pd

    shown = dict.fromkeys([0, *weighed.chosen.values()])
    data: dict[str, Any] = {"future": [future.name for future in weighed.spec.in_futures]}
    for c in shown:
        data[weighed.name(c)] = weighed.results.mean_loss[c]
    units = {weighed.name(c): unit for c in shown}
    heads = tuple(units)
    return Table("futures", "Loss by future", pd.DataFrame(data), "", units, chart=("bar", "future", heads))


def _scatter(weighed: Weighed, said: str, unit: str, table: Any) -> Chart:
    marks: dict[int, list[str]] = {}
    for rule, c in weighed.chosen.items():
        marks.setdefault(c, []).append(WORDS[rule])
    named = {c: f"{weighed.name(c)}: {' and '.join(words)}" for c, words in marks.items()}
    return front_chart(
        "front",
        f"What it costs to lessen the {said}",
        "Each dot a combination of measures, means over futures; line: none is both cheaper and better",
        (weighed.cost, weighed.loss, weighed.front, named),
        unit,
        "Left of nothing: measures that earn public money, as a reserve does that is sold dear.",
        table,
    )


def _regret_chart(weighed: Weighed, unit: str) -> Chart:
    """Regret of the front's combinations and of what is chosen, by future."""
    import pandas as pd

    fine = [c for c in weighed.front if np.isfinite(weighed.regret[c]).all()]
    shown = list(dict.fromkeys([*weighed.chosen.values(), *_thinned(fine)]))
    rows = [weighed.name(c) for c in shown]
    futures = [future.name for future in weighed.spec.in_futures]
    values = weighed.regret[shown]
    frame = pd.DataFrame(values, columns=futures)
    frame.insert(0, "combination", rows)
    what = "loss and public money" if weighed.spec.budget is None else "loss"
    return heat(
        "regret",
        "What is lost by not having known the future",
        f"Regret: {what} beyond the best combination of that future, {unit_words(values.reshape(-1).tolist(), unit)}",
        rows,
        futures,
        values,
        ("measures", "future"),
        unit,
        "First what the rules choose, then combinations of the front.",
        frame,
    )


def _thinned(front: Sequence[int], most: int = 12) -> list[int]:
    if not front:
        return []
    places = np.unique(np.linspace(0, len(front) - 1, min(most, len(front))).round().astype(int))
    return [front[i] for i in places]
