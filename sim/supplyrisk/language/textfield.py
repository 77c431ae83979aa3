"""What all field kinds of the scenario language share: they parse text, and say what they accept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from .. import units
from .names import Names
from .uncertain import field_error

JsonSchema = dict[str, Any]


class Strict(BaseModel):
    """Base of everything an analyst writes: frozen, no unknown keys, docstrings become the schema's text."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # most event types are built once, inside the scenario, not a second time alone
    )


def names_in(context: Any) -> Names | None:
    """The names to check against, if the validation was given any."""
    return context.get("names") if isinstance(context, dict) else None


class TextField:
    """Base of the field kinds: `parse(value, names)` returns the typed value or raises ValueError."""

    def parse(self, value: Any, names: Names | None) -> Any:
        raise NotImplementedError

    def json_schema(self) -> JsonSchema:
        raise NotImplementedError

    def inner_keys(self) -> Collection[str]:
        """Keys that may stand in it, for those who write one of them in the wrong place."""
        return ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: Any, info: core_schema.ValidationInfo) -> Any:
            try:
                return self.parse(value, names_in(info.context))
            except units.UnitError as error:
                raise field_error(str(error)) from None

        return core_schema.with_info_plain_validator_function(validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return self.json_schema()


def refuse_shape(value: Any, wanted: str) -> None:
    """Raise if `value` is nothing, a list, a mapping or a truth value where one scalar is wanted."""
    if value is None:
        raise field_error(f"has no value; write {wanted}")
    if isinstance(value, Mapping):
        raise field_error(f"must be {wanted} (got a mapping with {', '.join(map(str, value)) or 'no keys'})")
    if isinstance(value, (list, tuple)):
        raise field_error(f"must be {wanted} (got a list of {len(value)})")
    if isinstance(value, bool):
        raise field_error(f"must be {wanted} (got {value})")
