"""JSON Schema of study files, made from the types; editors use it to complete keys."""

from __future__ import annotations

import json
from typing import Any

from ..spec.schema import _Generator, _tidy
from .registry import study_types

STUDY_SCHEMA_FILE = "scenarios/schema/study.schema.json"
SCENARIO = {
    "description": "The scenario that is varied: a file (path from this file), or a whole scenario written here.",
    "anyOf": [{"type": "string"}, {"$ref": "scenario.schema.json"}],
}


def study_schema() -> dict[str, Any]:
    """The schema as a dictionary: a choice by the key `study`, so that an editor marks the faulty key."""
    types = study_types()
    choices: list[dict[str, Any]] = []
    definitions: dict[str, Any] = {}
    for name, kind in types.items():
        plain = _tidy(kind.model_json_schema(schema_generator=_Generator))
        definitions |= plain.pop("$defs", {})
        if "scenario" in plain["properties"]:
            plain["properties"]["scenario"] = SCENARIO
        definitions[kind.__name__] = plain
        condition = {"properties": {"study": {"const": name}}, "required": ["study"]}
        choices.append({"if": condition, "then": {"$ref": f"#/$defs/{kind.__name__}"}})
    study = {
        "description": "Type of the study.",
        "enum": list(types),
        "enumDescriptions": [" ".join((kind.__doc__ or "").split()) for kind in types.values()],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "supplyrisk study",
        "type": "object",
        "properties": {"study": study},
        "required": ["study"],
        "allOf": choices,
        "$defs": definitions,
    }


def study_schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(study_schema(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"
