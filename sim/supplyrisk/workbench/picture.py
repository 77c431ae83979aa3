"""From runs to what the page draws: plain numbers and words, small enough to be sent after every key press."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import Problem, Problems
from ..report.answer_tables import losses, policies
from ..report.bands import holds
from ..report.case import the_case
from ..report.cells import ReportTable
from ..report.gaps import price_name
from ..report.headline import headline
from ..report.history import history
from ..report.pick import headline_price, of_wanted, price_peak, short_products
from ..report.words import small
from ..results.fan import Fan
from .tiles import Tile, policies_there, tiles

if TYPE_CHECKING:
    from .liverun import LiveRun

LEVELS = {"p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90}
MOST_POINTS = 210  # of a line: the weeks of four years
MOST_FANS = 2  # with all five lines; of more zones the median and the 80 % band
MOST_ZONES = 4
MOST_ROWS = 12  # of a table
MOST_MISTAKES = 50
DIGITS = 3


@dataclass(frozen=True)
class View:
    """What is looked at; "" leaves the choice to the report, of worlds to the file, whose first it is."""

    product: str = ""
    place: str = ""
    world: str = ""


@dataclass(frozen=True)
class Line:
    """A line or a fan of a chart.

    Attributes
    ----------
    kind : str
        `fan` (of the scenario), `seen` (in an exercise, until today), `without` (the median without the events) or
        `before` (of the version that was pinned).
    levels : dict
        Numbers by quantile (`p50`), date by date; None where there is none.
    """

    id: str
    label: str
    kind: str
    levels: dict[str, list[float | None]]


@dataclass(frozen=True)
class Chart:
    """One chart, and in `table` what it says for those who can't see it."""

    name: str
    title: str
    unit: str
    start: str
    step_days: float  # of months the mean
    lines: tuple[Line, ...]
    table: dict[str, Any]
    today: str = ""  # a line between what was seen and what is expected


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and where: lines and columns count from 1, 0 where there is no place."""

    line: int
    col: int
    path: str
    text: str
    file: str = ""


@dataclass(frozen=True)
class Picture:
    """All that is drawn of one text.

    Attributes
    ----------
    generation : int
        Number of the text; it rises.
    runs, of : int
        Runs that the picture is made of, and of a settled one.
    failed, reasons :
        Runs among them that could not be finished, and why.
    settled : bool
        Whether no better picture of this text will follow.
    stale : bool
        Whether the picture is of an earlier text, the last without `mistakes`.
    """

    document: str
    generation: int
    runs: int = 0
    of: int = 0
    failed: int = 0
    reasons: tuple[str, ...] = ()
    settled: bool = False
    stale: bool = False
    mistakes: tuple[Mistake, ...] = ()
    title: str = ""
    headline: str = ""
    note: str = ""
    before: str = ""  # headline of the version that was pinned
    world: str = ""
    product: str = ""
    place: str = ""
    products: tuple[tuple[str, str], ...] = ()  # id and name, to choose from
    places: tuple[tuple[str, str], ...] = ()
    worlds: tuple[str, ...] = ()  # of the file, to choose from: a picture is of one
    trust: str = ""  # what the bands hold, and how the model did on past episodes of this kind
    tiles: tuple[Tile, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[dict[str, Any], ...] = ()

    def as_payload(self) -> dict[str, Any]:
        """Ready for JSON."""
        found: dict[str, Any] = _payload(self)
        return found

    def with_mistakes(self, generation: int, mistakes: Sequence[Mistake]) -> Picture:
        """The same picture, greyed, with what is wrong with a later text."""
        return replace(self, generation=generation, stale=True, settled=True, mistakes=tuple(mistakes)[:MOST_MISTAKES])


def _payload(thing: Any) -> Any:
    """Plain data; numbers in lists are not copied, as `dataclasses.asdict` would do one by one."""
    if is_dataclass(thing):
        return {each.name: _payload(getattr(thing, each.name)) for each in fields(thing)}
    return [_payload(each) for each in thing] if isinstance(thing, tuple) else thing


def mistakes_of(error: Exception) -> list[Mistake]:
    """What an error says, one entry per problem."""
    if isinstance(error, Problems):
        return [_mistake(problem) for problem in error.problems]
    return [Mistake(0, 0, "", " ".join(str(error).split()) or type(error).__name__)]


def _mistake(problem: Problem) -> Mistake:
    at = problem.position
    return Mistake(at.line, at.col, problem.path, str(replace(problem, position=type(at)())), at.file)


def draw(
    run: LiveRun, base: Picture, view: View, before: LiveRun | None = None, whole: LiveRun | None = None
) -> Picture:
    """The picture of some runs.

    Parameters
    ----------
    base : Picture
        Which text it is of; all else is filled in.
    before : LiveRun, optional
        Of the version that was pinned, to be drawn against it.
    whole : LiveRun, optional
        With the policies, of perhaps fewer runs.
    """
    found = replace(
        base,
        title=run.title,
        world=run.world.name,
        runs=run.n_ok + run.n_failed,
        failed=run.n_failed,
        reasons=tuple(run.failure_messages),
        products=tuple((p, run.label(p)) for p in run.products),
    )
    if not run.n_ok:
        return replace(found, headline="No run could be finished.", tiles=(), charts=(), tables=())
    known = before if before is not None and before.n_ok and before.world.name == run.world.name else None
    # Against a pinned version the same numbers are told as of that, though the answer would be about others by now.
    told = known if known is not None and the_case(known).product in run.products else run
    case, (asked, zone) = the_case(told), headline_price(told)
    product = view.product if view.product in run.products else asked
    zone = zone if product == asked else _dearest(run, product) or zone
    short = view.product if view.product in short_products(run) else case.product
    places = tuple(p for p in ("world", *run.zones, *run.groups, *run.countries) if run.has_users(p))
    place = view.place if view.place in places else case.place if case.place in places else "world"
    if (short, place) != (case.product, case.place):
        case = replace(case, product=short, place=place, end_use="")
    charts = (_prices(run, product, known), _shortage(run, short, place, known), _licences(run, product, known))
    best = whole if whole is not None and whole.policies and whole.n_ok else None
    tables = [losses(run)]
    if best is not None:
        tables += [replace_title(each, best.n_ok, run.n_ok) for each in (policies(best), policies_there(best, case))]
    return replace(
        found,
        headline=headline(best if best is not None and best.n_ok == run.n_ok else run),
        before=headline(known) if known is not None else "",
        product=product,
        place=place,
        places=tuple((p, run.label(p) if p != "world" else "World") for p in dict.fromkeys(places)),
        trust=_trust(run),
        tiles=tiles(run, product, zone, case, known),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=tuple(_table(table) for table in tables if table.rows),
    )


def replace_title(table: ReportTable, runs: int, all_runs: int) -> ReportTable:
    """A table that says of how many runs it is, where they are fewer than those of the rest."""
    return table if runs == all_runs else replace(table, title=f"{table.title} ({runs} runs so far)")


def _trust(run: LiveRun) -> str:
    """One sentence on the bands and one on the record, as the report has them."""
    record = history([run])
    return " ".join([f"Bands hold {holds(run)}.", *(record.sentences[:1] if record else ())])


def _dearest(run: LiveRun, product: str) -> str:
    """The zone in which the median price of a product is highest; "" if none is told."""
    peaks = {zone: price_peak(run, run.main_arm, product, zone) for zone in run.zones}
    found = {zone: peak.spread.p50 for zone, peak in peaks.items() if peak is not None}
    return max(found, key=lambda zone: found[zone], default="")


# --- charts ---------------------------------------------------------------------------------------


def _prices(run: LiveRun, product: str, before: LiveRun | None) -> Chart | None:
    """The quoted price of a product, zone by zone."""
    lines: list[Line] = []
    shown: list[tuple[str, Fan]] = []
    for zone in run.zones:
        fan = run.fan("price_spot_index", run.main_arm, product=product, place=zone)
        if fan is None or any(np.array_equal(fan.values, other.values) for _, other in shown):
            continue  # a part of a zone that has not parted
        if len(shown) < MOST_ZONES:
            shown.append((zone, fan))
    for number, (zone, fan) in enumerate(shown):
        label = f"{price_name(run, zone)} {run.price_where(zone)}"
        lines += _lines(run, zone, label, fan, "price_spot_index", product, before, whole=number < MOST_FANS)
    return (
        _chart("prices", f"Price of {small(run.label(product))}", "times normal", lines, shown[0][1]) if shown else None
    )


def _shortage(run: LiveRun, product: str, place: str, before: LiveRun | None) -> Chart | None:
    """What users want of a product and don't get or give up, in per cent."""
    fan = of_wanted(run, "shortage_t", run.main_arm, product, place)
    if fan is None:
        return None
    lines = [Line("shortage", f"lost {run.where(place)}", "fan", _levels(fan, LEVELS))]
    other = of_wanted(before, "shortage_t", before.main_arm, product, place) if before is not None else None
    if other is not None and np.array_equal(other.dates, fan.dates):
        lines.append(Line("shortage:before", "pinned version", "before", _levels(other, ["p50"])))
    title = f"Use of {small(run.label(product))} that is lost {run.where(place)}, missing or given up"
    return _chart("shortage", title, "% of what is wanted", lines, fan)


