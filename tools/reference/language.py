"""The page on the scenario language: keys by section, and how values are written."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel
from supplyrisk import units
from supplyrisk.events.registry import FieldRow, field_rows
from supplyrisk.language.fields import DISTRIBUTION_SCHEMA, TextField
from supplyrisk.spec import scenario as spec

from .markdown import code, page, table, unquoted

INTRO = """
A scenario is a YAML file. `supplyrisk check FILE` lists everything that is wrong with it, with line and column;
`supplyrisk explain FILE` says in sentences what it does. The first line of the shipped files
(`# yaml-language-server: $schema=…`) lets editors complete keys and show these meanings.
"""

EXAMPLE = """
```yaml
title: China stops exports of refined rare earths for a year
question: Who runs short of magnets, when, and what do the others pay?
world: ndfeb
horizon: {start: 2026-01-01, years: 4}

baseline:
  shares: {ndpr_oxide: {CN: 90 %}}     # the other countries share the rest
  cover_weeks: {ht_magnet: {DE: 10 weeks}}

uncertain:
  elasticity_short: {pert: [0.05, 0.12, 0.3]}

events:
  - name: ban
    type: export_ban
    origins: CN
    products: refining                 # a stage: all its products
    start: 2026-07-01
    duration: {uniform: [6 months, 18 months]}

policies:
  stockpile_60_days:
    title: Japan and the EU hold 60 days of oxide
    events:
      - {type: strategic_stockpile, countries: [JP, EU], products: dytb_oxide, target: 60 days}

monte_carlo: {runs: 200, seed: 1}
```
"""

SECTIONS: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("Keys of a scenario", "", spec.ScenarioSpec),
    ("horizon", "", spec.Horizon),
    ("outlook", "", spec.OutlookSpec),
    ("outages", "Items of the list `outlook: outages`.", spec.RandomOutage),
    ("policies", "A mapping from names to policies; each policy has these keys.", spec.PolicySpec),
    ("monte_carlo", "", spec.MonteCarlo),
    ("report", "", spec.ReportSpec),
    ("focus", "Keys of `report: focus`.", spec.Focus),
)

BASELINE = """
## baseline

