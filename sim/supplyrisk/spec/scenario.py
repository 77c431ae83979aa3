"""The typed form of a scenario file. Docstrings of the keys become the JSON Schema and the reference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union

from pydantic import Field, model_validator

from ..events.base import Event
from ..events.registry import EVENT_TYPES
from ..language.fields import (
    BetweenFailures,
    Countries,
    Country,
    Day,
    EndUses,
    Flag,
    Growth,
    JsonSchema,
    OneOf,
    Products,
    Quantity,
    Share,
    Strict,
    Text,
    TextField,
    Title,
    ToRepair,
    UncertainNumber,
    parser_of,
    refuse_shape,
)
from ..language.names import Names
from ..language.uncertain import SubProblems, field_error, is_distribution
from ..sums import add_up
from ..units import FACTOR, PLAIN, TIME, convert
from .baseline import Baseline, BaselineField, UncertainField, UncertainNumbers
from .outlooks import CALM, TODAY
from .owngroups import GroupsField

AnyEvent = Annotated[Union[EVENT_TYPES], Field(discriminator="type")]  # type: ignore[valid-type]  # noqa: UP007
MAX_YEARS = 60
WORLD = "world"
USD = {"": 1.0, "USD": 1.0, "million": 1e6, "million USD": 1e6, "billion": 1e9, "billion USD": 1e9}
YEARLY_BUDGET = Quantity("a sum of money", USD, "200 million USD", "USD", 1.0, 1e15, certain=True)
# Names of `supplyrisk.report.figures.FIGURES`, which this room may not import; a test holds them together.
FIGURE_NAMES = (
    "price_fan",
    "shortage_fan",
    "who_short_when",
    "exposure_tiles",
    "exports_by_month",
    "flows",
    "licence_office",
    "distributions",
    "policies_compared",
    "policy_ladder",
    "sensitivity",
    "up_to_today",
)


@dataclass(frozen=True)
class TextList(TextField):
    """One text or a list of texts."""

    what: str
    words: tuple[str, ...] = ()  # those there are; () if any may stand

    def parse(self, value: Any, names: Names | None = None) -> tuple[str, ...]:
        items = value if isinstance(value, (list, tuple)) else (value,)
        problems: SubProblems = []
        for index, item in enumerate(items):
            try:
                refuse_shape(item, self.what)
                if self.words:
                    OneOf(self.words).parse(item)
            except ValueError as error:
                problems.append(((index,) if isinstance(value, (list, tuple)) else (), str(error)))
        if not items:
            problems.append(((), f"names nothing; write {self.what}"))
        if problems:
            raise field_error(problems)
        return tuple(str(item) for item in items)

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"enum": list(self.words)} if self.words else {"type": "string"}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class Years(TextField):
    """A number of years: 10, or `10 years`, `18 months`."""

    def parse(self, value: Any, names: Names | None = None) -> float:
        refuse_shape(value, "a number of years")
        years = (
            value
            if isinstance(value, (int, float))
            else convert(str(value), {"": 1.0} | {unit: days / TIME["year"] for unit, days in TIME.items()}, "10 years")
        )
        if not 0 < years <= MAX_YEARS:
            raise field_error(f"must be more than 0 and at most {MAX_YEARS} years (got {value})")
        return float(years)

    def json_schema(self) -> JsonSchema:
        return {"type": ["number", "string"], "examples": [10]}


@dataclass(frozen=True)
class ByEndUse(TextField):
    """A yearly growth for all end uses, or one per end use (`all` for the others)."""

    def parse(self, value: Any, names: Names | None = None) -> dict[str, UncertainNumber]:
        growth = parser_of(Growth)
        if not hasattr(value, "items") or is_distribution(value):
            return {"all": growth(value, names)}
        known = names.known_end_uses() if names is not None else tuple(value)
        return _each(value, known, lambda item: growth(item, names))

    def json_schema(self) -> JsonSchema:
        from ..language.fields import text_field

        one = text_field(Growth).json_schema()
        return {"anyOf": [one, {"type": "object", "additionalProperties": one}], "examples": ["3 %/yr"]}


@dataclass(frozen=True)
class Season(TextField):
    """Twelve monthly factors per end use (January first), scaled to a mean of exactly 1."""

    def parse(self, value: Any, names: Names | None = None) -> dict[str, tuple[float, ...]]:
        if not hasattr(value, "items"):
            raise field_error("must be a mapping from end use to twelve monthly factors")
        known = names.known_end_uses() if names is not None else tuple(value)
        return _each(value, known, self._months)

    def _months(self, item: Any) -> tuple[float, ...]:
        if not isinstance(item, (list, tuple)) or len(item) != 12:
            raise ValueError("needs twelve monthly factors, January first")
        factor = Quantity("a monthly factor", FACTOR, "1.1", "times", 0, 10, certain=True)
        factors = [float(factor.number(part)) for part in item]
        mean = add_up(factors) / 12
        if abs(mean - 1) > 0.05:
            raise ValueError(f"the twelve factors must have a mean of 1 (got {mean:.3g})")
        return tuple(part / mean for part in factors)

    def json_schema(self) -> JsonSchema:
        factors: JsonSchema = {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 12, "maxItems": 12}
        return {"type": "object", "additionalProperties": factors}


def _each(value: Any, known: tuple[str, ...], parse: Any) -> dict[str, Any]:
    """A mapping by end use, parsed entry by entry."""
    from ..errors import did_you_mean

    found: dict[str, Any] = {}
    problems: SubProblems = []
    for key, item in value.items():
        if key not in known:
            problems.append(((key,), f"unknown end use (got {key}){did_you_mean(str(key), known)}"))
            continue
        try:
            found[key] = parse(item)
        except ValueError as error:
            places = (getattr(error, "context", None) or {}).get("places") or [((), str(error))]
            problems += [((key, *path), message) for path, message in places]
    if problems:
        raise field_error(problems)
    return found


class Horizon(Strict):
    """The time that is simulated."""

    start: Day
    """First day (week 0 begins on it)."""

    end: Day | None = None
    """Last day."""

    years: Annotated[float | None, Years()] = None
    """Length in years, instead of `end`."""

    @model_validator(mode="after")
    def _one_end(self) -> Horizon:
        if (self.end is None) == (self.years is None):
            raise field_error("needs either end (a date) or years (a number)")
        if self.end is not None and self.end <= self.start:
            raise field_error([(("end",), f"must be after the start {self.start} (got {self.end})")])
        if self.days < 28:
            raise field_error(
                [
                    (
                        ("end" if self.end else "years",),
                        f"must be at least four weeks after the start (got {self.days} days)",
                    )
                ]
            )
        if self.days > MAX_YEARS * 366:
            raise field_error([(("end",), f"must be within {MAX_YEARS} years of the start (got {self.end})")])
        return self

    @property
    def days(self) -> int:
        """Days simulated, the last one included."""
        if self.end is not None:
            return (self.end - self.start).days + 1
        assert self.years is not None
        whole = int(self.years)
        leap = self.start.month == 2 and self.start.day == 29  # 29 February counts as 1 March elsewhere
        first = self.start + dt.timedelta(days=1) if leap else self.start
        calendar = (first.replace(year=first.year + whole) - first).days
        return calendar + round((self.years - whole) * TIME["year"])

    @property
    def last(self) -> dt.date:
        return self.start + dt.timedelta(days=self.days - 1)


class RandomOutage(Strict):
    """Sites that fail by chance: exponential times between failures, then a time to repair."""

    products: Products = ()
    """Products whose makers fail. Default: all."""

    countries: Countries = ()
    """Countries of the sites. Default: all."""

    mean_time_between: BetweenFailures
    """Mean time from one failure of a site to its next."""

    mean_time_to_repair: ToRepair
    """Mean time until a failed site works again."""

    share_lost: Share = 1.0
    """Share of the capacity that is lost meanwhile. Default: 100 %."""


class OutlookSpec(Strict):
    """What every arm gets alike: rules in force, growth, seasons, projects under way, random outages."""

    base: Annotated[str, OneOf((TODAY, CALM))] = ""
    """What this outlook is laid on: `today`, the rules in force and projects under way in the world's `today.yaml`
    (events of the same name are changed, others added), or `calm`, nothing. `outlook: today` is short for
    `outlook: {base: today}`. Default: today in scenarios that start in 2026 or later, if the world has a
    `today.yaml`, else calm."""

    simulate_from: Day | None = None
    """The simulation begins here, so that what is in force before the horizon has done its work when it starts. Events
    of the outlook may lie in this lead-in; it is the same in every arm, and nothing in it is counted. Default: that
    of `today.yaml`, or the horizon's start."""

    demand_growth: Annotated[dict[str, UncertainNumber], ByEndUse()] = Field(default_factory=dict)
    """Growth of demand a year: one for all end uses, or a mapping by end use. Default: none."""

    capacity_growth: Growth = 0.0
    """Growth of all baseline capacity a year. Default: none."""

    season: Annotated[dict[str, tuple[float, ...]], Season()] = Field(default_factory=dict)
    """By end use, twelve monthly factors of demand, January first. Default: flat."""

    outages: tuple[RandomOutage, ...] = ()
    """Sites that fail by chance."""

    events: tuple[AnyEvent, ...] = ()
    """Events that happen in every arm, the baseline too (projects under way, for example)."""


