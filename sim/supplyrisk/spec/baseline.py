"""The `baseline` and `uncertain` sections: changes of a world's numbers.

`baseline` nests a parameter's dimensions in the registry's order; a leaf is a number with its unit, a
distribution, or `{value: , source: , confidence: , note: }`; `{scale: 1.2}` multiplies instead. `shares`
sets countries' shares of the output of a product, the rest is rebalanced. `tables` names files whose rows are laid over
the world first (see `tables`). `uncertain` gives the same
paths, dotted, a distribution.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import product as combinations
from typing import Any

from ..errors import did_you_mean
from ..language.fields import DISTRIBUTION_SCHEMA, JsonSchema, Quantity, TextField, UncertainNumber, refuse_shape
from ..language.names import Names
from ..language.uncertain import KINDS, SubProblems, field_error
from ..units import FACTOR, REGISTRY_UNITS, SHARE
from .cells import expand, full_key, written_in
from .facts import CONFIDENCES
from .parameters import PARAMETER_BY_NAME, PARAMETERS, Parameter
from .resolved import Key

LEAF_KEYS = ("value", "scale", "source", "confidence", "note")
SHARES = "shares"
TABLES = "tables"
SHARE_QUANTITY = Quantity("a share", SHARE, "90 %", "share", 0, 1)
SCALE_QUANTITY = Quantity("a factor", FACTOR, "1.2", "times", 0, 1000)


@dataclass(frozen=True)
class Override:
    """A number put in the place of the world's, for every cell that one of `keys` covers."""

    path: str
    keys: tuple[Key, ...]
    value: UncertainNumber
    scale: bool = False
    source: str = ""
    confidence: str = ""
    note: str = ""


@dataclass(frozen=True)
class ShareOverride:
    """One country's (or group's) share of the output of a product."""

    path: str
    products: tuple[str, ...]
    countries: tuple[str, ...]
    value: UncertainNumber
    source: str = ""


@dataclass(frozen=True)
class Baseline:
    """All changes of one section, in the order of the file."""

    overrides: tuple[Override, ...] = ()
    shares: tuple[ShareOverride, ...] = ()
    tables: tuple[str, ...] = ()  # paths of tables whose rows are laid over the world first


