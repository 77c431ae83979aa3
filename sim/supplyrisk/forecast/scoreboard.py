"""The scoreboard: every forecast on record, open or graded, as one Markdown page."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from ..backtest.record import markdown
from ..report.words import month
from .register import LEVELS, Grade, Question

HEADER = ("forecast", "due", "median (80 % band)", "chance", "what came", "grade")


def scoreboard(grades: Sequence[Grade]) -> str:
    """The page."""
    done = [one for one in grades if one.observed is not None and one.record is not None]
    lines = [
        "# Forecasts on record",
        "",
        "What the model said, when, and what came of it. A record is written once and never changed; misses stay. Each is the answer of a "
        "scenario under the rules in force when it was made, and counts only if what stands under *holds if* came true: the model "
        "does not foresee decisions of governments.",
        "",
        summary(grades, done),
        "",
        *markdown(HEADER, [_row(one) for one in grades]),
        "",
        "*Grade*: whether what came lies in the 80 % band; CRPS, the distance between the forecast distribution and what came, in the "
        "forecast's unit (0 is perfect, lower is better); Brier score of the chance (0 is perfect, 0.25 a coin). A ratio is the mean "
        "of the month over the mean of the month when the forecast was made; exports are in tonnes a month.",
        "",
        "## Questions",
        "",
        *(line for one in grades for line in _details(one)),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def summary(grades: Sequence[Grade], done: Sequence[Grade]) -> str:
    """How many are open, and how the rest did."""
    if not done:
        return f"**{len(grades)} forecasts are open, none has been graded yet.**"
    inside = sum(int(one.in_80 is True) for one in done)
    briers = [one.brier for one in done if not math.isnan(one.brier)]
    brier = f"; mean Brier score {math.fsum(briers) / len(briers):.2f} of {len(briers)}" if briers else ""
    return f"**{len(done)} of {len(grades)} graded: {inside} inside the 80 % band (8 in 10 should be){brier}.**"


def _row(one: Grade) -> tuple[str, ...]:
    q = one.question
    due = _span(q)
    if one.record is None:
        return (q.question, due, "not yet run", "", "", "")
    low, middle, high = (one.record.quantiles[LEVELS.index(level)] for level in (0.1, 0.5, 0.9))
    chance = "" if one.record.p_above is None else f"above {q.above:g}: {100 * one.record.p_above:.0f} %"
    band = f"{_number(middle)} ({_number(low)} to {_number(high)})"
    if one.observed is None:
        return (q.question, due, band, chance, "open", "")
    grade = f"{'hit' if one.in_80 else '**miss**'}, CRPS {one.crps:.2f}"
    grade += "" if math.isnan(one.brier) else f", Brier {one.brier:.2f}"
    return (q.question, due, band, chance, f"{one.observed.value:.3g}", grade)


def _span(q: Question) -> str:
    """The month, or the first and the last one."""
    first, last = month(q.period[0]), month(q.period[1] - dt.timedelta(days=1))
    return first if first == last else f"{first} to {last}"


def _number(value: float) -> str:
    """Two decimals of a ratio, whole numbers of what is large."""
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.2f}"


def _details(one: Grade) -> list[str]:
    q: Question = one.question
    unit = f"`{q.variable}` of {q.product}, {q.place}, {_span(q)}" + (f" over {month(q.over[0])}" if q.over else "")
    text = f"- `{q.id}`: {unit}. Made {q.made}, from `{q.scenario}`. Settled by: {q.settled_by}."
    text += f" Holds if: {q.holds_if}." if q.holds_if else ""
    if one.record is not None:
        text += f" {one.record.runs} runs, seed {one.record.seed}, code {one.record.code_hash[:12]}."
    if one.observed is not None:
        text += f" Seen {one.observed.seen}: {one.observed.source}."
    return [text]
