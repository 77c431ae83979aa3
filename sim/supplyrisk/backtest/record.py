"""The record of a back-test as plain data, and its tables: in the page of a run, in reports, in the documentation.

Everything that is printed of a back-test is made from this one record, so that a page and the packaged numbers can't
differ.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..report.history import kinds_of
from .episode import DAY_ONE, WAYS
from .error import LEVEL, SHIFT, WEEKLY, OwnError, Residual, fit, ranges
from .run import EpisodeScore, TargetScore, shown, title, totals
from .scores import NAIVE, PointScore, is_headline, overall

Row = tuple[str, ...]
Record = Mapping[str, Any]
PARTS = {"shift": SHIFT, "level": LEVEL, "weekly": WEEKLY}  # of the model's own error, as the record names them
WORDS = {DAY_ONE: "day-one forecast", "recorded": "office as recorded"}
OVERVIEW = (
    "episode", "targets hit", "points", "error", "no change", "in 80 %", "in 50 %", "CRPS",
    *(f"CRPS, {name}" for name in NAIVE), "log score",
)  # fmt: skip
BLOCK = re.compile(r"(<!-- record: (\w+) -->\n).*?(<!-- end of record -->)", re.DOTALL)


def record(scores: Sequence[EpisodeScore], left: Sequence[Residual], runs: int, seed: int) -> dict[str, Any]:
    """What a back-test found.

    `hits`, `targets`, `note` and each episode's numbers beside `ways` are those of the day-one forecast, which reports
    quote: nothing in it was looked up.
    """
    ways = [way for way in WAYS if any(one.episode.way == way for one in scores)]
    hits, targets = totals(scores, DAY_ONE)
    found = {
        "runs": runs,
        "seed": seed,
        "hits": hits,
        "targets": targets,
        "ways": {way: _way(scores, left, way) for way in ways},
        "episodes": [_episode(name, [s for s in scores if s.episode.name == name]) for name in _names(scores)],
    }
    return found | {"note": note(found)}


def _names(scores: Sequence[EpisodeScore]) -> list[str]:
    return list(dict.fromkeys(one.episode.name for one in scores))


def _way(scores: Sequence[EpisodeScore], left: Sequence[Residual], way: str) -> dict[str, Any]:
    mine = [one for one in scores if one.episode.way == way]
    hits, targets = totals(scores, way)
    total = overall([one.sums for one in mine if one.sums is not None])
    flows = overall([one.flow_sums for one in mine if one.flow_sums is not None])
    rows = [one for one in left if one.way == way]
    return {
        "hits": hits,
        "targets": targets,
        "overall": _plain(asdict(total)) if total else None,
        "flows": _plain(asdict(flows)) if flows else None,
        "error": _error(fit(rows)) | _ranges(rows),
    }


def _error(error: OwnError) -> dict[str, Any]:
    numbers = {"shift": error.shift, "level": error.level, "weekly": error.weekly}
    return {name: round(value, 3) for name, value in numbers.items()} | {"events": error.events}


def _ranges(rows: Sequence[Residual]) -> dict[str, Any]:
    found = ranges(rows)
    return {f"{key}_80": _plain(found[name]) for key, name in PARTS.items()}


def _episode(name: str, scores: Sequence[EpisodeScore]) -> dict[str, Any]:
    first = scores[0]
    ops = (effect.op for one in scores for event in one.episode.scenario.events for effect in event.effects)
    return {
        "name": name,
        "title": title(first.episode),
        "products": [product.id for product in first.episode.scenario.world.products],
        "kinds": kinds_of(ops),
        "hits": first.hits,
        "targets": len(first.targets),
        "misses": [_miss(one) for one in first.targets if not one.hit],
        "ways": {one.episode.way: _of_way(one) for one in scores},
    }


def _miss(one: TargetScore) -> str:
    low, high = shown(one.target, one.target.low), shown(one.target, one.target.high)
    return f"{one.target.id.replace('_', ' ')} {shown(one.target, one.median)} (observed {low} to {high})"


def _of_way(one: EpisodeScore) -> dict[str, Any]:
    rows = {"sums": one.sums, "flows": one.flow_sums}
    return {
        "hits": one.hits,
        **{
            k: _plain({n: v for n, v in asdict(row).items() if n != "pits"}) if row else None for k, row in rows.items()
        },
        "error": _error(one.error),
        "targets": [_target(each) for each in one.targets],
        "points": [_point(each) for each in one.points],
        "failed_runs": len(one.measured.failures),
    }


def _target(one: TargetScore) -> dict[str, Any]:
    t = one.target
    values = (shown(t, value) for value in (t.low, t.high, one.median, one.low, one.high))
    found = dict(zip(("low", "high", "median", "p10", "p90"), values, strict=True))
    return {"id": t.id, "unit": t.unit, **found, "inside": round(one.inside, 3), "hit": one.hit}


def _point(one: PointScore) -> dict[str, Any]:
    at = one.at
    found: dict[str, Any] = _plain(
        {
            "kind": at.kind, "product": at.product, "place": at.place, "abroad": is_headline(at), "week": at.week,
            "seen": at.seen, "quantiles": one.quantiles, "error": one.error, "no_change": one.no_change,
            "in_50": one.is_in_50, "in_80": one.is_in_80, "crps": one.crps, "naive": one.naive,
            "log_score": one.log_score, "pit": one.pit, "gate": one.is_gate,
        }
    )  # fmt: skip
    return found


def _plain(value: Any) -> Any:
    """Numbers to four digits; what is no number becomes nothing."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.4g}") if math.isfinite(value) else None
    return value


