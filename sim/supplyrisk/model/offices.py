"""The pace of a licence office that nobody knows yet: a prior over six past regimes, drawn month by month.

Used where a licence regime gives neither capacity nor officers, so that a forecast can be made on the day of an
announcement (docs/background/market-core.md, "The office on day one").
"""

from __future__ import annotations

import math

from ..powers import exp, log
from ..streams import STREAM_OFFICE, normal_quantile, uniform
from .arrays import Floats, Ints
from .layout_types import Layout

DAYS_PER_MONTH = 365.25 / 12.0

# ln share = min(START + GROWTH ln(1 + month) + u, ln L) + e: what offices of six regimes let through (assumptions fitted
# to their monthly exports; the level at which they end was chosen with prices in view).
START, GROWTH = -2.3, 1.05
BETWEEN_REGIMES = 0.6  # sd of u, t with five degrees of freedom
END_MEDIAN, END_SD = 0.45, 0.8  # of L, log-normal
WITHIN_REGIME, LATER = 0.8, 0.6  # sd of e in a month; times LATER after a year
OFFSET, MOST = 0.02, 1.5
OPEN_ENOUGH, RELAPSE_A_MONTH = 0.5, 0.08  # once that open, chance of a relapse ...
LONGEST_RELAPSE, RELAPSE_LEVEL = 3, 0.25  # ... of 1 to 3 months at 0 to 0.25
FIRST_MONTHLY = 16  # counter of a month's draws: 16 + 4 month


def draw_offices(L: Layout, F: Floats, I: Ints, key: int) -> None:
    """What sets unknown offices apart: u and L of every office, once a run."""
    for o in range(L.n_offices):
        entity = I[L.office_key + o]
        squares = 0.0
        for i in range(1, 6):
            z = normal_quantile(uniform(key, STREAM_OFFICE, entity, i))
            squares += z * z
        z = normal_quantile(uniform(key, STREAM_OFFICE, entity, 0))
        # Student's t with five degrees of freedom has variance 5/3.
        F[L.office_between + o] = BETWEEN_REGIMES * math.sqrt(0.6) * z / math.sqrt(squares / 5.0)
        F[L.office_end + o] = log(END_MEDIAN) + END_SD * normal_quantile(uniform(key, STREAM_OFFICE, entity, 6))
        F[L.office_relapse + o] = 0.0
        F[L.office_drawn + o] = 0.0
        I[L.office_month + o] = 0


def unknown_pace(L: Layout, F: Floats, I: Ints, key: int, o: int, days: int) -> float:
    """Share of normal exports that an unknown office lets through `days` days after it began, in this run."""
    month = int(days / DAYS_PER_MONTH)
    while I[L.office_month + o] <= month:
        draw_month(L, F, I, key, o, I[L.office_month + o])
        I[L.office_month + o] += 1
    return F[L.office_drawn + o]


def draw_month(L: Layout, F: Floats, I: Ints, key: int, o: int, month: int) -> None:
    """Pace of one month: slow at first, recovering to a level of its own, with relapses."""
    entity = I[L.office_key + o]
    at = FIRST_MONTHLY + 4 * month
    mean = min(START + GROWTH * log(1.0 + month) + F[L.office_between + o], F[L.office_end + o])
    spread = WITHIN_REGIME if month < 12 else WITHIN_REGIME * LATER
    share = exp(mean + spread * normal_quantile(uniform(key, STREAM_OFFICE, entity, at))) - OFFSET
    share = max(0.0, min(MOST, share))
    relapse = F[L.office_relapse + o]
    if relapse > 0.0:
        share = RELAPSE_LEVEL * uniform(key, STREAM_OFFICE, entity, at + 3)
        F[L.office_relapse + o] = relapse - 1.0
    elif share > OPEN_ENOUGH and uniform(key, STREAM_OFFICE, entity, at + 1) < RELAPSE_A_MONTH:
        length = 1 + int(LONGEST_RELAPSE * uniform(key, STREAM_OFFICE, entity, at + 2))
        F[L.office_relapse + o] = float(length)
    F[L.office_drawn + o] = share
