"""What `check` and `explain` say about the balance a scenario starts from: what is not as it is stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import Position, Problem
from ..language.problems import find, place
from ..sums import add_up

if TYPE_CHECKING:
    from ..model.stated import Lane, Traded
    from ..spec.load import Loaded
    from ..spec.resolve import Resolution

# Sums of outputs from different statistics than uses differ by this factor before it is worth a remark (assumption;
# shipped worlds lie between 0.8 and 1.1).
FAR_SCALE = 1.35
CHANGED_SCALE = 0.02  # change of that factor by the scenario that is worth one
THOUSAND = 1000.0  # what a point or comma for thousands costs
FAR_SHARE = 0.02  # difference of a share that the scenario states which is worth a remark
MUCH_MOVED = 0.05  # share of a product's purchases from other sellers than stated which is worth one
NAMED = 3  # lanes that are named in a remark


def balance_notes(loaded: Loaded) -> list[Problem]:
    """Remarks about the central world of every resolution: what is stated and not met."""
    from ..model.stated import traded

    notes: list[Problem] = []
    for resolution in loaded.resolutions:
        found = traded(resolution.scenario)
        usual = {item.product: item for item in _before(loaded, resolution)} or {item.product: item for item in found}
        for item in found:
            notes += _scale_notes(loaded, resolution, item, usual[item.product])
            notes += _stated_notes(loaded, resolution, item, usual[item.product])
            if item.moved_share > MUCH_MOVED:
                where = _section(loaded, "shares", item.product)
                notes.append(Problem(place(loaded.root, where, key=True), _dotted(where), _moved(item)))
    return list(dict.fromkeys(notes))


def balance_lines(loaded: Loaded, resolution: Resolution) -> Iterator[str]:
    """Lines of `explain`: how outputs and trade are at the start, against what is stated."""
    from ..model.stated import SLIGHT, traded

    names = resolution.world.names
    stated = _stated_lanes(loaded, resolution)
    yield "Trade at the start, balanced so that makers sell what they make and all are supplied (central values):"
    for item in traded(resolution.scenario):
        moved = f"{_percent(item.moved_share)} of purchases from other sellers than stated"
        if item.opened_share > 0.0:
            moved += f", {_percent(item.opened_share)} on lanes that are not stated"
        yield (
            f"  {names.products[item.product]}: {_tonnes(item.need_t_per_year)} t/yr made and used; "
            f"stated outputs times {item.scale:.3f}; {moved}"
        )
        mine = [lane for lane in item.lanes if (item.product, lane.seller, lane.buyer) in stated]
        rest = [lane for lane in _by_change(item) if lane not in mine and abs(lane.share - lane.stated_share) > SLIGHT]
        yield from (f"    {_lane(lane)}  (stated by this scenario)" for lane in mine)
        if item.moved_share > MUCH_MOVED:
            yield from (f"    {_lane(lane)}" for lane in rest[: 2 * NAMED])


def _before(loaded: Loaded, resolution: Resolution) -> Sequence[Traded]:
    """The balance of the world as shipped; empty if the scenario changes no number."""
    from dataclasses import replace

    from ..model.stated import traded

    spec = loaded.spec
    own = spec.baseline.overrides or spec.baseline.shares or spec.uncertain.overrides or spec.uncertain.shares
    if not (own or resolution.world.laid):
        return ()
    world = replace(resolution.scenario.world, values=resolution.before)
    return traded(replace(resolution.scenario, world=world, sampled=(), events=(), arms=resolution.scenario.arms[:1]))


def _scale_notes(loaded: Loaded, resolution: Resolution, item: Traded, usual: Traded) -> Iterator[Problem]:
    """Outputs that do not fit what is used."""
    far = not 1.0 / FAR_SCALE <= item.scale <= FAR_SCALE
    changed = abs(item.scale / usual.scale - 1.0) > CHANGED_SCALE if usual.scale > 0.0 else far
    own = abs(item.output_t_per_year / usual.output_t_per_year - 1.0) > CHANGED_SCALE if usual.scale > 0.0 else far
    if not (far or (changed and own)):
        return
    message = (
        f"its outputs sum to {item.output_t_per_year:,.6g} t/yr, users and makers need {item.need_t_per_year:,.6g} t/yr: "
        f"all outputs of {item.product} are taken times {item.scale:.3g}, their shares are kept"
    )
    rows = [fact for fact in resolution.world.facts if fact.key[:2] == ("output_t_per_year", item.product)]
    where = _section(loaded, "output_t_per_year", item.product)
    if own:
        position, path = place(loaded.root, where, key=True), _dotted(where)
    else:
        likely = _mistyped([fact.value for fact in rows], item)
        fact = rows[likely[0]] if likely else rows[0]
        position, path = fact.position, fact.path
        if likely:
            message += "; did you mean " + " and ".join(
                f"{rows[i].value * THOUSAND:,.6g} t/yr in {rows[i].key[2]}" for i in likely
            )
    yield Problem(position, path, message)


def _mistyped(outputs: Sequence[float], item: Traded) -> list[int]:
    """Which outputs would have to be a thousand times as large for the sum to fit: one, or all."""
    total = add_up(outputs)
    for i, value in enumerate(outputs):
        if 1.0 / FAR_SCALE <= item.need_t_per_year / (total + (THOUSAND - 1.0) * value) <= FAR_SCALE:
            return [i]
    fits = total > 0.0 and 1.0 / FAR_SCALE <= item.need_t_per_year / (THOUSAND * total) <= FAR_SCALE
    return list(range(len(outputs))) if fits else []


def _stated_notes(loaded: Loaded, resolution: Resolution, item: Traded, usual: Traded) -> Iterator[Problem]:
    """Trade shares that the scenario states and the balance does not keep."""
    shares = {(lane.seller, lane.buyer): lane.stated_share for lane in usual.lanes}
    rows = {item.fact.position for item in resolution.world.laid}
    for (product, seller, buyer), (position, path) in _stated_lanes(loaded, resolution).items():
        lanes = {(lane.seller, lane.buyer): lane for lane in item.lanes}
        lane = lanes.get((seller, buyer))
        if product != item.product or lane is None or abs(lane.share - lane.stated_share) <= FAR_SHARE:
            continue
        message = (
            f"{buyer} is to buy {_percent(lane.stated_share)} of its {product} from {seller}, but what {seller} makes and "
            f"others use leaves {_percent(lane.share)}"
        )
        there, back = shares.get((seller, buyer), 0.0), shares.get((buyer, seller), 0.0)
        if seller != buyer and abs(back - lane.stated_share) < abs(there - lane.stated_share):
            if position in rows:
                message += "; country buys, partner sells: the other way round it is "
                message += f"{_percent(back)} in the world"
                yield Problem(position, path, message)
                continue
            message += f"; the order is product, seller, buyer: did you mean {{{buyer}: {{{seller}: ...}}}}"
            message += f", which is {_percent(back)} in the world" if back > 0.0 else ""
        yield Problem(position, path, message)


def _stated_lanes(loaded: Loaded, resolution: Resolution) -> dict[tuple[str, str, str], tuple[Position, str]]:
    """(product, seller, buyer) whose share the scenario states -> where it does, and the path there."""
    found: dict[tuple[str, str, str], tuple[Position, str]] = {}
    for item in resolution.world.laid:
        fact = item.fact
        if fact.key[0] == "trade_share" and not item.is_same:
            found[fact.key[1], fact.key[2], fact.key[3]] = fact.position, fact.path
    spec = loaded.spec
    for section, changes in (("baseline", spec.baseline.overrides), ("uncertain", spec.uncertain.overrides)):
        for change in changes:
            steps = (section, *(change.path.split(".") if section == "baseline" else [change.path]))
            where = place(loaded.root, steps, key=True), ".".join(steps)
            lanes = [key for key in change.keys if key[0] == "trade_share" and not change.scale]
            found |= {(product, seller, buyer): where for _, product, seller, buyer in lanes}
    return found


def _moved(item: Traded) -> str:
    """What balancing did to a product's trade, with the lanes it did most to."""
    text = (
        f"outputs and uses do not fit the stated trade of {item.product}: {_percent(item.moved_share)} of purchases come "
        f"from other sellers than stated"
    )
    if item.opened:
        lanes = ", ".join(f"{lane.seller} -> {lane.buyer}" for lane in item.opened[:NAMED])
        more = f" and {len(item.opened) - NAMED} more" if len(item.opened) > NAMED else ""
        text += f", {_percent(item.opened_share)} on new lanes ({lanes}{more})"
    return text + "; most " + ", ".join(_lane(lane) for lane in _by_change(item)[:NAMED])


def _by_change(item: Traded) -> list[Lane]:
    """Lanes by how many tonnes they carry more or less than stated."""

    def change(lane: Lane) -> float:
        bought = lane.t_per_year / lane.share if lane.share > 0.0 else 0.0
        return abs(lane.share - lane.stated_share) * bought

    return sorted(item.lanes, key=lambda lane: (-change(lane), lane.seller, lane.buyer))


def _lane(lane: Lane) -> str:
    stated = f"{_percent(lane.stated_share)} stated" if lane.is_stated else "nothing stated"
    return f"{lane.seller} -> {lane.buyer} {_percent(lane.share)} of {lane.buyer}'s purchases ({stated})"


def _section(loaded: Loaded, parameter: str, product: str) -> tuple[str | int, ...]:
    """The narrowest thing in the file that a remark about a parameter of a product can stand at."""
    for steps in (("baseline", parameter, product), ("baseline", parameter), ("baseline",), ("world",)):
        if find(loaded.root, steps) is not None:
            return steps
    return ()


def _dotted(steps: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in steps)


def _tonnes(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100.0 else f"{amount:.3g}"


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"