def _licences(run: LiveRun, product: str, before: LiveRun | None) -> Chart | None:
    """Goods that wait for a licence, where there is an office: of the product looked at, else of the longest queue."""
    found = {
        k: f for k, f in run.fans("licence_backlog_t", run.main_arm).items() if np.nanmax(f.values, initial=0.0) > 0
    }
    if not found:
        return None
    key = max(found, key=lambda k: (k[0] == product, float(np.nanmax(found[k].at(0.5)))))
    fan, where = found[key], run.label(key[1])
    lines = _lines(
        run, "queue", f"waiting in {run.with_article(where)}", fan, "licence_backlog_t", key[0], before, True, key[1]
    )
    return _chart(
        "licences", f"{run.label(key[0])} waiting for a licence in {run.with_article(where)}", fan.unit, lines, fan
    )


def _lines(
    run: LiveRun,
    name: str,
    label: str,
    fan: Fan,
    variable: str,
    product: str,
    before: LiveRun | None,
    whole: bool,
    place: str = "",
) -> list[Line]:
    """A fan, its median without the events, and its median in the version that was pinned."""
    place = place or name
    lines = [Line(name, label, "fan", _levels(fan, LEVELS if whole else ["p10", "p50", "p90"]))]
    calm = run.fan(variable, "baseline", product=product, place=place) if run.main_arm != "baseline" else None
    if calm is not None:
        lines.append(Line(f"{name}:without", "without the events", "without", _levels(calm, ["p50"])))
    other = before.fan(variable, before.main_arm, product=product, place=place) if before is not None else None
    if other is not None and np.array_equal(other.dates, fan.dates):
        lines.append(Line(f"{name}:before", f"{label}, pinned version", "before", _levels(other, ["p50"])))
    return lines


