"""Numbers with a distribution: how they are written and what they become.

`{uniform: [a, b]}`, `{triangular: [a, mode, b]}`, `{pert: [a, mode, b]}`, `{normal: {p5: , p95: }}`,
`{lognormal: {p5: , p95: }}`, `{discrete: {value: probability, ...}}`. Every number in them is written
like the plain value it replaces, with its unit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from ..errors import did_you_mean
from ..sums import add_up

# 95th percentile of the standard normal distribution.
Z95 = 1.6448536269514722

KINDS = ("uniform", "triangular", "pert", "normal", "lognormal", "discrete")

SubProblems = list[tuple[tuple[str | int, ...], str]]


def field_error(problems: SubProblems | str) -> PydanticCustomError:
    """Error of a field, or of several places inside it (path below the field, message)."""
    if isinstance(problems, str):
        problems = [((), problems)]
    text = "; ".join(message for _, message in problems)
    return PydanticCustomError("supplyrisk", "{text}", {"text": text, "places": problems})


@dataclass(frozen=True, eq=False)
class Uncertain:
    """A number drawn once per run. Compared by identity: two equal distributions are two draws.

    `kind` and `args` as in `supplyrisk.spec.resolved.SampledColumn`, in the field's base unit; draws are kept
    within [low, high], the bounds of the field.
    """

    kind: str
    args: tuple[float, ...]
    central: float
    text: str = ""
    low: float = -math.inf
    high: float = math.inf

    def support(self) -> tuple[float, float]:
        """Lowest and highest value that can be drawn (1 in 100,000 for unbounded ones)."""
        if self.kind in ("uniform", "triangular", "pert"):
            return self.args[0], self.args[-1]
        if self.kind == "discrete":
            return min(self.args[::2]), max(self.args[::2])
        mid, spread = self.args
        low, high = mid - 4.265 * spread, mid + 4.265 * spread
        return (low, high) if self.kind == "normal" else (math.exp(low), math.exp(min(high, 700.0)))


def is_distribution(value: Any) -> bool:
    """Whether a mapping looks like a distribution (one key that names a kind, or nearly)."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in KINDS


def make_uncertain(kind: str, numbers: Sequence[float], text: str = "") -> Uncertain:
    """Distribution from its written numbers (for normal and lognormal: p5 and p95).

    Raises
    ------
    ValueError
        If the numbers are out of order or impossible.
    """
    if kind in ("uniform", "normal", "lognormal") and not numbers[0] < numbers[1]:
        raise ValueError(f"{kind} needs its lower number first")
    if kind in ("triangular", "pert"):
        low, mode, high = numbers
        if not (low <= mode <= high and low < high):
            raise ValueError(f"{kind} needs [lowest, most likely, highest] in that order")
        return Uncertain(kind, tuple(numbers), mode, text)
    if kind == "uniform":
        return Uncertain(kind, tuple(numbers), (numbers[0] + numbers[1]) / 2, text)
    if kind == "lognormal":
        if numbers[0] <= 0:
            raise ValueError("lognormal needs numbers above zero")
        logs = math.log(numbers[0]), math.log(numbers[1])
        mu = (logs[0] + logs[1]) / 2
        return Uncertain(kind, (mu, (logs[1] - logs[0]) / (2 * Z95)), math.exp(mu), text)
    mean = (numbers[0] + numbers[1]) / 2
    return Uncertain(kind, (mean, (numbers[1] - numbers[0]) / (2 * Z95)), mean, text)


def parse_distribution(value: Mapping[str, Any], parse: Callable[[Any], float]) -> Uncertain:
    """Read a distribution mapping; `parse` reads one number of it (raising ValueError)."""
    kind = next(iter(value), "")
    if len(value) != 1 or kind not in KINDS:
        got = ", ".join(map(str, value))
        hint = did_you_mean(str(kind), KINDS)
        raise field_error(f"is neither a number nor a distribution (got a mapping with {got or 'no keys'}){hint}")
    body = value[kind]
    if kind == "discrete":
        return _discrete(body, parse)
    if kind in ("normal", "lognormal"):
        if not isinstance(body, Mapping) or set(body) != {"p5", "p95"}:
            raise field_error([((kind,), f"{kind} is written {{p5: low, p95: high}} (got {_shown(body)})")])
        entries = [("p5", body["p5"]), ("p95", body["p95"])]
    else:
        length = 2 if kind == "uniform" else 3
        if not isinstance(body, (list, tuple)) or len(body) != length:
            form = "[low, high]" if length == 2 else "[lowest, most likely, highest]"
            raise field_error([((kind,), f"{kind} is written {form} (got {_shown(body)})")])
        entries = list(enumerate(body))  # type: ignore[arg-type]
    numbers: list[float] = []
    problems: SubProblems = []
    for key, item in entries:
        _collect(numbers, problems, (kind, key), item, parse)
    if not problems:
        try:
            return make_uncertain(str(kind), numbers, _shown(value))
        except ValueError as error:
            problems.append(((kind,), f"{error} (got {_shown(body)})"))
    raise field_error(problems)


def _discrete(body: Any, parse: Callable[[Any], float]) -> Uncertain:
    if not isinstance(body, Mapping) or not body:
        raise field_error([(("discrete",), f"discrete is written {{value: probability, ...}} (got {_shown(body)})")])
    values: list[float] = []
    chances: list[float] = []
    problems: SubProblems = []
    for key, item in body.items():
        _collect(values, problems, ("discrete", key), key, parse)
        _collect(chances, problems, ("discrete", key), item, _chance)
    if not problems and abs(add_up(chances) - 1) > 1e-6:
        problems.append((("discrete",), f"discrete probabilities must sum to 1 (got {add_up(chances):g})"))
    if problems:
        raise field_error(problems)
    pairs = sorted(zip(values, chances, strict=True))
    likeliest = max(pairs, key=lambda pair: pair[1])[0]
    return Uncertain("discrete", tuple(x for pair in pairs for x in pair), likeliest, _shown({"discrete": body}))


def _chance(item: Any) -> float:
    from ..units import SHARE, convert

    value = float(item) if isinstance(item, (int, float)) else convert(str(item), SHARE, "0.3")
    if not 0 <= value <= 1:
        raise ValueError(f"a probability must be between 0 and 1 (got {item})")
    return value


def _collect(
    into: list[float],
    problems: SubProblems,
    path: tuple[str | int, ...],
    item: Any,
    parse: Callable[[Any], float],
) -> None:
    try:
        into.append(parse(item))
    except ValueError as error:
        problems.append((path, str(error)))


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return "nothing" if value is None else str(value)
