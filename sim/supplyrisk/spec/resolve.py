"""A typed scenario and a loaded world to what the compiler reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..errors import Position, did_you_mean
from ..events.base import INF, Event
from ..language.context import LowerContext
from ..language.layers import labels
from ..language.names import ALL
from ..language.numbers import Num, Sampled
from ..language.uncertain import Uncertain
from .apply import Draft, close_unused_lanes, settle
from .outlooks import CALM, TODAY
from .precedence import BASELINE, UNCERTAIN, apply_changes, changes_of
from .resolved import (
    Arm,
    Key,
    Outlook,
    RandomOutages,
    ReportOptions,
    ResolvedEvent,
    SampledColumn,
    Scenario,
    Trigger,
)
from .scenario import ScenarioSpec
from .shares import Stated, set_shares
from .worldchecks import check_world
from .worldfile import LoadedWorld
from .zones import zoned

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


@dataclass(frozen=True)
class Placed:
    """An event with where it stands in the file and which arm it belongs to."""

    path: Path
    arm: str  # "" (scenario), outlook, policy:NAME
    event: Event
    column: str  # prefix of its columns: `events.NAME`
    resolved: ResolvedEvent
    standing: bool = False  # a rule of the world's `today.yaml`, as it is or changed by the file


@dataclass(frozen=True)
class Resolution:
    """A scenario in one world, with what checks and `explain` need besides."""

    scenario: Scenario
    world: LoadedWorld
    placed: tuple[Placed, ...]
    before: dict[Key, float]  # the world's central numbers as shipped
    after: dict[Key, float]
    existing: dict[Key, float]  # the same, above zero wherever some run has more than nothing
    faults: tuple[Fault, ...]


def resolve(spec: ScenarioSpec, world: LoadedWorld, name: str, folder: Any) -> Resolution:
    """Resolve one scenario in one world.

    Parameters
    ----------
    name : str
        Name of the scenario (its file without suffix).
    folder : Path
        Folder of the scenario file, from which paths in it count.
    """
    draft, faults = _numbers(spec, world)
    lead_weeks = spec.lead_weeks
    ctx = LowerContext(world.names, spec.horizon.start, spec.horizon.days, 7 * lead_weeks)
    today = world.today if spec.outlook.base == TODAY else None
    placed = _events(spec, ctx, today.names if today is not None else frozenset(), faults)
    outlook = replace(
        _outlook(spec, ctx, placed),
        base=spec.outlook.base or CALM,
        as_of=today.as_of.isoformat() if today is not None else "",
    )
    events = tuple(item for item in placed if item.arm != "outlook")
    columns = _columns(draft, ctx)
    correlations = _correlations(spec, columns, faults)
    after = draft.centrals()
    scenario = Scenario(
        name=name,
        title=spec.title,
        question=spec.question,
        world=zoned(replace(world.world, values=draft.values), (*outlook.events, *(item.resolved for item in events))),
        start=spec.horizon.start,
        days=spec.horizon.days,
        outlook=outlook,
        events=tuple(item.resolved for item in events),
        arms=_arms(spec, events),
        sampled=columns,
        rank_correlations=correlations,
        runs=spec.monte_carlo.runs,
        seed=spec.monte_carlo.seed,
        sampler=spec.monte_carlo.sampler,
        tracked_origin=_tracked(spec, world, placed),
        report=_report(spec, world, folder),
        lead_weeks=lead_weeks,
    )
    before = {fact.key: fact.value for fact in world.before.facts}
    return Resolution(scenario, world, tuple(placed), before, after, draft.structural(), tuple(faults))


def _numbers(spec: ScenarioSpec, world: LoadedWorld) -> tuple[Draft, list[Fault]]:
    """The world's numbers with the scenario's changes."""
    draft = Draft(dict(world.world.values), dict(world.columns))
    if not spec.monte_carlo.world_uncertainty:
        settle(draft)
    names = frozenset((*world.names.countries, *world.names.products, *world.names.end_uses))
    sections = ((BASELINE, spec.baseline), (UNCERTAIN, spec.uncertain))
    changes = [change for section, given in sections for change in changes_of(section, given.overrides, names)]
    shares = [
        Stated(section, share) for section, given in sections for share in given.shares if set(share.products) & names
    ]
    apply_changes(draft, changes)
    if not draft.faults:
        set_shares(draft, shares, tuple(world.names.products))
    faults = _told(draft)
    if (changes or shares) and not faults:
        close_unused_lanes(draft)
        faults += _told(draft)
        faults += _structural_faults(world, draft)
    return draft, faults


def _told(draft: Draft) -> list[Fault]:
    """Faults so far, with the place of the change in the file."""
    told: list[Fault] = []
    for section, path, message in draft.faults:
        steps = path.split(".") if section == BASELINE else [path]
        told.append(((section, *steps), message))
    draft.faults.clear()
    return told


def _structural_faults(world: LoadedWorld, draft: Draft) -> list[Fault]:
    """Whether the chain still closes after the changes."""
    problems = check_world(world.spec, world.names, draft.structural(), {}, Position(), changed=True)
    return [(("baseline", *problem.path.split(".")), problem.message) for problem in problems]


# --- events ---------------------------------------------------------------------------------------
def _events(spec: ScenarioSpec, ctx: LowerContext, standing: frozenset[str], faults: list[Fault]) -> list[Placed]:
    listed = list(spec.all_events())
    labels = _labels(listed)
    final = _unique(listed, labels)
    placed = []
    for (path, arm, event), label in zip(listed, labels, strict=True):
        column = ".".join(str(part) for part in path[:-1]) + f".{label}"
        ctx.enter(event, column)
        here = {other: final[arm_, other] for arm_, other in final if arm_ in (arm, "", "outlook")}
        here |= {other: final[arm_, other] for arm_, other in final if arm_ == arm}
        try:
            resolved = _lower(event, ctx, final[arm, label], here, column, arm == "outlook")
        except ValueError as error:
            faults.append((path, str(error)))
            continue
        stands = arm == "outlook" and event.name in standing
        placed.append(Placed(path, arm, event, column, resolved, stands))
    return placed


def _labels(listed: list[tuple[Path, str, Event]]) -> list[str]:
    """Label of each event, unique in its arm (see `supplyrisk.language.layers.labels`)."""
    found = [""] * len(listed)
    for arm in {arm for _, arm, _ in listed}:
        places = [number for number, (_, own, _) in enumerate(listed) if own == arm]
        named = labels([(listed[number][2].name, listed[number][2].type) for number in places])
        for number, label in zip(places, named, strict=True):
            found[number] = label
    return found


def _unique(listed: list[tuple[Path, str, Event]], labels: list[str]) -> dict[tuple[str, str], str]:
    """(arm, label) -> name in the resolved scenario; two policies may use one label."""
    arms: dict[str, list[str]] = {}
    for (_, arm, _), label in zip(listed, labels, strict=True):
        arms.setdefault(label, []).append(arm)
    final = {}
    for (_, arm, _), label in zip(listed, labels, strict=True):
        final[arm, label] = label if len(arms[label]) == 1 or not arm else f"{arm.removeprefix('policy:')}: {label}"
    return final


def _lower(
    event: Event, ctx: LowerContext, name: str, names: dict[str, str], column: str, early: bool
) -> ResolvedEvent:
    """An event in numbers; `early` if it may happen in a lead-in too, before the reported start."""
    timing = event.timing(ctx)
    trigger = None
    if event.trigger is not None:
        arguments = event.trigger.lower(ctx)
        arguments["after_event"] = names.get(arguments["after_event"], arguments["after_event"])
        if early and event.trigger.not_before is None:
            arguments["not_before_day"] = -ctx.lead_days
        trigger = Trigger(**arguments)
    return ResolvedEvent(
        name=name,
        type=event.type,
        sentence=event.sentence(ctx),
        announced_day=timing.announced_day,
        start_day=timing.start_day,
        duration_days=timing.duration_days,
        probability=ctx.num(event.probability),
        trigger=trigger,
        effects=tuple(_renamed(effect, names) for effect in event.lower(ctx)),
        end_announced=event.end_is_known(),
        every_days=event.every or 0.0,
        by_chance=event.chance is not None,
        chance_per_year=0.0 if event.chance is None else ctx.num(event.chance),
        until_day=INF if event.until is None else float(ctx.day(event.until)),
        age_days=event.age_days(ctx),
        **event.memories(ctx),
    )


# Texts of an effect that name another event.
EVENT_TEXTS = ("event", "project")


def _renamed(effect: Any, names: dict[str, str]) -> Any:
    texts = {key: names.get(text, text) if key in EVENT_TEXTS else text for key, text in effect.texts.items()}
    return replace(effect, texts=texts) if texts != effect.texts else effect


def _arms(spec: ScenarioSpec, events: tuple[Placed, ...]) -> tuple[Arm, ...]:
    own = tuple(index for index, item in enumerate(events) if not item.arm)
    arms = [Arm("baseline", ()), Arm("scenario", own)]
    for name, policy in spec.policies.items():
        added = tuple(index for index, item in enumerate(events) if item.arm == f"policy:{name}")
        arms.append(Arm(f"policy:{name}", own + added, policy.title, policy.yearly_budget, policy.payer))
    return tuple(arms)


# --- outlook --------------------------------------------------------------------------------------
def _outlook(spec: ScenarioSpec, ctx: LowerContext, placed: list[Placed]) -> Outlook:
    outlook = spec.outlook
    ctx.enter(outlook, "outlook")
    growth: dict[str, Num] = {}
    for name in ("all", *[key for key in outlook.demand_growth if key != "all"]):
        if name in outlook.demand_growth:
            value = outlook.demand_growth[name]
            number = ctx.num(value, path=f"outlook.demand_growth.{name}")
            growth |= dict.fromkeys(ctx.end_uses((name,)), number)
    season: dict[str, tuple[float, ...]] = {}
    for name in sorted(outlook.season, key=lambda key: key != "all"):
        season |= dict.fromkeys(ctx.end_uses((name,)), outlook.season[name])
    outages = []
    for outage in outlook.outages:
        products, countries = ctx.products(outage.products), ctx.expand(outage.countries)
        if (outage.products and not products) or (outage.countries and not countries):
            continue  # names of another world of the scenario
        times = (ctx.num(outage.mean_time_between), ctx.num(outage.mean_time_to_repair), ctx.num(outage.share_lost))
        outages.append(RandomOutages(products, countries, *times))
    return Outlook(
        demand_growth_per_year=growth,
        capacity_growth_per_year=ctx.num(outlook.capacity_growth),
        season=season or None,
        outages=tuple(outages),
        events=tuple(item.resolved for item in placed if item.arm == "outlook"),
    )


# --- draws ----------------------------------------------------------------------------------------
def _columns(draft: Draft, ctx: LowerContext) -> tuple[SampledColumn, ...]:
    """The design's columns, by name: the order of keys in the files must not matter."""
    used = {name for value in draft.values.values() if isinstance(value, Sampled) for name in value.columns}
    columns = [column for name, column in draft.columns.items() if name in used]
    columns += [_event_column(name, value) for name, value in ctx.columns.items()]
    return tuple(sorted(columns, key=lambda column: column.name))


