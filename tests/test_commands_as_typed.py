"""Commands that messages and pages print work as they are typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from supplyrisk.cli import COMMANDS
from supplyrisk.errors import as_typed
from supplyrisk.report.build import typed_again

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("started", "said"),
    [
        ("/usr/bin/supplyrisk", "supplyrisk resume 'a b'"),
        ("run_scenario.py", "python run_scenario.py resume 'a b'"),
        ("/x/sim/supplyrisk/cli.py", "python -m supplyrisk.cli resume 'a b'"),
    ],
)
def test_commands_are_said_as_the_program_was_started(monkeypatch: pytest.MonkeyPatch, started: str, said: str) -> None:
    monkeypatch.setattr(sys, "argv", [started])
    assert as_typed("resume", "a b") == said


def test_the_launcher_is_named_from_where_the_reader_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", [str(ROOT / "run_scenario.py")])
    assert as_typed("world", "x") == "python run_scenario.py world x"
    monkeypatch.chdir(ROOT / "docs")
    assert as_typed("world", "x") == "python ../run_scenario.py world x"


def test_what_new_world_says_works(tmp_path: Path) -> None:
    """From a checkout, by the command a message of the program printed."""
    code = "import sys; sys.argv[0] = 'run_scenario.py'; sys.path.insert(0, sys.argv.pop(1)); from supplyrisk.cli import main; main()"
    made = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "sim"), "new-world", str(tmp_path / "my world")],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    line = next(line for line in made.stdout.splitlines() if line.startswith("look at it: "))
    assert line == f"look at it: python run_scenario.py world '{tmp_path / 'my world'}'"


def test_a_runs_command_can_be_pasted() -> None:
    assert (
        typed_again(["run_scenario.py", "a b.yaml", "--set", "x=1 %"])
        == "python run_scenario.py 'a b.yaml' --set 'x=1 %'"
    )
    assert typed_again(["supplyrisk", "run", "a.yaml"]) == "supplyrisk run a.yaml"


def test_pages_tell_commands_that_a_checkout_has() -> None:
    import re

    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md"), ROOT / "README.md"]
    found = [
        f"{page.name}: {line}"
        for page in pages
        if page.name != "scale.md"  # a cluster's machines have the package installed
        for line in page.read_text(encoding="utf-8").splitlines()
        if re.match(rf"supplyrisk ({'|'.join(COMMANDS)})\b", line)
    ]
    assert not found
