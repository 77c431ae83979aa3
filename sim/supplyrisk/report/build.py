"""The report of a run folder: one self-contained page, the same as Markdown, and the tables for a spreadsheet."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..results.reader import run_folders
from .cells import ReportTable
from .figures import chosen
from .history import history
from .literal import markdown
from .render import FOLDER, Picture, render
from .run import Run, open_run
from .sentences import Answer, answer
from .squeeze import BASE_CSS, Shared
from .tables import Assumption, assumptions, confidence_counts, report_tables
from .timeline import Moment, timeline
from .words import day

TEMPLATES = Path(__file__).parent / "templates"
SHOWN_INPUTS = 15

LIMITS = (
    "The model is a set of rules for stocks, orders, prices and licences, not a forecast: it says what follows if the "
    "assumptions hold. Politics is an input.",
    "The bands hold the uncertainties that are listed here, chance, and (where the world has one) the model's own error as "
    "measured on past squeezes. What nobody put in and no past squeeze showed is not in them: new substitutes, wars, "
    "bankruptcies.",
    "Countries and sectors are averages with a few classes of firms. A single firm can stand still while its sector shows "
    "no shortage, and the other way round.",
    "Output at risk is the value added of goods that need the missing tonnes, times the share of it that truly depends on "
    "them. It is neither a loss of GDP nor a forecast of closures: firms redesign, wait, and catch up.",
    "Prices are indices of one price per product and zone. Quoted prices of thin markets can move further than what is "
    "paid for most tonnes; users answer to the average price paid.",
)


@dataclass(frozen=True)
class Part:
    """Everything the page says about one run folder."""

    run: Run
    answer: Answer
    moments: list[Moment]
    pictures: list[Picture]
    missing: list[str]  # figures that could not be drawn, each with the reason
    tables: list[ReportTable]
    inputs: list[Assumption]
    confidence: dict[str, int]
    key: str  # prefix of ids when several worlds share a page


def build_report(run_dir: Path | str, excel: bool = True) -> Path:
    """Make the report of a run folder, or of a folder that holds one run folder per world.

    Writes `report.html`, `report.md`, `report.xlsx`, `iamc.csv` and `figures/*.svg|png|csv`.

    Parameters
    ----------
    run_dir : path
        A finished or interrupted run folder.
    excel : bool
        Write the workbook too.

    Returns
    -------
    Path
        The page.
    """
    folder = Path(run_dir)
    runs = runs_of(folder)
    shared = Shared()
    parts = [make_part(run, shared, f"{run.world.name}-" if len(runs) > 1 else "") for run in runs]
    from .iamc import write_iamc
    from .workbook import write_workbook

    for part in parts:
        write_iamc(part.run, part.run.path / "iamc.csv")
        if excel:
            write_workbook(part, part.run.path / "report.xlsx")
    context = page_context(folder, parts, shared)
    (folder / "report.md").write_text(fill("report.md.j2", context), encoding="utf-8")
    page = folder / "report.html"
    page.write_text(fill("report.html.j2", context), encoding="utf-8")
    return page


def runs_of(folder: Path) -> list[Run]:
    """The run of a folder, or the runs of the worlds below it."""
    return [open_run(path) for path in run_folders(folder)]


def make_part(run: Run, shared: Shared, key: str = "") -> Part:
    """Draw the figures of a run and put its words together."""
    said = answer(run)
    usable = run.n_ok > 0
    pictures, missing = draw_figures(run, shared) if usable else ([], [])
    return Part(
        run,
        said,
        timeline(run) if usable else [],
        pictures,
        missing,
        report_tables(run) if usable else [],
        assumptions(run),
        confidence_counts(run),
        key,
    )


def draw_figures(run: Run, shared: Shared) -> tuple[list[Picture], list[str]]:
    """Every figure of a run that can be drawn, and a sentence for each that can't: one must not cost the others."""
    pictures, missing = [], []
    for figure in chosen(run):
        try:
            pictures.append(render(run, figure, run.path / FOLDER, shared))
        except Exception as error:  # whatever it is, the page says so and goes on
            why = " ".join(f"{type(error).__name__}: {error}".split())
            missing.append(f"The figure {figure.name} is missing, because drawing it failed ({why}). {figure.explains}")
    return pictures, missing


def page_context(folder: Path, parts: list[Part], shared: Shared) -> dict[str, Any]:
    """What the templates read."""
    first = parts[0].run
    return {
        "title": first.report_title,
        "question": first.question,
        "several": len(parts) > 1,
        "parts": parts,
        "limits": LIMITS,
        "history": history([part.run for part in parts]),
        "facts": [facts(part.run) for part in parts],
        "day": day,
        "axis_note": axis_note,
        "shown_inputs": SHOWN_INPUTS,
        "names": {p.key: _world_title(p.run) for p in parts},
        "figures": FOLDER,
        "folder": folder,
        "shared": shared,
        "figure_css": BASE_CSS + shared.css,
        "css": (TEMPLATES / "report.css").read_text(encoding="utf-8"),
    }


def _world_title(run: Run) -> str:
    return run.world.title or run.world.name


def axis_note(run: Run) -> str:
    """Said once above the figures if their time axes end before the simulated period does."""
    if run.shown_end >= run.end:
        return ""
    return (
        f"The time axes end at {day(run.shown_end)} as the scenario asks; the numbers are those of the whole simulated "
        f"period, to {day(run.last_day)}."
    )


def facts(run: Run) -> list[tuple[str, str]]:
    """How to repeat the run: command, seed, versions, hashes."""
    manifest = run.manifest
    rows: list[tuple[str, str]] = []
    command = manifest.get("command")
    if command:
        rows.append(("command", typed_again(command) if isinstance(command, list) else str(command)))
    rows.append(
        ("runs", f"{run.n_ok:,} finished, {run.n_failed:,} failed, of {int(manifest.get('runs', len(run.runs))):,}")
    )
    rows.append(("seed", str(manifest.get("seed", ""))))
    rows.append(("sampler, engine", f"{manifest.get('sampler', '')}, {manifest.get('engine', '')}"))
    rows.append(("period", f"{day(run.start)} to {day(run.last_day)}"))
    rows.append(("outlook", run.outlook_said))
    versions = manifest.get("versions") or {}
    if versions:
        rows.append(("versions", ", ".join(f"{k} {v}" for k, v in versions.items())))
    for name, value in (manifest.get("hashes") or {}).items():
        rows.append((f"hash of {name}", str(value)[:16]))
    if manifest.get("results_hash"):
        rows.append(("hash of the results", str(manifest["results_hash"])[:16]))
    if manifest.get("created"):
        rows.append(("made", str(manifest["created"])))
    return rows


def typed_again(command: Sequence[str]) -> str:
    """The command line of a run as it is typed in a shell."""
    words = [str(word) for word in command]
    return f"{'python ' if words[0].endswith('.py') else ''}{shlex.join(words)}"


def fill(template: str, context: dict[str, Any]) -> str:
    """Render a template; everything but the SVG and the paths that are made here is shown literally."""
    import jinja2
    from markupsafe import Markup

    loader = jinja2.FileSystemLoader(TEMPLATES)
    is_markdown = template.endswith(".md.j2")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=jinja2.select_autoescape(["html", "html.j2"], default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=(lambda value: value if isinstance(value, Markup) else markdown(value)) if is_markdown else None,
    )
    environment.filters["svg"] = Markup
    environment.filters["tied"] = lambda text: str(text).replace(" %", "\N{NO-BREAK SPACE}%")
    environment.filters["raw"] = Markup
    return environment.get_template(template).render(context)
