"""`python run_scenario.py gallery`: one page with every shipped scenario: question, figure, three numbers, what it means.

The words are in `docs/gallery_notes.yaml`, the numbers and figures come from runs made here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from supplyrisk.report.run import Run

MEASURE = ("metric", "arm", "product", "place", "end_use")
IMAGES = Path("images") / "gallery"
COLOURS = 64  # of a picture's palette: small files, no visible loss in charts of few colours


@dataclass(frozen=True)
class Number:
    """One number of the page: median and 80 % band as written, and where it stands in `summary.csv`."""

    label: str
    value: str
    between: str
    where: Mapping[str, str]


@dataclass(frozen=True)
class Exhibit:
    """One scenario of the page."""

    name: str
    title: str
    question: str
    picture: str
    caption: str
    band: str  # what the bands of its runs hold
    numbers: tuple[Number, ...]
    text: str
    note: str = ""


@click.command("gallery")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--runs", "-n", type=click.IntRange(1), default=60, show_default=True, help="Runs of each scenario.")
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=Path("docs/scenarios.md"), show_default=True, help="Page."
)
@click.option(
    "--notes",
    type=click.Path(path_type=Path, exists=True),
    default=Path("docs/gallery_notes.yaml"),
    show_default=True,
    help="The words, and which numbers to show.",
)
@click.option("--scenarios", type=click.Path(path_type=Path), default=Path("scenarios"), help="Folder of the files.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Keep the run folders here.")
def command(names: tuple[str, ...], runs: int, out: Path, notes: Path, scenarios: Path, keep: Path | None) -> None:
    """Run the shipped scenarios and write the gallery page from what comes out.

    For those who change the program: run it in a checkout. NAME: only these scenarios (default: all that
    the notes name). Pictures go into images/gallery/ beside the page.
    """
    from supplyrisk.errors import SupplyriskError

    said = read_notes(notes)
    unknown = [name for name in names if name not in said["scenarios"]]
    if unknown:
        raise SupplyriskError(f"{notes} has no notes on {', '.join(unknown)}")
    chosen = names or tuple(said["scenarios"])
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        for name in chosen:
            click.echo(name, err=True)
            run_scenario(scenarios / f"{name}.yaml", runs, folder / name)
        text = gallery(said, chosen, folder, out.parent / IMAGES, runs)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    click.echo(out)


def read_notes(path: Path) -> dict[str, Any]:
    """The words of the page."""
    from ruamel.yaml import YAML

    found: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return found


def run_scenario(file: Path, runs: int, folder: Path) -> None:
    """Run a scenario file into `folder`, one folder per world below it, in this process."""
    from supplyrisk.experiment.batch import Options, run_batch
    from supplyrisk.results.folder import create
    from supplyrisk.spec.load import read_scenario

    for scenario in read_scenario(file, [f"monte_carlo.runs={runs}"]).scenarios:
        path = folder / scenario.world.name
        run_batch(scenario, lambda path=path: create(path, True), Options(workers=1))  # type: ignore[misc]


# --- the page -------------------------------------------------------------------------------------


def gallery(said: Mapping[str, Any], names: Sequence[str], folder: Path, images: Path, runs: int) -> str:
    """The page from run folders `folder`/NAME/WORLD."""
    shown = [exhibit(name, said["scenarios"][name], folder / name, images) for name in names]
    bands = ", or the ".join(dict.fromkeys(e.band for e in shown))
    head = str(said["head"]).strip().replace("{runs}", str(runs)).replace("{band}", bands)
    parts = ["# Scenarios", head, contents(shown)]
    parts += [section(e) for e in shown]
    beside = [c for c in said.get("comparisons", ()) if c["scenario"] in names]
    if beside:
        parts.append(comparisons(said, beside, folder))
    return "\n\n".join(parts) + "\n"


def contents(shown: Sequence[Exhibit]) -> str:
    return "\n".join(f"- [{e.title}](#{e.name.replace('.', '')})" for e in shown)


def section(e: Exhibit) -> str:
    """One scenario: heading by file name, so that links to it are stable."""
    from supplyrisk.report.bands import NAME

    rows = "\n".join(f"| {n.label} | {n.value} | {n.between or 'the same'} |" for n in e.numbers)
    parts = [f"## {e.name}", f"**{e.title}.** {e.question}", f"![{e.caption}]({e.picture})"]
    parts += [f"| | median | {NAME} |\n|---|---|---|\n{rows}", e.text]
    parts.append(f"Repeat it: `python run_scenario.py scenarios/{e.name}.yaml`")
    return "\n\n".join(p for p in parts if p)


def exhibit(name: str, words: Mapping[str, Any], folder: Path, images: Path) -> Exhibit:
    """Numbers and picture of one scenario."""
    from supplyrisk.report.bands import band

    runs = opened(folder)
    main = runs[words["world"]] if "world" in words else next(iter(runs.values()))
    numbers = tuple(number(runs, main, asked) for asked in words["numbers"])
    images.mkdir(parents=True, exist_ok=True)
    caption = picture(main, words, images / f"{name}.png")
    text = " ".join(str(words["text"]).split())
    path = (IMAGES / f"{name}.png").as_posix()
    return Exhibit(name, main.title, main.question, path, caption, band(main), numbers, text)


def opened(folder: Path) -> dict[str, Run]:
    """Run folders below `folder` by world, in the order of their making."""
    from supplyrisk.report.run import open_run

    found = sorted(folder.glob("*/manifest.json"), key=lambda p: p.stat().st_mtime_ns)
    return {path.parent.name: open_run(path.parent) for path in found}


def number(runs: Mapping[str, Run], main: Run, asked: Mapping[str, Any]) -> Number:
    """A number the notes ask for: median and 80 % band of one metric.

    Raises
    ------
    SupplyriskError
        If the tables have no such row.
    """
    from supplyrisk.errors import SupplyriskError
    from supplyrisk.report.pick import spread
    from supplyrisk.report.rounding import with_interval

    run = runs[asked["world"]] if "world" in asked else main
    where = {key: str(asked.get(key, "scenario" if key == "arm" else "")) for key in MEASURE}
    found = spread(run, where["metric"], where["arm"], where["product"], where["place"], where["end_use"])
    if found is None:
        raise SupplyriskError(f"{run.name} has no row for {', '.join(v for v in where.values() if v)}")
    if not found.n:
        return Number(asked["label"], "in no run", "", where)
    unit = "points" if found.unit == "%" and "-" in where["arm"] else found.unit
    if where["metric"].endswith("_week"):
        return Number(asked["label"], *weeks(run, found.p50, found.p10, found.p90, found.n), where)
    value, between = with_interval(found.p50, found.p10, found.p90, unit)
    return Number(asked["label"], value, between, where)


def weeks(run: Run, middle: float, low: float, high: float, n: int) -> tuple[str, str]:
    """Week numbers as months; says so where only some runs have one."""
    from supplyrisk.report.sentences import week_date
    from supplyrisk.report.words import month

    value, first, last = (month(week_date(run, w)) for w in (middle, low, high))
    some = "" if n == run.n_ok else f", in {n} of {run.n_ok} runs"
    return value + some, f"{first} to {last}"


# --- comparison with published numbers ------------------------------------------------------------


def comparisons(said: Mapping[str, Any], beside: Sequence[Mapping[str, Any]], folder: Path) -> str:
    """Output at risk (or another metric) beside published figures, with source and the reason for the difference."""
    heads = ["", "here", "of which for want of material", "published", "source", "why they differ"]
    lines = [f"| {' | '.join(heads)} |".replace("|  |", "| |"), "|---" * len(heads) + "|"]
    for case in beside:
        runs = opened(folder / case["scenario"])
        main = runs[case["world"]] if "world" in case else next(iter(runs.values()))
        cells = [beside_cell(runs, main, case, metric) for metric in measures(case)]
        cells[0] += of_gdp(main, case)
        link = f"[{case['title']}](#{case['scenario']})"
        lines.append(f"| {' | '.join([link, *cells, *(str(case[key]) for key in ('published', 'source', 'why'))])} |")
    words = [" ".join(str(paragraph).split()) for paragraph in said["why_different"]]
    return "\n\n".join(["## Beside published numbers", "\n".join(lines), *words])


def measures(case: Mapping[str, Any]) -> tuple[str, str]:
    """The metric that stands beside a published figure, and the part of it that is for want of material, if there is one."""
    return ("output_at_risk_usd", "output_at_risk_unserved_usd") if "metric" not in case else (str(case["metric"]), "")


def beside_cell(runs: Mapping[str, Run], main: Run, case: Mapping[str, Any], metric: str) -> str:
    """Median and 80 % band of what the scenario adds."""
    if not metric:
        return "–"
    asked = {"label": "", "arm": "scenario-baseline", **{key: case[key] for key in ("product", "place") if key in case}}
    found = number(runs, main, {**asked, "metric": metric})
    return found.value + (f" ({found.between})" if found.between else "")


def of_gdp(run: Run, case: Mapping[str, Any]) -> str:
    """The median as per cent of a year's GDP, where the published figure is one."""
    from supplyrisk.report.pick import spread

    if "gdp_usd" not in case:
        return ""
    found = spread(run, "output_at_risk_usd", "scenario-baseline", "", case["place"], "")
    return f", {100.0 * found.p50 / float(case['gdp_usd']):.2g} % of a year's GDP" if found is not None else ""


