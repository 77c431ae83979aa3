"""A discovery study: boxes found on half of the runs and tried on the others, in sentences, tables and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..measures.reporter import Outcome, Reporter
from ..report.rounding import share
from ..spec.resolved import World
from .answer import Answer, Table
from .boxes import STABLE, Box, Count, Flags, Floats, Leaf, find_box, quasi_p, stability, tree
from .charts import unit_words
from .found import Found, Placed, share_of
from .inputs import Input, Scale, happenings, scale_of
from .line import Line
from .readings import arm_name, inputs_at
from .scatter import box_chart
from .units import Matrix, one_arm
from .words import number_said, whose

if TYPE_CHECKING:
    from .answer import Chart
    from .load import LoadedStudy
    from .types.discovery import Discovery

FEWEST_CASES = 20
BOX_HEADS = ("box", "input", "from", "to", "share of its draws", "quasi-p", "comes back in", "density", "coverage")
PLURAL = ("weeks", "tonnes")  # with which the words for some outcomes begin
NOTHING = "nothing stable found"


def reported(study: LoadedStudy, spec: Discovery) -> tuple[Outcome, ...]:
    """Every outcome that a run of the arm reports."""
    from ..model.compile import compile_scenario

    scenario = study.resolved["scenario"].scenarios[0]
    names = [arm.name for arm in scenario.arms]
    model = compile_scenario(one_arm(scenario, names.index(arm_name(spec))))
    return tuple(Reporter(model).outcomes)


def line_said(world: World, line: Line, level: float | None) -> str:
    """ "the output at risk in the EU exceeds USD 50 billion"."""
    of = f"the {whose(world, line.outcome_of())}"
    many = whose(world, line.outcome_of()).split(" ")[0] in PLURAL
    if level is None and line.worst:
        return f"{of} {'are' if many else 'is'} among the highest {share(line.worst)}"
    at = number_said(line.level(np.zeros(0)) if level is None else level, line.unit)
    verbs = ("stay below", "exceed") if many else ("stays below", "exceeds")
    return f"{of} {verbs[0] if line.below else verbs[1]} {at}"


@dataclass(frozen=True)
class FoundBox:
    """A box with its numbers on the runs it was not found on."""

    box: Box
    tried: Count
    p: dict[int, float]
    stable: dict[int, float]


def discovery_answer(spec: Discovery, found: Found) -> Answer:
    """Headline, sentences, tables and figures."""
    placed, arm, line = found.placed[0], arm_name(spec), spec.line
    inputs = inputs_at(placed.cell.base, spec) or []
    values = found.values(placed, arm, line.outcome, line.product, line.place, line.end_use)
    drawn = found.inputs(placed, arm)
    fine = drawn.values[:, 0] > 0
    columns = [drawn.values[:, drawn.names.index(each.columns[0].name)] for each in inputs]
    for each, happens in _happening(found, placed, arm, drawn):
        inputs.append(each)
        columns.append(happens)
    x = np.column_stack(columns)[fine]
    level, y = line.level(values[fine]), line.crossed(values[fine])
    said = line_said(placed.world, line, level)
    base, low, high = share_of(y)
    often = f"In {share(base)} of {len(y):,} runs ({share(low)} to {share(high)}) {said}"
    if min(y.sum(), len(y) - y.sum()) < FEWEST_CASES:
        few, side = (int(y.sum()), "in") if y.sum() < FEWEST_CASES else (len(y) - int(y.sum()), "out of")
        text = f"{often}; {NOTHING}: with {few} runs {side} that case there is too little to search ({FEWEST_CASES} are needed). "
        text += "Move the line, or take more runs."
        return Answer(text, [], facts={"share": base, "boxes": []})
    scales = [scale_of(each.columns[0], placed.cell.base.root) for each in inputs]
    boxes = search(x, y, spec.boxes, found.runs)
    leaves = tree(x[::2], y[::2])
    told = Told(inputs, scales, x, y)
    sentences = [f"{often}."] if boxes else []
    sentences += [told.box(each, said, number) for number, each in enumerate(boxes)]
    sentences.append(told.tree(leaves, boxes))
    headline = (
        sentences.pop(1)
        if boxes
        else f"{often}, but {NOTHING}: no combination of inputs tells these runs from the others."
    )
    notes = [
        "Boxes are found on every second run, and density and coverage are counted on the others, which they have not seen. In brackets "
        "95 % intervals. A restriction is told only if it comes back in at least "
        f"{share(STABLE)} of resamples of half of these runs.",
        "What else chance does in a run (licences granted, plants failing) and the model's own error are no inputs and are in no box.",
    ]
    tables = [told.table(boxes), told.leaves(leaves)] if boxes else [told.leaves(leaves)]
    charts: list[Chart] = [told.chart(each, said, n, values[fine], line) for n, each in enumerate(boxes)]
    facts = {
        "share": base,
        "level": level,
        "boxes": [
            {
                "density": each.tried.density,
                "coverage": each.tried.coverage,
                "limits": {inputs[j].name: [_plain(v) for v in ends] for j, ends in each.box.limits.items()},
            }
            for each in boxes
        ],
    }
    return Answer(headline, sentences, notes, tables, charts, facts=facts)


def _happening(found: Found, placed: Placed, arm: str, drawn: Matrix) -> list[tuple[Input, Floats]]:
    """Events of the arm that may happen, and in which runs they do."""
    scenario = placed.cell.base.resolved().scenarios[0]
    names = [each.name for each in scenario.arms]
    return happenings(one_arm(scenario, names.index(arm)), int(found.store.manifest()["seed"]), drawn)


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def search(x: Floats, y: Flags, most: int, seed: int) -> list[FoundBox]:
    """Boxes one after the other, found on every second run among those outside earlier boxes.

    A box is kept if some of its restrictions come back in resamples, and if what it holds happens more often there than
    elsewhere on the runs that it has not seen: its 95 % interval lies above the share outside all boxes.
    """
    learnt, tried = slice(0, None, 2), slice(1, None, 2)
    left, seen = np.ones(len(x), dtype=bool), np.ones(len(x), dtype=bool)
    boxes: list[FoundBox] = []
    for _ in range(most):
        a, b = left[learnt], seen[tried]
        xa, ya = x[learnt][a], y[learnt][a]
        if ya.sum() < FEWEST_CASES / 2 or (~ya).sum() < FEWEST_CASES / 2:
            break
        box = find_box(xa, ya)
        stable = stability(xa, ya, box, seed)
        box = box.only([j for j, times in stable.items() if times >= STABLE])
        box = box.only([j for j in box.limits if quasi_p(box, xa, ya, j) < 0.05])
        xb, yb = x[tried][b], y[tried][b]
        inside = box.holds(xb)
        if not box.limits or not inside.any() or share_of(yb[inside])[1] <= float(yb.mean()):
            break
        here = Count(int(inside.sum()), int((inside & yb).sum()), int(y[tried].sum()))
        boxes.append(FoundBox(box, here, {j: quasi_p(box, xa, ya, j) for j in box.limits}, stable))
        left &= ~box.holds(x)
        seen &= ~box.holds(x)
    return boxes


@dataclass(frozen=True)
class Told:
    """Boxes and leaves in words."""

    inputs: Sequence[Input]
    scales: Sequence[Scale]
    x: Floats
    y: Flags

    def condition(self, j: int, ends: tuple[float, float]) -> str:
        """ "users' stocks are at most 6 weeks (the lowest 30 % of its draws)"."""
        low, high = ends
        label, said = self.inputs[j].label, self.scales[j].said
        if self.scales[j].kind == "event":
            event = label.removesuffix(" happens")
            return f"the event {event} happens" if math.isfinite(low) else f"the event {event} does not happen"
        column = self.x[:, j]
        if math.isfinite(low) and math.isfinite(high):
            return f"{label} lies between {said(low)} and {said(high)}"
        if math.isfinite(low):
            return f"{label} is at least {said(low)} (the highest {share(float((column >= low).mean()))} of its draws)"
        return f"{label} is at most {said(high)} (the lowest {share(float((column <= high).mean()))} of its draws)"

    def conditions(self, box: Box) -> str:
        return " and ".join(self.condition(j, ends) for j, ends in box.limits.items())

    def box(self, found: FoundBox, said: str, number: int) -> str:
        """ "In 83 % of the runs in which ... and ..., the price exceeds 3x"."""
        n, h = found.tried.n, found.tried.h
        value, low, high = share_of(np.arange(n) < h)
        beside = "" if number == 0 else "Outside that, in "
        start = f"{beside}{share(value)}" if beside else f"In {share(value)}"
        return (
            f"{start} of the runs in which {self.conditions(found.box)} ({share(low)} to {share(high)}), {said}; these are "
            f"{share(found.tried.coverage)} of all runs in which it does."
        )

    def tree(self, leaves: Sequence[Leaf], boxes: Sequence[FoundBox]) -> str:
        """What a tree, grown by itself, makes of it."""
        best = leaves[0]
        if not best.box.limits:
            return "A tree, asked as a second opinion, finds no split that tells anything."
        inside = best.box.holds(self.x[1::2])
        density = share_of(self.y[1::2][inside])
        text = f"A tree, asked as a second opinion, finds it in {share(density[0])} of the runs in which {self.conditions(best.box)}"
        if not boxes:
            return f"{text} ({share(density[1])} to {share(density[2])} on runs it has not seen), which is not borne out by resamples."
        both = set(best.box.limits) & set(boxes[0].box.limits)
        if not both:
            return f"{text}; it goes by other inputs than the box, so take both with care."
        return f"{text}; it goes by {len(both)} of the {len(boxes[0].box.limits)} inputs of the box as well."

    def table(self, boxes: Sequence[FoundBox]) -> Table:
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for number, found in enumerate(boxes, start=1):
            for j, (low, high) in found.box.limits.items():
                inside = (self.x[:, j] >= low) & (self.x[:, j] <= high)
                said = [self.scales[j].said(v) if math.isfinite(v) else "" for v in (low, high)]
                rows.append(
                    (
                        *(f"box {number}", self.inputs[j].label, *said),
                        *(float(inside.mean()), found.p[j], found.stable[j]),
                        *(found.tried.density, found.tried.coverage),
                    )
                )
        units = dict.fromkeys(("share of its draws", "comes back in", "density", "coverage"), "share")
        note = "Density and coverage of the whole box, on runs that it has not seen."
        return Table("boxes", "The boxes", pd.DataFrame(rows, columns=list(BOX_HEADS)), note, units)

    def leaves(self, leaves: Sequence[Leaf]) -> Table:
        import pandas as pd

        rows = []
        for leaf in leaves:
            inside = leaf.box.holds(self.x[1::2])
            value, low, high = share_of(self.y[1::2][inside])
            rows.append((self.conditions(leaf.box) or "all runs", int(inside.sum()), value, low, high))
        heads = ["where", "runs", "share of them", "low", "high"]
        units = dict.fromkeys(heads[2:], "share")
        note = "Shares on the runs from which the tree was not grown, with 95 % intervals."
        return Table("tree", "A tree as second opinion", pd.DataFrame(rows, columns=heads), note, units)

    def chart(self, found: FoundBox, said: str, number: int, values: Floats, line: Line) -> Chart:
        """The runs in the two inputs that the box restricts most surely."""
        order = sorted(found.box.limits, key=lambda j: (-found.stable[j], found.p[j]))
        axes = [(self.x[:, j], self.inputs[j].label, self.scales[j], found.box.limits[j]) for j in order[:2]]
        what = unit_words(values[np.isfinite(values)].tolist() or [0.0], line.unit)
        return box_chart(f"box_{number + 1}", number, said, axes, self.y, values, what)
