"""The JSON Schema: current, valid, and of one mind with `check` about shipped files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.language.text import parse_text
from sim.shocks.registry import EVENT_TYPE_BY_NAME
from sim.spec.scenario import ScenarioSpec
from sim.spec.schema import SCHEMA_FILE, schema, schema_text

from .spec_files import GOOD

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Any:
    document = schema()
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def test_the_committed_schema_is_current() -> None:
    committed = (ROOT / SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == schema_text(), f"write it anew: supplyrisk schema -o {SCHEMA_FILE}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_fit_and_name_the_schema(validator: Any, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema/scenario.schema.json\n")
    root = parse_text(text, path.name).plain()
    if "extends" in root:  # a part of a scenario: needed keys stand in the other file
        document = {key: value for key, value in schema().items() if key != "required"}
        document["$defs"]["Event"].pop("required")
        for definition in document["$defs"].values():
            definition.pop("required", None)
        validator = jsonschema.Draft202012Validator(document)
    errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(_listed(root))]
    assert errors == []


def _listed(value: Any) -> Any:
    """As JSON has it: lists instead of tuples."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title:", "titel:"),
        ("origins: CN", "origin: CN"),
        ("type: export_ban", "type: exprt_ban"),
        ("sampler: sobol", "sampler: sobl"),
        ("cover_weeks:", "cover_week:"),
        ("{uniform: [80 %, 100 %]}", "{uniform: [80 %]}"),
        ("duration: 26 weeks", "duration: {unifrom: [1 week, 2 weeks]}"),
    ],
)
def test_an_editor_marks_what_check_refuses(validator: Any, old: str, new: str) -> None:
    good = _listed(parse_text(GOOD, "x").plain())
    assert not list(validator.iter_errors(good))
    broken = _listed(parse_text(GOOD.replace(old, new, 1), "x").plain())
    assert list(validator.iter_errors(broken))


def test_every_key_is_explained() -> None:
    """Whatever an analyst may write has a description to hover over."""
    document = schema()
    bare = []
    for name, definition in [("scenario", document), *document["$defs"].items()]:
        for key, value in definition.get("properties", {}).items():
            target = document["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
            if not (value.get("description") or target.get("description")) and name != "Distribution":
                bare.append(f"{name}.{key}")
    assert [name for name in bare if not name.endswith((".p5", ".p95"))] == []


def test_every_event_type_can_be_chosen() -> None:
    choice = schema()["$defs"]["Event"]
    assert set(choice["properties"]["type"]["enum"]) == set(EVENT_TYPE_BY_NAME)
    assert len(choice["allOf"]) == len(EVENT_TYPE_BY_NAME)


def test_every_reference_has_its_definition() -> None:
    text = schema_text()
    wanted = set(re.findall(r'"#/\$defs/(\w+)"', text))
    assert wanted <= set(schema()["$defs"])
    assert set(schema()["properties"]) == set(ScenarioSpec.model_fields)
