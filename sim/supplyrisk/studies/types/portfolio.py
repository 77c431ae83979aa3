"""Which measures for the money: combinations of measures in several futures, by loss and cost."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from ...language.fields import Name, OneOf, Quantity, Strict, TextField
from ...language.layers import PathError, set_value, split_path
from ...language.names import Names
from ...language.problems import find, place
from ...language.text import Node
from ...language.textfield import JsonSchema
from ...language.uncertain import field_error
from ...measures.aggregate import ALL, WORLD
from ...measures.metrics import METRIC_BY_NAME
from ...spec.variants import Change
from ...sums import add_up
from ...units import PLAIN
from ..answer import Answer
from ..axis import NOT_VARIED, Paths, Values
from ..base import Fault, OfScenario
from ..cells import Cell, written
from ..criterion import Criterion, Level, reported

if TYPE_CHECKING:
    from ..found import Found
    from ..load import LoadedStudy

MOST_CELLS = 20_000
NOTHING = "none"
ARM = "combination"
COST = "public_cost_usd"
USD = {"": 1.0, "USD": 1.0, "million": 1e6, "million USD": 1e6, "billion": 1e9, "billion USD": 1e9}
MOST_USD = 1e15
Usd = Annotated[float, Quantity("a sum of money", USD, "200 million USD", "USD", -MOST_USD, MOST_USD, certain=True)]
Weight = Annotated[float, Quantity("a weight", PLAIN, "2", "", 0, 1e6, certain=True)]


class Changed(TextField):
    """Paths of the scenario file and the values they get."""

    def parse(self, value: Any, names: Names | None = None) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            raise field_error("must be paths of the scenario with their values, like {events.ban.duration: 6 months}")
        for path in value:
            try:
                first = split_path(str(path))[0]
            except PathError as error:
                raise field_error([((path,), str(error))]) from None
            if first in NOT_VARIED or first == "policies":
                raise field_error([((path,), f"is not set by a future (got {path})")])
        return dict(value)

    def json_schema(self) -> JsonSchema:
        return {"type": "object", "minProperties": 1, "examples": [{"events.ban.duration": "6 months"}]}


class Measure(Strict):
    """One measure, taken or not, or in one of several sizes."""

    policy: Annotated[str, Level()]
    """The policy of the scenario that it is."""

    name: Name = ""
    """What tables and figures call it. Default: the policy's name."""

    path: Annotated[tuple[str, ...], Paths()] = ()
    """What its sizes are: a path below the policy, like `events.strategic_stockpile.target`, or a list of paths that all get
    the size. Default: it is taken as it stands, or not."""

    values: Annotated[tuple[Any, ...], Values()] = ()
    """Its sizes, as they would stand there."""

    budget: Usd = 0.0
    """Public money that it costs besides what the model works out (stocks, subsidies, guaranteed prices, offtake), in all and
    in present value. Of a programme this is its cost. Default: nothing."""

    source: Annotated[str, Level()] = ""
    """Where the budget comes from."""

    @model_validator(mode="after")
    def _sized(self) -> Measure:
        if bool(self.path) != bool(self.values):
            raise field_error([(("values" if self.path else "path",), "path and values belong together")])
        return self

    @property
    def label(self) -> str:
        return self.name or self.policy.replace("_", " ")


class Future(Strict):
    """One future: what is different in it."""

    name: Name
    """What tables and figures call it."""

    set: Annotated[dict[str, Any], Changed()] = Field(default_factory=dict)
    """Paths of the scenario and the values they have in it. Default: the scenario as it stands."""

    weight: Weight = 1.0
    """How much it counts in means over futures. Default: 1, all alike."""


class Loss(Strict):
    """What measures are to lessen."""

    outcome: Annotated[str, OneOf(tuple(METRIC_BY_NAME))] = "output_at_risk_usd"
    """The outcome. Default: output_at_risk_usd."""

    product: Annotated[str, Level()] = ALL
    """Product it is taken of. Default: all together."""

    place: Annotated[str, Level()] = WORLD
    """Country, group, zone or world. Default: world."""