# --- the picture ----------------------------------------------------------------------------------


def picture(run: Run, words: Mapping[str, Any], path: Path) -> str:
    """Price left, use lost right, scenario with its 80 % band and policies as lines; returns the caption."""
    from supplyrisk.report import style
    from supplyrisk.report.bands import NAME
    from supplyrisk.report.pick import headline_price, short_products, short_zone
    from supplyrisk.report.sketch import Sketch

    asked = dict(words.get("figure") or {})
    price = str(asked.get("price") or headline_price(run)[0])
    product = str(asked.get("use") or short_products(run)[0])
    place = str(asked.get("place") or short_zone(run, product))
    end_use = str(asked.get("end_use", ""))
    layout = style.Layout("gallery", 7.4, 2)
    with style.house_style():
        sketch = Sketch(run, layout, 2, 1.75)
        _prices(sketch, price)
        _lost(sketch, product, place, end_use)
        who = f", {run.label(end_use)}" if end_use else ""
        left, right = f"{run.label(price)}, quoted price", f"{run.label(product)} lost, {run.label(place)}{who}"
        sketch.axes[0].set_title(sketch.wrap(left), fontsize=8.5)
        sketch.axes[1].set_title(sketch.wrap(right), fontsize=8.5)
        drawn = sketch.finish(
            run.title,
            "Quoted price index (1× = before); use lost, % of what is wanted. Line: median; shaded: 80 % band.",
            "",
        )
        path.write_bytes(_small_png(drawn.figure))
    return f"{left}; {right[0].lower()}{right[1:]}: median and {NAME} of {run.n_ok} runs"


