"""A sensitivity study: its cells, what is read off them, and the answer in words, tables and figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..language.text import Node
from ..measures.reporter import Outcome
from ..report import style
from ..report.rounding import quantity, share, with_interval
from ..spec.variants import Base, Change
from .answer import Answer, Chart, Table
from .cells import Cell, written
from .charts import Bar, bars
from .draws import EVERY, Draws
from .drivers import Estimate, Floats, chance_share, effects, ends, indices, narrowing, ranks
from .found import Found, Placed
from .inputs import Input, inputs_of
from .tornado import Span, tornado
from .units import one_arm
from .words import whose

if TYPE_CHECKING:
    from ..errors import Position
    from .base import Fault
    from .load import LoadedStudy
    from .types.sensitivity import Sensitivity

CHANCE = "chance and the model's own error"
OWN_ERROR = ("error_level", "error_weekly")  # parameters of the model's own error of prices
MOST_TARGETS = 8
INDEX_HEADS = (
    *("input", "first index", "first, low", "first, high", "total index", "total, low", "total, high"),
    *("band narrower by", "narrower, low", "narrower, high", "narrower by"),
)
LITTLE = 0.02  # total index below which an input hardly matters


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


# --- the answer -------------------------------------------------------------------------------------


def sensitivity_answer(spec: Sensitivity, found: Found) -> Answer:
    """Headline, sentences, tables and figures."""
    room = Room(found, spec)
    drivers = drivers_of(spec, found)
    read = [r for target in room.targets if (r := reading(room, spec, drivers, target)) is not None]
    if not read:
        return Answer("None of the outcomes varies between runs: no number matters here.", [])
    sentences = [text for each in read for text in _sentences(room, each)]
    what = "ranks of the outcome" if spec.scale == "rank" else "the outcome"
    notes = [
        f"Shares are shares of the variance of {what} over {found.runs:,} runs. First index: the share that goes if this number "
        "alone is known. Total index: the share that stays if all but this are known. In brackets 95 % intervals.",
        "What is drawn as one moves as one; the table groups says what is in which. Chance is what a run draws itself (whether an "
        "event that may happen does, licences granted, plants failing); no better number narrows it, as none narrows the model's "
        "own error.",
    ]
    tables = _distinct([_table(room, each) for each in read])
    tables += [_groups_table(drivers), _screening_table(found, spec)]
    charts: list[Chart] = []
    for number, each in enumerate(read[:2]):
        charts += _charts(room, each, number)
    facts = {
        "targets": [
            {
                "outcome": list(each.target),
                "inputs": {row.label: [row.first.value, row.total.value] for row in each.rows},
                "chance": each.chance,
                "own_error": each.error,
            }
            for each in read
        ]
    }
    return Answer(sentences[0], sentences[1:], notes, tables, charts, facts=facts)


def _sentences(room: Room, read: Reading) -> list[str]:
    """What an outcome hangs on, what chance makes of it, and what to measure next."""
    middle, band = with_interval(read.median, read.low, read.high, read.target.unit)
    what = f"{_it(room, read)} ({middle}{f', 80 % band {band}' if band else ''})"
    top = [row for row in read.rows if row.driver and row.total.low > 0.0 and row.total.value > LITTLE][:3]
    if not top:
        lead = f"No single input can be told apart from the others in what is not known of {what}"
    else:
        named = "; ".join(f"{row.label} ({_index(row.total)})" for row in top)
        lead = f"What is not known of {what} comes mostly from {named}"
        if read.chance + max(read.error, 0.0) >= 0.5:
            lead = f"Of the inputs, {named} count most for what is not known of {what}; the larger part is no input's"
    chance = f"chance makes {share(read.chance)}"
    chance += f" and the model's own error {share(read.error)}" if read.error > 0 else ""
    return [
        f"{lead}.",
        f"Of the variance of {_it(room, read)} {chance}: no better number narrows that.",
        _next(room, read),
    ]


def _it(room: Room, read: Reading) -> str:
    return f"the {whose(room.first.world, read.target)}"


def _next(room: Room, read: Reading) -> str:
    """The input that would narrow the band most if it were known, as far as that can be told from noise."""
    sure = [(row, n) for row, n in _narrowing(read) if n.low > 0.0]
    if not sure:
        return f"No input, if it were known, would clearly narrow the 80 % band of {_it(room, read)}."
    best, n = sure[0]
    text = (
        f"Measure next: {best.label}. If it were known, the 80 % band of {_it(room, read)} would be narrower by "
        f"{share(n.value)} on average ({share(max(n.low, 0.0))} to {share(n.high)}), or {quantity(n.value * read.width, read.target.unit)}"
    )
    if len(sure) > 1:
        text += f"; second, {sure[1][0].label} ({share(sure[1][1].value)})"
    return f"{text}."


def _narrowing(read: Reading) -> list[tuple[Row, Estimate]]:
    """By how much each input would narrow the band, the most first; those of which it is not known are left out."""
    known = [(row, row.narrower) for row in read.rows if row.narrower and not math.isnan(row.narrower.value)]
    return sorted(known, key=lambda item: -item[1].value)


def _index(estimate: Estimate) -> str:
    """ "45 % (41 % to 49 %)", kept between 0 and what can be."""
    value, low, high = (max(v, 0.0) for v in (estimate.value, estimate.low, estimate.high))
    return f"{share(value)}, {share(low)} to {share(high)}"


def _table(room: Room, read: Reading) -> Table:
    import pandas as pd

    nothing = Estimate(math.nan, math.nan, math.nan)
    rows = []
    for row in read.rows:
        n = row.narrower or nothing
        rows.append(
            (
                row.label,
                *(row.first.value, row.first.low, row.first.high),
                *(row.total.value, row.total.low, row.total.high),
                *(n.value, n.low, n.high),
                n.value * read.width,
            )
        )
    frame = pd.DataFrame(rows, columns=list(INDEX_HEADS))
    units = dict.fromkeys(INDEX_HEADS[1:10], "share") | {"narrower by": read.target.unit}
    name = f"{read.target.metric[:20]} {read.target.place[:10]}"
    note = "Low and high: 95 % intervals. An index below 0 is noise around nothing."
    title = f"What the {whose(room.first.world, read.target)} hangs on"
    return Table(name, title, frame, note, units, chart=("bar", "input", ("total index",)))


def _distinct(tables: Sequence[Table]) -> list[Table]:
    """The tables with a number in the names that are not the only ones: long names are cut for the workbook."""
    names = [table.name for table in tables]
    return [
        replace(table, name=f"{table.name[:27]} {n}") if table.name in names[: n - 1] else table
        for n, table in enumerate(tables, start=1)
    ]


def _groups_table(drivers: Sequence[Driver]) -> Table:
    import pandas as pd

    rows = [
        (driver.label, each.label, each.name, column.name)
        for driver in drivers
        for each in driver.inputs
        for column in each.columns
    ]
    frame = pd.DataFrame(rows, columns=["input", "number", "drawn as", "name"])
    return Table("groups", "What is looked at as one", frame, most_rows=20)


def _screening_table(found: Found, spec: Sensitivity) -> Table:
    import pandas as pd

    inputs = inputs_at(found.placed[0].cell.base, spec) or []
    moved = screened(found, spec, inputs)
    rows = sorted(((each.label, each.kind, moved[each.name]) for each in inputs), key=lambda row: -row[2])
    frame = pd.DataFrame(rows, columns=["number", "kind", "moves the outcome by, standard deviations"])
    runs = min(spec.screening_runs, spec.n_runs)
    note = f"How far the outcome that moves most moves if this alone is drawn anew, mean of {runs} runs."
    return Table("screening", "Every number by itself", frame, note, most_rows=15)


def _charts(room: Room, read: Reading, number: int) -> list[Chart]:
    import pandas as pd

    said = whose(room.first.world, read.target)
    frame = _table(room, read).frame
    made: list[Chart] = []
    spans = _spans(room, read)
    if spans:
        table = pd.DataFrame(
            [(s.label, s.low, s.high) for s in spans], columns=["input", "median if lowest fifth", "if highest fifth"]
        )
        made.append(
            tornado(
                f"tornado_{number + 1}",
                f"What moves the {said}",
                "Median outcome in the runs in which a number is in its lowest and in its highest fifth",
                spans,
                read.median,
                read.target.unit,
                "Only numbers that are looked at one by one have a low and a high end.",
                table,
            )
        )
    known = _narrowing(read)
    ranked = [_bar(row.label, narrower, style.SCENARIO) for row, narrower in known][:12]
    if any(narrower.low > 0.0 for _, narrower in known):
        made.append(
            bars(
                f"measure_next_{number + 1}",
                f"Which number to measure next: {said}",
                "How much narrower the 80 % band would be on average if it were known, with 95 % interval",
                ranked,
                "share",
                "Widths of the band within blocks of runs in which the input keeps one value, beside blocks in which it varies.",
                frame,
            )
        )
    parts = [_bar(r.label, r.total, style.BASELINE if r.driver is None else style.SCENARIO) for r in read.rows][:14]
    made.append(
        bars(
            f"total_{number + 1}",
            f"What makes the spread of the {said}",
            "Total index: share of the variance that stays if all else is known, with 95 % interval",
            parts,
            "share",
            "Grey: chance and the model's own error. Shares can add up to more than 100 %, as inputs act together.",
            frame,
        )
    )
    return made


def _bar(label: str, e: Estimate, colour: str) -> Bar:
    value = max(e.value, 0.0)
    return Bar(label, value, max(e.low, 0.0), max(e.high, value), colour)


def _spans(room: Room, read: Reading) -> list[Span]:
    """Low and high end of every single input, from all runs that draw all inputs as they are."""
    cells = [p for p in room.found.placed if p.cell.keys["stage"] in ("as drawn", "indices")]
    outcome = np.concatenate([room.values(placed, read.target) for placed in cells])
    found = []
    for row in read.rows:
        if row.driver is None or not row.driver.single:
            continue
        column = row.driver.inputs[0].columns[0].name
        drawn = []
        for placed in cells:
            matrix = room.found.inputs(placed, room.arm)
            drawn.append(matrix.values[:, matrix.names.index(column)])
        low, high = ends(outcome, np.concatenate(drawn))
        if not math.isnan(low) and not math.isnan(high):
            found.append(Span(row.label, low, high))
    return sorted(found, key=lambda span: -abs(span.high - span.low))[:12]
