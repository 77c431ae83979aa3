"""Reference pages made from the tables the code runs on: events, outputs, metrics, parameters, command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from supplyrisk.errors import INTERRUPTED, MACHINE, NOT_DONE, WRONG

from .episodes import episodes_page
from .language import language_page
from .markdown import code, page, table, unit, unquoted
from .studies import studies_page
from .worlds import world_pages

SHARED = 4  # keys that as many types have with the same meaning are described once


def all_pages() -> dict[str, str]:
    """Every generated page: path below docs/reference, text."""
    pages = {
        "scenario-language.md": language_page(),
        "events.md": events_page(),
        "parameters.md": parameters_page(),
        "outputs.md": outputs_page(),
        "metrics.md": metrics_page(),
        "episodes.md": episodes_page(),
        "studies.md": studies_page(),
        "cli.md": cli_page(),
    }
    return pages | world_pages()


# --- events -------------------------------------------------------------------------------------------------------


def events_page() -> str:
    """Every event and policy type with its keys and an example."""
    from supplyrisk.events.registry import common_rows, part_rows, reference_rows

    rows = reference_rows()
    intro = (
        "Events stand in a list under `events`, policies under `policies` as named lists of the same types. Each says "
        "its `type`; the keys of a type are below, the [keys all of them have](#keys-every-event-has) at the end. "
        "*Over time* means that instead of one value you may write a mapping from when to value, dates or times "
        "after the event's start: `{0 days: 4 %, 10 weeks: 33 %}`. Every number may also be a distribution, see "
        "[the scenario language](scenario-language.md)."
    )
    counts = Counter(field for row in rows for field in row.fields)
    shared = [field for field, count in counts.items() if count >= SHARED]
    index = table(("type", "what happens"), ((f"[`{r.type}`](#{r.type})", first_sentence(r.meaning)) for r in rows))
    parts = [intro, index]
    described = dict.fromkeys(shared, "keys-of-many-types")
    for row in rows:
        own = [field for field in row.fields if field not in described]
        parts += [f"## {row.type}", row.meaning, fields_table(own) if own else "", *elsewhere(row.fields, described)]
        parts.append(example_block(row.type))
        described |= dict.fromkeys(own, row.type)
    parts += ["## Keys of many types", fields_table(shared), "## Keys every event has", fields_table(common_rows())]
    for part in part_rows():
        parts += [f"## Keys of {part.type}", part.meaning, fields_table(part.fields)]
    parts += ["## Where two rules meet", COMBINE, combinations(), LAYERS, layers(), STANDING]
    return page("Event and policy types", *parts)


COMBINE = """
Two events may act on one trade, plant or user at the same time. `check` asks for a name where a file that extends another
seems to say an event again, and refuses two bans or two licence regimes that are on the same lanes, or on overlapping
ones of which neither is a part of the other's. One that is on a part of another's lanes is a rule of its own (a stricter
regime for one buyer on a standing general one): there they combine like this.
"""


LAYERS = """
### A rule on top of a licence regime

