"""What a break-even says: the value, its interval, the whole curve with the crossing marked, and what speaks against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..report import style
from .answer import Answer, Chart, Explorer, Table
from .axis import value_text
from .charts import Line, Panel, curves
from .crossing import LEVEL, Crossing, Target, conclude
from .found import Found, Placed, share_of, statistics
from .words import outcome_said, place_said, product_said

if TYPE_CHECKING:
    from .types.threshold import Threshold
    from .units import Floats


def threshold_answer(study: Threshold, found: Found) -> Answer:
    """Headline, sentences, table and curve of a break-even."""
    cells = sorted(study.mine(found.placed), key=_number)
    held = {number: study.held(found, placed) for number, placed in enumerate(cells)}
    crossing = conclude(held, Target(study.in_share_of_runs, study.find in ("smallest", "earliest"), len(cells) - 1,
                                     study.resamples, found.seed))  # fmt: skip
    shares = [share_of(values[~np.isnan(values)]) for values in held.values()]
    headline = _headline(study, cells, crossing, shares)
    sentences = [*_ends(study, cells, shares), *_doubts(crossing)]
    notes = [
        f"All {len(cells)} values are tried on the same {found.runs} draws. The interval holds the answer in about "
        f"{100 * LEVEL:g} % of repetitions with other draws: it is the spread of the answer over runs drawn again "
        f"{study.resamples:,} times. It does not say how far the model is from the world.",
    ]
    facts = {
        "state": crossing.state,
        "value": cells[crossing.at].cell.keys[study.vary.label] if crossing.state == "found" else "",
        "low": _end(cells, crossing.low),
        "high": _end(cells, crossing.high),
    }
    marks = {_number(cells[crossing.at]): "answer"} if crossing.state == "found" else {}
    return Answer(
        headline,
        sentences,
        notes,
        [_table(study, found, cells, shares)],
        [_chart(study, found, cells, shares, crossing)],
        Explorer("curve", [study.vary.label], marks, start=study.criterion.label[:3]),
        facts,
    )


def _number(placed: Placed) -> float:
    return next(iter(placed.cell.numbers.values()))


def _end(cells: list[Placed], at: float) -> float | None:
    """An end of the interval as a number of the axis; None where it lies beyond the range."""
    return _number(cells[int(at)]) if math.isfinite(at) else None


# --- words ------------------------------------------------------------------------------------------


def _headline(
    study: Threshold, cells: list[Placed], crossing: Crossing, shares: list[tuple[float, float, float]]
) -> str:
    wanted = f"in {100 * study.in_share_of_runs:g} % of the runs"
    label = study.vary.label
    rule = study.criterion_said(cells[0].world)
    texts = [placed.cell.keys[label] for placed in cells]
    if crossing.state == "never":
        best = max(range(len(cells)), key=lambda n: shares[n][0])
        return (
            f"No {label} from {texts[0]} to {texts[-1]} does it: {rule} in at most {_percent(shares[best][0])} of the runs "
            f"(at {texts[best]}), and {100 * study.in_share_of_runs:g} % is wanted."
        )
    if crossing.state == "always":
        return f"Every {label} from {texts[0]} to {texts[-1]} does it: {rule} {wanted} already at {texts[crossing.at]}."
    end = "from" if study.find in ("smallest", "earliest") else "up to"
    on = " on" if end == "from" else ""
    interval = _interval(study, cells, crossing)
    return f"{rule[0].upper()}{rule[1:]} {wanted} {end} {texts[crossing.at]} of {label}{on} ({interval})."


def _interval(study: Threshold, cells: list[Placed], crossing: Crossing) -> str:
    label = study.vary.label
    ends = []
    for at, word in ((crossing.low, "below the range"), (crossing.high, "above the range")):
        ends.append(cells[int(at)].cell.keys[label] if math.isfinite(at) else word)
    same = ends[0] == ends[1]
    return f"{100 * LEVEL:g} % interval: {ends[0]}" + ("" if same else f" to {ends[1]}")


def _ends(study: Threshold, cells: list[Placed], shares: list[tuple[float, float, float]]) -> list[str]:
    label = study.vary.label
    texts = [placed.cell.keys[label] for placed in cells]
    return [
        f"At {texts[0]} it holds in {_percent(shares[0][0])} of the runs, at {texts[-1]} in {_percent(shares[-1][0])}.",
    ]


def _doubts(crossing: Crossing) -> list[str]:
    """What speaks against a curve that moves one way."""
    found = []
    if not crossing.monotone:
        found.append(
            f"The share does not move one way: it falls by {_percent(crossing.wobble)} between two neighbouring values, more than "
            "chance explains. The answer is the first value from which on it is held at every further value that was tried."
        )
    if crossing.turncoats > 0.05:
        found.append(
            f"In {_percent(crossing.turncoats)} of the runs the criterion holds at one value and fails at a further one: more is not "
            "better in every run."
        )
    return found


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.0f} %"


# --- table and curve --------------------------------------------------------------------------------


def _spread(study: Threshold, found: Found, cells: list[Placed]) -> tuple[Floats, Floats, Floats]:
    """Median, 10 % and 90 % of the criterion's outcome at every value."""
    values = np.stack([study.values(found, placed) for placed in cells], axis=1)
    stats = statistics(values)
    return stats.value[0], stats.low[0], stats.high[0]