@dataclass
class _Reader:
    """Walks a section, collecting overrides and problems."""

    names: Names | None
    overrides: list[Override] = field(default_factory=list)
    shares: list[ShareOverride] = field(default_factory=list)
    problems: SubProblems = field(default_factory=list)

    def fail(self, path: tuple[str | int, ...], message: str) -> None:
        self.problems.append((path, message))

    def parameter(self, name: str, value: Any, at: tuple[str | int, ...]) -> None:
        if name == SHARES:
            self.share_level(value, at, ())
            return
        parameter = PARAMETER_BY_NAME.get(name)
        if parameter is None:
            known = (*PARAMETER_BY_NAME, SHARES, TABLES)
            self.fail(at, f"unknown parameter (got {name}){did_you_mean(name, known, 0)}")
            return
        self.level(parameter, value, at, ())

    def tables(self, value: Any) -> tuple[str, ...]:
        """Paths of tables (`tables` reads them)."""
        items = value if isinstance(value, (list, tuple)) else (value,)
        for index, item in enumerate(items):
            try:
                refuse_shape(item, "the path of a table (.csv or .xlsx)")
            except ValueError as error:
                self.fail((TABLES, index) if isinstance(value, (list, tuple)) else (TABLES,), str(error))
        if not items:
            self.fail((TABLES,), "names nothing; write the path of a table (.csv or .xlsx) or a list of them")
        return tuple(str(item) for item in items)

    def level(self, parameter: Parameter, value: Any, at: tuple[str | int, ...], written: tuple[str, ...]) -> None:
        if not is_leaf(value):
            if len(written) == len(parameter.dims):
                self.fail(at, f"is nested too deep; {parameter.name} goes by {_order(parameter)}")
                return
            if not value:
                self.fail(at, "has no value (got an empty mapping)")
            for key, item in value.items():
                if self.name_is_known(parameter.dims[len(written)], key, (*at, key)):
                    self.level(parameter, item, (*at, key), (*written, key))
            return
        if parameter.creates and len(written) < len(parameter.dims) and not _is_scale(value):
            rest = ", ".join(parameter.dims[len(written) :])
            self.fail(
                at, f"must say for which {rest} (or {{scale: ...}} to multiply all); it goes by {_order(parameter)}"
            )
            return
        self.leaf(parameter, value, at, written)

    def name_is_known(self, dim: str, name: Any, at: tuple[str | int, ...]) -> bool:
        if self.names is None:
            return True
        known = written_in(self.names, dim)
        if name not in known:
            self.fail(at, f"unknown {dim.replace('_', ' ')} (got {name}){did_you_mean(str(name), known)}")
        return name in known

    def leaf(self, parameter: Parameter, value: Any, at: tuple[str | int, ...], written: tuple[str, ...]) -> None:
        accepted, example = REGISTRY_UNITS[parameter.unit]
        quantity = Quantity(parameter.name, accepted, example, parameter.unit, parameter.low, parameter.high)
        if parameter.certain and _is_drawn(value):
            self.fail(at, f"{parameter.name} can't be drawn: it is the same in every run; write one number")
            return
        number, notes = self.unpack(value, at, quantity)
        if number is None:
            return
        if parameter.sourced and not notes.get("source", "").strip():
            self.fail(at, f"{parameter.name} needs its source; write {{value: ..., source: ...}}")
            return
        keys = self.keys(parameter, written)
        path = ".".join((parameter.name, *written))
        self.overrides.append(Override(path, keys, number, _is_scale(value), **notes))

    def keys(self, parameter: Parameter, written: tuple[str, ...]) -> tuple[Key, ...]:
        if self.names is None:
            return ()
        names = self.names
        choices = [expand(names, dim, name) for dim, name in zip(parameter.dims, written, strict=False)]
        return tuple(full_key(parameter, cell) for cell in combinations(*choices))

    def unpack(self, value: Any, at: tuple[str | int, ...], quantity: Quantity) -> tuple[Any, dict[str, str]]:
        """The number of a leaf and what is said about it; None if it is faulty."""
        notes: dict[str, str] = {}
        number, where = value, at
        if isinstance(value, Mapping) and set(value) & set(LEAF_KEYS):
            for key in value:
                if key not in LEAF_KEYS:
                    self.fail((*at, key), f"unknown key (got {key}){did_you_mean(str(key), LEAF_KEYS)}")
            if ("value" in value) == ("scale" in value):
                if set(value) <= set(LEAF_KEYS):  # else it is most likely the misspelt key
                    self.fail(at, "needs either value or scale")
                return None, notes
            if "scale" in value:
                quantity, number, where = SCALE_QUANTITY, value["scale"], (*at, "scale")
            else:
                number, where = value["value"], (*at, "value")
            notes = {key: str(value[key]) for key in ("source", "confidence", "note") if value.get(key) is not None}
            if notes.get("confidence", "high") not in CONFIDENCES:
                self.fail((*at, "confidence"), f"must be one of {', '.join(CONFIDENCES)} (got {notes['confidence']})")
        try:
            return quantity.parse(number, self.names), notes
        except ValueError as error:
            places = (getattr(error, "context", None) or {}).get("places") or [((), str(error))]
            self.problems += [((*where, *path), message) for path, message in places]
            return None, notes

    def share_level(self, value: Any, at: tuple[str | int, ...], written: tuple[str, ...]) -> None:
        """shares: product -> country -> share."""
        if is_leaf(value):
            if len(written) < 2 or _is_scale(value):
                self.fail(at, "must be written product: country: share, like ndpr_oxide: {CN: 90 %}")
                return
            number, notes = self.unpack(value, at, SHARE_QUANTITY)
            if number is not None and self.names is not None:
                products = self.names.expand_products(written[:1])
                countries = self.names.expand_countries(written[1:])
                path = ".".join((SHARES, *written))
                self.shares.append(ShareOverride(path, products, countries, number, notes.get("source", "")))
            return
        if len(written) == 2:
            self.fail(at, "is nested too deep; shares go by product, country")
            return
        for key, item in value.items():
            if self.name_is_known(("product", "country")[len(written)], key, (*at, key)):
                self.share_level(item, (*at, key), (*written, key))


def is_leaf(value: Any) -> bool:
    """A number, a distribution, or a number with notes."""
    if not isinstance(value, Mapping):
        return True
    keys = set(value)
    return bool(keys & set(LEAF_KEYS)) or (len(keys) == 1 and keys <= set(KINDS))


def _is_drawn(value: Any) -> bool:
    """Whether a leaf is a distribution, or has one as its value or factor."""
    if not isinstance(value, Mapping):
        return False
    return any(isinstance(item, Mapping) for item in (value.get("value"), value.get("scale"))) or bool(
        set(value) & set(KINDS)
    )


def _is_scale(value: Any) -> bool:
    return isinstance(value, Mapping) and "scale" in value


def _order(parameter: Parameter) -> str:
    return ", then ".join(parameter.dims) or "nothing"