def _prices(sketch: Any, product: str) -> None:
    from supplyrisk.report import style

    run, ax = sketch.run, sketch.axes[0]
    low, high, ends = 1.0, 1.0, []
    fans = [(zone, run.fan("price_spot_index", run.main_arm, product=product, place=zone)) for zone in run.zones]
    for zone, fan in fans:
        if fan is None:
            continue
        low, high = min(low, float(fan.at(0.10).min())), max(high, float(fan.at(0.90).max()))
        colour = style.zone_colour(zone, run.zones)
        sketch.fan(ax, fan, colour, {"arm": run.main_arm, "variable": "price_spot_index", "place": zone})
        ends.append((float(fan.at(0.5)[-1]), run.price_label(zone).replace("outside ", "outside\n"), colour))
    style.index_axis(ax, low, high)
    sketch.dates(ax)
    sketch.labels(ax, ends)


def _lost(sketch: Any, product: str, place: str, end_use: str) -> None:
    from supplyrisk.errors import SupplyriskError
    from supplyrisk.report import style

    run, ax = sketch.run, sketch.axes[1]
    ends = []
    top = 0.5
    for arm in (run.main_arm, *(f"policy:{p}" for p in run.policies)):
        fan = _lost_percent(run, arm, product, place, end_use)
        if fan is None:
            continue
        main = arm == run.main_arm
        colour = style.arm_colour(arm, run.policies)
        sketch.fan(ax, fan, colour, {"arm": arm, "variable": "shortage_t", "place": place}, bands=main)
        top = max(top, float(fan.at(0.90 if main else 0.5).max()))
        ends.append((float(fan.at(0.5)[-1]), run.arm_label(arm), colour))
    if not ends:
        raise SupplyriskError(f"{run.name} has no weekly series of {product} for {place} {end_use}".rstrip())
    ax.set_ylim(min(0.0, -0.02 * top), top * 1.15)
    sketch.dates(ax)
    sketch.labels(ax, ends)


def _lost_percent(run: Run, arm: str, product: str, place: str, end_use: str) -> Any:
    """Use lost as per cent of what is wanted; of one end use if the notes name it."""
    from dataclasses import replace

    import numpy as np

    where = {"product": product, "place": place, "end_use": end_use}
    fan, wanted = run.fan("shortage_t", arm, **where), run.fan("wanted_t", arm, **where)
    if fan is None or wanted is None:
        return None
    base = wanted.at(0.5)[:, None]
    share = np.divide(100.0 * fan.values, base, out=np.zeros_like(fan.values), where=base > 0)
    return replace(fan, values=share, unit="% of wanted")


def _small_png(figure: Any) -> bytes:
    """The figure as PNG of few colours at 110 dots per inch, without metadata."""
    import io

    from PIL import Image

    raw, packed = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="png", dpi=110, metadata={"Software": None})
    raw.seek(0)
    Image.open(raw).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()
