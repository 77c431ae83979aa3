"""The page on studies: the keys of every type, and the columns of their table."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel
from supplyrisk.events.registry import FieldRow, field_rows
from supplyrisk.studies.axis import Axis, Range
from supplyrisk.studies.base import OfScenario, Study
from supplyrisk.studies.criterion import Criterion
from supplyrisk.studies.registry import study_types
from supplyrisk.studies.tables import FIXED

from .markdown import code, page, table

INTRO = """
A study is a YAML file that asks what takes many scenarios to answer. `supplyrisk study FILE` computes its cells, variants
of a scenario, all on the same draws; `check`, `explain` and `resume` work on it as on a scenario. The first line of the
shipped files (`# yaml-language-server: $schema=…`) lets editors complete keys and show these meanings. Pages that use them:
[studies](../studies.md).
"""


def studies_page() -> str:
    """The page."""
    parts = [INTRO, "## Keys of every study\n\n" + _rows(Study, set())]
    shared = set(Study.model_fields)
    of_scenario = set(OfScenario.model_fields)
    parts.append("Those that vary one scenario also have:\n\n" + _rows(OfScenario, shared))
    for name, kind in study_types().items():
        own = of_scenario if issubclass(kind, OfScenario) else shared
        said = " ".join((kind.__doc__ or "").split())
        parts.append(f"## {name}\n\n{said}\n\n" + _rows(kind, own))
    parts.append(
        "## over\n\nItems of `over`, and of every other key that says what is varied.\n\n" + _rows(Axis, set())
    )
    parts.append("Keys of `range`:\n\n" + _rows(Range, set()))
    parts.append("## criterion\n\n" + _rows(Criterion, set()))
    parts.append(_columns())
    return page("Studies", *parts)


def _rows(kind: type[BaseModel], known: set[str]) -> str:
    rows = [row for row in field_rows(kind) if row.key not in known and row.key != "study"]
    return _table(rows)


def _table(rows: Iterable[FieldRow]) -> str:
    cells = [(code(row.key), row.kind, " ".join(row.meaning.split())) for row in rows]
    return table(("key", "value", "meaning"), cells)


def _columns() -> str:
    rows = [
        ("`cell`", "number of the cell, from 0"),
        (
            "keys",
            "what tells the cell from others: the name of each thing varied, as text and (with its unit) as number",
        ),
        ("`world`", "world in which the cell was run"),
        *((code(name), meaning) for name, meaning in FIXED),
    ]
    files = (
        "`cells.parquet` and `cells.csv` hold one row per cell, arm, outcome and statistic; `study.xlsx` the answer's tables "
        "with charts and the medians of all cells; `figures/` the still figures with the numbers they draw; `study.html` the "
        "page; `manifest.json` the answer in words, the versions and `results_hash`, which is equal for equal results however "
        "they were computed."
    )
    return f"## Files\n\n{files}\n\n" + table(("column", "meaning"), rows)
