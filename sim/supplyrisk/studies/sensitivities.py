"""What a sensitivity study says: sentences, tables and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..report import style
from ..report.rounding import quantity, share, with_interval
from .answer import Answer, Chart, Table
from .charts import Bar, bars
from .drivers import Estimate, ends
from .found import Found
from .readings import Driver, Reading, Room, Row, drivers_of, inputs_at, reading, screened
from .tornado import Span, tornado
from .words import whose

if TYPE_CHECKING:
    from .types.sensitivity import Sensitivity

INDEX_HEADS = (
    *("input", "first index", "first, low", "first, high", "total index", "total, low", "total, high"),
    *("band narrower by", "narrower, low", "narrower, high", "narrower by"),
)
LITTLE = 0.02  # total index below which an input hardly matters


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
