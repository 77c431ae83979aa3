"""JSON Schema of exercise files, made from the types; editors use it to complete keys."""

from __future__ import annotations

import json
from typing import Any

from ...spec.schema import _Generator, _tidy
from .rules import RESERVED, ExerciseSpec

EXERCISE_SCHEMA_FILE = "scenarios/schema/exercise.schema.json"
EVENTS = "scenario.schema.json#/$defs/Event"


def exercise_schema() -> dict[str, Any]:
    """The schema as a dictionary; what a card does is an event as the schema of scenarios has it, without its day."""
    plain = _tidy(ExerciseSpec.model_json_schema(schema_generator=_Generator))
    event = plain["$defs"]["Card"]["properties"]["event"]
    plain["$defs"]["Card"]["properties"]["event"] = {
        "description": event["description"],
        "allOf": [{"$ref": EVENTS}, {"properties": dict.fromkeys(RESERVED, False)}],
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "supplyrisk exercise"}
    return head | {key: value for key, value in plain.items() if key != "title"}


def exercise_schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(exercise_schema(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"
