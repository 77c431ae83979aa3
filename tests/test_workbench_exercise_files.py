"""Files of exercises: checked like scenarios, described by a JSON Schema, completed in the editor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from referencing import Registry, Resource
from supplyrisk.cli import main
from supplyrisk.language.text import parse_text
from supplyrisk.spec.schema import schema
from supplyrisk.workbench.complete import meaning, proposals
from supplyrisk.workbench.exercise.kind import is_exercise
from supplyrisk.workbench.exercise.schema import EXERCISE_SCHEMA_FILE, exercise_schema, exercise_schema_text
from supplyrisk.workbench.exercise.table import Table

from tests.test_workbench_exercise import EXERCISE, SCENARIO

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "scenarios" / "exercises").glob("*.yaml"))
FAULTY = (
    EXERCISE.replace("turn: 13 weeks", "turns: 13 weeks")  # a key that is missing, and one that there is not
    .replace("role: ministry\n    cost: 0.6", "role: ministry\n    cost: much")
    .replace("target: 90 days", "target: 90 moons")
    .replace("country: DE", "country: DX")
    .replace("day: 2026-04-20", "day: 2026-04-31")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    (tmp_path / "exercise.yaml").write_text(EXERCISE)
    return tmp_path


def check(*given: str) -> Result:
    return CliRunner().invoke(main, ["check", *given])


def test_check_knows_exercises(folder: Path) -> None:
    told = check(str(folder / "exercise.yaml"), *map(str, SHIPPED))
    assert told.exit_code == 0, told.output
    assert "fine (exercise Gallium; 8 turns of 13 weeks, 2 roles, 4 cards)" in told.output
    assert told.output.count("fine (exercise") == 1 + len(SHIPPED)
    assert not is_exercise(folder / "ban.yaml")
    refused = check("--set", "turn=8 weeks", str(folder / "exercise.yaml"))
    assert (refused.exit_code, "--set is for scenarios" in refused.output) == (2, True)


def test_every_mistake_is_told_at_once_where_it_stands(folder: Path) -> None:
    file = folder / "exercise.yaml"
    file.write_text(FAULTY)
    told = check(str(file))
    assert told.exit_code == 2
    lines = FAULTY.splitlines()
    for said, text in (
        ("turns: unknown key (got turns); did you mean turn", "turns: 13 weeks"),
        ("deck[0].cost: ", "cost: much"),
        ("deck[0].event.target: ", "target: 90 moons"),
        ("deck[1].event.country: ", "country: DX"),
        ("news[0].day: ", "day: 2026-04-31"),
    ):
        number = next(n for n, line in enumerate(lines, start=1) if text in line)
        assert any(f"exercise.yaml:{number}:" in line and said in line for line in told.output.splitlines()), (
            told.output
        )
    # A faulty scenario is told beside the mistakes of the exercise itself.
    (folder / "ban.yaml").write_text(SCENARIO.replace("share: {", "shar: {"))
    both = check(str(file)).output
    assert "did you mean share" in both
    assert "did you mean turn" in both


def test_other_commands_say_what_an_exercise_is(folder: Path) -> None:
    for command in ("run", "explain"):
        told = CliRunner().invoke(main, [command, str(folder / "exercise.yaml")])
        assert (told.exit_code, "is a table-top exercise" in told.output) == (2, True), told.output


def validator() -> Any:
    registry = Registry().with_resource(
        "scenario.schema.json", Resource.from_contents(json.loads(json.dumps(schema())))
    )
    document = exercise_schema()
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document, registry=registry)


def test_the_committed_schema_is_current() -> None:
    committed = (ROOT / EXERCISE_SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == exercise_schema_text(), f"write it anew: supplyrisk schema --exercise -o {EXERCISE_SCHEMA_FILE}"
    assert CliRunner().invoke(main, ["schema", "--exercise"]).output == committed


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_exercises_fit_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schema/exercise.schema.json\n")
    plain = json.loads(json.dumps(parse_text(text, path.name).plain()))
    assert [error.message for error in validator().iter_errors(plain)] == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("turn: 13 weeks", "turns: 13 weeks"),
        ("role: ministry\n", "rolle: ministry\n"),
        ("target: 90 days", "targets: 90 days"),
        ("initial: 0 days", "start: 2026-05-01"),
        ("type: price_floor", "type: price_flor"),
    ],
)
def test_a_mistake_is_one_in_an_editor_too(good: str, bad: str) -> None:
    found = validator()
    for text, faults in ((EXERCISE, False), (EXERCISE.replace(good, bad, 1), True)):
        plain = json.loads(json.dumps(parse_text(text, "x").plain()))
        assert bool(list(found.iter_errors(plain))) == faults


def options(text: str) -> set[str]:
    at = text.index("|")
    return {option["label"] for option in proposals(text.replace("|", ""), at)["options"]}


def test_the_editor_completes_exercises() -> None:
    assert {"briefing", "turn"} <= options(EXERCISE.replace("turn: 13 weeks", "|"))
    assert {"cost", "once"} <= options(EXERCISE.replace("    cost: 0.6", "    |"))
    assert "strategic_stockpile" in options(EXERCISE.replace("type: strategic_stockpile", "type: |"))
    keys = options(EXERCISE.replace("target: 90 days", "|"))
    assert "release_gap" in keys or "target" in keys
    assert not keys & {"start", "announced", "trigger"}
    assert "lead time" in meaning(EXERCISE, EXERCISE.index("event:") + 1)
    assert "policies" not in options(EXERCISE.replace("turn: 13 weeks", "|"))


def test_the_overview_tells_of_files_with_mistakes(folder: Path) -> None:
    (folder / "other.yaml").write_text(FAULTY)
    table = Table(folder)
    found = table.faulty()
    assert set(found) == {"other.yaml"}
    assert any(line.startswith("other.yaml:") and "did you mean turn" in line for line in found["other.yaml"])
    table.close()
