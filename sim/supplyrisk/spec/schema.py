"""JSON Schema of scenario files, generated from the typed models.

Editors use it to complete keys and to show what they mean. It says what a file may look like; what it
may mean is for `check` to say.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, PydanticJsonSchemaWarning

from ..events.registry import EVENT_TYPES, type_name
from ..language import fields
from ..language.fields import DISTRIBUTION_SCHEMA
from ..language.schedule import schedule_schema
from .outlooks import CALM, TODAY
from .scenario import ScenarioSpec
from .worldmodel import WorldSpec

SCHEMA_FILE = "scenarios/schema/scenario.schema.json"
WORLD_SCHEMA_FILE = "scenarios/schema/world.schema.json"
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
    _one_line_per_type(tidy)
    tidy = _with_event_choice(tidy)
    tidy = _shared(tidy)
    tidy["$defs"]["Distribution"] = DISTRIBUTION_SCHEMA
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "supplyrisk scenario",
    }
    return _with_layers(head | tidy)


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
    if not properties and {"type": "null"} in node.get("anyOf", ()):
        node = _without_null(node)
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


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """A key that may be left out is not one that may be written empty."""
    rest = [item for item in node["anyOf"] if item != {"type": "null"}]
    others = {key: item for key, item in node.items() if key != "anyOf"}
    return rest[0] | others if len(rest) == 1 else others | {"anyOf": rest}


def _with_event_choice(tidy: dict[str, Any]) -> dict[str, Any]:
    """The schema with the list of event types as a choice by `type`.

    An editor then marks the faulty key; of a plain alternative it could say only that none of them fits.
    """
    by_type = {type_name(event): event for event in EVENT_TYPES}
    choice = {
        "type": "object",
        "properties": {
            "type": {
                "description": "Kind of event.",
                "enum": list(by_type),
                "enumDescriptions": [" ".join((event.__doc__ or "").split()) for event in by_type.values()],
            }
        },
        "required": ["type"],
        "allOf": [
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {"$ref": f"#/$defs/{event.__name__}"},
            }
            for name, event in by_type.items()
        ],
    }

    def replaced(node: Any) -> Any:
        if isinstance(node, list):
            return [replaced(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "discriminator" in node:
            return {"$ref": "#/$defs/Event"}
        return {key: replaced(item) for key, item in node.items()}

    out: dict[str, Any] = replaced(tidy)
    out["$defs"] = {"Event": choice} | out["$defs"]
    return out


# Mappings that are merged key by key where a file extends another: what they need may stand in the other file.
MERGED = ("Horizon", "OutlookSpec", "PolicySpec", "Trigger", "Detour", "OrdinaryGoods")


def _with_layers(document: dict[str, Any]) -> dict[str, Any]:
    """The schema without needed keys where a file extends another, and with them in every other file."""
    definitions = document["$defs"]
    needed = {name: definitions[name].pop("required", []) for name in MERGED}
    by_type = []
    for event in EVENT_TYPES:
        keys = definitions[event.__name__].pop("required", [])
        inner = {
            key: {"required": needed[part]}
            for key, value in definitions[event.__name__]["properties"].items()
            if needed.get(part := value.get("$ref", "").rpartition("/")[2])
        }
        wanted = {"required": [key for key in keys if key != "type"], "properties": inner}
        then = {key: value for key, value in wanted.items() if value}
        if then:
            by_type.append(
                {"if": {"properties": {"type": {"const": type_name(event)}}, "required": ["type"]}, "then": then}
            )
    whole_event = {"required": ["type"], "allOf": by_type}
    events = {"events": {"items": {"$ref": "#/$defs/WholeEvent"}}}
    whole = {
        "description": "What a file needs that extends no other.",
        "required": document.pop("required"),
        "properties": {
            "horizon": {"required": needed["Horizon"]},
            "policies": {"additionalProperties": {"required": needed["PolicySpec"], "properties": events}},
            **events,
        },
    }
    # An outlook may be one word, and its events may change those of the world's `today.yaml`.
    outlook = document["properties"]["outlook"]
    short = {"enum": [TODAY, CALM], "description": "today: what is in force and under way; calm: nothing."}
    document["properties"]["outlook"] = {
        "description": outlook["description"],
        "anyOf": [short, {"$ref": outlook["$ref"]}],
    }
    choice = definitions["Event"]
    del choice["required"]
    choice["anyOf"] = [{"required": ["type"]}, {"required": ["name"]}]
    known = sorted({key for event in EVENT_TYPES for key in event.model_fields})
    choice["allOf"].append({"if": {"not": {"required": ["type"]}}, "then": {"propertyNames": {"enum": known}}})
    definitions |= {"WholeEvent": whole_event, "Whole": whole}
    return document | {"if": {"not": {"required": ["extends"]}}, "then": {"$ref": "#/$defs/Whole"}}


def world_schema() -> dict[str, Any]:
    """The schema of a world's `world.yaml`."""
    tidy = _tidy(WorldSpec.model_json_schema(schema_generator=_Generator))
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "supplyrisk world"}
    return head | {key: value for key, value in tidy.items() if key != "title"}


def world_schema_text() -> str:
    """The schema of worlds as it is committed."""
    return json.dumps(world_schema(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"


def _shared(tidy: dict[str, Any]) -> dict[str, Any]:
    """The schema with every field kind as a reference to one definition: a tenth of the length."""
    kinds = {name: kind for name, kind in vars(fields).items() if hasattr(kind, "__metadata__")}
    forms: dict[str, tuple[str, dict[str, Any]]] = {}
    for name, kind in kinds.items():
        over_time = _tidy(schedule_schema(fields.text_field(kind)))
        for label, form in ((name, _tidy(fields.text_field(kind).json_schema())), (f"{name}OverTime", over_time)):
            if len(json.dumps(form)) > 60:
                label = "OneOrSeveral" if isinstance(fields.text_field(kind), fields.NameList) else label
                forms.setdefault(json.dumps(form, sort_keys=True), (label, form))
    used: dict[str, Any] = {}

    def replaced(node: Any) -> Any:
        if isinstance(node, list):
            return [replaced(item) for item in node]
        if not isinstance(node, dict):
            return node
        bare = {key: item for key, item in node.items() if key != "description"}
        found = forms.get(json.dumps(bare, sort_keys=True))
        if found is None:
            return {key: replaced(item) for key, item in node.items()}
        used[found[0]] = found[1]
        description = {"description": node["description"]} if "description" in node else {}
        return description | {"$ref": f"#/$defs/{found[0]}"}

    out: dict[str, Any] = replaced(tidy)
    out["$defs"] |= dict(sorted(used.items()))
    return out


def _one_line_per_type(tidy: dict[str, Any]) -> None:
    """The description of a `type` key is what the event does, so that hovering over it says so."""
    for event in EVENT_TYPES:
        definition = tidy["$defs"].get(event.__name__)
        if definition is not None:
            definition["properties"]["type"]["description"] = " ".join((event.__doc__ or "").split())