# --- words --------------------------------------------------------------------------------------------
def note(found: Record) -> str:
    """One sentence of what the bands held."""
    told = []
    for way, values in found["ways"].items():
        total = values["overall"]
        if total:
            told.append(f"{total['in_80']:.0%} ({WORDS[way]})")
    if not told:
        return ""
    total = next(iter(found["ways"].values()))["overall"]
    return (
        f"The 80 % bands held {' and '.join(told)} of {total['points']} recorded prices in {total['episodes']} past "
        f"episodes, the model's own error fitted to the other episodes each time."
    )


def headline(found: Record) -> list[str]:
    """The result in sentences, the wanted values beside the reached ones."""
    lines = []
    for way, values in found["ways"].items():
        total = values["overall"]
        if not total:
            continue
        ratio = "–" if total["gate_ratio"] is None else f"{total['gate_ratio']:.2f}"
        lines.append(
            f"- **{WORDS[way].capitalize()}**: {values['hits']} of {values['targets']} targets; error of ln price "
            f"at weeks 4, 13, 26, 52 **{ratio} of no change** (wanted: at most 0.6), at all points {_two(total['ratio'])}; 80 % "
            f"bands hold {total['in_80']:.0%} of {total['points']} prices abroad (wanted: 70 to 95 %), in the worst "
            f"episode {total['least_80']:.0%} (wanted: half), 50 % bands {total['in_50']:.0%}; CRPS better than no change in "
            f"{total['better_than_no_change']} of {total['episodes']}, than all three naive forecasts in "
            f"{total['better_than_all']}."
        )
    return lines


def _two(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, (int, float)) else ""


# --- tables -------------------------------------------------------------------------------------------
def overview_rows(found: Record, way: str) -> list[Row]:
    """One row per episode, and one for all, in one way."""
    rows: list[Row] = []
    for episode in found["episodes"]:
        mine = episode["ways"].get(way)
        if mine is None:
            continue
        hits = f"{mine['hits']} of {len(mine['targets'])}"
        row = mine["sums"]
        rest = _sums(row) if row else ("0", *("" for _ in OVERVIEW[3:]))
        rows.append((episode["title"], hits, *rest))
    values = found["ways"][way]
    total = values["overall"]
    if total:
        scores = [_two(x) for x in (total["crps"], *total["naive"], total["log_score"])]
        shares = (f"{total['in_80']:.0%}", f"{total['in_50']:.0%}")
        ratio = f"{_two(total['ratio'])} of no change"
        hits = f"{values['hits']} of {values['targets']}"
        rows.append(("all, every episode weighted alike", hits, str(total["points"]), ratio, "1", *shares, *scores))
    return rows


def _sums(row: Mapping[str, Any]) -> Row:
    inside = (str(row["in_80"]), str(row["in_50"]))
    scores = (_two(x) for x in (row["crps"], *row["naive"], row["log_score"]))
    return (str(row["points"]), _two(row["error"]), _two(row["no_change"]), *inside, *scores)


def short_rows(found: Record) -> tuple[Row, list[Row]]:
    """Header and rows of the table in the README: hits, error and band of every episode, the ways side by side."""
    header = ["episode"]
    for way in found["ways"]:
        header += [f"{WORDS[way]}: targets hit", "error of ln price, of no change", "in 80 % band"]
    rows = []
    for episode in found["episodes"]:
        row = [episode["title"]]
        for way in found["ways"]:
            mine = episode["ways"].get(way)
            if mine is None:
                row += ["", "", ""]
                continue
            sums = mine["sums"]
            told = (
                [f"{_two(sums['error'])}, {_two(sums['no_change'])}", f"{sums['in_80']} of {sums['points']}"]
                if sums
                else ["", ""]
            )
            row += [f"{mine['hits']} of {len(mine['targets'])}", *told]
        rows.append(tuple(row))
    return tuple(header), rows


def target_rows(episode: Record) -> tuple[Row, list[Row]]:
    """Header and rows of an episode's targets, the ways side by side."""
    ways = list(episode["ways"])
    header = ("target", "observed", *(f"{WORDS[way]}: median (80 % of runs)" for way in ways))
    rows = []
    for number, first in enumerate(episode["ways"][ways[0]]["targets"]):
        unit = "" if first["unit"] in ("ratio", "month", "") else f" {first['unit']}"
        low, high = first["low"], first["high"]
        cells = [_target_cell(episode["ways"][way]["targets"][number]) for way in ways]
        rows.append((first["id"].replace("_", " "), (low if low == high else f"{low} to {high}") + unit, *cells))
    return header, rows


