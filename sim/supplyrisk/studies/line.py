"""A line that an outcome crosses: which outcome, of what and where, above or below what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from .. import units
from ..errors import did_you_mean
from ..language.fields import CertainShare, OneOf, Strict, Text, Title
from ..language.uncertain import field_error
from ..measures.aggregate import ALL, WORLD
from ..measures.metrics import METRIC_BY_NAME
from ..measures.reporter import Outcome
from .base import Fault

USD = {"": 1.0, "USD": 1.0}
USD |= {
    f"{word}{usd}": size for word, size in (("million", 1e6), ("billion", 1e9), ("bn", 1e9)) for usd in ("", " USD")
}
ACCEPTED: Mapping[str, Mapping[str, float]] = {
    "USD": USD,
    "index": {"": 1.0, "x": 1.0, "times": 1.0},
    "%": {"": 1.0, "%": 1.0},
    "share": units.SHARE,
    "weeks": {
        "": 1.0,
        "weeks": 1.0,
        "week": 1.0,
        "months": units.DAYS_PER_YEAR / 84,
        "month": units.DAYS_PER_YEAR / 84,
    },
    "t": {"": 1.0, **units.MASS},
}


class Line(Strict):
    """An outcome and the line it crosses."""

    outcome: Annotated[str, OneOf(tuple(METRIC_BY_NAME))]
    """Name of the outcome (see the reference of metrics)."""

    product: Title = ALL
    """Product, or `all` for outcomes that add up products. Default: all."""

    place: Title = WORLD
    """Country, group, zone or `world`. Default: world."""

    end_use: Title = ALL
    """End use, or `all`. Default: all."""

    above: Text = ""
    """Crossed where the outcome is more than this: a number with its unit (`3 times`, `20 billion USD`, `8 weeks`)."""

    below: Text = ""
    """Crossed where the outcome is less than this."""

    worst: CertainShare = 0.0
    """Crossed in this share of the runs, those in which the outcome is highest, instead of a number."""

    @model_validator(mode="after")
    def _one_way(self) -> Line:
        ways = [bool(self.above), bool(self.below), bool(self.worst)]
        if ways.count(True) != 1:
            raise field_error("needs one of above, below (a number with its unit) or worst (a share of the runs)")
        if self.worst and not 0.0 < self.worst < 1.0:
            raise field_error([(("worst",), f"must be between 0 and 100 % (got {100 * self.worst:g} %)")])
        for key in ("above", "below"):
            if text := getattr(self, key):
                try:
                    self._number(text)
                except ValueError as error:
                    raise field_error([((key,), str(error))]) from None
        return self

    @property
    def unit(self) -> str:
        return METRIC_BY_NAME[self.outcome].unit

    def _number(self, text: str) -> float:
        return units.convert(text, dict(ACCEPTED.get(self.unit, {"": 1.0, self.unit: 1.0})), f"3 {self.unit}")

    def level(self, values: NDArray[np.float64]) -> float:
        """The line as a number; of `worst` it is read off the runs."""
        if self.worst:
            return float(np.nanquantile(values, 1.0 - self.worst))
        return self._number(self.above or self.below)

    def crossed(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Runs in which it is crossed; a run that has no such outcome does not cross it."""
        level = self.level(values)
        with np.errstate(invalid="ignore"):
            return np.asarray(values < level if self.below else values > level)

    def outcome_of(self) -> Outcome:
        return Outcome(self.outcome, self.product, self.place, self.end_use, self.unit)

    def faults(self, at: tuple[str | int, ...], reported: Sequence[Outcome]) -> list[Fault]:
        """What is wrong with it, given what runs report: ((key), message)."""
        of = [each for each in reported if each.metric == self.outcome]
        if not of:
            return [((*at, "outcome"), f"is not reported by this scenario (got {self.outcome})")]
        left: list[Any] = of
        for key in ("product", "place", "end_use"):
            known = sorted({getattr(each, key) for each in left})
            value = getattr(self, key)
            left = [each for each in left if getattr(each, key) == value]
            if not left:
                few = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
                hint = did_you_mean(value, known)
                return [((*at, key), f"is not reported for {self.outcome} (got {value}; there are {few}){hint}")]
        return []
