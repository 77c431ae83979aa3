"""Several runs, or the arms of one, on one page: paired where the draws match, told plainly where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SupplyriskError, did_you_mean
from ..results.difference import Difference, paired, unpaired
from ..results.pairing import other_numbers, why_unpaired
from ..results.quantiles import quantiles
from . import style
from .bands import NAME, band, holds
from .build import TEMPLATES, facts, fill, runs_of
from .case import METRIC
from .cells import Cell, ReportTable
from .differences import differences, named_with_unit
from .enough import FEWEST_RUNS
from .pick import Spread, values
from .quantities import Quantity, headline_quantities
from .render import save
from .rounding import quantity, with_interval
from .run import Run
from .sketch import Drawn, Sketch
from .squeeze import BASE_CSS, Shared, squeeze
from .words import day

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes

COLOURS = (style.SCENARIO, *style.POLICIES)


@dataclass(frozen=True)
class Case:
    """One thing that is compared: an arm of a run, and how it is called."""

    run: Run
    arm: str
    label: str
    colour: str
    title: str  # what the scenario file calls it; the label where that would not tell the cases apart

    @property
    def quoted(self) -> str:
        """The title within a sentence."""
        if self.title == self.label:
            return {"scenario": "the scenario", "no events": "the baseline"}.get(self.label, self.label)
        return f"“{self.title}”"


@dataclass(frozen=True)
class Pairing:
    """How a case compares with the first one. `kind`: same (an arm of the same run), paired, unpaired."""

    kind: str
    words: str


def cases_of(folders: Sequence[Path], arms: Sequence[str] = ()) -> list[Case]:
    """What to compare: the scenario arm of each folder, or the arms of a single one.

    Raises
    ------
    SupplyriskError
        If there is nothing to compare, or an arm does not exist.
    """
    runs = [run for folder in folders for run in runs_of(Path(folder))]
    picked: list[tuple[Run, str, str]] = []
    if len(runs) == 1:
        run = runs[0]
        wanted = [_arm(run, name) for name in arms] or [a for a in run.arms if a != "baseline"] or list(run.arms)
        if len(wanted) < 2 and not arms:
            wanted = list(run.arms)
        picked = [(run, arm, run.arm_label(arm)) for arm in wanted]
    else:
        for run in runs:
            for arm in [_arm(run, name) for name in arms] or [run.main_arm]:
                tail = f", {run.arm_label(arm)}" if len(arms) > 1 else ""
                picked.append((run, arm, f"{_short(run, runs)}{tail}"))
    if len(picked) < 2:
        raise SupplyriskError("nothing to compare: give two run folders, or one with policies (or --arm twice)")
    titles = _titles(picked, len(runs))
    return [
        Case(run, arm, label, _colour(run, arm, i, len(runs)), titles[i]) for i, (run, arm, label) in enumerate(picked)
    ]


def _titles(picked: Sequence[tuple[Run, str, str]], runs: int) -> list[str]:
    labels = [label for _, _, label in picked]
    if runs == 1:
        found = [run.policy_title(arm) if arm.startswith("policy:") else label for run, arm, label in picked]
    else:
        found = [run.report_title for run, _, _ in picked]
    return found if len(set(found)) == len(found) else labels


def _colour(run: Run, arm: str, number: int, runs: int) -> str:
    return style.arm_colour(arm, run.policies) if runs == 1 else COLOURS[number % len(COLOURS)]


def _arm(run: Run, name: str) -> str:
    for arm in (name, f"policy:{name}"):
        if arm in run.arms:
            return arm
    known = [a.removeprefix("policy:") for a in run.arms]
    raise SupplyriskError(f"{run.path}: there is no arm {name}{did_you_mean(name, known)}")


def _short(run: Run, runs: Sequence[Run]) -> str:
    """The scenario's name, and whatever else is needed to tell it from the others."""
    same = [r for r in runs if r.name == run.name]
    name = run.name.replace("_", " ")
    if len(same) < 2:
        return name
    if len({r.world.name for r in same}) == len(same):
        return f"{name} ({run.world.name})"
    return f"{name} ({run.path.name})"