def _target_cell(target: Mapping[str, Any]) -> str:
    return f"{target['median']} ({target['p10']} to {target['p90']}), {'hit' if target['hit'] else '**miss**'}"


def point_rows(episode: Record, kind: str) -> tuple[Row, list[Row]]:
    """Header and rows of an episode's prices (or flows): week, what was seen, medians and 80 % bands of both ways."""
    ways = list(episode["ways"])
    header = ("product", "place", "week", "seen", *(f"{WORDS[way]}: median (80 % band)" for way in ways))
    points = {
        way: {(p["product"], p["place"], p["week"]): p for p in episode["ways"][way]["points"] if p["kind"] == kind}
        for way in ways
    }
    rows = []
    for key in points[ways[0]]:
        first = points[ways[0]][key]
        cells = [_point_cell(points[way][key]) if key in points[way] else "" for way in ways]
        product, place, week = key
        rows.append((product.replace("_", " "), place, f"{week:.0f}", _two(first["seen"]), *cells))
    return header, rows


def _point_cell(point: Mapping[str, Any]) -> str:
    low, middle, high = point["quantiles"][0], point["quantiles"][2], point["quantiles"][4]
    return f"{middle:.2f} ({low:.2f} to {high:.2f}){'' if point['in_80'] else ' **outside**'}"


def pit_row(found: Record, way: str) -> Row:
    """Shares of what was seen by fifth of the forecast distribution; a fifth each where bands are right."""
    total = found["ways"][way]["overall"]
    return (WORDS[way], *(f"{x:.0%}" for x in total["pit_bins"])) if total else (WORDS[way],)


PIT = ("where the recorded price fell", "lowest fifth", "second", "middle", "fourth", "highest fifth")
ERRORS = (
    "model's own error", "mu, median shift (80 % of posterior)", "tau, once an episode (80 %)", "sigma, wandering (80 %)", "episodes"
)  # fmt: skip
FLOWS = ("flows over normal", "points", "error", "in 80 %", "in 50 %", "CRPS", "CRPS, no change")


def error_rows(found: Record) -> list[Row]:
    """mu, tau and sigma: what the priors say, and by way what all episodes make of them."""
    prior = _error(fit([])) | _ranges([])
    told = [("priors alone", prior), *((WORDS[way], values["error"]) for way, values in found["ways"].items())]
    return [
        (name, *(f"{_two(e[key])} ({_two(e[f'{key}_80'][0])} to {_two(e[f'{key}_80'][1])})" for key in PARTS),
         str(e["events"]))
        for name, e in told
    ]  # fmt: skip


def flow_rows(found: Record) -> list[Row]:
    """What is said of flows, over all episodes; with the office as recorded they are nearly an input."""
    rows: list[Row] = []
    for way, values in found["ways"].items():
        total = values["flows"]
        if total:
            shares = (f"{total['ratio']:.2f} of no change", f"{total['in_80']:.0%}", f"{total['in_50']:.0%}")
            rows.append((WORDS[way], str(total["points"]), *shares, _two(total["crps"]), _two(total["naive"][0])))
    return rows


def error_line(episode: Record) -> str:
    """With what error an episode was scored."""
    told = [
        f"{', '.join(_two(mine['error'][key]) for key in PARTS)} ({WORDS[way]})"
        for way, mine in episode["ways"].items()
    ]
    return f"mu, tau and sigma from the others: {'; '.join(told)}."


def markdown(header: Row, rows: Iterable[Row]) -> list[str]:
    """A table of a page."""

    def line(cells: Row) -> str:
        return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"

    return [line(header), "|" + "---|" * len(header), *(line(row) for row in rows)]


# --- the page of the documentation --------------------------------------------------------------------
def blocks(found: Record) -> dict[str, list[str]]:
    """What a page holds between `<!-- record: NAME -->` and `<!-- end of record -->`."""
    tables: list[str] = []
    for way in found["ways"]:
        tables += [f"**{WORDS[way].capitalize()}**", "", *markdown(OVERVIEW, overview_rows(found, way)), ""]
    episodes: list[str] = []
    for episode in found["episodes"]:
        episodes += [f"### {episode['title']}", "", *markdown(*target_rows(episode)), ""]
        header, rows = point_rows(episode, "price")
        episodes += [*markdown(header, rows), "", error_line(episode), ""] if rows else []
    pits = [pit_row(found, way) for way in found["ways"]]
    return {
        "headline": headline(found),
        "short": markdown(*short_rows(found)),
        "overview": tables[:-1],
        "pit": markdown(PIT, [row for row in pits if len(row) == len(PIT)]),
        "flows": markdown(FLOWS, flow_rows(found)),
        "error": markdown(ERRORS, error_rows(found)),
        "episodes": episodes[:-1],
    }


def fill(page: str, found: Record) -> str:
    """A page with its blocks written anew."""
    made = blocks(found)

    def put(match: re.Match[str]) -> str:
        return match[1] + "\n" + "\n".join(made[match[2]]) + "\n\n" + match[3]

    return BLOCK.sub(put, page)