def _event_column(name: str, value: Uncertain) -> SampledColumn:
    return SampledColumn(name, name, value.kind, value.args, value.central, value.low, value.high)


def _correlations(
    spec: ScenarioSpec, columns: tuple[SampledColumn, ...], faults: list[Fault]
) -> tuple[tuple[str, str, float], ...]:
    """Rank correlations between groups; a path stands for the group of its column."""
    groups = {column.name: column.group for column in columns} | {column.group: column.group for column in columns}
    found = []
    for index, (first, second, rho) in enumerate(spec.uncertain.rank_correlations):
        path: Path = ("uncertain", "rank_correlations", index)
        missing = [name for name in (first, second) if name not in groups]
        for name in missing:
            faults.append((path, f"no uncertain number has this path (got {name}){did_you_mean(name, groups)}"))
        if missing:
            continue
        if groups[first] == groups[second]:
            faults.append((path, f"{first} and {second} are drawn together already"))
            continue
        found.append((groups[first], groups[second], rho))
    return tuple(found)


# --- report ---------------------------------------------------------------------------------------
def _tracked(spec: ScenarioSpec, world: LoadedWorld, placed: list[Placed]) -> str:
    if spec.report.track_origin in world.names.countries:
        return spec.report.track_origin
    for item in placed:
        for effect in item.resolved.effects:
            origin = effect.texts.get("content_origin", "")
            if origin:
                return origin
    return ""


def _places(written: tuple[str, ...], world: LoadedWorld) -> tuple[str, ...]:
    """Places the report looks at first, in the order of the file: a group stays a place, `all` is the world."""
    names = world.names
    found: list[str] = []
    for name in written:
        if name == ALL:
            found.append("world")
        elif name in names.countries or name in names.zones or name in world.world.groups:
            found.append(name)
        else:
            found += names.groups.get(name, ())  # another name for a single country
    return tuple(dict.fromkeys(found))


def _report(spec: ScenarioSpec, world: LoadedWorld, folder: Any) -> ReportOptions:
    report, names = spec.report, world.names
    return ReportOptions(
        title=report.title or spec.title,
        products=names.expand_products(report.focus.products),
        places=_places(report.focus.places, world),
        end_uses=names.expand_end_uses(report.focus.end_uses),
        figures=report.figures,
        months=report.months,
    )