class PolicySpec(Strict):
    """A named answer that is set against the scenario with the same draws."""

    title: Title = ""
    """What the policy is, for figures and tables. Default: its name."""

    yearly_budget: Annotated[float, YEARLY_BUDGET] | None = None
    """Public money that may be paid out in a year. It stops nothing: runs in which more is paid are counted and told. Default:
    none is given."""

    payer: Title = WORLD
    """Whose public money that is: a country, a group or `world`. Default: world, all that pay."""

    events: tuple[AnyEvent, ...]
    """What the policy adds to the scenario's events."""


class MonteCarlo(Strict):
    """How many runs, and how their numbers are drawn."""

    runs: Annotated[int, Quantity("a number of runs", PLAIN, "200", "", 1, 100_000_000, certain=True, whole=True)] = 200
    """Number of runs. Default: 200."""

    seed: Annotated[int, Quantity("a seed", PLAIN, "1", "", 0, 2**53, certain=True, whole=True)] = 1
    """Seed of all draws; 0 is a seed too. Default: 1."""

    sampler: Annotated[str, OneOf(("random", "lhs", "sobol"))] = "lhs"
    """How the uncertain parameters are drawn: independently, as a Latin hypercube, or each by a scrambled Sobol sequence
    of its own, which may be extended. Default: lhs."""

    world_uncertainty: Flag = True
    """Whether the world's own uncertain numbers are drawn too (`no`: they keep their central values). Default: yes."""