Nests a [parameter](parameters.md) and its dimensions in their order; a dimension left out means all. A value is a number
with its unit, a distribution, or a mapping with the `value` and `source`, `confidence`, `note` that `explain --origins`
shows. `{scale: 1.2}` multiplies. `shares` sets countries' or groups' shares of the output of a
product; the other countries keep their proportions and share the rest. Any shares, uses and trade can be run: outputs that do not sum
to what is used are scaled, and trade is taken as near to what is stated as outputs and uses allow, on new lanes where it
has to ([how](../model.md#trade-that-fits-outputs-and-uses)); `check` and `explain` tell what is there instead. A cell
that is not given keeps the world's number.

```yaml
baseline:
  shares:
    ndpr_oxide: {CN: 85 %}
  cover_weeks:
    ht_magnet:
      DE: {value: 8 weeks, source: survey of suppliers, confidence: low}
  use_t_per_year: {scale: 1.1}
  elasticity_short: {uniform: [0.05, 0.2]}
```

### Which change holds

The order of lines carries no meaning, nor does the layer (`extends`, `--set`) or section a change stands in. Where several
changes give a number for a cell:

- the one that names more dimensions holds: `{ht_magnet: {JP: 26 weeks}, all: 8 weeks}` is 26 weeks in Japan, 8 elsewhere;
- of two that name equally many, the one that names the earlier dimension, as in a world's tables: of `{ht_magnet: 5 weeks}` and
  `{all: {JP: 9 weeks}}` the first holds for magnets in Japan;
- of two that name the same dimensions, the narrower one: a country before its group, a product before its stage. Two
  groups that overlap otherwise, with different numbers, are refused;
- a value replaces the world's numbers for everything it covers;
- a `scale` multiplies the number that would hold without it, and leaves alone what a value that names more gives: with
  `{all: {scale: 1.2}, ht_magnet: {US: {defence: 300 t/yr}}}` everything grows but the 300 t. With
  `{all: 8 weeks, ht_magnet: {scale: 1.5}}` magnets have 12 weeks. Of several scales the one that names more holds; they do
  not add up;
- for the same cells `uncertain` holds before `baseline`, and a scale in one of them multiplies a value or a scale in the
  other. A drawn scale keeps the draws of what it multiplies;
- a file that extends another replaces the other's number for the same cell and leaves its other cells alone.

A group gives its number to each of its members. Only in `shares` it is the total: `ht_magnet: {EU: 10 %, DE: 2 %}` is 10 %
for the EU, of which 2 % Germany, and the other members share 8 % in their proportions. Shares that can't hold
together (a member above its group, members that leave nothing to nobody, overlapping groups) are refused.

### Own numbers from tables

`tables` lays rows of own files over the world: CSV or Excel workbooks (.xlsx), paths from the file they are written in. A
table has the columns of a world's tables ([write a world](../how-to/write-a-world.md)); `world NAME --export FILE.xlsx` writes
all of them to be edited ([use your own numbers](../how-to/use-your-own-numbers.md)).

```csv {file=scenarios/our_trade.csv}
parameter,product,input,country,partner,end_use,value,unit,low,high,shape,group,year,source,confidence,note
trade_share,ht_magnet,,US,JP,,25,%,20,30,pert,,2025,our customs office,medium,
output_t_per_year,ht_magnet,,DE,,,900,t/yr,,,,,2025,makers' reports,high,
```

```yaml
baseline:
  tables: [our_trade.csv]
  cover_weeks: {ht_magnet: {DE: 8 weeks}}
```

- A row takes the place of the world's row for the same cell, or is new. A row with the world's number changes
  nothing; if it names another source or confidence, those are carried. Rows that are not there keep the world's numbers.
- The tables come first: whatever `baseline` and `uncertain` say in the scenario files (extended ones too) holds over them, and
  a `scale` multiplies them, as if they were the world's. Among rows, those of the world included, the one that names more
  dimensions holds. `check` names every row that does not hold, and why.
- A row with `low`, `high` and `shape` is drawn under the path of its cell, as the world's rows are. All other draws stay the
  same, so a run with own numbers is compared with one without run by run.
- Trade shares stay as stated; the buyer's other suppliers make room in their proportions, and `check` says so.
- Two tables may give one cell different numbers only if one of them is the world's. A row counts in every world of the
  scenario that knows its names.
- Every sheet of a workbook is a table, but `read me`, `names` and `parameters` and those whose name begins with `#`. A formula
  counts as the value it had when the file was saved. Faults are told with their line (`our_trade.csv:12:8`) or cell
  (`our_world.xlsx trade!H12`), all at once.
- The run folder's `sources.csv` holds every row as it was run, with `table` in `stated_in` and its file and cell in the note.

## uncertain

Paths with dots, each with a distribution, and rank correlations between them. A number may just as well be given its
distribution where it stands.

```yaml
uncertain:
  cover_weeks.ht_magnet.DE: {uniform: [8 weeks, 16 weeks]}
  elasticity_short: {pert: [0.05, 0.12, 0.3]}
  rank_correlations:
    - [cover_weeks.ht_magnet.DE, elasticity_short, -0.3]
```
"""

OUTLOOK = """
### Today or calm

What stands under `outlook` happens in every arm, so that no difference between arms is due to it. It is laid on one of two
things, and the report, `explain` and the terminal say which:

- `outlook: today`: the rules in force, the projects under way and the truces that the world's `today.yaml` lists, each with
  its source. This is the default for horizons that start in 2026 or later where the world has such a file.
- `outlook: calm`: the world's numbers as they stand, with nothing in force. The default elsewhere.

With `today` the simulation begins before the horizon, at `simulate_from`, so that stocks, prices and queues at its start are
those that the rules have led to. This **lead-in** is the same in every arm. Weeks, outcomes, money and shortages count from
the horizon's start, growth too; days before it are negative.

Your own lines are laid on that. An event with the name of a standing one changes what it says and leaves the rest; others
are added. In the scenario and in policies the stricter of two rules holds
([where two rules meet](events.md#where-two-rules-meet)); to lift a standing rule, suspend it by its name.

```yaml
title: China lifts its licences on gallium
world: gallium
horizon: {start: 2026-07-01, years: 3}
outlook:
  base: today
  events:
    - {name: truce on the US gallium ban, end: 2027-11-27}   # in every arm: the truce is longer
    - {name: gallium wafer licences, probability: 0 %}       # in every arm: without them
events:
  - {type: suspension, events: [gallium licences], start: 2027-01-01}   # only in the scenario: lifted
```

`simulate_from` and events before the horizon may be used without a `today.yaml` too:
`outlook: {simulate_from: 2025-01-01, events: [...]}`.
"""

VALUES = """
## How values are written

Words without quotes. `NO` is Norway and not a truth value; dates are ISO dates, `2025-04-04`. A comma in a number
is refused, `20 kt` is not. Countries are the codes of the world, its groups, its price zones, or `all`; products are ids,
stages or `all`; end uses are ids or `all`. One name or a list.

**Shares and percentages.** `80 %` and `0.8` are the same. Where more than 100 % is possible (duties, taxes, changes of
demand, growth, quotas and licence capacity as a share of normal), a plain number of 1 or more can be read in two ways
and is refused, in distributions too: write `10 %` or `1000 %`, `100 %` and not `1`. In a share between 0 and 1 a plain
`1` is all of it. Multiples take plain numbers up to 10: an index of `3` is three times the baseline. Above that they
need their sign, since 110 could be 110 % or a price: write `110 %` or `110 times`, `110 USD/kg` or `11 times`.
"""

UNITS: tuple[tuple[str, str, Mapping[str, float]], ...] = (
    ("share", "80 %", units.SHARE),
    ("duration", "45 working days", units.TIME),
    ("mass", "20 kt", units.MASS),
    ("rate", "20 kt/yr", units.RATE),
    ("price", "60 USD/kg", units.PRICE),
    ("value added", "200000 USD/t", units.VALUE),
    ("growth", "3 %/yr", units.SHARE_PER_YEAR),
    ("factor", "1.5", units.FACTOR),
)

EXTENDS = """
## extends

`extends: baseline.yaml` lays this file on another one: keys that both have are merged, what this file says wins, lists
of events are merged by `name`, other lists and single values are replaced. With several files the later one wins.
In `baseline` each cell counts by itself ([which change holds](#which-change-holds)).

An event without a name goes by its type (`tariff`; the second one `tariff 2`), here and in paths like
`--set "events.tariff.rate=30 %"`. To change an event of the other file, write its name: `{name: tariff, rate: 30 %}`.
An event without a name is a further one; where it is of a type and on goods that an event of the other file is on
already, `check` asks for a name, since both would hold. How two rules combine:
[where two rules meet](events.md#where-two-rules-meet).
"""


def language_page() -> str:
    """The whole page."""
    parts = [INTRO, EXAMPLE]
    for title, text, model in SECTIONS:
        parts += [f"## {title}", text, keys(model)]
        if title == "horizon":
            parts.append(BASELINE)
        if title == "outlook":
            parts.append(OUTLOOK)
    parts += ["## events", "The types and their keys: [event and policy types](events.md).", VALUES, units_table()]
    parts += ["## Distributions", "One value is drawn per run, the same in every arm.", distributions(), EXTENDS]
    return page("The scenario language", *parts)


def keys(model: type[BaseModel]) -> str:
    """Keys of one section."""
    hints = typing.get_type_hints(model, include_extras=True)
    return table(
        ("key", "what is written", "required", "default", "meaning"),
        (
            (code(r.key), kind(r, hints[r.key]), "yes" if r.required else "", r.default, meaning(r))
            for r in field_rows(model)
        ),
    )


def meaning(row: FieldRow) -> str:
    return unquoted(row.meaning) if row.default else row.meaning


def kind(row: FieldRow, hint: typing.Any) -> str:
    """What is written there, in words."""
    field = next((part for part in parts_of(hint) if isinstance(part, TextField)), None)
    special = {
        "TextList": f"{getattr(field, 'what', '')}, or a list",
        "Years": "a number of years, like `10`",
        "ByEndUse": "a growth rate, or one per end use",
        "Season": "twelve factors per end use",
        "BaselineField": "see [baseline](#baseline)",
        "UncertainField": "see [uncertain](#uncertain)",
    }
    words = special.get(type(field).__name__, row.kind)
    if row.key == "events":
        words = "a list of [events](events.md)"
    elif row.key == "outlook":
        words = "today, calm or a mapping, see [outlook](#outlook)"
    elif row.key == "policies":
        words = "a mapping of [policies](#policies)"
    elif row.kind in ("a mapping", "a list of mappings"):
        words = f"{row.kind}, see [{row.key}](#{row.key})"
    return f"{words}, like `{row.example}`" if row.example and field is not None and "`" not in words else words


def parts_of(hint: typing.Any) -> Iterator[typing.Any]:
    yield hint
    for inner in typing.get_args(hint):
        yield from parts_of(inner)


def units_table() -> str:
    """Which units each kind of number takes."""
    return table(
        ("kind", "like", "units"),
        ((name, code(example), ", ".join(code(u) for u in listed(accepted))) for name, example, accepted in UNITS),
    )


def listed(accepted: Iterable[str]) -> Iterator[str]:
    """Units, without the plain number, without plurals; of the many rates those in t and kt."""
    seen = set(accepted)
    for unit in accepted:
        plural = unit.endswith("s") and unit[:-1] in seen
        mass = unit.partition("/")[0]
        if unit and not plural and (mass == unit or mass not in units.MASS or mass in ("t", "kt")):
            yield unit


def distributions() -> str:
    """Every distribution with its numbers."""
    examples = {
        "uniform": "{uniform: [70 %, 90 %]}",
        "triangular": "{triangular: [4 weeks, 6 weeks, 12 weeks]}",
        "pert": "{pert: [0.05, 0.12, 0.3]}",
        "normal": "{normal: {p5: 40 %, p95: 60 %}}",
        "lognormal": "{lognormal: {p5: 20 days, p95: 90 days}}",
        "discrete": "{discrete: {6 months: 50 %, 12 months: 30 %, 24 months: 20 %}}",
    }
    rows = DISTRIBUTION_SCHEMA["properties"].items()
    return table(("kind", "numbers", "like"), ((code(k), v["description"], code(examples[k])) for k, v in rows))
