"""What the compiler reads: a scenario with every name expanded and every number in model units.

Nothing here is text any more: dates are days since the horizon's first day, shares are fractions,
masses tonnes, rates tonnes a year, durations days or weeks as named, prices USD/kg. A number may
still be uncertain (`Sampled`), in which case each run has its own value.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..events.effects import Effect
from ..events.numbers import Num

# (parameter, then one entry per dimension in the order of sim/supplyrisk/spec/parameters.py; "" = any)
Key = tuple[str, ...]


@dataclass(frozen=True)
class Product:
    """One product = one stage. `inputs` are product ids, upstream products come first in a world."""

    id: str
    name: str
    stage: str
    mass_basis: str
    inputs: tuple[str, ...] = ()
    contract_index: str = "origin"  # whose spot price contracts follow: origin | destination


@dataclass(frozen=True)
class EndUse:
    id: str
    name: str
    is_stock: bool = False  # bought to be stored: what is not bought is no shortage and is in no sum over uses


@dataclass(frozen=True)
class World:
    name: str
    title: str
    base_year: int
    countries: tuple[str, ...]
    country_names: Mapping[str, str]
    zones: tuple[str, ...]
    zone_of: Mapping[str, str]
    products: tuple[Product, ...]
    end_uses: tuple[EndUse, ...]
    values: Mapping[Key, Num]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # summed as places of their own
    parted_from: Mapping[str, str] = field(
        default_factory=dict
    )  # zone made for rules -> the world's zone that it leaves

    def whole_zone(self, country: str) -> str:
        """The world's own zone of a country, whatever rules part from it."""
        zone = self.zone_of[country]
        return self.parted_from.get(zone, zone)

    def zone_key(self, zone: str) -> str:
        """What a zone is ordered by: its first country if rules make it, so that other rules change no order of sums."""
        if zone not in self.parted_from:
            return zone
        return min(country for country in self.countries if self.zone_of[country] == zone)


@dataclass(frozen=True)
class Trigger:
    """The event starts once `variable` of (product, zone) has stood above `threshold` for `weeks`.

    `after_event` (an event's name) makes it wait for that event's start instead. `delay_days_low` and
    `delay_days_high` bound a uniform draw added to the day the condition is met.
    """

    variable: str = ""  # price_spot_index | price_paid_index | unserved_share
    product: str = ""
    place: str = ""  # zone for prices, country for unserved_share
    threshold: float = 0.0
    weeks: int = 1
    after_event: str = ""
    delay_days_low: Num = 0.0
    delay_days_high: Num = 0.0
    not_before_day: int = 0


@dataclass(frozen=True)
class ResolvedEvent:
    """One event: `start_day` and `announced_day` are ignored when `trigger` is given."""

    name: str
    type: str
    sentence: str
    announced_day: Num
    start_day: Num
    duration_days: Num  # inf = to the end of the horizon
    probability: Num
    trigger: Trigger | None
    effects: tuple[Effect, ...]  # schedule days count from the event's start
    end_announced: bool = False  # its end is public
    every_days: float = 0.0  # comes again so long after its start; 0 = once
    by_chance: bool = False  # comes again and again by chance
    chance_per_year: Num = 0.0  # with `by_chance`; 0 = never
    until_day: float = math.inf  # no occurrence begins from then on
    age_days: Num = 0.0  # how long the policy had been in force before `start_day`
    last_days: Num = 0.0  # how long the last such policy was in force before anything here; 0 = there was none
    rumoured_day: Num = math.inf  # from which on it is rumoured
    rumour_probability: Num = 0.0  # that buyers give it until it is announced


@dataclass(frozen=True)
class RandomOutages:
    """Outlook: each selected site fails after exponential times (mean `mtbf_days`), for `mttr_days`."""

    products: tuple[str, ...]
    countries: tuple[str, ...]
    mtbf_days: Num
    mttr_days: Num
    share_lost: Num