class Portfolio(OfScenario):
    """Which measures for the money: combinations of measures in several futures, their loss, cost and regret."""

    usual_runs: ClassVar[int] = 100
    usual_outcomes: ClassVar[tuple[str, ...]] = ()

    study: Literal["portfolio"]
    """portfolio: combinations of measures in several futures, their loss, cost and regret."""

    measures: tuple[Measure, ...]
    """Measures that are combined; each is taken in one of its sizes, or not."""

    futures: tuple[Future, ...] = ()
    """Futures in which every combination is computed. Default: the scenario as it stands."""

    loss: Loss = Loss()
    """What they are to lessen. Default: output at risk in the world."""

    payer: Annotated[str, Level()] = WORLD
    """Whose public money counts: a country, a group or world. Default: world."""

    budget: Usd | None = None
    """Most public money, mean over futures. With it the choice is the least loss within it; without it, loss and money are
    added, a dollar for a dollar, which the answer says."""

    enough: Criterion | None = None
    """What makes a combination good enough in a run: a criterion. Default: nothing is asked."""

    # --- faults -----------------------------------------------------------------------------------
    def faults(self, study: LoadedStudy) -> Iterator[Fault]:
        from ...errors import did_you_mean
        from ..readings import runs_one_world

        yield from runs_one_world(study)
        policies = self._policies(study)
        if not self.measures:
            yield ("measures",), "names no measure"
        labels = [measure.label for measure in self.measures]
        for number, measure in enumerate(self.measures):
            if measure.policy not in policies:
                hint = did_you_mean(measure.policy, list(policies))
                yield ("measures", number, "policy"), f"no such policy in the scenario (got {measure.policy}){hint}"
            if measure.label in labels[:number]:
                yield ("measures", number), f"stands there twice (got {measure.label}); give it a name of its own"
        names = [future.name for future in self.futures]
        for number, name in enumerate(names):
            if name in names[:number]:
                yield ("futures", number, "name"), f"stands there twice (got {name})"
        if self.futures and not any(future.weight for future in self.futures):
            yield ("futures",), "no future has a weight"
        if self.arms:
            yield ("arms",), "is not read here; measures says what is computed"
        if self.budget is None and METRIC_BY_NAME[self.loss.outcome].unit != "USD":
            yield ("budget",), f"is needed: {self.loss.outcome} is no money, to which cost could be added"
        if self.expected(study) > MOST_CELLS:
            yield ("measures",), f"make {self.expected(study):,} cells with the futures, at most {MOST_CELLS:,}"
        yield from self._not_reported(study)

    def _not_reported(self, study: LoadedStudy) -> Iterator[Fault]:
        known = reported(study.resolved["scenario"])
        loss = self.loss
        if not any(
            (o.metric, o.product, o.place, o.end_use) == (loss.outcome, loss.product, loss.place, ALL) for o in known
        ):
            yield ("loss",), f"{loss.outcome} of {loss.product} in {loss.place} is not reported by this scenario"
        world = study.resolved["scenario"].scenarios[0].world
        if self.payer not in (*world.countries, *world.groups, WORLD):
            yield ("payer",), f"is no country or group of the world (got {self.payer})"
        if self.enough is not None and (fault := self.enough.fault(known)) is not None:
            yield ("enough", fault[0]), fault[1]

    def _policies(self, study: LoadedStudy) -> dict[str, Node]:
        node = study.bases["scenario"].root.get("policies")
        return dict(node.items()) if node is not None else {}

    # --- combinations -----------------------------------------------------------------------------
    def sizes(self) -> list[list[int]]:
        """Per measure its choices: -1 for not taken, else which of its values (0 if it has none)."""
        return [[-1, *range(max(1, len(measure.values)))] for measure in self.measures]

    def combinations(self) -> list[tuple[int, ...]]:
        """All combinations, none first."""
        return list(itertools.product(*self.sizes()))

    def said(self, measure: int, choice: int) -> str:
        """A choice in words: "none", "yes" or the size."""
        if choice < 0:
            return NOTHING
        values = self.measures[measure].values
        return str(values[choice]) if values else "yes"

    def budgets(self, combination: Sequence[int]) -> float:
        """Money that its measures cost by their own account."""
        return add_up(m.budget for m, choice in zip(self.measures, combination, strict=True) if choice >= 0)

    @property
    def in_futures(self) -> tuple[Future, ...]:
        return self.futures or (Future(name="as it stands"),)

    def cells(self, study: LoadedStudy) -> Sequence[Cell]:
        return [self._cell(study, c, f) for f in range(len(self.in_futures)) for c in self.combinations()]

    def trial(self, study: LoadedStudy) -> Iterable[Cell]:
        """Every future without measures and with all of them; every size alone; not every one of twenty thousand."""
        none = (-1,) * len(self.measures)
        for future in range(len(self.in_futures)):
            yield self._cell(study, none, future)
            yield self._cell(study, tuple(sizes[-1] for sizes in self.sizes()), future)
        for number, sizes in enumerate(self.sizes()):
            for choice in sizes[1:]:
                yield self._cell(study, (*none[:number], choice, *none[number + 1 :]), 0)

    def expected(self, study: LoadedStudy) -> int:
        return int(np.prod([len(sizes) for sizes in self.sizes()])) * len(self.in_futures)

    def _cell(self, study: LoadedStudy, combination: Sequence[int], future: int) -> Cell:
        keys = {m.label: self.said(n, combination[n]) for n, m in enumerate(self.measures)}
        keys["future"] = self.in_futures[future].name
        changes = self._changes(study, future)
        taken = any(choice >= 0 for choice in combination)
        changes.append(("policies", self._policy(study, combination)))
        arms = (f"policy:{ARM}",) if taken else ("scenario",)
        return Cell(keys, study.bases["scenario"], tuple(changes), arms)

    def _changes(self, study: LoadedStudy, future: int) -> list[Change]:
        found: list[Change] = []
        for path in self.in_futures[future].set:
            node = find(study.root, ("futures", future, "set", path))
            assert node is not None
            found.append((path, node))
        return found

    def _policy(self, study: LoadedStudy, combination: Sequence[int]) -> Node:
        """The section `policies` with the events of all measures taken as one policy; empty if none is."""
        policies, events = self._policies(study), list[Node]()
        at = place(study.root, ("measures",))
        for number, choice in enumerate(combination):
            measure = self.measures[number]
            if choice < 0 or measure.policy not in policies:
                continue
            node = policies[measure.policy]
            if measure.values:
                value = find(study.root, ("measures", number, "values", choice))
                assert value is not None
                node = self._sized(measure, node, value, number, study)
            inside = node.get("events")
            if inside is not None and isinstance(inside.value, tuple):
                events += inside.value
        if not events:
            return written({}, at)
        return written({ARM: {"title": "measures taken together", "events": events}}, at)

    def _sized(self, measure: Measure, node: Node, value: Node, number: int, study: LoadedStudy) -> Node:
        from ...errors import Problem, Problems

        try:
            for path in measure.path:
                node = set_value(node, split_path(path), value)
            return node
        except PathError as error:
            at = place(study.root, ("measures", number, "path"))
            raise Problems([Problem(at, f"measures[{number}].path", str(error))]) from None

    # --- what is kept and told --------------------------------------------------------------------
    def kept_outcomes(self) -> tuple[str, ...]:
        enough = (self.enough.outcome,) if self.enough is not None else ()
        return tuple(dict.fromkeys((self.loss.outcome, COST, *enough, *self.outcomes)))

    def kept_places(self, names: Names) -> tuple[str, ...]:
        enough = (self.enough.place,) if self.enough is not None else ()
        return tuple(dict.fromkeys((self.loss.place, self.payer, WORLD, *enough)))

    def sentences(self, study: LoadedStudy) -> Iterator[str]:
        for number, measure in enumerate(self.measures):
            sizes = ", ".join(self.said(number, choice) for choice in self.sizes()[number])
            budget = f", with a budget of USD {measure.budget:,.0f}" if measure.budget else ""
            yield f"Combines {measure.label} ({sizes}{budget})."
        many = len(self.combinations())
        yield f"Computes {many:,} combinations in {len(self.in_futures)} futures: {', '.join(f.name for f in self.in_futures)}."

    def answer(self, found: Found) -> Answer:
        from ..portfolios import portfolio_answer

        return portfolio_answer(self, found)