def _chart(name: str, title: str, unit: str, lines: Sequence[Line], fan: Fan) -> Chart:
    dates = fan.dates.astype("datetime64[D]")
    step = _step(len(dates))
    days = int((dates[1] - dates[0]).astype(int)) * step if len(dates) > 1 else 7
    rows = []
    for line in lines:
        middle = np.array([math.nan if x is None else x for x in line.levels["p50"]])
        if np.isnan(middle).all():
            continue
        top = int(np.nanargmax(middle))
        low, high = (line.levels.get(level, [None] * len(middle))[top] for level in ("p10", "p90"))
        band = "" if low is None or high is None else f"{low:g} to {high:g}"
        rows.append([line.label, str(dates[top * step]), f"{middle[top]:g}", band, f"{middle[-1]:g}"])
    header = ["", "highest median on", f"then ({unit})", "80 % of runs", "at the end"]
    return Chart(name, title, unit, str(dates[0]), days, tuple(lines), {"header": header, "rows": rows})


def _levels(fan: Fan, names: Sequence[str] | dict[str, float]) -> dict[str, list[float | None]]:
    step = _step(len(fan.values))
    return {name: [rounded(float(x)) for x in fan.at(LEVELS[name])[::step]] for name in names}


def _step(points: int) -> int:
    """Every so manieth week is drawn."""
    return max(1, -(-points // MOST_POINTS))


def rounded(number: float) -> float | None:
    """A number as it is sent: three digits, None where there is none."""
    if not math.isfinite(number):
        return None
    found = float(f"{number:.{DIGITS}g}")
    return int(found) if found == int(found) else found


def _table(table: ReportTable) -> dict[str, Any]:
    """A table of the report: text and, below it, the note of every cell."""
    rows = [[[cell.text, cell.note] for cell in row] for row in table.rows[:MOST_ROWS]]
    left = len(table.rows) - len(rows)
    note = f"{table.note} {left} more rows are in the report." if left else table.note
    return {"name": table.name, "title": table.title, "note": note, "header": list(table.header), "rows": rows}