def pairing(first: Case, other: Case) -> Pairing:
    """Whether run i of one case met the same draws as run i of the other."""
    if first.run is other.run or first.run.path == other.run.path:
        return Pairing("same", "arms of one batch: the same draws, run by run")
    a, b = first.run, other.run
    draws = a.finished, b.finished
    reasons = why_unpaired(a.manifest, b.manifest, draws)
    if reasons:
        return Pairing(
            "unpaired", f"not the same draws ({'; '.join(reasons)}): only means and distributions can be compared"
        )
    common = len(set(draws[0]["run"]) & set(draws[1]["run"]))
    words = f"the same draws for {common:,} runs, so that differences are taken run by run"
    extra = other_numbers(a.manifest, b.manifest)
    if extra:
        what = "number is" if len(extra) == 1 else "numbers are"
        words += (
            f" ({len(extra)} uncertain {what} described otherwise in one of the two, which is part of what differs)"
        )
    return Pairing("paired", words)


def by_run(case: Case, q: Quantity) -> pd.Series[Any]:
    """A quantity of a case, indexed by run."""
    import pandas as pd

    table = case.run.outcomes(q.metric, [case.arm], product=q.product, place=q.place, end_use=q.end_use)
    return pd.Series(table["value"].to_numpy(dtype=float), index=table["run"].to_numpy()).sort_index()


def difference(first: Case, other: Case, q: Quantity, pair: Pairing) -> Difference:
    """Other minus first: run by run if the draws match, else the difference of means."""
    x, y = by_run(first, q), by_run(other, q)
    if pair.kind == "unpaired":
        return unpaired(y.to_numpy(), x.to_numpy(), pair.words, q.unit)
    both = x.index.intersection(y.index)
    return paired(y.loc[both].to_numpy(), x.loc[both].to_numpy(), q.unit)


# --- page -----------------------------------------------------------------------------------------


def compare(folders: Sequence[Path], out: Path, arms: Sequence[str] = ()) -> Path:
    """Write `compare.html` (self-contained), its figure and its table into `out`.

    Parameters
    ----------
    folders : sequence of path
        Run folders; one alone compares its own arms.
    arms : sequence of str
        Arms (or names of policies) to compare; default the scenario of each folder.

    Returns
    -------
    Path
        The page.
    """
    cases = cases_of(folders, arms)
    wanted = _shared(cases)
    if not wanted:
        raise SupplyriskError("the runs share no product and place, so that there is nothing to set side by side")
    pairs = [pairing(cases[0], case) for case in cases[1:]]
    out.mkdir(parents=True, exist_ok=True)
    with style.house_style():
        drawn = draw(cases, wanted, style.WIDE)
        save(drawn, out / "compare")
        narrow = style.svg_bytes(draw(cases, wanted, style.NARROW).figure)
    shared = Shared()
    pictures = [squeeze(svg, drawn.title, shared) for svg in ((out / "compare.svg").read_bytes(), narrow)]
    context = {
        "title": _title(cases),
        "cases": cases,
        "runs": _runs(cases),
        "first": cases[0],
        "pairs": list(zip(cases[1:], pairs, strict=True)),
        "sentences": sentences(cases, wanted, pairs),
        "files": file_differences(cases),
        "few": [c.label for c in cases if c.run.n_ok < FEWEST_RUNS],
        "table": table(cases, wanted, pairs),
        "wide": pictures[0],
        "narrow": pictures[1],
        "caption": drawn.caption,
        "facts": [(run.report_title, facts(run)) for run in _runs(cases)],
        "day": day,
        "figure_css": BASE_CSS + shared.css + shared.fonts,
        "css": (TEMPLATES / "report.css").read_text(encoding="utf-8"),
    }
    page = out / "compare.html"
    page.write_text(fill("compare.html.j2", context), encoding="utf-8")
    return page


def file_differences(cases: Sequence[Case]) -> list[tuple[str, list[str]]]:
    """For each further run: its name and the first's, and what differs between the two scenarios in words."""
    first, *others = _runs(cases)
    found = []
    for run in others:
        lines = differences(first.scenario, run.scenario, {**_with_units(run), **_with_units(first)})
        codes = [(r.manifest.get("hashes") or {}).get("code") for r in (first, run)]
        if codes[0] != codes[1]:
            lines.append("They were computed by different versions of the program.")
        found.append((f"{first.report_title} (first) and {run.report_title} (second)", lines))
    return found


def _with_units(run: Run) -> dict[str, str]:
    """What each parameter is called, with its unit."""
    return {r["parameter"]: named_with_unit(r["what"], r["unit"]) for r in run.sources if r.get("what")}


