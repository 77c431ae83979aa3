"""JSON Schema of scenario files, generated from the typed models.

Editors use it to complete keys and to show what they mean. It says what a file may look like; what it
may mean is for `check` to say.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, PydanticJsonSchemaWarning

from ..language.fields import DISTRIBUTION_SCHEMA
from ..shocks.registry import EVENT_TYPES
from .scenario import ScenarioSpec

SCHEMA_FILE = "scenarios/schema/scenario.schema.json"
# How a default is written is said in the descriptions; the models hold it in base units.
UNWANTED = {"title", "default"}


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, quiet about defaults that have no JSON form."""

    def emit_warning(self, kind: Any, detail: str) -> None:
        if kind != "non-serializable-default":  # pragma: no cover
            import warnings

            warnings.warn(f"{kind}: {detail}", PydanticJsonSchemaWarning, stacklevel=2)


def schema() -> dict[str, Any]:
    """The schema as a dictionary."""
    raw = ScenarioSpec.model_json_schema(schema_generator=_Generator)
    tidy = _tidy(raw)
    assert isinstance(tidy, dict)
    tidy["$defs"]["Distribution"] = DISTRIBUTION_SCHEMA
    _one_line_per_type(tidy)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "supplyrisk scenario",
    }
    return head | tidy


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"


def _tidy(node: Any, properties: bool = False) -> Any:
    """Without generated titles and defaults; every distribution as a reference; unwrapped descriptions.

    `properties` says that the node's keys are names of the language, not of JSON Schema.
    """
    if node == DISTRIBUTION_SCHEMA:
        return {"$ref": "#/$defs/Distribution"}
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidy = {}
    for key, item in node.items():
        if not properties and key in UNWANTED:
            continue
        if not properties and key == "description" and isinstance(item, str):
            tidy[key] = " ".join(item.split())
        elif not properties and key in ("const", "enum", "examples", "required"):
            tidy[key] = item
        else:
            names = not properties and key in ("properties", "$defs", "patternProperties", "mapping")
            tidy[key] = _tidy(item, names)
    return tidy


def _one_line_per_type(tidy: dict[str, Any]) -> None:
    """The description of a `type` key is what the event does, so that hovering over it says so."""
    for event in EVENT_TYPES:
        definition = tidy["$defs"].get(event.__name__)
        if definition is not None:
            definition["properties"]["type"]["description"] = " ".join((event.__doc__ or "").split())
