"""`study.html`: one page that needs no network. The reader chooses place, product, outcome and measure; figures follow.

The numbers of all cells, as far as they fit, lie in the page as JSON; plotly.js, compressed, lies in it once and draws
them. Without scripts the answer, the tables and the still figures can be read all the same.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..measures.reporter import Outcome
from ..report import style
from ..report.rounding import quantity, share
from .answer import Answer, Table
from .charts import inline
from .found import Found, Placed, Stats
from .tables import key_names
from .words import arm_said, outcome_said, place_said, product_said

if TYPE_CHECKING:
    from .load import LoadedStudy

TEMPLATES = Path(__file__).parent / "templates"
MOST_NUMBERS = 600_000  # in the page; beyond that places are left out, the world and groups last
MEASURES = (
    ("median", "median, and 80 % of the runs"),
    ("mean", "mean, with its 95 % interval"),
    ("bad", "bad case: one run in ten is worse"),
    ("chance", "share of runs above zero"),
)


def write_page(study: LoadedStudy, found: Found, answer: Answer, manifest: Mapping[str, Any], folder: Path) -> Path:
    """Write the page of a study."""
    data = page_data(study, found, answer)
    context = {
        "title": study.spec.title,
        "question": study.spec.question,
        "answer": answer,
        "meta": _meta(found, manifest),
        "tables": [shown(table) for table in answer.tables],
        "charts": [(chart, *inline(chart, folder, f"c{n}")) for n, chart in enumerate(answer.charts)],
        "does": list(study.spec.sentences(study)),
        "data": _json(data),
        "explore": bool(answer.explorer.kind and data["columns"]),
        "left_out": data["left_out"],
        "library": library(),
        "script": (TEMPLATES / "study.js").read_text(encoding="utf-8"),
        "css": _report_css() + (TEMPLATES / "study.css").read_text(encoding="utf-8"),
        "facts": _facts(manifest),
    }
    page = folder / "study.html"
    page.write_text(_fill(context), encoding="utf-8")
    return page


def _report_css() -> str:
    from ..report.build import TEMPLATES as REPORT

    return (REPORT / "report.css").read_text(encoding="utf-8")


@cache
def library() -> str:
    """plotly.js as it comes with the package plotly, compressed, as base64: a third of its length."""
    from importlib.resources import files

    script = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(script, 9, mtime=0)).decode("ascii")


def _fill(context: Mapping[str, Any]) -> str:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["raw"] = Markup
    environment.filters["tied"] = lambda text: str(text).replace(" %", "\N{NO-BREAK SPACE}%")
    return environment.get_template("study.html.j2").render(context)


def _json(data: Any) -> str:
    """JSON that can stand inside a script of a page."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _meta(found: Found, manifest: Mapping[str, Any]) -> str:
    counts = manifest["counts"]
    worlds = sorted({placed.world.title or placed.world.name for placed in found.placed})
    told = ", ".join(worlds) if len(worlds) <= 3 else f"{len(worlds)} worlds"
    return (
        f"{told} · {counts['cells']:,} cells on the same {found.runs:,} draws, {counts['units']:,} of them different · "
        f"seed {manifest['seed']}"
    )