def _runs(cases: Sequence[Case]) -> list[Run]:
    found: list[Run] = []
    for case in cases:
        if all(case.run.path != run.path for run in found):
            found.append(case.run)
    return found


def _title(cases: Sequence[Case]) -> str:
    runs = _runs(cases)
    if len(runs) == 1:
        return f"{runs[0].report_title}: arms compared"
    return " against ".join(dict.fromkeys(run.report_title for run in runs)) if len(runs) == 2 else "Runs compared"


def _shared(cases: Sequence[Case]) -> list[Quantity]:
    """Headline quantities of the first run that every other case has as well."""
    return [
        q
        for q in headline_quantities(cases[0].run)
        if all(
            len(c.run.summarised(q.metric, c.arm, product=q.product, place=q.place, end_use=q.end_use)) for c in cases
        )
    ]


def sentences(cases: Sequence[Case], wanted: Sequence[Quantity], pairs: Sequence[Pairing]) -> list[str]:
    """One sentence per case on what it changes against the first, in the quantity of users' loss."""
    found = []
    q = next((w for w in wanted if w.metric in METRIC.values()), wanted[0])
    unit = "points" if q.unit == "%" else q.unit
    for case, pair in zip(cases[1:], pairs, strict=True):
        d = difference(cases[0], case, q, pair)
        what = q.phrase
        if with_pairs(d) and d.p10 == d.p90 == 0.0:
            found.append(f"{_start(case.quoted)} leaves {what} as it is in {cases[0].quoted}, in every run.")
        elif with_pairs(d) and d.p10 < 0 < d.p90:
            value, between = with_interval(d.p50, d.p10, d.p90, unit)
            found.append(
                f"{_start(case.quoted)}, against {cases[0].quoted}, changes {what} in either direction: {value} in the "
                f"median run ({NAME}: {between})."
            )
        elif with_pairs(d):
            value, between = with_interval(abs(d.p50), *_ordered(d), unit)
            way = "lowers" if d.p50 < 0 else "raises"
            within = f" ({NAME}: {between})" if between else ""
            if reads_zero(value):
                value, between = with_interval(d.p50, d.p10, d.p90, unit)
                within = f" ({NAME}: {between})" if between else ""
                said = f"{_start(case.quoted)} hardly differs from {cases[0].quoted} in {what}"
                found.append(f"{said}: {value} in the median run{within}.")
                continue
            found.append(
                f"{_start(case.quoted)}, against {cases[0].quoted}, {way} {what} by {value}{within}, run by run."
            )
        elif d.low == d.low:
            low, high = (d.low, d.high) if d.mean >= 0 else (-d.high, -d.low)
            value, between = with_interval(abs(d.mean), low, high, unit)
            way = "lower" if d.mean < 0 else "higher"
            within = f" (95 % interval: {between})" if between else ""
            text = f"The mean of {what} is {value} {way} in {case.quoted} than in {cases[0].quoted}{within}"
            if reads_zero(value):
                value, between = with_interval(d.mean, d.low, d.high, unit)
                within = f" (95 % interval of the difference: {between})" if between else ""
                text = f"The mean of {what} hardly differs between {case.quoted} and {cases[0].quoted}{within}"
            found.append(text + ("." if d.low > 0.0 or d.high < 0.0 else "; that can't be told from chance."))
    return found


def reads_zero(value: str) -> bool:
    """Whether a number is so small that it is told as nothing: 0 weeks are neither more nor less."""
    return not any(digit in value for digit in "123456789")


def _start(label: str) -> str:
    return label[:1].upper() + label[1:]


def with_pairs(d: Difference) -> bool:
    """Whether a difference was taken run by run, and of some runs."""
    return d.paired and d.runs > 0


def _ordered(d: Difference) -> tuple[float, float]:
    """The band of a change in the direction of its median."""
    return (-d.p90, -d.p10) if d.p50 < 0 else (d.p10, d.p90)


