"""What stands in a world's `world.yaml`: structure only, no numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from ..language.fields import Flag, Name, OneOf, Strict, Text, TextField, Title, Year, refuse_shape
from ..language.names import ALL, Names
from ..language.uncertain import SubProblems, field_error


@dataclass(frozen=True)
class _Members(TextField):
    """A list of names, each once; of countries (or `rest`) at least one."""

    what: str = "a country code"
    may_be_empty: bool = False

    def parse(self, value: Any, names: Names | None = None) -> tuple[str, ...]:
        items = value if isinstance(value, (list, tuple)) else (value,)
        if not items and not self.may_be_empty:
            raise field_error(f"names nothing; write {self.what} or a list of them")
        problems: SubProblems = []
        for index, item in enumerate(items):
            at = (index,) if isinstance(value, (list, tuple)) else ()
            try:
                refuse_shape(item, self.what)
            except ValueError as error:
                problems.append((at, str(error)))
                continue
            if item in items[:index]:
                problems.append((at, f"stands there twice (got {item})"))
        if problems:
            raise field_error(problems)
        return tuple(str(item) for item in items)

    def json_schema(self) -> dict[str, Any]:
        several: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
        return {"anyOf": [{"type": "string"}, several if self.may_be_empty else several | {"minItems": 1}]}


class _Id(TextField):
    """A short name without blanks or dots, since paths are made of it."""

    def parse(self, value: Any, names: Names | None = None) -> str:
        import re

        refuse_shape(value, "a short name")
        text = str(value)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", text) or text == ALL:
            problems: SubProblems = [
                ((), f"must be up to 40 letters, digits and _, begin with a letter and not be {ALL} (got {text})")
            ]
            raise field_error(problems)
        return text

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"}


Members = Annotated[tuple[str, ...], _Members()]
Inputs = Annotated[tuple[str, ...], _Members("a product", may_be_empty=True)]
Id = Annotated[str, _Id()]


class ProductSpec(Strict):
    """What a stage makes and trades."""

    id: Id
    """Short name used in paths and tables."""
    name: Title
    """Name for readers."""
    stage: Name
    """Stage that makes it; products of one stage can be selected together."""
    mass_basis: Title
    """What a tonne of it is: ore, contained metal, oxide, finished parts."""
    inputs: Inputs = ()
    """Products it is made from."""
    contract_index: Annotated[str, OneOf(("origin", "destination"))] = "origin"
    """Whose spot price contracts follow."""


class EndUseSpec(Strict):
    """A sector that uses final products."""

    id: Id
    """Short name used in paths and tables."""
    name: Title
    """Name for readers."""
    is_stock: Flag = False
    """Bought to be stored and not used, like a surplus that goes into store. What is not bought for it is no shortage: it is
    left out of all sums over end uses."""


class WorldSpec(Strict):
    """The structure of a world."""

    title: Title
    """What the world is about, one line."""
    base_year: Year
    """Year the baseline describes."""
    countries: dict[str, Title]
    """Code: name. ISO 3166 codes where there are some."""
    groups: dict[str, Members] = Field(default_factory=dict)
    """Name: list of countries."""
    zones: dict[str, Members]
    """Price zones. Name: list of countries, or `rest` for all that no other zone has."""
    products: tuple[ProductSpec, ...]
    """Upstream products first."""
    end_uses: tuple[EndUseSpec, ...]
    """Sectors that use the final products."""
    notes: Text = ""
    """Anything a reader of the numbers must know."""