@dataclass(frozen=True)
class BaselineField(TextField):
    """The `baseline` section."""

    def inner_keys(self) -> Collection[str]:
        return (*PARAMETER_BY_NAME, SHARES, TABLES)

    def parse(self, value: Any, names: Names | None = None) -> Baseline:
        if isinstance(value, Baseline):
            return value
        if not isinstance(value, Mapping):
            raise field_error(f"must be a mapping of parameters (got {value})")
        reader = _Reader(names)
        tables: tuple[str, ...] = ()
        for name, item in value.items():
            if name == TABLES:
                tables = reader.tables(item)
            else:
                reader.parameter(str(name), item, (name,))
        if reader.problems:
            raise field_error(reader.problems)
        return Baseline(tuple(reader.overrides), tuple(reader.shares), tables)

    def json_schema(self) -> JsonSchema:
        nested: JsonSchema = {"type": ["number", "string", "object"]}
        properties: JsonSchema = {
            parameter.name: nested
            | {"description": f"{parameter.meaning} [{parameter.unit}]; by {', '.join(parameter.dims)}"}
            for parameter in PARAMETERS
        }
        properties[SHARES] = {
            "type": "object",
            "description": "shares of the output of a product, product: {country: share}; the other countries keep "
            "their proportions and share the rest",
        }
        properties[TABLES] = {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "description": "tables of own numbers (.csv, .xlsx; paths from this file), laid over the world's rows before all "
            "other changes",
        }
        return {"type": "object", "properties": properties, "additionalProperties": False}


@dataclass(frozen=True)
class UncertainNumbers:
    """The `uncertain` section: changes of the world, and rank correlations between paths."""

    overrides: tuple[Override, ...] = ()
    shares: tuple[ShareOverride, ...] = ()
    rank_correlations: tuple[tuple[str, str, float], ...] = ()


CORRELATIONS = "rank_correlations"
RHO = Quantity("a rank correlation", {"": 1.0}, "0.5", "", -1, 1, certain=True)


@dataclass(frozen=True)
class UncertainField(TextField):
    """The `uncertain` section."""

    def parse(self, value: Any, names: Names | None = None) -> UncertainNumbers:
        if isinstance(value, UncertainNumbers):
            return value
        if not isinstance(value, Mapping):
            raise field_error(f"must be a mapping from paths to distributions (got {value})")
        reader = _Reader(names)
        correlations: tuple[tuple[str, str, float], ...] = ()
        for path, item in value.items():
            if path == CORRELATIONS:
                correlations = _correlations(item, reader)
            else:
                self._path(reader, str(path), item)
        if reader.problems:
            raise field_error(reader.problems)
        return UncertainNumbers(tuple(reader.overrides), tuple(reader.shares), correlations)

    def _path(self, reader: _Reader, path: str, item: Any) -> None:
        parts = tuple(path.split("."))
        if not isinstance(item, Mapping):
            reader.fail((path,), "must be a distribution like {uniform: [low, high]}; plain numbers belong to baseline")
            return
        parameter = PARAMETER_BY_NAME.get(parts[0])
        if parameter is None and parts[0] != SHARES:
            known = (*PARAMETER_BY_NAME, SHARES, "events", "policies", "outlook")
            reader.fail((path,), f"no such number (got {parts[0]}){did_you_mean(parts[0], known, 0)}")
            return
        dims = parameter.dims if parameter is not None else ("product", "country")
        if len(parts) - 1 > len(dims):
            reader.fail((path,), f"names too much; {parts[0]} goes by {', then '.join(dims)}")
            return
        checked = [reader.name_is_known(dim, name, (path,)) for dim, name in zip(dims, parts[1:], strict=False)]
        if not all(checked):
            return
        if parameter is None:
            reader.share_level(item, (path,), parts[1:])
        elif parameter.creates and len(parts) - 1 < len(dims) and not _is_scale(item):
            reader.fail((path,), f"must name {', '.join(dims)}, or be a {{scale: ...}}")
        else:
            reader.leaf(parameter, item, (path,), parts[1:])

    def json_schema(self) -> JsonSchema:
        scaled: JsonSchema = {
            "type": "object",
            "properties": {"scale": DISTRIBUTION_SCHEMA},
            "required": ["scale"],
            "description": "the world's value times a draw",
        }
        pair: JsonSchema = {
            "type": "array",
            "items": {"type": ["string", "number"]},
            "minItems": 3,
            "maxItems": 3,
            "description": "[path, path, rank correlation]",
        }
        return {
            "type": "object",
            "properties": {CORRELATIONS: {"type": "array", "items": pair}},
            "additionalProperties": {"anyOf": [DISTRIBUTION_SCHEMA, scaled]},
        }


def _correlations(value: Any, reader: _Reader) -> tuple[tuple[str, str, float], ...]:
    found: list[tuple[str, str, float]] = []
    if not isinstance(value, (list, tuple)):
        reader.fail((CORRELATIONS,), "must be a list of [path, path, correlation]")
        return ()
    for index, item in enumerate(value):
        at: tuple[str | int, ...] = (CORRELATIONS, index)
        if not isinstance(item, (list, tuple)) or len(item) != 3:
            reader.fail(at, "must be [path, path, correlation]")
            continue
        try:
            for part in item[:2]:
                refuse_shape(part, "a path")
            found.append((str(item[0]), str(item[1]), float(RHO.number(item[2]))))
        except ValueError as error:
            reader.fail(at, str(error))
    return tuple(found)
