"""The cells of a sensitivity study, and what is read off them: drivers, indices, parts of chance and own error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..language.text import Node
from ..measures.reporter import Outcome
from ..spec.variants import Base, Change
from .cells import Cell, written
from .draws import EVERY, Draws
from .drivers import Estimate, Floats, chance_share, effects, indices, narrowing, ranks
from .found import Found, Placed
from .inputs import Input, inputs_of
from .units import one_arm

if TYPE_CHECKING:
    from ..errors import Position
    from .base import Fault
    from .load import LoadedStudy
    from .types.sensitivity import Sensitivity

CHANCE = "chance and the model's own error"
OWN_ERROR = ("error_level", "error_weekly")  # parameters of the model's own error of prices
MOST_TARGETS = 8


@dataclass(frozen=True)
class Driver:
    """What is looked at as one: a number, or numbers in a group."""

    label: str
    inputs: tuple[Input, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.inputs)

    @property
    def single(self) -> bool:
        return len(self.inputs) == 1


# --- cells ------------------------------------------------------------------------------------------


def runs_one_world(study: LoadedStudy) -> Iterator[Fault]:
    """A study of the numbers of a world takes one at a time."""
    worlds = study.resolved["scenario"].scenarios
    if len(worlds) > 1:
        yield ("scenario",), f"runs in {len(worlds)} worlds; name one that runs in one"


def arm_name(spec: Any) -> str:
    """The arm that is looked at, as the scenario calls it."""
    arm = spec.arms[0] if spec.arms else "scenario"
    return arm if arm in ("baseline", "scenario") else f"policy:{arm.removeprefix('policy:')}"


def inputs_at(base: Base, spec: Any) -> list[Input] | None:
    """Inputs of the arm that is looked at; None if there is no such arm."""
    scenario = base.resolved().scenarios[0]
    arms = [arm.name for arm in scenario.arms]
    if arm_name(spec) not in arms:
        return None
    return inputs_of(one_arm(scenario, arms.index(arm_name(spec))))


def _cell(spec: Sensitivity, base: Base, stage: str, what: str, draws: Draws, runs: int = 0) -> Cell:
    return Cell({"stage": stage, "drawn": what}, base, (), (arm_name(spec),), {}, draws, runs)


def screening(spec: Sensitivity, study: LoadedStudy) -> list[Cell]:
    """The cell as drawn, and one for every input with its draws anew."""
    base = study.bases["scenario"]
    inputs = inputs_at(base, spec) or []
    runs = min(spec.screening_runs, spec.n_runs)
    anew = [_cell(spec, base, "screening", f"anew: {each.label}", Draws((each.name,)), runs) for each in inputs]
    return [_cell(spec, base, "as drawn", "all", Draws()), *anew]


def second_stage(spec: Sensitivity, found: Found) -> list[Cell]:
    """Cells for indices, for the band while an input is known, and for the model's own error."""
    base = found.placed[0].cell.base
    drivers = drivers_of(spec, found)
    cells = [_cell(spec, base, "indices", "anew: all", Draws((EVERY,), chance=True))]
    for driver in drivers:
        cells.append(_cell(spec, base, "indices", f"anew: {driver.label}", Draws(driver.names)))
    cells.append(_cell(spec, base, "indices", f"anew: {CHANCE}", Draws((), chance=True)))
    for driver in drivers:
        cells.append(
            _cell(spec, base, "known", f"known: {driver.label}", Draws((), False, driver.names, spec.held_block))
        )
    off = without_error(base)
    for draws in (Draws(), Draws((), chance=True)) if off else ():
        what = "anew: chance" if draws.chance else "all"
        cells.append(Cell({"stage": "without own error", "drawn": what}, base, off, (arm_name(spec),), {}, draws))
    return cells


def without_error(base: Base) -> tuple[Change, ...]:
    """What sets the model's own error of prices to nothing; () if it is nothing."""
    values = base.resolved().scenarios[0].world.values
    has = sorted({key[0] for key, number in values.items() if key[0] in OWN_ERROR and number != 0.0})
    at: Position = base.root.position
    zero: Node = written("0", at)
    return tuple((f"baseline.{name}", zero) for name in has)


def drivers_of(spec: Sensitivity, found: Found) -> list[Driver]:
    """Groups as the file says, the numbers that the screening finds, and the rest by kind.

    Numbers that are drawn with a rank correlation stay together: alone none of them could be drawn anew.
    """
    base = found.placed[0].cell.base
    inputs = inputs_at(base, spec) or []
    of: dict[str, str] = {}
    for group in spec.groups:
        for each in inputs:
            if each.fits(group.inputs):
                of.setdefault(each.name, group.name)
    moved = screened(found, spec, inputs)
    order = sorted((each for each in inputs if each.name not in of), key=lambda each: -moved[each.name])
    for each in order[: spec.singles]:
        if moved[each.name] > 0:
            of[each.name] = each.label
    for each in inputs:
        of.setdefault(each.name, each.kind)
    for a, b, _ in base.resolved().scenarios[0].rank_correlations:
        if a in of and b in of and of[a] != of[b]:
            joined = f"{of[a]} and {of[b]}"
            of = {name: joined if label in (of[a], of[b]) else label for name, label in of.items()}
    labels = dict.fromkeys([*(group.name for group in spec.groups), *(of[each.name] for each in order), *of.values()])
    made = [Driver(label, tuple(each for each in inputs if of[each.name] == label)) for label in labels]
    return [driver for driver in made if driver.inputs]