@dataclass(frozen=True)
class Recorded:
    """One observation of the real world, as its file says; days first .. after-1."""

    series: str
    variable: str  # "": compared with nothing, unless its series' name says what it is
    product: str  # names with spaces between; "": all
    place: str
    period: str
    first: dt.date
    after: dt.date
    value: float  # in the unit of comparison: t, index, share, USD/kg, CNY/kg, weeks, days
    reference: float  # normal level in the same unit; 0: none
    unit: str  # as recorded
    source: str
    confidence: str


@dataclass(frozen=True)
class Outlook:
    """Given to every arm. Growth rates are per year; `season` are 12 monthly factors of mean 1.

    `base` says what the scenario's own lines are laid on: `calm` (nothing) or `today` (the world's `today.yaml`, whose
    state of things is that of `as_of`).
    """

    demand_growth_per_year: Mapping[str, Num]  # by end use
    capacity_growth_per_year: Num = 0.0
    season: Mapping[str, tuple[float, ...]] | None = None  # by end use
    outages: tuple[RandomOutages, ...] = ()
    events: tuple[ResolvedEvent, ...] = ()
    base: str = "calm"
    as_of: str = ""
    recorded: tuple[Recorded, ...] = ()  # of the world's `recorded.csv`, shown beside what is simulated


@dataclass(frozen=True)
class Arm:
    """`baseline` has no events, `scenario` the scenario's, `policy:<name>` those and the policy's."""

    name: str
    events: tuple[int, ...]  # indices into Scenario.events
    title: str = ""  # what the file calls a policy, for reports
    yearly_budget_usd: float | None = None  # public money that the policy may pay out in a year; it stops nothing
    payer: str = "world"  # whose money that is


@dataclass(frozen=True)
class SampledColumn:
    """One sampled number: `group` columns share one quantile (one column of the unit-cube design).

    `kind` and `args`: fixed(x), uniform(a, b), triangular(a, mode, b), pert(a, mode, b),
    normal(mean, sd), lognormal(mu, sigma), discrete(x1, p1, x2, p2, ...).
    """

    name: str
    group: str
    kind: str
    args: tuple[float, ...]
    central: float
    low: float = -math.inf  # draws are kept within [low, high] (the field's or the parameter's bounds)
    high: float = math.inf

    def support(self) -> tuple[float, float]:
        """Lowest and highest value that can be drawn."""
        if self.kind in ("normal", "lognormal"):
            # No draw of a lognormal is ever zero.
            first, last = (-math.inf if self.kind == "normal" else sys.float_info.min), math.inf
        else:
            listed = self.args[::2] if self.kind == "discrete" else self.args
            first, last = min(listed), max(listed)
        return min(max(first, self.low), self.high), min(max(last, self.low), self.high)


@dataclass(frozen=True)
class ReportOptions:
    """What the analyst asked of the report; () and "" leave the choice to the report."""

    title: str = ""
    products: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # countries, groups, zones or world
    end_uses: tuple[str, ...] = ()
    recorded: tuple[Recorded, ...] = ()  # observed series to be drawn beside the simulated ones
    figures: tuple[str, ...] = ()
    months: int = 0  # 0: as the report chooses


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    question: str
    world: World
    start: dt.date
    days: int
    outlook: Outlook
    events: tuple[ResolvedEvent, ...]
    arms: tuple[Arm, ...]
    sampled: tuple[SampledColumn, ...]
    rank_correlations: tuple[tuple[str, str, float], ...]  # group, group, rho
    runs: int
    seed: int
    sampler: str  # random | lhs | sobol
    tracked_origin: str = ""  # country whose content share of stocks is tracked; "" = not tracked
    report: ReportOptions = field(default_factory=ReportOptions)
    lead_weeks: int = 0  # weeks simulated before `start`: what is in force then has done its work by the start

    @property
    def first_day(self) -> dt.date:
        """First day that is simulated; days of events count from `start` all the same."""
        return self.start - dt.timedelta(days=7 * self.lead_weeks)

    @property
    def simulated_days(self) -> int:
        """Days of the lead-in and of the horizon."""
        return 7 * self.lead_weeks + self.days
