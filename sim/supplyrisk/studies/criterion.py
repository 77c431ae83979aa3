"""What has to hold in a run: one of its outcomes at most, or at least, so much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import model_validator

from ..errors import did_you_mean
from ..language.fields import OneOf, Strict, TextField
from ..language.names import Names
from ..language.textfield import JsonSchema, refuse_shape
from ..language.uncertain import field_error
from ..measures.aggregate import ALL
from ..measures.metrics import METRIC_BY_NAME
from ..measures.reporter import Outcome, Reporter
from ..units import FACTOR, MASS, PLAIN, SHARE, TIME, convert
from .units import Floats

if TYPE_CHECKING:
    from ..spec.load import Loaded

_MONEY = {"": 1.0, "USD": 1.0, "million": 1e6, "million USD": 1e6, "billion": 1e9, "billion USD": 1e9}
_WEEKS = {"": 1.0} | {unit: days / 7.0 for unit, days in TIME.items()}
LEVELS: dict[str, tuple[dict[str, float], str]] = {
    "USD": (_MONEY, "2 billion"),
    "weeks": (_WEEKS, "2 weeks"),
    "week": (_WEEKS, "26"),
    "days": ({"": 1.0} | TIME, "30 days"),
    "%": ({"": 1.0, "%": 1.0}, "5 %"),
    "share": (SHARE, "20 %"),
    "index": (FACTOR, "2"),
    "t": ({"": 1.0} | MASS, "500 t"),
}


@dataclass(frozen=True)
class Level(TextField):
    """A level of an outcome, as text: what unit it may have depends on the outcome."""

    def parse(self, value: Any, names: Names | None = None) -> str:
        refuse_shape(value, "a number with the unit of the outcome")
        return str(value)

    def json_schema(self) -> JsonSchema:
        return {"type": ["string", "number"], "examples": ["2 weeks", "10 %", "1.5"]}


class Criterion(Strict):
    """What has to hold in a run."""

    outcome: Annotated[str, OneOf(tuple(METRIC_BY_NAME))]
    """The outcome, by name (see the reference of metrics)."""

    product: Annotated[str, Level()] = ALL
    """Product it is taken of. Default: all together, where the outcome has such a sum."""

    place: Annotated[str, Level()] = "world"
    """Country, group, zone or `world`. Default: world."""

    end_use: Annotated[str, Level()] = ALL
    """End use. Default: all together."""

    at_most: Annotated[str, Level()] = ""
    """It holds if the outcome is at most this: a number in the outcome's unit (`2 weeks`, `10 %`, `1 billion`)."""

    at_least: Annotated[str, Level()] = ""
    """It holds if the outcome is at least this, instead of `at_most`."""

    @model_validator(mode="after")
    def _one_bound(self) -> Criterion:
        if bool(self.at_most) == bool(self.at_least):
            raise field_error("needs either at_most or at_least")
        try:
            _ = self.level
        except ValueError as error:
            raise field_error([(("at_most" if self.at_most else "at_least",), str(error))]) from None
        return self

    @property
    def unit(self) -> str:
        return METRIC_BY_NAME[self.outcome].unit

    @property
    def level(self) -> float:
        """The bound in the unit of the outcome."""
        accepted, example = LEVELS.get(self.unit, (PLAIN, "1"))
        return convert(self.at_most or self.at_least, accepted, example)

    @property
    def label(self) -> Outcome:
        return Outcome(self.outcome, self.product, self.place, self.end_use, self.unit)

    def holds(self, values: Floats, ok: Floats) -> Floats:
        """Per run 1 if it holds, 0 if not, NaN if the run does not count.

        A week that never comes (a first week short without a shortage) is later than any week; any other outcome that a
        run does not have does not count, nor does a run that failed.
        """
        known = np.where(np.isnan(values) & (self.unit == "week"), np.inf, values)
        held = known <= self.level if self.at_most else known >= self.level
        return np.where(np.isnan(known) | (ok == 0.0), np.nan, held.astype(np.float64))

    def fault(self, reported: Sequence[Outcome]) -> tuple[str, str] | None:
        """(key, what is wrong) if no run reports this outcome."""
        mine = [each for each in reported if each.metric == self.outcome]
        if self.label in mine:
            return None
        for key in ("product", "place", "end_use"):
            known = list(dict.fromkeys(getattr(each, key) for each in mine if ">" not in each.place))
            got = getattr(self, key)
            if got not in known:
                return key, f"{self.outcome} is not reported for it (got {got}){did_you_mean(got, known, 20)}"
            mine = [each for each in mine if getattr(each, key) == got]
        return "outcome", "is not reported for this product, place and end use together"


def reported(loaded: Loaded) -> list[Outcome]:
    """Every outcome that a run of a scenario reports, in any of its worlds."""
    from ..model.compile import compile_scenario

    found: dict[Outcome, None] = {}
    for scenario in loaded.scenarios:
        found.update(dict.fromkeys(Reporter(compile_scenario(scenario)).outcomes))
    return list(found)
