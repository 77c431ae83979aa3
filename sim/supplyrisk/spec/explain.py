"""Tells what a resolved scenario does: the timeline before any run, in plain sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from ..events.words import say_date
from ..language.numbers import Sampled
from ..language.uncertain import Uncertain
from .apply import output_shares
from .baseline import Override
from .cells import cells_of, covers, lookup, path_of
from .load import Loaded, origins
from .parameters import PARAMETER_BY_NAME
from .resolve import Placed, Resolution
from .resolved import SampledColumn, Scenario
from .scenario import WORLD
from .worldfile import Laid

# World numbers drawn by default are counted rather than listed beyond this many.
MANY_COLUMNS = 12
MANY_ROWS = 40  # rows of own tables that are listed


def explain(loaded: Loaded, *, origins: bool = False) -> str:
    """The explanation of a scenario.

    Parameters
    ----------
    loaded : Loaded
        What `read_scenario` returned.
    origins : bool
        Add where every value was written, and the sources of the world's changed numbers.
    """
    lines = list(_head(loaded))
    for resolution in loaded.resolutions:
        if len(loaded.resolutions) > 1:
            lines += ["", f"=== World {resolution.world.names.world}: {resolution.world.world.title} ==="]
        lines += [
            *_groups(loaded, resolution),
            *_changes(loaded, resolution),
            *_outlook(loaded, resolution),
            *_timeline(resolution),
        ]
        lines += [*_policies(loaded, resolution), *_uncertain(resolution)]
    lines += _arms(loaded)
    if origins:
        lines += _origins(loaded)
    return "\n".join(lines)


def _head(loaded: Loaded) -> Iterator[str]:
    spec, scenario = loaded.spec, loaded.scenarios[0]
    yield spec.title
    if spec.question:
        yield spec.question
    yield ""
    last = scenario.start + dt.timedelta(days=scenario.days - 1)
    worlds = " and ".join(f"{r.world.names.world} ({r.world.world.title})" for r in loaded.resolutions)
    yield f"World: {worlds}."
    weeks = scenario.days // 7
    if scenario.lead_weeks:
        yield (
            f"Simulated from {say_date(scenario.first_day)} ({scenario.lead_weeks} market weeks before the horizon, in which "
            "all arms are the same and nothing is counted)."
        )
    yield f"Horizon: {say_date(scenario.start)} to {say_date(last)} ({scenario.days:,} days, {weeks} market weeks)."


def _groups(loaded: Loaded, resolution: Resolution) -> Iterator[str]:
    """Groups of countries that the scenario defines, with the countries they have in this world."""
    if not loaded.spec.groups:
        return
    names = resolution.world.names
    yield ""
    yield "Groups of this scenario:"
    for name in loaded.spec.groups:
        members = ", ".join(names.countries[code] for code in names.groups.get(name, ()))
        yield f"  {name}: {members or 'none of its countries is in this world'}."


def _changes(loaded: Loaded, resolution: Resolution) -> Iterator[str]:
    """Numbers of the world that the scenario changes, before and after."""
    changes = [change for change in loaded.spec.baseline.overrides if change.keys]
    names = resolution.world.names
    moved = []
    for product in names.products:
        before, after = output_shares(resolution.before, product), output_shares(resolution.after, product)
        if any(abs(before.get(c, 0) - after.get(c, 0)) > 5e-5 for c in {*before, *after}):
            moved.append((product, before, after))
    laid = resolution.world.laid
    if not changes and not moved and not laid:
        return
    yield ""
    yield "Changes of the world:"
    yield from _tables(laid)
    for product, before, after in moved:
        yield f"  shares of the output of {names.products[product]}:"
        for country in {**after, **before}:
            old, new = before.get(country, 0.0), after.get(country, 0.0)
            mark = "" if abs(old - new) < 5e-5 else f" -> {new * 100:5.1f} %"
            yield f"    {names.countries[country]:<22} {old * 100:5.1f} %{mark}"
    for change in changes:
        if change.keys[0][0] != "output_t_per_year" or change.scale:
            yield from _one_change(change, resolution)


def _tables(laid: Sequence[Laid]) -> Iterator[str]:
    """Rows of the scenario's own tables that say something else than the world's."""
    numbers = [item for item in laid if not item.is_same]
    if laid:
        sources = (
            f", {len(laid) - len(numbers)} more give the world's number another source"
            if len(numbers) < len(laid)
            else ""
        )
        yield f"  {len(numbers)} number{'' if len(numbers) == 1 else 's'} from tables{sources}:"
    for item in numbers[:MANY_ROWS]:
        fact = item.fact
        old = "not in the world" if item.shipped is None else f"{item.shipped.value:,.6g}"
        drawn = f" ({fact.uncertain.text})" if fact.uncertain is not None else ""
        said = f"{fact.source}; {fact.confidence}"
        yield f"    {fact.path}: {old} -> {fact.value:,.6g} {fact.unit}{drawn}  [{said}; {fact.position}]"
    if len(numbers) > MANY_ROWS:
        yield f"    and {len(numbers) - MANY_ROWS} more"


def _one_change(change: Override, resolution: Resolution) -> Iterator[str]:
    """The number each cell of a change has in the runs: another one where a change that names more holds."""
    parameter = PARAMETER_BY_NAME[change.keys[0][0]]
    note = f"  [{'; '.join(part for part in (change.source, change.confidence, change.note) if part)}]"
    note = "" if note == "  []" else note
    values = resolution.scenario.world.values
    for key in change.keys:
        before, after = lookup(resolution.before, key), lookup(resolution.after, key)
        cells = sorted(k for k, _ in cells_of(resolution.after, key[0]) if covers(key, k))
        if change.scale and parameter.creates and len(cells) != 1:
            factor = change.value.central if isinstance(change.value, Uncertain) else change.value
            moved = [k for k in cells if not _differs(resolution.before.get(k, 0.0) * factor, resolution.after[k])]
            kept = f" ({len(cells) - len(moved)} have numbers of their own)" if len(moved) < len(cells) else ""
            yield f"  {path_of(key)}: {len(moved)} numbers times {_text(change.value)}{kept}{note}"
        elif after is not None:
            drawn = change.path in getattr(lookup(values, key), "columns", ())
            new = _text(change.value) if drawn and not change.scale else f"{after:,.6g}"
            times = f" (times {_text(change.value)})" if change.scale and _differs(before, after) else ""
            old = "the default" if before is None else f"{before:,.6g}"
            yield f"  {path_of(key)}: {old} -> {new} {parameter.unit}{times}{note}"


def _differs(before: float | None, after: float) -> bool:
    return before is None or abs(before - after) > 1e-12 * max(abs(before), abs(after))


def _text(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, (int, float)) else str(getattr(value, "text", value))


def _outlook(loaded: Loaded, resolution: Resolution) -> Iterator[str]:
    """What every arm gets alike."""
    outlook = resolution.scenario.outlook
    spec = loaded.spec.outlook
    lines = []
    for name, value in spec.demand_growth.items():
        whose = "all end uses" if name == "all" else resolution.world.names.end_uses.get(name, name)
        lines.append(f"demand of {whose} grows by {_percent(value)} a year")
    if spec.capacity_growth != 0.0:
        lines.append(f"all capacity grows by {_percent(spec.capacity_growth)} a year")
    if outlook.season:
        lines.append(f"demand has seasons ({', '.join(outlook.season)})")
    for outage in outlook.outages:
        what = ", ".join(outage.products) or "all products"
        where = ", ".join(outage.countries) or "all countries"
        lines.append(
            f"makers of {what} in {where} fail by chance, every {_days(outage.mtbf_days)} on average, "
            f"for {_days(outage.mttr_days)}"
        )
    standing = _sorted(resolution, "outlook", standing=True)
    events = _sorted(resolution, "outlook", standing=False)
    yield ""
    if outlook.as_of:
        yield f"Outlook: today, what is in force and under way on {say_date(dt.date.fromisoformat(outlook.as_of))}, in every arm:"
        yield from _told(standing)
    else:
        yield "Outlook: calm."
    if lines or events:
        yield ""
        yield "In every arm, the baseline too:"
        yield from (f"  {line}." for line in lines)
        yield from (f"  {item.resolved.sentence}" for item in events)


def _days(value: object) -> str:
    if isinstance(value, Sampled):
        return "a drawn number of days"
    assert isinstance(value, float)
    return f"{value:,.4g} days"


def _percent(value: object) -> str:
    return f"{value * 100:.4g} %" if isinstance(value, (int, float)) else str(getattr(value, "text", value))


def _sorted(resolution: Resolution, arm: str, standing: bool = False) -> list[Placed]:
    """Events of an arm that do something in this world, by date; triggered ones last."""
    found = [
        item for item in resolution.placed if item.arm == arm and item.standing == standing and item.resolved.effects
    ]

    def order(item: Placed) -> tuple[bool, float, str]:
        start = item.resolved.start_day
        centrals = {column.name: column.central for column in resolution.scenario.sampled}
        day = start.at(centrals) if isinstance(start, Sampled) else start
        return item.event.trigger is not None, day, item.resolved.name

    return sorted(found, key=order)


def _timeline(resolution: Resolution) -> Iterator[str]:
    yield ""
    events = _sorted(resolution, "")
    if not events:
        yield "Nothing happens: the scenario has no events."
        return
    yield "What happens:"
    yield from _told(events)


def _told(events: list[Placed]) -> Iterator[str]:
    for item in events:
        name = f"{item.resolved.name}: " if item.event.name else ""
        yield f"  {name}{item.resolved.sentence}"


def _policies(loaded: Loaded, resolution: Resolution) -> Iterator[str]:
    for name, policy in loaded.spec.policies.items():
        events = _sorted(resolution, f"policy:{name}")
        yield ""
        title = f" ({policy.title})" if policy.title else ""
        yield f"Policy {name}{title}, on top of that:"
        if events:
            yield from _told(events)
        else:
            yield "  nothing in this world."
        if policy.yearly_budget is not None:
            whose = "all countries together" if policy.payer == WORLD else policy.payer
            yield f"  Budget of {whose}: USD {policy.yearly_budget:,.0f} a year; it stops nothing, but runs that pay more are told."


def _uncertain(resolution: Resolution) -> Iterator[str]:
    scenario = resolution.scenario
    shipped = resolution.world.before.columns
    own = [column for column in scenario.sampled if shipped.get(column.name) != column]
    world = [column for column in scenario.sampled if shipped.get(column.name) == column]
    if not scenario.sampled:
        yield ""
        yield "Nothing is drawn: every run has the same numbers."
        return
    groups = len({column.group for column in scenario.sampled})
    yield ""
    yield f"Drawn once per run, the same in every arm ({len(scenario.sampled)} numbers, {groups} independent draws):"
    yield from (f"  {_column(column)}" for column in own)
    if len(world) > MANY_COLUMNS:
        parameters: dict[str, int] = {}
        for column in world:
            name = column.name.split(".")[0]
            parameters[name] = parameters.get(name, 0) + 1
        counts = ", ".join(f"{name} ({number})" for name, number in sorted(parameters.items()))
        yield f"  and {len(world)} uncertain numbers of the world: {counts}."
    else:
        yield from (f"  {_column(column)}  (the world's own)" for column in world)
    for first, second, rho in scenario.rank_correlations:
        yield f"  {first} and {second} have a rank correlation of {rho:g}."


def _column(column: SampledColumn) -> str:
    """One drawn number: its distribution in the numbers an analyst gave."""
    import math

    args = column.args
    if column.kind == "lognormal":
        low, high = (math.exp(args[0] + sign * 1.6448536 * args[1]) for sign in (-1, 1))
        shape = f"lognormal, 90 % between {low:.4g} and {high:.4g}"
    elif column.kind == "normal":
        low, high = (args[0] + sign * 1.6448536 * args[1] for sign in (-1, 1))
        shape = f"normal, 90 % between {low:.4g} and {high:.4g}"
    elif column.kind == "discrete":
        shape = "one of " + ", ".join(f"{x:.4g} ({p * 100:.3g} %)" for x, p in zip(args[::2], args[1::2], strict=True))
    else:
        shape = f"{column.kind}, {args[0]:.4g} to {args[-1]:.4g}"
    return f"{column.name}: {shape}"


def _arms(loaded: Loaded) -> Iterator[str]:
    scenario: Scenario = loaded.scenarios[0]
    yield ""
    named = ", ".join(arm.name for arm in scenario.arms)
    yield f"Arms, all with the same draws: {named}."
    yield f"{scenario.runs:,} runs each, seed {scenario.seed}, sampler {scenario.sampler}."


def _origins(loaded: Loaded) -> Iterator[str]:
    yield ""
    yield "Where each value was written:"
    for path, value, position in origins(loaded):
        shown = value if len(value) <= 60 else value[:57] + "..."
        yield f"  {path} = {shown}  ({position})"
    changed = {change.path: change for change in loaded.spec.baseline.overrides if change.source}
    if changed:
        yield ""
        yield "Sources given for changed numbers:"
        yield from (f"  {path}: {change.source}" for path, change in changed.items())
    yield ""
    yield "Sources of the world's numbers they replace:"
    told = False
    for resolution in loaded.resolutions:
        for fact in resolution.world.before.facts:
            old, new = resolution.before.get(fact.key), resolution.after.get(fact.key)
            if (
                new is None
                or old is None
                or (abs(new - old) > 1e-12 * max(abs(old), 1) and fact.key[0] != "trade_share")
            ):
                told = True
                yield f"  {fact.path} = {fact.value:g} {fact.unit}: {fact.source} ({fact.year}, {fact.confidence}; {fact.position})"
    if not told:
        yield "  none is replaced."