def screened(found: Found, spec: Sensitivity, inputs: Sequence[Input]) -> dict[str, float]:
    """Input -> how far it moves the outcome that it moves most, in standard deviations."""
    room = Room(found, spec)
    result = {}
    for each in inputs:
        cell = room.at(Draws((each.name,)), min(spec.screening_runs, spec.n_runs))
        result[each.name] = max((effects(room.usual(t), room.values(cell, t)) for t in room.targets), default=0.0)
    return result


# --- reading ----------------------------------------------------------------------------------------


class Room:
    """The cells of a sensitivity study by what they draw, and the outcomes that are told."""

    def __init__(self, found: Found, spec: Sensitivity) -> None:
        self.found, self.arm = found, arm_name(spec)
        self.first = found.placed[0]
        self._cells: dict[tuple[Draws, int, bool], Placed] = {}
        for placed in found.placed:
            self._cells.setdefault((placed.cell.draws, placed.cell.runs, bool(placed.cell.changes)), placed)
        self.targets = targets_of(found, self.first, self.arm, spec)

    def at(self, draws: Draws, runs: int = 0, changed: bool = False) -> Placed:
        return self._cells[draws, runs, changed]

    def has(self, draws: Draws, changed: bool = False) -> bool:
        return (draws, 0, changed) in self._cells

    def values(self, placed: Placed, target: Outcome) -> Floats:
        return self.found.values(placed, self.arm, target.metric, target.product, target.place, target.end_use)

    def usual(self, target: Outcome) -> Floats:
        return self.values(self.first, target)


def targets_of(found: Found, placed: Placed, arm: str, spec: Any) -> list[Outcome]:
    """Outcomes that are told: of every metric and place the product that varies most; all products together if there
    is such a sum. Without places in the file, the world, or the place that varies most."""
    names, values = found.outcomes(placed, arm)
    spread = {name: _spread(values[:, i]) for i, name in enumerate(names) if name.end_use == "all"}
    chosen: dict[tuple[str, str], Outcome] = {}
    for metric in spec.kept_outcomes():
        of = [name for name in spread if name.metric == metric and spread[name] > 0]
        if not spec.places and of:
            world = [name for name in of if name.place == "world"]
            of = world or [name for name in of if name.place == max(of, key=spread.__getitem__).place]
        for name in of:
            key = metric, name.place
            held = chosen.get(key)
            if held is None or (held.product != "all" and (name.product == "all" or spread[name] > spread[held])):
                chosen[key] = name
    return list(chosen.values())[:MOST_TARGETS]


def _spread(values: Floats) -> float:
    fine = values[np.isfinite(values)]
    return float(fine.std()) if len(fine) > 2 else 0.0


@dataclass(frozen=True)
class Row:
    """What is known of a driver for one outcome."""

    label: str
    driver: Driver | None  # None: chance
    first: Estimate
    total: Estimate
    narrower: Estimate | None


@dataclass(frozen=True)
class Reading:
    """All drivers of one outcome, the largest total index first."""

    target: Outcome
    rows: tuple[Row, ...]
    low: float
    median: float
    high: float
    chance: float  # share of the variance that chance alone makes
    error: float  # that the model's own error makes

    @property
    def width(self) -> float:
        return self.high - self.low


def reading(room: Room, spec: Sensitivity, drivers: Sequence[Driver], target: Outcome) -> Reading | None:
    """Indices, expected narrowing, and the parts of chance and own error; None if the outcome does not vary."""
    usual = room.usual(target)
    second = room.values(room.at(Draws((EVERY,), chance=True)), target)
    mixed = {driver.label: room.values(room.at(Draws(driver.names)), target) for driver in drivers}
    again = room.values(room.at(Draws((), chance=True)), target)
    mixed[CHANCE] = again
    given = [usual, second, *mixed.values()]
    if spec.scale == "rank":
        given = list(ranks(np.concatenate(given)).reshape(len(given), -1))
    seed = room.found.runs
    found = indices(given[0], given[1], dict(zip(mixed, given[2:], strict=True)), seed)
    if not found:
        return None
    known = {d.label: room.values(room.at(Draws((), False, d.names, spec.held_block)), target) for d in drivers}
    rows = [
        Row(
            label,
            next((d for d in drivers if d.label == label), None),
            index.first,
            index.total,
            narrowing(known[label], np.concatenate([usual, second]), spec.held_block, seed) if label in known else None,
        )
        for label, index in found.items()
    ]
    low, median, high = (float(v) for v in np.nanquantile(np.concatenate([usual, second]), (0.1, 0.5, 0.9)))
    chance, error = _parts(room, target, found[CHANCE].total.value)
    rows.sort(key=lambda row: -row.total.value)
    return Reading(target, tuple(rows), low, median, high, chance, error)


def _parts(room: Room, target: Outcome, both: float) -> tuple[float, float]:
    """Chance alone, from runs without the model's own error; and what that error adds.

    Both are drawn from the same numbers of a run, so that they can't be drawn anew one by one.
    """
    both = min(max(both, 0.0), 1.0)
    if not room.has(Draws(), changed=True):
        return both, 0.0
    off = room.values(room.at(Draws(), changed=True), target)
    again = room.values(room.at(Draws((), chance=True), changed=True), target)
    variance = float(np.nanvar(room.usual(target)))
    chance = min(chance_share(off, again, variance), both)
    return chance, both - chance