class Focus(Strict):
    """What the report looks at first."""

    products: Products = ()
    """Products."""

    places: Countries = ()
    """Countries, groups or zones."""

    end_uses: EndUses = ()
    """End uses."""


class ReportSpec(Strict):
    """What the report shows."""

    title: Title = ""
    """Title of the report. Default: the scenario's."""

    focus: Focus = Focus()
    """Products and places the report looks at first. Default: what the events touch."""

    observed: Annotated[tuple[str, ...], TextList("the path of a CSV file")] = ()
    """CSV files with recorded series to be drawn beside the simulated ones (path from this file; columns as in
    observed.csv of an episode)."""

    figures: Annotated[tuple[str, ...], TextList("the name of a figure", FIGURE_NAMES)] = ()
    """Figures by name, instead of those chosen from what the events touch."""

    months: Annotated[int, Quantity("a number of months", PLAIN, "18", "", 1, 1200, certain=True, whole=True)] = 0
    """How many months the time charts show. Default: what the events need."""

    track_origin: Country = ""
    """Country whose content is tracked through all stocks, so that exposure by origin is reported. Default: none,
    unless a content rule needs it."""


class ScenarioSpec(Strict):
    """A scenario: a question, a world, what happens, and what could be done about it."""

    title: Title
    """What the scenario is, one line."""

    question: Text = ""
    """What the analyst wants to know; the report answers it."""

    extends: Annotated[tuple[str, ...], TextList("the path of a scenario file")] = ()
    """One or several scenario files on which this one is laid (path from this file). What this file says wins;
    events are matched by name."""

    world: Annotated[tuple[str, ...], TextList("the name of a world")]
    """Name of a world, the path of its folder (from this file), or a list of them: each is run, one report."""

    horizon: Horizon
    """The time that is simulated."""

    groups: Annotated[dict[str, tuple[str, ...]], GroupsField()] = Field(default_factory=dict)
    """Groups of countries by name (`allies: [JP, KR, US, EU]`), made of countries and groups of the world. They may stand
    wherever a group of the world may, and are summed as places in all results. Default: the world's groups only."""

    baseline: Annotated[Baseline, BaselineField()] = Baseline()
    """Changes of the world's numbers, nested as parameter, then its dimensions; `shares` sets countries' shares."""

    outlook: OutlookSpec = OutlookSpec()
    """What every arm gets alike, the baseline too: `today`, `calm`, or a mapping. Default: `today` in scenarios that
    start in 2026 or later where the world has a `today.yaml`, else `calm`, so that the baseline is flat."""

    uncertain: Annotated[UncertainNumbers, UncertainField()] = UncertainNumbers()
    """Distributions by path (`cover_weeks.ht_magnet.DE`, `events.NAME.share`), and `rank_correlations`. A number may
    also be given a distribution where it stands."""

    events: tuple[AnyEvent, ...] = ()
    """What happens."""

    policies: dict[str, PolicySpec] = Field(default_factory=dict)
    """Named answers; each is run with the same draws as the scenario."""

    monte_carlo: MonteCarlo = MonteCarlo()
    """Runs, seed and sampler."""

    report: ReportSpec = ReportSpec()
    """What the report shows."""

    @property
    def lead_weeks(self) -> int:
        """Whole weeks from the outlook's `simulate_from` to the horizon; the first may begin up to six days before."""
        begin = self.outlook.simulate_from
        return 0 if begin is None else max(0, -(-(self.horizon.start - begin).days // 7))

    @property
    def first_day(self) -> dt.date:
        """First day that is simulated."""
        return self.horizon.start - dt.timedelta(days=7 * self.lead_weeks)

    def all_events(self) -> Iterator[tuple[tuple[str | int, ...], str, Event]]:
        """(path in the file, arm it belongs to ("", "outlook" or a policy's name), event)."""
        for index, event in enumerate(self.outlook.events):
            yield ("outlook", "events", index), "outlook", event
        for index, event in enumerate(self.events):
            yield ("events", index), "", event
        for name, policy in self.policies.items():
            for index, event in enumerate(policy.events):
                yield ("policies", name, "events", index), f"policy:{name}", event


SECTIONS = ("extends", "groups", "baseline", "outlook", "uncertain", "events", "policies", "monte_carlo", "report")