Rules of different kinds hold side by side: a ban holds before a freeze, a freeze before the offices, and a general licence takes
its share out of whatever office decides. What waits for a licence, and what comes back:
"""
STANDING = """
What stands at the start of a scenario belongs into its `outlook` (or the world's `today.yaml`, which does so by itself from 2026
on), with `simulate_from` a year or more before: queues, stocks, prices and beliefs are then those of a market that has lived with
it. `extends` changes a file, it does not make its rules older than the horizon.
"""
ON_TOP = (
    (
        "a ban or refusal of all of a trade",
        "nothing but leaks",
        "applications are void when an officer reaches them, licences not yet used at once: the goods go back to the "
        "seller, and so do goods that customs had set aside",
        "buyers order and apply anew; of the office's pace they believe what they had learnt before",
    ),
    (
        "a ban of a part",
        "what is left of the normal flow, if the office grants it",
        "stays in the queue; older files are not cut",
        "orders are whole again",
    ),
    (
        "`licence_freeze`",
        "nothing but leaks; general licences if `general_licences_hold: yes`",
        "keeps its place in the queue, new files come behind it, all lapse at their `expiry`; what was under review or "
        "granted and had not left is applied for anew. Other buyers are served no faster",
        "the oldest files are opened first; what buyers had learnt of the pace holds",
    ),
    (
        "another licence regime",
        "what the stricter of the two grants",
        "files in hand stay with the office where they were filed",
        "files of the upper office are filed anew with the office that stands, within a week; where none stands, they are "
        "closed and the goods leave",
    ),
    (
        "`general_licences`",
        "its share, without a file",
        "goes on waiting",
        "its share needs licences again",
    ),
    (
        "`end_user_screening`",
        "nothing to listed firms",
        "as under a ban",
        "firms off the list order and apply anew",
    ),
    (
        "`suspension` of the upper rule",
        "as if it had ended",
        "as if it had ended",
        "the upper rule comes back with its start counted from its first day",
    ),
)


def combinations() -> str:
    """How two rules of a kind combine."""
    from supplyrisk.operations.declare import WAYS
    from supplyrisk.operations.table import OPS

    rows = ((op.rules, f"{WAYS[op.way]}{f': {op.more}' if op.more else ''}") for op in sorted(OPS, key=where))
    return table(("two of these", "where both are in force"), rows)


def layers() -> str:
    """What holds on top of a licence regime."""
    return table(("on top of a licence regime", "what leaves", "what waits", "when it ends"), ON_TOP)


def where(op: Any) -> tuple[int, str]:
    """Lanes, sites, users, buyers, other events; by name within them."""
    return ("lane", "site", "user", "desk", "project", "event").index(op.target), op.name


def elsewhere(fields: Iterable[Any], described: Mapping[Any, str]) -> Iterable[str]:
    """Where the keys are described that have been described before."""
    there: dict[str, list[str]] = {}
    for field in fields:
        if field in described:
            there.setdefault(described[field], []).append(code(field.key))
    for anchor, keys in there.items():
        name = code(anchor) if "-" not in anchor else anchor.replace("-", " ")
        yield f"Also {', '.join(keys)}: see [{name}](#{anchor})."


def first_sentence(text: str) -> str:
    return " ".join(text.split()).split(". ")[0].rstrip(".") + "."


def fields_table(rows: Iterable[Any]) -> str:
    """Keys of one type."""
    return table(
        ("key", "what is written", "required", "default", "over time", "meaning"),
        (
            (
                code(row.key),
                f"{row.kind}{f', like `{row.example}`' if row.example and row.kind != 'a profile' else ''}",
                "yes" if row.required else "",
                row.default,
                "yes" if row.over_time else "",
                row.meaning if not row.default else unquoted(row.meaning),
            )
            for row in rows
        ),
    )


def example_block(type_name: str) -> str:
    """The example of a type as a part of a scenario, behind that of the event it is about."""
    from textwrap import indent

    from supplyrisk.events.registry import EVENT_TYPE_BY_NAME

    after = EVENT_TYPE_BY_NAME[type_name].example.after
    listed = [name for name in (after, type_name) if name]
    items = (f"  - type: {name}\n{indent(EVENT_TYPE_BY_NAME[name].example.text(), '    ')}\n" for name in listed)
    return f"```yaml\nevents:\n{''.join(items)}```"


# --- parameters, outputs, metrics ---------------------------------------------------------------------------------


def parameters_page() -> str:
    """Every number a world holds."""
    from supplyrisk.spec.parameters import PARAMETERS

    intro = (
        "A row of a world's tables gives one of these numbers; a dimension left blank means *all*, and of two rows "
        "that fit a cell the one that names more dimensions holds. A scenario overrides the same numbers under "
        "`baseline:`, the dimensions nested in the order given here: `cover_weeks: {ht_magnet: {DE: 10 weeks}}`; for one run "
        '`--set "baseline.cover_weeks.ht_magnet.DE=10 weeks"`. '
        "*Must be given* means that there is no default: every cell that exists needs a row."
    )
    rows = (
        (
            code(p.name),
            ", ".join(d.replace("_", " ") for d in p.dims),
            unit(p.unit),
            "must be given" if p.default is None else f"{p.default:g}",
            f"{p.low:g} to {p.high:g}" if p.high != float("inf") else f"at least {p.low:g}",
            f"{p.meaning}{f' (makes a {p.creates})' if p.creates else ''}",
            p.label,
        )
        for p in PARAMETERS
    )
    header = ("parameter", "dimensions", "unit", "default", "bounds", "meaning", "in reports")
    return page("Parameters of a world", intro, table(header, rows))


def outputs_page() -> str:
    """Files, tables and columns of a run folder."""
    from supplyrisk.results import fans, tables

    series = table(
        ("variable", "unit", "for", "meaning"),
        ((code(v.name), v.unit, v.by, v.meaning) for v in fans.VARIABLES),
    )
    return page(
        "Files and tables of a run",
        "A run writes one folder (`--out`, by default `outputs/<scenario>/<UTC stamp>`). How to open the tables in "
        "pandas, DuckDB and Excel: [read the outputs](../how-to/read-the-outputs.md). What each metric means: "
        "[metrics](metrics.md).",
        tables.markdown().replace("### ", "## "),
        "## Series",
        "What the column `variable` of `series.parquet` holds:",
        series,
    )


def metrics_page() -> str:
    """Every metric with unit, formula, meaning."""
    from supplyrisk.measures.metrics import METRICS

    return page(
        "Metrics",
        "What the column `metric` of `outcomes.parquet` and `summary.csv` holds. Weeks are numbered from 1, the "
        "first seven days of the horizon. A metric that does not exist in a run (the first short week of a shortage "
        "that never came) is empty there, and `n` in the summary counts the runs that have it.",
        table(
            ("metric", "unit", "for", "formula", "meaning"),
            ((code(m.name), unit(m.unit), m.by, m.formula, m.meaning) for m in METRICS),
        ),
    )


# --- command line -------------------------------------------------------------------------------------------------


EXIT_CODES = (
    ("0", "all that was asked for is there", ""),
    (str(NOT_DONE), "something that was asked for is not there: runs are missing or failed, or the report did",
     "the last lines say which command goes on: `resume`, `report`"),
    (str(WRONG), "a scenario, world, folder or option is wrong, and nothing was changed", "the messages say where and what to write"),
    (str(MACHINE), "the machine can't do it now: disk full, no permission, the folder in use by another process",
     "make room, or wait; then `resume`, or the same command again"),
    (str(INTERRUPTED), "interrupted by Ctrl-C or by a request to end (SIGTERM)", "`resume` goes on from there"),
)  # fmt: skip


def cli_page() -> str:
    """Every command with its arguments and options."""
    import click
    from supplyrisk.cli import COMMANDS
    from supplyrisk.cli import main as group

    context = click.Context(group, info_name="supplyrisk", **group.context_settings)
    intro = (
        "`python run_scenario.py …` in a checkout takes the same commands as `supplyrisk …` of an installed one, and "
        "a path alone means `run`; two more, `docs` and `gallery`, are for those who change the program."
    )
    codes = table(("exit code", "means", "what to do"), EXIT_CODES)
    parts = [intro, "## Exit codes", codes, "## Commands"]
    shipped = {name: text for name, (module, text) in COMMANDS.items() if "." not in module}
    parts += [table(("command", "does"), ((f"[`{name}`](#{name})", text) for name, text in shipped.items()))]
    for name in shipped:
        command = group.get_command(context, name)
        assert command is not None
        parts += [f"## {name}", *_command(command, click.Context(command, context, info_name=name))]
    return page("Command line", *parts)


def _command(command: Any, context: Any) -> Iterable[str]:
    import inspect

    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\nsupplyrisk {context.info_name} {usage}\n```"
    yield inspect.cleandoc(command.help or "").replace("\b\n", "").split("\f")[0]
    rows = [record for p in command.params if (record := p.get_help_record(context)) and record[1]]
    if rows:
        yield table(("option", "meaning"), ((code(name), text) for name, text in rows))
