"""What stands in a world's `world.yaml`: structure only, no numbers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ..language.fields import OneOf, Strict, Text, TextField, Year, refuse_shape
from ..language.names import ALL, Names
from ..language.uncertain import SubProblems, field_error


class _Members(TextField):
    """A list of country codes, or `rest`."""

    def parse(self, value: Any, names: Names | None = None) -> tuple[str, ...]:
        items = value if isinstance(value, (list, tuple)) else (value,)
        for item in items:
            refuse_shape(item, "a country code")
        return tuple(str(item) for item in items)

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


class _Id(TextField):
    """A short name without blanks or dots, since paths are made of it."""

    def parse(self, value: Any, names: Names | None = None) -> str:
        import re

        refuse_shape(value, "a short name")
        text = str(value)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text) or text == ALL:
            problems: SubProblems = [((), f"must be made of letters, digits and _ and not be {ALL} (got {text})")]
            raise field_error(problems)
        return text

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"}


Members = Annotated[tuple[str, ...], _Members()]
Id = Annotated[str, _Id()]


class ProductSpec(Strict):
    """What a stage makes and trades."""

    id: Id
    """Short name used in paths and tables."""
    name: Text
    """Name for readers."""
    stage: Text
    """Stage that makes it; products of one stage can be selected together."""
    mass_basis: Text
    """What a tonne of it is: ore, contained metal, oxide, finished parts."""
    inputs: Members = ()
    """Products it is made from."""
    contract_index: Annotated[str, OneOf(("origin", "destination"))] = "origin"
    """Whose spot price contracts follow."""


class EndUseSpec(Strict):
    """A sector that uses final products."""

    id: Id
    """Short name used in paths and tables."""
    name: Text
    """Name for readers."""


class WorldSpec(Strict):
    """The structure of a world."""

    title: Text
    """What the world is about, one line."""
    base_year: Year
    """Year the baseline describes."""
    countries: dict[str, Text]
    """Code: name. ISO 3166 codes where there are some."""
    groups: dict[str, Members] = Field(default_factory=dict)
    """Name: list of countries."""
    zones: dict[str, Members]
    """Price zones. Name: list of countries, or `rest` for all that no other zone has."""
    products: tuple[ProductSpec, ...]
    """Upstream products first."""
    end_uses: tuple[EndUseSpec, ...]
    """Sectors that use the final products."""
    behaviour: Annotated[str, OneOf(("shared", "own"))] = "shared"
    """`shared`: the joint parameter sets fitted to past episodes apply, where there are any; `own`: this world's
    tables alone."""
    notes: Text = ""
    """Anything a reader of the numbers must know."""