def _table(study: Threshold, found: Found, cells: list[Placed], shares: list[tuple[float, float, float]]) -> Table:
    import pandas as pd

    median, low, high = _spread(study, found, cells)
    number = next(iter(cells[0].cell.numbers))
    outcome = outcome_said(study.criterion.outcome)
    frame = pd.DataFrame(
        {
            study.vary.label: [placed.cell.keys[study.vary.label] for placed in cells],
            number: [_number(placed) for placed in cells],
            "share of runs": [share for share, _, _ in shares],
            "share, from": [bottom for _, bottom, _ in shares],
            "share, to": [top for _, _, top in shares],
            f"{outcome}, median": median,
            "10 %": low,
            "90 %": high,
        }
    )
    units = dict.fromkeys(("share of runs", "share, from", "share, to"), "share")
    units |= dict.fromkeys((f"{outcome}, median", "10 %", "90 %"), study.criterion.unit)
    note = "Share of runs in which the criterion holds, with its 95 % interval at each value; all values on the same draws."
    return Table("threshold", "How often it holds", frame, note, units, ("scatter", number, ("share of runs",)))


def _chart(
    study: Threshold,
    found: Found,
    cells: list[Placed],
    shares: list[tuple[float, float, float]],
    crossing: Crossing,
) -> Chart:
    """Share of runs along the axis with the crossing, and the outcome itself with the criterion."""
    label, criterion = study.vary.label, study.criterion
    x = [_number(placed) for placed in cells]
    is_date = next(iter(cells[0].cell.numbers)).endswith("(date)")
    ticks = {at: value_text(at, "2000-01-01", "2000-01-01") for at in x} if is_date else None
    marks: dict[float, str] = {}
    if crossing.state == "found":
        marks = {_number(cells[crossing.at]): cells[crossing.at].cell.keys[label]}
    median, low, high = _spread(study, found, cells)
    colour = style.SCENARIO if study.arm in ("scenario", "baseline") else style.POLICIES[0]
    value, bottom, top = ([each[part] for each in shares] for part in range(3))
    share = Line("", x, value, bottom, top, colour)
    world = cells[0].world
    of = "" if criterion.product == "all" else f", {product_said(world, criterion.product)}"
    panels = [
        Panel("Share of runs in which it holds", "share", [share], ticks, marks, study.in_share_of_runs),
        Panel(
            f"{outcome_said(criterion.outcome)}{of}, {place_said(world, criterion.place)}",
            criterion.unit,
            [Line("", x, median.tolist(), low.tolist(), high.tolist(), colour)],
            ticks,
            marks,
            criterion.level,
        ),
    ]
    caption = (
        "Left: the share of runs, its 95 % interval at each value, the wanted share (dashed) and the answer (upright). Right: median and "
        "80 % band of the outcome, with the level that must not be passed (dashed)."
    )
    unit = next(iter(cells[0].cell.numbers))
    frame: Any = _table(study, found, cells, shares).frame
    title = f"{study.find[0].upper()}{study.find[1:]} {label}"
    subtitle = f"Criterion: {study.criterion_said(cells[0].world)} in {100 * study.in_share_of_runs:g} % of the runs"
    return curves("threshold", title, subtitle, label if is_date else unit, panels, caption, frame)
