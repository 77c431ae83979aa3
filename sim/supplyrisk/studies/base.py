"""What every type of study shares, and what a new type has to give.

A type is one module in `studies/types/` with one class that derives from `Study` (it is found there by itself), and one
test. The class gives:

`study`
    Its name in files: `study: Literal["sweep"]`, with a docstring that says what it asks.
fields
    Its keys, typed with the field kinds of `supplyrisk.language`; docstrings become schema and reference.
`bases(path, root)`
    The scenarios it varies. Those that vary one scenario file derive from `OfScenario`, which does this.
`faults(study)`
    What is wrong beyond single fields: (path in the file, message).
`cells(study)`
    All cells, if they are known beforehand; or
`explore(lab)`
    what to compute, round by round, if later cells depend on earlier outcomes: `lab.compute(cells)` computes them and
    `lab.found` reads them.
`trial(study)`
    Cells whose resolution is tried before anything runs, so that every problem of the file is told at once.
`sentences(study)`
    What it does, in plain sentences, for `explain`.
`expected(study)`
    About how many cells there will be, for the progress bar.
`answer(found)`
    Headline, sentences, tables and charts (`supplyrisk.studies.answer`) from the outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from ..errors import Problem, Problems, did_you_mean
from ..language.fields import EndUses, Products, Quantity, Strict, Text, TextField, Title
from ..language.names import Names
from ..language.text import Node
from ..language.textfield import JsonSchema, refuse_shape
from ..language.uncertain import SubProblems, field_error
from ..measures.aggregate import ALL, WORLD
from ..measures.metrics import METRIC_BY_NAME
from ..spec.variants import Base, file_base, inline_base
from ..units import PLAIN
from .cells import Cell, Selection

if TYPE_CHECKING:
    from .answer import Answer
    from .found import Found
    from .lab import Lab

Fault = tuple[tuple[str | int, ...], str]
MOST_RUNS = 1_000_000


@dataclass(frozen=True)
class Metrics(TextField):
    """Names of metrics, one or a list."""

    def parse(self, value: Any, names: Names | None = None) -> tuple[str, ...]:
        return _listed(value, "the name of an outcome", tuple(METRIC_BY_NAME), "outcome")

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"enum": list(METRIC_BY_NAME)}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class Places(TextField):
    """Countries, groups, zones or `world`, one or a list."""

    def parse(self, value: Any, names: Names | None = None) -> tuple[str, ...]:
        known = (*names.known_places(), WORLD) if names is not None else ()
        return _listed(value, "a country, a group, a zone or world", known, "place")

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"type": "string"}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class TextListOfArms(TextField):
    """Names of arms, one or a list; which there are depends on the scenario."""

    def parse(self, value: Any, names: Names | None = None) -> tuple[str, ...]:
        return _listed(value, "baseline, scenario or the name of a policy", (), "arm")

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"type": "string"}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _listed(value: Any, what: str, known: Sequence[str], kind: str) -> tuple[str, ...]:
    """One name or a list of names out of those known (any, if none are)."""
    items = value if isinstance(value, (list, tuple)) else (value,)
    problems: SubProblems = [] if items else [((), f"names nothing; write {what}")]
    for index, item in enumerate(items):
        at = (index,) if isinstance(value, (list, tuple)) else ()
        try:
            refuse_shape(item, what)
        except ValueError as error:
            problems.append((at, str(error)))
            continue
        if known and item not in known:
            problems.append((at, f"unknown {kind} (got {item}){did_you_mean(str(item), known, 20)}"))
    if problems:
        raise field_error(problems)
    return tuple(dict.fromkeys(str(item) for item in items))


Runs = Annotated[int, Quantity("a number of runs", PLAIN, "100", "", 1, MOST_RUNS, certain=True, whole=True)]
Seed = Annotated[int, Quantity("a seed", PLAIN, "1", "", 0, 2**53, certain=True, whole=True)]


class Study(Strict):
    """A question that takes many scenarios to answer."""

    # Outcomes that are kept if the file names none.
    usual_outcomes: ClassVar[tuple[str, ...]] = (
        "price_spot_peak_index",
        "price_paid_peak_index",
        "shortage_unserved_weeks",
        "shortage_priced_out_weeks",
        "weeks_short",
        "shortage_unserved_percent",
        "output_at_risk_usd",
        "output_at_risk_unserved_usd",
        "extra_spend_usd",
    )
    usual_runs: ClassVar[int] = 100

    study: str
    """Type of the study."""

    title: Title
    """What the study is, one line."""

    question: Text = ""
    """What the analyst wants to know; the page answers it."""

    outcomes: Annotated[tuple[str, ...], Metrics()] = ()
    """Outcomes that are kept of every run, by name (see the reference of metrics). Default: price peaks, weeks of use
    missing, value added at risk, extra spending."""

    places: Annotated[tuple[str, ...], Places()] = ()
    """Countries, groups and zones, or `world`, whose outcomes are kept. Default: the world, its groups and zones."""

    products: Products = ()
    """Products whose outcomes are kept. Default: all."""

    end_uses: EndUses = ()
    """End uses that are kept besides their sum. Default: the sum only."""

    runs: Runs | None = None
    """Runs of each cell; run 17 has the same draws in every cell. Default: that of the type."""

    seed: Seed | None = None
    """Seed of all draws. Default: the scenario's, or 1."""

    # --- what a type gives ------------------------------------------------------------------------
    @classmethod
    def bases(cls, path: Path, root: Node) -> tuple[dict[str, Base], list[Problem]]:
        """The scenarios that are varied, by name, and what is wrong with where they are named."""
        raise NotImplementedError

    def faults(self, study: Any) -> Iterator[Fault]:
        """What is wrong beyond single fields: (path in the file, message)."""
        yield from ()

    def cells(self, study: Any) -> Sequence[Cell]:
        """All cells, where they are known before the first run."""
        raise NotImplementedError

    def explore(self, lab: Lab) -> None:
        """Compute what the answer needs; by default all cells at once."""
        lab.compute(self.cells(lab.study))

    def trial(self, study: Any) -> Iterable[Cell]:
        """Cells that are resolved before anything runs."""
        return self.cells(study)

    def sentences(self, study: Any) -> Iterator[str]:
        """What the study does, in plain sentences."""
        raise NotImplementedError

    def expected(self, study: Any) -> int:
        """About how many cells there will be."""
        return len(self.cells(study))

    def answer(self, found: Found) -> Answer:
        """What came of it."""
        raise NotImplementedError

    # --- what all have ----------------------------------------------------------------------------
    @property
    def n_runs(self) -> int:
        return self.runs if self.runs is not None else self.usual_runs

    def kept_outcomes(self) -> tuple[str, ...]:
        """Metrics that are kept of every run."""
        return self.outcomes or self.usual_outcomes

    def kept_places(self, names: Names) -> tuple[str, ...]:
        """Places that are kept if the file names none."""
        return (WORLD, *names.groups, *names.zones)

    def selection(self, names: Names) -> Selection:
        """Outcomes that are kept of every run."""
        places = self.places or self.kept_places(names)
        if ALL in places:
            places = ()
        products = names.expand_products(self.products) if self.products else ()
        return Selection(self.kept_outcomes(), products, tuple(dict.fromkeys(places)), self.end_uses)


class OfScenario(Study):
    """A study of one scenario: base of the types that vary a scenario file."""

    scenario: Any
    """The scenario that is varied: a file (path from this file), or a whole scenario written here."""

    arms: Annotated[tuple[str, ...], TextListOfArms()] = ()
    """Arms that are computed: `scenario`, `baseline`, names of policies. Default: all of the scenario."""

    @classmethod
    def bases(cls, path: Path, root: Node) -> tuple[dict[str, Base], list[Problem]]:
        node = root.get("scenario")
        if node is None:
            return {}, []  # the typed model says that it is missing
        try:
            if isinstance(node.value, str):
                return {"scenario": file_base(path.parent / node.value)}, []
            if isinstance(node.value, dict):
                return {"scenario": inline_base(path, node)}, []
        except Problems as error:
            return {}, [_at(problem, node) for problem in error.problems]
        what = "must be the path of a scenario file, or a scenario"
        return {}, [Problem(node.position, "scenario", what)]


def _at(problem: Problem, node: Node) -> Problem:
    """A problem of a file that can't be read, told where the study names it."""
    if problem.position.line:
        return problem
    return Problem(node.position, "scenario", f"{problem.position.file} {problem.message}".strip())