def table(cases: Sequence[Case], wanted: Sequence[Quantity], pairs: Sequence[Pairing]) -> ReportTable:
    """Levels of every case, and differences to the first."""
    header = ["", *(c.label for c in cases), *(f"{c.label} − {cases[0].label}" for c in cases[1:])]
    rows = []
    for q in wanted:
        cells = [Cell(q.title)]
        for case in cases:
            x = values(case.run, q.metric, case.arm, q.product, q.place, q.end_use)
            cells.append(_level(x, q.unit))
        unit = "points" if q.unit == "%" else q.unit
        for case, pair in zip(cases[1:], pairs, strict=True):
            d = difference(cases[0], case, q, pair)
            if with_pairs(d):
                value, between = with_interval(d.p50, d.p10, d.p90, unit)
                cells.append(Cell(value, between))
            elif d.low == d.low:
                value, between = with_interval(d.mean, d.low, d.high, unit)
                cells.append(Cell(f"{value} in the mean", f"{between} (95 % interval)"))
            else:
                cells.append(Cell("–"))
        rows.append(tuple(cells))
    kinds = {pair.kind == "unpaired" for pair in pairs}
    note = f"Levels: median and {NAME}. {bands_of(cases)}"
    if False in kinds:
        note += f" Differences on the same draws: taken run by run, median and {NAME}."
    if True in kinds:
        note += " Differences without the same draws: of the means, which need not be those of the medians."
    return ReportTable("compare", "Side by side", note, tuple(header), tuple(rows))


def bands_of(cases: Sequence[Case]) -> str:
    """What the bands of the compared runs hold, told apart where they do not hold the same."""
    runs = _runs(cases)
    if len({holds(run) for run in runs}) == 1:
        return f"{band(runs[0])}."
    return f"{NAME}: {'; '.join(f'{run.report_title}, {holds(run)}' for run in runs)}."


def _level(x: np.ndarray, unit: str) -> Cell:
    import numpy as np

    x = x[np.isfinite(x)]
    if not len(x):
        return Cell("–")
    p10, p50, p90 = quantiles(x, (0.10, 0.5, 0.90)).tolist()
    return Cell(*with_interval(p50, p10, p90, unit))


# --- figure ---------------------------------------------------------------------------------------


def draw(cases: Sequence[Case], wanted: Sequence[Quantity], layout: style.Layout) -> Drawn:
    """Levels of every case side by side: median, 50 % and 80 % band."""
    sketch = Sketch(cases[0].run, layout, len(wanted), 0.4 + 0.42 * len(cases), columns=2)
    for ax, q in zip(sketch.axes, wanted, strict=True):
        _panel(sketch, ax, cases, q)
    return sketch.finish(
        "Side by side",
        f"Dot: median; thick bar: 50 %; thin bar: {NAME}. {bands_of(cases)}",
        "Each row is one of the compared cases. Bars that overlap do not mean that nothing changes: where the draws match, "
        "the differences in the table are taken run by run and are far narrower.",
        events=False,
        bands=False,
    )


def _panel(sketch: Sketch, ax: Axes, cases: Sequence[Case], q: Quantity) -> None:
    import numpy as np
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from .figures.distributions import tick

    names = []
    for row, case in enumerate(reversed(cases)):
        x = values(case.run, q.metric, case.arm, q.product, q.place, q.end_use)
        x = x[np.isfinite(x)]
        names.append(sketch.fold(case.label, 20))
        if not len(x):
            continue
        p10, p25, p50, p75, p90 = quantiles(x).tolist()
        ax.plot([p10, p90], [row, row], color=case.colour, linewidth=1.6)
        ax.plot([p25, p75], [row, row], color=case.colour, linewidth=5.0, solid_capstyle="butt")
        ax.plot([p50], [row], "o", color="white", markeredgecolor=case.colour, markersize=5.5, zorder=5)
        ax.annotate(
            quantity(p50, q.unit),
            xy=(p50, row),
            xytext=(0, 6),
            textcoords="offset points",
            fontsize=7.3,
            color=style.QUIET,
            ha="center",
        )
        s = Spread(len(x), p10, p25, p50, p75, p90, q.unit)
        place = {"metric": q.metric, "product": q.product or "all", "place": q.place}
        sketch.record_spread(s, case=case.label, arm=case.arm, **place)
    ax.set_yticks(range(len(cases)), names)
    for label, case in zip(ax.get_yticklabels(), reversed(cases), strict=True):
        label.set_color(case.colour)
        label.set_fontweight("bold")
    ax.set_ylim(-0.5, len(cases) - 0.3)
    ax.grid(visible=False)
    ax.grid(visible=True, axis="x")
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.12)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_formatter(FuncFormatter(tick(q.unit)))
    ax.set_title(sketch.wrap(q.title, lost=1.35))
