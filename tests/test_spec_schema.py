"""The JSON Schema: current, valid, and of one mind with `check` about shipped files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML
from supplyrisk.events.registry import EVENT_TYPE_BY_NAME
from supplyrisk.language.text import parse_text
from supplyrisk.spec.scenario import ScenarioSpec
from supplyrisk.spec.schema import SCHEMA_FILE, WORLD_SCHEMA_FILE, schema, schema_text, world_schema, world_schema_text

from .spec_files import GOOD

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(
    path for path in (ROOT / "scenarios").rglob("*.yaml") if not {"schema", "studies", "exercises"} & {*path.parts}
)
WORLDS = sorted((ROOT / "sim" / "supplyrisk" / "worlds").glob("*/world.yaml"))


@pytest.fixture(scope="module")
def validator() -> Any:
    document = schema()
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def test_the_committed_schemas_are_current() -> None:
    committed = (ROOT / SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == schema_text(), f"write it anew: supplyrisk schema -o {SCHEMA_FILE}"
    committed = (ROOT / WORLD_SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == world_schema_text(), f"write it anew: supplyrisk schema --world -o {WORLD_SCHEMA_FILE}"


def marks(validator: Any, root: Any) -> list[str]:
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(root)]


def as_an_editor_sees_it(text: str) -> Any:
    """YAML 1.2 with its types: numbers and truth values, dates as text."""
    return json.loads(json.dumps(_text_keys(YAML(typ="safe", pure=True).load(text)), default=str))


def _text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _text_keys(item) for key, item in value.items()}
    return [_text_keys(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_shipped_files_fit(validator: Any, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.parent == ROOT / "scenarios":
        assert text.startswith("# yaml-language-server: $schema=schema/scenario.schema.json\n")
    assert marks(validator, _listed(parse_text(text, path.name).plain())) == []
    assert marks(validator, as_an_editor_sees_it(text)) == []


@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.parent.name)
def test_shipped_worlds_fit(path: Path) -> None:
    document = world_schema()
    jsonschema.Draft202012Validator.check_schema(document)
    validator = jsonschema.Draft202012Validator(document)
    text = path.read_text(encoding="utf-8")
    assert marks(validator, _listed(parse_text(text, path.name).plain())) == []
    assert marks(validator, as_an_editor_sees_it(text)) == []
    broken = as_an_editor_sees_it(text.replace("title:", "titel:", 1))
    assert len(marks(validator, broken)) == 2
    twice = as_an_editor_sees_it(text)
    twice["zones"][next(iter(twice["zones"]))] = []
    assert marks(validator, twice)


CHILD = """
extends: base.yaml
horizon: {years: 3}
events:
  - {name: ban, duration: 52 weeks, trigger: {delay: 14 days}}
  - {type: export_ban, name: other, start: 2026-01-01}
policies:
  reserve:
    title: Another title
  more:
    events:
      - {name: store, target: 9 weeks}
"""


def test_a_file_that_extends_another_needs_only_what_it_changes(validator: Any) -> None:
    assert marks(validator, as_an_editor_sees_it(CHILD)) == []
    alone = as_an_editor_sees_it(CHILD.replace("extends: base.yaml\n", ""))
    said = " ".join(marks(validator, alone))
    for key in ("title", "world", "start", "type", "origins", "events"):
        assert f"'{key}' is a required property" in said
    for old, new in (("duration:", "duratoin:"), ("name: ban, ", ""), ("title: Another", "titel: Another")):
        assert marks(validator, as_an_editor_sees_it(CHILD.replace(old, new)))


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
            if not (value.get("description") or target.get("description")) and name not in ("Distribution", "Whole"):
                bare.append(f"{name}.{key}")
    assert [name for name in bare if not name.endswith((".p5", ".p95"))] == []


def test_every_event_type_can_be_chosen() -> None:
    choice = schema()["$defs"]["Event"]
    assert set(choice["properties"]["type"]["enum"]) == set(EVENT_TYPE_BY_NAME)
    assert len(choice["allOf"]) == len(EVENT_TYPE_BY_NAME) + 1  # and what a part of an event may say


def test_every_reference_has_its_definition() -> None:
    text = schema_text()
    wanted = set(re.findall(r'"#/\$defs/(\w+)"', text))
    assert wanted <= set(schema()["$defs"])
    assert set(schema()["properties"]) == set(ScenarioSpec.model_fields)