def _facts(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    from ..report.build import typed_again

    command = manifest.get("command") or []
    rows = [("command", typed_again(command))] if command else []
    rows += [
        ("study", str(manifest["study"])),
        ("runs of each cell, seed, sampler", f"{manifest['runs']:,}, {manifest['seed']}, {manifest['sampler']}"),
        ("engine", str(manifest["engine"])),
        ("versions", ", ".join(f"{name} {version}" for name, version in manifest["versions"].items() if version)),
        ("hash of the results", str(manifest["results_hash"])[:16]),
        ("made", str(manifest["created"])),
    ]
    return rows


# --- tables -----------------------------------------------------------------------------------------


def shown(table: Table) -> dict[str, Any]:
    """A table as the page shows it: text, numbers rounded with their unit."""
    rows = []
    for values in table.frame.head(table.most_rows).itertuples(index=False):
        rows.append([_text(value, table.units.get(str(head), "")) for head, value in zip(table.frame.columns, values)])
    more = len(table.frame) - len(rows)
    note = f"{table.note} {more:,} more rows are in study.xlsx.".strip() if more > 0 else table.note
    return {"title": table.title, "header": [str(h) for h in table.frame.columns], "rows": rows, "note": note}


def _text(value: Any, unit: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, str):
        return value
    number = float(value)
    if not unit:
        return f"{number:,.4g}"
    return share(number) if unit == "share" else quantity(number, unit)


# --- data -------------------------------------------------------------------------------------------


def page_data(study: LoadedStudy, found: Found, answer: Answer) -> dict[str, Any]:
    """What the script of the page draws: axes, cells, columns, and the statistics of each cell."""
    texts, numbers = key_names(found)
    world = found.placed[0].world
    several = len({placed.world.name for placed in found.placed}) > 1
    found_names: dict[Outcome, None] = {}
    explorer = answer.explorer
    kept: list[tuple[int, str, Sequence[Outcome], Stats]] = []
    wanted, left_out = _places(study, found)
    for number, _, arm, names, stats in found.stats():
        if explorer.arms and arm not in explorer.arms:
            continue
        picks = [i for i, name in enumerate(names) if name.end_use == "all" and name.place in wanted]
        few = tuple(names[i] for i in picks)
        found_names.update(dict.fromkeys(few))
        kept.append((number, arm, few, _picked(stats, picks)))
    labels = {name: number for number, name in enumerate(sorted(found_names, key=_order(study)))}
    arms = dict.fromkeys(arm for _, arm, _, _ in kept)
    worlds = {placed.world.name: placed.world for placed in found.placed}
    return {
        "kind": answer.explorer.kind,
        "axes": list(answer.explorer.axes),
        "rows": answer.explorer.rows,
        "start": list(answer.explorer.start),
        "group": answer.explorer.group,
        "marks": [[at, text] for at, text in answer.explorer.marks.items()],
        "keys": texts + (["world"] if several and "world" not in texts else []),
        "numbers": numbers,
        "cells": [_cell(placed, texts, numbers, several) for placed in found.placed],
        "arms": [[arm, arm_said(arm, dict(found.placed[0].titles)), _colour(arm, list(arms))] for arm in arms],
        "columns": [[name.metric, name.product, name.place, name.unit] for name in labels],
        "names": {
            "outcome": {name.metric: outcome_said(name.metric) for name in labels},
            "product": {name.product: _first(worlds, product_said, name.product) for name in labels},
            "place": {name.place: place_said(world, name.place) for name in labels}
            | {p: _first(worlds, place_said, p) for p in {name.place for name in labels}},
        },
        "measures": [list(each) for each in MEASURES],
        "stats": _packed(found, kept, labels, list(arms)),
        "left_out": left_out,
    }


def _order(study: LoadedStudy) -> Callable[[Outcome], tuple[int, int]]:
    """Columns in the order in which the study names outcomes and places."""
    metrics, places = list(study.spec.kept_outcomes()), list(study.spec.places)

    def rank(name: Outcome) -> tuple[int, int]:
        return (
            metrics.index(name.metric) if name.metric in metrics else len(metrics),
            places.index(name.place) if name.place in places else len(places),
        )

    return rank


def _first(worlds: Mapping[str, Any], said: Any, name: str) -> str:
    """What the first world that knows a name calls it."""
    for world in worlds.values():
        text = str(said(world, name))
        if text != name:
            return text
    return name


def _places(study: LoadedStudy, found: Found) -> tuple[set[str], str]:
    """Places that the page holds: all, unless that is too much."""
    size = 0
    places: set[str] = set()
    for placed in found.placed[:1]:
        for arm in placed.units:
            names, _ = found.outcomes(placed, arm)
            size = max(size, len(names))
            places |= {name.place for name in names}
    for placed in found.placed:
        places |= {name.place for arm in list(placed.units)[:1] for name in found.outcomes(placed, arm)[0]}
    total = size * sum(len(placed.arms) for placed in found.placed) * 6
    if total <= MOST_NUMBERS:
        return places, ""
    groups = {name for placed in found.placed for name in placed.world.groups}
    few = {*study.spec.places, "world"} if study.spec.places else {"world", *groups}
    return few & places, "The page holds the world and groups only; cells.csv and study.xlsx hold every place."


def _picked(stats: Stats, picks: Sequence[int]) -> Stats:
    return Stats(stats.value[:, picks], stats.low[:, picks], stats.high[:, picks], stats.n[list(picks)])


def _cell(placed: Placed, texts: Sequence[str], numbers: Sequence[str], several: bool) -> dict[str, Any]:
    keys = [placed.cell.keys.get(key, "") for key in texts]
    if several and "world" not in texts:
        keys.append(placed.world.name)
    return {"k": keys, "n": [_short(placed.cell.numbers.get(key, math.nan)) for key in numbers]}


def _colour(arm: str, arms: Sequence[str]) -> str:
    policies = [each.removeprefix("policy:") for each in arms if each.startswith("policy:") and "-" not in each[7:]]
    return style.arm_colour(arm.split("-")[0] if arm.startswith("policy:") else arm, policies)


def _packed(
    found: Found,
    kept: Sequence[tuple[int, str, Sequence[Outcome], Stats]],
    labels: Mapping[Outcome, int],
    arms: Sequence[str],
) -> list[list[Any]]:
    """Per cell and arm, one list per column it has: the column, median, low, high, mean, half of its interval, share above zero."""
    rows: list[list[Any]] = [[None] * len(arms) for _ in found.placed]
    rank = {arm: number for number, arm in enumerate(arms)}
    for number, arm, names, stats in kept:
        listed = []
        for at, name in enumerate(names):
            half = stats.high[1, at] - stats.value[1, at]
            found_here = (stats.value[0, at], stats.low[0, at], stats.high[0, at], stats.value[1, at], half)
            listed.append([labels[name], *(_short(float(v)) for v in (*found_here, stats.value[2, at]))])
        rows[number][rank[arm]] = listed
    return rows


def _short(value: float) -> float | None:
    """Four digits are more than a screen shows; JSON has no NaN."""
    if not math.isfinite(value):
        return None
    number = float(f"{value:.4g}")
    return int(number) if number == int(number) and abs(number) < 1e15 else number
