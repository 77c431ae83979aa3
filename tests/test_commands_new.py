"""`scenarios` and `new`: shipped scenarios as one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from supplyrisk.cli import main
from supplyrisk.shipped import scenario_names, scenarios_folder
from supplyrisk.spec.load import read_scenario


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_every_shipped_scenario_is_listed_with_its_question() -> None:
    lines = call("scenarios").output.splitlines()
    names = scenario_names()
    assert lines[0 : 2 * len(names) : 2] == names
    questions = lines[1 : 2 * len(names) : 2]
    assert all(text.startswith("  ") and len(text) > 20 for text in questions)


@pytest.mark.parametrize("name", ["baseline", "gallium_licences_2023", "graphite_licences_no_notice", "template"])
def test_a_copy_is_the_same_scenario(tmp_path: Path, name: str) -> None:
    """With all it extends and shows: what is resolved differs in the file's name alone."""
    file = tmp_path / "own" / "mine.yaml"
    assert call("new", str(file), "--from", name).exit_code == 0
    assert file.read_bytes() == (scenarios_folder() / f"{name}.yaml").read_bytes()
    mine, shipped = read_scenario(file), read_scenario(scenarios_folder() / f"{name}.yaml")
    assert [repr(replace(s, name=name)) for s in mine.scenarios] == [repr(s) for s in shipped.scenarios]
    for path in mine.layers:
        assert path.is_relative_to(tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    (tmp_path / "graphite_licences.yaml").write_text("title: another\n")
    found = call("new", str(file), "--from", "graphite_licences_no_notice")
    assert found.exit_code == 2
    assert "graphite_licences.yaml: stands there already; nothing was written" in found.output
    assert [path.name for path in tmp_path.iterdir()] == ["graphite_licences.yaml"]
    assert call("new", str(file)).exit_code == 0
    assert call("new", str(file)).exit_code == 2


def test_faults_are_told(tmp_path: Path) -> None:
    found = call("new", str(tmp_path / "mine.yaml"), "--from", "gallium_licences")
    assert found.exit_code == 2
    assert "no shipped scenario or study is called gallium_licences; did you mean gallium_licences_2023" in found.output
    found = call("new", str(tmp_path / "mine.yaml"), "--from", "galium")
    assert "is called galium; did you mean gallium_licences_2023" in found.output
    assert "`supplyrisk scenarios` lists them" in call("new", str(tmp_path / "mine.yaml"), "--from", "zzzz").output
    assert "ends with .yaml" in call("new", str(tmp_path / "mine.txt")).output
    found = call("new", str(tmp_path / "graphite_licences.yaml"), "--from", "graphite_licences_no_notice")
    assert "extends a file of this name; choose another" in found.output
    assert not list(tmp_path.iterdir())
